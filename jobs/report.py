"""The answer as JSON: every number that the picture shows, in the stable shape of docs/report-schema.json.

Numbers are rounded to six decimals, dates are YYYY-MM-DD, and what is not known is null. Nothing in it is wording.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from jobs.cycle import Course
from jobs.inputs import Inputs
from jobs.regimens import RegimenFacts
from jobs.scores import SYMPTOMS, Diary
from jobs.wearing_off.contrast import known_courses
from jobs.wearing_off.effects import Analysis, RegimenEffect, SymptomAnalysis

FORMAT = 1
DIGITS = 6

Json = dict[str, Any]


def as_json(
    analysis: Analysis,
    inputs: Inputs,
    regimens: tuple[RegimenFacts, ...],
    cancelled: tuple[tuple[int, date], ...] | None = None,
) -> Json:
    """`analysis` and `regimens` (`regimens.regimen_facts`) of these `inputs`.

    `cancelled`: number and day of each course that was; None where that is not known.
    """
    today = analysis.today
    return {
        "format": FORMAT,
        "today": today.isoformat(),
        "thresholds": plain(analysis.thresholds),
        "courses": [_course(course, inputs) for course in known_courses(inputs.courses, today)],
        "cancelled": None if cancelled is None else [_cancelled(*each) for each in cancelled],
        "diary": _diary(inputs.diary.until(today)),
        "labs": [
            {
                "date": lab.day.isoformat(),
                "analyte": lab.analyte,
                "value": plain(lab.value),
                "unit": lab.unit,
                "upper_limit": plain(lab.upper_limit),
            }
            for lab in inputs.labs
            if lab.day <= today
        ],
        "steroids": [
            {
                "from": step.start.isoformat(),
                "to": plain(step.end),
                "drug": step.drug,
                "dose_mg": plain(step.dose_mg),
                "alternate_dose_mg": plain(step.alternate_dose_mg),
                "mean_dose_mg": plain(step.mean_dose),
            }
            for step in inputs.steroids
            if step.start <= today
        ],
        "symptoms": {symptom: _symptom(found) for symptom, found in analysis.symptoms.items()},
        "regimens": [plain(facts) for facts in regimens],
    }


def plain(value: Any) -> Any:
    """Dataclasses as objects by field name, dates as text, numbers rounded."""
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value


def _course(course: Course, inputs: Inputs) -> Json:
    dose = inputs.doses.get(course.number)
    return {
        "course": course.number,
        "start": course.start.isoformat(),
        "end": course.end.isoformat(),
        "planned_start": plain(course.planned_start),
        "status": course.status,
        "regimen": course.regimen,
        "dose_g_per_kg_per_day": None if dose is None else plain(dose.grams_per_kg_per_day),
        "weight_kg": None if dose is None else plain(dose.weight_kg),
    }


def _cancelled(number: int, day: date) -> Json:
    return {"course": number, "date": day.isoformat()}


def _diary(diary: Diary) -> Json:
    return {
        "first_day": plain(diary.days[0].day) if diary.days else None,
        "last_day": plain(diary.last_day()),
        "entries": len(diary.days),
        "late": len(diary.late_days()),
        "days": [
            {
                "date": entry.day.isoformat(),
                **{symptom: plain(entry.score(symptom)) for symptom in SYMPTOMS},
                "late": entry.late,
            }
            for entry in diary.days
        ],
        "not_asked": sorted(day.isoformat() for day in diary.not_asked),
    }


def _symptom(found: SymptomAnalysis) -> Json:
    return {
        "courses": [plain(effect) for effect in found.courses],
        "regimens": {effect.regimen: _regimen(effect) for effect in found.regimens},
        "running": plain(found.running),
        "counts": plain(found.counts),
        "onset": plain(found.onset),
        "relief": [plain(each) for each in found.reliefs],
        "differences": {
            "rise": [plain(each) for each in found.pooled_differences],
            "level": [plain(each) for each in found.level_differences],
        },
        "warnings": [plain(caveat) for caveat in found.caveats],
    }


def _regimen(effect: RegimenEffect) -> Json:
    return {name: value for name, value in plain(effect).items() if name != "regimen"}

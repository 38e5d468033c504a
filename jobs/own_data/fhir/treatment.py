"""What was planned and given, measured and taken beside."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from jobs import due
from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.own_data.facts import CourseRow, MeasurementRow, OwnData, SteroidRow
from jobs.own_data.fhir.naming import HL7, LOINC, Names, Resource, Version, concept, moment, quantity
from jobs.own_data.fhir.words import Words

# By analyte: its LOINC code, and the category of such observations.
KNOWN = {CREATINE_KINASE: ("2157-6", "laboratory"), WEIGHT: ("29463-7", "vital-signs")}
UCUM_UNITS = {"U/l": "U/L", "kg": "kg"}
REQUEST_STATES = {"planned": "active", "given": "completed", "cancelled": "cancelled"}
DAY = timedelta(days=1)


def treatment(data: OwnData, names: Names, words: Words, version: Version, now: datetime) -> Iterator[Resource]:
    zone = data.who.time_zone
    for course in data.courses:
        yield _request(course, zone, names, words, version)
        yield from (_infusion(course, day, names, words, version) for day in _infusion_days(course))
    today = due.local_date(zone, now)
    yield from (_steroid(dose, zone, today, names, words, version) for dose in data.steroids)
    yield from (_measured(value, zone, names, words) for value in data.measurements)


def _medication(text: str, version: Version) -> Resource:
    return (
        {"medication": {"concept": concept(text)}} if version == "R5" else {"medicationCodeableConcept": concept(text)}
    )


def _days(first: date, last: date) -> list[date]:
    return [first + k * DAY for k in range((last - first).days + 1)]


def _planned_end(course: CourseRow) -> date:
    return course.planned_start + (course.planned_days - 1) * DAY


def _planned_dose(course: CourseRow) -> float:
    planned = course.planned_grams_per_kg_per_day
    return course.grams_per_kg_per_day if planned is None else planned


def _infusion_days(course: CourseRow) -> list[date]:
    """The days on which it was given, or, cancelled, was to be given; none of one that is still planned."""
    if course.status == "planned":
        return []
    if course.status == "cancelled":
        return _days(course.planned_start, _planned_end(course))
    first = course.given_start or course.planned_start
    return _days(first, course.given_end or first + (course.planned_days - 1) * DAY)


def _request(course: CourseRow, zone: str, names: Names, words: Words, version: Version) -> Resource:
    """A plan rather than an order: the bot knows the dates of a clinic, not a prescription."""
    return {
        "resourceType": "MedicationRequest",
        "id": names.id("MedicationRequest", course.id),
        "status": REQUEST_STATES[course.status],
        "intent": "plan",
        # The bot is told doses and dates, never which medicine it is.
        **_medication(words.infusion, version),
        "subject": names.patient,
        "authoredOn": moment(course.created_at, zone),
        "dosageInstruction": [
            {
                "text": course.regimen and words.regimen.format(name=course.regimen),
                "timing": {
                    "repeat": {
                        "boundsPeriod": {
                            "start": course.planned_start.isoformat(),
                            "end": _planned_end(course).isoformat(),
                        },
                        "frequency": 1,
                        "period": 1,
                        "periodUnit": "d",
                    }
                },
                "doseAndRate": [{"doseQuantity": quantity(_planned_dose(course), "g/kg", "g/kg")}],
            }
        ],
    }


def _infusion(course: CourseRow, day: date, names: Names, words: Words, version: Version) -> Resource:
    given = course.status == "given"
    return {
        "resourceType": "MedicationAdministration",
        "id": names.id("MedicationAdministration", course.id, day),
        "status": "completed" if given else "not-done",
        "statusReason": [] if given else [concept(words.reasons.get(course.cancelled_because or "", words.cancelled))],
        **_medication(words.infusion, version),
        "subject": names.patient,
        # The first one is how R5 spells it.
        "occurenceDateTime" if version == "R5" else "effectiveDateTime": day.isoformat(),
        "request": names.to("MedicationRequest", course.id),
        "dosage": {
            "text": course.regimen and words.regimen.format(name=course.regimen),
            "dose": quantity(course.grams_per_kg_per_day, "g/kg", "g/kg"),
        }
        if given
        else None,
    }


def _steroid(dose: SteroidRow, zone: str, today: date, names: Names, words: Words, version: Version) -> Resource:
    is_over = dose.ends_on is not None and dose.ends_on < today
    daily = [dose.dose_mg] if dose.alternate_dose_mg is None else [dose.dose_mg, dose.alternate_dose_mg]
    return {
        "resourceType": "MedicationStatement",
        "id": names.id("MedicationStatement", dose.id),
        "status": "recorded" if version == "R5" else "completed" if is_over else "active",
        **_medication(dose.drug, version),
        "subject": names.patient,
        "effectivePeriod": {
            "start": dose.starts_on.isoformat(),
            "end": dose.ends_on.isoformat() if dose.ends_on is not None else None,
        },
        "dateAsserted": moment(dose.received_at, zone),
        "dosage": [
            {
                "sequence": k,
                "text": (words.dose if len(daily) == 1 else words.dose_in_turn).format(dose=words.number(mg)),
                "timing": {"repeat": {"frequency": 1, "period": len(daily), "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": quantity(mg, "mg", "mg")}],
            }
            for k, mg in enumerate(daily, 1)
        ],
    }


def _measured(value: MeasurementRow, zone: str, names: Names, words: Words) -> Resource:
    loinc, category = KNOWN.get(value.analyte, (None, "laboratory"))
    text = {CREATINE_KINASE: words.creatine_kinase, WEIGHT: words.weight}.get(value.analyte, value.analyte)
    unit = UCUM_UNITS.get(value.unit)
    high = quantity(value.upper_limit, value.unit, unit) if value.upper_limit is not None else None
    return {
        "resourceType": "Observation",
        "id": names.id("Measurement", value.id),
        "status": "final",
        "category": [concept(None, (f"{HL7}/observation-category", category))],
        "code": concept(text, (LOINC, loinc)) if loinc is not None else concept(text),
        "subject": names.patient,
        "effectiveDateTime": value.taken_on.isoformat(),
        "issued": moment(value.received_at, zone),
        "valueQuantity": quantity(value.value, value.unit, unit),
        "referenceRange": [{"high": high}],
    }

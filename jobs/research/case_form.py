"""A diary kept on paper or elsewhere, in the form of the published case, as the lines that an import stores.

What such files do not say is settled here: each line of the diary is a day that was asked, at the team's hour or when
the entry was made if that was before; values and courses were entered now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from jobs import due
from jobs.csv_files import DiaryLine, FolderInputs
from jobs.cycle import Course
from jobs.inputs import WEIGHT, CourseDose
from jobs.research import schema
from jobs.research.checking import Values
from jobs.research.schema import Table
from jobs.scores import ITEMS

# Of words that this bot did not say.
WORDING = "imported"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class CaseLines:
    """One patient of the team, called `pseudonym`; `zone` and `prompt_time` are the team's. `now`: aware."""

    inputs: FolderInputs
    pseudonym: str
    zone: str
    prompt_time: time
    now: datetime

    def of(self, table: Table) -> Iterator[Values]:
        """The lines of a table, as those of an export are read."""
        lines = {
            schema.PATIENTS.file: self._patient,
            schema.DAYS.file: self._days,
            schema.ANSWERS.file: self._answers,
            schema.COURSES.file: self._courses,
            schema.MEASUREMENTS.file: self._measurements,
            schema.STEROIDS.file: self._steroids,
        }.get(table.file)
        for values in lines() if lines is not None else ():
            yield {"patient": self.pseudonym, **values}

    def _patient(self) -> Iterator[Values]:
        yield {
            "status": "active",
            "time_zone": self.zone,
            "prompt_time": self.prompt_time,
            "follow_up": True,
            "days_off": (),
            "paused_until": None,
            "consent_version": None,
            "consented_at": None,
            "withdrawn_at": None,
            "created_at": self.now,
        }

    def _days(self) -> Iterator[Values]:
        for line in self.inputs.lines:
            asked = min(self._asked(line.entry.day), self._entered(line))
            yield {
                "diary_date": line.entry.day,
                "time_zone": self.zone,
                "asked_at": asked,
                "opened_at": asked,
                "closes_at": max(self._asked(line.entry.day + DAY), self._entered(line)),
            }

    def _answers(self) -> Iterator[Values]:
        for line in self.inputs.lines:
            for item, value in zip(ITEMS, line.entry.values, strict=True):
                if value is not None:
                    yield {
                        "diary_date": line.entry.day,
                        "item": item,
                        "revision": 1,
                        "value": int(value),
                        "answered_at": self._entered(line),
                        "received_at": self.now,
                        "late": line.entry.late,
                        "way": "imported",
                        "wording": WORDING,
                    }

    def _asked(self, day: date) -> datetime:
        return due.local_moment(self.zone, day, self.prompt_time)

    def _entered(self, line: DiaryLine) -> datetime:
        """Without a time of its own, when it was asked; the day after, where it is marked as late."""
        if line.entered_at is None:
            return self._asked(line.entry.day + DAY if line.entry.late else line.entry.day)
        return line.entered_at.replace(tzinfo=due.zone_of(self.zone)).astimezone(UTC)

    def _courses(self) -> Iterator[Values]:
        for course in self.inputs.courses:
            given = course.status == "given"
            yield self._course(
                # Of one that is still to come, where it stands now.
                (course.planned_start if given else None) or course.start,
                (course.end - course.start).days + 1,
                self.inputs.doses[course.number],
                status=course.status,
                given_start=course.start if given else None,
                given_end=course.end if given else None,
                regimen=_name(course, self.inputs.doses[course.number]),
            )
        for number, day in self.inputs.cancelled:
            dose = self.inputs.cancelled_doses[number]
            yield self._course(day, 1, dose, status="cancelled", given_start=None, given_end=None, regimen=None)

    def _course(self, planned: date, days: int, dose: CourseDose, **more: object) -> Values:
        known = {"planned_start": planned, "planned_days": days, "created_at": self.now}
        not_known = {"planned_grams_per_kg_per_day": None, "cancelled_because": None}
        return {**known, **not_known, "grams_per_kg_per_day": dose.grams_per_kg_per_day, **more}

    def _measurements(self) -> Iterator[Values]:
        """Body weight stands with the courses there; with one that is to come nobody has been weighed yet."""
        weight, today = None, due.local_date(self.zone, self.now)
        for course in self.inputs.courses:
            kilograms = self.inputs.doses[course.number].weight_kg
            if kilograms not in {None, weight} and course.start <= today:
                weight = kilograms
                yield self._measured(WEIGHT, course.start, kilograms, "kg", None)
        for lab in self.inputs.labs:
            yield self._measured(lab.analyte, lab.day, lab.value, lab.unit, lab.upper_limit)

    def _measured(self, analyte: str, day: date, value: float | None, unit: str, limit: float | None) -> Values:
        known = {"analyte": analyte, "taken_on": day, "value": value, "unit": unit}
        return {**known, "upper_limit": limit, "received_at": self.now}

    def _steroids(self) -> Iterator[Values]:
        for step in self.inputs.steroids:
            yield {
                "drug": step.drug,
                "starts_on": step.start,
                "ends_on": step.end,
                "dose_mg": step.dose_mg,
                "alternate_dose_mg": step.alternate_dose_mg,
                "received_at": self.now,
            }


def _name(course: Course, dose: CourseDose) -> str | None:
    """The regimen's, unless it only repeats its days and dose."""
    bare = f"{(course.end - course.start).days + 1}x{dose.grams_per_kg_per_day:g}"
    return None if course.regimen == bare else course.regimen

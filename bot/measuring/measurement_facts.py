"""What the forms about values and steroid doses know, and the questions that they share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from bot.dialogues.calendar import Days
from bot.dialogues.form import Question, Values
from bot.filling import Filling, living_patient
from bot.replies import Button, Screen
from bot.texts import Html, Texts, locales
from jobs import due, measured, measured_lines, reading
from jobs.refusals import Refusal
from storage.models import Measurement, Patient, SteroidDose

Whose = Literal["patient", "team"]


@dataclass(frozen=True)
class MeasureFacts:
    """Whose values; `today` is the team's. `rows`: of what the form is about, by day.

    `limit`: the upper limit that is proposed, and of whom it was the last one known.
    """

    filling: Filling
    patient: Patient
    today: date
    rows: Sequence[Measurement | SteroidDose] = field(default_factory=tuple)
    limit: tuple[float, Whose] | None = None

    @property
    def values(self) -> list[Measurement]:
        return [row for row in self.rows if isinstance(row, Measurement)]

    @property
    def doses(self) -> list[SteroidDose]:
        return [row for row in self.rows if isinstance(row, SteroidDose)]

    @property
    def days(self) -> measured_lines.Days:
        """How a typed day is read."""
        return measured_lines.Days(self.today, locales(self.filling.someone.chat.language))


def load_patient(filling: Filling) -> tuple[Patient, date]:
    """And the team's today."""
    return living_patient(filling, filling.subject["id"]), due.local_date(filling.team.time_zone, filling.now)


def version(facts: MeasureFacts) -> list[list[object]]:
    """A step that has been ended since is another."""
    ends = [row.ends_on.isoformat() if isinstance(row, SteroidDose) and row.ends_on else None for row in facts.rows]
    return [[row.id, end] for row, end in zip(facts.rows, ends, strict=True)]


def read_day(value: str, facts: MeasureFacts, _values: Values) -> str:
    if not value.strip():
        raise Refusal("form.date_unknown", typed=value, year=facts.today.year)
    return facts.days.read(value).isoformat()


def day_choices(texts: Texts, facts: MeasureFacts, _values: Values) -> list[tuple[str, str]]:
    yesterday = facts.today - timedelta(days=1)
    return [
        (texts("measure.button.today"), facts.today.isoformat()),
        (texts("measure.button.yesterday"), yesterday.isoformat()),
    ]


def past_days(facts: MeasureFacts, _values: Values) -> Days:
    return Days(facts.today - measured.FARTHEST_BACK, facts.today, last=facts.today)


def day_question(key: str) -> Question:
    return Question(
        "day",
        lambda texts, facts, _: texts(key, pseudonym=facts.patient.pseudonym),
        read_day,
        day_choices,
        width=2,
        calendar=past_days,
    )


def read_number(value: str) -> float:
    number = reading.parse_number(value)
    if number is None:
        raise Refusal("measure.no_number", typed=value)
    return number


def done(facts: MeasureFacts, text: Html, texts: Texts, *more: Button) -> Screen:
    """What was done, what can be done about it, and the way back to what was entered."""
    back = Button(texts("measure.button.list"), f"me:list:{facts.patient.id}")
    return Screen(text, (*((button,) for button in more), (back,)))

"""Everything held on one patient, as plain values. All instants are aware; an `id` is the number of the row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from jobs.scores import STAIRS

# The wording of a team's own question stands with the question.
OWN_WORDING = "own"
# In English, as the columns of a CSV file are.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Who:
    """The patient and the chat. `telegram_id` None: no chat yet. `reminder_leads`: days before, None: the team's.

    `follow_up`: asked once more on a day without an answer. `days_off`: weekdays that are not asked, by name.
    `one_column`: the check-in's numbers stand in one column. `label`: the team's own, by which it finds the patient.
    `told_prompt_time`, `told_time_zone`: as the patient last heard them, None: as they are.
    """

    team: str
    pseudonym: str
    status: str
    time_zone: str
    prompt_time: time
    created_at: datetime
    consent_version: str | None = None
    consented_at: datetime | None = None
    paused_until: date | None = None
    reminder_leads: tuple[int, ...] | None = None
    next_prompt_at: datetime | None = None
    told_prompt_time: time | None = None
    told_time_zone: str | None = None
    telegram_id: int | None = None
    language: str | None = None
    chat_created_at: datetime | None = None
    unreachable_since: datetime | None = None
    follow_up: bool = True
    days_off: tuple[str, ...] = ()
    one_column: bool = False
    withdrawn_at: datetime | None = None
    label: str | None = None


@dataclass(frozen=True)
class DayRow:
    """`asked_at` None: the bot did not ask. `message_id`: Telegram's number of the check-in."""

    diary_date: date
    time_zone: str
    asked_at: datetime | None
    opened_at: datetime
    closes_at: datetime
    message_id: int | None = None


@dataclass(frozen=True)
class OwnItemRow:
    """A 0-10 question that the team has added, in the words of one language: `item`, as the answers have it.

    `low` and `high`: what 0 and 10 mean. `for_others`: also for whoever reads a language without words of its own.
    """

    item: str
    language: str
    for_others: bool
    name: str
    low: str
    high: str
    created_at: datetime


@dataclass(frozen=True)
class ItemSetRow:
    """What was asked beside the four from a date on, in order; of the whole `team`, or of this `patient`.

    `items` None: as the team has it.
    """

    valid_from: date
    of: Literal["patient", "team"]
    items: tuple[str, ...] | None
    created_at: datetime


@dataclass(frozen=True)
class AnswerRow:
    """`value` None: skipped on purpose; 0-10, of `stairs` flights. `revision`: from 1; the highest one counts.

    `wording` is the version of our words, or `own` for those of an OwnItemRow.
    """

    diary_date: date
    item: str
    revision: int
    value: int | None
    answered_at: datetime
    received_at: datetime
    late: bool
    way: str
    wording: str


@dataclass(frozen=True)
class CourseRow:
    """Doses in g/kg body weight a day; `status` is `planned`, `given` or `cancelled`.

    `told_start`: as the patient last heard it. `to_announce`: the patient is still to hear of it.
    `planned_grams_per_kg_per_day`: the planned dose of one that was given. `cancelled_because`: a code, None: not said.
    `told_cancelled`: the patient was told so. `asked_on`: when the team was asked whether it was given.
    """

    id: int
    planned_start: date
    planned_days: int
    given_start: date | None
    given_end: date | None
    grams_per_kg_per_day: float
    regimen: str | None
    status: str
    told_start: date | None
    to_announce: bool
    next_reminder_at: datetime | None
    next_reminder_lead: int | None
    revision: int
    created_at: datetime
    planned_grams_per_kg_per_day: float | None = None
    cancelled_because: str | None = None
    told_cancelled: bool = False
    asked_on: date | None = None


@dataclass(frozen=True)
class AttendanceRow:
    """What was said about coming to a course (its row's number) that stood on `planned_start`."""

    course_id: int
    planned_start: date
    is_coming: bool
    said_at: datetime


@dataclass(frozen=True)
class MeasurementRow:
    """`analyte`: `CK` in U/l, `weight` in kg, or what else the team measures."""

    id: int
    analyte: str
    taken_on: date
    value: float
    unit: str
    upper_limit: float | None
    received_at: datetime


@dataclass(frozen=True)
class SteroidRow:
    """mg a day from a day to a day, both included; `ends_on` None: still taken."""

    id: int
    drug: str
    starts_on: date
    ends_on: date | None
    dose_mg: float
    alternate_dose_mg: float | None
    received_at: datetime


@dataclass(frozen=True)
class MessageRow:
    """A message that the clock or a person caused, without its wording. `to` the team: about the patient."""

    id: int
    to: Literal["patient", "team"]
    kind: str
    diary_date: date | None
    course_id: int | None
    due_at: datetime
    expires_at: datetime
    state: str
    attempts: int
    sent_at: datetime | None
    message_id: int | None
    fault: str | None
    alert_id: int | None = None


@dataclass(frozen=True)
class AlertRow:
    """What the team was told of. `item`, `kind`, `threshold` and `days`: the rule that was met.

    `seen`: by date, the answers that met it, as they were then. `acknowledged_at`: somebody on the team had seen it.
    `escalated_at`: nobody had by then, and others were told.
    """

    id: int
    item: str
    kind: str
    threshold: int
    days: int
    first_day: date
    last_day: date
    seen: Mapping[str, Any]
    reference: float | None
    raised_at: datetime
    told_team: bool
    acknowledged_at: datetime | None
    escalated_at: datetime | None = None


@dataclass(frozen=True)
class LookRow:
    """That the page was marked for a look in the team's summary, and for what (`state`, in codes).

    `seen_at`: somebody on the team had seen it; `not_before`: put off until then; `over_at`: it held no longer.
    """

    id: int
    state: tuple[str, ...]
    raised_at: datetime
    seen_at: datetime | None
    not_before: date | None
    over_at: datetime | None


@dataclass(frozen=True)
class AuditRow:
    """`actor`: `patient`, `staff`, `operator`, `clock` or `import`. Which member of staff is that member's datum.

    `takes_back`: the `id` of the change that this one undid.
    """

    id: int
    at: datetime
    actor: str
    action: str
    course_id: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    takes_back: int | None


@dataclass(frozen=True)
class InvitationRow:
    id: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class NoteRow:
    """What the patient wrote about a day, word for word. `said_at`: Telegram's time; `received_at`: the bot's.

    `removed_at`: since when it is shown to nobody else.
    """

    diary_date: date
    text: str
    said_at: datetime
    received_at: datetime
    late: bool = False
    removed_at: datetime | None = None


@dataclass(frozen=True)
class OwnData:
    """`days`, `courses` and `measurements` by date; `answers` by date, question and revision; the rest as it came."""

    who: Who
    days: Sequence[DayRow] = ()
    answers: Sequence[AnswerRow] = ()
    courses: Sequence[CourseRow] = ()
    measurements: Sequence[MeasurementRow] = ()
    steroids: Sequence[SteroidRow] = ()
    messages: Sequence[MessageRow] = ()
    audit: Sequence[AuditRow] = ()
    invitations: Sequence[InvitationRow] = ()
    notes: Sequence[NoteRow] = ()
    attendance: Sequence[AttendanceRow] = ()
    alerts: Sequence[AlertRow] = ()
    looks: Sequence[LookRow] = ()
    own_items: Sequence[OwnItemRow] = ()
    item_sets: Sequence[ItemSetRow] = ()

    def latest_answers(self) -> dict[tuple[date, str], AnswerRow]:
        """By (diary date, item), the revision that counts; in the order of `answers`."""
        latest: dict[tuple[date, str], AnswerRow] = {}
        for answer in self.answers:
            known = latest.get((answer.diary_date, answer.item))
            if known is None or answer.revision > known.revision:
                latest[answer.diary_date, answer.item] = answer
        return latest

    def own_words(self) -> dict[str, OwnItemRow]:
        """By item, the team's own questions as the patient reads them, the oldest first."""
        words: dict[str, OwnItemRow] = {}
        for row in self.own_items:
            if row.language == self.who.language or (row.for_others and row.item not in words):
                words[row.item] = row
        return words

    def further_items(self) -> list[str]:
        """What was ever answered or skipped beside the four: stairs, then the team's own, the oldest first."""
        answered = {answer.item for answer in self.answers}
        return [item for item in (STAIRS, *self.own_words()) if item in answered]

    def zones(self) -> dict[date, str]:
        """The time zone in which each diary day was lived."""
        return {day.diary_date: day.time_zone for day in self.days}

    def zone_on(self, day: date, zones: Mapping[date, str]) -> str:
        """Of `zones()`; a date without a diary day is told in the patient's present zone."""
        return zones.get(day, self.who.time_zone)

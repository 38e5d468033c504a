"""The tables: what is known, and since when. No row holds a name; a cycle day is never stored."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, false, text, true
from sqlmodel import Field, SQLModel

from storage.types import UtcDateTime, choice_of

# Alembic and PostgreSQL agree on names only if we choose them.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# Of the outbox. Word for word in the index and in the query: only so is the one used for the other.
TO_SEND = text("state IN ('pending', 'unsure')")
TO_EXPIRE = text("state IN ('waiting', 'pending', 'unsure')")
BEING_SENT = text("state = 'sending'")


class Role(StrEnum):
    PATIENT = "patient"
    CLINICIAN = "clinician"
    COORDINATOR = "coordinator"


class PatientStatus(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class CourseStatus(StrEnum):
    PLANNED = "planned"
    GIVEN = "given"
    CANCELLED = "cancelled"


class CancelReason(StrEnum):
    """Why a course was cancelled. A code and no words: nothing else about the patient is to be typed there."""

    PATIENT_ILL = "patient_ill"
    PATIENT_COULD_NOT = "patient_could_not"
    CLINIC = "clinic"
    OTHER = "other"


class Item(StrEnum):
    """The daily 0-10 questions, in the order in which they are asked."""

    PAIN = "pain"
    TIREDNESS = "tiredness"
    WEAKNESS = "weakness"
    EXERTION_PAIN = "exertion_pain"


# A team's further question with words of ours: how many flights of stairs were climbed without symptoms.
STAIRS = "stairs"
MOST_FLIGHTS = 99


class Way(StrEnum):
    """How an answer came."""

    BUTTON = "button"
    TYPED = "typed"
    IMPORTED = "imported"


class AlertKind(StrEnum):
    """What an alert rule looks for: a value, or a rise over the patient's own reference."""

    VALUE = "value"
    RISE = "rise"


class SummaryBrings(StrEnum):
    """What a clinician has chosen to be sent once a week: everybody, whoever needs a look, or everybody on paper."""

    ALL = "all"
    LOOK = "look"
    PDF = "pdf"


class MessageKind(StrEnum):
    """What the clock or another person causes to be sent."""

    DAILY_PROMPT = "daily_prompt"
    FOLLOW_UP = "follow_up"
    INFUSION_REMINDER = "infusion_reminder"
    COURSES_CHANGED = "courses_changed"
    COURSE_DECLINED = "course_declined"
    COURSE_ACCEPTED = "course_accepted"
    CONFIRMATION_ASKED = "confirmation_asked"
    CONFIRMATION_CHANGED = "confirmation_changed"
    PROMPT_TIME_CHANGED = "prompt_time_changed"
    WEEKLY_SUMMARY = "weekly_summary"
    SUMMARY_PICTURE = "summary_picture"
    SUMMARY_PDF = "summary_pdf"
    PATIENT_JOINED = "patient_joined"
    PATIENT_WITHDREW = "patient_withdrew"
    PATIENT_CAME_BACK = "patient_came_back"
    PATIENT_ERASED = "patient_erased"
    PATIENT_UNREACHABLE = "patient_unreachable"
    NOT_DELIVERED = "not_delivered"
    ALERT = "alert"
    ALERT_CHANGED = "alert_changed"
    ALERT_NOTICE = "alert_notice"
    ALERT_UNSEEN = "alert_unseen"
    STAFF_CHANGED = "staff_changed"
    STAFF_LEFT = "staff_left"
    SUMMARY_ASKED = "summary_asked"
    CHART_ASKED = "chart_asked"
    OWN_COPY_ASKED = "own_copy_asked"
    OWN_CHART_ASKED = "own_chart_asked"
    EXPORT_ASKED = "export_asked"


class MessageState(StrEnum):
    """`waiting`: for its picture, which is being drawn."""

    WAITING = "waiting"
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNSURE = "unsure"
    FAILED = "failed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class DrawingKind(StrEnum):
    """`page`: a patient's, for clinicians; `summary`: the team's, in words and as a picture; `look` of it, those alone
    who need a look; `summary_pdf` and `look_pdf`: the same on paper. The own ones are for the patient alone. The
    exports are the whole team's diaries, for research.
    """

    PAGE = "page"
    SUMMARY = "summary"
    LOOK = "look"
    SUMMARY_PDF = "summary_pdf"
    LOOK_PDF = "look_pdf"
    OWN_CHART = "own_chart"
    OWN_COPY = "own_copy"
    EXPORT_TABLES = "export_tables"
    EXPORT_BUNDLES = "export_bundles"


class DrawingState(StrEnum):
    WAITING = "waiting"
    DRAWING = "drawing"
    DRAWN = "drawn"
    FAILED = "failed"


class Team(SQLModel, table=True):
    """A clinic. Nothing of one team is ever visible to another.

    `instructions`: by language, what patients read with each reminder of an infusion.
    `follow_up_after`: minutes after which an unanswered check-in is asked once more; empty: never.
    `silent_after`: asked days in a row without an answer, after which a patient counts as silent.
    `next_confirmation_at`: when the coordinators are next asked about unconfirmed courses; empty: not set yet.
    The prices are what the team pays: for a gram of what is infused, and for a day in hospital. Empty: not set.
    `alert_words`: by language, what a patient reads first when an alert has told the team; without: the usual words.
    `escalate_after`: minutes of the team's day after which an alert that nobody has seen is told to others as well;
    empty: never.
    """

    __table_args__ = (
        CheckConstraint("price_per_gram >= 0", name="ck_team_price_per_gram"),
        CheckConstraint("price_per_day >= 0", name="ck_team_price_per_day"),
        CheckConstraint("follow_up_after > 0", name="ck_team_follow_up_after"),
        CheckConstraint("silent_after BETWEEN 2 AND 14", name="ck_team_silent_after"),
        CheckConstraint("escalate_after > 0", name="ck_team_escalate_after"),
    )

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=120, unique=True)
    time_zone: str = Field(max_length=64)
    telephone: str | None = Field(default=None, max_length=40)
    prompt_time: time = time(18, 0)
    follow_up_after: int | None = None
    silent_after: int = Field(default=3, sa_column_kwargs={"server_default": "3"})
    reminder_leads: list[int] = Field(default_factory=lambda: [7, 1, 0], sa_type=JSON)
    reminder_time: time = time(9, 0)
    instructions: dict[str, str] = Field(
        default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": text("'{}'")}
    )
    summary_weekday: int = 0
    summary_time: time = time(8, 0)
    next_confirmation_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    currency: str | None = Field(default=None, max_length=3)
    price_per_gram: float | None = None
    price_per_day: float | None = None
    alert_words: dict[str, str] | None = Field(default=None, sa_type=JSON)
    alerts_to_coordinators: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    escalate_after: int | None = Field(default=120, sa_column_kwargs={"server_default": "120"})
    created_at: datetime = Field(sa_type=UtcDateTime)


class Chat(SQLModel, table=True):
    """A private chat with someone: where messages go, and in which language."""

    id: int = Field(default=None, primary_key=True)
    telegram_id: int = Field(sa_type=BigInteger, unique=True)
    language: str = Field(default="en", max_length=8)
    unreachable_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Staff(SQLModel, table=True):
    """A member of a care team; one chat serves one team. Known by a number in the team, and a short label if given.

    Whoever has left keeps the row, to which the history refers, and has neither a chat nor a role: every look-up goes
    by one of the two, so that none finds them. `hears_of_unseen`: the one who is told of alerts that nobody has seen.
    The weekly summary, for clinicians: what it brings, on which day and hour (both empty: the team's), when it comes
    next, and the moment of the latest one.
    """

    __table_args__ = (
        UniqueConstraint("team_id", "number"),
        CheckConstraint("(summary_weekday IS NULL) = (summary_time IS NULL)", name="ck_staff_summary_time"),
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    number: int
    label: str | None = Field(default=None, max_length=24)
    # Empty once they have left. Whoever is still on a team has one.
    chat_id: int = Field(default=None, foreign_key="chat.id", unique=True, nullable=True)
    coordinator: bool = False
    clinician: bool = False
    hears_of_unseen: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    summary_brings: SummaryBrings = Field(
        default=SummaryBrings.ALL, sa_type=choice_of(SummaryBrings), sa_column_kwargs={"server_default": "all"}
    )
    summary_weekday: int | None = None
    summary_time: time | None = None
    next_summary_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    last_summary_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    joined_at: datetime = Field(sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Patient(SQLModel, table=True):
    """A patient, known by a pseudonym. The chat is absent until the invitation is opened.

    `told_prompt_time` and `told_time_zone` are what the patient last heard of them, empty: as they are. Where they
    differ, a message is due. `days_off`: the weekdays on which nothing is asked, in order; `56` is Saturday and Sunday.
    `one_column`: each number of the check-in has a row of its own. `label`: the team's own, by which its coordinators
    find the patient; empty: none. One who is erased keeps the pseudonym alone, so that no other is given it.
    """

    __table_args__ = (UniqueConstraint("team_id", "pseudonym"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    chat_id: int | None = Field(default=None, foreign_key="chat.id", unique=True)
    pseudonym: str = Field(max_length=12)
    label: str | None = Field(default=None, max_length=24)
    status: PatientStatus = Field(default=PatientStatus.INVITED, sa_type=choice_of(PatientStatus))
    time_zone: str = Field(max_length=64)
    prompt_time: time
    next_prompt_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    follow_up: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    told_prompt_time: time | None = None
    told_time_zone: str | None = Field(default=None, max_length=64)
    reminder_leads: list[int] | None = Field(default=None, sa_type=JSON)
    paused_until: date | None = None
    days_off: str = Field(default="", max_length=7, sa_column_kwargs={"server_default": ""})
    one_column: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    consent_version: str | None = Field(default=None, max_length=16)
    consented_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Invitation(SQLModel, table=True):
    """A single-use way in. Only the token's hash is kept. `invited_by`: the member who made it; empty: the operator."""

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    role: Role = Field(sa_type=choice_of(Role))
    patient_id: int | None = Field(default=None, foreign_key="patient.id", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_by: int | None = Field(default=None, foreign_key="chat.id")
    invited_by: int | None = Field(default=None, foreign_key="staff.id")


class DiaryDay(SQLModel, table=True):
    """One day of one diary. `asked_at` empty means that the bot did not ask: never the patient's omission.

    `noting`: a note is being written. `snoozed`: the patient wants to be asked again, at `next_follow_up_at`.
    `shown_at`: when the patient turned to it; empty: never, or they have turned to another that is open.
    """

    __table_args__ = (
        UniqueConstraint("patient_id", "diary_date"),
        # A few rows among all that ever were.
        Index(
            "ix_diaryday_next_follow_up_at",
            "next_follow_up_at",
            sqlite_where=text("next_follow_up_at IS NOT NULL"),
            postgresql_where=text("next_follow_up_at IS NOT NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    patient_id: int = Field(foreign_key="patient.id")
    diary_date: date
    time_zone: str = Field(max_length=64)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    changing: str | None = Field(default=None, max_length=24)
    noting: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    next_follow_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    snoozed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    shown_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Note(SQLModel, table=True):
    """What a patient wrote beside a day's numbers, word for word. `late`: written after that day."""

    __table_args__ = (Index("ix_note_patient_id_diary_date", "patient_id", "diary_date"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    patient_id: int = Field(foreign_key="patient.id")
    diary_date: date
    text: str = Field(sa_type=Text)
    said_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    late: bool = False


class Answer(SQLModel, table=True):
    """One answer to one item; a correction is a further revision. `value` empty means skipped on purpose.

    `item`: one of `Item`, `stairs`, or an own item's key. `wording`: the version of our words, or `own`.
    """

    __table_args__ = (
        UniqueConstraint("patient_id", "diary_date", "item", "revision"),
        CheckConstraint(
            "value BETWEEN 0 AND 10 OR (item = 'stairs' AND value BETWEEN 0 AND 99)", name="ck_answer_value"
        ),
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    patient_id: int = Field(foreign_key="patient.id")
    diary_date: date
    item: str = Field(max_length=24)
    revision: int
    value: int | None = None
    answered_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    late: bool = False
    way: Way = Field(sa_type=choice_of(Way))
    wording: str = Field(max_length=16)


class OwnItem(SQLModel, table=True):
    """A 0-10 question that a team has added to the four. Never changed: other words are another item.

    `wording`: by language its `name`, and what 0 (`low`) and 10 (`high`) mean; `language`: the one for all others.
    """

    __tablename__ = "own_item"

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    language: str = Field(max_length=8)
    wording: dict[str, dict[str, str]] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def key(self) -> str:
        """As answers and sets have it."""
        return own_key(self.id)


def own_key(number: int) -> str:
    return f"own:{number}"


class ItemSet(SQLModel, table=True):
    """What is asked beside the four, in this order, from a diary date on; a change is a further row.

    Without `patient_id`: of everyone on the team for whom nothing else was chosen. `items` empty: as the team has it.
    """

    __tablename__ = "item_set"
    __table_args__ = (Index("ix_item_set_team_id_patient_id_valid_from", "team_id", "patient_id", "valid_from"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    patient_id: int | None = Field(default=None, foreign_key="patient.id")
    valid_from: date
    items: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    created_at: datetime = Field(sa_type=UtcDateTime)


class Course(SQLModel, table=True):
    """A course of infusions: planned dates and given dates, both kept. Doses in g/kg body weight a day.

    `told_start` is the first day as the patient last heard it; where it differs, a message is due. `told_cancelled`:
    the patient heard that it is cancelled. `to_announce`: it was planned in the chat, and the patient has heard nothing
    of it yet; a message is due, too. `planned_grams_per_kg_per_day`: the planned dose of one that was given.
    `cancelled_because` empty: nobody said why. `asked_on`: the team's day on which the coordinators were asked whether
    it was given.
    """

    __table_args__ = (
        CheckConstraint("planned_days >= 1", name="ck_course_planned_days"),
        CheckConstraint("grams_per_kg_per_day > 0", name="ck_course_grams_per_kg_per_day"),
        # An erased course's number, which old buttons bear, is never another's.
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    patient_id: int = Field(foreign_key="patient.id", index=True)
    planned_start: date
    planned_days: int
    given_start: date | None = None
    given_end: date | None = None
    grams_per_kg_per_day: float
    planned_grams_per_kg_per_day: float | None = None
    regimen: str | None = Field(default=None, max_length=40)
    status: CourseStatus = Field(default=CourseStatus.PLANNED, sa_type=choice_of(CourseStatus))
    cancelled_because: CancelReason | None = Field(default=None, sa_type=choice_of(CancelReason))
    asked_on: date | None = None
    told_start: date | None = None
    to_announce: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    told_cancelled: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    next_reminder_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    next_reminder_lead: int | None = None
    revision: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)


class Attendance(SQLModel, table=True):
    """What a patient said about coming to a course that stood on a day: the latest counts, until the course moves."""

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    patient_id: int = Field(foreign_key="patient.id", index=True)
    course_id: int = Field(foreign_key="course.id")
    planned_start: date
    is_coming: bool
    said_at: datetime = Field(sa_type=UtcDateTime)


class Measurement(SQLModel, table=True):
    """A measured value: creatine kinase (`CK`) in U/l with its upper limit of normal, body weight (`weight`) in kg."""

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    patient_id: int = Field(foreign_key="patient.id", index=True)
    analyte: str = Field(max_length=16)
    taken_on: date
    value: float
    unit: str = Field(max_length=16)
    upper_limit: float | None = None
    received_at: datetime = Field(sa_type=UtcDateTime)


class SteroidDose(SQLModel, table=True):
    """A steroid from a day to a day, both included: mg a day, or in turn with another dose on alternate days.

    `ends_on` empty: still taken.
    """

    __tablename__ = "steroid_dose"
    __table_args__ = (
        CheckConstraint("dose_mg >= 0", name="ck_steroid_dose_dose_mg"),
        CheckConstraint("alternate_dose_mg >= 0", name="ck_steroid_dose_alternate_dose_mg"),
        CheckConstraint("ends_on >= starts_on", name="ck_steroid_dose_ends_on"),
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    patient_id: int = Field(foreign_key="patient.id", index=True)
    drug: str = Field(max_length=40)
    starts_on: date
    ends_on: date | None = None
    dose_mg: float
    alternate_dose_mg: float | None = None
    received_at: datetime = Field(sa_type=UtcDateTime)


class AlertRule(SQLModel, table=True):
    """When a team wants to be told soon: an item at or over `threshold`, on `days` answered days in a row.

    `threshold`: on the scale, or points over the patient's own reference. Never changed: ended, and another made.
    """

    __tablename__ = "alert_rule"
    __table_args__ = (
        CheckConstraint("threshold BETWEEN 1 AND 10", name="ck_alert_rule_threshold"),
        CheckConstraint("days >= 1", name="ck_alert_rule_days"),
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    item: str = Field(max_length=40)
    kind: AlertKind = Field(sa_type=choice_of(AlertKind))
    threshold: int
    days: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Alert(SQLModel, table=True):
    """A rule met by a patient's answers, told to the team once. `seen`: by ISO date, the answers that met it, as then.

    One that was corrected before anybody was told is taken away again. `cause`: the press or the line that raised it.
    `told_patient`: the patient has been told. `told_team`: there was somebody to tell. `acknowledged_by`: one for all.
    `escalate_at`: when it is told to others, unless somebody has seen it by then; `escalated_at`: when that was.
    """

    __table_args__ = (
        UniqueConstraint("patient_id", "rule_id", "last_day"),
        # A few rows among all that ever were.
        Index(
            "ix_alert_escalate_at",
            "escalate_at",
            sqlite_where=text("escalate_at IS NOT NULL"),
            postgresql_where=text("escalate_at IS NOT NULL"),
        ),
        # An erased alert's number, which old buttons bear, is never another's.
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    patient_id: int = Field(foreign_key="patient.id")
    rule_id: int = Field(foreign_key="alert_rule.id")
    first_day: date
    last_day: date
    seen: dict[str, int] = Field(sa_type=JSON)
    reference: float | None = None
    raised_at: datetime = Field(sa_type=UtcDateTime)
    cause: str = Field(max_length=80)
    told_team: bool = False
    told_patient: bool = False
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged_by: int | None = Field(default=None, foreign_key="staff.id")
    escalate_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Look(SQLModel, table=True):
    """That a patient's page needs a look. Seen by one for all: the mark then stays off until there is something new.

    `state`: in few codes, what was known when it was drawn. `not_before`: the day on which it is to come back in any
    case. `over_at`: nobody had seen it, and it holds no longer.
    """

    # An erased one's number, which old buttons bear, is never another's.
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    patient_id: int = Field(foreign_key="patient.id", index=True)
    state: list[str] = Field(sa_type=JSON)
    raised_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen_by: int | None = Field(default=None, foreign_key="staff.id")
    not_before: date | None = None
    over_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Drawing(SQLModel, table=True):
    """A page that messages wait for: the team's, or one patient's; in a language, as it stood at a moment.

    Drawn once for everybody who wants the same, by whichever process has time. `caption` without `png`: words alone.
    `archive`: a PDF, everything held on the patient, or an export of the team. `page` of so many `pages`: the team's
    picture.
    """

    __table_args__ = (Index("ix_drawing_state_id", "state", "id"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    patient_id: int | None = Field(default=None, foreign_key="patient.id", index=True)
    language: str = Field(max_length=8)
    as_of: datetime = Field(sa_type=UtcDateTime)
    dedupe_key: str = Field(max_length=120, unique=True)
    state: DrawingState = Field(default=DrawingState.WAITING, sa_type=choice_of(DrawingState))
    attempts: int = 0
    owner: str | None = Field(default=None, max_length=40)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    kind: DrawingKind = Field(
        default=DrawingKind.PAGE, sa_type=choice_of(DrawingKind), sa_column_kwargs={"server_default": "page"}
    )
    png: bytes | None = Field(default=None, sa_type=LargeBinary)
    archive: bytes | None = Field(default=None, sa_type=LargeBinary)
    page: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    pages: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    caption: str | None = Field(default=None, sa_type=Text)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Pace(SQLModel, table=True):
    """When the next message of a bot may go, and until when none: one row for all replicas, on PostgreSQL alone."""

    bot_id: int = Field(sa_type=BigInteger, primary_key=True)
    next_at: datetime = Field(sa_type=UtcDateTime)
    banned_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OutboxMessage(SQLModel, table=True):
    """A message to be sent: what and when, never how it reads. No wording, no symptoms.

    `rank`: who goes first of those that are due, and `spread` among equals: another order each day, so that nobody is
    always the last. `untold`: it never arrived, and the clinic has not heard so yet.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        # What may be sent, in the order of sending: a few rows among all that ever were.
        Index("ix_outbox_to_send", "rank", "due_at", "spread", "id", sqlite_where=TO_SEND, postgresql_where=TO_SEND),
        Index("ix_outbox_untold", "id", sqlite_where=text("untold"), postgresql_where=text("untold")),
        Index("ix_outbox_to_expire", "expires_at", sqlite_where=TO_EXPIRE, postgresql_where=TO_EXPIRE),
        Index("ix_outbox_being_sent", "lease_until", sqlite_where=BEING_SENT, postgresql_where=BEING_SENT),
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    chat_id: int = Field(foreign_key="chat.id", index=True)
    kind: MessageKind = Field(sa_type=choice_of(MessageKind))
    patient_id: int | None = Field(default=None, foreign_key="patient.id", index=True)
    course_id: int | None = Field(default=None, foreign_key="course.id")
    diary_date: date | None = None
    drawing_id: int | None = Field(default=None, foreign_key="drawing.id", index=True)
    alert_id: int | None = Field(default=None, foreign_key="alert.id", index=True)
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    dedupe_key: str = Field(max_length=120, unique=True)
    rank: int = 0
    spread: int = 0
    due_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    untold: bool = False
    state: MessageState = Field(default=MessageState.PENDING, sa_type=choice_of(MessageState))
    attempts: int = 0
    doubtful: bool = False
    owner: str | None = Field(default=None, max_length=40)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fault: str | None = Field(default=None, max_length=80)


class Dialogue(SQLModel, table=True):
    """Where a chat stands in a form; in a row, so that a restart in mid-answer is invisible."""

    chat_id: int = Field(foreign_key="chat.id", primary_key=True)
    form: str = Field(max_length=24)
    state: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Receipt(SQLModel, table=True):
    """A typed message or a press that was acted upon: delivered again, it changes nothing."""

    chat_id: int = Field(foreign_key="chat.id", primary_key=True)
    what: str = Field(max_length=80, primary_key=True)
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)


class AuditEntry(SQLModel, table=True):
    """Who changed what, when, from what to what. `actor` is `staff:3`, `patient:7`, `operator`, `clock`,
    or `import` for what happened elsewhere.

    `takes_back`: the earlier entry whose change this one undid; each can be undone once.
    """

    __tablename__ = "audit"

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=24)
    action: str = Field(max_length=40)
    patient_id: int | None = Field(default=None, foreign_key="patient.id", index=True)
    course_id: int | None = Field(default=None, foreign_key="course.id")
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    takes_back: int | None = Field(default=None, foreign_key="audit.id", unique=True)

"""Teams, their staff and their patients."""

from datetime import date, datetime, time

from sqlalchemy import JSON, BigInteger, CheckConstraint, UniqueConstraint, false, text, true
from sqlmodel import Field, SQLModel

from storage.models.choices import PatientStatus, Role, SummaryBrings
from storage.types import UtcDateTime, choice_of


class Team(SQLModel, table=True):
    """A clinic. Nothing of one team is ever visible to another.

    `instructions`: by language, what patients read with each reminder of an infusion.
    `follow_up_after`: minutes after which an unanswered check-in is asked once more; empty: never.
    `silent_after`: asked days in a row without an answer, after which a patient counts as silent.
    `confirmation_time`: the hour, by the team's clock, at which coordinators are asked whether courses were given.
    `next_confirmation_at`: when the coordinators are next asked about unconfirmed courses; empty: not set yet.
    `next_tidying_at`: when what has served its purpose is next deleted; empty: not set yet.
    The prices are what the team pays: for a gram of what is infused, and for a day in hospital. Empty: not set.
    `alert_words`: by language, what a patient reads first when an alert has told the team; without: the usual words.
    `escalate_after`: minutes of the team's day after which an alert that nobody has seen is told to others as well;
    empty: never. `chairs`: how many patients can have an infusion on one day; empty: not set.
    """

    __table_args__ = (
        CheckConstraint("price_per_gram >= 0", name="ck_team_price_per_gram"),
        CheckConstraint("price_per_day >= 0", name="ck_team_price_per_day"),
        CheckConstraint("follow_up_after > 0", name="ck_team_follow_up_after"),
        CheckConstraint("silent_after BETWEEN 2 AND 14", name="ck_team_silent_after"),
        CheckConstraint("escalate_after > 0", name="ck_team_escalate_after"),
        CheckConstraint("chairs BETWEEN 1 AND 200", name="ck_team_chairs"),
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
    confirmation_time: time = Field(default=time(9, 0), sa_column_kwargs={"server_default": "09:00:00"})
    instructions: dict[str, str] = Field(
        default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": text("'{}'")}
    )
    summary_weekday: int = 0
    summary_time: time = time(8, 0)
    next_confirmation_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    next_tidying_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    currency: str | None = Field(default=None, max_length=3)
    price_per_gram: float | None = None
    price_per_day: float | None = None
    alert_words: dict[str, str] | None = Field(default=None, sa_type=JSON)
    alerts_to_coordinators: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    escalate_after: int | None = Field(default=120, sa_column_kwargs={"server_default": "120"})
    chairs: int | None = None
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
        # Nor is any other's number, which old buttons bear, given again: a restore goes on far behind all that were.
        {"sqlite_autoincrement": True},
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

    __table_args__ = (UniqueConstraint("team_id", "pseudonym"), {"sqlite_autoincrement": True})

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

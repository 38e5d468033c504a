"""The diary, and what is asked in it."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Text, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from storage.models.choices import Way
from storage.types import UtcDateTime, choice_of


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
    """What a patient wrote beside a day's numbers, word for word. `late`: written after that day.

    `removed_at`: when the patient took it away, or put another in its place. It is then shown to nobody but them.
    """

    __table_args__ = (Index("ix_note_patient_id_diary_date", "patient_id", "diary_date"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    patient_id: int = Field(foreign_key="patient.id")
    diary_date: date
    text: str = Field(sa_type=Text)
    said_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    late: bool = False
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


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
    __table_args__ = {"sqlite_autoincrement": True}

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

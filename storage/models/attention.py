"""What somebody of the team should look at."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.models.choices import AlertKind
from storage.types import UtcDateTime, choice_of


class AlertRule(SQLModel, table=True):
    """When a team wants to be told soon: an item at or over `threshold`, on `days` answered days in a row.

    `threshold`: on the scale, or points over the patient's own reference. Never changed: ended, and another made.
    """

    __tablename__ = "alert_rule"
    __table_args__ = (
        CheckConstraint("threshold BETWEEN 1 AND 10", name="ck_alert_rule_threshold"),
        CheckConstraint("days >= 1", name="ck_alert_rule_days"),
        {"sqlite_autoincrement": True},
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

    One that was corrected before anybody was told is taken away again.
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

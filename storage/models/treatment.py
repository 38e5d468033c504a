"""Courses of infusions, and what else is measured and taken."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, false
from sqlmodel import Field, SQLModel

from storage.models.choices import CancelReason, CourseStatus
from storage.types import UtcDateTime, choice_of


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

    __table_args__ = {"sqlite_autoincrement": True}

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
        {"sqlite_autoincrement": True},
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

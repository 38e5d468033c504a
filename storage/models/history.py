"""Who changed what."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from storage.types import UtcDateTime


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

"""Which row of the outbox a request of the courier's is about: each message goes its way in a task of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from unittest.mock import patch

from sqlmodel import Session

from bot import letters
from bot.letters import Letter
from jobs import due
from storage import courses, outbox, patients
from storage.models import Course, CourseStatus, MessageKind, OutboxMessage


@dataclass(frozen=True)
class Writing:
    """A letter on its way. `tells`: of each course that it is about, the first day, or None where it is cancelled."""

    row: int
    kind: MessageKind
    key: str
    patient: int | None
    account: int
    tells: dict[int, date | None] = field(default_factory=dict)


_now: ContextVar[Writing | None] = ContextVar("letter", default=None)


def writing() -> Writing | None:
    """The letter that the present task is sending; None where it answers somebody."""
    return _now.get()


@contextmanager
def watched() -> Iterator[None]:
    """While letters are written, it is seen of which row and of what they tell."""
    write: Callable[[Session, OutboxMessage, datetime], Letter | None] = letters.write

    def seen(session: Session, message: OutboxMessage, now: datetime) -> Letter | None:
        tells = _tells(session, message, now)
        letter = write(session, message, now)
        if letter is not None:
            _now.set(
                Writing(message.id, message.kind, message.dedupe_key, message.patient_id, letter.telegram_id, tells)
            )
        return letter

    with patch.object(letters, "write", seen):
        yield


def _tells(session: Session, message: OutboxMessage, now: datetime) -> dict[int, date | None]:
    if message.kind is MessageKind.INFUSION_REMINDER:
        _, course, day, _ = message.dedupe_key.split(":")
        return {int(course): date.fromisoformat(day)}
    if message.kind is not MessageKind.COURSES_CHANGED or message.patient_id is None:
        return {}
    told = courses.courses_to_tell(session, message.team_id, message.patient_id)
    if outbox.dates_in_doubt(session, message.team_id, message.patient_id):
        known = courses.courses_of(session, message.team_id, message.patient_id)
        patient = patients.patient_of_team(session, message.team_id, message.patient_id)
        today = due.local_date(patient.time_zone if patient is not None else "UTC", now)
        told += [c for c in known if c.status is CourseStatus.PLANNED and courses.last_day(c) >= today]
    return {course.id: _stands(course) for course in told}


def _stands(course: Course) -> date | None:
    return None if course.status is CourseStatus.CANCELLED else course.planned_start

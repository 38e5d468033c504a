"""Which row of the outbox a request of the courier's is about: told by the screen that is being sent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from unittest.mock import patch

from sqlmodel import Session

from bot import letters
from bot.letters import Letter
from bot.replies import Screen
from bot.traffic.pacer import Priority
from bot.traffic.speaker import Speaker
from jobs import due, outlook
from storage import courses, patients, queued
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
    send = Speaker.send
    written: dict[int, tuple[Screen, Writing]] = {}

    def seen(session: Session, message: OutboxMessage, now: datetime) -> Letter | None:
        tells = _tells(session, message, now)
        letter = write(session, message, now)
        if letter is not None:
            about = Writing(message.id, message.kind, message.dedupe_key, message.patient_id, letter.telegram_id, tells)
            written[id(letter.screen)] = letter.screen, about
        return letter

    async def sends(speaker: Speaker, telegram_id: int, screen: Screen, priority: Priority) -> int:
        _, about = written.pop(id(screen), (None, None))
        before = _now.set(about)
        try:
            return await send(speaker, telegram_id, screen, priority)
        finally:
            _now.reset(before)

    with patch.object(letters, "write", seen), patch.object(Speaker, "send", sends):
        yield


def _tells(session: Session, message: OutboxMessage, now: datetime) -> dict[int, date | None]:
    if message.kind is MessageKind.INFUSION_REMINDER:
        _, course, day, _ = message.dedupe_key.split(":")
        return {int(course): date.fromisoformat(day)}
    if message.kind is not MessageKind.COURSES_CHANGED or message.patient_id is None:
        return {}
    patient = patients.patient_of_team(session, message.team_id, message.patient_id)
    told = outlook.untold(session, patient, now) if patient is not None else []
    if patient is not None and queued.dates_in_doubt(session, message.team_id, message.patient_id):
        known = courses.courses_of(session, message.team_id, message.patient_id)
        today = due.local_date(patient.time_zone, now)
        told += [c for c in known if c.status is CourseStatus.PLANNED and courses.last_day(c) >= today]
    return {course.id: _stands(course) for course in told}


def _stands(course: Course) -> date | None:
    return None if course.status is CourseStatus.CANCELLED else course.planned_start

"""Patients who are due, quickly: joined through the jobs; and the mishaps that more than one file needs."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError
from telegram.error import NetworkError

from bot.local.world import World
from bot.traffic.pacer import Priority
from jobs import schedule
from jobs.schedule import CoursePlan
from storage import audit, chats
from storage.database import Database
from storage.models import MessageKind, OutboxMessage
from tests.storage.support import joined_patient
from tests.support import Bot, Clinic, Someone

EVENING = "2026-03-02 18:00"
QUESTION = "How strong was your pain today?"


def has_started(world: World, account: int) -> None:
    """As somebody who has written to the bot before."""
    person = world.person(account, f"Person {account}")
    with world.changed:
        person.started = True


def patients(clinic: Clinic, many: int = 1) -> list[Someone]:
    """So many who are asked at 18:00 in London, today for the first time."""
    members = [clinic.someone() for _ in range(many)]

    def join(session: Any) -> None:
        for member in members:
            joined_patient(session, member.account, time(18, 0), now=clinic.clock.now())

    clinic.write(join)
    for member in members:
        has_started(clinic.world, member.account)
    return members


def asked(member: Someone) -> list[dict[str, Any]]:
    """The check-ins that are to be seen in the chat."""
    return [m for m in member.messages if QUESTION in str(m.get("text"))]


def outbox_of(clinic: Clinic, *kinds: MessageKind) -> list[OutboxMessage]:
    rows: Iterable[OutboxMessage] = clinic.rows(OutboxMessage)
    return [row for row in rows if row.kind in kinds or not kinds]


def the_prompt(clinic: Clinic) -> OutboxMessage:
    (row,) = outbox_of(clinic, MessageKind.DAILY_PROMPT)
    return row


def becomes_evening(clinic: Clinic) -> datetime:
    instant = clinic.local(EVENING)
    clinic.becomes(instant)
    return instant


def fails_to_connect(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The next so many messages find nobody to connect to."""
    speaker = clinic.bot.running.courier._speaker
    send, left = speaker.send, [times]

    async def no_route(telegram_id: int, screen: Any, priority: Priority) -> int:
        if left[0] and priority is Priority.BROADCAST:
            left[0] -= 1
            raise NetworkError("no route") from httpx.ConnectError("no route")
        return int(await send(telegram_id, screen, priority))

    monkeypatch.setattr(speaker, "send", no_route)


def with_course(clinic: Clinic, account: int) -> int:
    """A course tomorrow: the reminder of the day before comes at nine on 4 March."""

    def work(session: Any) -> int:
        found = chats.who_is(session, account)
        assert found is not None
        assert found.patient is not None
        plans = [CoursePlan(date(2026, 3, 5), 2, 0.4)]
        (course,) = schedule.plan_courses(session, audit.OPERATOR, found.patient, plans, clinic.clock.now())
        return course.id

    return int(clinic.write(work))


def later(clinic: Clinic, **passes: float) -> None:
    """Lets a moment pass in which the courier sends again what waits for it."""
    clinic.passes(**passes)  # type: ignore[arg-type]


@contextmanager
def commits_fail(database: Database, times: int) -> Iterator[list[str]]:
    """The next so many commits that would have brought an answer to the disk fail at their end."""
    refused: list[str] = []
    answering: set[int] = set()

    def executed(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO answer"):
            answering.add(id(connection))

    def committing(connection: Connection) -> None:
        if id(connection) in answering:
            answering.discard(id(connection))
            if len(refused) < times:
                refused.append("refused")
                raise OperationalError("COMMIT", {}, Exception("no space left on device"))

    event.listen(database.engine, "after_cursor_execute", executed)
    event.listen(database.engine, "commit", committing)
    try:
        yield refused
    finally:
        event.remove(database.engine, "after_cursor_execute", executed)
        event.remove(database.engine, "commit", committing)


def evening_of_one(clinic: Clinic) -> Someone:
    (anna,) = patients(clinic)
    becomes_evening(clinic)
    assert len(asked(anna)) == 1
    return anna


def the_buttons(member: Someone) -> tuple[int, dict[str, str]]:
    message = member.last["message_id"]
    return message, member.buttons_of(message)


@contextmanager
def while_away(clinic: Clinic) -> Iterator[None]:
    """The bot is stopped in good order; what happens meanwhile waits for it, to be told in one batch."""
    clinic.bot.__exit__()
    yield
    clinic.bot = Bot(clinic.database, clinic.server.url, clinic.clock, clinic.pace)
    clinic.bot.__enter__()
    clinic.calm()


def last_update(clinic: Clinic) -> int:
    return max(clinic.world.updates)

"""What a courier that is stopped, or cannot write, leaves behind: little, and nothing that it does not know of."""

import threading
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot import runtime
from bot.local.faults import Fault
from bot.traffic import courier
from storage import audit
from storage.models import (
    MessageState,
)
from tests.delivery import support
from tests.delivery.support import asked, becomes_evening, later, outbox_of, the_prompt
from tests.support import PATIENCE, Clinic

BY = audit.OPERATOR


def test_what_was_sent_and_could_not_be_noted_is_noted_later_and_not_sent_again(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "WAITS_TO_NOTE", (0.01,) * 500)
    (anna,) = support.patients(clinic)
    disk_full = threading.Event()
    refused: list[str] = []

    def about_to(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if disk_full.is_set() and statement.startswith("UPDATE outbox") and "sent_at" in statement:
            refused.append(statement)
            if len(refused) == 3:
                disk_full.clear()
            raise OperationalError("UPDATE", {}, Exception("no space left on device"))

    event.listen(clinic.database.engine, "before_cursor_execute", about_to)
    disk_full.set()
    becomes_evening(clinic)
    clinic.calm()
    assert len(refused) == 3
    prompt = the_prompt(clinic)
    assert (prompt.state, prompt.attempts, prompt.doubtful) == (MessageState.SENT, 1, False)
    later(clinic, minutes=30)
    assert len(asked(anna)) == 1


def test_no_more_are_in_doubt_at_any_moment_than_are_in_flight(clinic: Clinic) -> None:
    """Sent and not yet written down: what a kill at that moment would send twice."""
    members = support.patients(clinic, 40)
    clinic.world.misbehave(Fault("latency", "sendMessage", times=None, delay=0.02))
    noted = 0
    most = 0

    def after(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal noted, most
        if statement.startswith("UPDATE outbox") and "sent_at" in statement:
            most = max(most, sum(len(asked(member)) for member in members) - noted)
            noted += 1

    event.listen(clinic.database.engine, "before_cursor_execute", after)
    becomes_evening(clinic)
    clinic.calm()
    assert noted == 40
    assert 1 <= most <= 8


def test_stopping_gives_back_what_was_not_begun(clinic: Clinic) -> None:
    members = support.patients(clinic, 40)
    clinic.world.misbehave(Fault("latency", "sendMessage", times=None, delay=0.4))
    clinic.clock.move_to(clinic.local("2026-03-02 18:00"))
    clinic.bot.ticks()
    clinic.world.wait_for(lambda _: sum(len(asked(member)) for member in members) >= 1, PATIENCE)
    clinic.bot.__exit__()
    states = {row.state for row in outbox_of(clinic)}
    assert states == {MessageState.SENT, MessageState.PENDING}
    assert {row.attempts for row in outbox_of(clinic) if row.state is MessageState.PENDING} == {0}
    sent = sum(row.state is MessageState.SENT for row in outbox_of(clinic))
    assert sent == sum(len(asked(member)) for member in members)
    clinic.world.behave()
    clinic.bot = type(clinic.bot)(clinic.database, clinic.server.url, clinic.clock)
    clinic.bot.__enter__()
    clinic.world.wait_for(lambda _: all(asked(member) for member in members), PATIENCE)
    clinic.calm()
    assert [len(asked(member)) for member in members] == [1] * 40


def test_stopping_in_a_hanging_request_leaves_it_unsure(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "PATIENCE_AT_THE_END", 0.2)
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault("hang_after_accepting", "sendMessage"))
    clinic.clock.move_to(clinic.local("2026-03-02 18:00"))
    clinic.bot.ticks()
    clinic.world.wait_for(lambda _: asked(anna), PATIENCE)
    clinic.bot.__exit__()
    prompt = the_prompt(clinic)
    assert (prompt.state, prompt.doubtful, prompt.owner) == (MessageState.UNSURE, True, None)
    clinic.bot = type(clinic.bot)(clinic.database, clinic.server.url, clinic.clock)
    clinic.bot.__enter__()

"""The operator hears in their own chat when the bot needs a person, and no more often than is of use."""

import asyncio
import concurrent.futures
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.local.faults import Fault
from bot.watching import lookout
from bot.watching.watch import Watch
from jobs import parked
from storage.models import RedLight
from tests.bot.watching.support import Monitor, watched
from tests.bot.watching.test_parked import refused_for_good
from tests.delivery.support import has_started
from tests.someone import Someone
from tests.support import TOKEN, Clinic, settings_for

RED, GREEN = "This bot needs a person.", "All is well again"


@contextmanager
def operated(clinic: Clinic) -> Iterator[tuple[Someone, Monitor]]:
    operator = clinic.someone()
    has_started(clinic.world, operator.account)
    with watched(clinic, operator_chat=operator.account) as monitor:
        yield operator, monitor


def looks(clinic: Clinic, watch: Watch, *, minutes: float = 0, times: int = 1) -> None:
    """The watch looks so often, after so many minutes each."""
    for _ in range(times):
        clinic.passes(minutes=minutes)
        watch.lookout._seen = None
        clinic.bot.do(watch.look())


def heard(operator: Someone) -> list[str]:
    return [text.splitlines()[0] for text in operator.everything]


def test_a_red_light_is_told_once_again_the_next_day_and_that_all_is_well(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    with operated(clinic) as (operator, monitor):
        looks(clinic, monitor.watch)
        refused_for_good(clinic)
        looks(clinic, monitor.watch)
        assert heard(operator) == []
        looks(clinic, monitor.watch, minutes=4)
        assert heard(operator) == [RED]
        assert "parked: messages that failed and that nobody has looked at: 1. python -m bot parked" in operator.sees
        looks(clinic, monitor.watch, minutes=30, times=5)
        assert len(heard(operator)) == 1
        looks(clinic, monitor.watch, minutes=24 * 60)
        assert heard(operator) == [RED, RED]
        clinic.write(lambda session: parked.let_go(session, clinic.clock.now()))
        looks(clinic, monitor.watch)
        looks(clinic, monitor.watch, minutes=4)
        assert heard(operator)[2].startswith(GREEN)
        assert clinic.rows(RedLight) == []


def test_neither_a_restart_nor_a_second_process_tells_it_again(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    with operated(clinic) as (operator, monitor):
        refused_for_good(clinic)
        looks(clinic, monitor.watch)
        looks(clinic, monitor.watch, minutes=4)
        assert heard(operator) == [RED]
        second = Watch(
            clinic.bot.running, settings_for(clinic.server.url, watch_listen=None, operator_chat=operator.account)
        )
        looks(clinic, second, minutes=4, times=3)
        assert heard(operator) == [RED]


def test_what_is_broken_may_be_the_database(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "PATIENCE", 0.3)
    with operated(clinic) as (operator, monitor):
        looks(clinic, monitor.watch)
        other = sqlite3.connect(str(clinic.database.url.database), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")

        def looks_after(minutes: float) -> None:
            clinic.clock.move_to(clinic.clock.now() + timedelta(minutes=minutes))
            monitor.watch.lookout._seen = None
            clinic.bot.do(monitor.watch.look())

        for minutes in (0, 2, 2, 2):
            looks_after(minutes)
        assert heard(operator) == [RED]
        assert "database: the database cannot be reached (no answer within" in operator.sees
        other.execute("ROLLBACK")
        other.close()
        monkeypatch.setattr(lookout, "PATIENCE", 30.0)
        looks(clinic, monitor.watch)
        looks(clinic, monitor.watch, minutes=4)
        assert [text.startswith(GREEN) for text in heard(operator)] == [False, True]
        assert clinic.rows(RedLight) == []


def test_what_telegram_did_not_take_is_told_when_it_does(clinic: Clinic) -> None:
    with operated(clinic) as (operator, monitor):
        refused_for_good(clinic)
        looks(clinic, monitor.watch)
        clinic.world.misbehave(Fault("server_error", times=None))
        looks(clinic, monitor.watch, minutes=4)
        assert heard(operator) == []
        looks(clinic, monitor.watch, minutes=4, times=3)
        clinic.world.faults.lift()
        looks(clinic, monitor.watch)
        assert heard(operator) == [RED], "the once more is kept until Telegram is in order"
        looks(clinic, monitor.watch, minutes=10, times=3)
        assert heard(operator) == [RED]


def test_what_was_not_sent_at_all_is_told_at_the_next_look(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    with operated(clinic) as (operator, monitor):
        refused_for_good(clinic)
        looks(clinic, monitor.watch)
        clinic.world.block(operator.account)
        looks(clinic, monitor.watch, minutes=4)
        clinic.world.unblock(operator.account)
        looks(clinic, monitor.watch)
        assert heard(operator) == [RED]


@pytest.mark.parametrize("arrives", [False, True])
def test_a_kill_while_it_is_told_loses_nothing_and_tells_it_twice_at_most(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, arrives: bool
) -> None:
    with operated(clinic) as (operator, monitor):
        refused_for_good(clinic)
        looks(clinic, monitor.watch)
        bot = clinic.bot.running.bot
        sends = type(bot).send_message

        async def killed(self: Any, *words: Any, **more: Any) -> Any:
            if arrives:
                await sends(self, *words, **more)
            raise asyncio.CancelledError

        with monkeypatch.context() as dying:
            dying.setattr(type(bot), "send_message", killed)
            with pytest.raises(concurrent.futures.CancelledError):
                looks(clinic, monitor.watch, minutes=4)
        assert heard(operator) == [RED] * arrives
        told = {"watch_listen": None, "operator_chat": operator.account}
        second = Watch(clinic.bot.running, settings_for(clinic.server.url, **told))
        looks(clinic, second)
        assert heard(operator) == [RED] * arrives, "whoever has begun to tell it may be at it still"
        looks(clinic, second, minutes=3, times=10)
        assert heard(operator) == [RED] * (1 + arrives)


def test_an_operator_who_has_blocked_the_bot_stops_nothing(clinic: Clinic) -> None:
    with operated(clinic) as (operator, monitor):
        clinic.world.block(operator.account)
        refused_for_good(clinic)
        looks(clinic, monitor.watch)
        looks(clinic, monitor.watch, minutes=4, times=3)
        assert heard(operator) == []


def test_without_a_chat_nobody_is_told(clinic: Clinic) -> None:
    with watched(clinic) as monitor:
        refused_for_good(clinic)
        looks(clinic, monitor.watch)
        looks(clinic, monitor.watch, minutes=4)
        assert monitor.red() == ["parked"]
    assert clinic.rows(RedLight) == []


@pytest.mark.parametrize("who", ["a stranger", "a patient", "a coordinator"])
def test_anybody_is_told_the_number_of_their_own_chat_and_nothing_is_stored(clinic: Clinic, who: str) -> None:
    met = {"a stranger": clinic.someone, "a patient": clinic.patient, "a coordinator": clinic.coordinator}
    member: Someone = met[who]()  # type: ignore[operator]
    before = clinic.stored()
    member.says("/id")
    assert f"The number of this chat is {member.account}." in member.sees
    assert TOKEN not in member.sees
    assert clinic.stored() == before

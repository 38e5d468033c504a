"""Updates in: acknowledged once they are on disk, and not before."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError
from telegram.error import InvalidToken

from bot.local.faults import Fault, Kind
from bot.patient import answering as patient
from bot.runtime import Running
from bot.traffic import disowning, intake, webhook
from storage import diary
from tests.delivery import support
from tests.delivery.support import (
    becomes_evening,
    commits_fail,
    evening_of_one,
    last_update,
    the_buttons,
    while_away,
)
from tests.postgres import PostgresServer
from tests.support import PATIENCE, TOKEN, Bot, Clinic, settings_for

DAY = "2026-03-02"
ITEMS = ("pain", "tiredness", "weakness", "exertion_pain")
FAULTS: tuple[Kind, ...] = (
    "server_error",
    "too_many_requests",
    "reset_before",
    "reset_after_accepting",
    "reset_mid_response",
    "bad_gateway_after_accepting",
)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "WAIT_AFTER_FAULT", 0.05)


def test_an_update_is_acknowledged_only_after_its_commit(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = evening_of_one(clinic)
    with commits_fail(clinic.database, 3) as refused:
        assert anna.presses("7") == "Pain: 7"
    assert len(refused) == 3
    assert anna.answers == [(DAY, "pain", 1, 7)]
    assert "tiredness" in anna.sees
    offsets = [r.fields.get("offset", 0) for r in clinic.world.requests if r.method == "getUpdates"]
    update = last_update(clinic)
    assert offsets.count(update) >= 3, "asked for again after each failure"
    assert max(offsets) == update
    assert clinic.world.waiting_updates == 0, "and acknowledged by the poll that waits now"


def test_while_nothing_can_be_stored_nothing_is_acknowledged_or_answered(clinic: Clinic) -> None:
    anna = evening_of_one(clinic)
    message, buttons = the_buttons(anna)
    with commits_fail(clinic.database, 1_000_000) as refused:
        clinic.world.press(anna.account, message, buttons["7"])
        clinic.world.wait_for(lambda _: len(refused) >= 5, PATIENCE)
        assert clinic.world.waiting_updates == 1
        assert clinic.world.callback_answers(anna.account) == []
        assert "How strong was your pain" in anna.sees
    clinic.calm()
    assert anna.answers == [(DAY, "pain", 1, 7)]


def test_a_failed_commit_keeps_the_order_within_the_chat(clinic: Clinic) -> None:
    anna = evening_of_one(clinic)
    with while_away(clinic):
        for line in ("1", "2", "3", "4"):
            clinic.world.say(anna.account, line)
        failing = commits_fail(clinic.database, 2)
        failing.__enter__()
    failing.__exit__(None, None, None)
    assert anna.answers == [(DAY, item, 1, value) for item, value in zip(ITEMS, (1, 2, 3, 4), strict=True)]


def test_others_are_served_while_one_update_cannot_be_committed(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben = support.patients(clinic, 2)
    becomes_evening(clinic)
    anna_id, record, left = anna.row.id, diary.record_answer, [4]

    def locked(session: Any, *, day: Any, **facts: Any) -> Any:
        if day.patient_id == anna_id and left[0]:
            left[0] -= 1
            raise OperationalError("INSERT", {}, Exception("locked"))
        return record(session, day=day, **facts)

    monkeypatch.setattr(diary, "record_answer", locked)
    with while_away(clinic):
        clinic.world.say(anna.account, "7")
        clinic.world.say(ben.account, "3")
    assert anna.answers == [(DAY, "pain", 1, 7)]
    assert ben.answers == [(DAY, "pain", 1, 3)]


def test_postgresql_killed_under_the_bot_costs_no_answer(postgres: PostgresServer) -> None:
    with postgres.new_database() as database, Clinic(database) as clinic:
        anna = evening_of_one(clinic)
        killed = threading.Event()

        def kill(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith("INSERT INTO answer") and not killed.is_set():
                killed.set()
                pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
                with postgres._admin.connect() as admin:
                    admin.execute(text("SELECT pg_terminate_backend(:pid, 1000)"), {"pid": pid})

        event.listen(database.engine, "after_cursor_execute", kill)
        anna.presses("7")
        assert killed.is_set()
        assert anna.answers == [(DAY, "pain", 1, 7)]
        assert "tiredness" in anna.sees


def test_all_connections_lost_at_once_are_made_anew(postgres: PostgresServer) -> None:
    with postgres.new_database() as database, Clinic(database) as clinic:
        anna = evening_of_one(clinic)
        for value in ("1", "2", "3", "4"):
            with postgres._admin.connect() as admin:
                admin.execute(
                    text("SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE datname = :name"),
                    {"name": database.url.database},
                )
            anna.presses(value)
        assert [value for *_, value in anna.answers] == [1, 2, 3, 4]


def test_a_slow_answer_in_one_chat_holds_up_no_other(clinic: Clinic) -> None:
    anna, ben = support.patients(clinic, 2)
    becomes_evening(clinic)
    clinic.world.misbehave(Fault("latency", "editMessageText", chat_id=anna.account, delay=2.0))
    with while_away(clinic):
        for member in (anna, ben):
            clinic.world.say(member.account, "7")
    done = [r.fields["chat_id"] for r in clinic.world.requests if r.method == "editMessageText" and r.outcome == 200]
    assert done == [ben.account, anna.account]


def test_an_update_nobody_can_make_sense_of_is_told_so_and_not_asked_for_again(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = evening_of_one(clinic)
    original = patient.typed

    def stumbles(session: Any, incoming: Any, someone: Any) -> Any:
        replies = original(session, incoming, someone)
        if incoming.text == "8":
            raise ZeroDivisionError
        return replies

    monkeypatch.setattr(patient, "typed", stumbles)
    before = len(clinic.world.requests)
    anna.says("8")
    assert clinic.world.waiting_updates == 0
    assert [r.method for r in clinic.world.requests[before:] if r.method != "getUpdates"] == ["sendMessage"]
    anna.says("7")
    assert anna.answers == [(DAY, "pain", 1, 7)]


@pytest.mark.parametrize("line", ["/patient P-\x00", "/start \x00\x00", "\x00", "/chart \x00"])
def test_what_a_database_cannot_hold_does_not_come_for_ever(postgres: PostgresServer, line: str) -> None:
    with postgres.new_database() as database, Clinic(database) as clinic:
        coordinator = clinic.coordinator()
        coordinator.says(line)
        assert clinic.world.waiting_updates == 0
        coordinator.says("/help")
        assert "/roster" in coordinator.sees


@pytest.mark.parametrize("kind", FAULTS)
def test_a_poll_that_fails_is_asked_again_and_loses_nothing(clinic: Clinic, kind: Kind) -> None:
    anna = evening_of_one(clinic)
    message, buttons = the_buttons(anna)
    with while_away(clinic):
        clinic.world.press(anna.account, message, buttons["7"])
        clinic.world.misbehave(Fault(kind, "getUpdates", times=2, retry_after=1))
    assert anna.answers == [(DAY, "pain", 1, 7)]


def test_stopping_acknowledges_what_is_committed(clinic: Clinic) -> None:
    anna = evening_of_one(clinic)
    anna.presses("7")
    clinic.bot.__exit__()
    assert clinic.world.waiting_updates == 0
    offsets = [r.fields.get("offset", 0) for r in clinic.world.requests if r.method == "getUpdates"]
    assert offsets[-1] == last_update(clinic) + 1
    clinic.bot = Bot(clinic.database, clinic.server.url, clinic.clock, clinic.pace)
    clinic.bot.__enter__()


def test_the_intake_ends_when_asked_even_in_a_long_poll(clinic: Clinic) -> None:
    async def stop() -> None:
        running = clinic.bot.running
        running.intake.stop()
        await asyncio.wait_for(asyncio.shield(running._tasks[0]), 10)

    clinic.bot.do(stop())


def test_an_outage_is_logged_when_it_begins_and_when_it_ends(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(intake, "WAIT_AFTER_FAULT", 0.01)
    anna = clinic.someone()
    clinic.world.misbehave(Fault("server_error", "getUpdates", times=5))
    anna.says("/help")
    clinic.world.wait_for(lambda world: world.faults.struck["getUpdates"] == 5, PATIENCE)
    anna.says("/help")
    assert caplog.text.count("Telegram could not be reached") == 1
    assert caplog.text.count("Telegram can be reached again") == 1


class Disowned:
    """Behind a proxy that answers with a page of its own, which the library takes for a token that is unknown."""

    def __init__(self, times: int) -> None:
        self._left, self.asked = times, 0
        self.heard = asyncio.Event()

    async def _answer(self, *_: Any, **__: Any) -> tuple[()]:
        self.asked += 1
        if self._left:
            self._left -= 1
            raise InvalidToken(f"The token `{TOKEN}` was rejected by the server.")
        self.heard.set()
        await asyncio.sleep(0)
        return ()

    get_updates = set_webhook = initialize = _answer


def polls(bot: Disowned) -> Coroutine[Any, Any, None]:
    return intake.Intake(cast(Any, SimpleNamespace(bot=bot)), cast(Any, None)).run()


def starts(bot: Disowned) -> Coroutine[Any, Any, None]:
    return Running._reach_telegram(cast(Any, SimpleNamespace(application=bot)))


def sets_a_webhook(bot: Disowned) -> Coroutine[Any, Any, None]:
    settings = settings_for("http://127.0.0.1:1", webhook_url="https://diary.example.org/telegram")
    return webhook.Webhook(cast(Any, SimpleNamespace(bot=bot)), cast(Any, None), settings)._set()


@pytest.mark.parametrize("way", [polls, starts, sets_a_webhook])
@pytest.mark.parametrize(("times", "ends"), [(disowning.MOST - 1, False), (disowning.MOST, True)])
def test_that_there_is_no_such_bot_is_believed_after_many_answers(
    monkeypatch: pytest.MonkeyPatch, way: Callable[[Disowned], Coroutine[Any, Any, None]], times: int, ends: bool
) -> None:
    """The log guard of all tests sees to it that the token, which such an answer carries, is not told."""
    monkeypatch.setattr(disowning, "WAIT", 0.0)

    async def asks() -> int:
        bot = Disowned(times)
        asking = asyncio.create_task(way(bot))
        hearing = asyncio.create_task(bot.heard.wait())
        await asyncio.wait({asking, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if asking.done():
            asking.result()
        for task in (asking, hearing):
            task.cancel()
        await asyncio.gather(asking, hearing, return_exceptions=True)
        return bot.asked

    if ends:
        with pytest.raises(InvalidToken):
            asyncio.run(asyncio.wait_for(asks(), PATIENCE))
    else:
        assert asyncio.run(asyncio.wait_for(asks(), PATIENCE)) > times

"""What a monitor reads while the bot works, while parts of it do not, and while it waits for its start."""

import asyncio
import sqlite3
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import Session

from bot.local.faults import Fault
from bot.runtime import Role, Running
from bot.traffic.listening import CannotListenError
from bot.watching import lookout
from bot.watching.watch import Watch
from jobs import lights
from jobs.clock import SystemClock
from jobs.lights import Name
from storage import watching
from storage.database import Database
from storage.models import Heartbeat, MessageState, OutboxMessage, RedLight
from tests.bot.watching.support import own_place, watched
from tests.delivery.support import EVENING, patients
from tests.support import TOKEN, Clinic, settings_for

PAGES = ("/healthz", "/readyz", "/lights")


def test_where_all_is_well_every_page_says_so_and_tells_nothing_of_anybody(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    clinic.becomes(clinic.local(EVENING))
    with watched(clinic) as monitor:
        for page in PAGES:
            status, told = monitor.asks(page)
            assert (status, told["ok"], told["red"]) == (200, True, [])
            assert {light["red"] for light in told["lights"]} == {False}
            said = str(told)
            assert anna.row.pseudonym not in said
            assert str(anna.account) not in said
            assert TOKEN not in said
        assert httpx.get(f"{monitor.url}/").status_code == 404
        assert httpx.post(f"{monitor.url}/healthz").status_code == 405


def test_a_part_that_hangs_is_seen_and_a_restart_is_asked_for(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    released = asyncio.Event()

    async def hangs(*_: Any) -> int:
        await released.wait()
        return 0

    monkeypatch.setattr(lights, "MISSED_AFTER", 0.3)
    monkeypatch.setattr(clinic.bot.running.courier, "_take", hangs)
    with watched(clinic) as monitor:
        clinic.bot.do(asyncio.sleep(1.5))
        assert monitor.red() == [Name.COURIER]
        status, told = monitor.asks("/healthz")
        assert (status, told["ok"]) == (503, False)
        (light,) = [light for light in told["lights"] if light["red"]]
        assert (light["name"], light["why"]) == ("courier", "courier_late")
        assert monitor.asks("/readyz")[0] == 200, "that it cannot be reached is not what is wrong"

        async def release() -> None:
            released.set()

        clinic.bot.do(release())


def test_a_database_that_cannot_be_written_makes_it_not_ready_until_it_can(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "PATIENCE", 0.5)
    with watched(clinic) as monitor:
        assert monitor.red() == []
        other = sqlite3.connect(str(clinic.database.url.database), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        assert monitor.red() == [Name.DATABASE]
        fault = monitor.light(Name.DATABASE)["fault"]
        assert "no answer within" in fault or "locked" in fault, "SQLite gives up waiting by itself, too"
        assert monitor.asks("/readyz")[0] == 503
        assert monitor.asks("/healthz")[0] == 200, "a restart would not help"
        assert monitor.light(Name.MESSAGES)["red"] is None
        other.execute("ROLLBACK")
        other.close()
        monkeypatch.setattr(lookout, "PATIENCE", 30.0)
        assert monitor.red() == []


def test_a_database_of_another_version_is_said(clinic: Clinic) -> None:
    with watched(clinic) as monitor:
        with clinic.database.writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
        assert monitor.red() == [Name.DATABASE]
        light = monitor.light(Name.DATABASE)
        assert (light["why"], light["found"]) == ("database_schema", "older")


def test_messages_that_nobody_takes_up_are_late_after_five_minutes(
    clinic_on_each: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = clinic_on_each
    patients(clinic, 3)

    async def takes_none() -> int:
        return 0

    clinic.clock.move_to(clinic.local("2026-03-02 18:06"))
    with watched(clinic) as monitor:
        assert monitor.red() == [Name.PROMPTS], "the clock has not come round"
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(clinic.bot.running.courier, "_take", takes_none)
            clinic.bot.do(clinic.bot.running.ticker.run_due())
            assert monitor.red() == [Name.MESSAGES]
            light = monitor.light(Name.MESSAGES)
            assert (light["minutes"], light["count"]) == (6, 3)
        clinic.calm()
        assert {row.state for row in clinic.rows(OutboxMessage)} == {MessageState.SENT}
        assert monitor.red() == []


def test_a_telegram_that_does_not_answer_is_seen_though_nobody_writes(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "ASKED_AFTER", 0.0)
    with watched(clinic) as monitor:
        assert monitor.red() == []
        clinic.world.misbehave(Fault("server_error", "getMe", times=None))
        monkeypatch.setattr(lights, "TELEGRAM_AWAY_AFTER", 0.2)
        clinic.bot.do(asyncio.sleep(0.3))
        assert monitor.red() == [Name.TELEGRAM]
        assert monitor.asks("/readyz")[0] == 503
        clinic.world.faults.lift()
        monkeypatch.setattr(lights, "TELEGRAM_AWAY_AFTER", 60.0)
        assert monitor.red() == []


def test_a_clock_that_is_wrong_is_seen_by_telegrams_own(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "ASKED_AFTER", 0.0)
    with watched(clinic) as monitor:
        assert monitor.red() == []
        # From now on Telegram lives two minutes behind.
        behind = clinic.world.now
        monkeypatch.setattr(clinic.world, "now", lambda: behind() - timedelta(minutes=2))
        assert monitor.red() == [Name.CLOCK]
        assert monitor.light(Name.CLOCK)["seconds"] == pytest.approx(120, abs=2)


def test_a_job_that_fails_each_time_has_a_light_and_the_others_go_on(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lights, "FAILING_AFTER", 0.0)
    ticker = clinic.bot.running.ticker

    def broken(*_: Any) -> bool:
        raise ValueError("a fault of ours")

    broken.__module__ = "jobs.weekly_summary"
    with watched(clinic) as monitor:
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(ticker, "_ticks", (broken,))
            clinic.bot.do(ticker.run_due())
            assert monitor.red() == [Name.JOBS]
            assert monitor.light(Name.JOBS)["jobs"] == "weekly_summary"
        clinic.bot.do(ticker.run_due())
        assert monitor.red() == [], "the true one has run"


def test_a_start_that_waits_for_telegram_is_alive_and_not_ready(sqlite_database: Database) -> None:
    async def starts() -> list[tuple[str, int, list[str]]]:
        with own_place() as where:
            settings = settings_for("http://127.0.0.1:1", watch_listen=where)
            running = Running(settings, sqlite_database, SystemClock())
            watch = await Watch(running, settings).begin()
            starting = asyncio.create_task(running.__aenter__())
            async with httpx.AsyncClient() as client:
                answers = [(page, await client.get(f"http://{where}{page}", timeout=60)) for page in PAGES]
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await watch.end()
            return [(page, answer.status_code, answer.json()["red"]) for page, answer in answers]

    assert asyncio.run(starts()) == [
        ("/healthz", 200, []),
        ("/readyz", 503, ["telegram"]),
        ("/lights", 503, ["telegram"]),
    ]


def test_a_place_that_is_taken_is_said_with_the_setting_that_names_it(clinic: Clinic) -> None:
    with watched(clinic) as monitor:
        where = monitor.url.removeprefix("http://")
        second = Watch(clinic.bot.running, settings_for(clinic.server.url, watch_listen=where))
        with pytest.raises(CannotListenError, match=where) as refused:
            clinic.bot.do(second.begin())
        assert refused.value.setting == "WATCH_LISTEN"


def test_a_webhook_to_which_telegram_cannot_post_has_a_light(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    with own_place() as nobody, own_place() as where:
        clinic.restarted(webhook_url=f"http://{nobody}/telegram", webhook_listen=where)
        with watched(clinic) as monitor:
            clinic.bot.do(asyncio.sleep(0.5))
            assert monitor.red() == []
            someone = clinic.someone()
            clinic.world.person(someone.account, "Someone")
            clinic.world.say(someone.account, "/start")
            clinic.world.wait_for(lambda world: world.webhook is not None and world.webhook.error, 60)
            assert monitor.red() == [Name.WEBHOOK]
            assert monitor.light(Name.WEBHOOK)["waiting"] == 1


def test_each_process_has_lights_for_its_own_work(sqlite_database: Database) -> None:
    async def names() -> set[str]:
        settings = settings_for("http://127.0.0.1:1")
        running = Running(settings, sqlite_database, SystemClock(), roles=[Role.COURIER])
        running.started = True
        seen = await Watch(running, settings).lookout.look()
        await running.never_started()
        return {light.name.value for light in seen.lights}

    assert asyncio.run(names()) & {"tick", "intake", "drawing", "courier"} == {"courier"}


def test_a_role_that_no_living_process_has_is_seen_by_the_others(
    clinic_on_each: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = clinic_on_each
    running = clinic.bot.running
    monkeypatch.setattr(running, "roles", running.roles - {Role.CLOCK, Role.RENDER})
    with watched(clinic) as monitor:
        assert monitor.light(Name.ROLES)["roles"] == "clock, render"
        now = clinic.clock.now()
        clinic.write(lambda session: watching.beat(session, "another", "clock,render", now))
        assert monitor.red() == []
        clinic.passes(minutes=4)
        assert monitor.light(Name.ROLES)["why"] == "roles_missing"


def test_what_a_process_that_ended_long_ago_left_is_forgotten(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    start = clinic.clock.now()

    def left(session: Session) -> None:
        for process in ("host a", "host b"):
            watching.beat(session, process, "clock", start)
            session.add(RedLight(name="tick", whose=process, red_since=start))
        session.add(RedLight(name="parked", whose="", red_since=start))

    clinic.write(left)
    clinic.write(lambda session: watching.beat(session, "host b", "clock", start + timedelta(days=1)))
    assert [beat.process for beat in clinic.rows(Heartbeat)] == ["host b"]
    assert {(light.name, light.whose) for light in clinic.rows(RedLight)} == {("tick", "host b"), ("parked", "")}

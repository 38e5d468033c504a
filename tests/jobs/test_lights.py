"""Which lights are red: a page, a command and a message all go by these."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jobs import lights
from jobs.lights import (
    Facts,
    Light,
    MachineFacts,
    Name,
    ProcessFacts,
    StoredFacts,
    TelegramFacts,
    Why,
)
from jobs.load import Rush

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
PROCESS = ProcessFacts(True, tick=0.4, courier=0.2, intake=0.0, drawing=1.0, keeping={})
TELEGRAM = TelegramFacts(silent=3.0, clock_off=0.4)
STORED = StoredFacts(seconds=0.01, schema="0020", schema_expected="0020")
MACHINE = MachineFacts(80 * lights.GIGABYTE, 200 * lights.GIGABYTE, backs_up=True, newest_backup=NOW)
WELL = Facts(NOW, STORED, MACHINE, PROCESS, TELEGRAM)


def before(**passed: float) -> datetime:
    return NOW - timedelta(**passed)


def whys(facts: Facts) -> list[Why | None]:
    return [light.why for light in lights.red(lights.lights(facts))]


def the(facts: Facts, name: Name) -> Light:
    (light,) = [light for light in lights.lights(facts) if light.name is name]
    return light


def of_process(**changes: object) -> Facts:
    return replace(WELL, process=replace(PROCESS, **changes))  # type: ignore[arg-type]


def of_telegram(**changes: object) -> Facts:
    return replace(WELL, telegram=replace(TELEGRAM, **changes))  # type: ignore[arg-type]


def of_stored(**changes: object) -> Facts:
    return replace(WELL, stored=replace(STORED, **changes))  # type: ignore[arg-type]


def test_where_all_is_well_every_light_is_known_and_none_is_red() -> None:
    found = lights.lights(WELL)
    assert [light.name for light in found] == [name for name in Name if name is not Name.WEBHOOK]
    assert {light.red for light in found} == {False}
    assert {light.why for light in found} == {None}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (of_process(writer_alive=False), Why.WRITER_DEAD),
        (of_process(tick=121.0), Why.TICK_LATE),
        (of_process(courier=121.0), Why.COURIER_LATE),
        (of_process(intake=121.0), Why.INTAKE_LATE),
        (of_process(drawing=1201.0), Why.DRAWING_LATE),
        (of_process(failing={"daily_prompt": 61.0}), Why.JOBS_FAIL),
        (of_process(keeping={Why.BACKUP_FAILS: "full"}), Why.BACKUP_FAILS),
        (of_process(keeping={Why.BACKUP_FAILS: "full", Why.DEPARTURES_FAIL: "full"}), Why.DEPARTURES_FAIL),
        (of_process(keeping={Why.DEPARTURES_DAMAGED: "line 3"}), Why.DEPARTURES_DAMAGED),
        (of_telegram(silent=None), Why.TELEGRAM_NOT_YET),
        (of_telegram(silent=181.0), Why.TELEGRAM_AWAY),
        (of_telegram(ban=61.0), Why.TELEGRAM_BAN),
        (of_telegram(clock_off=61.0), Why.CLOCK_OFF),
        (of_telegram(clock_off=-61.0), Why.CLOCK_OFF),
        (of_telegram(webhook_error_at=before(minutes=9), webhook_waiting=1), Why.WEBHOOK_ERRORS),
        (of_stored(seconds=3.1), Why.DATABASE_SLOW),
        (of_stored(schema="0019"), Why.DATABASE_SCHEMA),
        (of_stored(schema=None), Why.DATABASE_SCHEMA),
        (of_stored(oldest_prompt=before(minutes=6)), Why.PROMPTS_LATE),
        (of_stored(oldest_due=before(minutes=6), due=1), Why.MESSAGES_LATE),
        (of_stored(roles_missing=["clock"]), Why.ROLES_MISSING),
        (of_stored(parked=1), Why.PARKED),
        (of_stored(undrawn=1), Why.PAGES_UNDRAWN),
        (of_stored(rush=Rush(NOW, 20_000, timedelta(minutes=11.5))), Why.RUSH),
        (replace(WELL, stored="disk I/O error"), Why.DATABASE_AWAY),
        (replace(WELL, machine=replace(MACHINE, newest_backup=None)), Why.BACKUP_NONE),
        (replace(WELL, machine=replace(MACHINE, newest_backup=before(hours=26.1))), Why.BACKUP_OLD),
        (replace(WELL, machine=MachineFacts(999_999_999, 8 * lights.GIGABYTE)), Why.DISK_FULL),
        (replace(WELL, machine=MachineFacts(9 * lights.GIGABYTE, 200 * lights.GIGABYTE)), Why.DISK_FULL),
    ],
)
def test_one_thing_that_is_wrong_makes_one_light_red(facts: Facts, why: Why) -> None:
    assert whys(facts) == [why]


@pytest.mark.parametrize(
    "facts",
    [
        of_process(tick=119.0, courier=119.0, intake=119.0, drawing=1199.0, failing={"upkeep": 59.0}),
        of_telegram(silent=179.0, ban=59.0, clock_off=59.0),
        of_telegram(webhook_error_at=before(minutes=9), webhook_waiting=0),
        of_telegram(webhook_error_at=before(minutes=11), webhook_waiting=3),
        of_stored(seconds=2.9, oldest_prompt=before(minutes=4), oldest_due=before(minutes=4), due=5000),
        replace(WELL, machine=replace(MACHINE, newest_backup=before(hours=25.9))),
        replace(WELL, machine=MachineFacts(3 * lights.GIGABYTE, 40 * lights.GIGABYTE)),
        replace(WELL, machine=MachineFacts(11 * lights.GIGABYTE, 4000 * lights.GIGABYTE)),
    ],
)
def test_what_is_just_in_order_is_green(facts: Facts) -> None:
    assert whys(facts) == []


def test_a_rush_that_is_being_worked_off_is_not_late_but_one_that_stands_still_is() -> None:
    late = of_stored(oldest_due=before(minutes=9), due=240, taken_up=before(seconds=2))
    assert whys(late) == []
    assert whys(of_stored(oldest_due=before(minutes=9), due=240, taken_up=before(minutes=2))) == [Why.MESSAGES_LATE]
    assert whys(of_stored(oldest_due=before(minutes=16), due=1, taken_up=NOW)) == [Why.MESSAGES_LATE]


@pytest.mark.parametrize("telegram", [{"silent": 181.0}, {"ban": 5.0}, {"silent": None}])
def test_messages_are_not_called_late_while_telegram_prevents_them(telegram: dict[str, object]) -> None:
    facts = replace(of_telegram(**telegram), stored=replace(STORED, oldest_due=before(hours=1), due=3))
    assert the(facts, Name.MESSAGES).red is False


def test_while_the_database_is_away_what_only_it_knows_is_not_known_and_failing_jobs_are_no_second_fault() -> None:
    facts = replace(of_process(failing={"daily_prompt": 600.0}), stored="server closed the connection")
    assert whys(facts) == [Why.DATABASE_AWAY]
    unknown = [light.name for light in lights.lights(facts) if light.red is None]
    assert unknown == [Name.ROLES, Name.PROMPTS, Name.MESSAGES, Name.PARKED, Name.PAGES, Name.RUSH]


def test_a_process_has_lights_only_for_what_is_its_work() -> None:
    names = {light.name for light in lights.lights(of_process(tick=None, intake=None))}
    assert not names & {Name.TICK, Name.INTAKE}
    assert {Name.COURIER, Name.DRAWING} <= names


def test_whoever_looks_from_outside_has_no_lights_for_the_process_or_telegram() -> None:
    outside = Facts(NOW, STORED, MachineFacts())
    assert {light.name for light in lights.lights(outside)} == set(lights.SEEN_FROM_OUTSIDE) - {Name.DISK, Name.BACKUP}

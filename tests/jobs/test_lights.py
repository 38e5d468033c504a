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


@pytest.mark.parametrize("telegram", [{"silent": 181.0}, {"ban": 0.5}, {"silent": None}])
def test_messages_are_not_called_late_while_telegram_prevents_them(telegram: dict[str, object]) -> None:
    facts = replace(of_telegram(**telegram), stored=replace(STORED, oldest_due=before(hours=1), due=3))
    assert the(facts, Name.MESSAGES).red is False


def test_while_the_database_is_away_what_only_it_knows_is_not_known_and_failing_jobs_are_no_second_fault() -> None:
    facts = replace(of_process(failing={"daily_prompt": 600.0}), stored="server closed the connection")
    assert whys(facts) == [Why.DATABASE_AWAY]
    unknown = [light.name for light in lights.lights(facts) if light.red is None]
    assert unknown == [Name.ROLES, Name.PROMPTS, Name.MESSAGES, Name.PARKED, Name.PAGES, Name.RUSH]


def test_a_process_has_lights_only_for_what_is_its_work() -> None:
    names = {light.name for light in lights.lights(of_process(tick=None, intake=None, keeping=None))}
    assert not names & {Name.TICK, Name.INTAKE, Name.KEEPING}
    assert {Name.COURIER, Name.DRAWING} <= names


def test_a_process_that_waits_for_telegram_misses_no_roles() -> None:
    facts = replace(of_process(begun=False), stored=replace(STORED, roles_missing=["clock"]))
    assert the(facts, Name.ROLES).red is False


def test_whoever_looks_from_outside_has_no_lights_for_the_process_or_telegram() -> None:
    outside = Facts(NOW, STORED, MachineFacts())
    assert {light.name for light in lights.lights(outside)} == set(lights.SEEN_FROM_OUTSIDE) - {Name.DISK, Name.BACKUP}


@pytest.mark.parametrize(
    "facts",
    [
        of_process(tick=120.0, courier=120.0, intake=120.0, drawing=1200.0, failing={"upkeep": 60.0}),
        of_telegram(silent=180.0),
        of_telegram(ban=60.0),
        of_telegram(clock_off=60.0),
        of_telegram(webhook_error_at=before(minutes=10), webhook_waiting=3),
        of_stored(seconds=3.0),
        of_stored(oldest_prompt=before(minutes=5)),
        of_stored(oldest_due=before(minutes=5), due=1),
        of_stored(oldest_due=before(minutes=15), due=240, taken_up=before(seconds=59)),
        replace(WELL, machine=replace(MACHINE, newest_backup=before(hours=26))),
        replace(WELL, machine=MachineFacts(1_000_000_000, 8_000_000_000)),
        replace(WELL, machine=MachineFacts(5_000_000_000, 100_000_000_000)),
        replace(WELL, machine=MachineFacts(10_000_000_000, 4_000_000_000_000)),
    ],
)
def test_at_its_very_limit_a_light_is_still_green(facts: Facts) -> None:
    assert whys(facts) == []


@pytest.mark.parametrize("free", [4_999_999_999, 4_750_000_001])
def test_a_disk_of_a_hundred_gigabytes_is_full_below_five(free: int) -> None:
    assert whys(replace(WELL, machine=MachineFacts(free, 100_000_000_000))) == [Why.DISK_FULL]


def test_nobody_is_at_work_who_took_up_nothing_for_a_minute() -> None:
    assert whys(of_stored(oldest_due=before(minutes=9), due=1, taken_up=before(minutes=1))) == [Why.MESSAGES_LATE]


@pytest.mark.parametrize(
    ("facts", "name", "told"),
    [
        (of_process(tick=200.4), Name.TICK, {"seconds": 200, "minutes": 3}),
        (of_process(drawing=2400.0), Name.DRAWING, {"seconds": 2400, "minutes": 40}),
        (of_process(failing={"upkeep": 61.0, "alerts": 90.0, "silence": 3.0}), Name.JOBS, {"jobs": "alerts, upkeep"}),
        (replace(WELL, stored="disk I/O error"), Name.DATABASE, {"fault": "disk I/O error"}),
        (of_stored(schema="0019"), Name.DATABASE, {"found": "0019", "expected": "0020"}),
        (of_stored(schema=None), Name.DATABASE, {"found": "–", "expected": "0020"}),
        (of_stored(schema_expected=None), Name.DATABASE, {"found": "0020", "expected": "–"}),
        (of_stored(seconds=4.4), Name.DATABASE, {"seconds": 4}),
        (of_telegram(silent=2400.0), Name.TELEGRAM, {"minutes": 40}),
        (of_telegram(ban=75.2), Name.TELEGRAM, {"seconds": 75}),
        (of_telegram(clock_off=-90.3), Name.CLOCK, {"seconds": 90}),
        (
            of_telegram(webhook_error_at=NOW, webhook_error="Connection refused", webhook_waiting=4),
            Name.WEBHOOK,
            {"fault": "Connection refused", "waiting": 4},
        ),
        (of_stored(oldest_prompt=before(minutes=7, seconds=50)), Name.PROMPTS, {"minutes": 7}),
        (of_stored(oldest_due=before(minutes=6), due=12), Name.MESSAGES, {"minutes": 6, "count": 12}),
        (of_stored(parked=2), Name.PARKED, {"count": 2}),
        (of_stored(undrawn=3), Name.PAGES, {"count": 3}),
        (of_stored(roles_missing=["clock", "courier"]), Name.ROLES, {"roles": "clock, courier"}),
        (of_process(keeping={Why.BACKUP_FAILS: "disk is full"}), Name.KEEPING, {"fault": "disk is full"}),
        (
            of_stored(rush=Rush(NOW, 20_000, timedelta(minutes=11, seconds=1))),
            Name.RUSH,
            {"people": 20_000, "at": "2026-03-02T18:00:00+00:00", "minutes": 12},
        ),
        (replace(WELL, machine=MachineFacts(999_999_999, 9_000_000_000)), Name.DISK, {"megabytes": 999, "percent": 11}),
        (replace(WELL, machine=MachineFacts(999_000_000, 9_090_000_000)), Name.DISK, {"megabytes": 999, "percent": 10}),
        (
            replace(WELL, machine=replace(MACHINE, newest_backup=before(hours=49, minutes=55))),
            Name.BACKUP,
            {"hours": 49},
        ),
    ],
)
def test_a_light_tells_in_whole_units_what_its_words_say(facts: Facts, name: Name, told: dict[str, object]) -> None:
    assert the(facts, name).numbers == told


def test_of_what_nothing_is_said_there_is_nothing() -> None:
    assert the(WELL, Name.MESSAGES).numbers == {"minutes": 0, "count": 0}
    assert the(WELL, Name.PARKED).numbers == the(WELL, Name.PAGES).numbers == {"count": 0}
    assert the(WELL, Name.TELEGRAM).numbers == {"seconds": 0}
    assert the(of_telegram(webhook_error_at=NOW), Name.WEBHOOK).numbers == {"fault": "", "waiting": 0}


def test_what_a_clock_ahead_of_ours_wrote_is_not_late() -> None:
    ahead = of_stored(oldest_prompt=NOW + timedelta(minutes=2))
    assert the(ahead, Name.PROMPTS) == Light(Name.PROMPTS, False, None, {"minutes": 0})


def test_a_database_into_which_nothing_was_written_for_a_try_is_not_slow() -> None:
    assert the(of_stored(seconds=None), Name.DATABASE) == Light(Name.DATABASE, False, None, {"seconds": 0})


def test_what_is_not_known_of_the_machine_and_of_telegrams_clock_has_no_light() -> None:
    known = {light.name for light in lights.lights(WELL)}
    for machine in (MachineFacts(), MachineFacts(disk_free=1), MachineFacts(disk_size=1), MachineFacts(0, 0)):
        assert known - {light.name for light in lights.lights(replace(WELL, machine=machine))} == {
            Name.DISK,
            Name.BACKUP,
        }
    assert known - {light.name for light in lights.lights(of_telegram(clock_off=None))} == {Name.CLOCK}


def test_a_page_that_is_about_the_process_is_not_red_for_the_disk() -> None:
    found = lights.lights(replace(of_process(tick=121.0), machine=MachineFacts(1, 9_000_000_000)))
    assert [light.name for light in lights.red(found)] == [Name.TICK, Name.DISK]
    assert [light.name for light in lights.red(found, lights.OF_THE_PROCESS)] == [Name.TICK]

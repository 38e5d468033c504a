"""Which lights are red, from facts about the process, the database, Telegram and the machine. Pure.

The pages for monitors, `doctor` and the message to the operator all go by this, so that they cannot disagree.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from jobs.load import Rush

# Seconds after which what beats each second, or after each long poll, is missed. A database that does not answer holds
# one up for 10 or 20 at a time.
MISSED_AFTER = 120.0
# An export of a large team is drawn in two minutes on a busy machine.
DRAWN_WITHIN = 20 * 60.0
FAILING_AFTER = 60.0
TELEGRAM_AWAY_AFTER = 180.0
LONGEST_BAN = 60.0
SLOW_DATABASE = 3.0
LATE = timedelta(minutes=5)
# Even where messages are going out: a rush that takes longer has its own light, hours before it.
VERY_LATE = timedelta(minutes=15)
# What is being worked off: a message was taken up within this time.
AT_WORK = timedelta(minutes=1)
GIGABYTE = 1_000_000_000
# Five in a hundred of a large disk are plenty.
ENOUGH_DISK = 10 * GIGABYTE
CLOCK_OFF = 60.0
# Telegram keeps the last error for ever; one that is older, with nothing waiting, is over.
WEBHOOK_ERROR_COUNTS = timedelta(minutes=10)
BACKUP_AGE = timedelta(hours=26)


class Name(StrEnum):
    """In the order in which they are shown."""

    WRITER = "writer"
    TICK = "tick"
    COURIER = "courier"
    INTAKE = "intake"
    DRAWING = "drawing"
    DATABASE = "database"
    TELEGRAM = "telegram"
    JOBS = "jobs"
    ROLES = "roles"
    PROMPTS = "prompts"
    MESSAGES = "messages"
    PARKED = "parked"
    PAGES = "pages"
    DISK = "disk"
    CLOCK = "clock"
    WEBHOOK = "webhook"
    BACKUP = "backup"
    KEEPING = "keeping"
    RUSH = "rush"


# What a restart of this process may mend.
OF_THE_PROCESS = (Name.WRITER, Name.TICK, Name.COURIER, Name.INTAKE, Name.DRAWING)
# Without which nothing should be sent to this process yet.
TO_BE_READY = (Name.DATABASE, Name.TELEGRAM)
# What another process than the bot's own can know, such as `doctor`.
SEEN_FROM_OUTSIDE = (
    *(Name.DATABASE, Name.PROMPTS, Name.MESSAGES, Name.PARKED, Name.PAGES),
    *(Name.DISK, Name.BACKUP, Name.RUSH),
)


class Why(StrEnum):
    """Why a light is red: `light.<why>` in the catalogues says what it means, and what to do."""

    WRITER_DEAD = "writer_dead"
    TICK_LATE = "tick_late"
    COURIER_LATE = "courier_late"
    INTAKE_LATE = "intake_late"
    DRAWING_LATE = "drawing_late"
    DATABASE_AWAY = "database_away"
    DATABASE_SLOW = "database_slow"
    DATABASE_SCHEMA = "database_schema"
    TELEGRAM_NOT_YET = "telegram_not_yet"
    TELEGRAM_AWAY = "telegram_away"
    TELEGRAM_BAN = "telegram_ban"
    JOBS_FAIL = "jobs_fail"
    ROLES_MISSING = "roles_missing"
    PROMPTS_LATE = "prompts_late"
    MESSAGES_LATE = "messages_late"
    PARKED = "parked"
    PAGES_UNDRAWN = "pages_undrawn"
    DISK_FULL = "disk_full"
    CLOCK_OFF = "clock_off"
    WEBHOOK_ERRORS = "webhook_errors"
    BACKUP_OLD = "backup_old"
    BACKUP_NONE = "backup_none"
    BACKUP_FAILS = "backup_fails"
    DEPARTURES_FAIL = "departures_fail"
    DEPARTURES_DAMAGED = "departures_damaged"
    RUSH = "rush"


@dataclass(frozen=True)
class Light:
    """`red` None: not known, as while the database is away. `numbers`: what its words tell, in whole units."""

    name: Name
    red: bool | None
    why: Why | None = None
    numbers: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class ProcessFacts:
    """For how many seconds each part has been missed; None: not this process's work, or not begun.

    `begun`: not while it waits for Telegram.
    `failing`: the jobs of the clock that fail at each try, with for how many seconds.
    `keeping`: what could not be kept at the latest try, with the fault.
    """

    writer_alive: bool
    begun: bool = True
    tick: float | None = None
    courier: float | None = None
    intake: float | None = None
    drawing: float | None = None
    failing: Mapping[str, float] = field(default_factory=dict)
    keeping: Mapping[Why, str] | None = None


@dataclass(frozen=True)
class TelegramFacts:
    """`silent`: seconds since its last answer; None: none yet. `ban`: seconds for which it wants silence.

    `clock_off`: by how many seconds its clock is ahead of ours. The webhook's latest error: when, and in its words.
    """

    silent: float | None
    ban: float = 0.0
    clock_off: float | None = None
    webhook_error_at: datetime | None = None
    webhook_error: str = ""
    webhook_waiting: int = 0


@dataclass(frozen=True)
class StoredFacts:
    """What the database says. `seconds`: how long it took to write something durably; None where that was not tried.

    `oldest_due`: since when the oldest message that is due has been so; `due`: how many are; `taken_up`: when the
    latest was.
    `oldest_prompt`: since when the question that has waited longest for the clock has been due.
    `roles_missing`: what no process has done of late.
    `undrawn`: pages that could not be drawn, or not with everybody.
    """

    seconds: float | None
    schema: str | None
    schema_expected: str | None
    oldest_due: datetime | None = None
    due: int = 0
    taken_up: datetime | None = None
    oldest_prompt: datetime | None = None
    parked: int = 0
    undrawn: int = 0
    rush: Rush | None = None
    roles_missing: Sequence[str] = ()


@dataclass(frozen=True)
class MachineFacts:
    """Bytes of the disk with the database's file; None where that is elsewhere.

    `backs_up`: whether this installation makes its backups itself; `newest_backup`: when it last did.
    """

    disk_free: int | None = None
    disk_size: int | None = None
    backs_up: bool = False
    newest_backup: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """What is not known is None, and so are its lights. `stored` of a database that cannot be used: its fault."""

    now: datetime
    stored: StoredFacts | str
    machine: MachineFacts
    process: ProcessFacts | None = None
    telegram: TelegramFacts | None = None


def lights(facts: Facts) -> list[Light]:
    """Those that the facts are enough for, in the order of `Name`."""
    found = [
        *(of_process(facts.process) if facts.process is not None else ()),
        _database(facts.stored),
        *(_of_telegram(facts.telegram, facts.now) if facts.telegram is not None else ()),
        *(_of_stored(facts) if isinstance(facts.stored, StoredFacts) else _unknown()),
        *_disk(facts.machine),
        *_backup(facts.machine, facts.now),
    ]
    if facts.process is not None:
        found.append(_jobs(facts.process, facts.stored))
        found.extend([*_keeping(facts.process), _roles(facts.process, facts.stored)])
    return sorted(found, key=lambda light: list(Name).index(light.name))


def red(lights: Sequence[Light], among: Sequence[Name] = tuple(Name)) -> list[Light]:
    return [light for light in lights if light.red and light.name in among]


def _light(name: Name, why: Why, red: bool, **numbers: int | str) -> Light:
    return Light(name, red, why if red else None, numbers)


def of_process(process: ProcessFacts) -> list[Light]:
    parts = (
        (Name.TICK, Why.TICK_LATE, process.tick, MISSED_AFTER),
        (Name.COURIER, Why.COURIER_LATE, process.courier, MISSED_AFTER),
        (Name.INTAKE, Why.INTAKE_LATE, process.intake, MISSED_AFTER),
        (Name.DRAWING, Why.DRAWING_LATE, process.drawing, DRAWN_WITHIN),
    )
    return [
        _light(Name.WRITER, Why.WRITER_DEAD, not process.writer_alive),
        *(
            _light(name, why, missed > limit, seconds=round(missed), minutes=round(missed / 60))
            for name, why, missed, limit in parts
            if missed is not None
        ),
    ]


def _jobs(process: ProcessFacts, stored: StoredFacts | str) -> Light:
    """Of one whose database is away all jobs fail, and that has its own light."""
    failing = sorted(job for job, seconds in process.failing.items() if seconds > FAILING_AFTER)
    away = isinstance(stored, str)
    return _light(Name.JOBS, Why.JOBS_FAIL, bool(failing) and not away, jobs=", ".join(failing))


def _database(stored: StoredFacts | str) -> Light:
    if isinstance(stored, str):
        return _light(Name.DATABASE, Why.DATABASE_AWAY, True, fault=stored)
    if stored.schema != stored.schema_expected:
        found, expected = stored.schema or "–", stored.schema_expected or "–"
        return _light(Name.DATABASE, Why.DATABASE_SCHEMA, True, found=found, expected=expected)
    seconds = stored.seconds or 0.0
    return _light(Name.DATABASE, Why.DATABASE_SLOW, seconds > SLOW_DATABASE, seconds=round(seconds))


def _of_telegram(telegram: TelegramFacts, now: datetime) -> list[Light]:
    found = [_telegram(telegram)]
    if telegram.clock_off is not None:
        off = abs(telegram.clock_off)
        found.append(_light(Name.CLOCK, Why.CLOCK_OFF, off > CLOCK_OFF, seconds=round(off)))
    if telegram.webhook_error_at is not None:
        fresh = now - telegram.webhook_error_at < WEBHOOK_ERROR_COUNTS
        fault, waiting = telegram.webhook_error, telegram.webhook_waiting
        found.append(_light(Name.WEBHOOK, Why.WEBHOOK_ERRORS, fresh and waiting > 0, fault=fault, waiting=waiting))
    return found


def _telegram(telegram: TelegramFacts) -> Light:
    if telegram.silent is None:
        return _light(Name.TELEGRAM, Why.TELEGRAM_NOT_YET, True)
    if telegram.silent > TELEGRAM_AWAY_AFTER:
        return _light(Name.TELEGRAM, Why.TELEGRAM_AWAY, True, minutes=round(telegram.silent / 60))
    banned = telegram.ban > LONGEST_BAN
    return _light(Name.TELEGRAM, Why.TELEGRAM_BAN, banned, seconds=round(telegram.ban))


def _of_stored(facts: Facts) -> list[Light]:
    stored = facts.stored
    assert isinstance(stored, StoredFacts)
    asked_late = _age(facts.now, stored.oldest_prompt)
    found = [
        _light(Name.PROMPTS, Why.PROMPTS_LATE, asked_late > LATE, minutes=_minutes(asked_late)),
        _messages(facts, stored),
        _light(Name.PARKED, Why.PARKED, stored.parked > 0, count=stored.parked),
        _light(Name.PAGES, Why.PAGES_UNDRAWN, stored.undrawn > 0, count=stored.undrawn),
    ]
    rush = stored.rush
    if rush is not None:
        at, minutes = rush.at.isoformat(), math.ceil(rush.wait / timedelta(minutes=1))
        found.append(_light(Name.RUSH, Why.RUSH, True, people=rush.people, at=at, minutes=minutes))
    else:
        found.append(Light(Name.RUSH, False))
    return found


def _messages(facts: Facts, stored: StoredFacts) -> Light:
    """Late although Telegram can be reached: nobody takes them up, or too slowly."""
    late = _age(facts.now, stored.oldest_due)
    at_work = stored.taken_up is not None and facts.now - stored.taken_up < AT_WORK
    telegram = facts.telegram
    prevented = telegram is not None and (telegram.ban > 0 or _telegram(telegram).red is True)
    is_red = late > (VERY_LATE if at_work else LATE) and not prevented
    return _light(Name.MESSAGES, Why.MESSAGES_LATE, is_red, minutes=_minutes(late), count=stored.due)


def _unknown() -> list[Light]:
    return [Light(name, None) for name in (Name.PROMPTS, Name.MESSAGES, Name.PARKED, Name.PAGES, Name.RUSH)]


def _disk(machine: MachineFacts) -> list[Light]:
    if machine.disk_free is None or not machine.disk_size:
        return []
    free, percent = machine.disk_free, 100 * machine.disk_free // machine.disk_size
    low = free < GIGABYTE or (free * 20 < machine.disk_size and free < ENOUGH_DISK)
    return [_light(Name.DISK, Why.DISK_FULL, low, megabytes=free // 1_000_000, percent=percent)]


def _backup(machine: MachineFacts, now: datetime) -> list[Light]:
    if not machine.backs_up:
        return []
    if machine.newest_backup is None:
        return [_light(Name.BACKUP, Why.BACKUP_NONE, True)]
    age = _age(now, machine.newest_backup)
    return [_light(Name.BACKUP, Why.BACKUP_OLD, age > BACKUP_AGE, hours=int(age / timedelta(hours=1)))]


def _roles(process: ProcessFacts, stored: StoredFacts | str) -> Light:
    if isinstance(stored, str):
        return Light(Name.ROLES, None)
    missing = ", ".join(stored.roles_missing)
    return _light(Name.ROLES, Why.ROLES_MISSING, bool(missing) and process.begun, roles=missing)


def _keeping(process: ProcessFacts) -> list[Light]:
    """The first of what fails: a restore that brings somebody back is worse than a night without a backup."""
    if process.keeping is None:
        return []
    for why in (Why.DEPARTURES_DAMAGED, Why.DEPARTURES_FAIL, Why.BACKUP_FAILS):
        if why in process.keeping:
            return [_light(Name.KEEPING, why, True, fault=process.keeping[why])]
    return [Light(Name.KEEPING, False)]


def _age(now: datetime, since: datetime | None) -> timedelta:
    return timedelta(0) if since is None else max(timedelta(0), now - since)


def _minutes(age: timedelta) -> int:
    return int(age / timedelta(minutes=1))

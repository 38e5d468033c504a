"""A clinic for the tests: the real bot, over real HTTP, against the local Telegram, on a clock that the test moves.

Journeys read as conversations: `anna.says("7")`, `anna.presses("Skip")`, `assert "Noted" in anna.sees`.
"""

import asyncio
import copy
import functools
import threading
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from sqlalchemy import select as sql_select
from sqlmodel import Session, SQLModel, select

from bot.local.running import RunningServer
from bot.local.server import application
from bot.local.world import World
from bot.runtime import Running
from bot.settings import Settings
from bot.traffic.pacer import TELEGRAMS, UNHURRIED, Pace
from jobs import admission, schedule
from jobs.clock import MovableClock
from storage import audit, teams
from storage.database import Database
from storage.models import (
    Alert,
    AlertRule,
    Answer,
    Attendance,
    AuditEntry,
    Chat,
    Course,
    DeskSession,
    DeskTicket,
    Dialogue,
    DiaryDay,
    Invitation,
    ItemSet,
    Look,
    Measurement,
    Note,
    OutboxMessage,
    OwnItem,
    Patient,
    Role,
    Staff,
    SteroidDose,
    Team,
    UsedProof,
    WrongLink,
)
from storage.writer import Writer
from tests.remembered import Joining, Played, Remembered, is_new
from tests.someone import Someone as Someone  # noqa: PLC0414  (the journeys find both here)

T = TypeVar("T")
TOKEN = "1234567890:made-up-token-for-the-tests"
BOT_NAME = "infusion_diary_test_bot"
ZONE = "Europe/London"
TEAM = "Neuromuscular clinic"
TELEPHONE = "+44 20 7946 0123"
# A Monday, in the morning.
START = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
PATIENCE = 60.0
# All that a press or a line can change. Receipts are left out: they only say that something came.
TABLES: tuple[type[SQLModel], ...] = (
    Team,
    Chat,
    Staff,
    Patient,
    Invitation,
    DiaryDay,
    Answer,
    OwnItem,
    ItemSet,
    Course,
    Attendance,
    Measurement,
    Note,
    SteroidDose,
    AlertRule,
    Alert,
    Look,
    OutboxMessage,
    Dialogue,
    AuditEntry,
    WrongLink,
    DeskSession,
    DeskTicket,
    UsedProof,
)
Row = TypeVar("Row", bound=SQLModel)
REMEMBERED = Remembered()
# Processes that draw, left by a bot that has ended: to start one takes two seconds, most of it matplotlib.
_IDLE_DRAWERS: list[ProcessPoolExecutor] = []


@functools.cache
def _all_of_each() -> tuple[tuple[type[SQLModel], Any], ...]:
    """Of each table, a statement for all its rows, oldest first."""
    tables = ((table, table.__table__) for table in TABLES)  # type: ignore[attr-defined]
    return tuple((table, sql_select(rows).order_by(next(iter(rows.primary_key.columns)))) for table, rows in tables)


def settings_for(url: str, **more: Any) -> Settings:
    """Backups are made where a test wants them."""
    if not more:
        return _usual_settings().model_copy(update={"telegram_api_url": url})
    known = {"telegram_bot_token": SecretStr(TOKEN), "telegram_api_url": url, "backups_kept": ""}
    return Settings(_env_file=None, **{**known, **more})  # type: ignore[call-arg]


@functools.cache
def _usual_settings() -> Settings:
    """Read once: to look for each in the environment and to check it took a sixth of a clinic's beginning."""
    return settings_for("http://127.0.0.1", backups_kept="")


class Bot:
    """The running bot in a thread of its own; `do` runs a coroutine there."""

    def __init__(
        self, database: Database, url: str, clock: MovableClock, pace: Pace = TELEGRAMS, **settings: Any
    ) -> None:
        self.database, self._url, self._clock, self._settings = database, url, clock, settings
        self._pace = pace
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bot", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.running = self.do(self._start())
        return self

    async def _start(self) -> Running:
        settings = settings_for(self._url, **self._settings)
        running = Running(settings, self.database, self._clock, ticking=False, pace=self._pace)
        if _IDLE_DRAWERS:
            running.renderer._pool = _IDLE_DRAWERS.pop()
        return await running.__aenter__()

    def ticks(self) -> None:
        """From now on what is due happens by itself too, as in life, and not only at `calm`."""
        self._loop.call_soon_threadsafe(self.running.ticker.start)

    def __exit__(self, *_: object) -> None:
        drawer = self.running.renderer._pool
        if drawer is not None and not drawer._broken and not drawer._pending_work_items:
            self.running.renderer._pool = None
            _IDLE_DRAWERS.append(drawer)
        self.do(self.running.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)


@dataclass
class _AtWork:
    """What a clinic that has begun consists of."""

    clock: MovableClock
    world: World
    server: RunningServer
    writer: Writer
    bot: Bot


@dataclass
class Clinic:
    """One team, its bot and its people. `pace`: few journeys are about true seconds, and all would wait for them.

    It begins when something of it is wanted: until then it only knows who is to have joined, and what others have
    begun with just so is copied (tests/remembered.py).
    """

    given: Database
    start: datetime = START
    next_account: int = field(default=1000)
    # Minutes, as a team has it; few journeys are about whoever does not answer, or about alerts that nobody sees.
    follow_up_after: int | None = None
    escalate_after: int | None = None
    pace: Pace = UNHURRIED
    _joined: list[Joining] = field(default_factory=list)
    _begun: _AtWork | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._begun is not None:
            self.bot.__exit__()
            self._begun.writer.close()
            self.server.__exit__(None, None, None)

    @property
    def _at_work(self) -> _AtWork:
        if self._begun is None:
            self._begin()
        assert self._begun is not None
        return self._begun

    @property
    def database(self) -> Database:
        return self._at_work.bot.database

    @property
    def clock(self) -> MovableClock:
        return self._at_work.clock

    @property
    def world(self) -> World:
        return self._at_work.world

    @property
    def server(self) -> RunningServer:
        return self._at_work.server

    @property
    def bot(self) -> Bot:
        return self._at_work.bot

    @bot.setter
    def bot(self, other: Bot) -> None:
        self._at_work.bot = other

    @property
    def _made(self) -> Hashable:
        """All by which one new clinic differs from another."""
        return self.given.is_sqlite, self.start, self.follow_up_after, self.escalate_after, self.pace

    def plays(self, scene: Callable[["Clinic"], T]) -> T:
        """What `scene` says at its end. Played in the first clinic that begins so; others copy how it stood then.

        It is the first thing that happens in the clinic, and says nothing that is of the clinic itself.
        """
        assert self._begun is None
        assert not self._joined
        known_by = (scene, self._made)
        played: Played | None = REMEMBERED.played.get(known_by)
        if played is None:
            told = scene(self)
            self.calm()
            REMEMBERED.keep(known_by, (), self.database, self.world)
            REMEMBERED.played[known_by] = Played(self.clock.now(), self.next_account, copy.deepcopy(told))
            return told
        clock = MovableClock(played.at)
        world = World(TOKEN, BOT_NAME, clock.now)
        REMEMBERED.bring_back(known_by, (), self.given, world)
        self.next_account = played.newest_account
        self._opens(clock, world)
        return copy.deepcopy(played.told)  # type: ignore[no-any-return]

    def _opens(self, clock: MovableClock, world: World) -> None:
        server = RunningServer(application(world))
        server.__enter__()
        writer = Writer(self.given)
        bot = Bot(self.given, server.url, clock, self.pace)
        bot.__enter__()
        self._begun = _AtWork(clock, world, server, writer, bot)

    def _begin(self) -> None:
        clock = MovableClock(self.start)
        world = World(TOKEN, BOT_NAME, clock.now)
        made = self._made
        new, joined = is_new(self.given), self._joined
        known = REMEMBERED.longest(made, joined) if new else 0
        if known:
            REMEMBERED.bring_back(made, joined[:known], self.given, world)
        self._opens(clock, world)
        if not known:
            self._make_team(TEAM, ZONE, TELEPHONE, self.start)
        for number in range(known, len(joined)):
            self._lets_in(joined[number])
            if new:
                REMEMBERED.keep(made, joined[: number + 1], self.given, world)

    def restart(self) -> None:
        """Stops the bot in good order and starts it anew on the same database."""
        self.restarted()
        self.calm()

    def is_down(self, *, minutes: float, meanwhile: Callable[[], object] = lambda: None) -> None:
        """The bot stands still for so long, while people write."""
        self.bot.__exit__()
        meanwhile()
        self.clock.move_to(self.clock.now() + timedelta(minutes=minutes))
        self.bot = Bot(self.database, self.server.url, self.clock, self.pace)
        self.bot.__enter__()
        self.calm()

    def restarted(self, **settings: Any) -> None:
        """The same with other settings, and without waiting for anything."""
        self.bot.__exit__()
        self.bot = Bot(self.database, self.server.url, self.clock, self.pace, **settings)
        self.bot.__enter__()

    def write(self, work: Any) -> Any:
        return self._at_work.writer.submit(work).result()

    def read(self, work: Any) -> Any:
        with self.database.reading() as session:
            return work(session)

    def rows(self, table: type[Row]) -> list[Row]:
        """Every row of a table, oldest first."""
        key = next(iter(table.__table__.primary_key.columns))  # type: ignore[attr-defined]
        return list(self.read(lambda session: session.exec(select(table).order_by(key)).all()))

    def stored(self) -> dict[str, list[dict[str, Any]]]:
        """All that is stored, to see that something changed nothing. Without objects: they take thrice as long."""
        with self.database.reading() as session:
            return {
                table.__name__: [dict(row) for row in session.connection().execute(statement).mappings()]
                for table, statement in _all_of_each()
            }

    def planned(self, someone: Someone, start: str, days: int = 2, dose: float = 0.4) -> Course:
        """A course planned for a patient, where planning is not what the journey is about."""
        plan = schedule.CoursePlan(date.fromisoformat(start), days, dose)
        patient, now = someone.row, self.clock.now()

        def plan_it(session: Session) -> Course:
            known = session.get_one(Patient, patient.id)
            return schedule.plan_courses(session, audit.OPERATOR, known, [plan], now)[0]

        return self.write(plan_it)  # type: ignore[no-any-return]

    def history(self, patient: Patient) -> list[tuple[str, str, Any, Any]]:
        """(actor, action, before, after) of the audit's entries about a patient, oldest first."""
        entries = self.read(lambda session: audit.history_of_patient(session, patient.team_id, patient.id))
        return [(entry.actor, entry.action, entry.before, entry.after) for entry in entries]

    def calm(self) -> None:
        """Waits until every update is handled and answered, and everything due is sent."""
        world, running = self.world, self.bot.running
        world.wait_for(lambda w: not w.waiting_updates, PATIENCE)

        async def settled() -> None:
            await running.handlers.answers_out(PATIENCE)
            await running.settle()

        self.bot.do(settled())
        assert world.waiting_updates == 0

    def until_no_ban(self) -> None:
        """Waits, in true time, until Telegram lets the bot speak again."""

        async def wait() -> None:
            await asyncio.sleep(self.bot.running.pacer.ban_left + 0.05)

        self.bot.do(wait())

    def passes(self, *, days: int = 0, hours: float = 0, minutes: float = 0) -> None:
        """Lets time pass; what becomes due on the way happens at the end of it."""
        self.becomes(self.clock.now() + timedelta(days=days, hours=hours, minutes=minutes))

    def passes_alone(self, *, hours: float = 0, minutes: float = 0) -> None:
        """The same while no bot runs."""
        self.clock.move_to(self.clock.now() + timedelta(hours=hours, minutes=minutes))

    def becomes(self, instant: datetime) -> None:
        self.clock.move_to(instant)
        self.calm()

    def local(self, text: str, zone: str = ZONE) -> datetime:
        """`2026-03-02 18:00` in a zone, as an instant."""
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    def someone(self, language: str = "en") -> Someone:
        self.next_account += 1
        return self._met(self.next_account, language)

    def _met(self, account: int, language: str = "en") -> Someone:
        """Somebody with an account at Telegram."""
        self.world.person(account, f"Person {account}", language)
        return Someone(self, account, language)

    def invitation(self, role: Role, team: str = TEAM) -> str:
        """A fresh token for this role."""

        def invite(session: Session) -> str:
            found = teams.team_named(session, team)
            assert found is not None
            if role is Role.PATIENT:
                return admission.invite_patient(session, audit.OPERATOR, found, self.clock.now()).token
            return admission.invite_staff(session, audit.OPERATOR, found, role, self.clock.now()).token

        return str(self.write(invite))

    def another_team(self, name: str, zone: str = ZONE) -> str:
        """A second clinic that the same bot serves; its name."""
        self._make_team(name, zone, None, self.clock.now())
        return name

    def _make_team(self, name: str, zone: str, telephone: str | None, now: datetime) -> None:
        def make(session: Session) -> None:
            team, _ = admission.team_called(session, name, zone, telephone, now)
            team.follow_up_after = self.follow_up_after
            team.escalate_after = self.escalate_after

        self.write(make)

    def coordinator(self, team: str = TEAM) -> Someone:
        return self._joins(Role.COORDINATOR, team)

    def clinician(self, team: str = TEAM) -> Someone:
        return self._joins(Role.CLINICIAN, team)

    def patient(self, prompt_time: str = "18:00", team: str = TEAM) -> Someone:
        """A patient who has joined, to be asked at `prompt_time` London time."""
        return self._joins(Role.PATIENT, team, prompt_time)

    def _joins(self, role: Role, team: str, prompt_time: str = "") -> Someone:
        self.next_account += 1
        joining = Joining(self.next_account, role, prompt_time)
        if self._begun is None and team == TEAM:
            self._joined.append(joining)
            return Someone(self, joining.account)
        return self._lets_in(joining, team)

    def _lets_in(self, joining: Joining, team: str = TEAM) -> Someone:
        member = self._met(joining.account)
        member.says(f"/start {self.invitation(joining.role, team)}")
        if joining.role is Role.PATIENT:
            for button in ("English", "Continue", "I agree", "Yes, "):
                member.presses(button)
            member.says(joining.prompt_time)
        return member

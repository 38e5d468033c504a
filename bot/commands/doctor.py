"""What is well and what is not: settings, database, messages, Telegram, the running bot; for each fault, what to do."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

import httpx
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, update
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot import runtime, settings
from bot.commands import file_checks, file_modes, parked_command
from bot.settings import Settings, SettingsError
from bot.texts import FALLBACK, Html, texts_in
from bot.traffic.pacer import PER_SECOND, Priority
from bot.watching.facts import fault_of, machine_facts, stored_facts
from bot.watching.words import meaning
from jobs import lights, load
from jobs.clock import Clock
from jobs.lights import SEEN_FROM_OUTSIDE, Facts, Light, Name, StoredFacts, Why
from storage import departures, parked, patients, teams
from storage.database import Database, known_revisions
from storage.departures import DamagedDeparturesError
from storage.file_faults import FileFaultError
from storage.models import Team
from storage.parked import Pile

say = texts_in(FALLBACK)
PATIENCE = 30.0


@dataclass(frozen=True)
class Finding:
    """`fine` None: said for information, and no fault."""

    fine: bool | None
    what: Html


async def examine(clock: Clock) -> list[Finding]:
    """Every check that can be made; one that depends on a failed one is left out."""
    try:
        loaded, unknown, found = (
            settings.load(need_token=True),
            frozenset[str](),
            [Finding(True, say("doctor.settings"))],
        )
    except SettingsError as wrong:
        found = [Finding(False, say("doctor.setting", name=name, wrong=say(key))) for name, key in wrong.faults]
        unknown = frozenset(settings.field_of(name) for name, _ in wrong.faults) & Settings.model_fields.keys()
        try:
            # What is as it should be can be looked at all the same.
            loaded = settings.load(**{name: Settings.model_fields[name].default for name in unknown})
        except SettingsError:
            return found
    return [
        *found,
        *(Finding(False, what) for what in file_modes.checks(loaded) if "database_url" not in unknown),
        *(_database(loaded, clock) if "database_url" not in unknown else ()),
        *(await _telegram(loaded) if not {"telegram_bot_token", "telegram_api_url"} & unknown else ()),
        *(await _running(loaded) if "watch_listen" not in unknown else ()),
        *(await _desk(loaded) if not {"desk_url", "desk_listen"} & unknown else ()),
    ]


def _database(loaded: Settings, clock: Clock) -> list[Finding]:
    if (wrong_file := file_checks.what_is_wrong(loaded)) is not None:
        return [Finding(False, wrong_file)]
    database = Database(loaded.database_url.get_secret_value())
    names: list[str] = []
    piles: list[Pile] = []
    try:
        if not database.is_there and not database.can_be_made:
            return [Finding(False, say("light.database_away", fault=say("doctor.no_folder")))]
        if not database.is_there or (schema := database.revision()) is None:
            return [Finding(False, say("doctor.schema_missing"))]
        if schema not in known_revisions():
            return [Finding(False, say("cli.schema_newer", found=schema, expected=database.expected_revision()))]
        expected = database.expected_revision()
        stored: StoredFacts | str = StoredFacts(None, schema, expected)
        if schema == expected:
            with database.writing() as connection, Session(connection) as session:
                # In a transaction that may write: a full disk or a read-only file is a fault too.
                connection.execute(update(Team).where(col(Team.id) == 0).values(name=""))
                names = teams.team_names(session)
                rush = load.worst(patients.prompts_by_moment(session), PER_SECOND)
                stored = stored_facts(session, clock.now(), schema, expected, rush)
                piles = parked.piles(session, clock.now())
    except DBAPIError as fault:
        if (said := file_checks.of_database(loaded, fault)) is not None:
            return [Finding(False, said)]
        stored = fault_of(fault)
    finally:
        database.close()
    machine = machine_facts(database, loaded, clock.now())
    if not names:
        # Nothing is there yet that could be lost.
        machine = replace(machine, backs_up=False)
    found = lights.lights(Facts(clock.now(), stored, machine))
    well = [Finding(True, say.plural("doctor.teams", len(names)) if names else say("doctor.no_teams"))]
    is_away = any(light.red and light.name is Name.DATABASE for light in found)
    return [
        *(well if not is_away else ()),
        *_of(found, loaded),
        *_departures(loaded),
        *(Finding(False, parked_command.in_words(pile)) for pile in piles),
    ]


def _departures(loaded: Settings) -> list[Finding]:
    """Whether a restore could read who has departed: on the day on which it is needed it is too late to find out."""
    try:
        if loaded.backups_in is not None:
            departures.noted_in(loaded.backups_in)
    except DamagedDeparturesError as wrong:
        return [Finding(False, say(f"light.{Why.DEPARTURES_DAMAGED}", fault=wrong))]
    except FileFaultError as wrong:
        return [Finding(False, say(f"light.{Why.DEPARTURES_FAIL}", fault=wrong))]
    return []


def _of(found: Iterable[Light], loaded: Settings) -> list[Finding]:
    return [Finding(False, meaning(light, say, loaded.time_zone)) for light in found if light.red]


async def _telegram(loaded: Settings) -> list[Finding]:
    try:
        async with runtime.make_bot(loaded) as bot:
            found = [Finding(True, say("doctor.telegram", name=bot.username))]
            return [*found, *await _operator_chat(bot, loaded.operator_chat)]
    except InvalidToken:
        return [Finding(False, say("doctor.token"))]
    except TelegramError as fault:
        url = loaded.telegram_api_url
        return [Finding(False, say("doctor.no_telegram", url=url, fault=type(fault).__name__))]


async def _operator_chat(bot: ExtBot[Priority], chat: int | None) -> list[Finding]:
    if chat is None:
        return [Finding(None, say("doctor.no_operator_chat"))]
    try:
        await bot.get_chat(chat)
    except (BadRequest, Forbidden):
        return [Finding(False, say("doctor.operator_chat_unknown", name=bot.username))]
    return [Finding(True, say("doctor.operator_chat"))]


async def _running(loaded: Settings) -> list[Finding]:
    """What the bot that runs here says of itself: there are things that only it can know."""
    where = loaded.watch_listen
    if where is None:
        return [Finding(None, say("doctor.no_pages"))]
    try:
        async with httpx.AsyncClient() as client:
            told = (await client.get(f"http://{where}/lights", timeout=PATIENCE)).json()
        found = [light_from(each) for each in told["lights"]]
    except (httpx.HTTPError, json.JSONDecodeError, KeyError, TypeError, ValueError):
        return [Finding(None, say("doctor.not_running", where=where))]
    own = [light for light in found if light.name not in SEEN_FROM_OUTSIDE]
    if red := _of(own, loaded):
        return red
    return [Finding(True, say("doctor.running", where=where, lights=", ".join(light.name for light in own)))]


async def _desk(loaded: Settings) -> list[Finding]:
    """Whether browsers reach the desk, by the address that they are given; as far as a bot runs that serves it."""
    url, where = loaded.desk_url, loaded.desk_listen
    if url is None:
        return [Finding(None, say("doctor.no_desk"))]
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        try:
            # Whatever it says: asked under another name than its own it refuses.
            await client.get(f"http://{where}/desk/")
        except httpx.HTTPError:
            return [Finding(None, say("doctor.desk_not_served", where=where))]
        try:
            answer = await client.get(f"{url}/desk/")
            told = None if answer.status_code == httpx.codes.OK else str(answer.status_code)
        except httpx.HTTPError as fault:
            told = type(fault).__name__
    if told is not None:
        return [Finding(False, say("doctor.desk_unreachable", url=url, where=where, fault=told))]
    if loaded.menu_leads_to is None:
        return [Finding(None, say("doctor.desk_without_https", url=url))]
    return [Finding(True, say("doctor.desk", url=url))]


def light_from(told: dict[str, object]) -> Light:
    """As a page tells it. ValueError, KeyError or TypeError for what is none."""
    why = told.get("why")
    numbers = {key: each for key, each in told.items() if isinstance(each, int | str)}
    return Light(Name(str(told["name"])), bool(told["red"]), Why(str(why)) if why is not None else None, numbers)

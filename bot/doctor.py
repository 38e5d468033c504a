"""What is well and what is not: settings, database, schema, Telegram; for each fault, what to do about it."""

import math
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, update
from telegram.error import InvalidToken, TelegramError

from bot import file_checks, runtime, settings
from bot.pacer import PER_SECOND
from bot.settings import Settings, SettingsError
from bot.texts import FALLBACK, Html, texts_in
from jobs import load
from jobs.clock import Clock
from storage import patients, teams
from storage.database import Database, SchemaMismatchError
from storage.models import Team

say = texts_in(FALLBACK)


@dataclass(frozen=True)
class Finding:
    fine: bool
    what: Html


async def examine(clock: Clock) -> list[Finding]:
    """Every check that can be made; one that depends on a failed one is left out."""
    try:
        loaded = settings.load(need_token=True)
    except SettingsError as wrong:
        return [Finding(False, say("doctor.setting", name=name, wrong=say(key))) for name, key in wrong.faults]
    return [Finding(True, say("doctor.settings")), *_database(loaded, clock), await _telegram(loaded)]


def _database(loaded: Settings, clock: Clock) -> list[Finding]:
    if (wrong_file := file_checks.what_is_wrong(loaded)) is not None:
        return [Finding(False, wrong_file)]
    database = Database(loaded.database_url.get_secret_value())
    try:
        if not database.is_there and not database.can_be_made:
            return [Finding(False, say("doctor.database", fault=say("doctor.no_folder")))]
        if not database.is_there or database.revision() is None:
            return [Finding(False, say("doctor.schema_missing"))]
        database.check_schema()
        with database.writing() as connection, Session(connection) as session:
            # In a transaction that may write: a full disk or a read-only file is a fault too.
            connection.execute(update(Team).where(col(Team.id) == 0).values(name=""))
            names = teams.team_names(session)
            rush = load.worst(patients.prompts_by_moment(session), PER_SECOND)
    except SchemaMismatchError as wrong:
        return [Finding(False, say("doctor.schema", found=wrong.found or "–", expected=wrong.expected or "–"))]
    except DBAPIError as fault:
        said = say("doctor.database", fault=str(fault.orig).strip().splitlines()[0])
        return [Finding(False, file_checks.of_database(loaded, fault) or said)]
    finally:
        database.close()
    found = [Finding(True, say.plural("doctor.teams", len(names)) if names else say("doctor.no_teams"))]
    if rush is not None:
        at = Html(say.instant(rush.at, loaded.time_zone))
        minutes = math.ceil(rush.wait / timedelta(minutes=1))
        found.append(Finding(False, say("doctor.rush", people=rush.people, at=at, minutes=minutes)))
    return found


async def _telegram(loaded: Settings) -> Finding:
    try:
        async with runtime.make_bot(loaded) as bot:
            return Finding(True, say("doctor.telegram", name=bot.username))
    except InvalidToken:
        return Finding(False, say("doctor.token"))
    except TelegramError as fault:
        return Finding(False, say("doctor.no_telegram", url=loaded.telegram_api_url, fault=type(fault).__name__))

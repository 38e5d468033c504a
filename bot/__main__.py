"""The command line: `python -m bot`. The only full wiring of the parts."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import unicodedata
from datetime import datetime
from typing import Annotated

import typer
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session
from telegram.error import InvalidToken

from bot import logs, runtime, settings
from bot.commands import doctor as checks
from bot.commands import file_checks, keeping_commands, parked_command, report_command, research_command
from bot.desk.serving import DeskServer, desk_socket
from bot.invitation_link import link_to, qr_for_terminal
from bot.keeping import Keeper
from bot.settings import Settings, SettingsError
from bot.texts import FALLBACK, plain, texts_in
from bot.traffic.intake import PolledElsewhereError
from bot.traffic.listening import CannotListenError
from bot.traffic.speaker import username_of
from bot.watching.watch import Watch
from jobs import admission, reading
from jobs.clock import AlignedClock, SystemClock
from jobs.refusals import Refusal
from storage import audit, copying
from storage.database import Database, DatabaseError, SchemaMismatchError, known_revisions
from storage.locks import Lock
from storage.models import Role
from storage.writer import NotCommittedError, Writer

app = typer.Typer(no_args_is_help=True, add_completion=False)
say = texts_in(FALLBACK)
WRONG_SETTINGS = 2
# What may be otherwise in five seconds, so that whoever supervises the bot starts it again: EX_TEMPFAIL of sysexits.h.
TRY_AGAIN = 75
ALIGNED_EVERY = 60.0


def _stop(key: str, **values: object) -> typer.Exit:
    typer.echo(plain(say(key, **values)), err=True)
    return typer.Exit(WRONG_SETTINGS)


def _stop_for_now(key: str, **values: object) -> typer.Exit:
    typer.echo(plain(say(key, **values)), err=True)
    return typer.Exit(TRY_AGAIN)


def _settings(*, need_token: bool) -> Settings:
    """The settings, and logging set up by them; every fault is said at once, with exit code 2."""
    try:
        loaded = settings.load(need_token=need_token)
    except SettingsError as wrong:
        for name, key in wrong.faults:
            typer.echo(f"{name}: {plain(say(key))}", err=True)
        raise typer.Exit(WRONG_SETTINGS) from None
    logs.set_up(loaded.log_level, loaded.secrets, loaded.log_format)
    return loaded


def _database(loaded: Settings, out_of_reach: int = WRONG_SETTINGS, *, may_make: bool = False) -> Database:
    """The database, at the schema this version needs. `may_make`: made on the way, where there is none.

    `out_of_reach`: with which code it ends where the database does not answer.
    """
    if (wrong_file := file_checks.what_is_wrong(loaded)) is not None:
        raise file_checks.stop(wrong_file)
    database, file = Database(loaded.database_url.get_secret_value()), loaded.database_file
    if file is not None and not file.exists() and not may_make:
        # In a wrong folder a new, empty one would say that all is well.
        raise _stop("cli.no_database", path=file.absolute())
    try:
        if database.revision() is None:
            if not may_make:
                raise _stop("cli.database_empty")
            database.migrate()
        database.check_schema()
    except SchemaMismatchError as wrong:
        raise _other_schema(wrong) from None
    except DBAPIError as fault:
        raise file_checks.stop(file_checks.of_database(loaded, fault) or say("cli.database"), out_of_reach) from None
    return database


def _other_schema(wrong: SchemaMismatchError) -> typer.Exit:
    if wrong.found not in known_revisions():
        return _stop("cli.schema_newer", found=wrong.found, expected=wrong.expected)
    return _stop("cli.schema", wrong=wrong)


@app.callback()
def begin() -> None:
    """Infusion Diary: a daily diary in Telegram."""
    # What any command makes holds health data: it is for its owner alone.
    os.umask(0o077)


@app.command()
def run(
    roles: Annotated[str, typer.Option(help="What this process does, of several on one PostgreSQL.")] = ",".join(
        runtime.Role
    ),
) -> None:
    """Run the bot, until it is told to stop."""
    loaded = _settings(need_token=True)
    wanted = {name.strip() for name in roles.split(",")}
    if not wanted <= set(runtime.Role):
        raise _stop("cli.roles", known=", ".join(runtime.Role))
    database = _database(loaded, TRY_AGAIN, may_make=True)
    if database.is_sqlite and wanted != set(runtime.Role):
        raise _stop("cli.roles_need_postgresql")
    lock = Lock(database, "run")
    try:
        is_alone = not database.is_sqlite or lock.acquire()
        clock = _clock_of(database)
    except (OSError, OperationalError) as fault:
        database.close()
        raise file_checks.stop(file_checks.of_database(loaded, fault) or say("cli.database"), TRY_AGAIN) from None
    if not is_alone:
        raise _stop_for_now("cli.runs_already")
    runtime.leave_to_stand()
    try:
        asyncio.run(_run(loaded, database, clock, [role for role in runtime.Role if role in wanted]))
    except InvalidToken:
        # Its own message carries the token.
        raise _stop("doctor.token") from None
    except PolledElsewhereError:
        raise _stop_for_now("cli.polled_elsewhere") from None
    except CannotListenError as wrong:
        raise _stop_for_now("cli.cannot_listen", setting=wrong.setting, where=wrong.where, why=wrong.why) from None
    finally:
        lock.release()
        database.close()


def _clock_of(database: Database) -> SystemClock | AlignedClock:
    """OperationalError where a server has gone away since it was last asked."""
    if database.is_sqlite:
        return SystemClock()
    # Among replicas the database's time counts: for what is due, and for whose lease has run out.
    clock = AlignedClock(database.time)
    clock.align()
    return clock


async def _run(
    loaded: Settings, database: Database, clock: SystemClock | AlignedClock, roles: list[runtime.Role]
) -> None:
    working = asyncio.create_task(_work(loaded, database, clock, roles))

    def end() -> None:
        # Once: whoever asks again while it ends must not break off the ending.
        if not working.cancelling():
            working.cancel()

    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, end)
    with contextlib.suppress(asyncio.CancelledError):
        await working


async def _work(
    loaded: Settings, database: Database, clock: SystemClock | AlignedClock, roles: list[runtime.Role]
) -> None:
    running = runtime.Running(loaded, database, clock, roles=roles)
    if isinstance(clock, SystemClock):
        keeping = asyncio.create_task(Keeper(loaded, running).run())
        try:
            await _until_it_ends(loaded, running)
        finally:
            keeping.cancel()
        return
    aligning = asyncio.create_task(_keep_aligned(clock))
    try:
        await _until_it_ends(loaded, running)
    finally:
        aligning.cancel()


async def _until_it_ends(loaded: Settings, running: runtime.Running) -> None:
    with contextlib.ExitStack() as opened:
        try:
            desk = desk_socket(loaded) if runtime.Role.INTAKE in running.roles else None
            if desk is not None:
                opened.enter_context(desk)
            watch = await Watch(running, loaded).begin()
        except CannotListenError:
            await running.never_started()
            raise
        try:
            async with running, _at_the_desk(loaded, running, desk):
                await running.finished()
        finally:
            await watch.end()


def _at_the_desk(
    loaded: Settings, running: runtime.Running, desk: socket.socket | None
) -> contextlib.AbstractAsyncContextManager[object]:
    if desk is None or loaded.desk_url is None:
        return contextlib.nullcontext()
    return DeskServer(running, loaded.desk_url, desk)


async def _keep_aligned(clock: AlignedClock) -> None:
    while True:
        await asyncio.sleep(ALIGNED_EVERY)
        with contextlib.suppress(DBAPIError):
            await asyncio.to_thread(clock.align)


@app.command()
def demo(
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The page's port; 0 for any that is free.", show_default="8765"),
    ] = None,
) -> None:
    """Live through the whole idea in a browser, with no Telegram account."""
    from bot.local import demo as local_demo  # noqa: PLC0415  (the product itself never needs it)

    logs.set_up("WARNING", [local_demo.TOKEN])
    try:
        asyncio.run(local_demo.run(port, typer.echo))
    except local_demo.PortError as refused:
        raise _stop(refused.key, port=refused.port) from None


@app.command()
def invite(
    team: Annotated[str, typer.Option(help="The team's name; one that is new is made.")],
    role: Annotated[Role, typer.Option(help="What the invited person will be.")] = Role.COORDINATOR,
    zone: Annotated[str | None, typer.Option(help="A new team's time zone, such as Europe/Zurich.")] = None,
    telephone: Annotated[str | None, typer.Option(help="A new team's telephone number, for its patients.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print start, link and expires_at as JSON.")] = False,
) -> None:
    """Make a single-use invitation and show its link and QR code."""
    loaded = _settings(need_token=True)
    team = unicodedata.normalize("NFC", team).strip()
    if not 1 <= len(team) <= 120 or not team.isprintable():
        raise _stop("cli.team_name")
    wrong = [("refusal.zone", zone)] if zone is not None and reading.parse_zone(zone) is None else []
    if telephone is not None and not admission.is_telephone(telephone):
        wrong.append(("refusal.telephone", telephone))
    if wrong:
        for key, typed in wrong:
            typer.echo(plain(say(key, typed=typed)), err=True)
        raise typer.Exit(WRONG_SETTINGS)
    database = _database(loaded)
    try:
        bot_name = asyncio.run(_bot_name(loaded))
    except InvalidToken:
        raise _stop("doctor.token") from None
    except Exception as fault:
        raise _stop("cli.no_telegram", fault=type(fault).__name__) from None
    writer, now = Writer(database), SystemClock().now()
    try:
        known, made, invited = writer.submit(
            lambda session: _invite(session, team, role, loaded, zone, telephone, now)
        ).result()
    except Refusal as refused:
        raise _stop(refused.key, **refused.arguments) from None
    except (NotCommittedError, DBAPIError):
        raise _stop("cli.database") from None
    finally:
        writer.close()
        database.close()
    link = link_to(bot_name, invited.token)
    if as_json:
        typer.echo(json.dumps({"start": invited.token, "link": link, "expires_at": invited.expires_at.isoformat()}))
        return
    if made:
        typer.echo(plain(say("cli.team_made", team=team)))
    until = f"{say.instant(invited.expires_at, known)} ({known})"
    typer.echo(plain(say("cli.invited", role=role.value, team=team, link=link, until=until)))
    typer.echo(qr_for_terminal(link))


def _invite(
    session: Session,
    name: str,
    role: Role,
    loaded: Settings,
    zone: str | None,
    telephone: str | None,
    now: datetime,
) -> tuple[str, bool, admission.Invited]:
    """The team's time zone, whether the team is new, and the invitation."""
    wanted = reading.parse_zone(zone) if zone is not None else None
    team, made = admission.team_called(session, name, wanted or loaded.time_zone, telephone, now)
    if not made and (wanted not in {None, team.time_zone} or telephone not in {None, team.telephone}):
        raise Refusal("refusal.team_exists", team=name)
    if role is Role.PATIENT:
        return team.time_zone, made, admission.invite_patient(session, audit.OPERATOR, team, now)
    return team.time_zone, made, admission.invite_staff(session, audit.OPERATOR, team, role, now)


async def _bot_name(loaded: Settings) -> str:
    async with runtime.make_bot(loaded) as bot:
        return await username_of(bot)


@app.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="The revision to go to: a name, head or base.")] = "head",
    losing_data: Annotated[
        bool, typer.Option("--losing-data", help="Go down, and lose what newer tables hold.")
    ] = False,
) -> None:
    """Bring the database's schema up to this version, or to a given revision."""
    loaded = _settings(need_token=False)
    if (wrong_file := file_checks.what_is_wrong(loaded)) is not None:
        raise file_checks.stop(wrong_file)
    database = Database(loaded.database_url.get_secret_value())
    lock = Lock(database, "run")
    try:
        if database.is_sqlite and database.is_there and not lock.acquire():
            raise _stop("cli.runs_already")
        before = database.revision()
        if before is not None and before not in known_revisions():
            raise _other_schema(SchemaMismatchError(before, database.expected_revision()))
        if database.is_older(revision) and not losing_data:
            raise _stop("cli.losing_data", revision=revision)
        database.migrate(revision)
        after = database.revision()
        if before == after:
            typer.echo(plain(say("cli.migrated_already", after=after or "–")))
        elif before is None:
            typer.echo(plain(say("cli.migrated_new", after=after)))
        else:
            typer.echo(plain(say("cli.migrated", before=before, after=after or "–")))
    except (DBAPIError, OSError) as fault:
        raise file_checks.stop(file_checks.of_database(loaded, fault) or say("cli.database")) from None
    except CommandError as wrong:
        raise _stop("cli.wrong", wrong=wrong) from None
    finally:
        lock.release()
        database.close()


@app.command()
def copy(
    to: Annotated[str, typer.Option(envvar="COPY_TO", help="The empty database, as a DATABASE_URL; or set COPY_TO.")],
) -> None:
    """Copy the whole database into another, empty one, such as from SQLite to PostgreSQL; every row is compared."""
    loaded = _settings(need_token=False)
    try:
        wanted = settings.load(database_url=to)
    except SettingsError:
        raise _stop("cli.copy_to") from None
    source, target = _database(loaded), Database(wanted.database_url.get_secret_value())
    try:
        if source.url == target.url:
            raise _stop("cli.copy_to_itself")
        done = copying.copy(source, target, lambda each: typer.echo(f"{each.table}: {each.rows}"))
    except DatabaseError as wrong:
        raise _stop("cli.not_copied", wrong=wrong) from None
    except DBAPIError as fault:
        raise _stop("cli.not_copied", wrong=str(fault.orig).strip().splitlines()[0]) from None
    finally:
        source.close()
        target.close()
    typer.echo(plain(say.plural("cli.copied", sum(each.rows for each in done))))


@app.command()
def doctor() -> None:
    """Check settings, database, schema and Telegram, and say what to do about each fault."""
    findings = asyncio.run(checks.examine(SystemClock()))
    for finding in findings:
        mark = say({True: "doctor.fine", False: "doctor.wrong", None: "doctor.note"}[finding.fine])
        typer.echo(plain(say("doctor.line", mark=mark, what=finding.what)))
    if any(finding.fine is False for finding in findings):
        raise typer.Exit(WRONG_SETTINGS)


def _there() -> Database:
    return _database(_settings(need_token=False))


def _there_or_new() -> tuple[Settings, Database]:
    loaded = _settings(need_token=False)
    return loaded, _database(loaded, may_make=True)


parked_command.register(app, _there)
research_command.register(app, _there, _there_or_new)
keeping_commands.register(app, lambda: _settings(need_token=False), _database)
report_command.register(app, _there)


if __name__ == "__main__":
    sys.exit(app())

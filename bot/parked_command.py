"""`python -m bot parked`: messages that failed, by kind and fault; looked at, or sent again."""

from collections.abc import Callable
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from bot.texts import FALLBACK, Html, plain, texts_in
from jobs import parked as dealing
from jobs.clock import SystemClock
from jobs.parked import Dealt
from storage import parked as stored
from storage.database import Database
from storage.models import MessageKind
from storage.parked import Pile
from storage.writer import NotCommittedError, Writer

say = texts_in(FALLBACK)
WRONG = 2


def register(app: typer.Typer, open_database: Callable[[], Database]) -> None:
    """Adds the command. `open_database` ends the program itself where the settings are wrong."""

    @app.command()
    def parked(
        again: Annotated[
            bool, typer.Option("--again", help="Send again what is still of use; let the rest go.")
        ] = False,
        seen: Annotated[bool, typer.Option("--seen", help="They have been looked at: let all of them go.")] = False,
        kind: Annotated[MessageKind | None, typer.Option(help="Only these, such as daily_prompt.")] = None,
    ) -> None:
        """List the messages that failed and that nobody has looked at; send them again or let them go."""
        if again and seen:
            raise _stop("cli.parked.one_of_two")
        database = open_database()
        try:
            found = _piles(database, kind)
            for pile in found:
                typer.echo(plain(in_words(pile)))
            if not found:
                typer.echo(plain(say("cli.parked.none")))
            elif again or seen:
                dealt = _deal(database, kind, again=again)
                typer.echo(plain(say("cli.parked.dealt", again=dealt.sent_again, gone=dealt.let_go)))
            else:
                typer.echo(plain(say("cli.parked.what_now")))
        except (NotCommittedError, DBAPIError):
            raise _stop("cli.database") from None
        finally:
            database.close()


def in_words(pile: Pile) -> Html:
    """How many of what failed how. Nothing says to whom."""
    known = pile.fault if pile.fault in {"unsure", "bad_request"} else "other"
    fault = say(f"parked.fault_{known}", fault=pile.fault)
    first, last = (say.instant(at, "UTC") for at in (pile.oldest, pile.newest))
    return say(
        "parked.pile", kind=pile.kind.value, count=pile.many, fault=fault, of_use=pile.of_use, first=first, last=last
    )


def _piles(database: Database, kind: MessageKind | None) -> list[Pile]:
    with database.reading() as session:
        return stored.piles(session, SystemClock().now(), kind)


def _deal(database: Database, kind: MessageKind | None, *, again: bool) -> Dealt:
    writer, now = Writer(database), SystemClock().now()
    try:
        deal = dealing.send_again if again else dealing.let_go
        return writer.submit(lambda session: deal(session, now, kind)).result()
    finally:
        writer.close()


def _stop(key: str) -> typer.Exit:
    typer.echo(plain(say(key)), err=True)
    return typer.Exit(WRONG)

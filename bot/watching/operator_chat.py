"""Tells the operator, in their own chat, what needs a person: directly, since what is broken may be the database."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from sqlmodel import Session
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.texts import FALLBACK, Html, texts_in
from bot.traffic.pacer import BannedError, Priority
from bot.traffic.speaker import may_have_arrived
from bot.watching.lookout import Seen
from bot.watching.words import meaning
from jobs import telling
from jobs.lights import Name
from jobs.telling import Known, News, Step
from storage import watching
from storage.models import RedLight
from storage.writer import Writer

log = logging.getLogger(__name__)
say = texts_in(FALLBACK)
PATIENCE = 10.0


class OperatorChat:
    """What is known of red lights stands in rows, so that neither a restart nor another process tells it again.

    While no row can be written it is remembered here, and written when one can.
    """

    def __init__(self, bot: ExtBot[Priority], writer: Writer, chat: int, process: str, zone: str) -> None:
        self._bot, self._writer, self._chat = bot, writer, chat
        self._process, self._zone = process, zone
        self._remembered: Mapping[Name, Known] = {}
        # Whether the rows know less than this.
        self._ahead = False
        # Whether Telegram left it open what became of the latest.
        self._in_doubt = False

    async def tell(self, seen: Seen) -> None:
        """What there is to tell by what was seen."""
        if self._in_doubt and not await self._telegram_is_in_order():
            return
        step = await self._next(seen, lambda known: telling.step(known, seen.lights, seen.at))
        if not step.news:
            return
        try:
            text = words(step.news, self._zone)
            await self._bot.send_message(self._chat, text, parse_mode=ParseMode.HTML, rate_limit_args=Priority.ANSWER)
        except (TelegramError, BannedError) as fault:
            log.warning("The operator could not be told: %s", type(fault).__name__)
            self._in_doubt = may_have_arrived(fault)
            if not self._in_doubt:
                await self._next(seen, lambda known: Step(telling.given_back(known, step.news, seen.at)))
            return
        await self._next(seen, lambda known: Step(telling.settled(known, step.news, seen.at)))

    async def _telegram_is_in_order(self) -> bool:
        """The once more of what may have arrived is not thrown away while it is not."""
        try:
            await self._bot.get_me(rate_limit_args=Priority.TIDYING)
        except (TelegramError, BannedError):
            return False
        self._in_doubt = False
        return True

    async def _next(self, seen: Seen, work: Callable[[Mapping[Name, Known]], Step]) -> Step:
        """By the rows; or by what is remembered, where they are out of reach: then it is ahead of them."""
        step: Step | None = None
        if not isinstance(seen.facts.stored, str):
            try:
                writing = self._writer.run(lambda session: self._by_rows(session, work))
                step = await asyncio.wait_for(writing, PATIENCE)
            except Exception as fault:
                log.info("What is known of the lights is remembered only: %s", type(fault).__name__)
        self._ahead = step is None
        step = step or work(self._remembered)
        self._remembered = step.known
        return step

    def _by_rows(self, session: Session, work: Callable[[Mapping[Name, Known]], Step]) -> Step:
        rows = watching.red_lights(session, ("", self._process))
        known = {Name(row.name): Known(row.red_since, row.green_since, row.told_at, row.claimed_at) for row in rows}
        if self._ahead:
            known = telling.merged(known, self._remembered)
        step = work(known)
        for name in {*known, *step.known}:
            whose = telling.whose(name, self._process)
            each = step.known.get(name)
            row = RedLight(name=name, whose=whose, **vars(each)) if each is not None else None
            watching.keep_red_light(session, name, whose, row)
        return step


def words(news: News, zone: str) -> Html:
    """As the operator reads it."""
    if news.all_green:
        return say("operator.all_green")
    lines = [say("operator.light", name=light.name, meaning=meaning(light, say, zone)) for light in news.red]
    return Html("\n\n".join([say("operator.red"), *lines, say("operator.again")]))

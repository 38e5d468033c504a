"""Tells the operator, in their own chat, what needs a person: directly, since what is broken may be the database."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace

from sqlmodel import Session
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.pacer import BannedError, Priority
from bot.texts import FALLBACK, Html, texts_in
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
        # What should have been told and could not be sent: it is told at the next look.
        self._unsent = News()

    async def tell(self, seen: Seen) -> None:
        """What there is to tell by what was seen."""
        step, self._ahead = await self._next(seen)
        self._remembered = step.known
        news = step.news
        if not news and self._unsent.all_green and not any(each.told_at for each in step.known.values()):
            news = self._unsent
        self._unsent = News()
        if not news:
            return
        try:
            text = words(news, self._zone)
            await self._bot.send_message(self._chat, text, parse_mode=ParseMode.HTML, rate_limit_args=Priority.ANSWER)
        except (TelegramError, BannedError) as fault:
            log.warning("The operator could not be told: %s", type(fault).__name__)
            self._unsent = news

    async def _next(self, seen: Seen) -> tuple[Step, bool]:
        """By the rows; or by what is remembered, where they are out of reach: then it is ahead of them."""
        if isinstance(seen.facts.stored, str):
            return telling.step(self._but_unsent(self._remembered), seen.lights, seen.at), True
        try:
            work = self._writer.run(lambda session: self._by_rows(session, seen))
            return await asyncio.wait_for(work, PATIENCE), False
        except Exception as fault:
            log.info("What is known of the lights is remembered only: %s", type(fault).__name__)
            return telling.step(self._but_unsent(self._remembered), seen.lights, seen.at), True

    def _by_rows(self, session: Session, seen: Seen) -> Step:
        rows = watching.red_lights(session, ("", self._process))
        known = {Name(row.name): Known(row.red_since, row.green_since, row.told_at) for row in rows}
        if self._ahead:
            known = telling.merged(known, self._remembered)
        step = telling.step(self._but_unsent(known), seen.lights, seen.at)
        for name in {*known, *step.known}:
            whose = telling.whose(name, self._process)
            each = step.known.get(name)
            row = RedLight(name=name, whose=whose, **vars(each)) if each is not None else None
            watching.keep_red_light(session, name, whose, row)
        return step

    def _but_unsent(self, known: Mapping[Name, Known]) -> dict[Name, Known]:
        unsent = {light.name for light in self._unsent.red}
        return {name: replace(each, told_at=None) if name in unsent else each for name, each in known.items()}


def words(news: News, zone: str) -> Html:
    """As the operator reads it."""
    if news.all_green:
        return say("operator.all_green")
    lines = [say("operator.light", name=light.name, meaning=meaning(light, say, zone)) for light in news.red]
    return Html("\n\n".join([say("operator.red"), *lines, say("operator.again")]))

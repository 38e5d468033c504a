"""A document that somebody sent, fetched from Telegram."""

import asyncio
import logging
from typing import Any

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.traffic.pacer import Priority

log = logging.getLogger(__name__)
# While it is fetched, no further updates are asked for.
FETCHED_WITHIN = 20.0


async def fetch(bot: ExtBot[Any], file_id: str) -> bytes | None:
    """Its content; None where Telegram does not hand it out in time."""
    try:
        async with asyncio.timeout(FETCHED_WITHIN):
            file = await bot.get_file(file_id, rate_limit_args=Priority.ANSWER)
            return bytes(await file.download_as_bytearray())
    except (TelegramError, TimeoutError) as fault:
        log.warning("A file could not be fetched: %s", type(fault).__name__)
        return None

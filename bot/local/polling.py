"""getUpdates: answered at once when something waits, otherwise as soon as something arrives."""

from __future__ import annotations

import asyncio

from starlette.requests import Request as HttpRequest

from bot.local.records import Json
from bot.local.refusal import WEBHOOK_ACTIVE, Refusal
from bot.local.running import gone
from bot.local.state import State

LONGEST_POLL_SECONDS = 50


async def poll(state: State, fields: Json, request: HttpRequest) -> list[Json]:
    """The updates from the offset on.

    409 while a webhook is set, and when another getUpdates or a setWebhook comes before something has arrived.
    """
    mailbox = state.mailbox
    limit = min(max(fields.get("limit", 100), 1), 100)
    with state.changed:
        if state.webhook is not None:
            raise Refusal(409, WEBHOOK_ACTIVE)
        mailbox.allow(fields.get("allowed_updates"))
        mailbox.confirm(fields.get("offset", 0))
        this = mailbox.open_poll()
        state.changed.notify_all()
    left = asyncio.ensure_future(gone(request))
    deadline = asyncio.get_running_loop().time() + min(max(fields.get("timeout", 0), 0), LONGEST_POLL_SECONDS)
    try:
        with state.changed.ringing() as bell:
            while True:
                with state.changed:
                    if this.ended_by is not None:
                        raise Refusal(409, this.ended_by)
                    updates = [] if left.done() else mailbox.take(limit)
                remaining = deadline - asyncio.get_running_loop().time()
                if updates or left.done() or remaining <= 0:
                    return updates
                waiting = asyncio.ensure_future(bell.wait())
                await asyncio.wait({waiting, left}, timeout=remaining, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
    finally:
        left.cancel()
        with state.changed:
            mailbox.close_poll(this)
            state.changed.notify_all()

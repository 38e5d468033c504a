"""Replies become Telegram requests here, and Telegram's refusals become something one can act on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import httpx
from sqlmodel import Session
from telegram import (
    Bot,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MenuButtonCommands,
    MenuButtonWebApp,
    Message,
    WebAppInfo,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.replies import (
    Button,
    CloseButtons,
    Drawing,
    Incoming,
    Keyboard,
    OfferCommands,
    OtherButtons,
    Reply,
    Rewrite,
    Say,
    Screen,
    Toast,
)
from bot.texts import Html, plain
from bot.traffic.pacer import BannedError, Priority
from jobs import admission
from storage import chats
from storage.writer import Writer

log = logging.getLogger(__name__)
T = TypeVar("T")
WAITS_BEFORE_TRYING_AGAIN = (0.5, 2.0)
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
# Telegram's own words, in its error descriptions.
UNCHANGED = "message is not modified"
GONE = ("message to edit not found", "message can't be edited", "there is no text in the message to edit")
TOO_OLD = "query is too old"
LONGEST_TOAST = 200


def never_arrived(fault: NetworkError) -> bool:
    """Whether Telegram certainly did not get the request: there was no connection to send it by."""
    return isinstance(fault.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


def may_have_arrived(fault: TelegramError | BannedError) -> bool:
    """Of a request that failed: whether Telegram may have done it all the same."""
    # The library has a refusal among the faults of the network.
    return isinstance(fault, NetworkError) and not isinstance(fault, BadRequest) and not never_arrived(fault)


class Speaker:
    """Says things in private chats."""

    def __init__(self, bot: ExtBot[Priority], writer: Writer, desk: str | None = None) -> None:
        """`desk`: the address that the menu button of the staff opens; None: there is no such button."""
        self._bot, self._writer, self._desk = bot, writer, desk

    async def send(self, telegram_id: int, screen: Screen, priority: Priority) -> int:
        """A new message; returns its id. Telegram's errors are the caller's to settle."""
        markup = _markup(screen.keyboard)
        sent: Message
        if screen.png is not None:
            sent = await self._bot.send_photo(
                telegram_id,
                screen.png,
                caption=screen.text,
                parse_mode=ParseMode.HTML,
                reply_markup=markup,
                rate_limit_args=priority,
            )
        elif screen.document is not None:
            name, content = screen.document
            sent = await self._bot.send_document(
                telegram_id,
                content,
                filename=name,
                caption=screen.text,
                parse_mode=ParseMode.HTML,
                rate_limit_args=priority,
            )
        else:
            sent = await self._bot.send_message(
                telegram_id,
                screen.text,
                parse_mode=ParseMode.HTML,
                reply_markup=markup,
                link_preview_options=NO_PREVIEW,
                rate_limit_args=priority,
            )
        return sent.message_id

    async def rewrite(self, telegram_id: int, message_id: int, screen: Screen) -> None:
        """An earlier message edited in place; one that is gone, or reads so already, is left. Errors as in `send`."""
        try:
            await self._edit(telegram_id, Rewrite(message_id, screen), Priority.BROADCAST)
        except BadRequest as refused:
            if not any(words in str(refused).lower() for words in (UNCHANGED, *GONE)):
                raise

    async def probe(self) -> None:
        """Raises what Telegram raises, unless it is in order: a request that changes nothing."""
        await self._bot.get_me(rate_limit_args=Priority.BROADCAST)

    async def answer(self, incoming: Incoming, replies: Sequence[Reply]) -> None:
        """Answers what somebody just did, after the commit. What fails is logged: they will see and try again."""
        toast = next((reply for reply in replies if isinstance(reply, Toast)), Toast(""))
        if incoming.press:
            said = plain(Html(toast.text))[:LONGEST_TOAST] or None
            await self._try(lambda: self._bot.answer_callback_query(incoming.press, said, toast.alert))
        try:
            for reply in replies:
                await self.reply(incoming.telegram_id, reply)
        except Forbidden:
            await self._writer.run(lambda session: _mark_unreachable(session, incoming))

    async def reply(self, telegram_id: int, reply: Reply) -> None:
        if isinstance(reply, Say):
            await self._say(telegram_id, reply)
        elif isinstance(reply, Rewrite):
            await self._rewrite(telegram_id, reply)
        elif isinstance(reply, Drawing):
            await self._try(lambda: self._bot.send_chat_action(telegram_id, ChatAction.UPLOAD_PHOTO))
        elif isinstance(reply, CloseButtons):
            await self._try(lambda: self._close_buttons(telegram_id, reply))
        elif isinstance(reply, OtherButtons):
            await self._try(lambda: self._change_buttons(telegram_id, reply))
        elif isinstance(reply, OfferCommands):
            scope = BotCommandScopeChat(telegram_id)
            await self._try(lambda: self._bot.set_my_commands(reply.commands, scope))
            if self._desk is not None:
                await self._try(lambda: self.offer_desk(telegram_id, reply.desk))

    async def tidy_up(self, telegram_id: int, reply: Rewrite | CloseButtons) -> None:
        """Puts an old message in order, after everything else and worth one try."""
        try:
            if isinstance(reply, Rewrite):
                await self._edit(telegram_id, reply, Priority.TIDYING)
            else:
                await self._close_buttons(telegram_id, reply, Priority.TIDYING)
        except (TelegramError, BannedError) as fault:
            log.debug("An old message stays as it is: %s", type(fault).__name__)

    async def offer_desk(self, telegram_id: int, reads: str, priority: Priority = Priority.ANSWER) -> None:
        """The button beside the writing line: to the desk, where it reads anything, and else to the commands."""
        to_commands = self._desk is None or not reads
        button = MenuButtonCommands() if to_commands else MenuButtonWebApp(reads, WebAppInfo(self._desk or ""))
        await self._bot.set_chat_menu_button(telegram_id, button, rate_limit_args=priority)

    async def offer_to_all(self, reply: OfferCommands) -> None:
        """The menu of every private chat that has none of its own."""
        try:
            await self._try(lambda: self._bot.set_my_commands(reply.commands, BotCommandScopeAllPrivateChats()))
        except TelegramError as fault:
            log.warning("The common menu could not be offered: %s", type(fault).__name__)

    async def _say(self, telegram_id: int, reply: Say) -> None:
        message_id = await self._try(lambda: self.send(telegram_id, reply.screen, Priority.ANSWER))
        if message_id is not None and reply.sent is not None:
            await self._note(reply.sent, message_id)

    async def _rewrite(self, telegram_id: int, reply: Rewrite) -> None:
        try:
            await self._try(lambda: self._edit(telegram_id, reply), refusals_count=True)
        except BadRequest as refused:
            if UNCHANGED in str(refused).lower():
                return
            if not any(words in str(refused).lower() for words in GONE):
                raise
            if reply.or_anew:
                await self._say(telegram_id, Say(reply.screen, reply.sent))
            return
        if reply.sent is not None:
            await self._note(reply.sent, reply.message_id)

    async def _close_buttons(self, telegram_id: int, reply: CloseButtons, priority: Priority = Priority.ANSWER) -> None:
        await self._bot.edit_message_reply_markup(
            telegram_id, reply.message_id, reply_markup=None, rate_limit_args=priority
        )

    async def _change_buttons(self, telegram_id: int, reply: OtherButtons) -> None:
        await self._bot.edit_message_reply_markup(
            telegram_id, reply.message_id, reply_markup=_markup(reply.keyboard), rate_limit_args=Priority.ANSWER
        )

    async def _edit(self, telegram_id: int, reply: Rewrite, priority: Priority = Priority.ANSWER) -> None:
        await self._bot.edit_message_text(
            reply.screen.text,
            telegram_id,
            reply.message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=_markup(reply.screen.keyboard),
            link_preview_options=NO_PREVIEW,
            rate_limit_args=priority,
        )

    async def _note(self, sent: Callable[..., None], message_id: int) -> None:
        await self._writer.run(lambda session: sent(session, message_id))

    async def _try(self, request: Callable[[], Awaitable[T]], *, refusals_count: bool = False) -> T | None:
        """Tries again over a broken connection. An answer shown twice is better than none: it changes nothing."""
        for wait in (*WAITS_BEFORE_TRYING_AGAIN, None):
            try:
                return await request()
            except Forbidden:
                raise
            except BadRequest as refused:
                if refusals_count:
                    raise
                if UNCHANGED not in str(refused).lower() and TOO_OLD not in str(refused).lower():
                    log.warning("Telegram refused an answer: %s", refused)
                return None
            except (TimedOut, NetworkError) as fault:
                log.warning("An answer did not go through: %s", type(fault).__name__)
                if wait is not None:
                    await asyncio.sleep(wait)
        return None


def _mark_unreachable(session: Session, incoming: Incoming) -> None:
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is not None:
        admission.chat_lost(session, someone, incoming.now)


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in keyboard])


def _button(button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(plain(Html(button.text)), callback_data=button.data)


async def username_of(bot: Bot) -> str:
    """The bot's own username, which invitation links bear."""
    me = await bot.get_me()
    return me.username or ""

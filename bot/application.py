"""python-telegram-bot's Application: updates in, the routes' work done in one transaction, replies out."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, OperationalError
from sqlmodel import Session
from telegram import CallbackQuery, ChatMember, Update
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    ExtBot,
    MessageHandler,
    filters,
)

from bot import arriving, routes
from bot.patient import check_in_place
from bot.replies import Incoming, OfferCommands, Reply, Say, Screen, SentFile
from bot.routes import Work
from bot.texts import nearest_language, texts_in
from bot.traffic.flood import Flood, Hearing
from bot.traffic.sent_files import fetch
from bot.traffic.speaker import Speaker
from bot.watching.measurements import Measurements
from jobs.clock import Clock
from storage import diary
from storage.writer import NotCommittedError, Writer

log = logging.getLogger(__name__)
T = TypeVar("T")
PRIVATE = filters.ChatType.PRIVATE
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]


class Handlers:
    """Runs the routes' work for each update. Committed first; answered after, in order within a chat."""

    def __init__(
        self,
        writer: Writer,
        speaker: Speaker,
        clock: Clock,
        answered: Callable[[], None],
        measured: Measurements,
        at_once: float = math.inf,
        desk_url: str | None = None,
    ) -> None:
        """`answered` is called after each commit: what an update asked for may be waiting to be done.

        `at_once`: how much one person may do without a pause and be answered. `desk_url`: the desk's origin.
        """
        self._writer, self._speaker, self._clock, self._answered = writer, speaker, clock, answered
        self._flood = Flood(at_once)
        self._measured = measured
        self._desk_url = desk_url or ""
        self._answering: dict[int, asyncio.Task[None]] = {}
        self._besides: set[asyncio.Task[None]] = set()
        self.not_committed: set[int] = set()

    async def do(
        self, update: Update, bot_name: str, work: Work, fetched: Callable[[str], Awaitable[bytes | None]] | None = None
    ) -> None:
        """Does the work. An update that could not be committed is noted, and must not be acknowledged.

        `fetched` brings a file by its id; it is asked for only where the sender may hand in such a file.
        """
        incoming = _incoming(update, self._clock, bot_name)
        if incoming is None:
            return
        incoming = replace(incoming, desk_url=self._desk_url)
        # That the bot is blocked or not is nothing that anybody says.
        counts = update.my_chat_member is None
        hearing = self._flood.hearing(incoming.telegram_id, incoming.said_at) if counts else Hearing.ANSWERED
        if hearing is Hearing.UNANSWERED and not self._may_be_kept(work, incoming):
            # Others wait behind it: it costs them no look into the database.
            self._measured.update("taken", self._clock.now())
            return
        has_diary = False
        try:
            if hearing is Hearing.TOLD:
                has_diary = await self._writer.run(partial(arriving.has_diary, incoming=incoming))
            if hearing is not Hearing.ANSWERED:
                work = arriving.unanswered(work, tells=hearing is Hearing.TOLD)
            elif fetched is not None:
                incoming = await self._with_its_file(incoming, fetched)
            replies = await self._done(work, incoming)
        except Exception as fault:
            if _may_pass(fault):
                log.exception("An update could not be committed; it will be asked for again")
                self.not_committed.add(update.update_id)
                self._measured.update("not_committed", self._clock.now())
                return
            log.exception("An update could not be understood; nothing of it was stored")
            self._measured.update("not_understood", self._clock.now())
            replies = [_apology(incoming)]
        else:
            self._measured.update("taken", self._clock.now())
        if counts:
            self._flood.count(incoming.telegram_id, incoming.said_at, hearing, has_diary=has_diary)
        self._answered()
        if replies or (incoming.press and hearing is Hearing.ANSWERED):
            self._answer_in_order(incoming, replies)

    def _may_be_kept(self, work: Work, incoming: Incoming) -> bool:
        if arriving.may_be_entry(work, incoming) and self._flood.is_kept(incoming.telegram_id):
            return True
        self._flood.count(incoming.telegram_id, incoming.said_at, Hearing.UNANSWERED)
        return False

    async def _with_its_file(self, incoming: Incoming, fetched: Callable[[str], Awaitable[bytes | None]]) -> Incoming:
        file = incoming.file
        if file is None or not await self._writer.run(lambda session: arriving.takes_file(session, incoming)):
            return incoming
        return replace(incoming, file=replace(file, content=await fetched(file.file_id)))

    async def _done(self, work: Work, incoming: Incoming) -> list[Reply]:
        def done(session: Session) -> tuple[list[Reply], int]:
            replies = work(session, incoming)
            check_in_place.note_hidden(session, incoming, replies)
            return replies, diary.answers_recorded(session)

        try:
            replies, answers = await self._writer.run(done)
        except IntegrityError:
            # Another replica was faster, with another press: once more, knowing what it wrote.
            replies, answers = await self._writer.run(done)
        self._measured.answers(answers)
        return replies

    async def at_the_desk(self, work: Callable[[Session], T]) -> T:
        """What somebody did on a page, committed: the page shows what came of it."""
        try:
            done = await self._writer.run(work)
        except IntegrityError:
            done = await self._writer.run(work)
        self._answered()
        return done

    def offer(self, telegram_id: int, menus: Sequence[OfferCommands]) -> None:
        """In the chat of whoever has other commands after what they did on a page."""
        for menu in menus:
            self.in_background(self._speaker.reply(telegram_id, menu))

    async def can_commit(self) -> bool:
        """Whether the database takes anything at all."""
        try:
            await self._writer.run(lambda session: session.connection())
        except Exception:
            return False
        return True

    def apologise(self, update: Update) -> None:
        """For an update that was given up: nothing of it was stored."""
        incoming = _incoming(update, self._clock, "")
        if incoming is not None:
            self._answer_in_order(incoming, [_apology(incoming)])

    def _answer_in_order(self, incoming: Incoming, replies: list[Reply]) -> None:
        previous = self._answering.get(incoming.telegram_id)

        async def answer() -> None:
            if previous is not None:
                await asyncio.wait([previous])
            try:
                await self._speaker.answer(incoming, replies)
            except TelegramError as fault:
                log.warning("An answer was given up: %s", type(fault).__name__)
            except Exception:
                # Such as a picture that could not be drawn; what was done is done.
                log.exception("An answer failed")
                await self._speaker.answer(replace(incoming, press=""), [_apology(incoming, "not_shown")])

        task = asyncio.create_task(answer())
        self._answering[incoming.telegram_id] = task
        task.add_done_callback(lambda done: self._forget(incoming.telegram_id, done))

    def _forget(self, telegram_id: int, task: "asyncio.Task[None]") -> None:
        if self._answering.get(telegram_id) is task:
            del self._answering[telegram_id]
        if not task.cancelled() and task.exception() is not None:
            log.error("An answer failed", exc_info=task.exception())

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Something said that nobody waits for."""
        task = asyncio.create_task(work)
        self._besides.add(task)
        task.add_done_callback(self._besides.discard)

    async def answers_out(self, seconds: float) -> None:
        """Waits until what was answered has gone out, `seconds` at most."""
        waited_for = {*self._answering.values(), *self._besides}
        if waited_for:
            await asyncio.wait(waited_for, timeout=seconds)

    async def answer_out(self, telegram_id: int, seconds: float) -> None:
        """The same for one person."""
        answering = self._answering.get(telegram_id)
        if answering is not None:
            await asyncio.wait({answering}, timeout=seconds)

    async def end(self, seconds: float) -> None:
        """Lets answers go out for so long; the rest is given up, since nothing can be written down after it."""
        await self.answers_out(seconds)
        left = {*self._answering.values(), *self._besides}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)


def _apology(incoming: Incoming, key: str = "went_wrong") -> Say:
    return Say(Screen(texts_in(nearest_language(incoming.language))(key)))


def _may_pass(fault: Exception) -> bool:
    """Whether the same update can succeed later. What the database refuses for its content it would refuse for ever."""
    # A PostgreSQL that has just become read-only, as in a failover, says InternalError.
    # And of a process without descriptors, or a disk without room, whatever it was that it could not open.
    return isinstance(fault, NotCommittedError | OperationalError | InterfaceError | InternalError | OSError)


def _incoming(update: Update, clock: Clock, bot_name: str) -> Incoming | None:
    user, query = update.effective_user, update.callback_query
    if user is None:
        return None
    if query is not None:
        pressed = query.message.message_id if query.message else 0
        return Incoming(
            user.id, clock.now(), user.language_code, pressed, data=query.data or "", press=query.id, bot_name=bot_name
        )
    message = update.effective_message
    return Incoming(
        telegram_id=user.id,
        now=clock.now(),
        language=user.language_code,
        message_id=message.message_id if message else 0,
        text=(message.text or "") if message else "",
        sent_at=message.date if message else None,
        album=(message.media_group_id or "") if message else "",
        bot_name=bot_name,
        place=(place.latitude, place.longitude) if message and (place := message.location) else None,
        file=SentFile(sent.file_id, sent.file_size or 0) if message and (sent := message.document) else None,
    )


def build(bot: ExtBot[Any], handlers: Handlers) -> Application[Any, Any, Any, Any, Any, Any]:
    """The Application with its handlers. It neither polls nor keeps jobs: the intake and the clock do."""
    application = Application.builder().bot(bot).updater(None).job_queue(None).build()

    def on(work: Work) -> Any:
        async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            await handlers.do(update, context.bot.username, work)

        return handle

    def on_command(work: Work) -> Any:
        async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            await handlers.do(update, context.bot.username, _with_arguments(work))

        return handle

    fresh = filters.UpdateType.MESSAGE & PRIVATE
    for name in dict.fromkeys([*arriving.FOR_ALL, *(route.name for route in routes.COMMANDS)]):
        application.add_handler(CommandHandler(name, on_command(arriving.work_of(name)), fresh))
    application.add_handler(CallbackQueryHandler(_pressed(handlers)))
    application.add_handler(MessageHandler(fresh & filters.TEXT & ~filters.COMMAND, on(arriving.typed)))
    application.add_handler(MessageHandler(fresh & filters.COMMAND, on_command(arriving.unknown)))
    application.add_handler(MessageHandler(fresh & filters.LOCATION, on(arriving.located)))
    # An animation bears a document too.
    documents = fresh & filters.Document.ALL & ~filters.ANIMATION
    application.add_handler(MessageHandler(documents, _document(handlers)))
    application.add_handler(MessageHandler(fresh & ~filters.StatusUpdate.ALL, on(arriving.unreadable)))
    # Words only: a live location edits itself all the time.
    edited = filters.UpdateType.EDITED_MESSAGE & PRIVATE & filters.TEXT
    application.add_handler(MessageHandler(edited, on(arriving.edited)))
    application.add_handler(ChatMemberHandler(_membership(handlers), ChatMemberHandler.MY_CHAT_MEMBER))
    return application


def _with_arguments(work: Work) -> Work:
    """A command's work sees what follows the command."""

    def with_arguments(session: Any, incoming: Incoming) -> Any:
        _, *arguments = incoming.text.split(maxsplit=1) or [""]
        return work(session, replace(incoming, text=arguments[0].strip() if arguments else ""))

    return with_arguments


def _document(handlers: Handlers) -> Any:
    async def sent(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        bot = context.bot
        await handlers.do(update, bot.username, arriving.sent_file, lambda file_id: fetch(bot, file_id))

    return sent


def _pressed(handlers: Handlers) -> Any:
    async def pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None
        if query.message is not None and query.message.chat.id != query.from_user.id:
            # A button in a chat that is not the presser's own.
            handlers.in_background(_not_yours(query))
            return
        await handlers.do(update, context.bot.username, arriving.pressed)

    return pressed


def _membership(handlers: Handlers) -> Any:
    async def changed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        member = update.my_chat_member
        assert member is not None
        if member.chat.type != "private":
            if member.new_chat_member.status in {ChatMember.MEMBER, ChatMember.ADMINISTRATOR}:
                handlers.in_background(_leave_group(update, context))
            return
        gone = member.new_chat_member.status == ChatMember.BANNED
        await handlers.do(update, context.bot.username, arriving.blocked if gone else arriving.unblocked)

    return changed


async def _not_yours(query: CallbackQuery) -> None:
    try:
        await query.answer(texts_in(nearest_language(query.from_user.language_code))("form.not_yours"))
    except TelegramError as fault:
        log.info("A press in a foreign chat could not be answered: %s", type(fault).__name__)


async def _leave_group(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A diary is nobody else's: in a group the bot says so and goes."""
    member = update.my_chat_member
    assert member is not None
    texts = texts_in(nearest_language(member.from_user.language_code))
    bot, chat = context.bot, member.chat.id
    for step in (lambda: bot.send_message(chat, texts("group")), lambda: bot.leave_chat(chat)):
        try:
            await step()
        except TelegramError as fault:
            # Where it may not write, it goes all the same.
            log.info("A group could not be told or left: %s", type(fault).__name__)

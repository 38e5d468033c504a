"""Messages out: what is due in the outbox goes to Telegram, and what became of each is written down.

A claim is committed before the request goes out. Certainly not sent: pending again. Perhaps sent: unsure, and sent
once more. Refused for good: failed, and the team is told. The reasons are in docs/decisions.md, "Delivery".
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from bot import letters
from bot.letters import Earlier, Letter
from bot.measurements import Measurements
from bot.pacer import IN_FLIGHT, BannedError, Pacer, Priority
from bot.speaker import Speaker, never_arrived
from jobs import admission
from jobs.clock import Clock, Pulse
from storage import chats, outbox
from storage.models import MessageKind, MessageState, OutboxMessage
from storage.writer import NotCommittedError, Writer

log = logging.getLogger(__name__)
BATCH = 30
LEASE = timedelta(minutes=5)
# A letter that has waited longer for its turn is written anew: what it says may not hold any more.
FRESH = timedelta(seconds=5)
LONGEST_REST = 1.0
MOST_ATTEMPTS = 8
BACKOFF = (2, 5, 15, 30, 60)
UNSURE_WAITS = timedelta(seconds=10)
# After an outage: what people wrote meanwhile may correct what would now be told of them.
WHAT_WAITS_IS_READ = timedelta(seconds=10)
MAY_BE_TAKEN_BACK = (MessageKind.ALERT, MessageKind.ALERT_NOTICE)
# Telegram's words in a 400 that means what a 403 means.
CHAT_GONE = "chat not found"
# Earlier questions that wait to be closed; beyond it the oldest stays as it is, and its buttons say "too late".
MOST_EARLIER = 20_000
WAITS_TO_NOTE = (0.5, 2.0, 5.0, 10.0)


class Courier:
    """Delivers until told to stop; `wake` makes it look at once."""

    def __init__(self, speaker: Speaker, writer: Writer, clock: Clock, pacer: Pacer, measured: Measurements) -> None:
        self._speaker, self._writer, self._clock, self._pacer = speaker, writer, clock, pacer
        self._measured = measured
        self._owner = uuid4().hex
        self._awake, self._claiming = asyncio.Event(), asyncio.Lock()
        self._in_hand: dict[int, asyncio.Task[None]] = {}
        # Held until it is written down what became of a message: a kill leaves no more than these in doubt.
        self._hands = asyncio.Semaphore(IN_FLIGHT)
        # What is to be put in order in a moment in which nothing is due: a broadcast does not wait for it.
        self._earlier: deque[Earlier] = deque(maxlen=MOST_EARLIER)
        self._tidying = asyncio.Lock()
        self._beside: asyncio.Task[int] | None = None
        self._stopping = self._stumbles = False
        self.pulse = Pulse()

    async def tidy(self) -> int:
        """Closes some earlier questions, unless something more urgent is in hand; returns how many.

        Worth one try: what a ban, a fault or the end interrupts stays as it is.
        """
        async with self._tidying:
            if self._in_hand or self._pacer.ban_left:
                return 0
            # Half of the places: an answer always finds one.
            some = [self._earlier.popleft() for _ in range(min(IN_FLIGHT // 2, len(self._earlier)))]
            await asyncio.gather(*(self._put_in_order(earlier) for earlier in some))
            return len(some)

    async def _put_in_order(self, earlier: Earlier) -> None:
        try:
            replies = await self._writer.run(lambda session: letters.put_in_order(session, earlier, self._clock.now()))
            for reply in replies:
                await self._speaker.tidy_up(earlier.telegram_id, reply)
        except Exception:
            log.exception("An old message stays as it is")

    def _tidy_beside(self) -> None:
        """Without waiting for it: one edit that hangs must not hold up what falls due meanwhile."""
        if self._earlier and not self._in_hand and not self._tidying.locked():
            self._beside = asyncio.create_task(self.tidy())
            self._beside.add_done_callback(self._tidied)

    def _tidied(self, tidying: "asyncio.Task[int]") -> None:
        # None were, where something more urgent came in between: its end wakes as well.
        if not tidying.cancelled() and tidying.exception() is None and tidying.result():
            self.wake()

    def wake(self) -> None:
        self._awake.set()

    def stop(self) -> None:
        """Finishes what is in hand and takes no more."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Until told to stop. Cancelled in the middle of sending, it leaves what it was sending as unsure."""
        now = self._clock.now()
        await self._quietly(lambda session: _put_in_order_at_start(session, now))
        try:
            while not self._stopping:
                self._awake.clear()
                self.pulse.beat()
                taken = await self._take_quietly()
                if not taken:
                    self._tidy_beside()
                    await self._rest()
            if self._in_hand:
                await asyncio.wait(set(self._in_hand.values()))
        finally:
            tasks = [*self._in_hand.values(), *([self._beside] if self._beside is not None else [])]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._quietly(lambda session: outbox.leave_behind(session, self._owner))

    async def _quietly(self, work: Callable[[Session], int]) -> None:
        try:
            if found := await self._writer.run(work):
                log.info("%d messages were being sent when the bot ended; they may have arrived", found)
        except Exception:
            log.exception("The outbox could not be put in order; the leases will do it")

    async def _rest(self) -> None:
        pause = max(LONGEST_REST, min(self._pacer.ban_left, 30.0))
        self.pulse.beat(pause)
        try:
            await asyncio.wait_for(self._awake.wait(), pause)
        except TimeoutError:
            return

    async def deliver_due(self) -> int:
        """Takes what is due and waits until all in hand is settled; returns how many that were.

        What the running courier took by itself counts too: what comes of it may be due in its turn.
        """
        taken = await self._take()
        in_hand = set(self._in_hand.values())
        if in_hand:
            await asyncio.wait(in_hand)
        return max(taken, len(in_hand))

    async def _take_quietly(self) -> int:
        try:
            taken = await self._take()
        except Exception:
            # Once, and not each second while a database is away.
            if not self._stumbles:
                log.exception("The courier stumbled and goes on")
            self._stumbles = True
            return 0
        self._stumbles = False
        return taken

    async def _take(self) -> int:
        """Claims what there is room for, and lets it go its way; returns how many that were. One claim at a time.

        Nobody waits for the slowest: one request that hangs must not hold up the prompts behind it.
        """
        async with self._claiming:
            room = BATCH - len(self._in_hand)
            if self._pacer.ban_left or room < BATCH // 2:
                return 0
            written_at = self._clock.now()
            taken = await self._claim_and_write(room)
            for message, letter in taken:
                if letter is not None:
                    task = asyncio.create_task(self._deliver_quietly(message, letter, written_at))
                    self._in_hand[message.id] = task
                    task.add_done_callback(partial(self._done, message.id))
        return len(taken)

    def _done(self, message_id: int, _task: "asyncio.Task[None]") -> None:
        del self._in_hand[message_id]
        if len(self._in_hand) <= BATCH // 2:
            self.wake()

    async def _claim_and_write(self, room: int) -> list[tuple[OutboxMessage, Letter | None]]:
        """What is claimed, with its letters, in one transaction; None where there is none to send: that is settled."""

        def claim(session: Session) -> list[OutboxMessage]:
            return outbox.claim(
                session,
                owner=self._owner,
                now=self._clock.now(),
                lease=LEASE,
                limit=room,
                in_hand=self._in_hand,
            )

        def claim_and_write(session: Session) -> list[tuple[OutboxMessage, Letter | None]]:
            batch = claim(session)
            return list(zip(batch, self._write(session, batch), strict=True))

        try:
            return await self._writer.run(claim_and_write)
        except (NotCommittedError, DBAPIError):
            raise
        except Exception:
            # One of them cannot be written, and must not hold up the others.
            batch = await self._writer.run(claim)
            return [(message, await self._prepare_alone(message)) for message in batch]

    async def _deliver_quietly(self, message: OutboxMessage, letter: Letter, written_at: datetime) -> None:
        try:
            await self._deliver(message, letter, written_at)
        except Exception:
            log.exception("A message could not be settled; its lease will do it")

    async def _deliver(self, message: OutboxMessage, written: Letter, written_at: datetime) -> None:
        async with self._hands:
            if self._stopping:
                await self._hand_back(message)
                return
            stale = self._clock.now() - written_at > FRESH
            letter = await self._prepare_alone(message) if stale else written
            message_id = await self._send(message, letter) if letter is not None else None
            if letter is None or message_id is None:
                return
            await self._note_sent(message, letter, message_id)
            if letter.menu is not None:
                await self._speaker.reply(letter.telegram_id, letter.menu)
        if letter.earlier is not None:
            self._earlier.append(letter.earlier)

    async def _prepare_alone(self, message: OutboxMessage) -> Letter | None:
        try:
            (letter,) = await self._writer.run(lambda session: self._write(session, [message]))
            return letter
        except Exception as fault:
            await self._not_prepared(message, fault)
            return None

    async def _not_prepared(self, message: OutboxMessage, fault: Exception) -> None:
        """Our own mistake, such as a picture that cannot be drawn: never the end of the courier."""
        log.exception("A %s could not be prepared", message.kind.value)
        try:
            if message.attempts >= MOST_ATTEMPTS and not isinstance(fault, NotCommittedError | DBAPIError):
                await self._settle(message, MessageState.FAILED, fault=type(fault).__name__)
            else:
                await self._try_later(message, fault)
        except Exception:
            log.exception("A message could not be settled; its lease will do it")

    def _write(self, session: Session, batch: Sequence[OutboxMessage]) -> list[Letter | None]:
        now, written = self._clock.now(), {}
        # Held while they are written: whom they are to and about is in the session, and not asked for again.
        claimed = outbox.claimed_by(session, self._owner, [message.id for message in batch])
        for message, _chat, _patient in claimed:
            written[message.id] = letter = letters.write(session, message, now)
            if letter is None:
                outbox.settle(session, message, MessageState.WITHDRAWN)
        return [written.get(message.id) for message in batch]

    async def _send(self, message: OutboxMessage, letter: Letter) -> int | None:
        """Its id when it went out. Whatever else became of it is settled."""
        try:
            if message.doubtful:
                # The once more is not thrown away while Telegram is out of order.
                await self._speaker.probe()
        except BannedError as ban:
            await self._hand_back(message, timedelta(seconds=ban.seconds))
            return None
        except TelegramError as fault:
            await self._try_later(message, fault)
            return None
        try:
            return await self._hand_over(letter)
        except BannedError as ban:
            await self._hand_back(message, timedelta(seconds=ban.seconds))
        except Forbidden:
            await self._give_up(message)
        except BadRequest as refused:
            if CHAT_GONE in str(refused).lower():
                await self._give_up(message)
                return None
            log.warning("Telegram refused a %s for good: %s", message.kind.value, refused)
            await self._settle(message, MessageState.FAILED, fault="bad_request")
        except NetworkError as fault:
            if never_arrived(fault):
                await self._try_later(message, fault)
            else:
                await self._unsure(message, fault)
        except Exception as fault:
            # An answer that cannot be read, or whatever else went wrong once the request was made.
            if not isinstance(fault, TelegramError):
                log.exception("It is not known what became of a %s", message.kind.value)
            await self._unsure(message, fault)
        return None

    async def _hand_over(self, letter: Letter) -> int:
        """A new message, or earlier ones in a new wording; its id, or the first of theirs."""
        if not letter.rewrites:
            return await self._speaker.send(letter.telegram_id, letter.screen, Priority.BROADCAST)
        for message_id in letter.rewrites:
            await self._speaker.rewrite(letter.telegram_id, message_id, letter.screen)
        return letter.rewrites[0]

    async def _note_sent(self, message: OutboxMessage, letter: Letter, message_id: int) -> None:
        def note(session: Session) -> None:
            now = self._clock.now()
            outbox.note_sent(session, message.id, message_id, now)
            letter.sent(session, message_id, now)

        # It has gone. A disk that is full for a moment must not make it go again.
        for wait in (*WAITS_TO_NOTE, None):
            try:
                await self._writer.run(note)
                self._measured.sent(message, self._clock.now())
                return
            except (NotCommittedError, DBAPIError):
                if wait is None:
                    raise
                log.exception("It could not be written down that a %s was sent; trying again", message.kind.value)
                await asyncio.sleep(wait)

    async def _try_later(self, message: OutboxMessage, fault: Exception) -> None:
        """Not sent for certain: however long it takes, until it is no longer worth sending."""
        wait = timedelta(seconds=BACKOFF[min(message.attempts - 1, len(BACKOFF) - 1)])
        await self._settle(message, _waiting(message), wait=wait, fault=type(fault).__name__)

    async def _hand_back(self, message: OutboxMessage, wait: timedelta | None = None) -> None:
        """It was not tried at all, so the attempt does not count."""
        await self._settle(message, _waiting(message), wait=wait, again=True)

    async def _unsure(self, message: OutboxMessage, fault: Exception) -> None:
        """It may have arrived. It is sent once more, unless that was the once more."""
        if message.doubtful:
            await self._settle(message, MessageState.FAILED, fault=outbox.IN_DOUBT)
        else:
            name = type(fault).__name__
            await self._settle(message, MessageState.UNSURE, wait=UNSURE_WAITS, fault=name)

    async def _settle(
        self,
        message: OutboxMessage,
        state: MessageState,
        *,
        wait: timedelta | None = None,
        fault: str | None = None,
        again: bool = False,
    ) -> None:
        def settle(session: Session) -> None:
            found = self._still_mine(session, message)
            if found is None:
                return
            due_at: datetime | None = self._clock.now() + wait if wait is not None else None
            found.attempts -= 1 if again else 0
            found.doubtful = found.doubtful or state is MessageState.UNSURE
            outbox.settle(session, found, state, due_at=due_at, fault=fault)

        await self._writer.run(settle)
        if not again:
            self._measured.not_sent(message, state, fault)

    def _still_mine(self, session: Session, message: OutboxMessage) -> OutboxMessage | None:
        """Its row. A tap may have proved meanwhile that it arrived, or the lease has run out."""
        found = outbox.message_by_id(session, message.id)
        mine = found is not None and found.state is MessageState.SENDING and found.owner == self._owner
        return found if mine else None

    async def _give_up(self, message: OutboxMessage) -> None:
        await self._writer.run(lambda session: self._give_up_chat(session, message))
        self._measured.not_sent(message, MessageState.FAILED, outbox.FORBIDDEN)

    def _give_up_chat(self, session: Session, message: OutboxMessage) -> None:
        """Blocked: the chat is unreachable until its owner comes back, and the coordinators hear of it once."""
        found = self._still_mine(session, message)
        if found is not None:
            outbox.settle(session, found, MessageState.FAILED, fault=outbox.FORBIDDEN)
        someone = chats.who_is(session, chats.chat_by_id(session, message.chat_id).telegram_id)
        if someone is not None:
            admission.chat_lost(session, someone, self._clock.now())


def _waiting(message: OutboxMessage) -> MessageState:
    return MessageState.UNSURE if message.doubtful else MessageState.PENDING


def _put_in_order_at_start(session: Session, now: datetime) -> int:
    """Returns how many were being sent when the bot ended."""
    outbox.put_off(session, MAY_BE_TAKEN_BACK, now, now + WHAT_WAITS_IS_READ)
    return outbox.take_up_left_behind(session, now + UNSURE_WAITS)

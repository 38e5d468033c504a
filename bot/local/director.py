"""Who plays the demo: knows the people on the page, moves the clock from event to event, answers for the patient."""

import asyncio
import contextlib
import itertools
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from bot.dialogues import check_in
from bot.local import case_data, seed
from bot.local.page import ClockState, Persona
from bot.local.world import World
from bot.runtime import Running
from bot.texts import Texts, plain
from jobs import confirming, due
from jobs.clock import MovableClock
from storage import chats, desk, invitations, upcoming
from storage.models import Role
from storage.upcoming import Upcoming

COORDINATOR, CLINICIAN, FIRST_NEWCOMER = 2001, 3001, 4001
PATIENCE = 20.0
TOKEN_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Director:
    """The page's Director over a running bot, the local Telegram and a clock that stands still until it is moved."""

    def __init__(self, world: World, running: Running, clock: MovableClock, texts: Texts) -> None:
        self._world, self._running, self._clock, self._texts = world, running, clock, texts
        self._entries = case_data.entries()
        self._moving, self._answering = asyncio.Lock(), False
        self._movers: set[asyncio.Task[Any]] = set()
        self._listeners: set[asyncio.Queue[bool]] = set()
        self._newcomers = itertools.count(FIRST_NEWCOMER)
        self._nameless: set[int] = set()
        self._personas = [
            Persona(seed.CASE_PATIENT, texts("demo.the_case", pseudonym=seed.CASE_PSEUDONYM), "patient"),
            Persona(CLINICIAN, texts("demo.clinician"), "clinician"),
            Persona(COORDINATOR, texts("demo.coordinator"), "coordinator"),
        ]

    def personas(self) -> Sequence[Persona]:
        return tuple(self._personas)

    def clock(self) -> ClockState:
        local = self._clock.now().astimezone(due.zone_of(seed.ZONE))
        following = self._next()
        return ClockState(
            now_local=local.isoformat(timespec="minutes"),
            label=self._texts.instant(self._clock.now(), seed.ZONE),
            next_event=self._in_words(following) if following else None,
            running=self._moving.locked(),
            answering=self._answering,
            zone=seed.ZONE,
        )

    def _next(self) -> Upcoming | None:
        with self._running.database.reading() as session:
            found = upcoming.next_upcoming(session), confirming.next_asked(session)
        return min((each for each in found if each is not None), key=lambda each: each.at, default=None)

    def _in_words(self, following: Upcoming) -> str:
        when = self._texts.instant(following.at, seed.ZONE)
        return plain(self._texts(f"demo.next_{following.kind}", whom=following.whom, when=when))

    async def next_event(self) -> None:
        async with self._time_passing():
            following = self._next()
            if following is not None:
                await self._pass_to(following.at)

    async def advance(self, days: int) -> None:
        async with self._time_passing():
            zone = due.zone_of(seed.ZONE)
            local = self._clock.now().astimezone(zone)
            target = due.local_moment(seed.ZONE, local.date() + timedelta(days=days), local.time().replace(tzinfo=None))
            while (following := self._next()) is not None and following.at <= target:
                before = following
                await self._pass_to(following.at)
                if self._next() == before:
                    break
            await self._pass_to(target)

    @contextlib.asynccontextmanager
    async def _time_passing(self) -> AsyncIterator[None]:
        """One at a time; the page hears of the end, however it ends."""
        mover = asyncio.current_task()
        assert mover is not None
        self._movers.add(mover)
        try:
            async with self._moving:
                yield
        finally:
            self._movers.discard(mover)
            self._changed()

    async def _pass_to(self, instant: datetime) -> None:
        """Lets it become `instant`, everything due happen, and the patient of the case answer."""
        await self.calm()
        await self._move_to(max(instant, self._clock.now()))
        self._changed()
        await self._running.settle()
        if self._answering:
            await self._answer_as_in_the_case()
        await self.calm()

    async def _move_to(self, instant: datetime) -> None:
        """Whoever is at the desk has not been idle meanwhile: the time that passes here is nobody's."""
        passed = instant - self._clock.now()
        self._clock.move_to(instant)
        await self._running.writer.run(lambda session: desk.put_off_ends(session, passed))

    async def calm(self) -> None:
        """Waits until the bot has dealt with what was said and pressed; in vain if it cannot, but not for ever.

        The clock jumps: a press that waited across a jump would be too old to be answered.
        """
        await self._world.until(lambda world: not world.waiting_updates and not world.answerable_callbacks(), PATIENCE)

    async def _answer_as_in_the_case(self) -> None:
        """Presses the buttons as the diary of the case has them; on a day that it lacks, nobody answers."""
        while (question := self._open_question()) is not None:
            day, item, message_id, buttons = question
            entry = self._entries.get(day)
            data = _answering(buttons, entry.values.get(item)) if entry else None
            if data is None:
                return
            self._world.press(seed.CASE_PATIENT, message_id, data)
            if not await self._is_taken_away(message_id, data):
                return

    async def _is_taken_away(self, message_id: int, data: str) -> bool:
        """Whether the bot goes on to the next question, and this button with it."""
        return await self._world.until(lambda _: data not in self._data_of(message_id), PATIENCE)

    def _open_question(self) -> tuple[date, str, int, list[tuple[str, str | None]]] | None:
        for message in reversed(self._world.messages(seed.CASE_PATIENT)):
            buttons = self._world.buttons(message)
            taps = [check_in.read_tap(data) for _, data in buttons if data]
            for tap in taps:
                if tap is not None and tap.action == "answer" and tap.item is not None:
                    return tap.day, tap.item, message["message_id"], buttons
        return None

    def _data_of(self, message_id: int) -> list[str | None]:
        for message in self._world.messages(seed.CASE_PATIENT):
            if message["message_id"] == message_id:
                return [data for _, data in self._world.buttons(message)]
        return []

    async def watch(self) -> None:
        """Tells the page whenever a chat says something new: what is next may be something else now."""
        with self._world.subscribe() as happenings:
            async for happening in happenings:
                if happening["type"] in {"message", "edited"}:
                    named = self._named(happening["chat_id"])
                    if named or not self._moving.locked():
                        self._changed()

    def _named(self, account: int) -> bool:
        """Whether a newcomer has just got a pseudonym, which goes before the name from then on."""
        if account not in self._nameless:
            return False
        with self._running.database.reading() as session:
            someone = chats.who_is(session, account)
        if someone is None or someone.patient is None:
            return False
        self._nameless.remove(account)
        for place, persona in enumerate(self._personas):
            if persona.user_id == account:
                known = self._texts("demo.known_newcomer", pseudonym=someone.patient.pseudonym, name=persona.name)
                self._personas[place] = replace(persona, name=plain(known))
        return True

    def answer_for_me(self, on: bool) -> None:
        self._answering = on
        self._changed()

    def open_invitation(self, start: str) -> Persona:
        if not TOKEN_SHAPE.fullmatch(start):
            raise ValueError(plain(self._texts("demo.no_token")))
        account = next(self._newcomers)
        number = account - FIRST_NEWCOMER + 1
        persona = Persona(account, plain(self._texts("demo.newcomer", number=number)), self._role_of(start))
        self._world.person(account, persona.name)
        self._world.say(account, f"/start {start}")
        self._personas.append(persona)
        self._nameless.add(account)
        self._changed()
        return persona

    def _role_of(self, start: str) -> Literal["patient", "clinician", "coordinator"]:
        """As which the link lets somebody in; whoever comes by none of ours stands among the patients."""
        with self._running.database.reading() as session:
            invitation = invitations.invitation_for(session, start)
        if invitation is None or invitation.role is Role.PATIENT:
            return "patient"
        return "coordinator" if invitation.role is Role.COORDINATOR else "clinician"

    async def changes(self) -> AsyncIterator[None]:
        queue: asyncio.Queue[bool] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield
            while await queue.get():
                yield
        finally:
            self._listeners.discard(queue)

    def _changed(self) -> None:
        for queue in self._listeners:
            queue.put_nowait(True)

    def end(self) -> None:
        """Time stands still from now on, and every event stream ends."""
        for mover in self._movers:
            mover.cancel()
        for queue in self._listeners:
            queue.put_nowait(False)


def _answering(buttons: list[tuple[str, str | None]], value: int | None) -> str | None:
    """The button that gives this value; what the case does not know is skipped."""
    action = "skip" if value is None else "answer"
    taps = [(data, check_in.read_tap(data)) for _, data in buttons if data]
    return next((data for data, tap in taps if tap is not None and (tap.action, tap.value) == (action, value)), None)

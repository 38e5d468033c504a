"""Patients at their end of the chat: they answer by tap or by typing, early, late, twice or not, and go and come."""

import random
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.dialogues import check_in
from bot.dialogues.check_in import Tap
from storage.models import STAIRS, Item
from tests.simulation.journal import Given
from tests.simulation.memory import instant, stored

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

# As the clinic of a seed has it.
ASKED = (*(item.value for item in Item), "own:1", STAIRS)
HABITS = ("ignores", "taps one", "taps all", "types", "late", "twice", "changes", "asks")
WEIGHTS = (42, 22, 8, 10, 6, 5, 4, 3)


class PatientAtHome:
    """One patient. They see what is in the chat: a screen that was never brought up to date misleads them."""

    def __init__(self, simulation: "Simulation", account: int, rng: random.Random) -> None:
        self._simulation, self.account, self._rng = simulation, account, rng
        self._busy = False
        self._answered: set[date] = set()

    def sees(self) -> None:
        """Something new is in the chat. Most of what is asked is left alone, or taken up later."""
        if self._busy or self._simulation.ending:
            return
        found = self._question()
        if found is None or found[1].day in self._answered:
            return
        self._answered.add(found[1].day)
        rng = self._rng
        habit = rng.choices(HABITS, WEIGHTS)[0] if rng.random() < 2 * self._simulation.plan.busy else "ignores"
        if habit == "ignores":
            return
        self._busy = True
        delay = rng.uniform(4 * 3600, 30 * 3600) if habit == "late" else rng.choice((5.0, 60.0, 900.0)) * rng.random()
        times = {"taps one": 1, "late": 2, "types": 2, "asks": 2, "twice": 1, "changes": 4}.get(habit, 4)
        self._simulation.time.after(delay, lambda: self.acts(habit, times))

    def acts(self, habit: str, left: int) -> None:
        simulation, rng = self._simulation, self._rng
        self._busy = False
        found = self._question()
        if simulation.ending or self._blocked:
            return
        if habit == "asks":
            simulation.note_typed(self.account, "/today")
            simulation.telegram.say(self.account, "/today")
        elif found is None:
            if habit == "changes":
                self._presses("change")
            return
        elif habit == "types" and self._types(found[1]):
            pass
        else:
            self._taps(*found, rng.randrange(11))
            if habit == "twice":
                self._taps(*found, rng.randrange(11) if rng.random() < 0.5 else None)
        habit = "taps one" if habit == "asks" else habit
        if left > 1:
            self._busy = True
            simulation.time.after(rng.choice((0.2, 3.0, 20.0)), lambda: self.acts(habit, left - 1))
        elif habit == "changes":
            simulation.time.after(30.0, lambda: self._presses("change"))
            simulation.time.after(40.0, lambda: self._presses("ask"))
            simulation.time.after(50.0, lambda: self.acts("taps one", 1))

    def leaves(self) -> None:
        """Blocks the bot."""
        if not self._blocked:
            self._simulation.journal.note("patient %s blocks the bot", self.account)
            self._simulation.telegram.block(self.account)

    def comes_back(self) -> None:
        """Unblocks it, and begins anew as Telegram has people do."""
        if self._blocked:
            self._simulation.journal.note("patient %s comes back", self.account)
            self._simulation.telegram.unblock(self.account)
        self._simulation.telegram.say(self.account, "/start")

    @property
    def _blocked(self) -> bool:
        return self._simulation.telegram.people[self.account].blocked

    def _messages(self) -> list[dict[str, Any]]:
        return list(self._simulation.telegram.chats[self.account].messages.values())[-6:]

    def _buttons(self) -> list[tuple[int, str]]:
        """(message, data) of the newest message that has any; now and then of an older one."""
        telegram = self._simulation.telegram
        with_buttons = [m for m in self._messages() if m.get("reply_markup")]
        if not with_buttons:
            return []
        message = with_buttons[-1] if self._rng.random() < 0.95 else with_buttons[0]
        return [(message["message_id"], data) for _, data in telegram.buttons(message) if data]

    def _question(self) -> tuple[int, Tap] | None:
        """The newest question in sight: in which message, and what its first button would answer."""
        for message, data in self._buttons():
            tap = check_in.read_tap(data)
            if tap is not None and tap.action == "answer":
                return message, tap
        return None

    def _presses(self, action: str) -> None:
        for message, data in self._buttons():
            tap = check_in.read_tap(data)
            if tap is not None and tap.action == action and not self._simulation.ending and not self._blocked:
                self._simulation.telegram.press(self.account, message, data)
                return

    def _taps(self, message: int, shown: Tap, value: int | None) -> None:
        """Answers what that message asked when it was looked at, or skips it."""
        assert shown.item is not None
        action, number = ("skip", "") if value is None else ("answer", str(value))
        index = check_in.code_of(shown.item)
        data = f"c:{shown.message}:{shown.day:%Y%m%d}:{action}:{index}:{number}"
        self._simulation.telegram.press(self.account, message, data, forge=True)
        self._gives(shown, value, message)

    def _types(self, shown: Tap) -> bool:
        """Types a number, where it is certain what that answers; False where it is not."""
        simulation = self._simulation
        if self._asked_now() != (shown.day, shown.item) or simulation.waits_for_bot(self.account):
            return False
        value = self._rng.randrange(11)
        simulation.note_typed(self.account, str(value))
        simulation.telegram.say(self.account, str(value))
        self._gives(shown, value, 0)
        return True

    def _gives(self, shown: Tap, value: int | None, message: int) -> None:
        assert shown.item is not None
        simulation = self._simulation
        update = simulation.telegram.last_update
        simulation.journal.note(
            "patient %s: %s of %s is %s (update %s)", self.account, shown.item, shown.day, value, update
        )
        simulation.journal.given[update] = Given(self.account, shown.day, shown.item, value, message, update)

    def _asked_now(self) -> tuple[date, Any] | None:
        """Which question a number typed now would answer, by what is stored."""
        memory, now = self._simulation.memory, self._simulation.time.truly()
        day = memory.one(
            "SELECT diary_date, changing, closes_at FROM diaryday"
            " WHERE patient_id = ? AND opened_at <= ? AND closes_at > ? ORDER BY diary_date DESC LIMIT 1",
            self.account, stored(now.replace(microsecond=0)), stored(now),
        )  # fmt: skip
        closes = instant(day[2]) if day else None
        if closes is None or (closes - now).total_seconds() < 60:
            return None
        answered = {
            row[0]
            for row in memory.rows(
                "SELECT DISTINCT item FROM answer WHERE patient_id = ? AND diary_date = ?", self.account, day[0]
            )
        }
        asked = day[1] or next((item for item in ASKED if item not in answered), None)
        return (date.fromisoformat(day[0]), asked) if asked else None

"""The daily check-in, pure: what one message shows, and what a tap or a typed line means.

The message depends on the answers alone, so that a restart, a second device or a repeated update shows the same.
The wording never mentions the infusion, and no number is praised or deplored.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.replies import Button, Keyboard, Screen, rows_of
from bot.texts import Html, Texts
from jobs.refusals import Refusal
from storage.models import Item

ITEMS = tuple(Item)
SCALE = range(11)


@dataclass(frozen=True)
class CheckIn:
    """One day as it stands. `values`: None for a skipped item; an item not answered yet is absent.

    `changing`: the item opened again for correction. `message`: the outbox row that asked; 0 when the patient did.
    """

    day: date
    values: Mapping[Item, int | None] = field(default_factory=dict)
    changing: Item | None = None
    choosing: bool = False
    message: int = 0

    @property
    def question(self) -> Item | None:
        """What is being asked; None when all is answered."""
        return self.changing or next((item for item in ITEMS if item not in self.values), None)


@dataclass(frozen=True)
class Tap:
    """A press on a check-in's button. `action`: `answer`, `skip`, `change` (which?), `ask` (this one) or `back`."""

    message: int
    day: date
    action: str
    item: Item | None = None
    value: int | None = None


def _data(state: CheckIn, action: str, item: Item | None = None, value: int | None = None) -> str:
    index = "" if item is None else str(ITEMS.index(item))
    return f"c:{state.message}:{state.day:%Y%m%d}:{action}:{index}:{'' if value is None else value}"


_TAP = re.compile(r"c:(\d{1,18}):(\d{4})(\d{2})(\d{2}):(answer|skip|change|ask|back):([0-3]?):(\d{0,2})", re.ASCII)


def read_tap(data: str) -> Tap | None:
    """None for data that no check-in made."""
    found = _TAP.fullmatch(data)
    if found is None:
        return None
    message, year, month, day, action, index, value = found.groups()
    item = ITEMS[int(index)] if index else None
    number = int(value) if value else None
    if (action in {"answer", "skip", "ask"}) != (item is not None) or (action == "answer") != (number in SCALE):
        return None
    try:
        return Tap(int(message), date(int(year), int(month), int(day)), action, item, number)
    except ValueError:
        return None


def read_number(typed: str) -> int | None:
    """The 0-10 answer in `7`, `7/10` or ` 7 `. None for what is no number; Refusal for one out of range."""
    found = re.fullmatch(r"(-?\d{1,6})(?:\s*/\s*10)?", typed.strip())
    if found is None:
        if re.fullmatch(r"-?\d+[.,]\d+", typed.strip()):
            raise Refusal("check_in.whole_numbers")
        return None
    if int(found[1]) not in SCALE:
        raise Refusal("check_in.out_of_range", typed=found[1])
    return int(found[1])


def is_number(typed: str) -> bool:
    """Whether it was meant as an answer, on the scale or not."""
    try:
        return read_number(typed) is not None
    except Refusal:
        return True


def screen(state: CheckIn, texts: Texts) -> Screen:
    """What the check-in's message shows now."""
    if state.question is not None and not state.choosing:
        return _question(state, state.question, texts)
    if state.choosing:
        return Screen(_summary(state, texts, "check_in.which_to_change"), _items_to_change(state, texts))
    change = Button(texts("check_in.button.change"), _data(state, "change"))
    return Screen(_summary(state, texts, "check_in.thanks"), ((change,),))


def asked_again(state: CheckIn, item: Item, texts: Texts) -> Screen:
    """The question without its anchors, for below what was not understood: both are to be seen above the numbers."""
    question = texts(f"check_in.{item.value}.question")
    return Screen(Html(f"{_place(state, item, texts)}\n{question}"), _numbers(state, item, texts))


def closed(state: CheckIn, texts: Texts) -> Screen:
    """A day that can no longer be changed: what was noted, and no buttons."""
    return Screen(_summary(state, texts, "check_in.closed"))


def _question(state: CheckIn, item: Item, texts: Texts) -> Screen:
    question, anchors = texts(f"check_in.{item.value}.question"), texts(f"check_in.{item.value}.anchors")
    return Screen(Html(f"{_place(state, item, texts)}\n\n{question}\n\n{anchors}"), _numbers(state, item, texts))


def _numbers(state: CheckIn, item: Item, texts: Texts) -> Keyboard:
    numbers = [Button(str(value), _data(state, "answer", item, value)) for value in SCALE]
    last = Button(texts("check_in.button.skip"), _data(state, "skip", item))
    if state.changing is not None:
        last = Button(texts("check_in.button.back"), _data(state, "back"))
    return (*rows_of(numbers, 6), (last,))


def _place(state: CheckIn, item: Item, texts: Texts) -> Html:
    return texts("check_in.place", number=ITEMS.index(item) + 1, of=len(ITEMS), day=state.day)


def _items_to_change(state: CheckIn, texts: Texts) -> Keyboard:
    answered = [item for item in ITEMS if item in state.values]
    buttons = [(Button(_line(item, state.values[item], texts), _data(state, "ask", item)),) for item in answered]
    return (*buttons, (Button(texts("check_in.button.back"), _data(state, "back")),))


def _line(item: Item, value: int | None, texts: Texts) -> Html:
    name = texts(f"item.{item.value}")
    if value is None:
        return texts("check_in.line_skipped", item=name)
    return texts("check_in.line", item=name, value=value)


def _summary(state: CheckIn, texts: Texts, heading: str) -> Html:
    lines = [_line(item, state.values[item], texts) for item in ITEMS if item in state.values]
    noted = "\n".join(lines) if lines else texts("check_in.nothing_noted")
    return texts(heading, day=state.day, noted=Html(noted))

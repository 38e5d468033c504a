"""The daily check-in, pure: what one message shows, and what a tap or a typed line means.

The message depends on the answers alone, so that a restart, a second device or a repeated update shows the same.
The wording never mentions the infusion, and no number is praised or deplored.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from bot.dialogues import typed_answers
from bot.replies import Button, Keyboard, Screen, rows_of
from bot.texts import Html, Texts
from storage.models import Item

ITEMS = tuple(Item)
LONGEST_NOTE, MOST_NOTES = 500, 3
SCALE = typed_answers.SCALE


@dataclass(frozen=True)
class CheckIn:
    """One day as it stands. `values`: None for a skipped item; an item not answered yet is absent.

    `changing`: the item opened again for correction. `message`: the outbox row that asked; 0 when the patient did.
    `notes`: what was written beside the numbers; `noting`: one is being written. `later`: by the patient's clock, when
    they want to be asked again. `one_column`: each number in a row of its own, as wide as the screen.
    """

    day: date
    values: Mapping[Item, int | None] = field(default_factory=dict)
    changing: Item | None = None
    choosing: bool = False
    message: int = 0
    notes: Sequence[str] = ()
    noting: bool = False
    later: time | None = None
    one_column: bool = False

    @property
    def question(self) -> Item | None:
        """What is being asked; None when all is answered."""
        return self.changing or next((item for item in ITEMS if item not in self.values), None)

    @property
    def may_be_noted(self) -> bool:
        """Whether there is room for a note: beside complete answers, and not without end."""
        return self.question is None and len(self.notes) < MOST_NOTES


@dataclass(frozen=True)
class Tap:
    """A press on a check-in's button. `action`: `answer`, `skip`, `change` (which?), `ask` (this), `note`,
    `later`, `back`.
    """

    message: int
    day: date
    action: str
    item: Item | None = None
    value: int | None = None


def _data(state: CheckIn, action: str, item: Item | None = None, value: int | None = None) -> str:
    index = "" if item is None else str(ITEMS.index(item))
    return f"c:{state.message}:{state.day:%Y%m%d}:{action}:{index}:{'' if value is None else value}"


_TAP = re.compile(
    r"c:(\d{1,18}):(\d{4})(\d{2})(\d{2}):(answer|skip|change|ask|note|later|back):([0-3]?):(\d{0,2})", re.ASCII
)


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


def screen(state: CheckIn, texts: Texts, *, again: bool = False) -> Screen:
    """What the check-in's message shows now. `again`: it is asked for the second time that day."""
    if state.noting:
        back = Button(texts("check_in.button.back"), _data(state, "back"))
        return Screen(texts("check_in.note.ask", day=state.day, most=LONGEST_NOTE), ((back,),))
    if state.later is not None:
        now = Button(texts("check_in.button.now"), _data(state, "back"))
        return Screen(texts("check_in.later", day=state.day, at=state.later), ((now,),))
    if state.question is not None and not state.choosing:
        asked = _question(state, state.question, texts)
        return Screen(Html(f"{texts('check_in.again')}\n\n{asked.text}"), asked.keyboard) if again else asked
    if state.choosing:
        return Screen(_summary(state, texts, "check_in.which_to_change"), _items_to_change(state, texts))
    last = [Button(texts("check_in.button.change"), _data(state, "change"))]
    if state.may_be_noted:
        last.append(Button(texts("check_in.button.note"), _data(state, "note")))
    return Screen(_summary(state, texts, "check_in.thanks"), (tuple(last),))


def asked_again(state: CheckIn, texts: Texts) -> Screen:
    """The question without its anchors, for below what was not understood: both are to be seen above the numbers."""
    item = state.question
    if item is None or state.noting:
        return screen(state, texts)
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
    last = [Button(texts("check_in.button.skip"), _data(state, "skip", item))]
    if state.changing is not None:
        last = [Button(texts("check_in.button.back"), _data(state, "back"))]
    elif state.message and not state.values:
        # Where the bot came unasked.
        last.append(Button(texts("check_in.button.later"), _data(state, "later")))
    return (*rows_of(numbers, 1 if state.one_column else 6), tuple(last))


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
    noted = lines or [texts("check_in.nothing_noted")]
    noted += [texts("check_in.note.line", note=note) for note in state.notes]
    return texts(heading, day=state.day, noted=Html("\n".join(noted)))

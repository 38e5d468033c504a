"""The daily check-in, pure: what one message shows, and what a tap or a typed line means.

The message depends on the answers alone, so that a restart, a second device or a repeated update shows the same.
The wording never mentions the infusion, and no number is praised or deplored.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from bot.dialogues.wording import anchors_of, name_of, question_of
from bot.replies import Button, Keyboard, Screen, rows_of
from bot.texts import Html, Texts
from storage.models import STAIRS, Item, own_key
from storage.questions import FLIGHTS, SCALE, STANDARD, DiaryQuestion

LONGEST_NOTE, MOST_NOTES = 500, 3
# Of a note, on the button that opens it again.
LONGEST_LABEL = 30
ABOUT_AN_ITEM = {"answer", "skip", "ask", "remove"}
# How a button names its question.
_OURS = {**{str(place): item.value for place, item in enumerate(Item)}, "s": STAIRS}
_CODES = {key: code for code, key in _OURS.items()}


@dataclass(frozen=True)
class CheckIn:
    """One day as it stands. `values`: None for a skipped item; an item not answered yet is absent.

    `changing`: the item, or the note, opened again for correction. `message`: the outbox row that asked; 0 when the
    patient did. `notes`: what was written beside the numbers, by key; `noting`: one is being written. `later`: by the
    patient's clock, when they want to be asked again. `one_column`: each number in a row of its own, as wide as the
    screen. `questions`: what is asked that day, in order. `yesterday`: it is filled in the day after.
    """

    day: date
    values: Mapping[str, int | None] = field(default_factory=dict)
    changing: str | None = None
    choosing: bool = False
    message: int = 0
    notes: Mapping[str, str] = field(default_factory=dict)
    noting: bool = False
    later: time | None = None
    one_column: bool = False
    questions: Sequence[DiaryQuestion] = STANDARD
    yesterday: bool = False

    @property
    def question(self) -> DiaryQuestion | None:
        """What is being asked; None when all is answered."""
        changed = (each for each in self.questions if each.key == self.changing)
        return next(changed if self.changing is not None else iter(self.left), None)

    @property
    def left(self) -> Sequence[DiaryQuestion]:
        """What is not answered yet."""
        return [each for each in self.questions if each.key not in self.values]

    @property
    def may_be_noted(self) -> bool:
        """Whether there is room for a note: beside complete answers, and not without end."""
        return self.question is None and len(self.notes) < MOST_NOTES

    @property
    def changed_note(self) -> str | None:
        """The words of the note that is opened again."""
        return self.notes.get(self.changing or "")

    @property
    def is_writing(self) -> bool:
        """Whether what is typed next is a note."""
        return self.noting or self.changed_note is not None


@dataclass(frozen=True)
class Tap:
    """A press on a check-in's button. `action`: `answer`, `skip`, `change` (which?), `ask` (this), `note`,
    `remove` (this note), `later`, `back`. `item`: a question's key, or a note's.
    """

    message: int
    day: date
    action: str
    item: str | None = None
    value: int | None = None


def _data(state: CheckIn, action: str, item: str | None = None, value: int | None = None) -> str:
    code = "" if item is None else code_of(item)
    return f"c:{state.message}:{state.day:%Y%m%d}:{action}:{code}:{'' if value is None else value}"


def code_of(item: str) -> str:
    """How a button names an item: `0` to `3` for the four, `s` for stairs, `o12` for the team's own, `n7` a note."""
    return _CODES.get(item) or item.replace("own:", "o").replace("note:", "n")


def note_key(number: int) -> str:
    return f"note:{number}"


def note_number(key: str | None) -> int | None:
    """None for what is no note's key."""
    return int(key.removeprefix("note:")) if key is not None and key.startswith("note:") else None


_TAP = re.compile(
    r"c:(\d{1,18}):(\d{4})(\d{2})(\d{2}):(answer|skip|change|ask|note|remove|later|back):([0-3s]|[on]\d{1,9}|):(\d{0,2})",
    re.ASCII,
)


def read_tap(data: str) -> Tap | None:
    """None for data that no check-in made. Whether the item is asked that day is not known here."""
    found = _TAP.fullmatch(data)
    if found is None:
        return None
    message, year, month, day, action, code, value = found.groups()
    item = (_OURS.get(code) or (note_key if code[0] == "n" else own_key)(int(code[1:]))) if code else None
    number = int(value) if value else None
    scale = FLIGHTS if item == STAIRS else SCALE
    if (action in ABOUT_AN_ITEM) != (item is not None) or (action == "answer") != (number in scale):
        return None
    try:
        return Tap(int(message), date(int(year), int(month), int(day)), action, item, number)
    except ValueError:
        return None


def screen(
    state: CheckIn, texts: Texts, *, again: bool = False, unread: bool = False, noted: Collection[str] = ()
) -> Screen:
    """What the check-in's message shows now.

    `again`: it is asked for the second time that day. `unread`: nothing was noted of what was typed last. `noted`: the
    items of it, said above a question that stays the same.
    """
    if state.noting:
        back = Button(texts("check_in.button.back"), _data(state, "back"))
        return Screen(texts("check_in.note.ask", day=state.day, most=LONGEST_NOTE), ((back,),))
    if state.changed_note is not None:
        return _note_to_change(state, state.changed_note, texts)
    if state.later is not None:
        now = Button(texts("check_in.button.now"), _data(state, "back"))
        return Screen(texts("check_in.later", day=state.day, at=state.later), ((now,),))
    if state.question is not None and not state.choosing:
        asked = _question(state, state.question, texts)
        lines = [_line(each, state, texts) for each in state.questions if each.key in noted]
        above = texts("check_in.again") if again else Html("\n".join(lines))
        return Screen(Html(f"{above}\n\n{asked.text}"), asked.keyboard) if above else asked
    if state.choosing:
        return Screen(_summary(state, texts, "check_in.which_to_change"), _items_to_change(state, texts))
    last = [Button(texts("check_in.button.change"), _data(state, "change"))]
    if state.may_be_noted:
        last.append(Button(texts("check_in.button.note"), _data(state, "note")))
    return Screen(_summary(state, texts, "check_in.as_it_stands" if unread else "check_in.thanks"), (tuple(last),))


def _note_to_change(state: CheckIn, words: str, texts: Texts) -> Screen:
    remove = Button(texts("check_in.note.remove"), _data(state, "remove", state.changing))
    back = Button(texts("check_in.button.back"), _data(state, "back"))
    return Screen(texts("check_in.note.change", day=state.day, note=words), ((remove,), (back,)))


def moved_below(day: date, texts: Texts) -> Screen:
    """What stays of a message where the check-in has come below: two of one day would contradict each other."""
    return Screen(texts("check_in.below", day=day))


def closed(state: CheckIn, texts: Texts) -> Screen:
    """A day that can no longer be changed: what was noted, what was not, and no buttons."""
    missing = state.left if state.values else ()
    return Screen(_summary(state, texts, "check_in.closed", missing))


def _question(state: CheckIn, asked: DiaryQuestion, texts: Texts) -> Screen:
    parts = (
        _place(state, asked, texts),
        question_of(asked, texts, yesterday=state.yesterday),
        anchors_of(asked, texts),
    )
    return Screen(Html("\n\n".join(parts)), _numbers(state, asked, texts))


def _numbers(state: CheckIn, asked: DiaryQuestion, texts: Texts) -> Keyboard:
    # Of more flights than ten the number is typed.
    numbers = [Button(str(value), _data(state, "answer", asked.key, value)) for value in SCALE]
    last = [Button(texts("check_in.button.skip"), _data(state, "skip", asked.key))]
    if state.changing is not None:
        last = [Button(texts("check_in.button.back"), _data(state, "back"))]
    elif state.message and not state.values:
        # Where the bot came unasked.
        last.append(Button(texts("check_in.button.later"), _data(state, "later")))
    return (*rows_of(numbers, 1 if state.one_column else 6), tuple(last))


def _place(state: CheckIn, asked: DiaryQuestion, texts: Texts) -> Html:
    number = state.questions.index(asked) + 1
    return texts("check_in.place", number=number, of=len(state.questions), day=state.day)


def _items_to_change(state: CheckIn, texts: Texts) -> Keyboard:
    answered = [each for each in state.questions if each.key in state.values]
    buttons = [(Button(_line(each, state, texts), _data(state, "ask", each.key)),) for each in answered]
    for key, words in state.notes.items():
        shortened = words if len(words) <= LONGEST_LABEL else f"{words[:LONGEST_LABEL]}…"
        buttons.append((Button(texts("check_in.note.line", note=shortened), _data(state, "ask", key)),))
    return (*buttons, (Button(texts("check_in.button.back"), _data(state, "back")),))


def _line(asked: DiaryQuestion, state: CheckIn, texts: Texts) -> Html:
    name, value = name_of(asked, texts), state.values[asked.key]
    if value is None:
        return texts("check_in.line_skipped", item=name)
    return texts("check_in.line" if asked.scale == SCALE else "check_in.line_count", item=name, value=value)


def _summary(state: CheckIn, texts: Texts, heading: str, missing: Sequence[DiaryQuestion] = ()) -> Html:
    noted = [
        texts("check_in.line_missing", item=name_of(each, texts)) if each in missing else _line(each, state, texts)
        for each in state.questions
        if each.key in state.values or each in missing
    ]
    noted = noted or [texts("check_in.nothing_noted")]
    noted += [texts("check_in.note.line", note=note) for note in state.notes.values()]
    return texts(heading, day=state.day, noted=Html("\n".join(noted)))

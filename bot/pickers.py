"""Questions answered by buttons alone, or by typing: a time of day, by its hour and its quarter; a day of the week."""

from collections.abc import Callable
from datetime import time
from typing import Any

from bot.dialogues.form import Question, Values
from bot.texts import Html, Texts, languages, texts_in
from jobs import reading
from jobs.refusals import Refusal

QUARTERS = (0, 15, 30, 45)
WEEKDAYS = range(7)
LEAST_OF_A_NAME = 2


def time_of_day(ask: Callable[[Texts, Any, Values], Html]) -> tuple[Question, Question]:
    """Two questions, of which a whole time that is typed, such as 18:30, answers both."""
    hour = Question(
        "hour",
        ask,
        _read_hour,
        lambda texts, *_: [(f"{hour:02}", str(hour)) for hour in range(24)],
        width=6,
        also=lambda value, _: (
            {} if value.strip().isdecimal() and len(value.strip()) <= 2 else {"minute": _at(value).minute}
        ),
    )
    minute = Question(
        "minute",
        lambda texts, *_: texts("picker.which_minute"),
        _read_minute,
        lambda texts, _facts, values: [(texts.time(time(values["hour"], minute)), str(minute)) for minute in QUARTERS],
        also=lambda value, _: (
            {} if value.strip().isdecimal() and len(value.strip()) <= 2 else {"hour": _at(value).hour}
        ),
    )
    return hour, minute


def picked_time(values: Values) -> str:
    """As JSON has it."""
    return time(values["hour"], values["minute"]).isoformat("minutes")


def _at(value: str) -> time:
    at = reading.parse_time(value)
    if at is None:
        raise Refusal("form.time_unknown", typed=value)
    return at


def _read_hour(value: str, *_: object) -> int:
    return _at(value).hour


def _read_minute(value: str, *_: object) -> int:
    said = value.strip()
    if said.isdecimal() and len(said) <= 2 and int(said) <= 59:
        return int(said)
    return _at(value).minute


def read_weekday(value: str, *_: object) -> int:
    """Monday is 0, as a button says it; or a name, or its beginning, in whichever language."""
    said = value.strip().lower().rstrip(".")
    if said in map(str, WEEKDAYS):
        return int(said)
    meant = {day for tag in languages() for day in WEEKDAYS if _begins(texts_in(tag).weekday(day), said)}
    if len(meant) != 1:
        raise Refusal("refusal.weekday", typed=value)
    return meant.pop()


def _begins(name: str, said: str) -> bool:
    return len(said) >= LEAST_OF_A_NAME and name.lower().startswith(said)


def weekday_choices(texts: Texts, *_: object) -> list[tuple[str, str]]:
    return [(texts.weekday(day), str(day)) for day in WEEKDAYS]

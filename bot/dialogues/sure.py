"""*Is it right?*: the question of a form that is asked only where there is a doubt."""

from collections.abc import Callable
from typing import Any

from bot.dialogues.form import Question, Values
from bot.texts import Html, Texts
from jobs.doubts import Doubt
from jobs.refusals import Refusal

YES = "yes"


def sure_question(doubt: Callable[[Any, Values], Doubt | None], key: str = "sure") -> Question:
    """Of whatever form; it stands behind the questions on which `doubt` depends. `key`: another one for a second."""

    def ask(texts: Texts, facts: Any, values: Values) -> Html:
        found = doubt(facts, values)
        assert found is not None  # otherwise it is not needed
        return texts(found.key, **found.arguments)

    return Question(
        key,
        ask,
        _read_sure,
        lambda texts, *_: [(texts("measure.button.sure"), YES)],
        needed=lambda facts, values: doubt(facts, values) is not None,
        typed=False,
    )


def _read_sure(value: str, *_: object) -> bool:
    if value.strip() != YES:
        raise Refusal("measure.press_sure")
    return True

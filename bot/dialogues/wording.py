"""How a question of the check-in is called and asked: in the catalogues' words, or in those of its team."""

from bot.texts import Html, Texts, plain
from storage.questions import DiaryQuestion


def name_of(asked: DiaryQuestion, texts: Texts) -> str:
    """Without markup, and not escaped."""
    if asked.wording:
        return _own(asked, texts)["name"]
    return plain(texts(f"item.{asked.key}"))


def question_of(asked: DiaryQuestion, texts: Texts, *, yesterday: bool = False) -> Html:
    """`yesterday`: it is filled in the day after."""
    of = "question_yesterday" if yesterday else "question"
    if asked.wording:
        return texts(f"check_in.own.{of}", name=_own(asked, texts)["name"])
    return texts(f"check_in.{asked.key}.{of}")


def anchors_of(asked: DiaryQuestion, texts: Texts) -> Html:
    """What the ends of the scale mean."""
    if asked.wording:
        own = _own(asked, texts)
        return texts("check_in.own.anchors", low=own["low"], high=own["high"])
    return texts(f"check_in.{asked.key}.anchors")


def _own(asked: DiaryQuestion, texts: Texts) -> dict[str, str]:
    """In the reader's language, or in the one in which the team wrote it."""
    return asked.wording.get(texts.language) or asked.wording[asked.language]

"""How patients are called: by their codes."""

from collections.abc import Sequence

from bot.texts import Html, Texts

# Of many in one line, the first.
MOST_NAMED = 8


def who_is(pseudonym: str, label: str | None, texts: Texts) -> Html:
    """The code, and the team's own label where there is one: for its coordinators alone."""
    key = "roster.who_labelled" if label else "roster.who"
    return texts(key, pseudonym=pseudonym, label=label)


def codes_in_words(codes: Sequence[str]) -> Html:
    """`P-2222, P-3333`; of many the first, and an ellipsis."""
    more = ", …" if len(codes) > MOST_NAMED else ""
    return Html(", ".join(codes[:MOST_NAMED]) + more)

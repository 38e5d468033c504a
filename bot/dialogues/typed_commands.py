"""A word typed alone that asks for a command, pure: "help" and "stop", as one writes them to any service.

The words are the catalogues', `typed_command.words.*`, alternatives apart by "/"; English ones count in every language.
"""

from functools import cache

from bot.dialogues.typed_answers import normalised
from bot.texts import FALLBACK, plain, texts_in

# By the command that it stands for. None of them does anything by itself: `/withdraw` asks first.
_WORDS = {"help": "typed_command.words.help", "withdraw": "typed_command.words.stop"}


def command_in(line: str, language: str) -> str | None:
    """The command's name; None where anything else is said beside the word."""
    words = "".join(letter if letter.isalnum() or letter in "'-" else " " for letter in normalised(line))
    return _commands(language).get(" ".join(words.split()))


@cache
def _commands(language: str) -> dict[str, str]:
    return {
        normalised(word): command
        for tag in (FALLBACK, language)
        for command, key in _WORDS.items()
        for word in plain(texts_in(tag)(key)).split("/")
    }

"""Words that ask for a command when they are typed alone."""

import pytest

from bot.dialogues.typed_commands import command_in


@pytest.mark.parametrize(
    ("language", "line", "command"),
    [
        ("en", "help", "help"),
        ("en", " HELP!! ", "help"),
        ("en", "Help me", None),
        ("en", "stop.", "withdraw"),
        ("fr", "Aide", "help"),
        ("fr", "à l’aide !", "help"),
        ("fr", "arreter", "withdraw"),
        ("fr", "Arrêter", "withdraw"),
        ("de", "Hilfe", "help"),
        ("de", "Stopp!", "withdraw"),
        ("de", "aufhören", "withdraw"),
        ("de", "help", "help"),
        ("fr", "STOP", "withdraw"),
        ("en", "Hilfe", None),
        ("en", "the new tablets help", None),
        ("en", "I had to stop on the stairs", None),
        ("en", "help 3", None),
        ("en", "", None),
        ("en", "?", None),
    ],
)
def test_a_word_alone_asks_for_a_command(language: str, line: str, command: str | None) -> None:
    assert command_in(line, language) == command

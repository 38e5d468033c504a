"""Hears all that is logged in the whole suite, and knows what must not be in it.

Looked for are the token, pseudonyms, values of a database's statements, and whatever the people of a test have typed
while it ran: notes, labels, links, anything.
"""

import logging
import re
from typing import Any

from bot import logs
from storage.patients import ALPHABET

TOKEN = re.compile(r"1234567890:\S+|made-up-token")
PSEUDONYM = re.compile(rf"\bP-[{ALPHABET}]{{4}}\b")
# SQLAlchemy's values where they are not hidden, and PostgreSQL's where they are not taken out.
VALUES = re.compile(r"\[parameters: |^(DETAIL|CONTEXT): (?!\[left out\])", re.MULTILINE)
# What is shorter may stand in a line by chance.
WORTH_LOOKING_FOR = 8
COMMANDS = re.compile(r"/\w+\s*")


class LogGuard(logging.Handler):
    """Formats each record as the product would, but takes no secret out: none should have come so far."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logs.Lines([]))
        self._typed: set[str] = set()
        self._found: list[str] = []

    def listens_to(self, world: type[Any]) -> None:
        """From now on, whatever anybody writes in such a world is private: at first, and where they edit it."""
        update = world.update

        def heard(this: Any, kind: str, content: dict[str, Any]) -> int | None:
            if kind in {"message", "edited_message"}:
                self.is_written(content)
            number: int | None = update(this, kind, content)
            return number

        world.update = heard
        for name in logs.OURS:
            logging.getLogger(name).addHandler(self)
            logging.getLogger(name).setLevel(logging.DEBUG)

    def is_written(self, message: dict[str, Any]) -> None:
        """Its words, those below a picture or a file, the file's name, and a telephone number that was shared."""
        document, contact = message.get("document", {}), message.get("contact", {})
        for said in (
            message.get("text"),
            message.get("caption"),
            document.get("file_name"),
            contact.get("phone_number"),
        ):
            self.types(said or "")

    def types(self, text: str) -> None:
        for line in text.splitlines():
            private = COMMANDS.sub("", line, count=1).strip() if line.startswith("/") else line.strip()
            if len(private) >= WORTH_LOOKING_FOR:
                self._typed.add(private)

    def begins(self) -> None:
        self._typed.clear()
        self._found.clear()
        root = logging.getLogger()
        if self not in root.handlers:
            # A command that sets up logging has taken it away.
            root.addHandler(self)

    def found(self) -> list[str]:
        return list(self._found)

    def leaks_in(self, line: str) -> list[str]:
        """What is wrong with it."""
        patterns = {"a token": TOKEN, "a pseudonym": PSEUDONYM, "values of a statement": VALUES}
        found = [f"{what}: {line}" for what, pattern in patterns.items() if pattern.search(line)]
        return found + [f"what somebody typed: {line}" for typed in self._typed if typed in line]

    def emit(self, record: logging.LogRecord) -> None:
        if not _is_muted(record):
            self._found += self.leaks_in(self.format(record))


def _is_muted(record: logging.LogRecord) -> bool:
    """Whether the running product would not have written it at any setting."""
    names = [record.name.rsplit(".", cut)[0] for cut in range(record.name.count(".") + 1)]
    lowest = next((logs.LEVELS[name] for name in names if name in logs.LEVELS), logging.DEBUG)
    return record.levelno < lowest


GUARD = LogGuard()

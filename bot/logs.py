"""Logging: nothing about a patient, and never the bot's token; as lines for people, or one JSON object a line."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

from sqlalchemy.exc import DBAPIError
from telegram.error import TelegramError

# PostgreSQL quotes the values of a row that it refuses, whatever SQLAlchemy hides.
_VALUES = re.compile(r"^(DETAIL|CONTEXT|LINE \d+|HINT|QUERY|STATEMENT): .*(?:\n(?![A-Z\[]).*)*", re.MULTILINE)
_PLACEHOLDER = re.compile(r"%[^a-zA-Z%]*[a-zA-Z]")
OURS = ("bot", "jobs", "storage", "__main__")
# From which level on others are heard; of all else, what the setting says.
LEVELS = {
    # httpx logs every URL, and Telegram's URLs carry the token.
    **dict.fromkeys(("httpx", "httpcore", "telegram", "alembic", "matplotlib", "uvicorn", "asyncio"), logging.WARNING),
    # It logs an answer that it cannot read, whole, and people's messages stand in it.
    "telegram.request": logging.CRITICAL,
    # A tick that takes longer than a second merely makes the next one wait.
    "apscheduler": logging.ERROR,
}

# Whose own words say what a machine did. Any other's may quote what somebody typed, as int() does.
_TELLS = (DBAPIError, OSError, TelegramError)
_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Lines(logging.Formatter):
    """The last guard: whatever is logged, and by whomever, the secrets are taken out."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        return self.cleaned(super().format(record))

    def cleaned(self, text: str) -> str:
        text = _VALUES.sub(r"\1: [left out]", text)
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text

    def formatException(self, ei: _Raised) -> str:  # noqa: N802  (the library's name)
        """Where it went wrong and of what kind it was; its message only where nobody's words can be in it."""
        told, fault = [], ei[1]
        while fault is not None:
            message = f": {fault}" if isinstance(fault, _TELLS) else ""
            told.append("".join(traceback.format_tb(fault.__traceback__)) + type(fault).__qualname__ + message)
            fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
        return "\nWhile this was dealt with:\n".join(reversed(told))


class Objects(Lines):
    """The same as JSON. `event`: what happened, without what is different each time, to count and to search by."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": self.cleaned(event_of(record)),
            "message": self.cleaned(record.getMessage()),
        }
        if record.exc_info:
            told["exception"] = self.cleaned(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


def event_of(record: logging.LogRecord) -> str:
    """`The bot @%s is running` is `the_bot_is_running`. Of a library, whose words may hold anything, its name."""
    library = record.name.partition(".")[0]
    if library not in OURS:
        return library
    return "_".join(re.findall(r"[a-z0-9]+", _PLACEHOLDER.sub(" ", str(record.msg)).lower()))


def set_up(level: str, secrets: list[str], form: str = "text") -> None:
    """Logs to standard error. `secrets` never appear, not even in a traceback. `form`: text or json."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter((Objects if form == "json" else Lines)(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # A line that cannot be written would be told with all that is left out here.
    logging.raiseExceptions = False
    for name, lowest in LEVELS.items():
        logging.getLogger(name).setLevel(lowest)

"""Logging: nothing about a patient, and never the bot's token."""

import logging
import re
import sys
import traceback
from types import TracebackType

from sqlalchemy.exc import DBAPIError
from telegram.error import TelegramError

# PostgreSQL quotes the values of a row that it refuses, whatever SQLAlchemy hides.
_VALUES = re.compile(r"^(DETAIL|CONTEXT|LINE \d+|HINT|QUERY|STATEMENT): .*(?:\n(?![A-Z\[]).*)*", re.MULTILINE)

# Whose own words say what a machine did. Any other's may quote what somebody typed, as int() does.
_TELLS = (DBAPIError, OSError, TelegramError)
_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _WithoutSecret(logging.Formatter):
    """The last guard: whatever is logged, and by whomever, the secrets are taken out."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        line = _VALUES.sub(r"\1: [left out]", super().format(record))
        for secret in self._secrets:
            line = line.replace(secret, "[secret]")
        return line

    def formatException(self, ei: _Raised) -> str:  # noqa: N802  (the library's name)
        """Where it went wrong and of what kind it was; its message only where nobody's words can be in it."""
        told, fault = [], ei[1]
        while fault is not None:
            message = f": {fault}" if isinstance(fault, _TELLS) else ""
            told.append("".join(traceback.format_tb(fault.__traceback__)) + type(fault).__qualname__ + message)
            fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
        return "\nWhile this was dealt with:\n".join(reversed(told))


def set_up(level: str, secrets: list[str]) -> None:
    """Logs to standard error. `secrets` never appear, not even in a traceback."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WithoutSecret(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # A line that cannot be written would be told with all that is left out here.
    logging.raiseExceptions = False
    # httpx logs every URL, and Telegram's URLs carry the token.
    for noisy in ("httpx", "httpcore", "telegram", "alembic", "matplotlib", "uvicorn", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It logs an answer that it cannot read, whole, and people's messages stand in it.
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)
    # A tick that takes longer than a second merely makes the next one wait.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)

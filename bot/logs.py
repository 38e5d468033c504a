"""Logging: nothing about a patient, and never the bot's token."""

import logging
import re
import sys

# PostgreSQL quotes the values of a row that it refuses, whatever SQLAlchemy hides.
_VALUES = re.compile(r"^(DETAIL|CONTEXT|LINE \d+|HINT|QUERY|STATEMENT): .*(?:\n(?![A-Z\[]).*)*", re.MULTILINE)


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


def set_up(level: str, secrets: list[str]) -> None:
    """Logs to standard error. `secrets` never appear, not even in a traceback."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WithoutSecret(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # httpx logs every URL, and Telegram's URLs carry the token.
    for noisy in ("httpx", "httpcore", "telegram", "alembic", "matplotlib", "uvicorn", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It logs an answer that it cannot read, whole, and people's messages stand in it.
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)
    # A tick that takes longer than a second merely makes the next one wait.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)

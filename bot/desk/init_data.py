"""What Telegram says of whoever opens a Mini App, and whether it is Telegram who says it. Pure: words in, facts out.

Telegram signs all fields but the signature itself with a key made of the bot's token: only it and the bot know that.
"""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

# What Telegram sends is below two thousand.
LONGEST = 8_000
MOST_FIELDS = 40
OLDEST, FARTHEST_AHEAD = timedelta(minutes=10), timedelta(minutes=1)
# Telegram's numbers have at most 52 bits.
HIGHEST_USER = 2**52
_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


class InitDataError(Exception):
    """Not to be believed; `key`: the text that says why."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


@dataclass(frozen=True)
class Checked:
    """Who it is, the language that their Telegram has, when it was signed, and a hash that tells it from any other."""

    user_id: int
    language: str
    at: datetime
    proof_hash: str


def checked(init_data: str, bot_token: str, now: datetime) -> Checked:
    """InitDataError for what Telegram did not sign for this bot, and for what is too old.

    Nothing in it is looked at before the signature is known to be right, and nothing of it is in the error.
    """
    fields = _fields(init_data)
    told = fields.pop("hash", "")
    if not _HASH.fullmatch(told) or not hmac.compare_digest(told, signature(fields, bot_token)):
        raise InitDataError("desk.sign_in.unsigned")
    if not _SECONDS.fullmatch(fields.get("auth_date", "")):
        raise InitDataError("desk.sign_in.unsigned")
    at = datetime.fromtimestamp(int(fields["auth_date"]), UTC)
    if at - now > FARTHEST_AHEAD:
        raise InitDataError("desk.sign_in.ahead")
    if now - at > OLDEST:
        raise InitDataError("desk.sign_in.old")
    user = _user(fields.get("user", ""))
    # The signature itself, since the same facts can be written in several ways.
    proof = hashlib.sha256(told.encode()).hexdigest()
    return Checked(user["id"], str(user.get("language_code", ""))[:16], at, proof)


def signature(fields: dict[str, str], bot_token: str) -> str:
    """As Telegram makes it of all other fields, in hexadecimal digits."""
    secret = hmac.digest(b"WebAppData", bot_token.encode(), "sha256")
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    return hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest()


def _fields(init_data: str) -> dict[str, str]:
    if not 0 < len(init_data) <= LONGEST:
        raise InitDataError("desk.sign_in.unsigned")
    try:
        pairs = parse_qsl(
            init_data, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS
        )
        for text in (part for pair in pairs for part in pair):
            text.encode()
    except ValueError:
        raise InitDataError("desk.sign_in.unsigned") from None
    fields = dict(pairs)
    # Which of two would be meant is anybody's guess; a line's end would let one field look like two.
    if len(fields) != len(pairs) or any("\n" in part for pair in pairs for part in pair):
        raise InitDataError("desk.sign_in.unsigned")
    return fields


def _user(written: str) -> dict[str, Any]:
    try:
        user = json.loads(written)
    except (ValueError, RecursionError):
        user = None
    if not isinstance(user, dict) or type(user.get("id")) is not int or not 0 < user["id"] < HIGHEST_USER:
        raise InitDataError("desk.sign_in.unsigned")
    return user

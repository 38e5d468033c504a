"""What the Bot API says when it refuses."""

from __future__ import annotations

from typing import Any

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_WAS_SET = "Conflict: terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Refusal(Exception):  # noqa: N818 - an answer like any other, not an error of ours
    """An answer other than ok: its error code, its description and, for a 429, its parameters."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters is not None:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str) -> Refusal:
    """400. Telegram writes the first letter small, unless the reason is one of its CONSTANT_NAMES."""
    shouted = len(reason) > 1 and (reason[1] == "_" or reason[1].isupper())
    return Refusal(400, "Bad Request: " + (reason if shouted else reason[:1].lower() + reason[1:]))


def forbidden(reason: str) -> Refusal:
    return Refusal(403, f"Forbidden: {reason}")


def too_many_requests(retry_after: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", parameters={"retry_after": retry_after})


def not_served(what: str) -> Refusal:
    """501: it exists in Telegram, and the local Telegram leaves it out. Telegram itself never answers this."""
    return Refusal(501, f"Not Implemented: {what} exists in Telegram, but the local Telegram does not serve it")

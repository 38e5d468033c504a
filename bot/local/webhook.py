"""A webhook: where updates are posted, what Telegram demands of it, and how long it waits before it tries again."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from bot.local.refusal import Refusal, bad_request

PORTS = (80, 88, 443, 8443)
SECRET_LIMIT = 256
USUAL_CONNECTIONS, MOST_CONNECTIONS = 40, 100


@dataclass(frozen=True)
class Waits:
    """Seconds of true time.

    An update that was not taken is posted again at once, then after `first`, then each time after twice as long, up
    to `most` (where Telegram draws lots between one minute and two). An answer is waited for `answer` long.
    """

    first: float = 2.0
    most: float = 60.0
    answer: float = 60.0

    def after(self, failures: int) -> float:
        return 0.0 if failures < 2 else min(self.first * 2.0 ** min(failures - 2, 30), self.most)


@dataclass
class Webhook:
    """`address` is where `url` is reached from here. The error is the last one, in Telegram's words."""

    url: str
    address: str
    secret: str = ""
    max_connections: int = USUAL_CONNECTIONS
    error: str | None = None
    error_date: int | None = None

    @property
    def ip_address(self) -> str:
        return urlsplit(self.address).hostname or ""

    def failed(self, error: str, date: int) -> None:
        self.error, self.error_date = error, date


def checked_secret(secret: str) -> str:
    """Raises Refusal for what Telegram could not put into a header."""
    if len(secret.encode()) > SECRET_LIMIT:
        raise bad_request("secret token is too long")
    if re.fullmatch(r"[A-Za-z0-9_-]*", secret) is None:
        raise bad_request("secret token contains unallowed characters")
    return secret


def address_of(url: str, hosts: Mapping[str, str], *, loopback: bool) -> str:
    """Where this URL leads. Raises Refusal where Telegram would not go, and for hosts that nobody knows here.

    `hosts` are names and the loopback addresses to which their reverse proxies pass on; with `loopback`, http on
    this machine is allowed at any port.
    """
    parts = _parsed(url)
    host = parts.hostname or ""
    if parts.scheme == "http" and loopback and _is_loopback(host):
        return parts.geturl()
    if parts.scheme == "http":
        raise _bad("An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in PORTS:
        raise _bad("Webhook can be set up only on ports 80, 88, 443 or 8443")
    if host in hosts:
        behind = urlsplit(hosts[host])
        return parts._replace(scheme=behind.scheme, netloc=behind.netloc).geturl()
    if _is_loopback(host):
        raise _bad(f"IP address {'127.0.0.1' if host == 'localhost' else host} is reserved")
    raise _bad("Failed to resolve host: Name or service not known")


def _parsed(url: str) -> SplitResult:
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        if parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0):
            return parts
    except ValueError:  # no number where a port should be
        pass
    raise bad_request("invalid webhook URL specified")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bad(reason: str) -> Refusal:
    return bad_request(f"bad webhook: {reason}")

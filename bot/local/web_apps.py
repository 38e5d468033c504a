"""Mini Apps: what Telegram tells a page that it opens for somebody, signed with the bot's token.

Written from Telegram's description, and not with what the bot checks it with: so that the one tests the other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from urllib.parse import quote

from bot.local.records import Person

# As the telephones' light theme has them; the page may take them over.
THEME = {
    "bg_color": "#ffffff",
    "secondary_bg_color": "#f0f0f0",
    "text_color": "#000000",
    "hint_color": "#707579",
    "link_color": "#00488f",
    "button_color": "#2678b6",
    "button_text_color": "#ffffff",
    "destructive_text_color": "#cc2929",
}
VERSION = "9.1"


def opened_by(person: Person, url: str, token: str, unix_time: int) -> str:
    """The address that is opened: the page's own, and after # the signed words and the colours."""
    user = {"id": person.user_id, "first_name": person.first_name, "language_code": person.language_code or "en"}
    told = {
        "query_id": "AA" + secrets.token_urlsafe(12),
        "user": json.dumps(user, ensure_ascii=False, separators=(",", ":")),
        "auth_date": str(unix_time),
    }
    key = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    lines = "\n".join(sorted(f"{name}={value}" for name, value in told.items()))
    told["hash"] = hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()
    launch = {
        "tgWebAppData": "&".join(f"{name}={quote(value, safe='')}" for name, value in told.items()),
        "tgWebAppVersion": VERSION,
        "tgWebAppPlatform": "web",
        "tgWebAppThemeParams": json.dumps(THEME, separators=(",", ":")),
    }
    return f"{url}#" + "&".join(f"{name}={quote(value, safe='')}" for name, value in launch.items())

"""The way in, as a link and as a QR code."""

import io

import segno


def link_to(bot_name: str, token: str) -> str:
    return f"https://t.me/{bot_name}?start={token}"


def qr_png(link: str) -> bytes:
    """The link as a QR code, large enough for a telephone held at arm's length."""
    picture = io.BytesIO()
    segno.make(link, error="m").save(picture, kind="png", scale=12, border=4)
    return picture.getvalue()


def qr_for_terminal(link: str) -> str:
    """The link as a QR code in block characters."""
    drawn = io.StringIO()
    segno.make(link, error="l").terminal(out=drawn, compact=True)
    return drawn.getvalue()

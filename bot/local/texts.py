"""The text of a message as Telegram stores it: parsed, trimmed, its commands and links found, its length checked."""

from __future__ import annotations

import re

from bot.local.formatting import SPACES, HtmlReading, utf16_length
from bot.local.records import Json
from bot.local.refusal import bad_request, not_served

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
SOURCE_LIMIT_BYTES = 1 << 15
FOUND_BY_TELEGRAM = re.compile(
    r"(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<url>\bhttps?://[^\s<>\"]*[\w/])"
    r"|(?P<mention>(?<!\w)@[A-Za-z][A-Za-z0-9_]{3,31}\b)"
)
OPAQUE = {"code", "pre", "text_link"}
# What TDLib takes for no text (strip_empty_characters and clean_input_string in its misc.cpp).
UNSEEN = "".join(
    map(
        chr,
        [
            *range(0x21), 0xA0, 0x30A, 0x333, 0x33F, 0x1680, 0x180E, *range(0x2000, 0x2010), *range(0x2028, 0x2030),
            0x205F, 0x2800, 0x3000, 0xFEFF, 0xFFFC, *range(0xE0000, 0xE0080),
        ],
    )
)  # fmt: skip


def formatted(source: str, parse_mode: str | None, entities: list[Json] | None) -> tuple[str, list[Json]]:
    """Visible text and entities of what a bot sends. Raises Refusal for text that Telegram cannot parse."""
    if len(source.encode("utf-8", "surrogatepass")) > SOURCE_LIMIT_BYTES:
        raise bad_request("Text is too long")
    mode = (parse_mode or "").lower()
    if mode in {"markdown", "markdownv2"}:
        raise not_served(f"parse_mode {parse_mode}")
    if mode not in {"", "none", "html"}:
        raise bad_request("Unsupported parse_mode")
    text, found = HtmlReading(source).read() if mode == "html" else (source, list(entities or []))
    text, found = trimmed(text, found)
    return text, with_found(text, found)


def message_text(source: str, parse_mode: str | None, entities: list[Json] | None) -> Json:
    """Telegram has other words for a text in which nothing is to be seen than for none at all."""
    if not source:
        raise bad_request("message text is empty")
    text, found = formatted(source, parse_mode, entities)
    if not text.strip(UNSEEN):
        raise bad_request("text must be non-empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return {"text": text} | ({"entities": found} if found else {})


def message_caption(source: str | None, parse_mode: str | None, entities: list[Json] | None) -> Json:
    text, found = formatted(source or "", parse_mode, entities)
    if utf16_length(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return ({"caption": text} if text else {}) | ({"caption_entities": found} if found else {})


def typed_text(text: str) -> Json:
    """What a person types: no markup, but commands and links are found."""
    found = with_found(text, [])
    return {"text": text} | ({"entities": found} if found else {})


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Space at both ends goes, and the entities move with what is left."""
    kept = text.lstrip(SPACES)
    cut = utf16_length(text) - utf16_length(kept)
    kept = kept.rstrip(SPACES)
    end = utf16_length(kept)
    moved = []
    for entity in entities:
        begins = max(entity["offset"] - cut, 0)
        ends = min(entity["offset"] + entity["length"] - cut, end)
        if ends > begins:
            moved.append({**entity, "offset": begins, "length": ends - begins})
    return kept, moved


def with_found(text: str, entities: list[Json]) -> list[Json]:
    """Telegram itself marks commands, links and mentions, except inside code and links."""
    result = list(entities)
    for match in FOUND_BY_TELEGRAM.finditer(text):
        offset, length = utf16_length(text[: match.start()]), utf16_length(match.group())
        inside = (
            e["offset"] < offset + length and offset < e["offset"] + e["length"]
            for e in entities
            if e["type"] in OPAQUE
        )
        if not any(inside):
            result.append({"type": str(match.lastgroup), "offset": offset, "length": length})
    return sorted(result, key=lambda entity: (entity["offset"], -entity["length"]))

"""Telegram's HTML: visible text and entities out of marked-up text, refused where Telegram refuses it.

Offsets and lengths of entities count UTF-16 code units, places in refusals count UTF-8 bytes: both as Telegram does.
An unknown character reference such as &nbsp; is no fault for Telegram; it stays as it was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.local.records import Json
from bot.local.refusal import Refusal, bad_request, not_served

TAGS = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
}
LEFT_OUT = {"tg-emoji", "tg-time"}
NAMED_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
PLAIN = re.compile(r"[^<&]+")
REFERENCE = re.compile(r"&(?:#x(?P<hex>[0-9a-fA-F]+)|#(?P<decimal>[0-9]+)|(?P<name>[A-Za-z]+));?")
ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']*)\s*(?:=\s*("[^"]*"?|'[^']*'?|[A-Za-z0-9.\-]*))?""")
TAG_NAME = re.compile(r"[^\s>]*")
END_TAG = re.compile(r"</([^\s>]*)\s*(>?)")
# One of a surrogate pair without the other.
HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
SPACES = " \t\n\r\0\v\f"


@dataclass
class Tag:
    name: str
    argument: str
    offset: int
    characters_before: int


def utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class HtmlReading:
    """One pass over one text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.visible: list[str] = []
        self.offset = 0
        self.open: list[Tag] = []
        self.entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        position = 0
        while position < len(self.source):
            character = self.source[position]
            if character == "<":
                is_end = self.source.startswith("</", position)
                position = self._end_tag(position) if is_end else self._start_tag(position)
                continue
            plain = PLAIN.match(self.source, position)
            reference = None if plain is not None else REFERENCE.match(self.source, position)
            meant = None if reference is None else _character(reference)
            if plain is not None:
                characters, position = plain.group(), plain.end()
            elif reference is not None and meant is not None:
                characters, position = meant, reference.end()
            else:
                characters, position = character, position + 1
            # One by one: where a tag begins is counted in them.
            self.visible.extend(characters)
            self.offset += utf16_length(characters)
        if self.open:
            raise broken(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        text = "".join(self.visible)
        if HALF_A_CHARACTER.search(text):
            raise broken(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return text, self.entities

    def _byte(self, position: int) -> int:
        return len(self.source[:position].encode())

    def _start_tag(self, begin: int) -> int:
        found = TAG_NAME.match(self.source, begin + 1)
        assert found is not None
        position = found.end()
        if position == len(self.source):
            raise broken(f"Unclosed start tag at byte offset {self._byte(begin)}")
        name = found.group().lower()
        if name in LEFT_OUT:
            raise not_served(f"the tag {name}")
        if name not in TAGS:
            raise broken(f'Unsupported start tag "{name}" at byte offset {self._byte(begin)}')
        argument, position = self._attributes(name, begin, position)
        if name == "span" and argument != "spoiler":
            raise broken(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        self.open.append(Tag(name, argument, self.offset, len(self.visible)))
        return position

    def _attributes(self, tag: str, begin: int, position: int) -> tuple[str, int]:
        argument = ""
        while True:
            while self.source[position : position + 1].isspace():
                position += 1
            if self.source[position : position + 1] == ">":
                return argument, position + 1
            found = ATTRIBUTE.match(self.source, position)
            if found is None or position == len(self.source):
                raise broken(f'Unclosed start tag "{tag}" at byte offset {self._byte(begin)}')
            if not found.group(1):
                raise broken(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(begin)}')
            position = found.end()
            value = re.sub(r"^([\"'])(.*)\1$", r"\2", found.group(2) or "", flags=re.DOTALL)
            follows = self.source[position : position + 1]
            if found.group(2) is not None and not follows:
                raise broken(f"Unclosed start tag at byte offset {self._byte(begin)}")
            if found.group(2) == "" or (found.group(2) and found.group(2)[0] not in "\"'"):
                value = value.lower()
                if follows != ">" and not follows.isspace():
                    raise broken(f"Unexpected end of name token at byte offset {self._byte(found.start(2))}")
            argument = _argument(tag, found.group(1), decoded(value)) or argument

    def _end_tag(self, begin: int) -> int:
        if not self.open:
            raise broken(f"Unexpected end tag at byte offset {self._byte(begin)}")
        found = END_TAG.match(self.source, begin)
        if found is None or not found.group(2):
            raise broken(f"Unclosed end tag at byte offset {self._byte(begin)}")
        tag, name = self.open.pop(), found.group(1).lower()
        if name and name != tag.name:
            raise broken(
                f'Unmatched end tag at byte offset {self._byte(begin)}, expected "</{tag.name}>", found "</{name}>"'
            )
        if self.offset > tag.offset:
            self._close(tag)
        return found.end()

    def _close(self, tag: Tag) -> None:
        entity: Json = {"type": TAGS[tag.name], "offset": tag.offset, "length": self.offset - tag.offset}
        last = self.entities[-1] if self.entities else {}
        if tag.name == "pre" and last.get("type") == "code" and _same_place(last, entity):
            language = last.get("language")
            self.entities.pop()
            entity |= {"language": language} if language else {}
        elif tag.name == "code" and tag.argument:
            entity["language"] = tag.argument
        elif tag.name == "a":
            entity["url"] = tag.argument or "".join(self.visible[tag.characters_before :])
            if "." not in entity["url"] and ":" not in entity["url"]:
                return
        elif tag.name == "blockquote" and tag.argument:
            entity["type"] = "expandable_blockquote"
        if entity["type"] == "code" and not any(open_tag.name == "pre" for open_tag in self.open):
            entity.pop("language", None)
        self.entities.append(entity)


def broken(reason: str) -> Refusal:
    return bad_request(f"Can't parse entities: {reason}")


def decoded(source: str) -> str:
    """The text with the references that Telegram knows replaced by their characters."""
    return REFERENCE.sub(lambda found: _character(found) or found.group(), source)


def _character(found: re.Match[str]) -> str | None:
    if found["name"] is not None:
        return NAMED_CHARACTERS.get(found["name"])
    code = int(found["hex"], 16) if found["hex"] else int(found["decimal"])
    too_long = len(found.group().rstrip(";")) >= 10
    return None if code == 0 or code >= 0x10FFFF or too_long else chr(code)


def _argument(tag: str, attribute: str, value: str) -> str:
    if tag == "a" and attribute == "href":
        return value
    if tag == "code" and attribute == "class" and value.startswith("language-"):
        return value.removeprefix("language-")
    if tag == "span" and attribute == "class" and value.startswith("tg-"):
        return value.removeprefix("tg-")
    return "1" if tag == "blockquote" and attribute == "expandable" else ""


def _same_place(one: Json, other: Json) -> bool:
    return bool(one["offset"] == other["offset"] and one["length"] == other["length"])

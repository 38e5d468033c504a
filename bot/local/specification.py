"""The part of the Bot API that is served here: which fields a request may carry, and of what type.

Stricter than Telegram in one respect: a number or truth value that cannot be read is refused at the top level
too, where Telegram takes zero or false.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from bot.local.formatting import HALF_A_CHARACTER
from bot.local.reduction import element
from bot.local.refusal import OLD_QUERY, Refusal, bad_request, not_served

WRONG_WHEN_MISSING = {
    "action": "wrong parameter action in request",
    "callback_query_id": OLD_QUERY,
    "chat_id": "chat_id is empty",
    "document": "there is no document in the request",
    "file_id": "file_id not specified",
    "media": "can't parse InputMedia: media not found",
    "message_id": "message identifier is not specified",
    "photo": "there is no photo in the request",
    "text": "message text is empty",
}
SPOKEN = {
    "BotCommand": "BotCommand",
    "BotCommandScope": "BotCommandScope",
    "InlineKeyboardButton": "inline keyboard button",
    "InputMedia": "InputMedia",
    "KeyboardButton": "keyboard button",
    "MenuButton": "menu button",
    "MessageEntity": "MessageEntity",
}
# Required, and yet empty when the bot wants no webhook any more.
MAY_BE_EMPTY = {("setWebhook", "url")}
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
SIMPLE = {"Integer", "Float", "String", "Boolean", "InputFile"}


@dataclass(frozen=True)
class Upload:
    """A file that came with a request."""

    name: str
    content: bytes
    mime_type: str


@dataclass(frozen=True)
class Field:
    types: tuple[str, ...]
    required: bool


@dataclass(frozen=True)
class Specification:
    version: str
    methods: dict[str, dict[str, Field]]
    returns: dict[str, tuple[str, ...]]
    types: dict[str, dict[str, Field]]
    unions: dict[str, tuple[str, ...]]
    not_served: frozenset[str]

    def method(self, name: str) -> str:
        """The proper spelling of a method: Telegram minds no capitals. 404 when unknown, 501 when left out."""
        proper = self._proper.get(name.lower())
        if proper is None:
            raise Refusal(404, "Not Found: method not found")
        if proper in self.not_served:
            raise not_served(proper)
        return proper

    @cached_property
    def _proper(self) -> dict[str, str]:
        return {candidate.lower(): candidate for candidate in (*self.methods, *self.not_served)}


@cache
def specification() -> Specification:
    raw = json.loads(Path(__file__).with_name("bot_api.json").read_text(encoding="utf-8"))

    def fields(described: dict[str, str]) -> dict[str, Field]:
        return {
            name: Field(tuple(kinds.rstrip("!").split("|")), kinds.endswith("!")) for name, kinds in described.items()
        }

    return Specification(
        version=raw["version"],
        methods={name: fields(method["fields"]) for name, method in raw["methods"].items()},
        returns={name: tuple(method["returns"].split("|")) for name, method in raw["methods"].items()},
        types={name: fields(t["fields"]) for name, t in raw["types"].items() if "fields" in t},
        unions={name: tuple(t["one_of"].split("|")) for name, t in raw["types"].items() if "one_of" in t},
        not_served=frozenset(raw["not_served"]),
    )


@dataclass
class Reading:
    """One pass over a request's fields; `ignored` gathers the fields that Telegram does not know."""

    uploads: dict[str, Upload]
    ignored: list[str] = field(default_factory=list)

    def request(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        """The fields in their true types. Raises Refusal for what is missing or ill-typed."""
        expected = specification().methods[method]
        self.ignored += [f"{method}.{name}" for name in given if name not in expected]
        read: dict[str, Any] = {}
        for name, described in expected.items():
            value = given.get(name, self.uploads.get(name))
            if value is None or value == "":
                if described.required and (method, name) not in MAY_BE_EMPTY:
                    raise bad_request(WRONG_WHEN_MISSING.get(name, f'parameter "{name}" is required'))
                continue
            value = _unpacked(value, described.types, name) if isinstance(value, str) else value
            read[name] = self.value(value, described.types, f"{method}.{name}")
        return read

    def value(self, value: Any, types: tuple[str, ...], path: str) -> Any:
        if "InputFile" in types and isinstance(value, str) and value.startswith("attach://"):
            types = ("InputFile",)
        first: Refusal | None = None
        for kind in sorted(types, key=lambda kind: not _fits(kind, value)):
            try:
                return self._as(value, kind, path)
            except Refusal as refusal:
                first = first or refusal
        assert first is not None
        raise first

    def _as(self, value: Any, kind: str, path: str) -> Any:
        name = path.rpartition(".")[2].partition("[")[0]
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                raise bad_request(_array_expected(name, kind))
            inner = (kind.removeprefix("Array of "),)
            return [self.value(item, inner, f"{path}[{i}]") for i, item in enumerate(value)]
        if kind == "InputFile":
            return self._upload(value, name)
        if kind in SIMPLE:
            return _simple(value, kind, name)
        try:
            return self._object(value, kind, path)
        except Refusal as refusal:
            reason = refusal.description.removeprefix("Bad Request: ")
            if kind in SPOKEN and not reason.startswith("can't parse"):
                raise bad_request(f"can't parse {SPOKEN[kind]}: {reason[:1].upper()}{reason[1:]}") from None
            raise

    def _object(self, value: Any, kind: str, path: str) -> Any:
        if not isinstance(value, dict):
            raise bad_request("object expected as reply markup" if "reply_markup" in path else "Expected an Object")
        union = specification().unions.get(kind)
        if union is not None:
            if not all(member.startswith(kind) for member in union) or "type" not in value:
                return self._any_of(value, union, path)
            kind = _member(kind, union, value)
        expected = specification().types[kind]
        self.ignored += [f"{path}.{name}" for name in value if name not in expected]
        read: dict[str, Any] = {}
        for name, described in expected.items():
            if value.get(name) is not None:
                read[name] = self.value(value[name], described.types, f"{path}.{name}")
            elif described.required:
                raise bad_request(f'Can\'t find field "{name}"')
        for name in ("media", "thumbnail"):
            if isinstance(read.get(name), str) and read[name].startswith("attach://"):
                read[name] = self._upload(read[name], name)
        return read

    def _any_of(self, value: dict[str, Any], union: tuple[str, ...], path: str) -> Any:
        """A union that no "type" tells apart: the first member that fits, with nothing left over if possible."""
        ignored, fewest = self.ignored, None
        for member in sorted(union, key=lambda member: not _fits(member, value)):
            self.ignored = []
            try:
                read = self._as(value, member, path)
            except Refusal:
                continue
            if fewest is None or len(self.ignored) < len(fewest[1]):
                fewest = (read, self.ignored)
        self.ignored = ignored + (fewest[1] if fewest else [])
        if fewest is None:
            raise bad_request('Can\'t find field "type"')
        return fewest[0]

    def _upload(self, value: Any, name: str) -> Upload:
        if isinstance(value, Upload):
            return value
        if isinstance(value, str) and value.startswith("attach://"):
            attached = self.uploads.get(value.removeprefix("attach://"))
            if attached is not None:
                return attached
        raise bad_request(WRONG_WHEN_MISSING.get(name, f'parameter "{name}" is required'))


def _fits(kind: str, value: Any) -> bool:
    """Whether this type is the likely one of several: the error that is reported is the likely one's."""
    if kind == "Integer":
        return isinstance(value, int) or (isinstance(value, str) and re.fullmatch(r"-?\d+", value) is not None)
    if kind == "InputFile":
        return isinstance(value, Upload)
    if kind == "String":
        return isinstance(value, str)
    if kind.startswith("Array of "):
        return isinstance(value, list)
    expected = specification().types.get(kind)
    if expected is None or not isinstance(value, dict):
        return False
    return all(name in value for name, described in expected.items() if described.required)


def _member(union_name: str, union: tuple[str, ...], value: dict[str, Any]) -> str:
    """The type of a union that the value's own "type" names: "web_app" in a MenuButton is MenuButtonWebApp."""
    if not isinstance(value["type"], str):
        raise bad_request('Field "type" must be of type String')
    camel = "".join(part.capitalize() for part in value["type"].split("_"))
    if f"{union_name}{camel}" not in union:
        raise bad_request(f"{union_name} has unsupported type")
    return f"{union_name}{camel}"


def _array_expected(name: str, kind: str) -> str:
    if name == "inline_keyboard":
        return 'Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
    if name == "keyboard":
        return 'Field "keyboard" must be an Array of Arrays'
    return f"Expected an Array of {element(kind)}"


def _simple(value: Any, kind: str, name: str) -> Any:
    if kind == "Boolean":
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in TRUTHS:
            return TRUTHS[value.lower()]
        raise bad_request(f'Field "{name}" must be of type Boolean')
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise bad_request(f'Field "{name}" must be ' + ("of type String" if kind == "String" else "a Number"))
    if kind == "String":
        if HALF_A_CHARACTER.search(str(value)):
            raise bad_request(f'Field "{name}" must be encoded in UTF-8')
        return str(value)
    try:
        if kind == "Float":
            return float(value)
        if not isinstance(value, float):
            return int(value)
        raise ValueError("a fraction")
    except ValueError:
        if name == "message_id":
            raise bad_request(WRONG_WHEN_MISSING["message_id"]) from None
        raise bad_request(f'Field "{name}" must be a valid Number') from None


def _unpacked(value: str, types: tuple[str, ...], name: str) -> Any:
    """A form carries objects and arrays as JSON text."""
    if all(kind in SIMPLE for kind in types):
        return value
    try:
        return json.loads(value)
    except ValueError:
        spoken = "reply keyboard markup" if name == "reply_markup" else SPOKEN.get(element(types[0]), name)
        raise bad_request(f"can't parse {spoken} JSON object") from None

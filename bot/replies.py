"""What the bot says and what it is told, without Telegram: handlers read `Incoming` and return replies."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from sqlmodel import Session

from bot.texts import Html

T = TypeVar("T")


@dataclass(frozen=True)
class SentFile:
    """A document that somebody sent; `size` in bytes, as Telegram says. `content`: None where it was not fetched."""

    file_id: str
    size: int
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Incoming:
    """One thing that somebody did in their private chat with the bot.

    `message_id`: the message they sent, or the one that bears the button they pressed.
    `text`: what was typed, or a command's arguments. `data`: the button's data. `press`: Telegram's id of the press.
    `sent_at`: Telegram's time of a message.
    `bot_name`: the bot's own username, which its links bear. `repeated`: it was acted upon before, and is told again.
    `album`: Telegram's id of the album that the message is part of. `place`: latitude and longitude, where one was
    shared. `file`: a document, where one was sent.
    `pane`: of which open page of the desk; 0 for the chat itself. `desk_url`: the desk's origin;
    empty: there is none.
    """

    telegram_id: int
    now: datetime
    language: str | None = None
    message_id: int = 0
    text: str = ""
    data: str = ""
    press: str = ""
    sent_at: datetime | None = None
    bot_name: str = ""
    repeated: bool = False
    album: str = ""
    place: tuple[float, float] | None = field(default=None, repr=False)
    file: SentFile | None = None
    pane: int = 0
    desk_url: str = ""

    @property
    def what(self) -> str:
        """What tells this one thing from every other in the chat. An album of pictures is one thing, sent as many."""
        if self.album:
            return f"album:{self.album}"
        return f"press:{self.press}" if self.data or self.press else f"message:{self.message_id}"

    @property
    def said_at(self) -> datetime:
        """When it was said, not when it was read: a line that waited for the bot belongs to the day it was typed on."""
        return min(self.sent_at, self.now) if self.sent_at is not None else self.now


@dataclass(frozen=True)
class Button:
    """`data`: at most 64 bytes."""

    text: str
    data: str


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Screen:
    """A message as the reader sees it; `png`, or a document (its name, its content), makes `text` its caption.

    `takes_text`: what it asks can be typed too.
    """

    text: Html
    keyboard: Keyboard = ()
    png: bytes | None = None
    document: tuple[str, bytes] | None = None
    takes_text: bool = False


@dataclass(frozen=True)
class Say:
    """A new message. `sent`: what to write down once its id is known. `refused`: the key of why nothing was done."""

    screen: Screen
    sent: Callable[[Session, int], None] | None = None
    refused: str = ""


@dataclass(frozen=True)
class Rewrite:
    """An earlier message of the bot's, edited in place; a new one where that is gone, if it is worth one."""

    message_id: int
    screen: Screen
    sent: Callable[[Session, int], None] | None = None
    or_anew: bool = True
    refused: str = ""


@dataclass(frozen=True)
class Toast:
    """The answer to a press: a short line over the chat, without markup."""

    text: str
    alert: bool = False


@dataclass(frozen=True)
class Drawing:
    """Shows in the chat that a picture is on its way."""


@dataclass(frozen=True)
class CloseButtons:
    """Takes the buttons off an earlier message, whose time is over."""

    message_id: int


@dataclass(frozen=True)
class OtherButtons:
    """Other buttons under an earlier message, whose words stay."""

    message_id: int
    keyboard: Keyboard


@dataclass(frozen=True)
class OfferCommands:
    """Sets the menu of this chat: (command, what it does). `desk`: how the button to the desk reads; empty: none."""

    commands: tuple[tuple[str, str], ...]
    desk: str = ""


def number_in(data: str) -> int | None:
    """The number after a button's prefix, such as 12 in `pt:12`; None where no button of ours made it."""
    number = data.rpartition(":")[2]
    return int(number) if re.fullmatch(r"[0-9]{1,9}", number) else None


Reply = Say | Rewrite | Toast | Drawing | CloseButtons | OtherButtons | OfferCommands


def rows_of(buttons: list[Button], width: int) -> Keyboard:
    """The buttons in rows of at most `width`."""
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))


@dataclass(frozen=True)
class Page(Generic[T]):
    """What is `shown` of a longer list, on page `number` of so many `pages`, from 0; and how many come `after` it."""

    shown: Sequence[T]
    number: int
    pages: int
    after: int

    def turning(self, earlier: str, later: str, leads_to: Callable[[int], str]) -> Keyboard:
        """The buttons to the pages beside it, in one row; no row where there are none. `leads_to`: their data."""
        row = [Button(earlier, leads_to(self.number - 1))] if self.number > 0 else []
        row += [Button(later, leads_to(self.number + 1))] if self.after else []
        return (tuple(row),) if row else ()


def page_of(everything: Sequence[T], size: int, number: int) -> Page[T]:
    """The page of so many that was asked for; the last one where there are no longer so many."""
    pages = max(len(everything) - 1, 0) // size + 1
    number = min(number, pages - 1)
    shown = everything[number * size : (number + 1) * size]
    return Page(shown, number, pages, len(everything) - number * size - len(shown))

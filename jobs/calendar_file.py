"""The coming courses as a calendar file (RFC 5545): all-day events, since the bot knows days and no hours. PURE.

The same course has the same UID for ever, and each change of it a higher SEQUENCE, so that opening a newer file moves
what an older one entered. What it is called is said by the caller: it may stand on a locked screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from icalendar import Event

# A namespace of our own for uuid5.
_OURS = UUID("6f1f5c0e-5a6b-4c1c-9d53-0b7b0c2f7a11")
PRODUCT = "-//Infusion Diary//EN"


@dataclass(frozen=True)
class CalendarEntry:
    """A course: `number` and `made_at` tell it from all others. `revision` rises with every change of it."""

    number: int
    made_at: datetime
    start: date
    days: int
    revision: int
    is_cancelled: bool


def calendar_file(entries: Sequence[CalendarEntry], now: datetime, *, summary: str, description: str) -> bytes:
    """The file, in UTF-8 with CRLF and lines of at most 75 octets."""
    from icalendar import Calendar  # noqa: PLC0415

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in entries:
        calendar.add_component(_event(entry, now, summary, description))
    return bytes(calendar.to_ical())


def uid(entry: CalendarEntry) -> str:
    """Says nothing of whose it is, and cannot be reckoned from a pseudonym."""
    return f"{uuid5(_OURS, f'{entry.number}:{entry.made_at.isoformat()}')}@infusion-diary"


def _event(entry: CalendarEntry, now: datetime, summary: str, description: str) -> "Event":
    # Ninety modules, of which a start needs none.
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    event.add("uid", uid(entry))
    event.add("sequence", entry.revision)
    event.add("dtstamp", now)
    event.add("last-modified", now)
    event.add("dtstart", entry.start)
    # The first day after it.
    event.add("dtend", entry.start + timedelta(days=entry.days))
    event.add("summary", summary)
    event.add("description", description)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    # The day stays free for other things; the bot reminds by itself.
    event.add("transp", "TRANSPARENT")
    return event

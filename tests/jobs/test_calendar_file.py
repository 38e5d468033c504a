"""The calendar file: what telephones need to enter courses, and to move them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from jobs.calendar_file import CalendarEntry, calendar_file, uid

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ENTRY = CalendarEntry(12, NOW - timedelta(days=30, microseconds=7), date(2026, 3, 20), 2, 0, is_cancelled=False)


def made(*entries: CalendarEntry, now: datetime = NOW) -> bytes:
    description = "Dates; may change, often: " * 6
    return calendar_file(entries, now, summary="Rendez-vous à la clinique", description=description)


def events(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def test_it_is_whole_days_and_the_last_one_is_included() -> None:
    (event,) = events(made(ENTRY))
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 3, 20), date(2026, 3, 22))
    assert event["dtstart"].params["VALUE"] == "DATE"
    assert event["status"] == "CONFIRMED"
    assert event["dtstamp"].dt == NOW
    assert str(event["summary"]) == "Rendez-vous à la clinique"


def test_a_course_that_moved_has_the_same_uid_and_a_higher_sequence() -> None:
    (before,), (after,) = events(made(ENTRY)), events(made(replace(ENTRY, start=date(2026, 3, 27), revision=1)))
    assert before["uid"] == after["uid"]
    assert before["sequence"] < after["sequence"]


def test_a_cancelled_one_says_so() -> None:
    (event,) = events(made(replace(ENTRY, revision=2, is_cancelled=True)))
    assert (event["status"], event["sequence"]) == ("CANCELLED", 2)


def test_no_two_courses_share_a_uid_and_none_tells_whose_it_is() -> None:
    others = [replace(ENTRY, number=13), replace(ENTRY, made_at=ENTRY.made_at + timedelta(microseconds=1))]
    assert len({uid(ENTRY), *map(uid, others)}) == 3
    assert "P-" not in uid(ENTRY)


def test_its_lines_are_as_the_standard_has_them() -> None:
    content = made(ENTRY, replace(ENTRY, number=13))
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"METHOD:PUBLISH\r\n" in content
    lines = content.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert all(len(line) <= 75 for line in lines)


@given(
    st.lists(
        st.builds(
            CalendarEntry,
            number=st.integers(1, 10**6),
            made_at=st.datetimes(timezones=st.just(UTC)),
            start=st.dates(date(1999, 1, 1), date(2100, 1, 1)),
            days=st.integers(1, 10),
            revision=st.integers(0, 99),
            is_cancelled=st.booleans(),
        ),
        max_size=5,
    )
)
def test_what_is_written_is_read_again(entries: list[CalendarEntry]) -> None:
    read = [
        (e["uid"], e["dtstart"].dt, (e["dtend"].dt - e["dtstart"].dt).days, e["sequence"], e["status"] == "CANCELLED")
        for e in events(made(*entries))
    ]
    assert read == [(uid(e), e.start, e.days, e.revision, e.is_cancelled) for e in entries]

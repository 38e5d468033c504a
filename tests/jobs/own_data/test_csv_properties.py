"""Whatever people write, and wherever they live: the files say it, and no spreadsheet runs it."""

import re
from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jobs.own_data import OwnData, csv_zip
from jobs.own_data.cells import guarded, unguarded
from jobs.own_data.facts import (
    AlertRow,
    AnswerRow,
    AuditRow,
    CourseRow,
    DayRow,
    InvitationRow,
    ItemSetRow,
    LookRow,
    MeasurementRow,
    MessageRow,
    NoteRow,
    OwnItemRow,
    SteroidRow,
    Who,
)
from tests.jobs.own_data.support import ITEMS, files_of, lines_of, read_back

NASTY = st.text(
    st.sampled_from("=+-@'\"\t\r\n\0,;| \N{NO-BREAK SPACE}aé\U0001f600\N{FULLWIDTH EQUALS SIGN}1"), min_size=1
)
TEXTS = st.one_of(NASTY, st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
ZONES = st.sampled_from(["Europe/London", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "Australia/Lord_Howe"])
DATES = st.dates(date(1990, 1, 1), date(2100, 1, 1))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
NUMBERS = st.floats(0, 1e6, allow_nan=False)
COUNTS = st.integers(0, 2**53)
JSONS = st.dictionaries(
    TEXTS, st.one_of(st.none(), st.booleans(), COUNTS, TEXTS, st.lists(TEXTS, max_size=2)), max_size=3
)


def rows(kind: type[Any], *columns: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.builds(kind, *columns), max_size=3).map(tuple)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def numbered(kind: type[Any], *columns: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """With ids from 1, in order."""
    lines = st.lists(st.tuples(*columns), max_size=3)
    return lines.map(lambda found: tuple(kind(k, *values) for k, values in enumerate(found, 1)))


TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
DATA = st.builds(
    OwnData,
    who=st.builds(
        Who,
        *(TEXTS, TEXTS, TEXTS, ZONES, TIMES, MOMENTS, maybe(TEXTS), maybe(MOMENTS), maybe(DATES)),
        *(maybe(st.lists(st.integers(0, 60), max_size=3).map(tuple)), maybe(MOMENTS), maybe(TIMES), maybe(TEXTS)),
        *(maybe(COUNTS), maybe(TEXTS), maybe(MOMENTS), maybe(MOMENTS)),
    ),
    days=rows(DayRow, DATES, ZONES, maybe(MOMENTS), MOMENTS, MOMENTS, maybe(COUNTS)),
    answers=rows(
        AnswerRow,
        *(DATES, st.sampled_from(ITEMS), st.integers(1, 9), maybe(st.integers(0, 10)), MOMENTS, MOMENTS),
        *(st.booleans(), TEXTS, TEXTS),
    ),
    courses=numbered(
        CourseRow,
        *(DATES, st.integers(1, 9), maybe(DATES), maybe(DATES), NUMBERS, maybe(TEXTS)),
        *(
            st.sampled_from(["planned", "given", "cancelled"]),
            maybe(DATES),
            st.booleans(),
            maybe(MOMENTS),
            maybe(COUNTS),
        ),
        *(COUNTS, MOMENTS),
    ),
    measurements=numbered(
        MeasurementRow, st.sampled_from(["CK", "weight"]) | TEXTS, DATES, NUMBERS, TEXTS, maybe(NUMBERS), MOMENTS
    ),
    steroids=numbered(SteroidRow, TEXTS, DATES, maybe(DATES), NUMBERS, maybe(NUMBERS), MOMENTS),
    messages=numbered(
        MessageRow,
        *(st.sampled_from(["patient", "team"]), TEXTS, maybe(DATES), maybe(COUNTS), MOMENTS, MOMENTS),
        *(TEXTS, COUNTS, maybe(MOMENTS), maybe(COUNTS), maybe(TEXTS), maybe(COUNTS)),
    ),
    alerts=numbered(
        AlertRow,
        *(TEXTS, st.sampled_from(["value", "rise"]), COUNTS, COUNTS, DATES, DATES, JSONS, maybe(NUMBERS)),
        *(MOMENTS, st.booleans(), maybe(MOMENTS)),
    ),
    looks=numbered(
        LookRow,
        *(st.lists(st.sampled_from(["silent:2026-03-01", "returns:1:2"]), max_size=3).map(tuple), MOMENTS),
        *(maybe(MOMENTS), maybe(DATES), maybe(MOMENTS)),
    ),
    audit=numbered(AuditRow, MOMENTS, TEXTS, TEXTS, maybe(COUNTS), maybe(JSONS), maybe(JSONS), maybe(COUNTS)),
    invitations=numbered(InvitationRow, MOMENTS, MOMENTS, maybe(MOMENTS)),
    own_items=rows(OwnItemRow, TEXTS, TEXTS, st.booleans(), TEXTS, TEXTS, TEXTS, MOMENTS),
    item_sets=rows(
        ItemSetRow,
        *(DATES, st.sampled_from(["patient", "team"])),
        *(maybe(st.lists(st.sampled_from(["stairs", "own:1", "own:23"]), max_size=3).map(tuple)), MOMENTS),
    ),
    notes=rows(NoteRow, DATES, TEXTS, MOMENTS, MOMENTS, st.booleans()),
)


@given(data=DATA, separator=st.sampled_from([",", ";"]))
def test_what_is_written_is_read_again_and_nothing_of_it_runs(data: OwnData, separator: Any) -> None:
    archive = csv_zip(data, datetime(2026, 4, 1, tzinfo=UTC), "words", separator=separator)
    assert read_back(archive, separator) == data
    for name, text in files_of(archive).items():
        cells = [cell for line in lines_of(text, separator) for cell in line] if name.endswith(".csv") else []
        assert not [cell for cell in cells if re.match(r"[\s\0\"]*[=+\-@]", cell)]


@given(TEXTS)
def test_a_guard_is_taken_off_as_it_was_put_on(text: str) -> None:
    assert unguarded(guarded(text)) == text

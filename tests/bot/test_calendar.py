"""A month of days as buttons."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogues.calendar import BLANK, NOTHING, Day, Days, is_month, legend, month_of_days
from bot.texts import Texts, languages, texts_in

TEXTS = texts_in("en")
days = st.dates(min_value=date(1970, 1, 1), max_value=date(2200, 1, 1))


def months(first: date, month: str | None, texts: Texts = TEXTS, **more: Any) -> list[list[Day]]:
    return month_of_days(Days(first, first, **more), month, texts)


def test_a_month_shows_its_days_from_the_first_allowed_one() -> None:
    rows = months(date(2026, 3, 12), None)
    assert [cell.label for cell in rows[0]] == [BLANK, "March 2026", "Apr ›"]
    assert [cell.label for cell in rows[1]] == ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    assert [cell.label for cell in rows[2]] == [BLANK, BLANK, BLANK, "12", "13", "14", "15"]
    assert rows[2][3].value == "2026-03-12"
    assert rows[2][0].value == NOTHING
    assert [cell.label for cell in rows[-1]] == ["30", "31", *[BLANK] * 5]


def test_turning_goes_no_further_back_than_the_first_allowed_month() -> None:
    later = months(date(2026, 3, 12), "2026-04")
    assert (later[0][0].value, later[0][2].value) == ("2026-03", "2026-05")
    assert months(date(2026, 3, 12), "2026-03")[0][0].value == NOTHING
    december = months(date(2026, 12, 31), None)
    assert december[0][2].value == "2027-01"
    assert [cell.value for row in december[2:] for cell in row if cell.value != NOTHING] == ["2026-12-31"]


def test_turning_goes_back_to_a_month_with_a_single_day_left() -> None:
    assert months(date(2026, 3, 31), "2026-04")[0][0] == Day("‹ Mar", "2026-03")
    assert months(date(2026, 4, 1), "2026-04")[0][0] == Day(BLANK, NOTHING)
    assert month_of_days(Days(date(2026, 1, 5), date(2026, 3, 12)), None, TEXTS)[0][0] == Day("‹ Feb", "2026-02")


def test_turning_goes_no_further_on_than_the_last_allowed_day() -> None:
    for shown, last, on in (
        (date(2026, 3, 12), date(2026, 3, 31), Day(BLANK, NOTHING)),
        (date(2026, 3, 12), date(2026, 4, 1), Day("Apr ›", "2026-04")),
        (date(2026, 2, 12), date(2026, 3, 1), Day("Mar ›", "2026-03")),
        (date(2026, 3, 12), None, Day("Apr ›", "2026-04")),
    ):
        assert months(shown, None, last=last)[0][2] == on


def test_the_last_allowed_day_can_be_chosen_and_none_after_it() -> None:
    rows = months(date(2026, 3, 12), None, last=date(2026, 3, 14))
    assert [cell.label for row in rows[2:] for cell in row] == [*[BLANK] * 3, "12", "13", "14", BLANK]
    assert [cell.value for cell in rows[2]][-2:] == ["2026-03-14", NOTHING]


def test_the_signs_of_a_page_are_explained_and_no_others() -> None:
    marked = frozenset([date(2026, 3, 13)])
    first, last = date(2026, 3, 2), date(2026, 4, 5)
    both = months(date(2026, 3, 12), None, marked=marked)
    assert legend(both, TEXTS).split("\n") == [TEXTS("calendar.marked", sign="*"), TEXTS("calendar.blank", sign="–")]
    assert legend(months(date(2026, 3, 12), None), TEXTS) == TEXTS("calendar.blank", sign="–")
    whole = [
        row for row in months(first, None, last=last, marked=marked)[2:] if BLANK not in [day.label for day in row]
    ]
    assert legend(whole, TEXTS) == TEXTS("calendar.marked", sign="*")
    assert legend(whole[2:], TEXTS) == ""


def test_days_with_something_on_them_are_marked_and_can_be_chosen_all_the_same() -> None:
    rows = months(date(2026, 3, 12), None, marked=frozenset([date(2026, 3, 13), date(2026, 4, 1)]))
    assert [cell.label for cell in rows[2]] == [BLANK, BLANK, BLANK, "12", "13*", "14", "15"]
    assert rows[2][4].value == "2026-03-13"


def test_days_without_a_chair_left_are_asked_for_by_the_month_marked_and_can_be_chosen_all_the_same() -> None:
    asked: list[tuple[date, date]] = []

    def full(first: date, last: date) -> set[date]:
        asked.append((first, last))
        return {date(2026, 4, 14), date(2026, 4, 15)}

    rows = months(date(2026, 3, 12), "2026-04", marked=frozenset([date(2026, 4, 15)]), full=full)
    assert asked == [(date(2026, 4, 1), date(2026, 4, 30))]
    assert [cell.label for cell in rows[4]][:4] == ["13", "14!", "15*!", "16"]
    assert rows[4][1].value == "2026-04-14"
    assert TEXTS("calendar.full", sign="!") in legend(rows, TEXTS)
    assert TEXTS("calendar.full", sign="!") not in legend(months(date(2026, 3, 12), None), TEXTS)


@given(days, st.integers(0, 30))
def test_every_day_of_a_month_is_there_once_and_in_its_column(first: date, months_on: int) -> None:
    month = (first.replace(day=1) + timedelta(days=31 * months_on)).strftime("%Y-%m")
    rows = months(first, month)
    shown = [
        (column, date.fromisoformat(c.value)) for row in rows[2:] for column, c in enumerate(row) if len(c.value) > 2
    ]
    assert all(day.weekday() == column for column, day in shown)
    found = [day for _, day in shown]
    assert found == sorted(set(found))
    assert all(day >= first and day.strftime("%Y-%m") == month for day in found)
    following = (date.fromisoformat(f"{month}-01") + timedelta(days=31)).replace(day=1)
    assert found[-1] == following - timedelta(days=1)
    assert sum(len(row) for row in rows) <= 80, "Telegram takes 100 buttons"


@given(st.text(max_size=10), days)
def test_whatever_month_is_asked_for_something_can_be_shown(month: str, first: date) -> None:
    rows = months(first, month)
    assert len(rows) >= 2
    assert all(cell.label.strip() for row in rows for cell in row)


@pytest.mark.parametrize("value", ["2026-03", "1999-12", "1000-01", "2999-12"])
def test_a_month_is_read(value: str) -> None:
    assert is_month(value)
    assert months(date(2026, 3, 2), value)


@pytest.mark.parametrize(
    "value",
    ["2026-3", "2026-13", "2026-00", "0000-01", "0001-01", "9999-12", "٢٠٢٦-03", "", "-", "2026-03-12", "2026-03\n"],
)
def test_what_is_no_month_is_none(value: str) -> None:
    assert not is_month(value)


def test_weekdays_and_months_are_the_languages_own_and_short_enough() -> None:
    for language in languages():
        for month in range(1, 13):
            rows = months(date(2026, month, 1), None, texts_in(language))
            assert all(len(cell.label) <= 20 for row in rows for cell in row)

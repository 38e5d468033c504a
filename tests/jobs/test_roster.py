"""Who of a team is in which group of the roster, in which order, and who is found by what is typed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jobs import roster
from jobs.roster import LONGEST_SEARCH, Group, Plan, Standing

TODAY = MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def plan(days: int, length: int = 2, is_coming: bool | None = None) -> Plan:
    """A course that begins in so many days."""
    start = TODAY + days * DAY
    return Plan(start, start + (length - 1) * DAY, is_coming)


def standing(*plans: Plan, label: str | None = None) -> Standing:
    return Standing(1, "P-7KQ4", label, "active", TODAY, MONDAY, plans=plans)


WELL = standing(plan(20))


def test_whoever_answers_and_has_a_course_ahead_needs_no_look() -> None:
    assert roster.groups_of(WELL) == {Group.ALL}
    assert roster.reasons(WELL) == []


@pytest.mark.parametrize(
    ("of", "reasons", "groups"),
    [
        (replace(WELL, is_reachable=False), ["unreachable"], {Group.UNREACHABLE}),
        (replace(WELL, silent_since=TODAY - 4 * DAY), ["silent"], {Group.SILENT}),
        (replace(WELL, has_unseen_alert=True), ["alert"], set()),
        (standing(), ["no_course"], {Group.NO_COURSE}),
        (standing(plan(-2), plan(20)), ["unconfirmed"], set()),
        (standing(plan(-2)), ["unconfirmed", "no_course"], {Group.NO_COURSE}),
        (standing(plan(20, is_coming=False)), ["declined"], set()),
        (standing(plan(3), plan(30, is_coming=False)), ["declined"], {Group.WEEK}),
    ],
)
def test_each_reason_for_a_look_is_seen(of: Standing, reasons: list[str], groups: set[Group]) -> None:
    assert roster.reasons(of) == reasons
    assert roster.groups_of(of) == groups | {Group.ALL, Group.LOOK}


def test_a_course_under_way_is_still_to_come_and_one_that_ended_yesterday_to_be_confirmed() -> None:
    assert roster.reasons(standing(plan(-1, length=2))) == []
    assert roster.reasons(standing(plan(-2, length=2), plan(20))) == ["unconfirmed"]


def test_what_was_said_of_a_course_that_is_over_needs_no_call_any_more() -> None:
    assert roster.reasons(standing(plan(-2, is_coming=False), plan(20))) == ["unconfirmed"]


@pytest.mark.parametrize(
    ("days", "length", "is_this_week"),
    [(-2, 2, False), (-1, 2, True), (-1, 9, True), (0, 1, True), (6, 1, True), (6, 3, True), (7, 1, False)],
)
@pytest.mark.parametrize("today", [MONDAY, MONDAY + 3 * DAY, MONDAY + 6 * DAY])
def test_this_week_is_from_the_teams_monday_to_its_sunday(
    days: int, length: int, is_this_week: bool, today: date
) -> None:
    of = replace(standing(plan(days, length)), today=today)
    assert (Group.WEEK in roster.groups_of(of)) == is_this_week


def test_a_pause_alone_needs_no_look() -> None:
    assert roster.groups_of(replace(WELL, status="paused")) == {Group.PAUSED, Group.ALL}


def test_the_most_pressing_come_first_and_the_week_goes_by_date() -> None:
    of = {
        "P-AAAA": standing(),
        "P-BBBB": replace(standing(), has_unseen_alert=True),
        "P-CCCC": replace(standing(plan(5)), has_unseen_alert=True),
        "P-DDDD": standing(plan(2, is_coming=False)),
        "P-EEEE": standing(plan(1)),
        "P-FFFF": replace(standing(plan(2)), has_unseen_alert=True),
    }
    found = roster.by_group(replace(each, pseudonym=code) for code, each in reversed(of.items()))
    assert [each.pseudonym for each in found[Group.ALL]] == sorted(of)
    assert [each.pseudonym for each in found[Group.LOOK]] == ["P-BBBB", "P-CCCC", "P-FFFF", "P-DDDD", "P-AAAA"]
    assert [each.pseudonym for each in found[Group.WEEK]] == ["P-EEEE", "P-DDDD", "P-FFFF", "P-CCCC"]
    assert found[Group.PAUSED] == []


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        *[(typed, True) for typed in ("P-7KQ4", "p-7kq4", "7KQ4", "7kq", "P7KQ4", "p-7", "kq4", "p 7kq4")],
        *[(typed, True) for typed in ("Zürich 12", "zurich", "ZÜRI", "u", "12", "ich 1")],
        *[
            (typed, False)
            for typed in ("P", "p-", "-", "7KQ5", "4KQ7", "zürich12", "anna", "🙂", "%", "_", "\u0301", "")
        ],
    ],
)
def test_a_part_of_the_code_or_of_the_label_finds(typed: str, is_found: bool) -> None:
    found = roster.search([standing(label="Zürich 12")], roster.as_searched(typed))
    assert bool(found) == is_found


def test_half_a_word_finds_the_whole_in_every_script() -> None:
    of = standing(label="ΟΔΟΣΤΡΩΜΑ")
    assert roster.search([of], roster.as_searched("οδος")) == roster.search([of], "ΟΔΟΣ") == [of]


def test_without_a_label_the_code_alone_is_searched() -> None:
    assert roster.search([WELL], "none") == []
    assert roster.search([WELL], "7kq4") == [WELL]


@given(st.text())
def test_what_is_searched_for_has_room_on_a_button_and_nothing_unseen_in_it(typed: str) -> None:
    searched = roster.as_searched(typed)
    assert len(searched.encode()) <= LONGEST_SEARCH
    assert searched.isprintable()
    assert roster.as_searched(searched) == searched


def test_a_letter_that_has_no_room_as_a_whole_is_left_out() -> None:
    assert roster.as_searched(20 * "ü") == 20 * "ü"
    assert roster.as_searched("z" + 20 * "ü") == "z" + 19 * "ü"


@given(st.text(min_size=1, max_size=24))
def test_a_label_is_found_by_itself(typed: str) -> None:
    label = roster.tidied(typed)
    assume(any(sign.isalnum() for sign in label))
    of = standing(label=label)
    assert roster.search([of], roster.as_searched(label)) == [of]

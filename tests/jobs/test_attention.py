"""Who needs a look, when not again, and what has changed: pure, over diaries made up for it."""

from dataclasses import replace
from datetime import date

import pytest

from bot.drawing.pages import Answered
from jobs.attention import Attention, Noted, attention, needs_a_look, silent_days, urgency, with_alerts
from jobs.shortfall import Amount, Shortfall
from jobs.steroids import SteroidStep
from jobs.wearing_off.effects import RegimenEffect
from jobs.wearing_off.verdict import Verdict
from tests.jobs.chart.examples import DAY, ENGLISH, RECORDS, START, a_diary

TODAY = date(2026, 3, 2)
RETURNS = Attention(frozenset({"returns:1:3"}), frozenset({"regimen:1", "ck:2026-02-01"}))


@pytest.mark.parametrize(
    ("noted", "needed"),
    [
        (None, True),
        (Noted(["returns:1:3", "regimen:1", "ck:2026-02-01"], seen=False), True),
        (Noted(["returns:1:3", "regimen:1", "ck:2026-02-01"], seen=True), False),
        (Noted(["returns:1:3", "regimen:1", "ck:2026-02-01", "silent:2026-01-01"], seen=True), False),
        (Noted(["returns:1:2", "regimen:1", "ck:2026-02-01"], seen=True), True),
        (Noted(["returns:1:3", "regimen:1"], seen=True), True),
        (Noted(sorted(RETURNS.state), seen=True, not_before=TODAY + DAY), False),
        (Noted(sorted(RETURNS.state), seen=True, not_before=TODAY), True),
    ],
    ids=[
        *("never marked", "unseen", "seen", "what is less is nothing new", "a further course", "a CK"),
        *("put off until tomorrow", "put off until today"),
    ],
)
def test_what_was_seen_needs_no_look_until_something_is_new_or_the_time_is_over(
    noted: Noted | None, needed: bool
) -> None:
    assert needs_a_look(RETURNS, noted, TODAY) is needed


def test_without_a_reason_nothing_new_makes_one() -> None:
    assert not needs_a_look(replace(RETURNS, reasons=frozenset()), None, TODAY)


def test_silence_counts_from_the_teams_limit_on_and_not_in_a_pause() -> None:
    record = a_diary(60, 2)
    last = record.entries[-5].day
    quiet = replace(record, entries=record.entries[:-4], silent_after=3)
    assert attention(quiet, None).reasons == {f"silent:{last}"}
    assert attention(replace(quiet, silent_after=4), None).reasons == set()
    assert attention(replace(quiet, is_asked=False), None).reasons == set(), "a diary that was brought in"
    assert attention(replace(quiet, paused_until=record.today), None).reasons == set()
    assert attention(replace(quiet, reachable=False), None).reasons == {f"unreachable:{last}"}


def test_a_patient_who_never_answered_is_silent_since_the_first_day_of_the_diary() -> None:
    never = RECORDS["all missing"]
    assert silent_days(never) == (never.today - START).days, "every day but today"
    assert attention(replace(never, silent_after=139), None).reasons == {f"silent:{START}"}
    assert attention(replace(never, silent_after=140), None).reasons == set()


def test_whoever_answers_today_is_not_silent_any_more() -> None:
    record = a_diary(60, 2)
    silent = replace(record, entries=record.entries[:-5])
    assert silent_days(silent) == 4
    assert silent_days(replace(silent, entries=(*silent.entries, record.entries[-1]))) == 0


def found_on_the_regimen(verdict: Verdict, returning: int = 3) -> RegimenEffect:
    current = Answered(RECORDS["3 courses"], ENGLISH).current
    assert current is not None
    return replace(current, regimen="B", verdict=verdict, returning=returning)


@pytest.mark.parametrize("verdict", ["returns", "possible_return"])
def test_symptoms_that_return_or_may_are_a_reason_and_one_course_more_of_them_is_new(verdict: Verdict) -> None:
    record = RECORDS["3 courses"]
    known = attention(record, found_on_the_regimen(verdict))
    assert known.reasons == {f"{verdict}:B:3"}
    seen = Noted(known.state, seen=True)
    assert not needs_a_look(known, seen, record.today)
    assert needs_a_look(attention(record, found_on_the_regimen(verdict, 4)), seen, record.today)


@pytest.mark.parametrize("verdict", ["small_rise", "does_not_return", "unclear", "not_enough_data"])
def test_what_does_not_return_or_is_not_known_is_no_reason(verdict: Verdict) -> None:
    assert attention(RECORDS["3 courses"], found_on_the_regimen(verdict)).reasons == set()


def test_what_else_would_be_new_is_the_latest_of_each() -> None:
    record = RECORDS["15 courses"]
    short = Shortfall(Amount(1, 0.3), Amount(1, 0.1))
    in_part = [replace(dose, shortfall=short) for dose in record.doses[:3]]
    days = [START + k * 30 * DAY for k in range(5)]
    steps = [SteroidStep(day, day + 29 * DAY, "prednisone", 30.0 - k) for k, day in enumerate(days[:-1])]
    kept = replace(
        record,
        all_courses=(*record.courses[:-1], replace(record.courses[-1], regimen="another")),
        all_doses=(*in_part, *record.doses[3:]),
        steroids=tuple(steps),
        creatine_kinase=tuple((day, 300.0) for day in days[:3]),
    )
    assert attention(kept, None).facts == {
        "regimen:another",
        f"in_part:{record.courses[2].start}",
        f"steroid:prednisone:{days[4]}",
        f"ck:{days[2]}",
    }
    assert attention(RECORDS["empty diary, no course"], None).facts == set()


def test_an_alert_comes_first_and_who_returns_before_who_may_and_both_before_the_rest() -> None:
    codes = ("alert:7", "returns:1:3", "possible_return:1:1", "silent:2026-03-01")
    assert [urgency([code]) for code in codes] == [0, 1, 2, 3]
    assert urgency(["silent:2026-03-01", "possible_return:1:1", "regimen:1"]) == 2, "the most urgent of several"


def test_an_alert_that_nobody_has_seen_is_a_reason_and_a_further_one_is_new() -> None:
    quiet = Attention(frozenset(), frozenset({"regimen:1"}))
    one = with_alerts(quiet, [7])
    assert one.reasons == {"alert:7"}
    assert needs_a_look(one, None, TODAY)
    seen = Noted(sorted(one.state), seen=True)
    assert not needs_a_look(one, seen, TODAY)
    assert needs_a_look(with_alerts(quiet, [7, 9]), seen, TODAY)

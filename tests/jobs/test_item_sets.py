"""What is asked beside the four: whatever is changed, and when, each day keeps the set that was valid on it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from jobs import check_in_time, due, item_sets, scores
from jobs.own_data import facts
from jobs.refusals import Refusal
from storage import diary, models, questions
from storage.database import Database
from storage.models import STAIRS, AuditEntry, Patient, Team
from storage.questions import STANDARD, Wording
from tests.storage.support import NOW, committing, everything_in, joined_patient, rows_of, team_of
from tests.whole import so_often

BY = "staff:1"
DAY = timedelta(days=1)
TODAY = NOW.date()
SLEEP: Wording = {"en": {"name": "Sleep", "low": "very badly", "high": "very well"}}


def asked(session: Session, patient: Patient, day: date) -> list[str]:
    """What is asked on that date beside the four."""
    found = [each.key for each in questions.asked_on(session, patient.team_id, patient.id, day)]
    assert found[:4] == [each.key for each in STANDARD]
    return found[4:]


def opened(session: Session, patient: Patient, day: date, now: datetime) -> None:
    more: dict[str, Any] = {"time_zone": patient.time_zone, "opened_at": now, "closes_at": now + DAY}
    diary.open_day(session, team_id=patient.team_id, patient_id=patient.id, diary_date=day, **more)


def test_a_question_is_asked_from_the_next_day_on_and_kept_when_it_is_asked_no_more(database: Database) -> None:
    with committing(database) as session:
        anna, team = joined_patient(session, 1), team_of(session)
        sleep = item_sets.add(session, BY, team, "en", SLEEP, NOW)
        assert [asked(session, anna, TODAY + k * DAY) for k in (0, 1, 90)] == [[], [sleep.key], [sleep.key]]
        item_sets.ask_stairs(session, BY, team, NOW + DAY)
        item_sets.stop_asking(session, BY, team, sleep.key, NOW + 5 * DAY)
        history = [asked(session, anna, TODAY + k * DAY) for k in (0, 1, 2, 5, 6)]
        assert history == [[], [sleep.key], [sleep.key, STAIRS], [sleep.key, STAIRS], [STAIRS]]
        (kept,) = questions.own_items_of(session, team.id)
        assert kept.wording == SLEEP


def test_the_later_of_two_changes_of_one_day_counts(database: Database) -> None:
    with committing(database) as session:
        anna, team = joined_patient(session, 1), team_of(session)
        item_sets.ask_stairs(session, BY, team, NOW)
        item_sets.stop_asking(session, BY, team, STAIRS, NOW)
        assert asked(session, anna, TODAY + DAY) == []


def test_what_was_chosen_for_a_patient_stays_theirs_until_it_follows_the_team_again(database: Database) -> None:
    with committing(database) as session:
        anna, ben, team = joined_patient(session, 1), joined_patient(session, 2), team_of(session)
        sleep = item_sets.add(session, BY, team, "en", SLEEP, NOW)
        item_sets.choose(session, BY, anna, [], NOW)
        item_sets.ask_stairs(session, BY, team, NOW + DAY)
        item_sets.choose(session, BY, anna, [STAIRS], NOW + 2 * DAY)
        item_sets.choose(session, BY, anna, None, NOW + 3 * DAY)
        assert [asked(session, anna, TODAY + k * DAY) for k in (1, 2, 3, 4)] == [[], [], [STAIRS], [sleep.key, STAIRS]]
        assert [asked(session, ben, TODAY + k * DAY) for k in (1, 2, 3)] == [[sleep.key]] + 2 * [[sleep.key, STAIRS]]


def test_what_the_team_asks_no_more_is_asked_of_nobody(database: Database) -> None:
    with committing(database) as session:
        anna, team = joined_patient(session, 1), team_of(session)
        sleep = item_sets.add(session, BY, team, "en", SLEEP, NOW)
        item_sets.ask_stairs(session, BY, team, NOW)
        item_sets.choose(session, BY, anna, [sleep.key, STAIRS], NOW)
        item_sets.stop_asking(session, BY, team, sleep.key, NOW + DAY)
        assert asked(session, anna, TODAY + DAY) == [sleep.key, STAIRS]
        assert asked(session, anna, TODAY + 2 * DAY) == [STAIRS]


def test_a_day_that_was_begun_in_the_east_is_not_changed_under_way(database: Database) -> None:
    with committing(database) as session:
        anna, team = joined_patient(session, 1, zone="Pacific/Kiritimati"), team_of(session)
        late = NOW + timedelta(hours=2)
        opened(session, anna, due.local_date(anna.time_zone, late), late)
        check_in_time.change_time_zone(session, BY, anna, "Europe/London", late)
        item_sets.ask_stairs(session, BY, team, late)
        item_sets.choose(session, BY, anna, [], late)
        begun = TODAY + DAY
        assert asked(session, anna, begun) == []
        assert {each.valid_from for each in rows_of(session, models.ItemSet)} == {begun + DAY}


def test_a_change_has_an_audit_entry_without_the_words(database: Database) -> None:
    with committing(database) as session:
        anna, team = joined_patient(session, 1), team_of(session)
        sleep = item_sets.add(session, BY, team, "en", SLEEP, NOW)
        item_sets.choose(session, BY, anna, [], NOW)
        entries = [each for each in rows_of(session, AuditEntry) if each.action == "questions_changed"]
        assert [(each.actor, each.patient_id, each.before, each.after) for each in entries] == [
            (BY, None, {"items": []}, {"items": [sleep.key], "from": "2026-03-03"}),
            (BY, anna.id, {"items": None}, {"items": [], "from": "2026-03-03"}),
        ]


def test_there_are_four_at_most_and_a_place_becomes_free(sqlite_database: Database) -> None:
    with committing(sqlite_database) as session:
        team = team_of(session)
        made = [item_sets.add(session, BY, team, "en", SLEEP, NOW) for _ in range(item_sets.MOST_OWN)]
        item_sets.ask_stairs(session, BY, team, NOW)
        before = everything_in(session)
        with pytest.raises(Refusal, match="enough"):
            item_sets.add(session, BY, team, "en", SLEEP, NOW)
        assert everything_in(session) == before
        item_sets.stop_asking(session, BY, team, made[0].key, NOW)
        item_sets.add(session, BY, team, "en", SLEEP, NOW)


@pytest.mark.parametrize(
    ("part", "typed", "key"),
    [
        ("name", "", "refusal.own_item.empty"),
        ("name", "  ", "refusal.own_item.empty"),
        ("name", "?!", "refusal.own_item.empty"),
        ("name", "123", "refusal.own_item.empty"),
        ("name", "x" * 31, "refusal.own_item.too_long"),
        ("low", "x" * 41, "refusal.own_item.too_long"),
        ("high", "…", "refusal.own_item.empty"),
        ("name", "Sle\u202eep", "refusal.own_item.signs"),
        ("name", "Sle\0ep", "refusal.own_item.signs"),
    ],
)
def test_what_says_nothing_or_too_much_is_refused(part: str, typed: str, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        item_sets.read_words(typed, part)
    assert refused.value.key == key


def test_spaces_are_put_in_order() -> None:
    assert item_sets.read_words("  Sleep \n at  night ", "name") == "Sleep at night"


def test_nobody_is_given_what_the_team_does_not_ask(sqlite_database: Database) -> None:
    with committing(sqlite_database) as session:
        anna, team = joined_patient(session, 1), team_of(session)
        others = item_sets.add(session, BY, team_of(session, "Rheumatology"), "en", SLEEP, NOW)
        before = everything_in(session)
        for key in (STAIRS, others.key):
            with pytest.raises(Refusal):
                item_sets.choose(session, BY, anna, [key], NOW)
            with pytest.raises(Refusal):
                item_sets.stop_asking(session, BY, team, key, NOW)
        assert everything_in(session) == before


def test_the_pure_modules_and_the_tables_mean_the_same() -> None:
    assert (scores.STAIRS, scores.MOST_FLIGHTS) == (models.STAIRS, models.MOST_FLIGHTS)
    assert facts.OWN_WORDING == diary.OWN_WORDING
    assert tuple(item.value for item in models.Item) == scores.ITEMS


CHANGES = st.one_of(
    st.tuples(st.just("add"), st.just(0)),
    st.tuples(st.just("stairs"), st.just(0)),
    st.tuples(st.just("stop"), st.integers(0, 5)),
    st.tuples(st.just("choose"), st.integers(0, 31)),
    st.tuples(st.just("follow"), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("zone"), st.integers(0, 2)),
)
ZONES = ("Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago")


def change(session: Session, team: Team, anna: Patient, what: str, which: int, now: datetime) -> None:
    known = item_sets.team_items(session, team.id)
    if what == "add":
        item_sets.add(session, BY, team, "en", SLEEP, now)
    elif what == "stairs":
        item_sets.ask_stairs(session, BY, team, now)
    elif what == "stop" and known:
        item_sets.stop_asking(session, BY, team, known[which % len(known)], now)
    elif what == "choose":
        item_sets.choose(session, BY, anna, [key for k, key in enumerate(known) if which >> k & 1], now)
    elif what == "follow":
        item_sets.choose(session, BY, anna, None, now)
    elif what == "zone":
        anna.time_zone = ZONES[which]
        session.add(anna)


@settings(max_examples=so_often(60), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(CHANGES, max_size=14))
def test_each_day_has_the_set_that_was_valid_on_it_whatever_changes_after(
    sqlite_database: Database, changes: list[tuple[str, int]]
) -> None:
    """A day that has begun keeps what it asked; on the day after a change, all of it counts."""
    with sqlite_database.reading() as session:  # rolled back
        anna, ben, team = joined_patient(session, 1), joined_patient(session, 2), team_of(session)
        now, begun = NOW, {}
        for what, which in changes:
            now += which * timedelta(hours=3) if what == "wait" else timedelta(0)
            for each in (anna, ben):
                day = due.local_date(each.time_zone, now)
                if (each.id, day) not in begun:
                    opened(session, each, day, now)
                    begun[each.id, day] = asked(session, each, day)
            try:
                with session.begin_nested():
                    change(session, team, anna, what, which, now)
            except Refusal:
                continue
            for (patient_id, day), was in begun.items():
                patient = anna if patient_id == anna.id else ben
                assert asked(session, patient, day) == was, f"{day} was changed by {what}"
            team_now, chosen = item_sets.team_items(session, team.id), item_sets.chosen_for(session, anna)
            assert asked(session, ben, now.date() + 9 * DAY) == team_now
            assert asked(session, anna, now.date() + 9 * DAY) == (team_now if chosen is None else chosen)
            assert set(chosen or ()) <= set(team_now)
            assert len(team_now) <= item_sets.MOST_OWN + 1
        session.rollback()

"""How patients stand, as it is read: of one team, and for many in as many queries as for one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from jobs import attending, labels, schedule, standing
from jobs.alerts import GRACE
from jobs.refusals import Refusal
from jobs.roster import Plan, Standing
from jobs.schedule import CoursePlan
from storage import alerts, audit, diary, patients
from storage.database import Database
from storage.models import Alert, AlertKind, AlertRule, Chat, Course, Item, Patient, PatientStatus, Role, Team, Way
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of

TODAY, DAY = NOW.date(), timedelta(days=1)


def asked(session: Session, patient: Patient, days_ago: int, value: int | None = None, answers: bool = False) -> None:
    """A day on which the bot asked; `answers`: with an answer, which a skip is too."""
    day = TODAY - days_ago * DAY
    opened = datetime.combine(day, NOW.timetz())
    row = diary.open_day(
        session,
        team_id=patient.team_id,
        patient_id=patient.id,
        diary_date=day,
        time_zone=patient.time_zone,
        opened_at=opened,
        closes_at=opened + DAY,
    )
    row.asked_at = opened
    session.add(row)
    session.flush()
    if answers:
        at: dict[str, Any] = {"answered_at": opened, "received_at": opened, "late": False, "way": Way.BUTTON}
        diary.record_answer(session, day=row, item=Item.PAIN, value=value, known={}, **at)


def team_row(session: Session, patient: Patient) -> Team:
    return session.get_one(Team, patient.team_id)


def stands(session: Session, patient: Patient, now: datetime = NOW) -> Standing:
    return standing.standings(session, team_row(session, patient), [patient], now)[0]


def alerted(session: Session, patient: Patient) -> Alert:
    rule = AlertRule(team_id=patient.team_id, item="pain", kind=AlertKind.VALUE, threshold=3, days=1, created_at=NOW)
    session.add(rule)
    session.flush()
    days: dict[str, Any] = {"first_day": TODAY, "last_day": TODAY, "seen": {}}
    about = {**days, "raised_at": NOW - GRACE}
    alert = Alert(team_id=patient.team_id, patient_id=patient.id, rule_id=rule.id, **about)
    session.add(alert)
    session.flush()
    return alert


def test_the_last_answer_and_the_silence_since_are_of_days_that_were_asked(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        assert (stands(session, patient).last_answer, stands(session, patient).silent_since) == (None, None)
        asked(session, patient, 9, None, answers=True)
        for days_ago in (7, 4):
            asked(session, patient, days_ago)
        asked(session, patient, 0)
        of = stands(session, patient)
        assert (of.last_answer, of.silent_since) == (TODAY - 9 * DAY, None), "today's may still come"
        asked(session, patient, 2)
        assert stands(session, patient).silent_since == TODAY - 7 * DAY
        asked(session, patient, 1, 3, answers=True)
        assert stands(session, patient).silent_since is None


def test_today_is_today_where_the_patient_lives(database: Database) -> None:
    with committing(database) as session:
        here, there = joined_patient(session, 1), joined_patient(session, 2, zone="Pacific/Kiritimati")
        for patient in (here, there):
            for days_ago in (2, 1, 0):
                asked(session, patient, days_ago)
        of_both = standing.standings(session, team_row(session, here), [here, there], NOW)
    assert [of.today - TODAY for of in of_both] == [0 * DAY, DAY]
    assert [of.silent_since for of in of_both] == [None, TODAY - 2 * DAY]


def test_whoever_cannot_be_reached_or_is_paused_is_not_silent(database: Database) -> None:
    with committing(database) as session:
        lost, paused = joined_patient(session, 1), joined_patient(session, 2)
        for patient in (lost, paused):
            for days_ago in (3, 2, 1):
                asked(session, patient, days_ago)
        session.get_one(Chat, lost.chat_id).unreachable_since = NOW
        paused.status = PatientStatus.PAUSED
        session.flush()
        of_both = standing.standings(session, team_row(session, lost), [lost, paused], NOW)
    assert [(of.is_reachable, of.silent_since) for of in of_both] == [(False, None), (True, None)]


def test_plans_bear_what_was_said_last_about_the_day_on_which_they_stand(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        days = (date(2026, 3, 20), date(2026, 4, 20), date(2026, 5, 20))
        plans = [CoursePlan(day, 2, 0.4) for day in days]
        first, second, third = schedule.plan_courses(session, "operator", patient, plans, NOW)
        schedule.cancel_course(session, "operator", patient, third, NOW)
        for is_coming in (True, False):
            attending.say(session, patient, first, NOW, is_coming=is_coming)
        attending.say(session, patient, second, NOW, is_coming=False)
        schedule.move_course(session, "operator", patient, second, date(2026, 4, 21), NOW)
        of = stands(session, patient)
    assert of.plans == [
        Plan(date(2026, 3, 20), date(2026, 3, 21), is_coming=False),
        Plan(date(2026, 4, 21), date(2026, 4, 22), is_coming=None),
    ]


def test_an_alert_is_unseen_until_one_has_acknowledged_it(database: Database) -> None:
    with committing(database) as session:
        patient, staff = joined_patient(session, 1), joined_staff(session, 2, Role.CLINICIAN)
        assert not stands(session, patient).has_unseen_alert
        alert = alerted(session, patient)
        assert stands(session, patient).has_unseen_alert
        alerts.acknowledge(session, patient.team_id, alert.id, staff.id, NOW)
        assert not stands(session, patient).has_unseen_alert


def test_nothing_of_another_team_is_read(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1, team="Rheumatology")
        asked(session, patient, 5, 3, answers=True)
        for days_ago in (3, 2, 1):
            asked(session, patient, days_ago)
        schedule.plan_courses(session, "operator", patient, [CoursePlan(date(2026, 3, 20), 2, 0.4)], NOW)
        attending.say(session, patient, rows_of(session, Course)[0], NOW, is_coming=False)
        alerted(session, patient)
        other = joined_patient(session, 2)
        (of,) = standing.standings(session, team_row(session, other), [patient], NOW)
    assert (of.last_answer, of.silent_since, of.has_unseen_alert, of.plans) == (None, None, False, [])


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that are executed within."""
    said: list[str] = []
    connection = session.connection()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(connection, "before_cursor_execute", note)


def test_many_take_no_more_queries_than_one(database: Database) -> None:
    with committing(database) as session:
        everyone = [joined_patient(session, account) for account in range(1, 31)]
        for patient in everyone:
            asked(session, patient, 1, 3, answers=True)
            schedule.plan_courses(session, "operator", patient, [CoursePlan(date(2026, 3, 20), 2, 0.4)], NOW)
        session.flush()
        team, everyone = team_row(session, everyone[0]), rows_of(session, Patient)
        with counted(session) as of_one:
            standing.standings(session, team, everyone[:1], NOW)
        with counted(session) as of_all:
            standing.standings(session, team, everyone, NOW)
    assert len(of_all) == len(of_one) <= 6


def test_a_label_leaves_no_words_in_the_audit(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        for label in ("bed 12", "bed 13", None):
            labels.set_label(session, "staff:7", patient, label, NOW)
        with pytest.raises(Refusal):
            labels.set_label(session, "staff:7", patient, "x" * 25, NOW)
        entries = audit.history_of_patient(session, patient.team_id, patient.id)[-3:]
        found = patients.patient_of_team(session, patient.team_id, patient.id)
    assert [(e.action, e.before, e.after) for e in entries] == [
        ("label_changed", {"label": False}, {"label": True}),
        ("label_changed", {"label": True}, {"label": True}),
        ("label_changed", {"label": True}, {"label": False}),
    ]
    assert found is not None
    assert found.label is None

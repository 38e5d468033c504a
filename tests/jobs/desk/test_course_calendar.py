"""All of a team's courses on some days: whose, how they stand, and how full the days are."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from jobs import attending, leaving, schedule
from jobs.desk import course_calendar
from jobs.desk.course_calendar import CalendarCourse, Kind, Load, kind_of
from jobs.record import Dose
from jobs.schedule import CoursePlan
from storage.database import Database
from storage.models import Course, CourseStatus, Patient, PatientStatus, Team
from tests.jobs.test_standing import counted
from tests.storage.support import NOW, committing, joined_patient, rows_of

DAY = timedelta(days=1)
BEFORE = NOW - 60 * DAY
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
BY = "staff:7"


def planned(session: Session, patient: Patient, start: date, days: int = 2) -> Course:
    return schedule.plan_courses(session, BY, patient, [CoursePlan(start, days, 0.4)], BEFORE)[0]


def month(session: Session) -> list[CalendarCourse]:
    session.flush()
    return course_calendar.between(session, rows_of(session, Team)[0], FIRST, LAST, NOW)


def test_courses_that_reach_into_the_month_are_in_it(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1, now=BEFORE)
        for start, days in (
            (date(2026, 2, 20), 5),
            (date(2026, 3, 30), 5),
            (date(2026, 4, 10), 1),
        ):
            planned(session, patient, start, days)
        long_ago = planned(session, patient, date(2026, 2, 10))
        long_ago.given_start, long_ago.given_end = date(2026, 2, 27), date(2026, 3, 1)
        long_ago.status = CourseStatus.GIVEN
        found = [(each.start, each.last_day) for each in month(session)]
    assert found == [(date(2026, 2, 27), date(2026, 3, 1)), (date(2026, 3, 30), date(2026, 4, 3))]


def test_a_course_says_how_it_stands(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1, now=BEFORE)
        patient.label = "bed 12"
        over, given, coming, declined, cancelled = (
            planned(session, patient, date(2026, 3, day), 1) for day in (1, 2, 10, 20, 25)
        )
        schedule.mark_given(session, BY, patient, given, date(2026, 3, 2), 1, 0.2, NOW)
        attending.say(session, patient, coming, BEFORE, is_coming=True)
        attending.say(session, patient, declined, BEFORE, is_coming=False)
        schedule.cancel_course(session, BY, patient, cancelled, NOW)
        found = month(session)
        numbers = [over.id, given.id, coming.id, declined.id]
    assert [each.course_id for each in found] == numbers
    assert [each.kind for each in found] == [Kind.UNCONFIRMED, Kind.GIVEN, Kind.PLANNED, Kind.DECLINED]
    assert {(each.pseudonym, each.label, each.patient_id) for each in found} == {
        (patient.pseudonym, "bed 12", patient.id)
    }
    assert [each.dose.grams_per_kg_per_day for each in found] == [0.4, 0.2, 0.4, 0.4]
    assert [each.dose.shortfall is not None for each in found] == [False, True, False, False]


def test_what_was_said_of_a_course_matters_until_it_is_over_given_or_cancelled(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1, now=BEFORE)
        course, day = planned(session, patient, date(2026, 3, 10), 1), date(2026, 3, 10)
        no = {course.id: False}
        assert kind_of(course, day, no) is Kind.DECLINED
        assert kind_of(course, day + DAY, no) is Kind.UNCONFIRMED
        for status in (CourseStatus.GIVEN, CourseStatus.CANCELLED):
            course.status = status
            assert kind_of(course, day, no) == status.value


def test_over_is_what_is_over_where_the_patient_lives(database: Database) -> None:
    with committing(database) as session:
        here = joined_patient(session, 1, now=BEFORE)
        there = joined_patient(session, 2, zone="Pacific/Kiritimati", now=BEFORE)
        for patient in (here, there):
            planned(session, patient, NOW.date(), 1)
        found = {each.patient_id: each.kind for each in month(session)}
    assert found == {here.id: Kind.PLANNED, there.id: Kind.UNCONFIRMED}


def test_whoever_never_came_or_is_erased_and_other_teams_are_not_in_it(database: Database) -> None:
    with committing(database) as session:
        uninvited, gone = (joined_patient(session, account, now=BEFORE) for account in (1, 2))
        theirs = joined_patient(session, 3, team="Rheumatology", now=BEFORE)
        for patient in (uninvited, gone, theirs):
            planned(session, patient, date(2026, 3, 10))
        uninvited.status, uninvited.consented_at = PatientStatus.WITHDRAWN, None
        gone.status = PatientStatus.ERASED
        assert month(session) == []


def test_of_who_has_stopped_it_has_what_is_to_come_and_what_began_before(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1, now=BEFORE)
        today = NOW.date()
        before, _meanwhile, to_come = (planned(session, patient, today + k * DAY, 1) for k in (-9, -4, 4))
        leaving.withdraw(session, patient, NOW - 6 * DAY)
        session.flush()
        team = rows_of(session, Team)[0]
        found = course_calendar.between(session, team, today - 30 * DAY, today + 30 * DAY, NOW)
        numbers = [before.id, to_come.id]
    assert [(each.course_id, each.kind, each.stopped) for each in found] == [
        (numbers[0], Kind.UNCONFIRMED, True),
        (numbers[1], Kind.PLANNED, True),
    ]


def test_two_queries_however_many_courses(database: Database) -> None:
    with committing(database) as session:
        for account in range(1, 31):
            planned(session, joined_patient(session, account, now=BEFORE), date(2026, 3, 1 + account % 20))
        session.flush()
        team = rows_of(session, Team)[0]
        with counted(session) as said:
            found = course_calendar.between(session, team, FIRST, LAST, NOW)
    assert (len(found), len(said)) == (30, 2)


def a_course(patient: int, start: int, last: int) -> CalendarCourse:
    span = (date(2026, 3, start), date(2026, 3, last))
    dose = Dose(1, 0.4, None)
    return CalendarCourse(patient * 100 + start, patient, "P-7KQ4", None, *span, Kind.PLANNED, dose, stopped=False)


@pytest.mark.parametrize(("chairs", "over"), [(None, False), (1, True), (2, False), (3, False)])
def test_a_day_is_over_capacity_with_more_patients_than_chairs(chairs: int | None, over: bool) -> None:
    found = [a_course(1, 9, 10), a_course(2, 10, 12), a_course(2, 12, 12)]
    loads = course_calendar.loads(found, date(2026, 3, 10), LAST, chairs)
    assert loads == {date(2026, 3, day): Load(taken, chairs) for day, taken in ((10, 2), (11, 1), (12, 1))}
    assert [load.over for load in loads.values()] == [over, False, False]


def test_what_is_to_be_confirmed_is_shown_whenever_it_was(database: Database) -> None:
    with committing(database) as session:
        here = joined_patient(session, 1, now=BEFORE)
        there = joined_patient(session, 2, zone="Pacific/Kiritimati", now=BEFORE)
        over = [planned(session, here, date(2026, 1, day), 2) for day in (5, 20)]
        given, cancelled = (planned(session, there, date(2026, 1, day)) for day in (10, 25))
        schedule.mark_given(session, BY, there, given, date(2026, 1, 10), 2, 0.4, NOW)
        schedule.cancel_course(session, BY, there, cancelled, NOW)
        over.append(planned(session, there, NOW.date(), 1))
        planned(session, here, NOW.date(), 1)
        session.flush()
        found = course_calendar.unconfirmed(session, rows_of(session, Team)[0], NOW)
    assert [each.course_id for each in found] == [course.id for course in over]

"""A team's patients as a table shows them: the same that a patient's own record says, in few queries."""

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlmodel import Session

from jobs import record, schedule, standing
from jobs.desk import caseload
from jobs.desk.caseload import DAYS, Row
from jobs.schedule import CoursePlan
from storage import diary, patients
from storage.database import Database
from storage.models import CourseStatus, Item, Patient, Team, Way
from tests.bench import filling
from tests.jobs.test_standing import counted
from tests.storage.support import NOW, committing, joined_patient, rows_of

TODAY, DAY = NOW.date(), timedelta(days=1)
MONTHS_AGO, LONG_AGO = NOW - 90 * DAY, NOW - 100 * DAY


def a_day(session: Session, patient: Patient, day: date, *, asked: bool, **answers: list[int | None]) -> None:
    """A day of the diary; `answers`: by item, what was answered, and then corrected to."""
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
    row.asked_at = opened if asked else None
    session.add(row)
    session.flush()
    for item, values in answers.items():
        for value in values:
            diary.record_answer(
                session,
                day=row,
                item=item,
                value=value,
                answered_at=opened,
                received_at=opened,
                late=False,
                way=Way.BUTTON,
                known=diary.noted_on(session, row),
            )


def table(session: Session, *people: Patient, of: Patient | None = None) -> list[Row]:
    """Of these patients; `of`: whose team asks, where that is another."""
    session.flush()
    team = session.get_one(Team, (of or people[0]).team_id)
    return caseload.rows(session, team, people, standing.standings(session, team, people, NOW))


def anything(session: Session, patient: Patient, chance: Random) -> None:
    """Three months of a diary with everything that can be in one, and courses all along."""
    for days_ago in range(90 if chance.random() < 0.5 else chance.randint(0, 60), -1, -1):
        if chance.random() < 0.2:
            continue
        answers: dict[str, list[int | None]] = {
            item: chance.choices([None, *range(11)], k=chance.randint(1, 3)) for item in Item if chance.random() < 0.5
        }
        a_day(session, patient, TODAY - days_ago * DAY, asked=chance.random() < 0.7, **answers)
    starts = range(chance.randint(-95, -60), 60, chance.randint(14, 40))
    plans = [CoursePlan(TODAY + days * DAY, chance.randint(1, 5), 0.4) for days in starts]
    for course in schedule.plan_courses(session, "operator", patient, plans, LONG_AGO):
        if course.planned_start < TODAY and chance.random() < 0.7:
            given = course.planned_start + chance.randint(-2, 2) * DAY
            course.given_start, course.given_end = given, given + chance.randint(0, 4) * DAY
            course.status = CourseStatus.GIVEN
        elif chance.random() < 0.2:
            course.status = CourseStatus.CANCELLED
        session.add(course)


@pytest.mark.parametrize("seed", range(3))
def test_a_line_says_what_the_patients_own_record_says(database: Database, seed: int) -> None:
    chance = Random(seed)
    zones = ("Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago")
    with committing(database) as session:
        people = [
            joined_patient(session, account, zone=zones[account % 3], now=NOW - chance.randint(0, 90) * DAY)
            for account in range(1, 7)
        ]
        for patient in people:
            anything(session, patient, chance)
        team, rows = session.get_one(Team, people[0].team_id), table(session, *people)
        answered = caseload.adherence(session, team, people, [row.standing for row in rows])
        for patient, row in zip(people, rows, strict=True):
            kept = record.read(session, patient, NOW)
            values = {entry.day: entry.values.get(Item.PAIN) for entry in kept.entries}
            shown = [kept.today - (DAYS - 1 - k) * DAY for k in range(DAYS)]
            assert row.first_day == shown[0]
            assert row.days == tuple(values.get(day) for day in shown)
            before = {k for k, day in enumerate(shown[:-1]) if day < kept.diary_from}
            assert row.not_asked - before == {k for k, day in enumerate(shown) if day in kept.not_asked}
            assert row.answered == answered[patient.id] == kept.answered(caseload.DAYS_OF_ADHERENCE)
            for status, numbers in (("given", row.course_days), ("planned", row.planned_days)):
                spans = [(course.start, course.end) for course in kept.courses if course.status == status]
                assert numbers == tuple(k for k, day in enumerate(shown) if any(a <= day <= b for a, b in spans))
            coming = kept.next_course()
            assert row.next_course == (coming.start if coming else None)
            assert row.next_prompt_at == patient.next_prompt_at


def test_days_before_the_diary_are_nobodys_gap(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1, now=NOW - 3 * DAY)
        for days_ago in (3, 2, 1):
            a_day(session, patient, TODAY - days_ago * DAY, asked=True)
        (row,) = table(session, patient)
    assert row.not_asked == set(range(DAYS - 4))
    assert row.answered == (0, 3), "asked and not answered; today's may still come"


def test_nothing_of_another_team_is_read(database: Database) -> None:
    with committing(database) as session:
        theirs = joined_patient(session, 1, team="Rheumatology", now=MONTHS_AGO)
        a_day(session, theirs, TODAY - DAY, asked=True, pain=[7])
        schedule.plan_courses(session, "operator", theirs, [CoursePlan(TODAY - 5 * DAY, 2, 0.4)], MONTHS_AGO)
        mine = joined_patient(session, 2)
        (row,) = table(session, theirs, of=mine)
    assert set(row.days) == {None}
    assert (row.course_days, row.planned_days, row.next_course, row.answered) == ((), (), None, (0, 0))


def test_a_team_without_patients_has_no_lines(database: Database) -> None:
    with committing(database) as session:
        joined_patient(session, 1)
        assert caseload.rows(session, rows_of(session, Team)[0], [], []) == []


def test_two_thousand_take_no_more_queries_than_one(tmp_path: Path) -> None:
    database = filling.clinic(tmp_path, 2000, 0, NOW)
    with database.reading() as session:
        team, everyone = session.get_one(Team, 1), patients.patients_of(session, 1)
        stand = standing.standings(session, team, everyone, NOW)
        with counted(session) as of_one:
            caseload.rows(session, team, everyone[:1], stand[:1])
        with counted(session) as of_all:
            found = caseload.rows(session, team, everyone, stand)
    database.close()
    assert len(found) == 2000
    assert all(row.days[-2] is not None for row in found)
    assert len(of_all) == len(of_one) == 5

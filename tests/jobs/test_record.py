"""One patient's record, as charts and summaries read it."""

from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from jobs import record, schedule
from jobs.cycle import Course
from jobs.inputs import WEIGHT, Prices
from jobs.record import Dose, Record
from jobs.schedule import CoursePlan
from jobs.steroids import SteroidStep
from storage import attendance, audit, diary, teams
from storage.database import Database
from storage.models import Item, Measurement, Patient, PatientStatus, SteroidDose, Way
from tests.storage.support import NOW, committing, joined_patient, team_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOW.date()
BY = audit.OPERATOR


def answered(
    session: Session, patient: Patient, day: date, item: str, value: int | None, *, late: bool = False
) -> None:
    row = diary.open_day(
        session,
        team_id=patient.team_id,
        patient_id=patient.id,
        diary_date=day,
        time_zone=patient.time_zone,
        opened_at=NOW,
        closes_at=NOW,
    )
    at = datetime.combine(day, time(20), NOW.tzinfo)
    diary.record_answer(
        session,
        day=row,
        item=item,
        value=value,
        answered_at=at,
        received_at=at,
        late=late,
        way=Way.BUTTON,
        known=diary.noted_on(session, row),
    )
    session.flush()


def asked(session: Session, patient: Patient, day: date) -> None:
    row = diary.open_day(
        session,
        team_id=patient.team_id,
        patient_id=patient.id,
        diary_date=day,
        time_zone=patient.time_zone,
        opened_at=NOW,
        closes_at=NOW,
    )
    row.asked_at = datetime.combine(day, time(18), NOW.tzinfo)
    session.add(row)
    session.flush()


def read(session: Session, patient: Patient, days_later: int = 0) -> Record:
    session.flush()
    return record.read(session, patient, NOW + days_later * DAY)


def test_a_new_patients_record_is_empty_and_says_since_when(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        found = read(session, patient)
        assert (found.pseudonym, found.diary_from, found.today) == (patient.pseudonym, TODAY, TODAY)
        assert (found.entries, found.courses, found.doses, found.creatine_kinase) == ((), (), (), ())
        assert (found.upper_limit, found.next_course(), found.answered(7)) == (None, None, (0, 0))


def test_an_entry_has_the_latest_revision_of_each_item(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        answered(session, patient, TODAY, Item.PAIN, 7)
        answered(session, patient, TODAY, Item.PAIN, 3)
        answered(session, patient, TODAY, Item.WEAKNESS, None)
        (entry,) = read(session, patient, 1).entries
        assert (entry.day, dict(entry.values), entry.late) == (TODAY, {Item.PAIN: 3, Item.WEAKNESS: None}, False)


def test_what_was_answered_before_a_correction_is_kept_and_found(database: Database) -> None:
    with committing(database) as session:
        patient, other = joined_patient(session, 1), joined_patient(session, 2)
        for value in (7, None, 3):
            answered(session, patient, TODAY, Item.PAIN, value)
        answered(session, patient, TODAY, Item.WEAKNESS, 4)
        answered(session, other, TODAY, Item.PAIN, 1)
        answered(session, other, TODAY, Item.PAIN, 2)
        found = diary.answers_before_corrections(session, patient.team_id, patient.id)
        assert found == {TODAY: {Item.PAIN: (7, None)}}
        assert diary.answers_before_corrections(session, patient.team_id + 1, patient.id) == {}


def test_one_late_answer_makes_the_entry_a_late_one(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        answered(session, patient, TODAY, Item.PAIN, 7)
        answered(session, patient, TODAY, Item.TIREDNESS, 4, late=True)
        assert read(session, patient, 1).entries[0].late


def test_a_day_that_was_not_asked_is_not_missing(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        for k in (0, 1, 3):
            asked(session, patient, TODAY + k * DAY)
        answered(session, patient, TODAY, Item.PAIN, 2)
        # An outage: this day has a row and was not asked; but the patient answered by /today.
        answered(session, patient, TODAY + 4 * DAY, Item.PAIN, 5)
        found = read(session, patient, 6)
        assert found.not_asked == {TODAY + 2 * DAY, TODAY + 5 * DAY}
        assert found.answered(7) == (2, 4)


def test_today_counts_neither_as_missing_nor_as_not_asked(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        found = read(session, patient)
        assert found.not_asked == frozenset()
        assert found.answered(7) == (0, 0)


def test_only_the_days_asked_about_are_counted(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        for k in range(20):
            asked(session, patient, TODAY + k * DAY)
            if k % 2 == 0:
                answered(session, patient, TODAY + k * DAY, Item.PAIN, 2)
        assert read(session, patient, 20).answered(10) == (5, 10)


def test_a_diary_kept_before_the_bot_begins_at_its_first_entry(database: Database) -> None:
    """Imported entries go back before the consent."""
    with committing(database) as session:
        patient = joined_patient(session, 1)
        answered(session, patient, TODAY - 100 * DAY, Item.PAIN, 9)
        assert read(session, patient).diary_from == TODAY - 100 * DAY


def test_today_is_the_patients_own(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1, zone="Pacific/Auckland")
        session.flush()
        assert record.read(session, patient, NOW + 3 * HOUR).today == TODAY + DAY


def test_courses_are_as_given_or_else_as_planned_and_numbered_by_date(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        plans = [CoursePlan(TODAY + k * DAY, 2, 0.4) for k in (1, 29, 57)]
        first, second, third = schedule.plan_courses(session, BY, patient, plans, NOW)
        schedule.mark_given(session, BY, patient, first, TODAY + 2 * DAY, 3, 0.5, NOW + 9 * DAY)
        schedule.cancel_course(session, BY, patient, second, NOW + 9 * DAY)
        third.regimen = "monthly"
        found = read(session, patient, 10)
        assert [(c.number, c.start - TODAY, c.end - TODAY, c.status, c.regimen) for c in found.courses] == [
            (1, 2 * DAY, 4 * DAY, "given", "3x0.5"),
            (2, 57 * DAY, 58 * DAY, "planned", "monthly"),
        ]
        assert found.courses[0].planned_start == TODAY + DAY
        assert [(dose.days, dose.grams_per_kg_per_day) for dose in found.doses] == [(3, 0.5), (2, 0.4)]
        assert found.next_course() == found.courses[1]


def test_a_course_that_is_running_is_still_the_next_one(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        schedule.plan_courses(session, BY, patient, [CoursePlan(TODAY + 5 * DAY, 3, 0.4)], NOW)
        for days_later, there in ((5, True), (7, True), (8, False)):
            assert (read(session, patient, days_later).next_course() is not None) is there


def test_a_declined_course_is_the_next_one_and_once_over_nothing_but_a_question(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        plans = [CoursePlan(TODAY + k * DAY, 2, dose) for k, dose in ((5, 0.4), (33, 0.8), (61, 0.4))]
        one, two, _ = schedule.plan_courses(session, BY, patient, plans, NOW)
        for course, is_coming in ((one, False), (one, True), (two, False)):
            attendance.say(session, course, NOW, is_coming=is_coming)
        before = read(session, patient, 34)
        assert [course.number for course in before.declined] == [2]
        assert before.next_course() == before.courses[1] == before.declined[0]
        for later in (read(session, patient, 35), before.seen_on(TODAY + 35 * DAY)):
            assert [course.number for course in later.courses] == [1, 3]
            assert [dose.grams_per_kg_per_day for dose in later.doses] == [0.4, 0.4]
            assert later.unconfirmed() == later.courses[0]
        schedule.mark_given(session, BY, patient, one, TODAY + 5 * DAY, 2, 0.4, NOW + 35 * DAY)
        assert read(session, patient, 35).unconfirmed() == before.declined[0]
        schedule.mark_given(session, BY, patient, two, TODAY + 33 * DAY, 2, 0.8, NOW + 35 * DAY)
        given = read(session, patient, 35)
        assert ([course.status for course in given.courses], given.declined) == (["given", "given", "planned"], ())
        assert given.unconfirmed() is None


def test_an_earlier_day_has_the_courses_that_are_dropped_by_now() -> None:
    """The first was given, the second declined, the third planned for after the patient had stopped."""
    days = (TODAY - 40 * DAY, TODAY - 12 * DAY, TODAY - 5 * DAY)
    one, two, three = (
        Course(number, day, day + DAY, "2x0.4", "given" if number == 1 else "planned")
        for number, day in enumerate(days, 1)
    )
    kept = Record(
        pseudonym="P-7KQ4",
        diary_from=days[0],
        today=TODAY,
        entries=(),
        not_asked=frozenset(),
        all_courses=(one, two, three),
        all_doses=tuple(Dose(2, 0.1 * number, None) for number in (1, 2, 3)),
        creatine_kinase=(),
        upper_limit=None,
        declined=(two,),
        dropped_from={3: three.end + DAY},
    )
    assert (kept.courses, kept.doses, kept.next_course()) == ((one,), kept.all_doses[:1], None)
    assert kept.unconfirmed() == two, "a declined one is asked about, nobody can answer of the other"
    for day, there, coming in (
        (days[1] - DAY, (one, two, three), two),
        (two.end, (one, two, three), two),
        (two.end + DAY, (one, three), three),
        (three.end + DAY, (one,), None),
    ):
        seen = kept.seen_on(day)
        assert (seen.courses, seen.next_course()) == (there, coming)
        assert len(seen.doses) == len(seen.inputs().doses) == len(there)
        assert seen.seen_on(TODAY).courses == kept.courses


def test_what_was_planned_for_after_a_patient_left_is_dropped_as_on_the_card(database: Database) -> None:
    with committing(database) as session:
        stopped, never_came = joined_patient(session, 1), joined_patient(session, 2)
        for patient in (stopped, never_came):
            known = schedule.plan_courses(
                session, BY, patient, [CoursePlan(TODAY + k * DAY, 2, 0.4) for k in (1, 20)], NOW
            )
            patient.status, patient.withdrawn_at = PatientStatus.WITHDRAWN, NOW + 10 * DAY
            if patient is never_came:
                patient.consented_at = None
            for days_later in (11, 21, 22):
                now = NOW + days_later * DAY
                left = [n for n, course in enumerate(known, 1) if not schedule.is_dropped(patient, course, now)]
                assert left == ([1, 2] if patient is stopped and days_later < 22 else [1])
                assert [course.number for course in read(session, patient, days_later).courses] == left


def test_creatine_kinase_comes_by_day_with_the_latest_limit(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        team = team_of(session)
        for day, value, limit in ((9, 300.0, 170.0), (2, 900.0, 160.0), (20, 250.0, None)):
            session.add(
                Measurement(
                    team_id=team.id,
                    patient_id=patient.id,
                    analyte="CK",
                    taken_on=TODAY - day * DAY,
                    value=value,
                    unit="U/l",
                    upper_limit=limit,
                    received_at=NOW,
                )
            )
        found = read(session, patient)
        assert found.creatine_kinase == (
            (TODAY - 20 * DAY, 250.0),
            (TODAY - 9 * DAY, 300.0),
            (TODAY - 2 * DAY, 900.0),
        )
        assert found.upper_limit == 160.0


def test_steroids_weights_and_the_teams_prices_are_part_of_it(database: Database) -> None:
    with committing(database) as session:
        patient, other = joined_patient(session, 1), joined_patient(session, 2)
        team = teams.team_by_id(session, patient.team_id)
        team.currency, team.price_per_gram = "EUR", 62.5
        for of, kg, day in ((patient, 90.0, 0), (patient, 84.0, 20), (other, 50.0, 0)):
            session.add(measured(of, TODAY + day * DAY, kg))
        session.add_all(
            SteroidDose(
                team_id=of.team_id,
                patient_id=of.id,
                drug="prednisone",
                starts_on=TODAY,
                ends_on=TODAY + 9 * DAY,
                dose_mg=dose,
                alternate_dose_mg=20.0,
                received_at=NOW,
            )
            for of, dose in ((patient, 30.0), (other, 7.5))
        )
        plans = [CoursePlan(TODAY + k * DAY, 2, 0.4) for k in (1, 18, 29)]
        schedule.plan_courses(session, BY, patient, plans, NOW)
        found = read(session, patient, 30)
        assert found.steroids == (SteroidStep(TODAY, TODAY + 9 * DAY, "prednisone", 30.0, 20.0),)
        assert found.prices == Prices("EUR", 62.5, None)
        weights = [found.inputs().doses[number].weight_kg for number in (1, 2, 3)]
        assert weights == [90.0, 90.0, 84.0], "as known by the course's last day"
        assert found.inputs().steroids == found.steroids
        assert found.inputs().prices == found.prices


def test_before_anything_was_weighed_a_course_has_no_weight(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        schedule.plan_courses(session, BY, patient, [CoursePlan(TODAY, 1, 0.4)], NOW)
        session.add(measured(patient, TODAY + 5 * DAY, 90.0))
        found = read(session, patient, 10)
        assert found.inputs().doses[1].weight_kg is None
        assert found.prices is None


def measured(patient: Patient, day: date, kg: float) -> Measurement:
    return Measurement(
        team_id=patient.team_id,
        patient_id=patient.id,
        analyte=WEIGHT,
        taken_on=day,
        value=kg,
        unit="kg",
        received_at=NOW,
    )

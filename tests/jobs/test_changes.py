"""What has changed of a patient's treatment and CK: the latest of each, within the days looked at."""

from dataclasses import replace

from jobs.attention import attention
from jobs.changes import InPart, Kinase, RegimenChange, changes_within
from jobs.cycle import Course
from jobs.record import Dose, Record
from jobs.shortfall import Amount, Shortfall
from jobs.steroids import DoseChange, SteroidStep
from tests.jobs.chart.examples import DAY, RECORDS

RECORD = RECORDS["3 courses"]
TODAY = RECORD.today
SHORT = Shortfall(Amount(2, 0.4), Amount(1, 0.4))


def given(days_ago: int, regimen: str) -> Course:
    day = TODAY - days_ago * DAY
    return Course(1, day, day, regimen, "given")


def planned(days_ago: int, regimen: str) -> Course:
    return replace(given(days_ago, regimen), status="planned")


def treated(*courses: Course, in_part: tuple[int, ...] = ()) -> Record:
    """`in_part`: places of the courses that were given so."""
    doses = (Dose(1, 0.4, None, shortfall=SHORT if place in in_part else None) for place in range(len(courses)))
    return replace(RECORD, all_courses=courses, all_doses=tuple(doses))


def test_changes_are_the_latest_of_each_within_the_days_looked_at() -> None:
    record = RECORDS["3 courses"]
    today = record.today
    begun = [course for course in record.courses if course.start <= today]
    steps = (
        SteroidStep(today - 90 * DAY, today - 10 * DAY, "prednisone", 20.0),
        SteroidStep(today - 9 * DAY, None, "prednisone", 15.0),
    )
    kinase = ((today - 40 * DAY, 300.0), (today - 2 * DAY, 1450.0))
    found = changes_within(replace(record, steroids=steps, creatine_kinase=kinase), 200)
    assert found.regimen == RegimenChange(begun[2].start, begun[1].regimen, begun[2].regimen)
    assert found.steroids == (DoseChange(today - 9 * DAY, "prednisone", 20.0, 15.0),)
    assert found.kinase == Kinase(today - 2 * DAY, 1450.0, 300.0)
    nothing = changes_within(replace(record, steroids=steps, creatine_kinase=kinase[:1]), 1)
    assert (nothing.regimen, nothing.steroids, nothing.kinase) == (None, (), None)


def test_what_was_planned_is_no_change_until_somebody_says_that_it_was_given() -> None:
    record = RECORDS["3 courses"]
    (one, two, three), today = record.courses, record.today
    assert one.regimen != two.regimen or two.regimen != three.regimen
    unconfirmed = replace(record, all_courses=(one, two, replace(three, status="planned")))
    found = changes_within(unconfirmed, 200)
    assert found.planned == RegimenChange(three.start, two.regimen, three.regimen)
    assert found.regimen != found.planned
    assert "regimen:" + three.regimen not in attention(unconfirmed, None).facts
    confirmed = changes_within(record, 200)
    assert (confirmed.regimen, confirmed.planned) == (found.planned, None)
    overtaken = replace(record, all_courses=(one, replace(two, status="planned"), three))
    assert changes_within(overtaken, 200).planned is None, "what was given since says more"
    assert three.start <= today


def test_a_course_in_part_is_a_change_and_no_other_regimen() -> None:
    record = RECORDS["3 courses"]
    last = replace(record.doses[-1], shortfall=SHORT)
    found = changes_within(replace(record, all_doses=(*record.doses[:-1], last)), 200)
    day = record.courses[-1].start
    assert found.in_part == (InPart(day, SHORT),)
    assert found.regimen is None or found.regimen.day != day
    assert f"in_part:{day}" in attention(replace(record, all_doses=(*record.doses[:-1], last)), None).facts


def test_the_last_four_weeks_are_today_and_the_twenty_seven_days_before_it() -> None:
    for days_ago, is_within in ((0, True), (27, True), (28, False)):
        day = TODAY - days_ago * DAY
        steps = SteroidStep(day - 9 * DAY, None, "prednisone", 20.0), SteroidStep(day, None, "hydrocortisone", 5.0)
        record = replace(
            treated(given(90, "A"), given(days_ago + 1, "A"), given(days_ago, "B")),
            steroids=steps,
            creatine_kinase=((day, 300.0),),
        )
        found = changes_within(record, 28)
        whole = treated(given(90, "A"), given(days_ago, "A"), in_part=(1,))
        assert [
            found.regimen is not None,
            found.steroids != (),
            found.kinase is not None,
            changes_within(whole, 28).in_part != (),
        ] == [is_within] * 4


def test_of_several_regimens_the_latest_change_is_told_and_of_one_regimen_none() -> None:
    found = changes_within(treated(given(60, "A"), given(40, "B"), given(20, "C"), given(5, "C")), 90)
    assert found.regimen == RegimenChange(TODAY - 20 * DAY, "B", "C")


def test_what_was_planned_for_yesterday_is_a_change_that_nobody_confirmed_and_todays_is_none_yet() -> None:
    told = RegimenChange(TODAY - DAY, "A", "B")
    assert changes_within(treated(given(30, "A"), planned(1, "B")), 90).planned == told
    assert changes_within(treated(given(30, "A"), planned(0, "B")), 90).planned is None


def test_before_anything_was_given_what_was_planned_is_told_beside_what_was_planned_before() -> None:
    found = changes_within(treated(planned(30, "A"), planned(2, "B")), 90)
    assert (found.regimen, found.planned) == (None, RegimenChange(TODAY - 2 * DAY, "A", "B"))


def test_a_course_that_was_given_in_part_is_no_longer_to_be_confirmed() -> None:
    assert changes_within(treated(given(30, "A"), given(2, "B"), in_part=(1,)), 90).planned is None


def test_a_ck_of_today_counts_one_to_come_does_not_and_a_first_one_has_none_before_it() -> None:
    first, today, to_come = (TODAY - 30 * DAY, 300.0), (TODAY, 900.0), (TODAY + DAY, 1450.0)
    assert changes_within(replace(RECORD, creatine_kinase=(today, to_come)), 7).kinase == Kinase(TODAY, 900.0, None)
    found = changes_within(replace(RECORD, creatine_kinase=((first[0] - DAY, 80.0), first, today)), 7).kinase
    assert found == Kinase(TODAY, 900.0, 300.0)
    assert changes_within(replace(RECORD, creatine_kinase=(first,)), 31).kinase == Kinase(*first, None)
    assert changes_within(replace(RECORD, creatine_kinase=(to_come,)), 31).kinase is None

"""What a team asks beside the four, in the week before a course."""

from datetime import timedelta

from jobs import further, item_sets, record, schedule
from jobs.schedule import CoursePlan
from storage.database import Database
from storage.models import STAIRS
from storage.questions import Wording
from tests.jobs.chart.examples import the_case
from tests.jobs.test_record import answered
from tests.storage.support import NOW, committing, joined_patient, team_of

BY = "staff:1"
DAY = timedelta(days=1)
TODAY = NOW.date()
SLEEP: Wording = {"en": {"name": "Sleep", "low": "very badly", "high": "very well"}}


def test_it_is_the_mean_of_the_answers_in_the_seven_days_before_the_last_course(database: Database) -> None:
    start = TODAY + 20 * DAY
    with committing(database) as session:
        anna, team = joined_patient(session, 1), team_of(session)
        sleep = item_sets.add(session, BY, team, "en", SLEEP, NOW).key
        item_sets.add(session, BY, team, "en", SLEEP, NOW)
        schedule.plan_courses(session, BY, anna, [CoursePlan(start, 1, 0.4), CoursePlan(start + 28 * DAY, 1, 0.4)], NOW)
        for before, item, value in (
            (8, sleep, 10),
            (7, sleep, 3),
            (4, sleep, None),
            (1, sleep, 4),
            (0, sleep, 10),
            (2, STAIRS, 12),
        ):
            answered(session, anna, start - before * DAY, item, value)
        item_sets.stop_asking(session, BY, team, sleep, NOW + 21 * DAY)
        kept = record.read(session, anna, NOW + 21 * DAY)
    found = further.week_before_the_last_course(kept)
    assert [(each.asked.key, each.course, each.mean, each.days) for each in found] == [
        (STAIRS, start, 12.0, 1),
        (sleep, start, 3.5, 2),
    ]
    assert found[1].asked.wording == SLEEP, "asked no more, and still readable"
    assert further.week_before_the_last_course(kept.seen_on(start - DAY)) == []


def test_who_is_asked_the_four_alone_has_none() -> None:
    kept = the_case()
    assert kept.further == ()
    assert further.week_before_the_last_course(kept) == []

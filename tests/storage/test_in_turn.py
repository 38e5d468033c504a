"""Two members of the team decide at the same time, on two replicas: the second waits, and builds on what the first did.

Each has read everything before the other begins to write, as after a slow preview.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from sqlmodel import Session

from bot import arriving
from bot.replies import Incoming, Reply, Rewrite
from jobs import (
    alert_settings,
    infusion_reminder,
    lead_times,
    measuring,
    regimen_names,
    schedule,
    taking_back,
    team_schedule,
)
from jobs import team_settings as settings
from jobs.alert_settings import Wanted
from jobs.inputs import CREATINE_KINASE, Prices
from jobs.measured import Value
from jobs.refusals import Refusal
from jobs.schedule import CoursePlan
from storage.database import Database
from storage.models import (
    AlertKind,
    AuditEntry,
    CancelReason,
    Course,
    Measurement,
    Patient,
    Role,
    Staff,
    Team,
)
from tests.postgres import PostgresServer
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of, team_of
from tests.storage.test_at_once import PATIENCE, somebody_waits

TODAY = NOW.date()
DAY = timedelta(days=1)
BY = "staff:1"
OPEN, GIVEN, CANCELLED = range(3)


@dataclass
class Seen:
    """What one of the two has read of everything, in a session of their own."""

    session: Session
    team: Team
    patient: Patient
    courses: list[Course]
    staff: list[Staff]
    values: list[Measurement]
    entries: list[AuditEntry]

    @staticmethod
    def by(session: Session) -> "Seen":
        (patient,) = rows_of(session, Patient)
        tables = (rows_of(session, table) for table in (Course, Staff, Measurement, AuditEntry))
        return Seen(session, team_of(session), patient, *tables)

    @property
    def entry(self) -> AuditEntry:
        """That of the move which is to be undone."""
        return next(entry for entry in self.entries if entry.action == schedule.MOVED)


Work = Callable[[Seen], object]


@pytest.fixture
def replicas(postgres: PostgresServer) -> Iterator[Database]:
    """With an open course, one that was given, one that was cancelled, a value, and room for one alert rule."""
    with postgres.new_database() as made:
        with committing(made) as session:
            joined_staff(session, 2, Role.COORDINATOR)
            joined_staff(session, 3, Role.COORDINATOR)
            patient, team, ago = joined_patient(session, 1), team_of(session), NOW - 30 * DAY
            plans = [CoursePlan(TODAY + days * DAY, 1, 0.4) for days in (10, -20, 40)]
            known = [schedule.plan_courses(session, BY, patient, [plan], ago)[0] for plan in plans]
            schedule.mark_given(session, BY, patient, known[GIVEN], plans[GIVEN].start, 1, 0.4, NOW)
            schedule.cancel_course(session, BY, patient, known[CANCELLED], NOW)
            schedule.move_course(session, BY, patient, known[OPEN], TODAY, NOW)
            measuring.add_value(session, BY, patient, Value(CREATINE_KINASE, TODAY, 1250.0), NOW)
            for threshold in range(6, 6 + alert_settings.MOST_RULES - 1):
                alert_settings.add_rule(session, BY, team, Wanted("pain", AlertKind.VALUE, threshold, 1), NOW)
        yield made


def in_turn(database: Database, first: Work, second: Work) -> str | None:
    """What the second is refused with; None where it is done as well."""
    has_read, may_go = threading.Event(), threading.Event()
    came_of: list[object] = []

    def run() -> None:
        try:
            with committing(database) as session:
                seen = Seen.by(session)
                has_read.set()
                may_go.wait(PATIENCE)
                came_of.append(second(seen))
        except Refusal as refusal:
            came_of.append(refusal)
        except BaseException as fault:
            came_of.append(fault)
            raise

    later = threading.Thread(target=run)
    with committing(database) as session:
        seen = Seen.by(session)
        later.start()
        assert has_read.wait(PATIENCE)
        first(seen)
        session.flush()
        may_go.set()
        while later.is_alive() and not somebody_waits(database):
            later.join(0.01)
        assert later.is_alive(), "it did not wait"
    later.join(PATIENCE)
    (outcome,) = came_of
    return outcome.key if isinstance(outcome, Refusal) else None


def move(days: int) -> Work:
    return lambda seen: schedule.move_course(
        seen.session, BY, seen.patient, seen.courses[OPEN], TODAY + days * DAY, NOW
    )


def plan(days: int, dose: float = 0.4) -> Work:
    plans = [CoursePlan(TODAY + days * DAY, 1, dose)]
    return lambda seen: schedule.plan_courses(seen.session, BY, seen.patient, plans, NOW)


def leads(*wanted: int) -> Work:
    return lambda seen: lead_times.change_reminder_leads(seen.session, BY, seen.patient, wanted, NOW)


def named(name: str) -> Work:
    return lambda seen: regimen_names.set_names(seen.session, BY, seen.patient, seen.courses, name, NOW)


def of_team(**wanted: object) -> Work:
    return lambda seen: team_schedule.change(seen.session, BY, seen.team, wanted, NOW)


def escalation(after: int) -> Work:
    return lambda seen: alert_settings.set_escalation(seen.session, BY, seen.team, after, seen.staff[0], NOW)


def rule(days: int) -> Work:
    wanted = Wanted("pain", AlertKind.VALUE, 5, days)
    return lambda seen: alert_settings.add_rule(seen.session, BY, seen.team, wanted, NOW)


def words(language: str) -> Work:
    return lambda seen: alert_settings.set_words(seen.session, BY, seen.team, language, f"In {language}", NOW)


def instructions(language: str) -> Work:
    return lambda seen: settings.set_instructions(seen.session, BY, seen.team, language, f"In {language}", NOW)


def prices(per_gram: float) -> Work:
    return lambda seen: settings.set_prices(seen.session, BY, seen.team, Prices("EUR", per_gram, None), NOW)


def readers(seen: Seen) -> None:
    alert_settings.set_readers(seen.session, BY, seen.team, coordinators=True, now=NOW)


def give(seen: Seen) -> None:
    schedule.mark_given(seen.session, BY, seen.patient, seen.courses[OPEN], TODAY, 1, 0.4, NOW)


def cancel(seen: Seen) -> None:
    schedule.cancel_course(seen.session, BY, seen.patient, seen.courses[OPEN], NOW, CancelReason.CLINIC)


def reopen(seen: Seen) -> None:
    schedule.reopen_course(seen.session, BY, seen.patient, seen.courses[GIVEN], NOW)


def restore(seen: Seen) -> None:
    schedule.restore_course(seen.session, BY, seen.patient, seen.courses[CANCELLED], NOW)


def remove(seen: Seen) -> None:
    measuring.remove(seen.session, BY, seen.patient, seen.values[0], NOW)


def undo(seen: Seen) -> None:
    taking_back.take_back(seen.session, BY, seen.entry, seen.entry.id, NOW)


REFUSED = {
    "cancel, move": (cancel, move(30), "refusal.course_is_cancelled"),
    "cancel, give": (cancel, give, "refusal.course_is_cancelled"),
    "move, give": (move(30), give, "refusal.given_before_planned"),
    "move, move to the same day": (move(30), move(30), "refusal.course_is_there_already"),
    "move, plan on that day": (move(30), plan(30), "refusal.course_overlaps"),
    "plan, plan": (plan(60), plan(60), "refusal.course_overlaps"),
    "plan, move to that day": (plan(30), move(30), "refusal.course_overlaps"),
    "plan, undo where that was": (plan(10), undo, "refusal.course_overlaps"),
    "plan, restore where that was": (plan(40), restore, "refusal.course_overlaps"),
    "give, cancel": (give, cancel, "refusal.course_is_given"),
    "give, undo": (give, undo, "refusal.changed_since"),
    "reopen, reopen": (reopen, reopen, "refusal.gone"),
    "restore, restore": (restore, restore, "refusal.gone"),
    "undo, undo": (undo, undo, "refusal.taken_back_already"),
    "move, undo": (move(30), undo, "refusal.changed_since"),
    "remove, remove": (remove, remove, "refusal.gone"),
    "rule, rule": (rule(1), rule(2), "refusal.alert_rules_most"),
    "team, the same": (of_team(silent_after=5), of_team(silent_after=5), "refusal.set_like_that_already"),
}
DONE = {
    "move, cancel": (move(30), cancel),
    "move, move": (move(30), move(31)),
    "undo, move": (undo, move(31)),
    "leads, leads": (leads(3), leads(5, 1)),
    "name, name": (named("high"), named("low")),
    "team, team": (of_team(telephone="+44 20 7946 0001"), of_team(telephone="+44 20 7946 0002")),
    "escalation, escalation": (escalation(60), escalation(90)),
    "words, words": (words("en"), words("fr")),
    "instructions, instructions": (instructions("en"), instructions("fr")),
    "prices, prices": (prices(50.0), prices(60.0)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_second_is_refused_what_the_first_has_made_impossible(replicas: Database, case: str) -> None:
    first, second, key = REFUSED[case]
    assert in_turn(replicas, first, second) == key


@pytest.mark.parametrize("case", DONE)
def test_what_the_second_changes_is_what_the_first_has_left(replicas: Database, case: str) -> None:
    first, second = DONE[case]
    with replicas.reading() as session:
        known = len(rows_of(session, AuditEntry))
    assert in_turn(replicas, first, second) is None
    with replicas.reading() as session:
        one, other = rows_of(session, AuditEntry)[known:]
        assert [
            key for key, before in (other.before or {}).items() if (one.after or {}).get(key, before) != before
        ] == []
        course = rows_of(session, Course)[OPEN]
        changes = [e for e in rows_of(session, AuditEntry) if e.course_id == course.id]
        assert course.revision == len(changes) - 1, "each change is a revision"
        assert all(earlier.after == later.before for earlier, later in pairwise(changes))
        (team,) = rows_of(session, Team)
        assert sorted(team.alert_words or {}) == (["en", "fr"] if case == "words, words" else [])
        assert sorted(team.instructions) == (["en", "fr"] if case == "instructions, instructions" else [])


def test_the_same_said_twice_is_noted_once(replicas: Database) -> None:
    assert in_turn(replicas, readers, readers) is None
    with replicas.reading() as session:
        assert [entry.action for entry in rows_of(session, AuditEntry)].count("alert_readers_set") == 1


def test_a_course_that_is_planned_while_its_regimen_is_named_bears_the_name(replicas: Database) -> None:
    assert in_turn(replicas, named("low"), plan(60)) is None
    with replicas.reading() as session:
        assert {course.regimen for course in rows_of(session, Course)} == {"low"}


@pytest.mark.parametrize("moves_first", [True, False])
def test_a_course_that_moves_while_the_teams_hour_does_is_reminded_of_at_that_hour(
    replicas: Database, moves_first: bool
) -> None:
    works = [move(30), of_team(reminder_time="14:30", reminder_leads=[3])]
    assert in_turn(replicas, *(works if moves_first else reversed(works))) is None
    with replicas.reading() as session:
        course = rows_of(session, Course)[OPEN]
        at, lead = course.next_reminder_at, course.next_reminder_lead
        infusion_reminder.schedule(session, rows_of(session, Patient)[0], course, NOW)
        assert (at, lead) == (course.next_reminder_at, course.next_reminder_lead)
        assert lead == 3


def test_of_two_who_confirm_their_forms_at_once_the_second_is_told_that_it_has_changed(replicas: Database) -> None:
    """A move to another day would be possible after the first one: but that is not what was previewed."""

    said = partial(Incoming, now=NOW, language="en")
    with committing(replicas) as session:
        (patient,) = rows_of(session, Patient)
        for account, day in ((2, "12 Mar"), (3, "19 Mar")):
            arriving.command("move")(session, said(account, message_id=10, text=f"{patient.pseudonym} {day}"))
    answers: dict[int, list[Reply]] = {}

    def confirms(account: int) -> Work:
        def work(seen: Seen) -> None:
            pressed = said(account, message_id=11, data="f:move_course:+:+", press=f"{account}")
            answers[account] = arriving.pressed(seen.session, pressed)

        return work

    assert in_turn(replicas, confirms(2), confirms(3)) is None
    texts = {
        account: next(reply.screen.text for reply in replies if isinstance(reply, Rewrite))
        for account, replies in answers.items()
    }
    assert texts[2].startswith("Done: ")
    assert texts[3].startswith("This has changed meanwhile")
    with replicas.reading() as session:
        assert rows_of(session, Course)[OPEN].planned_start == TODAY + 10 * DAY

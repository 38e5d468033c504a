"""How often rules would have told a team: what the alerts themselves did on the same days, in a fixed number of
statements."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

import pytest
from sqlmodel import Session, col, select

from jobs import alerts, lookback
from jobs.alert_rules import Rule
from jobs.alerts import GRACE
from jobs.lookback import LOOKS_BACK, WEEKS, Lookback, look_back
from storage import diary, teams
from storage.database import Database
from storage.models import Alert, AlertKind, AlertRule, MessageState, OutboxMessage, Patient, PatientStatus, Role, Way
from tests.jobs.test_team_schedule import counted
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of
from tests.whole import part_of

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# The first day that counts, for whoever looks back from NOW.
SINCE = NOW.date() - LOOKS_BACK
RULES = (
    ("pain", Rule("value", 8, 1)),
    ("pain", Rule("value", 6, 3)),
    ("weakness", Rule("rise", 3, 2)),
)


@dataclass(frozen=True)
class Entered:
    """One thing that a patient enters: about a day, at a moment."""

    at: datetime
    patient: Patient
    day: date
    values: dict[str, int | None]


def evening_of(day: date) -> datetime:
    return NOW + (day - NOW.date()) + timedelta(hours=8)


def lived(random: Random, patient: Patient, days: int) -> list[Entered]:
    """A diary: days missed, skipped, entered late, corrected at once and later; quiet weeks and bad ones."""
    found: list[Entered] = []
    level = random.randint(0, 8)
    for k in range(days):
        day = NOW.date() - (days - k) * DAY
        level = max(0, min(8, level + random.choice((-2, -1, 0, 0, 0, 1, 2))))
        if random.random() < 0.2:
            continue
        at = evening_of(day) + random.choice((0, 0, 0, 0, 26 * 60)) * MINUTE
        for again in range(random.choice((1, 1, 1, 2, 3))):
            values = {item: random.choice((level, level, level + 2, None)) for item in ("pain", "weakness")}
            found.append(Entered(at + again * random.choice((1, 2, 3, 40)) * MINUTE, patient, day, values))
    return found


def enter(session: Session, entered: Entered) -> None:
    """As a check-in stores it."""
    patient, at = entered.patient, entered.at
    opened = evening_of(entered.day)
    day = diary.open_day(
        session,
        team_id=patient.team_id,
        patient_id=patient.id,
        diary_date=entered.day,
        time_zone="Europe/London",
        opened_at=opened,
        closes_at=opened + 2 * DAY,
    )
    known = diary.noted_on(session, day)
    new = [
        item
        for item, value in entered.values.items()
        if diary.record_answer(
            session,
            day=day,
            item=item,
            value=value,
            answered_at=at,
            received_at=at,
            late=False,
            way=Way.BUTTON,
            known=known,
        )
    ]
    alerts.look(session, day, new, f"press:{at.isoformat()}", at)


def deliver(session: Session, now: datetime) -> None:
    """What is due has been heard, as the courier leaves it."""
    session.flush()
    due = select(OutboxMessage).where(OutboxMessage.state == MessageState.PENDING, col(OutboxMessage.due_at) <= now)
    for message, number in zip(session.exec(due).all(), count(1), strict=False):
        message.state, message.message_id, message.sent_at = MessageState.SENT, number, now
        session.add(message)
    for alert in rows_of(session, Alert):
        if not alert.told_patient and alert.raised_at + GRACE <= now:
            alerts.note_patient_told(session, alert.team_id, [alert.id])
    session.flush()


def rules_in_force(session: Session, team_id: int) -> list[AlertRule]:
    rows = [
        AlertRule(
            team_id=team_id,
            item=item,
            kind=AlertKind(rule.kind),
            threshold=rule.threshold,
            days=rule.days,
            created_at=NOW - 200 * DAY,
        )
        for item, rule in RULES
    ]
    session.add_all(rows)
    session.flush()
    return rows


@pytest.mark.parametrize("seed", part_of(range(5), 4))
def test_it_says_what_the_alerts_themselves_did_on_the_same_days(sqlite_database: Database, seed: int) -> None:
    random = Random(seed)
    with committing(sqlite_database) as session:
        joined_staff(session, 1, Role.CLINICIAN)
        anna, ben = joined_patient(session, 2), joined_patient(session, 3)
        rules = rules_in_force(session, anna.team_id)
        everything = [*lived(random, anna, 100), *lived(random, ben, 100)]
        for entered in sorted(everything, key=lambda each: each.at):
            deliver(session, entered.at)
            enter(session, entered)
        raised = [alert for alert in rows_of(session, Alert) if alert.last_day >= SINCE]
        found = look_back(session, teams.team_by_id(session, anna.team_id), RULES, NOW)
    for rule, would in zip(rules, found, strict=True):
        of_rule = [alert for alert in raised if alert.rule_id == rule.id]
        assert would.by_patient == Counter(alert.patient_id for alert in of_rule)
        weeks = Counter((alert.last_day - SINCE).days // 7 for alert in of_rule)
        assert would.weeks == tuple(weeks[week] for week in range(WEEKS))
        assert (would.times, would.patients, would.of) == (len(of_rule), len(would.by_patient), 2)
    assert raised, "or nothing was compared"


def with_nine_on(session: Session, patient: Patient, *days: date) -> None:
    for day in days:
        enter(session, Entered(evening_of(day), patient, day, {"pain": 9}))


def of_nines(session: Session, team_id: int, now: datetime = NOW) -> Lookback:
    (found,) = look_back(session, teams.team_by_id(session, team_id), [("pain", Rule("value", 9, 1))], now)
    return found


def test_the_time_looked_at_is_whole_weeks_that_end_today(database: Database) -> None:
    with committing(database) as session:
        anna = joined_patient(session, 1)
        with_nine_on(session, anna, SINCE - 10 * DAY, SINCE, SINCE + 4 * DAY, SINCE + 8 * DAY, NOW.date())
        found = of_nines(session, anna.team_id)
        assert found.weeks == (2, 1, *(0,) * (WEEKS - 3), 1)
        assert (found.most_in_a_week, found.times) == (2, 4)
        ahead = of_nines(session, anna.team_id, NOW - DAY)
        assert sum(ahead.weeks) == ahead.times, "a day ahead of the team's belongs to its last week"


def test_a_run_that_had_been_told_before_is_not_told_again(database: Database) -> None:
    with committing(database) as session:
        anna = joined_patient(session, 1)
        with_nine_on(session, anna, *(SINCE + k * DAY for k in range(-10, 10)))
        assert of_nines(session, anna.team_id).times == 0


def test_of_whoever_has_left_and_of_other_teams_nothing_is_said(database: Database) -> None:
    with committing(database) as session:
        anna, ben = joined_patient(session, 1), joined_patient(session, 2)
        stranger = joined_patient(session, 3, team="Rheumatology")
        for patient in (anna, ben, stranger):
            with_nine_on(session, patient, SINCE + DAY)
        ben.status = PatientStatus.WITHDRAWN
        session.add(ben)
        session.flush()
        assert of_nines(session, anna.team_id) == lookback.Lookback({anna.id: 1}, 1, (1, *(0,) * (WEEKS - 1)))


def test_however_many_patients_and_rules_it_asks_as_often(database: Database) -> None:
    with committing(database) as session:
        first = joined_patient(session, 1)
        with_nine_on(session, first, SINCE)
        team = teams.team_by_id(session, first.team_id)
        with counted(database) as few:
            look_back(session, team, RULES[:1], NOW)
        for account in range(2, 6):
            with_nine_on(session, joined_patient(session, account), SINCE)
        with counted(database) as more:
            look_back(session, team, RULES, NOW)
        assert len(few) == len(more) == 2


def test_without_a_rule_there_is_nothing_to_look_for(database: Database) -> None:
    with committing(database) as session:
        anna = joined_patient(session, 1)
        assert look_back(session, teams.team_by_id(session, anna.team_id), [], NOW) == []

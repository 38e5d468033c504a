"""Who is told of an alert that nobody has seen, and that of several workers one tells them."""

from collections.abc import Set
from typing import Any

import pytest
from sqlmodel import Session

from jobs import alert_escalation
from storage import alerts
from storage.database import Database
from storage.models import Alert, AlertKind, AlertRule, MessageKind, OutboxMessage, Role, Staff
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of
from tests.storage.test_moves import at_once


def unseen(database: Database) -> None:
    with committing(database) as session:
        joined_staff(session, 2, Role.COORDINATOR)
        patient = joined_patient(session, 1)
        of: dict[str, Any] = {"team_id": patient.team_id}
        rule = AlertRule(item="pain", kind=AlertKind.VALUE, threshold=8, days=1, created_at=NOW, **of)
        session.add(rule)
        session.flush()
        day = NOW.date()
        seen: dict[str, Any] = {
            "first_day": day,
            "last_day": day,
            "seen": {day.isoformat(): 8},
            "raised_at": NOW,
        }
        session.add(Alert(patient_id=patient.id, rule_id=rule.id, escalate_at=NOW, **seen, **of))


def test_of_two_workers_one_tells_the_others(database: Database) -> None:
    unseen(database)
    with database.reading() as session:
        (alert,) = rows_of(session, Alert)
    assert sorted(at_once(database, [lambda session: alerts.take_escalation(session, alert, NOW)] * 2)) == [False, True]


def test_one_that_is_seen_at_the_last_moment_is_told_to_nobody(database: Database) -> None:
    unseen(database)
    with database.reading() as session:
        (alert,) = rows_of(session, Alert)
    with committing(database) as session:
        assert alerts.acknowledge(session, alert.team_id, alert.id, rows_of(session, Staff)[0].id, NOW)
        assert not alerts.take_escalation(session, alert, NOW)
        assert not alert_escalation.run(session, NOW)
        assert told(session) == []


def test_it_is_told_once_however_often_it_is_looked_at(database: Database) -> None:
    unseen(database)
    for _ in range(2):
        with committing(database) as session:
            alert_escalation.run(session, NOW)
    with database.reading() as session:
        assert len(told(session)) == 1


def told(session: Session) -> list[OutboxMessage]:
    return [row for row in rows_of(session, OutboxMessage) if row.kind is MessageKind.ALERT_UNSEEN]


@pytest.mark.parametrize("chosen", [True, False])
def test_the_first_that_there_are_of_is_told(*, chosen: bool) -> None:
    def staff(number: int, **more: Any) -> Staff:
        return Staff(id=number, team_id=1, number=number, chat_id=number, joined_at=NOW, **more)

    clinician, special = staff(1, clinician=True), staff(2, clinician=True, hears_of_unseen=chosen)
    one, two = staff(3, coordinator=True), staff(4, coordinator=True)
    everybody = [clinician, special, one, two]

    def told(reachable: list[Staff], have_it: Set[int] = frozenset(), tried: Set[int] = frozenset()) -> list[int]:
        return [each.id for each in alert_escalation.whom_to_tell(reachable, set(have_it), set(tried))]

    assert told(everybody, {1, 2}) == ([2] if chosen else [3, 4])
    assert told(everybody, {1, 2}, {2}) == [3, 4]
    assert told([clinician, one, two], {1, 3}) == [4]
    assert told([clinician, one], {1, 3}) == [3]
    assert told([clinician], {1}) == [1]
    assert told([clinician, one], {1, 3}, {3}) == [1]
    assert told([], {1}) == []

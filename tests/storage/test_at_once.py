"""Two sessions on PostgreSQL at the same time: what each would not see of the other is waited for."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session, text

from jobs import alert_settings, alerts
from jobs.alert_settings import Wanted
from storage import diary, erasing
from storage.database import Database
from storage.models import Alert, AlertKind, Answer, DiaryDay, Item, Note, Patient, PatientStatus, Way
from tests.postgres import PostgresServer
from tests.storage.support import NOW, committing, joined_patient, rows_of, team_of
from tests.storage.test_moves import at_once

PATIENCE = 60.0
TODAY = NOW.date()


@pytest.fixture
def postgres_database(postgres: PostgresServer) -> Iterator[Database]:
    """On SQLite one writes at a time anyway."""
    with postgres.new_database() as made:
        yield made


def test_erasing_waits_for_whoever_adds_a_row_and_takes_it_too(postgres_database: Database) -> None:
    database = postgres_database
    with committing(database) as session:
        patient = joined_patient(session, 1)
        team_id, patient_id = patient.team_id, patient.id

    def erase() -> None:
        with committing(database) as session:
            erasing.erase_patient(session, team_id, patient_id)

    erases = threading.Thread(target=erase)
    with committing(database) as session:
        session.add(
            Note(
                team_id=team_id,
                patient_id=patient_id,
                diary_date=TODAY,
                text="not to be kept",
                said_at=NOW,
                received_at=NOW,
            )
        )
        session.flush()
        erases.start()
        while erases.is_alive() and not somebody_waits(database):
            erases.join(0.01)
        assert erases.is_alive(), "it did not wait"
    erases.join(PATIENCE)
    assert not erases.is_alive()
    with database.reading() as session:
        assert rows_of(session, Note) == []
        assert [each.status for each in rows_of(session, Patient)] == [PatientStatus.ERASED]


def open_day(session: Session, patient: Patient, day: date) -> DiaryDay:
    return diary.open_day(
        session,
        team_id=patient.team_id,
        patient_id=patient.id,
        diary_date=day,
        time_zone=patient.time_zone,
        opened_at=NOW,
        closes_at=NOW + timedelta(days=2),
    )


def somebody_waits(database: Database) -> bool:
    """Whether a session stands before another's lock."""
    with database.reading() as session:
        waiting = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted"
        return bool(session.connection().execute(text(f"{waiting} AND a.datname = current_database()")).scalar_one())


def test_of_two_answers_at_once_that_make_a_run_together_one_tells_the_team(postgres_database: Database) -> None:
    database = postgres_database
    with committing(database) as session:
        patient = joined_patient(session, 1)
        rule = Wanted("pain", AlertKind.VALUE, 8, 2)
        alert_settings.add_rule(session, "operator", team_of(session), rule, NOW)
        days = [open_day(session, patient, TODAY + timedelta(days=k)) for k in (0, 1)]
    both_stored = threading.Barrier(2)

    def answers(day: DiaryDay, session: Session) -> bool:
        said: dict[str, Any] = {"answered_at": NOW, "received_at": NOW, "late": False, "way": Way.TYPED}
        diary.record_answer(session, day=day, item=Item.PAIN, value=8, known={}, **said)
        session.flush()
        both_stored.wait(PATIENCE)
        alerts.look(session, day, ["pain"], f"message:{day.id}", NOW)
        return True

    assert at_once(database, [partial(answers, day) for day in days]) == [True, True]
    with database.reading() as session:
        assert len(rows_of(session, Answer)) == 2
        (alert,) = rows_of(session, Alert)
        assert alert.seen == {f"{TODAY}": 8, f"{TODAY + timedelta(days=1)}": 8}

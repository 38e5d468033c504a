"""Values and steroid steps as they are stored: once, with their history, whoever else enters something meanwhile."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from jobs import measuring
from jobs.inputs import CREATINE_KINASE
from jobs.measured import Value
from jobs.refusals import Refusal
from jobs.steroids import SteroidStep
from storage import measurements
from storage.database import Database
from storage.models import Patient
from tests.postgres import PostgresServer
from tests.storage.support import NOW, committing, joined_patient

VALUE = Value(CREATINE_KINASE, date(2026, 2, 20), 1250.0, 195.0)


def test_what_is_there_already_is_refused_when_it_is_stored_too(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        measuring.add_value(session, "staff:1", patient, VALUE, NOW)
        with pytest.raises(Refusal):
            measuring.add_value(session, "staff:1", patient, VALUE, NOW)
        measuring.add_step(session, "staff:1", patient, SteroidStep(date(2026, 2, 1), None, "prednisone", 15), NOW)
        with pytest.raises(Refusal):
            measuring.add_step(session, "staff:1", patient, SteroidStep(date(2026, 2, 1), None, "prednisone", 20), NOW)


def test_nobody_else_enters_anything_for_the_patient_meanwhile(postgres: PostgresServer) -> None:
    with postgres.new_database() as database:
        with committing(database) as session:
            patient_id, team_id = (patient := joined_patient(session, 1)).id, patient.team_id
            other = joined_patient(session, 2).id
        with Session(database.engine) as one, Session(database.engine) as two:
            measuring.add_value(one, "staff:1", one.get_one(Patient, patient_id), VALUE, NOW)
            two.connection().execute(text("SET lock_timeout = '100ms'"))
            measurements.hold(two, team_id, [other])
            with pytest.raises(OperationalError):
                measurements.hold(two, team_id, [patient_id])
            two.rollback()
            one.commit()
            measurements.hold(two, team_id, [patient_id])
            with pytest.raises(Refusal):
                measuring.add_value(two, "staff:2", two.get_one(Patient, patient_id), VALUE, NOW)

"""Patients as they are stored."""

from itertools import product

from sqlmodel import select

from storage import patients
from storage.database import Database
from storage.models import Patient, PatientStatus
from tests.storage.support import NOW, committing, joined_patient


def test_who_has_stopped_is_one_rule_for_a_row_and_for_a_query(database: Database) -> None:
    cases = list(product(PatientStatus, (None, NOW)))
    with committing(database) as session:
        for account, (status, consented_at) in enumerate(cases, 1):
            patient = joined_patient(session, account)
            patient.status, patient.consented_at = status, consented_at
        session.flush()
        everyone = session.exec(select(Patient)).all()
        found = session.exec(select(Patient).where(patients.STOPPED)).all()
    assert len(everyone) == len(cases)
    assert {each.id for each in found} == {each.id for each in everyone if patients.has_stopped(each)}
    assert [(each.status, each.consented_at) for each in found] == [(PatientStatus.WITHDRAWN, NOW)]

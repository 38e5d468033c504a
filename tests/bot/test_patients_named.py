"""A patient's code, however staff type it: what is read is what the storage finds."""

import pytest

from bot.patients_named import read_code
from storage import patients
from storage.database import Database
from tests.storage.support import committing, joined_patient


@pytest.mark.parametrize(
    ("line", "pseudonym", "more"),
    [
        *[(typed, "P-7KQ4", "") for typed in ("P-7KQ4", "p-7kq4", "7KQ4", "7kq4", "P7KQ4", "p 7kq4", " P – 7KQ4, ")],
        *[
            (typed, "P-7KQ4", "12 Mar")
            for typed in ("7KQ4 12 Mar", "P7KQ4: 12 Mar", "p 7kq4: 12 Mar", " P – 7KQ4,  12 Mar ", "P-7KQ4\n12 Mar")
        ],
        *[(typed, "P-PAT4", "1250") for typed in ("P-PAT4 1250", "PAT4 1250", "p pat4 1250")],
        *[(typed, "P-CASE12", "82.5") for typed in ("P-CASE12 82.5", "p – case12 82.5", "case12 82.5")],
        *[(typed, "P-1", "1250 <195") for typed in ("P-1 1250 <195", "1 1250 <195")],
    ],
)
def test_a_code_is_found_however_it_is_typed(sqlite_database: Database, line: str, pseudonym: str, more: str) -> None:
    with committing(sqlite_database) as session:
        patient = joined_patient(session, account=1)
        patient.pseudonym = pseudonym
        session.flush()
        code, rest = read_code(line)
        assert patients.patient_called(session, patient.team_id, code) == patient
    assert rest == more


@pytest.mark.parametrize("line", ["", "P", "P 12 Mar", "Anna Smith", "7KQ45 12 Mar", "P-7KQ 4", "soon"])
def test_what_is_no_code_finds_nobody(sqlite_database: Database, line: str) -> None:
    with committing(sqlite_database) as session:
        patient = joined_patient(session, account=1)
        patient.pseudonym = "P-7KQ4"
        session.flush()
        assert patients.patient_called(session, patient.team_id, read_code(line)[0]) is None

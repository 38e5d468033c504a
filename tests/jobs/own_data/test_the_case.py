"""The case's own patient takes a copy away: the answer computed from it is the one computed here."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from bot.drawing.own_copy import fhir_words
from bot.local import seed
from bot.texts import texts_in
from jobs import own_data, record
from jobs.csv_files import FolderInputs, read_folder
from jobs.own_data import OwnData
from jobs.record import Record
from storage import chats
from storage.database import Database
from tests.storage.support import committing


@pytest.fixture
def the_case(sqlite_database: Database) -> tuple[Record, OwnData]:
    with committing(sqlite_database) as session:
        seed.plant(session, "Neuromuscular clinic")
        found = chats.who_is(session, seed.CASE_PATIENT)
        assert found is not None
        patient = found.the_patient
        return record.read(session, patient, seed.START), own_data.collect(session, patient)


def test_the_report_of_the_copy_is_made_of_the_same_facts(the_case: tuple[Record, OwnData], tmp_path: Path) -> None:
    known, data = the_case
    with zipfile.ZipFile(io.BytesIO(own_data.csv_zip(data, seed.START, ""))) as opened:
        opened.extractall(tmp_path)
    copied, here = read_folder(tmp_path), known.inputs()
    assert isinstance(copied, FolderInputs), copied
    assert copied.diary.days == here.diary.days
    assert [course for course in copied.courses if course.status == "given"] == [
        course for course in here.courses if course.status == "given"
    ]
    assert [(course.start, course.regimen) for course in copied.courses] == [
        (course.start, course.regimen) for course in here.courses
    ]
    assert copied.labs == here.labs
    assert copied.steroids == here.steroids


def test_its_bundle_has_every_answer_once(the_case: tuple[Record, OwnData]) -> None:
    _, data = the_case
    bundle = json.loads(own_data.fhir_bundle(data, seed.START, fhir_words(texts_in("en"))))
    observed = [each["resource"]["valueInteger"] for each in bundle["entry"] if "valueInteger" in each["resource"]]
    counted = [answer.value for answer in data.latest_answers().values() if answer.value is not None]
    assert observed == counted
    assert len(counted) > 1000

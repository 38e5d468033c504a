"""A patient asks for all that is kept about them."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest

from bot.texts import plain, texts_in
from storage import chats
from storage.models import Drawing, DrawingState, PatientStatus
from tests.journeys.scenes import PHONE
from tests.support import Clinic, Someone


def received(anna: Someone) -> dict[str, str]:
    """The files of the newest message that is a document, as text by name."""
    document = next(message["document"] for message in reversed(anna.messages) if "document" in message)
    content = anna.clinic.world.files.find(document["file_id"]).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def rows(text: str, separator: str = ",") -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(text), delimiter=separator))


def answered(clinic: Clinic, anna: Someone) -> None:
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("3 2 skip 4")
    anna.says("pain 5")
    anna.presses("Add a note")
    anna.says('=HYPERLINK("x"), stairs & lift')


def test_all_that_is_kept_comes_as_one_file(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, ben = clinic.patient(), clinic.patient()
    clinic.planned(anna, "2026-03-20")
    answered(clinic, anna)
    ben.says("9 9 9 9")
    anna.says("/mydata")
    assert "It comes as one file, in a minute or less." in anna.everything[-2]
    assert anna.last["document"]["file_name"] == f"infusion-diary-{anna.code}-2026-03-02.zip"
    assert "Here is all that is kept about you." in anna.sees

    files = received(anna)
    assert f"all that was kept about {anna.code} on Mon 2 Mar 2026, 18:00." in files["README.txt"]
    named = {line.partition(":")[0] for line in files["README.txt"].splitlines() if ".csv:" in line or ".json:" in line}
    assert named == set(files) - {"README.txt"}, "each file is explained"
    assert "the difference from UTC; in diary.csv without it." in files["README.txt"]
    assert "the word skipped where you skipped it" in files["README.txt"]
    assert [row["value"] for row in rows(files["answers.csv"]) if row["item"] == "weakness"] == ["skipped"]
    (day,) = rows(files["diary.csv"])
    assert "+" not in day["entered_at"]
    assert [day[item] for item in ("pain", "tiredness", "weakness", "exertion_pain")] == ["5", "2", "", "4"]
    assert [(row["item"], row["revision"], row["value"]) for row in rows(files["answers.csv"])][:2] == [
        ("pain", "1", "3"), ("pain", "2", "5"),
    ]  # fmt: skip
    (note,) = rows(files["notes.csv"])
    assert note["text"].removeprefix("'") == '=HYPERLINK("x"), stairs & lift'
    (course,) = rows(files["courses.csv"])
    assert course["planned_start"] == "2026-03-20"
    assert json.loads(files["fhir-bundle.json"])["resourceType"] == "Bundle"
    assert ben.code not in "".join(files.values())
    assert all("document" not in message for message in ben.messages)
    assert ("patient:1", "own_copy_asked", None, None) in clinic.history(anna.row)


@pytest.mark.parametrize(("language", "readme"), [("de", "alles, was am"), ("fr", "tout ce qui était conservé sur")])
def test_in_the_readers_language_and_for_its_spreadsheets(clinic: Clinic, language: str, readme: str) -> None:
    anna = clinic.patient()
    set_language(clinic, anna, language)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("3 2 2 4")
    anna.says("/mydata")
    files = received(anna)
    assert readme in files["README.txt"]
    bundle = json.loads(files["fhir-bundle.json"])
    assert bundle["language"] == language
    (asked,) = [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == "Questionnaire"]
    assert asked["item"][0]["text"] == plain(texts_in(language)("check_in.pain.question"))
    assert rows(files["diary.csv"], ";")[0]["pain"] == "3"


def set_language(clinic: Clinic, anna: Someone, language: str) -> None:
    def change(session: Any) -> None:
        someone = chats.who_is(session, anna.account)
        assert someone is not None
        someone.chat.language = language
        session.add(someone.chat)

    clinic.write(change)


def test_whoever_has_left_still_gets_it(clinic: Clinic) -> None:
    anna = clinic.patient()
    answered(clinic, anna)

    def leave(session: Any) -> None:
        patient = session.get(type(anna.row), anna.row.id)
        patient.status, patient.next_prompt_at = PatientStatus.WITHDRAWN, None

    clinic.write(leave)
    anna.says("/mydata")
    assert rows(received(anna)["patient.csv"])[0]["status"] == "withdrawn"


def test_where_it_cannot_be_made_it_is_said_and_how_to_reach_the_team(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = clinic.patient()

    async def broken(*_: object) -> None:
        raise RuntimeError("the worker has gone")

    monkeypatch.setattr(clinic.bot.running.renderer, "draw", broken)
    anna.says("/mydata")
    for _ in range(3):
        clinic.passes(minutes=1)
    assert "Your file could not be made. Please try again later" in anna.sees
    assert f"call your care team on {PHONE}." in anna.sees
    assert {drawing.state for drawing in clinic.rows(Drawing)} == {DrawingState.FAILED}


def test_it_is_for_patients_alone(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/mydata")
    assert "/mydata is for" in coordinator.sees
    assert clinic.rows(Drawing) == []


def test_it_is_kept_no_longer_than_an_hour(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/mydata")
    assert clinic.rows(Drawing)[0].archive
    clinic.passes(hours=25)
    assert clinic.rows(Drawing) == []

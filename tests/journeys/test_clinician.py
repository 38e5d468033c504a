"""A clinician: the weekly summary on the team's day and hour, the same at once, and one patient's chart."""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from PIL import Image
from sqlmodel import Session

from storage.models import Answer, Course, CourseStatus, Item, Patient, Role, Way
from tests.journeys.scenes import MEASURING
from tests.support import TEAM, Clinic, Someone

MONDAY = "2026-03-09 08:00"


def summaries(someone: Someone) -> list[str]:
    """The messages in words; a picture and a document may follow each."""
    return [str(m["text"]) for m in someone.messages if str(m.get("text", "")).startswith(f"{TEAM}, ")]


def picture(clinic: Clinic, someone: Someone) -> Image.Image:
    shown = clinic.world.file(someone.last["photo"][-1]["file_id"]).shown()
    assert shown.startswith(b"\x89PNG")
    return Image.open(io.BytesIO(shown))


def has_kept_a_diary(clinic: Clinic, anna: Someone, first: date, scores: Sequence[int | None]) -> None:
    """One pain score a day from `first`; None for a day without an entry."""
    patient, now = anna.row, clinic.clock.now()

    def write(session: Session) -> None:
        session.get_one(Patient, patient.id).consented_at = datetime.fromisoformat(f"{first}T10:00+00:00")
        for number, score in enumerate(scores):
            if score is not None:
                session.add(
                    Answer(
                        team_id=patient.team_id,
                        patient_id=patient.id,
                        diary_date=first + timedelta(days=number),
                        item=Item.PAIN,
                        revision=1,
                        value=score,
                        answered_at=now,
                        received_at=now,
                        way=Way.IMPORTED,
                        wording="2026-1",
                    )
                )

    clinic.write(write)


def test_the_summary_comes_once_a_week_on_the_teams_day_and_hour_to_each_clinician(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    one, other, coordinator, anna = clinic.clinician(), clinic.clinician(), clinic.coordinator(), clinic.patient()
    clinic.becomes(clinic.local("2026-03-09 07:59"))
    assert summaries(one) == []
    for day, seen in ((MONDAY, 1), ("2026-03-10 08:00", 1), ("2026-03-15 23:59", 1), ("2026-03-16 08:00", 2)):
        clinic.becomes(clinic.local(day))
        assert [len(summaries(member)) for member in (one, other, coordinator, anna)] == [seen, seen, 0, 0]
    assert summaries(one)[0].startswith(f"{TEAM}, Mon 9 Mar 2026: 1 diary")
    assert anna.code in summaries(one)[0]
    kinds = sorted(what for m in one.messages[:-1] for what in ("text", "photo", "document") if what in m)
    assert {"document", "photo", "text"} == set(kinds)
    assert clinic.world.refused() == []


def test_the_summary_keeps_the_wall_clock_across_a_clock_change_and_survives_a_restart(clinic: Clinic) -> None:
    clinician = clinic.clinician()
    clinic.becomes(clinic.local("2026-03-23 08:00"))
    clinic.restart()
    clinic.becomes(clinic.local("2026-03-30 07:59"))
    assert len(summaries(clinician)) == 1
    clinic.becomes(clinic.local("2026-03-30 08:00"))
    clinic.restart()
    assert len(summaries(clinician)) == 2


def test_a_team_in_another_zone_has_its_own_monday_morning(clinic: Clinic) -> None:
    team = clinic.another_team("Auckland clinic", "Pacific/Auckland")
    clinician = clinic.clinician(team)
    clinic.becomes(clinic.local("2026-03-09 07:59", "Pacific/Auckland"))
    assert "Nobody keeps a diary yet" not in clinician.sees
    clinic.becomes(clinic.local("2026-03-09 08:00", "Pacific/Auckland"))
    assert clinician.sees == "Auckland clinic, Mon 9 Mar 2026: 0 diaries\n\nNobody keeps a diary yet."


def test_a_summary_that_could_not_be_sent_for_a_day_is_not_sent_late(clinic: Clinic) -> None:
    clinician = clinic.clinician()
    clinic.becomes(clinic.local("2026-03-10 08:30"))
    assert summaries(clinician) == []


def test_the_summary_can_be_had_at_once_and_the_weekly_one_still_comes(clinic: Clinic) -> None:
    clinician = clinic.clinician()
    clinician.says("/summary")
    assert clinician.sees == f"{TEAM}, Mon 2 Mar 2026: 0 diaries\n\nNobody keeps a diary yet."
    anna = clinic.patient()
    clinic.invitation(Role.PATIENT)
    clinic.planned(anna, "2026-03-20")
    clinician.says("/summary")
    said = summaries(clinician)[-1]
    assert said.startswith(f"{TEAM}, Mon 2 Mar 2026: 1 diary\n\nNobody needs a look.\n\n{anna.code}: ")
    assert "next course Fri 20 Mar 2026" in said
    assert "photo" in {what for message in clinician.messages[-2:] for what in message}
    clinic.becomes(clinic.local(MONDAY))
    assert len(summaries(clinician)) == 3


def test_a_chart_shows_what_the_diary_says_around_each_course(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    # A course, twenty-eight quiet days whose last week hurts, and the next course.
    has_kept_a_diary(clinic, anna, date(2026, 2, 2), [1] * 21 + [6] * 7)
    given = clinic.planned(anna, "2026-03-02", days=1)
    clinic.write(lambda session: _as_given(session, anna.row, given.id))
    clinician.says(f"/chart {anna.code}")
    assert clinician.sees.startswith(f"{anna.code}. Pain: cannot tell yet\n1 × 0.4 g/kg: 0 of 3 courses needed.")
    assert "28 of 28 days asked in the last 4 weeks answered" in clinician.sees
    assert "no treatment advice" in clinician.sees
    assert picture(clinic, clinician).size[0] > 600
    assert clinic.world.refused() == []


def _as_given(session: Session, patient: Patient, course_id: int) -> None:
    """The course of 2 March, and one of 1 February before it."""
    planned = session.get_one(Course, course_id)
    planned.given_start = planned.given_end = planned.planned_start
    planned.status = CourseStatus.GIVEN
    session.add(
        Course(
            team_id=patient.team_id,
            patient_id=patient.id,
            planned_start=date(2026, 2, 1),
            planned_days=1,
            given_start=date(2026, 2, 1),
            given_end=date(2026, 2, 1),
            grams_per_kg_per_day=0.4,
            status=CourseStatus.GIVEN,
            created_at=planned.created_at,
        )
    )


def test_too_few_days_are_said_to_be_too_few(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    clinician.says(f"/chart {anna.code}")
    assert "Pain: cannot tell yet\nNo course has been followed by another one." in clinician.sees
    picture(clinic, clinician)


def test_without_a_code_the_patients_are_offered(clinic: Clinic) -> None:
    clinician, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    clinic.invitation(Role.PATIENT)
    clinician.says("/chart")
    assert "Which patient? Press one, or send the code" in clinician.sees
    assert clinician.buttons == sorted([anna.code, ben.code]), "who has not joined has no chart"
    clinician.presses(anna.code)
    assert clinician.sees.startswith(f"{anna.code}. ")
    clinician.says(f"/chart {ben.code.removeprefix('P-').lower()}")
    assert clinician.sees.startswith(f"{ben.code}. "), "the code alone will do"


@pytest.mark.parametrize("code", ["P-0000", "Anna", "<b>&", "x" * 900, "P-7KQ4 P-7KQ5"])
def test_an_unknown_code_is_said(clinic: Clinic, code: str) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    clinician.says(f"/chart {code}")
    assert clinician.sees.startswith("There is no patient “")
    assert anna.code not in clinician.sees
    assert clinic.world.refused() == []


def test_a_clinician_who_is_no_coordinator_has_no_roster(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    before = clinic.stored()
    for said in ("/roster", "/invite", f"/patient {anna.code}"):
        clinician.says(said)
        assert clinician.sees.startswith(f"{said.split()[0]} is for coordinators.\n\nYou are on the team")
        assert "/patient P-7KQ4" not in clinician.sees
    assert clinic.stored() == before
    commands = [entry["command"] for entry in clinic.world.commands_for(clinician.account, "en")]
    assert commands == [
        *("summary", "chart", "notes", *MEASURING, "alerts", "desk"),
        *("questions", "staff", "export", "language", "help"),
    ]


def test_a_large_team_fits_a_message_and_says_how_many_more_there_are(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    row = anna.row

    def many(session: Session) -> None:
        for number in range(39):
            facts = row.model_dump(exclude={"id", "chat_id", "pseudonym", "next_prompt_at"})
            session.add(Patient(**facts, pseudonym=f"P-X{number:03}"))

    clinic.write(many)
    clinician.says("/summary")
    (said,) = summaries(clinician)
    assert said.startswith(f"{TEAM}, Mon 2 Mar 2026: 40 diaries")
    assert " more: in the PDF" in said
    assert 3000 < len(said) <= 4096
    clinician.presses("Picture 2 of 4")
    assert clinician.buttons == ["Picture 3 of 4"]
    picture(clinic, clinician)
    clinician.says("/chart")
    assert len(clinician.buttons) == 40
    assert clinic.world.refused() == []

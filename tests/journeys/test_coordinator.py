"""A coordinator becomes one, invites patients, and looks through the roster."""

import io

import pytest
import segno
from PIL import Image

from bot.local.files import StoredFile
from storage.models import Chat, Invitation, Patient, PatientStatus, Role, Staff
from tests.journeys.scenes import MEASURING
from tests.support import BOT_NAME, TEAM, Clinic, Someone


def link_in(message: str) -> str:
    return next(word for word in message.split() if word.startswith("https://"))


def picture_of(clinic: Clinic, someone: Someone) -> StoredFile:
    return clinic.world.file(someone.last["photo"][-1]["file_id"])


def test_a_coordinator_is_made_by_a_link_and_offered_the_commands(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator = clinic.coordinator()
    assert f"You are on the team {TEAM}" in coordinator.sees
    assert "/roster" in coordinator.sees
    commands = [entry["command"] for entry in clinic.world.commands_for(coordinator.account, "en")]
    assert commands == [
        *("roster", "invite", "patient", "move", "series", "history", "team", *MEASURING, "alerts", "desk"),
        *("questions", "instructions", "prices", "staff", "language", "help"),
    ]
    (staff,) = clinic.rows(Staff)
    assert (staff.coordinator, staff.clinician) == (True, False)


def test_a_coordinators_link_delivered_twice_makes_one_member(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator = clinic.coordinator()
    joining = max(clinic.world.updates)
    before = clinic.stored()
    clinic.world.redeliver(joining)
    clinic.calm()
    clinic.world.duplicate(joining)
    clinic.calm()
    assert clinic.stored() == before
    assert "You are on the team" in coordinator.sees


def test_invite_draws_a_code_and_gives_a_link_and_its_picture(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/invite")
    (patient,) = clinic.rows(Patient)
    assert patient.pseudonym in coordinator.sees
    assert patient.status is PatientStatus.INVITED
    link = link_in(coordinator.sees)
    assert link.startswith(f"https://t.me/{BOT_NAME}?start=")
    assert "It works once, until Mon 16 Mar 2026, 10:00" in coordinator.sees
    token = link.partition("start=")[2]
    assert token not in str(clinic.stored()), "only its hash is kept"

    expected = io.BytesIO()
    segno.make(link, error="m").save(expected, kind="png", scale=12, border=4)
    shown = Image.open(io.BytesIO(picture_of(clinic, coordinator).shown())).convert("L")
    assert shown.size[0] >= 300, "large enough for a telephone's camera"
    assert shown.resize(Image.open(expected).size).tobytes() == Image.open(expected).convert("L").tobytes()

    anna = clinic.someone()
    anna.says(f"/start {token}")
    for button in ("English", "Continue", "I agree", "Yes, Europe/London", "18:00"):
        anna.presses(button)
    assert coordinator.sees == f"{patient.pseudonym} has joined and will be asked every day from now on."
    assert anna.code == patient.pseudonym


def test_below_an_invitation_the_first_courses_can_be_planned(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/invite")
    link = link_in(coordinator.sees)
    (patient,) = clinic.rows(Patient)
    coordinator.presses("Patient's card")
    assert patient.pseudonym in coordinator.sees
    assert "Plan a course" in coordinator.buttons
    assert link_in(coordinator.above) == link, "it is shown once, and stays"


def test_invite_delivered_twice_makes_one_patient(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator = clinic.coordinator()
    coordinator.says("/invite")
    update = max(clinic.world.updates)
    for again in (clinic.world.redeliver, clinic.world.duplicate):
        again(update)
        clinic.calm()
        assert "That invitation was made already" in coordinator.sees
    assert len(clinic.rows(Patient)) == 1
    coordinator.says("/invite")
    assert len(clinic.rows(Patient)) == 2


def test_the_roster_says_how_everyone_stands(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/roster")
    assert coordinator.sees == "No patients yet. /invite makes the first one's link."
    answering, gone, invited = clinic.patient(), clinic.patient(), clinic.invitation(Role.PATIENT)
    assert invited
    clinic.planned(answering, "2026-03-12")
    answering.says("/today")
    answering.presses("3")
    clinic.world.block(gone.account)
    clinic.calm()
    coordinator.says("/roster")
    assert answering.code not in coordinator.sees, "nothing of this one needs a look"
    coordinator.presses("All patients")
    assert f"{TEAM}: 3 patients" in coordinator.sees
    parts = coordinator.sees.split("\n\n")[1:]
    known = {part.split(" ·")[0]: part for part in parts}
    assert list(known) == sorted(known)
    assert known[answering.code] == (
        f"{answering.code} · active\nlast answer Mon 2 Mar 2026\nnext course Thu 12 Mar 2026"
    )
    assert known[gone.code] == f"{gone.code} · cannot be reached\nno answers yet\nno course planned"
    third = next(p for p in clinic.rows(Patient) if p.status is PatientStatus.INVITED)
    assert known[third.pseudonym].startswith(f"{third.pseudonym} · invited, has not joined yet")
    assert "Person" not in coordinator.sees, "no name"


def test_a_long_roster_has_pages(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    for _ in range(19):
        clinic.invitation(Role.PATIENT)
    everyone = sorted(patient.pseudonym for patient in clinic.rows(Patient))
    coordinator.says("/roster")
    roster = coordinator.last["message_id"]
    groups = ["• To do 19", "No course planned 19", "All patients 19"]
    assert coordinator.buttons == [*everyone[:8], "Next ›", *groups]
    coordinator.presses("Next ›")
    assert coordinator.buttons == [*everyone[8:16], "‹ Previous", "Next ›", *groups]
    coordinator.presses("Next ›")
    assert coordinator.buttons == [*everyone[16:], "‹ Previous", *groups]
    coordinator.presses("‹ Previous")
    coordinator.presses("‹ Previous")
    assert coordinator.buttons == [*everyone[:8], "Next ›", *groups]
    assert coordinator.last["message_id"] == roster
    coordinator.taps(roster, "ro:999", forge=True)
    assert coordinator.buttons[:4] == [*everyone[16:], "‹ Previous"], "a page that is gone shows the last one"


def test_a_patients_card_says_what_there_is_and_what_can_be_done(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient("19:30")
    clinic.planned(anna, "2026-03-12")
    clinic.planned(anna, "2026-04-09")
    for said in (f"/patient {anna.code}", f"/patient {anna.code.lower()}", f"/patient  {anna.code} "):
        coordinator.says(said)
        assert coordinator.sees == (
            f"{anna.code} · active\n\n"
            "no answers yet\n"
            "Daily check-in: 19:30 (Europe/London)\n"
            "Reminders: 7 days before, the day before and that morning, at 09:00\n"
            "0 courses given\n"
            "Courses planned: press one to move it, confirm it or cancel it."
        )
    assert coordinator.buttons == [
        "Thu 12 Mar 2026",
        "Thu 9 Apr 2026",
        "Plan a course",
        "Plan a series",
        "Name a regimen",
        "Label",
        "Check-in time",
        "Time zone",
        "Days off",
        "Asking once more",
        "Reminders",
        "Questions",
        "CK",
        "Weight",
        "Steroid",
        "Values and steroids",
        "History",
        "‹ Patients",
    ]
    rows = coordinator.last["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == [2, 2, 2, 2, 2, 2, 3, 2, 1], "it fits a telephone"
    coordinator.presses("Thu 12 Mar")
    course = f"{anna.code}\nCourse planned for Thu 12 Mar 2026, 2 days, 0.4 g/kg a day, 0.8 g/kg a course\n\n"
    assert coordinator.sees.startswith(course)
    coordinator.presses(f"‹ {anna.code}")
    coordinator.presses("‹ Patients")
    assert anna.code in coordinator.buttons


def test_many_courses_have_pages_on_the_card(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    for month in range(4, 12):
        clinic.planned(anna, f"2026-{month:02}-09", days=1)
    coordinator.says(f"/patient {anna.code}")
    first = [
        "Thu 9 Apr 2026",
        "Sat 9 May 2026",
        "Tue 9 Jun 2026",
        "Thu 9 Jul 2026",
        "Sun 9 Aug 2026",
        "Wed 9 Sept 2026",
    ]
    assert coordinator.buttons[:7] == [*first, "2 later ›"]
    coordinator.presses("2 later ›")
    assert coordinator.buttons[:3] == ["Fri 9 Oct 2026", "Mon 9 Nov 2026", "‹ Earlier courses"]
    coordinator.presses("‹ Earlier courses")
    assert coordinator.buttons[:6] == first


@pytest.mark.parametrize("said", ["/patient P-0000", "/patient Anna Smith", "/patient <b>&", "/patient " + "x" * 900])
def test_an_unknown_code_is_said_back_and_shows_nobody(clinic: Clinic, said: str) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(said)
    assert "There is no patient “" in coordinator.sees
    assert anna.code not in coordinator.sees
    assert clinic.world.refused() == []


@pytest.mark.parametrize("written", ["{code}", " {code} ", "{lower}", "{bare}"])
def test_a_code_is_understood_as_people_write_it(clinic: Clinic, written: str) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    code = anna.code
    coordinator.says("/patient " + written.format(code=code, lower=code.lower(), bare=code.removeprefix("P-")))
    assert coordinator.sees.startswith(f"{code} · active")


def test_without_a_code_everyone_is_shown(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says("/patient")
    assert anna.code in coordinator.buttons


def test_a_patient_who_has_joined_needs_no_new_link(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    links = len(clinic.rows(Invitation))
    coordinator.says("/roster")
    toast = coordinator.forges(f"ia:{anna.row.id}")
    assert toast == f"{anna.code} has joined already and needs no new link."
    assert len(clinic.rows(Invitation)) == links


def test_the_coordinators_hear_once_that_a_patient_cannot_be_reached(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    with clinic.world.changed:
        clinic.world.people[anna.account].blocked = True
    for day in (2, 3, 4):
        clinic.becomes(clinic.local(f"2026-03-0{day} 18:00"))
    told = [text for text in coordinator.everything if "cannot be reached any more" in text]
    assert len(told) == 1
    assert told[0].startswith(anna.code)
    assert any(chat.unreachable_since for chat in clinic.rows(Chat))

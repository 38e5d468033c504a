"""A coordinator with two hundred patients and a telephone that rings: whom to look at, and who that is on the line."""

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, SQLModel

from jobs import alert_settings
from jobs.alert_settings import Wanted
from jobs.alerts import GRACE
from jobs.roster import LONGEST_LABEL, LONGEST_SEARCH
from storage import patients, teams
from storage.models import AlertKind, Chat, Course, Dialogue, Patient, PatientStatus, Role, Team
from tests.support import TEAM, ZONE, Clinic, Someone

# As much as a telephone shows of one of two buttons in a row, and of a row.
LONGEST_BUTTON = 26
OTHERS = "Rheumatology"


def labelled(coordinator: Someone, anna: Someone, label: str) -> None:
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Label")
    coordinator.says(label)


def label_of(anna: Someone) -> str | None:
    return anna.row.label


def many(clinic: Clinic, count: int = 200) -> list[str]:
    """So many more patients, as if they had joined: every fourth without a course, each with a label. Their codes."""
    codes = [f"P-{k:04}" for k in range(count)]
    now = clinic.clock.now()

    def add(session: Session) -> None:
        team = teams.team_named(session, TEAM)
        assert team is not None
        of: dict[str, Any] = {"team_id": team.id, "time_zone": ZONE, "prompt_time": team.prompt_time, "created_at": now}
        chats = [Chat(telegram_id=900_000 + k, language="en", created_at=now) for k in range(count)]
        session.add_all(chats)
        session.flush()
        everyone = [
            Patient(pseudonym=code, status=PatientStatus.ACTIVE, label=f"list {k:03}", chat_id=chats[k].id, **of)
            for k, code in enumerate(codes)
        ]
        session.add_all(everyone)
        session.flush()
        start = now.date() + timedelta(days=30)
        with_course = (patient for k, patient in enumerate(everyone) if k % 4)
        plan: dict[str, Any] = {"planned_start": start, "planned_days": 2, "grams_per_kg_per_day": 0.4}
        session.add_all(
            Course(team_id=team.id, patient_id=patient.id, created_at=now, **plan) for patient in with_course
        )

    clinic.write(add)
    return codes


def codes_in(someone: Someone) -> list[str]:
    return [label.split(" ")[0] for label in someone.buttons if label.startswith("P-")]


def of_tables(clinic: Clinic, *without: type[SQLModel]) -> dict[str, Any]:
    return {name: rows for name, rows in clinic.stored().items() if name not in {table.__name__ for table in without}}


def test_it_opens_on_whoever_needs_a_look_and_every_group_says_how_many_it_has(clinic: Clinic) -> None:
    chris = clinic.coordinator()
    well, lost, silent, soon, paused = (clinic.patient() for _ in range(5))
    for someone in (well, lost, paused):
        clinic.planned(someone, "2026-04-20")
    clinic.planned(soon, "2026-03-07")
    for day in range(2, 6):
        clinic.becomes(clinic.local(f"2026-03-0{day} 18:00"))
        for someone in (well, lost, soon, paused):
            someone.says("3 3 3 3")
    clinic.world.block(lost.account)
    paused.says("/pause")
    paused.presses("Again from Thu 12 Mar 2026")
    clinic.becomes(clinic.local("2026-03-06 09:00"))
    chris.says("/roster")
    roster = chris.last["message_id"]
    assert chris.sees.startswith(f"{TEAM}: 5 patients\nTo do: 2")
    assert codes_in(chris) == [lost.code, silent.code], "the more pressing first"
    assert chris.buttons[2:] == [
        "• To do 2",
        "Silent 1",
        "No course planned 1",
        "Course this week 1",
        "Unreachable 1",
        "Paused 1",
        "All patients 5",
    ]
    shown = {"Silent": silent, "No course planned": silent, "Course this week": soon, "Unreachable": lost}
    for group, someone in {**shown, "Paused": paused}.items():
        chris.presses(group)
        assert f"\n{group}: 1\n\n{someone.code} · " in chris.sees
        assert codes_in(chris) == [someone.code]
    chris.presses("All patients")
    assert codes_in(chris) == sorted(each.code for each in (well, lost, silent, soon, paused))
    assert chris.last["message_id"] == roster, "all in one message"


def this_week(chris: Someone) -> list[str]:
    """Who has a course; what else comes meanwhile stands below."""
    chris.says("/roster")
    roster = next(each for each in reversed(chris.messages) if str(each.get("text")).startswith("Auckland: "))
    chris.presses("Course this week", roster)
    labels = chris.buttons_of(roster["message_id"])
    return [label.split(" ")[0] for label in labels if label.startswith("P-")]


def test_the_week_is_the_teams_own_from_monday_to_sunday(clinic: Clinic) -> None:
    """In Auckland it is Monday while it is Sunday in London."""
    auckland = clinic.another_team("Auckland", "Pacific/Auckland")
    chris, anna, ben = clinic.coordinator(auckland), clinic.patient(team=auckland), clinic.patient(team=auckland)
    clinic.planned(anna, "2026-03-08", days=1)
    clinic.planned(ben, "2026-03-09", days=1)
    for moment, code in (("2026-03-08 23:59", anna.code), ("2026-03-09 00:00", ben.code)):
        clinic.becomes(clinic.local(moment, "Pacific/Auckland"))
        assert this_week(chris) == [code]
    clinic.becomes(clinic.local("2026-03-15 23:59", "Pacific/Auckland"))
    assert this_week(chris) == [ben.code]


def test_where_nobody_needs_a_look_it_opens_on_everyone_and_empty_groups_are_not_offered(clinic: Clinic) -> None:
    chris, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-04-20")
    chris.says("/roster")
    assert chris.sees.startswith(f"{TEAM}: 1 patient\nAll patients: 1\n\n{anna.code} · active")
    assert chris.buttons == [anna.code, "• All patients 1"]


def test_an_alert_that_nobody_has_seen_needs_a_look_until_somebody_has(clinic: Clinic) -> None:
    chris, doc, anna = clinic.coordinator(), clinic.clinician(), clinic.patient()
    clinic.planned(anna, "2026-04-20")

    def add(session: Session) -> None:
        team = teams.team_named(session, TEAM)
        assert team is not None
        alert_settings.add_rule(session, "operator", team, Wanted("pain", AlertKind.VALUE, 8, 1), clinic.clock.now())

    clinic.write(add)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("9 2 2 2")
    chris.says("/roster")
    assert "alert" not in chris.sees, "it may still be a slip of the thumb"
    clinic.becomes(clinic.clock.now() + GRACE)
    chris.says("/roster")
    assert f"{anna.code} · active\nan alert nobody has seen yet\nlast answer Mon 2 Mar 2026" in chris.sees
    chris.presses(anna.code)
    assert "an alert nobody has seen yet\nlast answer" in chris.sees
    assert "9" not in chris.sees.replace("09:00", "").replace(anna.code, ""), "what was answered is for clinicians"
    doc.presses("Seen")
    chris.presses("‹ Patients")
    assert chris.sees.startswith(f"{TEAM}: 1 patient\nTo do: 0")
    assert "All patients 1" in chris.buttons, "an old button says so, and leads on"


def test_two_hundred_have_pages_with_a_way_to_the_first_and_the_last(clinic: Clinic) -> None:
    chris = clinic.coordinator()
    codes = many(clinic)
    chris.says("/roster")
    assert chris.sees.startswith(f"{TEAM}: 200 patients\nTo do: 50 · page 1 of 7\n\n")
    chris.presses("All patients 200")
    assert chris.sees.startswith(f"{TEAM}: 200 patients\nAll patients: 200 · page 1 of 25\n\n")
    assert codes_in(chris) == codes[:8]
    assert [label for label in chris.buttons if "›" in label or "»" in label] == ["Next ›", "25 »"]
    chris.presses("25 »")
    assert codes_in(chris) == codes[192:]
    assert [label for label in chris.buttons if "‹" in label or "«" in label] == ["‹ Previous", "« 1"]
    chris.presses("‹ Previous")
    assert codes_in(chris) == codes[184:192]
    assert chris.buttons[8:11] == ["‹ Previous", "Next ›", "« 1"], "the last is the next one"
    chris.presses("« 1")
    seen = codes_in(chris)
    while "Next ›" in chris.buttons:
        chris.presses("Next ›")
        seen += codes_in(chris)
    assert seen == codes, "everybody, once"
    assert clinic.world.refused() == []


def test_the_card_leads_back_to_where_the_roster_stood(clinic: Clinic) -> None:
    chris = clinic.coordinator()
    codes = many(clinic)
    chris.says("/roster")
    for page in (2, 3):
        chris.presses("Next ›")
        assert f"To do: 50 · page {page} of 7" in chris.sees
    chris.presses(codes[64])
    assert chris.sees.startswith(f"{codes[64]} (list 064) · active")
    chris.presses("‹ Patients")
    assert "To do: 50 · page 3 of 7" in chris.sees
    chris.says("/roster list 1")
    chris.presses("Next ›")
    chris.presses(codes[108])
    chris.presses("‹ Patients")
    assert "“list 1”: 100 found · page 2 of 13" in chris.sees


def test_old_buttons_lead_somewhere_when_the_team_has_become_smaller(clinic: Clinic) -> None:
    chris = clinic.coordinator()
    codes = many(clinic)
    chris.says("/roster")
    old = chris.last["message_id"]
    chris.presses("7 »")
    first = {"all": "ro:all:24", "look": "ro:look:6", "no_course": "ro:no_course:6", "find": "ro:find:12:list 1"}

    def leave(session: Session) -> None:
        team = teams.team_named(session, TEAM)
        assert team is not None
        for patient in patients.patients_of(session, team.id):
            if patient.pseudonym != codes[1]:
                patient.status = PatientStatus.WITHDRAWN

    clinic.write(leave)
    chris.taps(old, first["all"], forge=True)
    assert codes_in(chris) == [codes[1]]
    for old_button, says in (
        (first["look"], "To do: 0"),
        (first["no_course"], "No course planned: 0"),
        (first["find"], "Nobody is found by “list 1”."),
    ):
        chris.taps(old, old_button, forge=True)
        assert says in chris.sees
        assert "All patients 1" in chris.buttons
    for older in ("ro:0", "ro:3"):
        chris.taps(old, older, forge=True)
        assert codes_in(chris) == [codes[1]]


@pytest.mark.parametrize("typed", ["{code}", "{bare}", "{lower}", "anna", "ÄNNA", "  Änna  ", "nna 1", "12"])
def test_one_hit_opens_the_card(clinic: Clinic, typed: str) -> None:
    chris, anna = clinic.coordinator(), clinic.patient()
    many(clinic, 5)
    labelled(chris, anna, "Änna 12")
    code = anna.code
    chris.says("/roster " + typed.format(code=code, bare=code[2:], lower=code.lower()))
    assert chris.sees.startswith(f"{code} (Änna 12) · active\n\n")
    assert "Plan a course" in chris.buttons


def test_several_hits_are_a_list_and_none_says_what_can_be_searched_for(clinic: Clinic) -> None:
    chris = clinic.coordinator()
    codes = many(clinic, 12)
    chris.says("/roster LIST 00")
    assert chris.sees.startswith(f"{TEAM}: 12 patients\n“LIST 00”: 10 found · page 1 of 2\n\n{codes[0]} (list 000) · ")
    assert codes_in(chris) == codes[:8]
    chris.presses("Next ›")
    assert codes_in(chris) == codes[8:10]
    for typed in ("nobody", "<b>&", "🙂", "-", "P-", "x" * 900, "\u202e", "%"):
        before = clinic.stored()
        chris.says(f"/roster {typed}")
        if typed == "\u202e":
            assert "To do" in chris.sees, "nothing that can be seen was typed"
        else:
            assert "You can look for a code such as P-7KQ4, or for your own label" in chris.sees
            assert chris.buttons == ["To do 3", "No course planned 3", "All patients 12"]
        assert clinic.stored() == before
    assert clinic.world.refused() == []


@pytest.mark.parametrize("letter", ["ж", "床", "😀a", "é", "<"])
def test_the_longest_label_is_found_page_by_page_and_no_button_is_too_long(clinic: Clinic, letter: str) -> None:
    chris = clinic.coordinator()
    many(clinic, 20)
    label = (letter * LONGEST_LABEL)[:LONGEST_LABEL]

    def rename(session: Session) -> None:
        team = teams.team_named(session, TEAM)
        assert team is not None
        for patient in patients.patients_of(session, team.id):
            patient.label = label

    clinic.write(rename)
    chris.says(f"/roster {label}")
    for _ in range(2):
        assert "20 found" in chris.sees
        chris.presses("Next ›")
    assert codes_in(chris) == [f"P-{k:04}" for k in range(16, 20)]
    for _, data in clinic.world.buttons(chris.last):
        assert len((data or "").encode()) <= 64
    chris.presses("P-0019")
    assert f"P-0019 ({label}) · active" in chris.sees
    chris.presses("‹ Patients")
    assert codes_in(chris)[-1] == "P-0019"
    assert clinic.world.refused() == []


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_in_each_language_the_buttons_have_room(clinic: Clinic, language: str) -> None:
    chris = clinic.someone(language)
    chris.says(f"/start {clinic.invitation(Role.COORDINATOR)}")
    many(clinic)
    lost, silent = clinic.patient(), clinic.patient()
    clinic.planned(silent, "2026-03-07")
    for day in range(2, 6):
        clinic.becomes(clinic.local(f"2026-03-0{day} 18:00"))
    clinic.world.block(lost.account)
    clinic.becomes(clinic.local("2026-03-06 09:00"))
    clinic.write(lambda session: setattr(session.get_one(Patient, 1), "status", PatientStatus.PAUSED))
    chris.says("/roster")
    rows = chris.last["reply_markup"]["inline_keyboard"]
    assert len([label for label in chris.buttons if label[-1].isdigit() and not label.startswith("P-")]) == 7
    assert all(len(row) <= 2 for row in rows)
    assert len(rows) <= 10, "it fits a telephone"
    assert [label for label in chris.buttons if len(label) > LONGEST_BUTTON] == []
    assert clinic.world.refused() == []


def test_a_label_is_set_changed_and_removed(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    chris, anna = clinic.coordinator(), clinic.patient()
    chris.says(f"/patient {anna.code}")
    chris.presses("Label")
    assert chris.sees.startswith(f"{anna.code}: there is no label yet.")
    assert "No names, please." in chris.sees
    assert "It is never sent to the patient, but it is in the copy of all data" in chris.sees
    assert chris.buttons == ["Cancel, change nothing"]
    chris.says("  bed   12\n<b> ")
    assert chris.sees == f"Done: {anna.code} has the new label."
    assert label_of(anna) == "bed 12 <b>"
    chris.presses(f"‹ {anna.code}")
    assert chris.sees.startswith(f"{anna.code} (bed 12 <b>) · active")
    chris.presses("Label")
    assert "the label is “bed 12 <b>”." in chris.sees
    for too_long in ("group A, third on the list", "x" * 25, "x" * 900):
        chris.says(too_long)
        assert chris.sees.startswith("A label has at most 24 characters; this one is longer.")
    chris.says("🙂")
    assert chris.sees.startswith("A label needs at least one letter or number.")
    assert label_of(anna) == "bed 12 <b>"
    chris.says("group A")
    assert label_of(anna) == "group A"
    labelled_at = len(clinic.history(anna.row))
    chris.presses(f"‹ {anna.code}")
    chris.presses("Label")
    assert chris.buttons == ["Remove the label", "Cancel, change nothing"]
    chris.presses("Remove the label")
    assert chris.sees == f"Done: {anna.code} has no label any more."
    assert label_of(anna) is None
    assert clinic.history(anna.row)[labelled_at:] == [("staff:1", "label_changed", {"label": True}, {"label": False})]
    assert "bed 12" not in str(clinic.history(anna.row))


@pytest.mark.parametrize("none", ["none", "Keine", "aucun"])
def test_none_may_be_typed_in_any_language(clinic: Clinic, none: str) -> None:
    anna, chris = clinic.patient(), clinic.coordinator()
    labelled(chris, anna, "bed 12")
    chris.says(f"/patient {anna.code}")
    chris.presses("Label")
    chris.says(none)
    assert anna.row.label is None
    chris.says("/team")
    chris.presses("Telephone")
    chris.says(none)
    assert "none is set" in chris.sees
    chris.presses("Yes, do it")
    assert clinic.rows(Team)[0].telephone is None


def test_what_is_told_twice_sets_a_label_once(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    chris, anna = clinic.coordinator(), clinic.patient()
    labelled(chris, anna, "bed 12")
    before = of_tables(clinic)
    for again in (clinic.world.redeliver, clinic.world.duplicate):
        again(max(clinic.world.updates))
        clinic.calm()
    assert of_tables(clinic, Dialogue) == {name: rows for name, rows in before.items() if name != "Dialogue"}
    assert "has the new label" in chris.sees


def test_a_label_that_was_replaced_stands_nowhere_any_more(clinic: Clinic) -> None:
    chris, kim, anna = clinic.coordinator(), clinic.coordinator(), clinic.patient()
    labelled(kim, anna, "Anna Schmidt")
    chris.says(f"/patient {anna.code}")
    chris.presses("Label")
    labelled(clinic.coordinator(), anna, "bed 12")
    assert "Schmidt" not in str(clinic.stored()), "neither in the form that set it nor in one that showed it"
    chris.says("bed 13")
    assert "This has changed meanwhile" in chris.sees


def test_of_two_coordinators_the_second_overwrites_nothing_unseen(clinic: Clinic) -> None:
    chris, kim, anna = clinic.coordinator(), clinic.coordinator(), clinic.patient()
    for someone in (chris, kim):
        someone.says(f"/patient {anna.code}")
        someone.presses("Label")
    chris.says("bed 12")
    kim.says("bed 13")
    assert "This has changed meanwhile" in kim.sees
    assert label_of(anna) == "bed 12"


def test_the_label_reaches_neither_the_patient_nor_another_team_nor_a_picture(clinic: Clinic) -> None:
    clinic.another_team(OTHERS)
    chris, doc, anna, other = clinic.coordinator(), clinic.clinician(), clinic.patient(), clinic.coordinator(OTHERS)
    clinic.planned(anna, "2026-03-20")
    labelled(chris, anna, "Zimmer 12")
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("3 3 3 3")
    for said in ("/settings", "/infusions", "/privacy", "/chart", "/help", "/today"):
        anna.says(said)
    clinic.becomes(clinic.local("2026-03-13 09:00"))
    anna.presses("I can't make it")
    anna.presses("Yes, tell the team")
    for said in ("/summary", f"/chart {anna.code}"):
        doc.says(said)
    for said in ("/roster", "/roster zimmer", "/roster 12", f"/roster {anna.code}"):
        other.says(said)
    for data in ("ro:find:0:zimmer", f"pt:find:0:zimmer:{anna.row.id}", f"o:label:{anna.row.id}"):
        other.forges(data)
    for someone in (anna, doc, other):
        assert "Zimmer" not in " ".join(someone.everything)
    assert label_of(anna) == "Zimmer 12"


def test_the_label_is_in_the_patients_own_copy_and_gone_with_them(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    chris, anna = clinic.coordinator(), clinic.patient()
    labelled(chris, anna, "=bed 12")
    anna.says("/mydata")
    document = next(message["document"] for message in reversed(anna.messages) if "document" in message)
    with zipfile.ZipFile(io.BytesIO(clinic.world.files.find(document["file_id"]).content)) as archive:
        table = archive.read("patient.csv").decode("utf-8-sig")
        assert "the short label by which your team finds you" in archive.read("README.txt").decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert row["label"] == "'=bed 12", "no spreadsheet runs it"
    anna.says("/privacy")
    for button in ("Have everything erased", "Go on to erasing", "Yes, erase everything"):
        anna.presses(button)
    assert "bed 12" not in str(clinic.stored())


def test_whoever_has_stopped_is_in_no_list_and_gets_no_label(clinic: Clinic) -> None:
    chris, anna = clinic.coordinator(), clinic.patient()
    labelled(chris, anna, "bed 12")
    chris.says(f"/patient {anna.code}")
    chris.presses("Label")
    clinic.write(lambda session: setattr(session.get_one(Patient, anna.row.id), "status", PatientStatus.WITHDRAWN))
    chris.says("bed 13")
    assert "has stopped the diary" in chris.sees
    assert label_of(anna) == "bed 12"
    chris.says("/roster bed 12")
    assert chris.sees == "No patients yet. /invite makes the first one's link."
    chris.says(f"/patient {anna.code}")
    assert chris.sees.startswith(f"{anna.code} (bed 12) · withdrawn")


@pytest.mark.parametrize(
    "data",
    [
        *("ro:", "ro", "ro:all", "ro:all:", "ro:all:-1", "ro:all:²", "ro:all:99999", "ro:nobody:0", "ro:all:0:more"),
        *("ro:find:0", "ro:find:0:", "ro:find:0: ", "ro:find:9999:list", "ro:look:0:\n", "ro:find:0:" + "x" * 54),
        *("ro:ALL:0", "ro:0:0", "ro::0", "ro:find:0:a:b:c", "ro:find:0:\u202e", "ro:find:0:%"),
    ],
)
def test_forged_data_shows_the_roster_and_changes_nothing(clinic: Clinic, data: str) -> None:
    chris = clinic.coordinator()
    many(clinic, 9)
    chris.says("/roster")
    before = clinic.stored()
    chris.presses("All patients")
    chris.forges(data)
    assert chris.sees.startswith(f"{TEAM}: 9 patients\n")
    assert clinic.stored() == before
    assert clinic.world.refused() == []
    assert not any("went wrong" in text for text in chris.everything)


def test_a_search_has_room_for_every_label_in_a_script_of_two_bytes_a_sign() -> None:
    assert LONGEST_SEARCH >= LONGEST_LABEL

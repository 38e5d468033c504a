"""A coordinator plans courses in the chat, and the patient hears of them once, in one message, as things then stand."""

import pytest

from bot.local.faults import Fault
from storage.models import Chat, MessageKind, MessageState, OutboxMessage, PatientStatus
from tests.delivery.support import fails_to_connect
from tests.journeys.scenes import PHONE, planning, told
from tests.support import Clinic, Someone

PLANNED = "Your team has planned "


def plans(coordinator: Someone, *typed: str) -> None:
    """Fills in the form that is open."""
    for line in typed:
        coordinator.says(line)
    coordinator.presses("Yes, do it")
    assert coordinator.sees.startswith("Done: ")


def announced(anna: Someone) -> list[str]:
    return [text for text in anna.everything if text.startswith(PLANNED)]


def on_course(coordinator: Someone, anna: Someone, day: str, button: str) -> None:
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses(day)
    coordinator.presses(button)


def test_a_course_is_announced_once_in_one_line_and_whoever_plans_it_knows(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = planning(clinic)
    for line in ("12 Mar", "2", "0.8"):
        coordinator.says(line)
    assert "The patient is told. " in coordinator.sees
    assert announced(anna) == [], "nothing is said before it is confirmed"
    coordinator.presses("Yes, do it")
    assert coordinator.sees == f"Done: 1 course planned for {anna.code}, on Thu 12 Mar 2026. The patient is told."
    said = f"{PLANNED}an infusion for you: Thu 12 Mar 2026 (2 days).\n\n"
    said += f"If this does not suit you, call your care team on {PHONE}."
    assert announced(anna) == [said]
    assert len(anna.buttons) == 3, "whether they come, and the calendar file"
    clinic.passes(hours=2)
    clinic.restart()
    assert announced(anna) == [said]


def test_a_series_is_one_message(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = planning(clinic, "Plan a series")
    plans(coordinator, "12 Mar", "2", "0.4", "4", "3")
    assert [text.partition("\n")[0] for text in announced(anna)] == [
        f"{PLANNED}3 infusions for you: Thu 12 Mar 2026, Thu 9 Apr 2026 and Thu 7 May 2026 (2 days each)."
    ]
    sent = [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.COURSES_CHANGED]
    assert [row.state for row in sent] == [MessageState.SENT]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Votre équipe a prévu une perfusion pour vous\u00a0: jeu. 12 mars 2026 (2 jours)."),
        ("de", "Ihr Team hat eine Infusion für Sie geplant: Do. 12. März 2026 (2 Tage)."),
    ],
)
def test_it_is_said_in_the_patients_language(clinic: Clinic, language: str, said: str) -> None:
    coordinator, anna = planning(clinic)
    chat = anna.row.chat_id
    clinic.write(lambda session: setattr(session.get_one(Chat, chat), "language", language))
    plans(coordinator, "12 Mar", "2", "0.4")
    assert anna.sees.startswith(said)


def test_two_that_are_planned_at_the_same_moment_are_both_told(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    plans(coordinator, "12 Mar", "2", "0.4")
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    plans(coordinator, "9 Apr", "2", "0.4")
    assert [text.partition("\n")[0] for text in announced(anna)] == [
        f"{PLANNED}an infusion for you: Thu 12 Mar 2026 (2 days).",
        f"{PLANNED}an infusion for you: Thu 9 Apr 2026 (2 days).",
    ]


def not_yet_told(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> tuple[Someone, Someone]:
    """The coordinator of a course on 12 March whose announcement waits for the network, and its patient."""
    coordinator, anna = planning(clinic)
    for line in ("12 Mar", "2", "0.4"):
        coordinator.says(line)
    fails_to_connect(clinic, monkeypatch, 1)
    coordinator.presses("Yes, do it")
    assert announced(anna) == []
    return coordinator, anna


def test_moved_before_it_was_told_the_final_day_alone_is_told(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    coordinator, anna = not_yet_told(clinic, monkeypatch)
    on_course(coordinator, anna, "Thu 12 Mar", "Move")
    plans(coordinator, "19 Mar")
    clinic.passes(minutes=10)
    assert [text.partition("\n")[0] for text in announced(anna)] == [
        f"{PLANNED}an infusion for you: Thu 19 Mar 2026 (2 days)."
    ]
    assert told(anna) == []
    on_course(coordinator, anna, "Thu 19 Mar", "Move")
    plans(coordinator, "20 Mar")
    assert "from Thu 19 Mar 2026 to Fri 20 Mar 2026" in told(anna)[0], "from then on a move is a move"


def test_cancelled_before_it_was_told_nothing_is_told(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    coordinator, anna = not_yet_told(clinic, monkeypatch)
    on_course(coordinator, anna, "Thu 12 Mar", "Cancel this course")
    coordinator.presses("Not said")
    assert "The patient has not heard of it from me yet, and is told nothing." in coordinator.sees
    coordinator.presses("Yes, do it")
    clinic.passes(minutes=10)
    assert announced(anna) == told(anna) == []
    assert waiting(clinic) == []


def test_undone_before_it_was_told_nothing_is_told_and_afterwards_that_it_is_cancelled(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator, anna = not_yet_told(clinic, monkeypatch)
    coordinator.presses("Undo")
    clinic.passes(minutes=10)
    assert announced(anna) == told(anna) == []
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    plans(coordinator, "9 Apr", "2", "0.4")
    assert len(announced(anna)) == 1
    coordinator.presses("Undo")
    assert "Thu 9 Apr 2026 is cancelled" in told(anna)[0]


def test_one_that_may_have_arrived_is_put_right_when_it_is_cancelled(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    for line in ("12 Mar", "2", "0.4"):
        coordinator.says(line)
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage", anna.account))
    coordinator.presses("Yes, do it")
    on_course(coordinator, anna, "Thu 12 Mar", "Cancel this course")
    coordinator.presses("Not said")
    assert "The patient is told." in coordinator.sees
    coordinator.presses("Yes, do it")
    clinic.passes(minutes=10)
    assert "as they stand now:\n\n– no infusion is planned" in anna.sees


def test_who_reads_of_it_by_themselves_is_not_told_again(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    _, anna = not_yet_told(clinic, monkeypatch)
    anna.says("/infusions")
    assert "Thu 12 Mar 2026" in anna.sees
    clinic.passes(minutes=10)
    assert announced(anna) == []


def test_a_new_course_is_told_beside_a_move_in_one_message(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-12")
    anna.says("/infusions")
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    for line in ("9 Apr", "2", "0.4"):
        coordinator.says(line)
    fails_to_connect(clinic, monkeypatch, 1)
    coordinator.presses("Yes, do it")
    on_course(coordinator, anna, "Thu 12 Mar", "Move")
    coordinator.says("13 Mar")
    coordinator.presses("Only this course")
    coordinator.presses("Yes, do it")
    clinic.passes(minutes=10)
    (said,) = told(anna)
    assert "– from Thu 12 Mar 2026 to Fri 13 Mar 2026\n– new: Thu 9 Apr 2026" in said
    assert announced(anna) == []


def test_who_cannot_be_reached_hears_of_it_once_they_can(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    clinic.world.block(anna.account)
    clinic.calm()
    coordinator.says("12 Mar")
    coordinator.says("2")
    coordinator.says("0.4")
    assert "The patient cannot be reached here: please tell them yourself." in coordinator.sees
    coordinator.presses("Yes, do it")
    assert announced(anna) == []
    clinic.passes(days=1)
    clinic.world.unblock(anna.account)
    clinic.calm()
    assert len(announced(anna)) == 1


def test_of_one_that_is_over_by_then_nothing_is_said(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    clinic.world.block(anna.account)
    clinic.calm()
    plans(coordinator, "4 Mar", "1", "0.4")
    clinic.passes(days=4)
    clinic.world.unblock(anna.account)
    clinic.calm()
    assert announced(anna) == []


def test_whoever_is_in_a_pause_hears_of_it_and_who_stops_before_it_hears_on_coming_back(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator, anna = not_yet_told(clinic, monkeypatch)
    anna.says("/withdraw")
    anna.presses("Yes, stop the diary")
    clinic.passes(minutes=10)
    assert announced(anna) == []
    assert waiting(clinic) == []
    anna.says("/withdraw")
    anna.presses("Take it up again")
    anna.presses("I agree")
    clinic.calm()
    assert len(announced(anna)) == 1
    anna.says("/pause")
    anna.presses("Again from Thu 5 Mar 2026")
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    plans(coordinator, "9 Apr", "2", "0.4")
    assert anna.row.status is PatientStatus.PAUSED
    assert len(announced(anna)) == 2


def test_what_was_planned_before_they_joined_is_told_by_whoever_planned_it(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/invite")
    link = coordinator.sees.partition("start=")[2].split()[0]
    coordinator.says("/roster")
    coordinator.presses("P-")
    coordinator.presses("Plan a course")
    plans(coordinator, "12 Mar", "2", "0.4")
    assert "please tell them yourself" in coordinator.sees
    anna = clinic.someone()
    anna.says(f"/start {link}")
    for button in ("English", "Continue", "I agree", "Yes, Europe/London", "18:00"):
        anna.presses(button)
    clinic.passes(minutes=10)
    assert announced(anna) == []


def test_an_announcement_that_never_arrives_is_told_to_the_coordinator(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator, anna = planning(clinic)
    for line in ("2 May", "2", "0.4"):
        coordinator.says(line)
    fails_to_connect(clinic, monkeypatch, 10_000)
    coordinator.presses("Yes, do it")
    clinic.passes(days=3, hours=1)
    monkeypatch.undo()
    clinic.passes(minutes=10)
    missed = "did not get a message from me: the news of infusion dates. Please tell the patient yourself."
    assert any(missed in text for text in coordinator.everything)
    assert announced(anna) == []


def test_a_confirmation_that_comes_twice_announces_once(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = planning(clinic)
    plans(coordinator, "12 Mar", "2", "0.4")
    press = max(clinic.world.updates)
    clinic.world.redeliver(press)
    clinic.calm()
    clinic.world.duplicate(press)
    clinic.calm()
    assert len(announced(anna)) == 1


def waiting(clinic: Clinic) -> list[MessageState]:
    rows = [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.COURSES_CHANGED]
    return [row.state for row in rows if row.state in {MessageState.PENDING, MessageState.UNSURE}]

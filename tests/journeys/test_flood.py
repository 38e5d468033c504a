"""Somebody sends without end: they are told once, nobody else waits, and no answer of a patient is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.traffic import intake
from bot.traffic.flood import ENTRIES_KEPT
from bot.traffic.pacer import Pace
from storage.database import Database
from storage.models import Chat, Drawing, Note
from tests.delivery.support import commits_fail
from tests.support import Clinic, Someone

AT_ONCE = 20
TOLD = "That was a lot at once"
DAY = "2026-03-02"


@pytest.fixture
def clinic(sqlite_database: Database) -> Iterator[Clinic]:
    """Twenty at once, with no true seconds between."""
    with Clinic(sqlite_database, pace=Pace(float("inf"), 0.0, AT_ONCE)) as running:
        yield running


def asked(clinic: Clinic) -> Someone:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    return anna


def floods(clinic: Clinic, someone: Someone, *lines: str) -> None:
    """Without waiting for an answer."""
    for line in lines:
        clinic.world.say(someone.account, line)
    clinic.calm()


def sent_to(clinic: Clinic, someone: Someone) -> int:
    return sum(request.fields.get("chat_id") == someone.account for request in clinic.world.requests)


def test_a_stranger_who_floods_is_told_once_and_then_nothing(clinic: Clinic) -> None:
    mallory = clinic.someone()
    floods(clinic, mallory, *["hello"] * 300)
    assert len(mallory.messages) == AT_ONCE + 1
    assert mallory.sees == (
        "That was a lot at once, so I answer nothing more until you have paused for half a minute. "
        "Please send the rest again after that."
    )
    clinic.passes(minutes=1)
    mallory.says("hello")
    assert mallory.sees.startswith("This is the Infusion Diary")


def test_whoever_presses_without_end_costs_no_request_more(clinic: Clinic) -> None:
    mallory = clinic.clinician()
    mallory.says("/summary settings")
    before = sent_to(clinic, mallory)
    for _ in range(200):
        clinic.world.press(mallory.account, mallory.last["message_id"], "su:settings", forge=True)
    clinic.calm()
    assert TOLD in mallory.sees
    assert len(clinic.world.callback_answers(mallory.account)) <= AT_ONCE + 1
    assert sent_to(clinic, mallory) - before <= AT_ONCE + 1
    assert clinic.world.waiting_updates == 0


def test_a_clinician_who_asks_for_a_chart_without_end_has_a_few_drawn(clinic: Clinic) -> None:
    anna, mallory = asked(clinic), clinic.clinician()
    floods(clinic, mallory, *[f"/chart {anna.code}"] * 100)
    assert len([said for said in mallory.everything if TOLD in said]) == 1
    assert len(mallory.messages) <= 2 * AT_ONCE + 1
    assert len(clinic.rows(Drawing)) <= AT_ONCE


def test_others_are_answered_as_ever(clinic: Clinic) -> None:
    anna, mallory = asked(clinic), clinic.someone()
    for k in range(400):
        clinic.world.say(mallory.account, "hello")
        if k == 200:
            clinic.world.say(anna.account, "3 2 2 4")
    clinic.calm()
    assert [value for *_, value in anna.answers] == [3, 2, 2, 4]
    assert "3" in anna.sees


@contextmanager
def committed_counted(clinic: Clinic) -> Iterator[list[int]]:
    """How often what comes in is taken to the database: behind each the next one waits."""
    handlers, counted = clinic.bot.running.handlers, [0]
    done = handlers._done

    async def counting(work: Any, incoming: Any) -> Any:
        counted[0] += 1
        return await done(work, incoming)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(handlers, "_done", counting)
        yield counted


@pytest.mark.parametrize("who", ["stranger", "clinician", "patient"])
@pytest.mark.parametrize("what", ["hello", "/chart", "press"])
def test_a_thousand_from_one_person_cost_those_behind_them_few_commits(clinic: Clinic, who: str, what: str) -> None:
    anna = asked(clinic)
    mallory = {"stranger": clinic.someone, "clinician": clinic.clinician, "patient": clinic.patient}[who]()
    mallory.says("/help")
    clinic.passes(minutes=1)
    with committed_counted(clinic) as committed:
        for _ in range(1000):
            if what == "press":
                clinic.world.press(mallory.account, mallory.last["message_id"], "c:0:20260302:answer:0:9", forge=True)
            else:
                clinic.world.say(mallory.account, what)
        clinic.world.say(anna.account, "3 2 2 4")
        clinic.calm()
    assert [value for *_, value in anna.answers] == [3, 2, 2, 4]
    assert committed[0] == AT_ONCE + 2 + (ENTRIES_KEPT if who == "patient" and what != "/chart" else 0)


def test_of_a_patients_flood_so_much_is_kept_and_after_a_pause_as_much_again(clinic: Clinic) -> None:
    anna = asked(clinic)
    for value in (3, 4):
        floods(clinic, anna, *["hello"] * AT_ONCE, *["9"] * ENTRIES_KEPT, "pain 1")
        assert anna.answers[0][-1] == 9
        clinic.passes(minutes=2)
        floods(clinic, anna, *["hello"] * AT_ONCE, "hello", f"pain {value}")
        assert anna.answers[-1][-1] == value
        clinic.passes(minutes=2)


def test_a_patients_answers_in_a_flood_are_all_kept(clinic: Clinic) -> None:
    anna = asked(clinic)
    floods(clinic, anna, *["hello"] * 50, "3 2 2 4")
    assert anna.sees.startswith(TOLD)
    assert "Numbers and notes for your check-in are kept" in anna.sees
    assert [value for *_, value in anna.answers] == [3, 2, 2, 4]
    message = next(m for m in reversed(anna.messages) if "How strong was your pain" in m.get("text", ""))
    for _ in range(30):
        clinic.world.press(anna.account, message["message_id"], "c:0:20260302:answer:0:9", forge=True)
    clinic.calm()
    assert anna.answers[-1] == (DAY, "pain", 2, 9)
    clinic.passes(minutes=1)
    anna.says("/today")
    assert "Pain: 9" in anna.sees


def test_a_note_in_a_flood_is_kept_and_a_command_or_a_form_is_not(clinic: Clinic) -> None:
    anna = asked(clinic)
    anna.says("3 2 2 4")
    clinic.passes(minutes=1)
    anna.presses("Add a note")
    floods(clinic, anna, *["/help"] * 30, "A rash on the arm")
    assert [note.text for note in clinic.rows(Note)] == ["A rash on the arm"]
    before = clinic.stored()
    floods(clinic, anna, "/withdraw", "stop", "/pause", "/mydata")
    clinic.world.press(anna.account, anna.last["message_id"], "le:stop", forge=True)
    clinic.calm()
    assert clinic.stored() == before


def test_an_hour_of_lines_that_waited_for_the_bot_is_no_flood(clinic: Clinic) -> None:
    anna = asked(clinic)

    def writes() -> None:
        for _ in range(60):
            clinic.world.say(anna.account, "hello?")
            clinic.clock.move_to(clinic.clock.now() + timedelta(minutes=1))

    clinic.is_down(minutes=0, meanwhile=writes)
    assert TOLD not in " ".join(anna.everything)
    anna.says("7")
    assert anna.answers == [(DAY, "pain", 1, 7)]


def test_a_press_that_cannot_be_committed_for_long_is_no_flood(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "WAIT_AFTER_FAULT", 0.01)
    anna = asked(clinic)
    with commits_fail(clinic.database, AT_ONCE * 2) as refused:
        anna.presses("7")
    assert len(refused) == AT_ONCE * 2
    assert anna.answers == [(DAY, "pain", 1, 7)]
    assert TOLD not in " ".join(anna.everything)


def test_blocking_and_unblocking_is_noticed_whatever_was_sent_before(clinic: Clinic) -> None:
    anna = asked(clinic)
    floods(clinic, anna, *["hello"] * 40)
    clinic.world.block(anna.account)
    clinic.calm()
    (chat,) = clinic.rows(Chat)
    assert chat.unreachable_since is not None

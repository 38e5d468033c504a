"""The restore drill: a clinic lives on, its file is lost, a backup is restored. Nothing comes twice, nothing is missed.

The measure is a clinic that lost nothing: whatever it was sent, and nothing else, is sent here too, but for one message
that says what is missing.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from storage.database import Database
from storage.models import Answer, AuditEntry, Course, DiaryDay, MessageState, OutboxMessage, Patient, Role
from tests.keeping.support import RESTORED, backed_up, lost_and_restored, restored, sent, told_of_it
from tests.one_engine import SqliteFiles
from tests.support import Clinic, Someone

# Every moment at which something happens to Anna, asked at six and reminded at nine, and some between.
MOMENTS = (
    *("2026-03-02 12:00", "2026-03-02 18:00", "2026-03-02 19:30", "2026-03-02 21:00", "2026-03-03 03:00"),
    *("2026-03-03 18:00", "2026-03-03 21:00", "2026-03-04 08:59", "2026-03-04 09:00", "2026-03-04 12:00"),
    *("2026-03-04 18:00", "2026-03-04 21:00", "2026-03-05 09:00", "2026-03-05 18:00", "2026-03-05 21:00"),
    "2026-03-06 12:00",
)
# The backup's moment, and the one at which the file is lost: around each kind of thing that falls due.
LOSSES = (
    ("2026-03-02 12:00", "2026-03-02 18:00"),
    ("2026-03-02 12:00", "2026-03-02 19:30"),
    ("2026-03-02 18:00", "2026-03-02 19:30"),
    ("2026-03-02 19:30", "2026-03-03 18:00"),
    ("2026-03-03 03:00", "2026-03-04 09:00"),
    ("2026-03-04 08:59", "2026-03-04 12:00"),
    ("2026-03-02 12:00", "2026-03-05 18:00"),
)


def lives(clinic: Clinic, at: Callable[[str], None] = lambda _: None) -> tuple[Someone, Someone]:
    """A coordinator, and a patient with a course on Thursday who answers nothing, until Friday noon."""
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-05")
    for moment in MOMENTS:
        clinic.becomes(clinic.local(moment))
        at(moment)
    return coordinator, anna


@pytest.fixture
def following_up(sqlite_database: Database) -> Clinic:
    return Clinic(sqlite_database, follow_up_after=180)


@cache
def undisturbed(template: Path) -> Counter[tuple[int, str, str]]:
    """What is sent where nothing is lost."""
    path = template.with_name("undisturbed.sqlite")
    path.write_bytes(template.read_bytes())
    with SqliteFiles().at(path) as database, Clinic(database, follow_up_after=180) as clinic:
        lives(clinic)
        return sent(clinic)


@pytest.mark.parametrize(("made", "gone"), LOSSES)
def test_whatever_is_lost_everybody_is_sent_the_same_and_nothing_twice(
    following_up: Clinic, sqlite_template: Path, made: str, gone: str
) -> None:
    backup: list[Path] = []
    with following_up as clinic:

        def meanwhile(moment: str) -> None:
            if moment == made:
                backup.append(backed_up(clinic))
            if moment == gone:
                lost_and_restored(clinic, backup[0])

        coordinator, anna = lives(clinic, meanwhile)
        expected = Counter(undisturbed(sqlite_template))
        news = {key: many for key, many in sent(clinic).items() if key[2].startswith(f"<b>{RESTORED}")}
        assert [(key[0], many) for key, many in news.items()] == [(coordinator.account, 1)]
        assert sent(clinic) - Counter(news) == expected
        assert sum(key[0] == anna.account and "1 of 4" in key[2] for key in expected) == 8, "each day, and once more"


def answers_of(clinic: Clinic) -> list[tuple[str, str, int | None]]:
    return [(str(each.diary_date), each.item, each.value) for each in clinic.rows(Answer)]


def test_what_was_there_at_the_backup_is_there_again_and_the_gap_is_held_against_nobody(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    course = clinic.planned(anna, "2026-03-12")
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("7 2 2 4")
    kept = answers_of(clinic)
    clinic.becomes(clinic.local("2026-03-03 03:00"))
    backup = backed_up(clinic)

    clinic.becomes(clinic.local("2026-03-03 18:00"))
    anna.says("5 1 1 1")
    coordinator.says(f"/move {anna.code} 13 March")
    coordinator.presses("Yes")
    question = anna.last["message_id"]
    clinic.becomes(clinic.local("2026-03-03 20:00"))
    lost_and_restored(clinic, backup)

    assert answers_of(clinic) == kept
    assert [each.planned_start for each in clinic.rows(Course)] == [course.planned_start]
    assert [(str(day.diary_date), day.asked_at is not None) for day in clinic.rows(DiaryDay)] == [
        ("2026-03-02", True),
        ("2026-03-03", False),
    ]
    (news,) = told_of_it(coordinator)
    assert "They stand as of Tue 3 Mar 2026, 03:00." in news
    assert "from then until Tue 3 Mar 2026, 20:00 is missing" in news
    assert told_of_it(anna) == []
    coordinator.says("/history")
    assert "diaries restored from a backup of Tue 3 Mar 2026, 03:00" in coordinator.sees

    # What she sees in the chat can still be answered, and counts.
    day = clinic.rows(DiaryDay)[1]
    assert anna.taps(question, f"c:0:{day.diary_date:%Y%m%d}:answer:0:5", forge=True) == "Pain: 5"
    assert answers_of(clinic)[-1] == ("2026-03-03", "pain", 5)
    clinic.becomes(clinic.local("2026-03-04 18:00"))
    assert "Wed 4 Mar 2026" in anna.sees


def test_what_telegram_has_not_been_told_is_taken_still_counts_after_it(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    backup = backed_up(clinic)
    clinic.bot.__exit__()
    clinic.world.say(anna.account, "7 2 2 4")
    clinic.database.close()
    clinic.passes_alone(hours=1)
    restored(clinic, backup)
    assert [value for _, _, value in answers_of(clinic)] == [7, 2, 2, 4]


def test_what_fell_due_after_the_stop_is_still_sent(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 12:00"))
    backup, stopped = backed_up(clinic), clinic.clock.now() + timedelta(minutes=30)
    clinic.bot.__exit__()
    clinic.database.close()
    clinic.passes_alone(hours=7)
    restored(clinic, backup, stopped)
    assert "How strong was your pain today?" in anna.sees, "an hour late: nobody was there to ask at six"


def test_a_bot_that_had_stopped_before_the_backup_has_lost_nothing_and_nobody_is_told(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 17:00"))
    stopped = clinic.clock.now()
    clinic.bot.__exit__()
    clinic.passes_alone(minutes=5)
    backup = backed_up(clinic)
    clinic.database.close()
    clinic.passes_alone(hours=2)
    restored(clinic, backup, stopped)
    assert "How strong was your pain today?" in anna.sees
    assert told_of_it(coordinator) == []


def test_a_number_that_an_old_button_bears_is_never_anothers(clinic: Clinic) -> None:
    """A patient and a course of the lost time, and others that are made after it."""
    coordinator = clinic.coordinator()
    backup = backed_up(clinic)
    anna = clinic.patient()
    lost_course = clinic.planned(anna, "2026-03-12")
    lost_patient, lost_entry = anna.row.id, clinic.rows(AuditEntry)[-1].id
    clinic.passes(hours=1)
    lost_and_restored(clinic, backup)
    assert clinic.rows(Patient) == []
    ben = clinic.patient()
    course = clinic.planned(ben, "2026-03-12")
    assert ben.row.id > lost_patient
    assert course.id > lost_course.id
    assert clinic.rows(AuditEntry)[-1].id > lost_entry
    seen = coordinator.everything
    coordinator.forges(f"pt:{lost_patient}")
    assert [text for text in coordinator.everything if ben.code in text and text not in seen] == []


def test_whoever_joined_in_the_lost_time_can_use_the_link_again(clinic: Clinic) -> None:
    anna = clinic.someone()
    clinic.coordinator()
    token = clinic.invitation(Role.PATIENT)
    backup = backed_up(clinic)
    anna.says(f"/start {token}")
    for button in ("English", "Continue", "I agree", "Yes, Europe/London"):
        anna.presses(button)
    anna.says("18:00")
    clinic.passes(hours=1)
    lost_and_restored(clinic, backup)
    anna.says("7")
    assert "To begin, open the personal link" in anna.sees, "a stranger again"
    anna.says(f"/start {token}")
    assert "English" in anna.buttons


def test_restored_twice_it_stands_the_same(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    backup = backed_up(clinic)
    clinic.becomes(clinic.local("2026-03-02 19:00"))
    stopped = clinic.clock.now()
    lost_and_restored(clinic, backup, stopped)
    lost_and_restored(clinic, backup, stopped)
    clinic.becomes(clinic.local("2026-03-03 12:00"))
    assert len([text for text in anna.everything if "1 of 4" in text]) == 1
    prompts = [row for row in clinic.rows(OutboxMessage) if row.fault == "before_restore"]
    assert [row.state for row in prompts] == [MessageState.EXPIRED]
    assert told_of_it(coordinator) != []

"""Whatever a patient taps, types and lets pass: no error, no lost answer, and always a way on."""

import itertools
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from storage.models import Answer, Note, OutboxMessage, Patient, PatientStatus
from tests.one_engine import SqliteFiles
from tests.support import Clinic, Someone

LINES = (
    *("7", "seven", "3 2 2 4", "pain 3", "pain 3, weakness skip", "11", "3.5", "skip", "hello", "=1+1", "<b>&", "🙂"),
    *("/today", "/yesterday", "/infusions", "/settings", "/pause", "/help", "/start", "/notes", "/nonsense", "x" * 600),
    *("/withdraw", "/privacy", "Paris", "7:30 pm"),
)
FORGED = (
    "c:0:20260302:note::",
    "c:0:20260303:answer:0:5",
    "c:9:20260302:later::",
    "f:own_time:hour:19",
    "st:hours",
    "f:pause:until:2026-03-05",
    "st:day:56",
    "st:zone",
    "le:stop",
    "le:agree",
    "c:",
)
# What is done, and which of what there is.
STEPS = st.one_of(
    st.tuples(st.just("taps"), st.integers(0, 40), st.integers(0, 30)),
    st.tuples(st.just("taps"), st.just(0), st.integers(0, 30)),
    st.tuples(st.just("says"), st.sampled_from(LINES), st.just(0)),
    st.tuples(st.just("passes"), st.sampled_from((1, 45, 180, 600, 1440, 2900)), st.just(0)),
    st.tuples(st.just("again"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("forges"), st.sampled_from(FORGED), st.just(0)),
    st.tuples(st.just("goes"), st.sampled_from(((48.2, 16.4), (-36.8, 174.8), (0.0, -30.0))), st.just(0)),
    st.tuples(st.just("restarts"), st.just(0), st.just(0)),
)


def walk(clinic: Clinic, anna: Someone, steps: list[tuple[str, Any, int]]) -> None:
    for what, which, button in steps:
        if what == "says":
            anna.says(which)
        elif what == "passes":
            clinic.passes(minutes=which)
        elif what == "restarts":
            clinic.restart()
        elif what == "forges":
            anna.forges(which)
        elif what == "goes":
            anna.shares_place(*which)
        elif what == "again":
            told = sorted(clinic.world.mailbox.history)
            clinic.world.mailbox.redeliver(told[-1 - which % len(told)])
            with clinic.world.changed:
                clinic.world.changed.notify_all()
            clinic.calm()
        else:
            shown = [message for message in anna.messages if clinic.world.buttons(message)]
            if shown:
                message = shown[-1 - which % len(shown)]
                labels = [data for _, data in clinic.world.buttons(message) if data]
                anna.taps(message["message_id"], labels[button % len(labels)])


@pytest.mark.parametrize("language", ["en", "fr", "de"])
@settings(
    max_examples=4,
    # Not made shorter when it fails: that would take minutes, and the steps are told as they are.
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(steps=st.lists(STEPS, min_size=15, max_size=50))
def test_whatever_a_patient_does(
    sqlite_template: Any,
    sqlite_files: SqliteFiles,
    tmp_path_factory: pytest.TempPathFactory,
    caplog: pytest.LogCaptureFixture,
    language: str,
    steps: list[tuple[str, Any, int]],
) -> None:
    path = tmp_path_factory.mktemp("walk") / "diary.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    caplog.clear()
    with sqlite_files.at(path) as database, Clinic(database, follow_up_after=180) as clinic:
        anna, coordinator = clinic.patient(), clinic.coordinator()
        clinic.planned(anna, "2026-03-06")
        anna.says("/settings")
        anna.taps(anna.last["message_id"], f"st:language:{language}", forge=True)
        walk(clinic, anna, steps)
        holds(clinic, anna, coordinator)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def holds(clinic: Clinic, anna: Someone, coordinator: Someone) -> None:
    """No apology was made, every press is answered, nothing is stored twice, and there is a way on."""
    assert not any("went wrong on our side" in text for text in anna.everything)
    assert clinic.world.unanswered_callbacks() == []
    answers = clinic.rows(Answer)
    by_item: dict[tuple[Any, ...], list[Answer]] = {}
    for answer in answers:
        by_item.setdefault((answer.patient_id, answer.diary_date, answer.item), []).append(answer)
    for revisions in by_item.values():
        assert [each.revision for each in revisions] == list(range(1, len(revisions) + 1))
        assert all(a.value != b.value for a, b in itertools.pairwise(revisions)), "a revision changes"
    asked_again = [row.dedupe_key for row in clinic.rows(OutboxMessage) if row.kind.value == "follow_up"]
    assert len(asked_again) == len(set(asked_again))
    assert all(len(note.text) <= 500 for note in clinic.rows(Note))
    left = [said for said in coordinator.everything if any(word in said for word in ("has stopped", "has taken up"))]
    assert len(coordinator.messages) - len(left) < 10, "no message an answer"
    anna.says("/help")
    anna.says("/today")
    assert anna.buttons or anna.sees, "a way on"
    gone = [patient for patient in clinic.rows(Patient) if patient.status is PatientStatus.ERASED]
    assert not gone or answers == [], "what was erased stays so"

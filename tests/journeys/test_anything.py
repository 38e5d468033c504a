"""Whatever a patient or a care team taps, types and lets pass: no error, nothing lost or twice, and always a way on."""

import itertools
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from storage import courses
from storage.models import (
    AlertRule,
    Answer,
    AuditEntry,
    Course,
    CourseStatus,
    Invitation,
    ItemSet,
    Measurement,
    Note,
    OutboxMessage,
    OwnItem,
    Patient,
    PatientStatus,
    Staff,
    SteroidDose,
    Team,
)
from tests.jobs.research.support import contents, exported, imported
from tests.one_engine import SqliteFiles
from tests.support import Clinic, Someone
from tests.whole import so_often

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
# What a care team types; `CODE` is a patient's.
TEAM_LINES = (
    *(
        "/roster",
        "/roster zz",
        "/patient CODE",
        "/move CODE 12 Mar",
        "/move CODE 12 Mar to 20 Mar and later",
        "/invite",
    ),
    *(
        "/series CODE every 4 weeks x 6 from 3 Apr 0.8 g/kg 1 day",
        "/series CODE every 1 days x 26 from 9 Mar 0.4 2 days",
    ),
    *("/team", "/history", "/history CODE", "/prices", "/instructions", "/staff", "/alerts", "/questions", "/help"),
    *("/summary", "/summary settings", "/chart CODE", "/notes CODE", "/export", "/measurements CODE", "/import"),
    *(
        "/ck CODE 1250 <195 1 Mar",
        "/ck CODE",
        "/weight CODE 82.5",
        "/weight CODE 1",
        "/steroid CODE prednisone 30/20 from 1 Mar",
    ),
    *("/steroid CODE stop prednisone 2 Mar", "/import CODE;2026-02-20;CK;1250;U/l;195\nCODE;2026-02-21;weight;82,5;kg"),
    *("12 Mar", "29 Feb 2028", "1 Jan", "2", "0.4", "10", "28", "99", "0", "none", "08:00", "Kiritimati", "St Johns"),
    *("both", "clinician", "coordinator", "Dr. <b>", "x" * 600, "=1+1", "🙂", "/move CODE", "/start", "/nonsense"),
)
TEAM_FORGED = (
    *(
        "o:plan_course:1",
        "o:move_course:1",
        "o:cancel_course:2",
        "o:give_course:1",
        "o:reopen_course:1",
        "o:shift_later:1",
    ),
    *(
        "un:1",
        "un:9",
        "un:99",
        "pt:1",
        "pt:3",
        "co:1",
        "co:4",
        "ia:1",
        "wg:2026-03-08:y:2",
        "wg:2026-03-08:p:1",
        "wg:2026-03-08:u:0:1:9",
        "wg:2026-03-08:u:0:9:8",
        "un:9:8",
        "as:1",
    ),
    *("sf:leave:1", "sf:remove:2", "sf:roles:1", "su:seen:1:0", "su:off:1:4:0", "al:end:1", "me:rm:m:1", "me:ck:3"),
)
# What is done, and which of what there is.
COMMON = (
    st.tuples(st.just("taps"), st.integers(0, 40), st.integers(0, 30)),
    st.tuples(st.just("taps"), st.just(0), st.integers(0, 30)),
    st.tuples(st.just("passes"), st.sampled_from((1, 45, 180, 600, 1440, 2900)), st.just(0)),
    st.tuples(st.just("again"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("restarts"), st.just(0), st.just(0)),
    st.tuples(st.just("falls"), st.sampled_from((5, 600, 20_000)), st.just(0)),
)
STEPS = st.one_of(
    *COMMON,
    st.tuples(st.just("says"), st.sampled_from(LINES), st.just(0)),
    st.tuples(st.just("forges"), st.sampled_from(FORGED), st.just(0)),
    st.tuples(st.just("goes"), st.sampled_from(((48.2, 16.4), (-36.8, 174.8), (0.0, -30.0))), st.just(0)),
)
TEAM_STEPS = st.one_of(
    *COMMON,
    st.tuples(st.just("taps"), st.just(0), st.integers(0, 30)),
    st.tuples(st.just("says"), st.sampled_from(TEAM_LINES), st.just(0)),
    st.tuples(st.just("forges"), st.sampled_from(TEAM_FORGED), st.just(0)),
)
# Who does it: two coordinators, a clinician, and a patient now and then.
TURNS = st.tuples(st.sampled_from((0, 0, 0, 1, 1, 2, 2, 3)), TEAM_STEPS)


def walk(clinic: Clinic, anna: Someone, steps: list[tuple[str, Any, int]]) -> None:
    for step in steps:
        does(clinic, anna, *step)


def does(clinic: Clinic, anna: Someone, what: str, which: Any, button: int) -> None:
    if what == "says":
        anna.says(which)
    elif what == "passes":
        clinic.passes(minutes=which)
    elif what == "restarts":
        clinic.restart()
    elif what == "falls":
        clinic.is_down(minutes=which)
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
            if labels:
                anna.taps(message["message_id"], labels[button % len(labels)])


@pytest.mark.parametrize("language", ["en", "fr", "de"])
@settings(
    max_examples=so_often(4),
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


@settings(
    max_examples=so_often(4),
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(turns=st.lists(TURNS, min_size=25, max_size=70))
def test_whatever_a_care_team_does(
    sqlite_template: Any,
    sqlite_files: SqliteFiles,
    tmp_path_factory: pytest.TempPathFactory,
    caplog: pytest.LogCaptureFixture,
    turns: list[tuple[int, tuple[str, Any, int]]],
) -> None:
    folder = tmp_path_factory.mktemp("walk")
    path = folder / "diary.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    caplog.clear()
    with sqlite_files.at(path) as database, Clinic(database, follow_up_after=180, escalate_after=120) as clinic:
        staff = [clinic.coordinator(), clinic.coordinator(), clinic.clinician()]
        anna, ben = clinic.patient(), clinic.patient()
        clinic.planned(anna, "2026-03-06")
        clinic.planned(anna, "2026-04-03")
        other = elsewhere(clinic)
        before, code = of_team(clinic, other), anna.code
        for whose, (what, which, button) in turns:
            said = which.replace("CODE", code) if what == "says" else which
            does(clinic, [*staff, ben][whose], what, said, button)
        assert of_team(clinic, other) == before
        holds_of_a_team(clinic, staff)
        one = exported(database, folder / "one")
        imported(database, one, "Brought in", clinic.clock.now())
        assert contents(one) == contents(exported(database, folder / "two", team="Brought in"))
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def elsewhere(clinic: Clinic) -> int:
    """Another team's patient with a course, and its coordinator."""
    other = clinic.another_team("Rheumatology")
    clinic.coordinator(other)
    theirs = clinic.patient(team=other)
    clinic.planned(theirs, "2026-07-01")
    return theirs.row.team_id


def of_team(clinic: Clinic, team_id: int) -> list[Any]:
    """What the care team of a team has made and set; what its patients are asked goes on."""
    tables: tuple[Any, ...] = (Team, Staff, Course, Measurement, SteroidDose, AlertRule, OwnItem, ItemSet, Invitation)
    changing = {"next_confirmation_at", "next_reminder_at", "next_reminder_lead", "next_summary_at", "next_tidying_at"}
    return [
        row.model_dump(exclude=changing)
        for table in tables
        for row in clinic.rows(table)
        if (row.id if table is Team else row.team_id) == team_id
    ]


def holds_of_a_team(clinic: Clinic, staff: list[Someone]) -> None:
    """No apology was made, every press is answered, no course meets another, and somebody is still in charge."""
    assert not any("went wrong on our side" in text for member in staff for text in member.everything)
    assert clinic.world.unanswered_callbacks() == []
    for patient in clinic.rows(Patient):
        known = [each for each in clinic.rows(Course) if each.patient_id == patient.id]
        spans = sorted(
            (courses.first_day(each), courses.last_day(each))
            for each in known
            if each.status is not CourseStatus.CANCELLED
        )
        assert all(end < start for (_, end), (start, _) in itertools.pairwise(spans)), "a course meets another"
    team = clinic.rows(Team)[0].id
    in_charge = [each for each in clinic.rows(Staff) if each.team_id == team and each.coordinator]
    assert in_charge, "nobody can let anybody in"
    assert all(each.chat_id is not None for each in in_charge)
    undone = [entry.takes_back for entry in clinic.rows(AuditEntry) if entry.takes_back is not None]
    assert len(undone) == len(set(undone))
    for member in staff:
        member.says("/help")
        assert member.sees, "a way on"

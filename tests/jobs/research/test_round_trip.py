"""What is exported, brought in elsewhere and exported again is the same, byte for byte, save when and where."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from bot.local import seed
from jobs import admission, item_sets, pausing, record, research, schedule, taking_back
from jobs.csv_files import FolderInputs, read_folder
from jobs.research import Wanted
from jobs.schedule import CoursePlan
from storage import audit, patients
from storage.database import Database
from storage.models import (
    Answer,
    AuditEntry,
    CancelReason,
    Course,
    CourseStatus,
    DiaryDay,
    Item,
    ItemSet,
    Measurement,
    Note,
    OwnItem,
    Patient,
    PatientStatus,
    SteroidDose,
    Way,
)
from tests.jobs.own_data.test_collect import filled
from tests.jobs.research.support import NOW, contents, exported, found, imported, rows
from tests.jobs.wearing_off.examples import CASE
from tests.storage.support import TEAM, committing, joined_patient, rows_of, team_of
from tests.whole import so_often

ELSEWHERE = "Elsewhere"
# What databases hold: no NUL, and nothing that UTF-8 cannot say.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
NASTY = st.text(st.sampled_from("=+-@'\"\t\r\n,;| aé\U0001f600＝1"), min_size=1, max_size=12)
WORDS = TEXTS | NASTY
ZONES = st.sampled_from(["Europe/London", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "Australia/Lord_Howe"])
DATES = st.dates(date(1950, 1, 1), date(2150, 1, 1))
# Of what has been.
PAST = st.dates(date(1950, 1, 1), NOW.date())
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
AMOUNTS = st.floats(0, 1e9, allow_nan=False)
VALUES = st.floats(0, 1e9, allow_nan=False, exclude_min=True)
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
Draw = Callable[[st.SearchStrategy[Any]], Any]


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def some(draw: Draw, values: st.SearchStrategy[Any], most: int = 3) -> list[Any]:
    return list(draw(st.lists(values, max_size=most)))


def filled_at_random(session: Session, draw: Draw) -> None:
    """A team with questions of its own, and patients of whom everything may be held."""
    team = team_of(session)
    for _ in range(draw(st.integers(0, 3))):
        languages = draw(st.lists(st.sampled_from(["en", "fr", "de"]), unique=True, min_size=1))
        wording = {language: {part: draw(WORDS) for part in ("name", "low", "high")} for language in languages}
        session.add(
            OwnItem(team_id=team.id, language=draw(st.sampled_from(languages)), wording=wording, created_at=NOW)
        )
    session.flush()
    own = [item.key for item in rows_of(session, OwnItem)]
    for code in draw(st.lists(st.sampled_from(["P-7KQ4", "P-22AA", "P-ZZZ9"]), unique=True)):
        patient = a_patient(session, draw, team.id, code)
        a_diary(session, draw, patient, own)
        a_treatment(session, draw, patient)
        sets(session, draw, patient.team_id, patient.id, own)
        changes(session, draw, patient)
    sets(session, draw, team.id, None, own)


def a_patient(session: Session, draw: Draw, team_id: int, code: str) -> Patient:
    status = draw(st.sampled_from([PatientStatus.ACTIVE, PatientStatus.PAUSED, PatientStatus.WITHDRAWN]))
    patient = Patient(
        team_id=team_id,
        pseudonym=code,
        status=status,
        time_zone=draw(ZONES),
        prompt_time=draw(TIMES),
        follow_up=draw(st.booleans()),
        days_off="".join(sorted(draw(st.sets(st.sampled_from("0123456"), max_size=6)))),
        paused_until=draw(DATES) if status is PatientStatus.PAUSED else None,
        consent_version=draw(maybe(TEXTS)),
        consented_at=draw(maybe(MOMENTS)),
        withdrawn_at=draw(maybe(MOMENTS)),
        created_at=draw(MOMENTS),
    )
    session.add(patient)
    session.flush()
    return patient


def a_diary(session: Session, draw: Draw, patient: Patient, own: list[str]) -> None:
    of: dict[str, Any] = {"team_id": patient.team_id, "patient_id": patient.id}
    for day in draw(st.lists(PAST, unique=True, max_size=4)):
        opened, asked = draw(MOMENTS), draw(maybe(MOMENTS))
        closes = opened + timedelta(hours=draw(st.integers(0, 30)))
        zone = draw(ZONES)
        session.add(DiaryDay(diary_date=day, time_zone=zone, opened_at=opened, closes_at=closes, asked_at=asked, **of))
    answered = st.tuples(PAST, st.sampled_from([*Item, "stairs", *own]), st.integers(1, 4))
    for day, item, revision in draw(st.lists(answered, unique=True, max_size=6)):
        session.add(
            Answer(
                diary_date=day,
                item=str(item),
                revision=revision,
                value=draw(maybe(st.integers(0, 99 if item == "stairs" else 10))),
                answered_at=draw(MOMENTS),
                received_at=draw(MOMENTS),
                late=draw(st.booleans()),
                way=draw(st.sampled_from(list(Way))),
                wording=draw(TEXTS),
                **of,
            )
        )
    for day in some(draw, PAST):
        said, received, text = draw(MOMENTS), draw(MOMENTS), draw(WORDS)
        session.add(Note(diary_date=day, text=text, said_at=said, received_at=received, late=draw(st.booleans()), **of))


def a_treatment(session: Session, draw: Draw, patient: Patient) -> None:
    of: dict[str, Any] = {"team_id": patient.team_id, "patient_id": patient.id}
    # So far apart that none meets another.
    for weeks in draw(st.lists(st.integers(-1000, 1500), max_size=3, unique=True)):
        planned = NOW.date() + timedelta(weeks=4 * weeks)
        statuses = list(CourseStatus) if weeks < 0 else [CourseStatus.PLANNED, CourseStatus.CANCELLED]
        status = draw(st.sampled_from(statuses))
        given = planned + timedelta(days=draw(st.integers(0, 9))) if status is CourseStatus.GIVEN else None
        session.add(
            Course(
                planned_start=planned,
                planned_days=draw(st.integers(1, 9)),
                given_start=given,
                given_end=given + timedelta(days=draw(st.integers(0, 9))) if given else None,
                grams_per_kg_per_day=draw(st.floats(0, 5, exclude_min=True)),
                planned_grams_per_kg_per_day=draw(maybe(st.floats(0, 5, exclude_min=True))) if given else None,
                cancelled_because=draw(maybe(st.sampled_from(CancelReason)))
                if status is CourseStatus.CANCELLED
                else None,
                regimen=draw(maybe(WORDS)),
                status=status,
                created_at=draw(MOMENTS),
                **of,
            )
        )
    for analyte, unit in some(draw, st.sampled_from([("CK", "U/l"), ("weight", "kg"), ("ESR", "mm/h")])):
        session.add(
            Measurement(
                analyte=analyte,
                taken_on=draw(PAST),
                value=draw(VALUES),
                unit=unit,
                upper_limit=draw(maybe(VALUES)),
                received_at=draw(MOMENTS),
                **of,
            )
        )
    for first in some(draw, DATES):
        last = draw(maybe(st.integers(0, 99).map(lambda days: first + timedelta(days=days))))  # noqa: B023
        doses = {"dose_mg": draw(AMOUNTS), "alternate_dose_mg": draw(maybe(AMOUNTS))}
        session.add(
            SteroidDose(drug=draw(WORDS), starts_on=first, ends_on=last, received_at=draw(MOMENTS), **doses, **of)
        )


def sets(session: Session, draw: Draw, team_id: int, patient_id: int | None, own: list[str]) -> None:
    for first in some(draw, st.sampled_from([date(2026, 1, 1), date(2026, 2, 1)])):
        items = draw(maybe(st.lists(st.sampled_from(["stairs", *own]), unique=True)))
        session.add(
            ItemSet(team_id=team_id, patient_id=patient_id, valid_from=first, items=items, created_at=draw(MOMENTS))
        )
        session.flush()


CHANGED: list[tuple[str, st.SearchStrategy[Any]]] = [
    ("days_off", st.sampled_from(["", "56", "0"])),
    ("prompt_time", TIMES.map(lambda at: at.isoformat("minutes"))),
    ("time_zone", ZONES),
    ("follow_up", st.booleans()),
]


def changes(session: Session, draw: Draw, patient: Patient) -> None:
    """As the audit has them, and one that is nobody's research."""
    values = maybe(DATES.map(date.isoformat))
    pauses: list[tuple[str, str, st.SearchStrategy[Any]]] = [
        ("paused", "paused_until", values),
        ("pause_ended", "paused_until", values),
    ]
    known = [*pauses, *((f"{name}_changed", name, each) for name, each in CHANGED), ("course_moved", "start", values)]
    for action, name, each in some(draw, st.sampled_from(known)):
        before, after = ({name: draw(each)} for _ in range(2))
        of: dict[str, Any] = {"team_id": patient.team_id, "patient_id": patient.id}
        audit.record(session, at=draw(MOMENTS), actor="staff:1", action=action, before=before, after=after, **of)


@settings(max_examples=so_often(25))
@given(data=st.data())
def test_whatever_is_held(sqlite_template: Path, data: st.DataObject) -> None:
    with TemporaryDirectory() as made_in:
        folder = Path(made_in)
        (folder / "diary.sqlite").write_bytes(sqlite_template.read_bytes())
        database = Database(f"sqlite:///{folder / 'diary.sqlite'}")
        with committing(database) as session:
            filled_at_random(session, data.draw)
        one = exported(database, folder / "one")
        stored = imported(database, one, ELSEWHERE)
        two = exported(database, folder / "two", team=ELSEWHERE)
        database.close()
        assert contents(one) == contents(two)
        assert stored.patients == len(rows(one, "patients.csv"))


def test_a_team_of_which_everything_is_held(database: Database, tmp_path: Path) -> None:
    with committing(database) as session:
        # Another team's questions come first, so that ours are numbered otherwise here than there.
        filled(session, 5_550_010, "Rheumatology", "theirs")
        patient = filled(session, 5_550_020, TEAM, "mark")
        filled(session, 5_550_021, TEAM, "other")
        pausing.pause(session, audit.patient_actor(patient.id), patient, date(2026, 3, 9), NOW - timedelta(days=30))
        pausing.go_on(session, audit.patient_actor(patient.id), patient, NOW - timedelta(days=28))
        item_sets.choose(session, "staff:77", patient, [], NOW)
    one = exported(database, tmp_path / "one")
    imported(database, one, ELSEWHERE)
    assert contents(one) == contents(exported(database, tmp_path / "two", team=ELSEWHERE))
    assert {row["change"] for row in rows(one, "settings_changes.csv")} == {"paused", "pause_ended"}
    assert all(len(rows(one, file)) for file in contents(one) if file.endswith(".csv"))


def test_a_series_that_was_planned_by_mistake_and_taken_back_says_so(database: Database, tmp_path: Path) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        plans = schedule.series(CoursePlan(NOW.date() + timedelta(days=9), 2, 0.4), 28, 3)
        schedule.plan_courses(session, "staff:7", patient, plans, NOW)
        session.flush()
        first, *_, last = [entry for entry in rows_of(session, AuditEntry) if entry.action == schedule.PLANNED]
        taking_back.take_back(session, "staff:7", last, first.id, NOW)
    one = exported(database, tmp_path / "one")
    said = [(row["status"], row["cancelled_because"]) for row in rows(one, "courses.csv")]
    assert said == [("cancelled", "mistake")] * 3
    imported(database, one, ELSEWHERE)
    assert contents(one) == contents(exported(database, tmp_path / "two", team=ELSEWHERE))


def test_the_case_and_the_answer_from_it(sqlite_database: Database, tmp_path: Path) -> None:
    with committing(sqlite_database) as session:
        seed.plant(session, TEAM)
    one = exported(sqlite_database, tmp_path / "one")
    imported(sqlite_database, one, ELSEWHERE)
    assert contents(one) == contents(exported(sqlite_database, tmp_path / "two", team=ELSEWHERE))
    with sqlite_database.reading() as session:
        here, there = (
            record.read(session, patient, seed.START)
            for name in (TEAM, ELSEWHERE)
            if (patient := patients.patient_called(session, found(session, name).id, seed.CASE_PSEUDONYM))
        )
        assert here.inputs() == there.inputs()


def test_the_form_of_the_case(database: Database, tmp_path: Path) -> None:
    inputs = read_folder(CASE, stored_on=NOW.date())
    assert isinstance(inputs, FolderInputs)
    with committing(database) as session:
        team, _ = admission.team_called(session, TEAM, "Europe/London", None, NOW)
        code, stored = research.store_case(session, team, inputs, NOW)
        assert (stored.patients, stored.days, stored.answers) == (1, 630, 562 * 4)
        patient = patients.patient_called(session, team.id, code)
        assert patient is not None
        known = record.read(session, patient, NOW)
    assert known.inputs().diary.days == inputs.diary.days
    assert known.inputs().courses == inputs.courses
    assert known.inputs().labs == inputs.labs
    assert known.inputs().steroids == inputs.steroids
    assert {row["answered_at"][:16] for row in rows(exported(database, tmp_path / "one"), "answers.csv")} >= {
        # 20:02 on the wall in London, in summer.
        "1998-05-11T19:02"
    }
    imported(database, tmp_path / "one", ELSEWHERE)
    assert contents(tmp_path / "one") == contents(exported(database, tmp_path / "two", team=ELSEWHERE))


def test_a_planned_course_that_was_moved_stands_where_it_was_moved_to(
    sqlite_database: Database, tmp_path: Path
) -> None:
    (tmp_path / "courses.csv").write_text(
        "planned_start,start,end,dose_g_per_kg_per_day,regimen,status\n"
        "2026-03-01,2026-03-02,2026-03-03,0.4,A,given\n"
        "2026-03-03,2026-04-02,2026-04-03,0.4,A,planned\n"
    )
    (tmp_path / "diary.csv").write_text("date,pain,tiredness,weakness,exertion_pain\n2026-03-02,1,1,1,1\n")
    inputs = read_folder(tmp_path, stored_on=NOW.date())
    assert isinstance(inputs, FolderInputs)
    with committing(sqlite_database) as session:
        team, _ = admission.team_called(session, TEAM, "Europe/London", None, NOW)
        code, _ = research.store_case(session, team, inputs, NOW)
        patient = patients.patient_called(session, team.id, code)
        assert patient is not None
        spans = [
            (course.start.isoformat(), course.end.isoformat()) for course in record.read(session, patient, NOW).courses
        ]
    assert spans == [("2026-03-02", "2026-03-03"), ("2026-04-02", "2026-04-03")]


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(notes=True), Wanted(withdrawn=True)])
def test_whatever_was_wanted(sqlite_database: Database, tmp_path: Path, wanted: Wanted) -> None:
    with committing(sqlite_database) as session:
        filled(session, 5_550_020, TEAM, "mark")
    one = exported(sqlite_database, tmp_path / "one", wanted)
    imported(sqlite_database, one, ELSEWHERE)
    assert contents(one) == contents(exported(sqlite_database, tmp_path / "two", wanted, ELSEWHERE))

"""Findings in words: how sure one can be is always said, and never more than the diary holds."""

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pytest

from bot import findings, summaries
from bot.findings import number
from bot.local import seed
from bot.pages import Answered, by_who_needs_a_look, flag
from bot.pictures import LONGEST_CAPTION, patient_drawn, team_drawn
from bot.replies import Drawn
from bot.texts import plain
from jobs.record import Record
from jobs.wearing_off.effects import RegimenEffect
from jobs.wearing_off.thresholds import DEFAULTS
from jobs.wearing_off.verdict import Verdict
from storage import patients, teams
from storage.database import Database
from storage.writer import Writer
from tests.jobs.chart.examples import DAY, ENGLISH, RECORDS, a_diary, moved, the_case

WHOLE = Answered(RECORDS["the case, whole"], ENGLISH)
ADVICE = ("wear", "should", "increase", "reduce", "consider", "recommend", "drug wears")


def said(record: Record) -> list[str]:
    return [plain(line) for line in Answered(record, ENGLISH).sentences]


def with_verdict(verdict: Verdict, **values: object) -> str:
    effect: RegimenEffect = WHOLE.analysis.symptoms["pain"].regimen("1")
    changed = replace(effect, verdict=verdict, **values)  # type: ignore[arg-type]
    return plain(findings.regimen_sentence(changed, "pain", WHOLE.names, DEFAULTS, ENGLISH))


def test_the_cases_three_regimens_are_said_as_the_method_words_them() -> None:
    assert said(RECORDS["the case, whole"])[:3] == [
        "Regimen 1 (5 × 0.4 g/kg): pain was 2.9 points higher in the week before a course than mid-course"
        " (95 % interval 2.4 to 3.4; 4 of 4 courses). Returns.",
        "Regimen 2 (2 × 0.8 g/kg): cannot tell yet, 2 of 3 courses needed.",
        "Regimen 3 (1 × 0.8 g/kg): difference in pain 0.0 (−0.2 to 0.2; 13 of 14 courses usable)."
        " A rise of 1.5 points or more is unlikely.",
    ]


def test_the_page_is_headed_by_the_regimen_in_use_and_by_an_earlier_one_that_differs() -> None:
    assert plain(WHOLE.headline).startswith("Regimen 3 (1 × 0.8 g/kg): difference in pain 0.0")
    assert plain(WHOLE.headline).endswith("Earlier, Regimen 1: returns.")


def test_each_verdict_has_its_words_and_says_how_sure_it_is() -> None:
    assert with_verdict("possible_return").endswith("Possible return, not confirmed yet.")
    assert "95 % interval 0.2 to 1.0" in with_verdict("small_rise", estimate=0.6, low=0.2, high=1.0)
    assert with_verdict("unclear", low=-0.3, high=2.4).endswith(
        "Unclear: −0.3 to 2.4 fits both no return and an important one."
    )
    assert with_verdict("not_enough_data", usable=2).endswith("cannot tell yet, 2 of 3 courses needed.")


def test_without_enough_data_no_number_is_given() -> None:
    words = with_verdict("not_enough_data", usable=2)
    assert "2.9" not in words
    assert "points" not in words


@pytest.mark.parametrize("name", RECORDS)
def test_no_record_leads_to_advice_or_to_a_cause(name: str) -> None:
    answered = Answered(RECORDS[name], ENGLISH)
    words = " ".join([plain(answered.headline), *said(RECORDS[name])]).lower()
    assert [word for word in ADVICE if word in words] == []


def test_onset_relief_and_the_comparison_of_regimens_are_said() -> None:
    words = said(RECORDS["the case, whole"])
    assert "Where it returned, it was back from cycle day 17.5 (17 to 22; found in 4 of 4 courses)." in words
    assert "Course 1: pain went from 10.0 (three days before) to 0.7 (days 4 to 10 after), 93 % less." in words
    assert any("worse by more than 1 point is excluded" in line for line in words)
    assert "Across regimens: before 4 of 19 usable courses it returned (20 courses in all)." in words


def test_what_has_to_be_said_beside_it_is_said_and_courses_that_share_it_are_said_together() -> None:
    words = said(RECORDS["the case, whole"])
    assert "Courses 5, 7: compared with the time before them only, so a trend is not taken out." in words
    assert any(line.startswith("Course 14 is left out: 3 days answered") for line in words)
    assert len([line for line in words if line.startswith("Courses 20, 21: prednisone")]) == 1
    assert "Regimen 1: 3 of the 59 days compared were entered late." in words


def test_a_course_that_was_moved_earlier_is_named() -> None:
    record = a_diary(150, 6)
    courses = tuple(replace(c, planned_start=c.start + 2 * DAY) if c.number == 3 else c for c in record.courses)
    words = said(replace(record, courses=courses))
    assert any(line.startswith("Course 3 came 2 days earlier than planned") for line in words)


def test_the_running_course_is_never_judged() -> None:
    words = said(RECORDS["the case"])
    running = next(line for line in words if line.startswith("Before course 16, so far this week"))
    assert "mean pain 0.0 on 4 days. Mid-course it was" in running
    assert not any(verdict in running for verdict in ("return", "clear", "rise"))


def test_before_a_second_course_it_cannot_tell() -> None:
    assert said(RECORDS["1 course"])[0] == "Cannot tell yet: no course has been followed by another one."


def test_numbers_have_a_true_minus_and_nothing_is_minus_nothing() -> None:
    assert [number(value, ENGLISH) for value in (-0.04, 0.04, -0.25, 2.95)] == ["0.0", "0.0", "−0.2", "3.0"]
    assert number(17.5, ENGLISH, "0.#") == "17.5"
    assert number(22.0, ENGLISH, "0.#") == "22"


# --- captions ------------------------------------------------------------------------------------------------------


def test_the_chats_caption_has_the_finding_adherence_and_the_next_course() -> None:
    drawn = patient_drawn(RECORDS["the case"], ENGLISH)
    assert drawn.png.startswith(b"\x89PNG")
    caption = plain(drawn.caption or ENGLISH("summary.nobody"))
    assert caption.startswith("P-7KQ4. Regimen 3 (1 × 0.8 g/kg): difference in pain")
    assert "days answered; next course Mon 16 Aug 1999." in caption
    assert len(caption) <= LONGEST_CAPTION


def test_names_given_by_hand_cannot_make_a_caption_too_long() -> None:
    case = RECORDS["the case"]
    long = {dose.name: f"{dose.name} {'after dinner ' * 60}" for dose in case.doses}
    named = replace(
        case,
        doses=tuple(replace(dose, name=long[dose.name]) for dose in case.doses),
        courses=tuple(replace(course, regimen=long[course.regimen]) for course in case.courses),
    )
    caption = patient_drawn(named, ENGLISH).caption
    assert caption is not None
    assert len(caption) <= LONGEST_CAPTION


def a_team() -> list[Record]:
    today = date(2026, 1, 15)
    silent = replace(a_diary(150, 5), entries=a_diary(150, 5).entries[:-9])
    records = [the_case(), RECORDS["1 course"], a_diary(150, 5), RECORDS["all missing"], silent]
    return [moved(record, f"P-{k}", today) for k, record in enumerate(records)]


def test_the_team_is_ordered_by_who_needs_a_look_and_among_equals_the_silent_first() -> None:
    team = by_who_needs_a_look([Answered(record, ENGLISH) for record in a_team()])
    assert [each.kept.pseudonym for each in team] == ["P-4", "P-2", "P-3", "P-1", "P-0"]
    assert [flag(each) for each in team] == ["no answer for 8 days", "", "no answers yet", "", ""]


def test_days_that_nobody_asked_about_are_no_silence() -> None:
    record = a_diary(60, 2)
    quiet = replace(record, entries=record.entries[:-9])
    assert Answered(quiet, ENGLISH).silent_days() == 8
    paused = replace(quiet, not_asked=frozenset(record.today - k * DAY for k in range(1, 9)))
    assert Answered(paused, ENGLISH).silent_days() == 0


def test_the_summarys_caption_has_a_line_a_patient_and_says_how_many_more() -> None:
    team = [replace(record, pseudonym=f"P-{k}") for k, record in enumerate(a_team() * 5)]
    drawn = team_drawn("North & South", date(2026, 1, 15), team, ENGLISH)
    caption = drawn.caption
    assert caption is not None
    assert len(caption) <= LONGEST_CAPTION
    assert caption.startswith("<b>North &amp; South</b>")
    assert "returns, Regimen 1: 3.7" in plain(caption)
    assert "more: /chart" in caption


def test_a_worker_process_reads_the_database_itself_and_brings_picture_and_caption(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'diary.sqlite'}")
    database.migrate()
    writer = Writer(database)
    writer.submit(lambda session: seed.plant(session, "North")).result()
    writer.close()
    with database.reading() as session:
        team = teams.team_named(session, "North")
        assert team is not None
        patient = patients.patient_called(session, team.id, seed.CASE_PSEUDONYM)
        assert patient is not None
        screens = [
            summaries.patient_screen(session, patient, ENGLISH, seed.START),
            summaries.team_screen(session, team, ENGLISH, seed.START),
        ]
    database.close()
    asked = [screen.picture for screen in screens if screen.picture is not None]
    assert len(asked) == 2
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        page, summary = [workers.submit(each.draw, each.facts).result(timeout=100) for each in asked]
    assert isinstance(page, Drawn)
    assert isinstance(summary, Drawn)
    assert "difference in pain" in str(page.caption)
    assert "P-7KQ4" in str(summary.caption)
    assert page.png[:4] == summary.png[:4] == b"\x89PNG"


def test_handing_a_page_over_loads_neither_the_analysis_nor_what_draws() -> None:
    check = "import sys, bot.summaries; sys.exit(any(name in sys.modules for name in ('matplotlib', 'PIL', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0

"""What the interactive chart is told: the facts of the drawn page, with nothing decided anew."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.desk.chart_facts import SHARED, WORDS, Corrected, chart_facts
from bot.drawing.pages import Answered, patient_facts
from bot.texts import languages, texts_in
from jobs.chart.shapes import overlay_panels
from jobs.record import Record
from storage.models import STAIRS, Item
from storage.questions import DiaryQuestion
from tests.jobs.chart.examples import RECORDS, START, a_diary, the_case

DAY = timedelta(days=1)


def told(record: Record, corrected: Corrected | None = None, language: str = "en") -> dict[str, Any]:
    """As the browser has it."""
    facts: dict[str, Any] = json.loads(json.dumps(chart_facts(Answered(record, texts_in(language)), corrected or {})))
    return facts


def values(facts: dict[str, Any], key: str) -> list[float | None]:
    found: list[float | None] = next(each["values"] for each in facts["symptoms"] if each["key"] == key)
    return found


def test_every_answer_stands_on_its_day_and_a_day_without_one_is_empty() -> None:
    record = RECORDS["15 courses"]
    facts = told(record)
    pain = values(facts, "pain")
    assert len(pain) == (record.today - record.diary_from).days + 1
    answered = {entry.day: entry.values["pain"] for entry in record.entries}
    assert pain == [answered.get(record.diary_from + step * DAY) for step in range(len(pain))]


def test_every_day_before_today_is_answered_missing_or_not_asked() -> None:
    record = RECORDS["15 courses"]
    facts = told(record)
    not_asked = {(day - record.diary_from).days for day in record.not_asked}
    known = {*facts["answered"], *facts["missing"], *not_asked}
    assert set(range(facts["today"])) <= known
    assert not set(facts["answered"]) & set(facts["missing"])
    assert set(facts["late"]) <= set(facts["answered"])
    assert facts["late"], "the example has late entries"


def test_what_was_answered_before_a_correction_is_told() -> None:
    record = RECORDS["3 courses"]
    facts = told(record, {START + 3 * DAY: {"pain": (6, None)}})
    by_key = {each["key"]: each["corrected"] for each in facts["symptoms"]}
    assert by_key == {"pain": {"3": [6, None]}, "tiredness": {}, "weakness": {}, "exertion_pain": {}}


def test_courses_have_their_days_the_week_before_and_their_words() -> None:
    facts = told(the_case())
    first, last = facts["courses"][0], facts["courses"][-1]
    assert first["week"] == [first["first"] - 7, first["first"] - 1]
    assert first["said"] == "Course 1: Mon 6 Jul 1998 to Fri 10 Jul 1998, Regimen 1, 5 × 0.4 g/kg"
    assert last["planned"]
    assert last["said"] == "Course 16, planned: Mon 16 Aug 1999, Regimen 3, 1 × 0.8 g/kg"
    assert facts["last"] > last["last"], "the next course is not cut by the edge"


def test_the_verdict_s_numbers_are_those_of_the_page() -> None:
    answered = Answered(the_case(), texts_in("en"))
    facts = told(the_case())
    said = facts["overlay"]["said"]["pain"]
    lines = {mark.regimen: mark.line for mark in patient_facts(answered).answers[0].regimens}
    assert said["regimens"] == lines
    assert "returns" in said["courses"]["4"]
    assert said["courses"]["4"].startswith("Week before: ")
    assert ". This course by itself: " in said["courses"]["4"]


@pytest.mark.parametrize(
    "name", ["the case", "15 courses", "regimens in turn", "fortnightly courses", "weekly courses"]
)
def test_the_lines_laid_over_one_another_are_those_of_the_page(name: str) -> None:
    record = RECORDS[name]
    facts, page = told(record), patient_facts(Answered(record, texts_in("en")))
    drawn = {
        line.course_number: {day: score for run in line.segments for day, score in run}
        for panel in overlay_panels(page.courses, page.scores(0), page.today)
        for line in panel.lines
    }
    pain = values(facts, "pain")
    laid = {
        span["course"]: {
            day - span["start"]: pain[day]
            for day in range(max(span["first"], 0), span["last"] + 1)
            if pain[day] is not None
        }
        for span in facts["overlay"]["spans"]
    }
    assert {course: points for course, points in laid.items() if points} == drawn
    running = {
        line.course_number
        for panel in overlay_panels(page.courses, page.scores(0), page.today)
        for line in panel.lines
        if line.role == "running"
    }
    assert {span["course"] for span in facts["overlay"]["spans"] if span["running"]} >= running


def test_a_median_is_told_for_every_day_around_a_course_or_left_empty() -> None:
    medians = told(the_case())["overlay"]["medians"]
    assert medians.keys() == {item.value for item in Item}
    assert {len(line) for line in medians["pain"].values()} == {36}
    assert all(value is None for value in medians["pain"]["2"]), "two courses have no median"


def test_what_the_team_asks_beside_the_four_is_shown_on_its_own_scale() -> None:
    record = a_diary(20, 1)
    entries = tuple(replace(each, values={**each.values, STAIRS: 14}) for each in record.entries)
    facts = told(replace(record, entries=entries, further=(DiaryQuestion(STAIRS),)))
    stairs = facts["symptoms"][-1]
    assert (stairs["name"], stairs["top"], stairs["values"][0]) == ("Flights of stairs", 14, 14)
    assert STAIRS not in facts["overlay"]["said"], "it is no part of the answer"


def test_measurements_and_doses_are_told_within_the_diary() -> None:
    facts = told(the_case())
    assert facts["kinase"]["limit"] == 195
    assert all(0 <= day <= facts["today"] for day, _ in facts["kinase"]["values"])
    assert any(words.startswith("CK ") for _, _, words in facts["measured"])
    assert any("prednisone" in words for _, _, words in facts["measured"])
    assert all(0 <= first <= last <= facts["today"] for first, last, _ in facts["measured"])


def test_a_dose_that_is_still_taken_ends_today() -> None:
    facts = told(RECORDS["two steroids"])
    assert facts["today"] in {last for _, last, _ in facts["measured"]}


@pytest.mark.parametrize("name", RECORDS)
def test_every_diary_however_odd_can_be_told(name: str) -> None:
    facts = told(RECORDS[name])
    assert all(span["first"] <= span["last"] <= facts["today"] for span in facts["overlay"]["spans"])
    assert facts["today"] <= facts["last"]


@pytest.mark.parametrize("language", languages())
def test_no_word_is_missing_and_none_has_markup(language: str) -> None:
    words = told(RECORDS["one day"], language=language)["words"]
    assert {*WORDS, *SHARED} <= words.keys()
    assert len(words["months"]) == 12
    assert len(words["weekdays"]) == 7
    assert not [each for each in words.values() if isinstance(each, str) and ("<" in each or "&" in each)]


def test_five_years_of_a_diary_are_no_more_than_a_picture() -> None:
    assert len(json.dumps(told(RECORDS["5 years"]), separators=(",", ":"), ensure_ascii=False)) < 100 * 1024


def test_no_day_before_the_diary_is_named() -> None:
    facts = told(replace(the_case(), diary_from=date(1999, 1, 1), entries=()))
    assert all(course["last"] >= 0 for course in facts["courses"])
    assert all(span["last"] >= 0 for span in facts["overlay"]["spans"])

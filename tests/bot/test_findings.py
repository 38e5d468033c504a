"""Findings in words: how sure one can be is always said, and never more than the diary holds."""

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drawing import findings
from bot.drawing.asked import LONGEST_CAPTION, Asked
from bot.drawing.findings import number
from bot.drawing.pages import Answered, by_who_needs_a_look, flag, next_course_words, patient_facts
from bot.drawing.pictures import draw, patient_drawn
from bot.drawing.summary_words import paragraph
from bot.local import seed
from bot.texts import languages, plain, texts_in
from jobs.attention import silent_days
from jobs.record import Record
from jobs.steroids import SteroidStep
from jobs.wearing_off import analyse
from jobs.wearing_off.effects import RegimenEffect
from jobs.wearing_off.thresholds import DEFAULTS
from jobs.wearing_off.verdict import Verdict, interval_verdict
from storage import patients, teams
from storage.database import Database
from storage.models import DrawingKind, Item
from storage.questions import DiaryQuestion
from storage.writer import Writer
from tests.jobs.chart.examples import DAY, ENGLISH, RECORDS, a_diary, moved, the_case
from tests.jobs.wearing_off.examples import Span, courses_on, day, diary_with
from tests.jobs.wearing_off.test_properties import LENGTH, diaries, spans

WHOLE = Answered(RECORDS["the case, whole"], ENGLISH)
ADVICE = ("wear", "should", "increase", "reduce", "consider", "recommend", "drug wears")


def said(record: Record) -> list[str]:
    return [plain(line) for line in Answered(record, ENGLISH).sentences]


def with_verdict(verdict: Verdict, **values: object) -> str:
    effect: RegimenEffect = WHOLE.analysis.symptoms["pain"].regimen("1")
    changed = replace(effect, verdict=verdict, **values)  # type: ignore[arg-type]
    return plain(findings.regimen_sentence(changed, WHOLE.names, DEFAULTS, ENGLISH))


def test_the_cases_three_regimens_are_said_as_the_method_words_them() -> None:
    assert said(RECORDS["the case, whole"])[:3] == [
        "Pain: does not return. Regimen 3 (1 × 0.8 g/kg): 0.0 points between the week before a course and mid-course"
        " (95 % interval −0.2 to 0.2; 13 of 14 courses usable). A return counts from 1 point; 1.5 or more is unlikely.",
        "Pain: returns. Regimen 1 (5 × 0.4 g/kg): 2.9 points higher in the week before a course than mid-course"
        " (95 % interval 2.4 to 3.4; 4 of 4 courses).",
        "Pain: cannot tell yet. Regimen 2 (2 × 0.8 g/kg): 2 of 3 courses needed.",
    ]


def hurting_before_the_latest(record: Record, pain: float = 4.0) -> Record:
    """Other answers in the week before the latest course that has begun."""
    start = [course.start for course in record.courses if course.start <= record.today][-1]
    week = {start - k * DAY for k in range(1, 8)}
    entries = tuple(
        replace(entry, values={**entry.values, Item.PAIN: pain}) if entry.day in week else entry
        for entry in record.entries
    )
    return replace(record, entries=entries)


def test_a_provisional_course_that_is_only_among_the_onsets_is_said_to_be_so() -> None:
    lines = said(hurting_before_the_latest(the_case(date(1999, 8, 20))))
    assert "Across regimens: before 4 of 13 usable courses it returned (15 courses came after another one)." in lines
    (onset,) = [line for line in lines if line.startswith("Where it returned")]
    assert onset.endswith("found in 5 of 5 courses; course 16 among them is provisional and not counted above).")
    (settled,) = [line for line in said(the_case(date(1999, 8, 20))) if line.startswith("Where it returned")]
    assert settled.endswith("found in 4 of 4 courses).")


@pytest.mark.parametrize(
    ("today", "verdict", "counted"),
    [
        (date(1999, 8, 20), "does not return", "It is provisional and not counted yet."),
        (date(1999, 9, 9), "unclear", "It is counted with the others."),
    ],
)
def test_where_the_latest_course_returns_and_the_headline_says_no_both_are_said(
    today: date, verdict: str, counted: str
) -> None:
    answered = Answered(hurting_before_the_latest(the_case(today)), ENGLISH)
    assert plain(answered.headline) == f"Pain: {verdict}"
    for words in (answered.explanation, paragraph(answered, None), *answered.sentences[1:2]):
        assert "But course 16, the latest, by itself: " in plain(words)
        assert f"), which is a return. {counted}" in plain(words)
    assert "by itself" not in plain(Answered(the_case(today), ENGLISH).explanation)


def test_a_regimen_that_has_just_begun_is_said_first_though_nothing_is_known_of_it() -> None:
    record = a_diary(155, 6)
    courses = (*record.courses[:5], replace(record.courses[5], regimen="B"))
    doses = (*record.doses[:5], replace(record.doses[5], name="B"))
    changed = Answered(replace(record, all_courses=courses, all_doses=doses), ENGLISH)
    first, second, third = (plain(line) for line in changed.sentences[:3])
    assert first == "Pain: cannot tell yet. Regimen B (1 × 0.1 g/kg): 0 of 3 courses needed."
    assert second.startswith("Pain: returns. Regimen 1 (1 × 0.1 g/kg): ")
    assert not third.startswith("Across regimens")
    assert f"{plain(changed.headline)}. {plain(changed.explanation)}" == f"{first} Earlier, Regimen 1: returns."
    assert changed.current is not None
    assert (changed.current.regimen, changed.current.verdict) == ("B", "not_enough_data")


def test_the_page_is_headed_by_the_regimen_in_use_and_by_an_earlier_one_that_differs() -> None:
    assert plain(WHOLE.headline) == "Pain: does not return"
    assert plain(WHOLE.explanation).startswith("Regimen 3 (1 × 0.8 g/kg): 0.0 points between the week before")
    assert plain(WHOLE.explanation).endswith("Earlier, Regimen 1: returns.")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", RECORDS)
def test_the_verdict_stands_first_in_the_words_of_the_panels_below_it(name: str, language: str) -> None:
    facts = patient_facts(Answered(RECORDS[name], texts := texts_in(language)))
    label, _, said = facts.verdict.partition(":")
    assert label.strip() == plain(texts("item.pain"))
    marks = {mark.regimen: mark.words for mark in facts.answers[0].regimens}
    now = Answered(RECORDS[name], texts).current
    unknown = plain(texts("verdict.not_enough_data"))
    assert said.strip() == (unknown if now is None else marks.get(now.regimen, unknown))


@pytest.mark.parametrize("language", languages())
def test_the_two_thresholds_are_told_apart_where_they_are_named(language: str) -> None:
    """From 1 point it counts as a return; 1.5 must be unlikely before there is said to be none."""
    answered = Answered(RECORDS["the case, whole"], texts := texts_in(language))
    facts = patient_facts(answered)
    rise, important = number(DEFAULTS.rise, texts, "0.#"), number(DEFAULTS.important_rise, texts, "0.#")
    assert rise in facts.texts.threshold.replace("\xa0", " ").split()
    assert important not in facts.texts.threshold
    said = facts.sentence.replace("\xa0", " ")
    assert f" {rise} " in said
    assert important in said[said.index(f" {rise} ", said.index(")")) :]
    assert important in plain(findings.footer(DEFAULTS, texts))


def test_each_verdict_has_its_words_and_says_how_sure_it_is() -> None:
    possible = with_verdict("possible_return")
    assert possible.startswith("Pain: possible return. ")
    assert possible.endswith("Not confirmed yet.")
    small = with_verdict("small_rise", estimate=0.6, low=0.2, high=1.0)
    assert small.startswith("Pain: small rise. ")
    assert "95 % interval 0.2 to 1.0" in small
    assert small.endswith("A return counts from 1 point.")
    unclear = with_verdict("unclear", low=-0.3, high=2.4)
    assert unclear.startswith("Pain: unclear. ")
    assert unclear.endswith("The 95 % interval, −0.3 to 2.4, fits both no return and an important one.")
    assert with_verdict("not_enough_data", usable=2).startswith("Pain: cannot tell yet. ")
    assert with_verdict("not_enough_data", usable=2).endswith(": 2 of 3 courses needed.")


def test_without_enough_data_no_number_is_given() -> None:
    words = with_verdict("not_enough_data", usable=2)
    assert "2.9" not in words
    assert "points" not in words


@pytest.mark.parametrize("name", RECORDS)
def test_no_record_leads_to_advice_or_to_a_cause(name: str) -> None:
    answered = Answered(RECORDS[name], ENGLISH)
    words = " ".join([plain(answered.headline), plain(answered.explanation), *said(RECORDS[name])]).lower()
    assert [word for word in ADVICE if word in words] == []


def test_onset_relief_and_the_comparison_of_regimens_are_said() -> None:
    words = said(RECORDS["the case, whole"])
    assert "Where it returned, it was back from cycle day 17.5 (17 to 22; found in 4 of 4 courses)." in words
    assert "Course 1: pain went from 10.0 (three days before) to 0.7 (days 4 to 10 after), 93 % less." in words
    assert any("worse by more than 1 point is excluded" in line for line in words)
    assert "Across regimens: before 4 of 19 usable courses it returned (20 courses came after another one)." in words


def test_pain_that_grew_over_a_course_is_more_and_a_hardly_changed_one_is_neither() -> None:
    def first_course(before: float, after: float) -> str:
        record = a_diary(40, 1)
        start = record.courses[0].start
        entries = tuple(
            replace(entry, values=dict.fromkeys(Item, before if entry.day < start else after))
            for entry in record.entries
        )
        return next(line for line in said(replace(record, entries=entries)) if line.startswith("Course 1:"))

    assert first_course(2, 3).endswith("from 2.0 (three days before) to 3.0 (days 4 to 10 after), 50 % more.")
    assert first_course(4, 3).endswith("to 3.0 (days 4 to 10 after), 25 % less.")
    assert first_course(9.99, 9.98).endswith("to 10.0 (days 4 to 10 after).")
    assert first_course(0, 3).endswith("to 3.0 (days 4 to 10 after).")


def test_of_steroids_between_regimens_only_what_is_known_is_said() -> None:
    def beside(*steps: SteroidStep) -> str:
        record = replace(the_case(date(2000, 1, 30), 21), steroids=steps)
        line = next(line for line in said(record) if "difference of the rises" in line)
        return line.partition("excluded. ")[2]

    begun = date(1998, 7, 1)
    steady = SteroidStep(begun, None, "prednisone", 25.0, 20.0)
    assert beside() == "Time differs too; what steroid was taken is not known."
    assert beside(replace(steady, start=date(1998, 8, 1))) == "Time differs too; what steroid was taken is not known."
    assert beside(steady) == "Time differs too; the mean steroid dose is the same."
    pulse = SteroidStep(begun, date(1998, 10, 1), "dexamethasone", 4.0)
    assert beside(steady, pulse).startswith("Time and steroid dose differ too: dexamethasone 0 against ")
    assert "prednisone" not in beside(steady, pulse)
    assert "prednisone 23.16 against 25 mg a day." in " ".join(said(RECORDS["the case, whole"]))


def test_a_rise_that_has_no_room_on_the_scale_is_warned_of() -> None:
    assert (
        "Regimen 1: before 3 of 3 courses pain was 9 or more mid-course already,"
        " too near the end of the scale for a rise to show." in said(RECORDS["all 10"])
    )
    assert not any("end of the scale" in line for line in said(RECORDS["all 0"]))


def test_what_stands_on_a_planned_date_is_provisional_or_came_late_is_said() -> None:
    record = a_diary(153, 6)
    fourth, newest = record.courses[3], record.courses[5]
    courses = (
        *record.courses[:3],
        replace(fourth, planned_start=fourth.start - DAY),
        record.courses[4],
        replace(newest, status="planned"),
    )
    words = said(replace(record, all_courses=courses))
    assert "1 course stands on its planned date only, nobody said that it was given: 6." in words
    assert "Course 4 came 1 day later than planned." in words
    until = ENGLISH.day(newest.end + 17 * DAY)
    assert (
        f"Course 6 is provisional, until {until} at the latest:"
        " compared with the time before it only, and not counted yet." in words
    )
    overdue = tuple(replace(course, status="planned") for course in courses[4:])
    words = said(replace(record, all_courses=(*courses[:4], *overdue)))
    assert "2 courses stand on their planned dates only, nobody said that they were given: 5, 6." in words


def test_no_count_of_one_is_a_plural() -> None:
    record = a_diary(153, 2, missing_every=6)
    entries = tuple(replace(entry, late=entry.day == record.courses[0].start + 6 * DAY) for entry in record.entries)
    words = said(replace(record, entries=entries))
    assert any("1 of the " in line and line.endswith("days compared was entered late.") for line in words)
    assert any("found in 1 of 1 course)" in line for line in words)


def test_what_has_to_be_said_beside_it_is_said_and_courses_that_share_it_are_said_together() -> None:
    words = said(RECORDS["the case, whole"])
    assert (
        "Courses 5, 7: compared with the time before them only,"
        " so their differences may include a slow improvement or worsening." in words
    )
    assert any(
        line.startswith("Course 14 is left out: 3 of 7 days answered in the week before it, 11 of 14 mid-course")
        for line in words
    )
    assert len([line for line in words if line.startswith("Courses 20, 21: prednisone")]) == 1
    assert "Regimen 1: 3 of the 59 days compared were entered late." in words


def test_a_course_that_was_moved_earlier_is_named() -> None:
    record = a_diary(150, 6)
    courses = tuple(replace(c, planned_start=c.start + 2 * DAY) if c.number == 3 else c for c in record.courses)
    words = said(replace(record, all_courses=courses))
    assert any(line.startswith("Course 3 came 2 days earlier than planned") for line in words)


def test_the_running_course_is_never_judged() -> None:
    words = said(RECORDS["the case"])
    running = next(line for line in words if line.startswith("Before course 16, so far this week"))
    assert "mean pain 0.0 on 4 days. Mid-course it was" in running
    assert not any(verdict in running for verdict in ("return", "clear", "rise"))


def test_before_a_second_course_it_cannot_tell() -> None:
    assert said(RECORDS["1 course"])[0] == "Pain: cannot tell yet. No course has been followed by another one."


def test_numbers_have_a_true_minus_and_nothing_is_minus_nothing() -> None:
    assert [number(value, ENGLISH) for value in (-0.04, 0.04, -0.25, 2.95)] == ["0.0", "0.0", "−0.2", "3.0"]
    assert number(17.5, ENGLISH, "0.#") == "17.5"
    assert number(22.0, ENGLISH, "0.#") == "22"


def read(shown: str) -> float:
    return float(shown.replace("−", "-"))


def test_a_second_decimal_comes_only_where_the_first_would_contradict_the_verdict() -> None:
    assert [number(value, ENGLISH) for value in (0.94, 0.97, 0.9999, 1 - 1e-12, 1.04, 1.48, 0.03)] == [
        "0.9",
        "0.97",
        "0.99",
        "1.0",
        "1.0",
        "1.5",
        "0.0",
    ]
    assert findings.limits(0.03, 1.48, ENGLISH) == ("0.03", "1.48")
    assert findings.limits(0.001, 0.998, ENGLISH) == ("0.01", "0.99")
    assert findings.limits(-0.03, 1.52, ENGLISH) == ("0.0", "1.5")
    assert plain(findings.interval(0.03, 2.2, ENGLISH)) == "0.03 to 2.2"


@settings(max_examples=300)
@given(*[st.floats(-11, 11) | st.sampled_from([0.0, 1.0, 1.5]).flatmap(lambda at: st.floats(at - 0.06, at + 0.06))] * 3)
def test_the_shown_numbers_lead_to_the_same_verdict(estimate: float, low: float, high: float) -> None:
    shown, (shown_low, shown_high) = read(number(estimate, ENGLISH)), map(read, findings.limits(low, high, ENGLISH))
    assert interval_verdict(shown, shown_low, shown_high) == interval_verdict(estimate, low, high)
    assert (shown_high < 1) == (round(high, 9) < 1)
    assert (shown, shown_low, shown_high) == pytest.approx((estimate, low, high), abs=0.05 + 1e-9)


@settings(max_examples=40)
@given(spans(), diaries())
def test_of_no_diary_do_the_shown_numbers_contradict_the_verdict(
    own: tuple[Span, ...], scores: dict[int, float]
) -> None:
    analysis = analyse(courses_on(own), diary_with(scores), day(LENGTH - 1))
    for found in analysis.symptoms.values():
        courses = [(each.difference, each.low, each.high, each.verdict) for each in found.courses]
        regimens = [(each.estimate, each.low, each.high, each.verdict) for each in found.regimens]
        for estimate, low, high, verdict in (*courses, *regimens):
            if estimate is None or low is None or high is None or verdict == "not_enough_data":
                continue
            shown_low, shown_high = map(read, findings.limits(low, high, ENGLISH))
            shown = interval_verdict(read(number(estimate, ENGLISH)), shown_low, shown_high)
            assert shown == ("returns" if verdict == "possible_return" else verdict)


# --- captions ------------------------------------------------------------------------------------------------------


def test_the_chats_caption_has_the_finding_adherence_and_the_next_course() -> None:
    drawn = patient_drawn(RECORDS["the case"], ENGLISH)
    assert drawn.png is not None
    assert drawn.png.startswith(b"\x89PNG")
    caption = plain(drawn.caption)
    assert caption.startswith("P-7KQ4. Pain: does not return\nRegimen 3 (1 × 0.8 g/kg): 0.1 points between")
    assert "days asked in the last 4 weeks answered; next course Mon 16 Aug 1999\n" in caption
    assert len(caption) <= LONGEST_CAPTION


def test_names_given_by_hand_cannot_make_a_caption_too_long() -> None:
    case = RECORDS["the case"]
    long = {dose.name: f"{dose.name} {'after dinner ' * 60}" for dose in case.doses}
    named = replace(
        case,
        all_doses=tuple(replace(dose, name=long[dose.name]) for dose in case.doses),
        all_courses=tuple(replace(course, regimen=long[course.regimen]) for course in case.courses),
    )
    caption = patient_drawn(named, ENGLISH).caption
    assert caption is not None
    assert len(caption) <= LONGEST_CAPTION


def with_further(record: Record, *names: str) -> Record:
    """The record with a 7 each day for stairs, and for questions of the team's own that are called so."""
    own = [DiaryQuestion(f"own:{k}", "en", {"en": {"name": name}}) for k, name in enumerate(names)]
    further = (DiaryQuestion("stairs"), *own)
    more: dict[str, float | None] = {each.key: 7 for each in further}
    entries = tuple(replace(entry, values={**entry.values, **more}) for entry in record.entries)
    return replace(record, entries=entries, further=further)


def test_what_a_team_asks_beside_is_said_in_words_and_changes_no_finding() -> None:
    case = RECORDS["the case"]
    plainly, beside = (patient_drawn(record, ENGLISH) for record in (case, with_further(case, "Sleep & <b>rest</b>")))
    said = (
        "\nFlights of stairs 7.0 (4 days); Sleep &amp; &lt;b&gt;rest&lt;/b&gt; 7.0 (4 days)"
        " in the week before the course of Mon 19 Jul 1999, on average; no part of the finding"
    )
    assert beside.caption.replace(said, "") == plainly.caption
    assert said in beside.caption
    assert beside.png == plainly.png


def test_a_caption_that_is_full_says_nothing_of_it() -> None:
    case = RECORDS["the case"]
    long = with_further(case, *("x" * 300 for _ in range(4)))
    assert patient_drawn(long, ENGLISH).caption == patient_drawn(case, ENGLISH).caption


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
    assert silent_days(quiet) == 8
    paused = replace(quiet, not_asked=frozenset(record.today - k * DAY for k in range(1, 9)))
    assert silent_days(paused) == 0


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
    url = str(database.url)
    database.close()
    asked = [
        Asked(url, team.id, patient.id, "en", seed.START),
        Asked(url, team.id, None, "en", seed.START, DrawingKind.SUMMARY),
    ]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        page, summary = [workers.submit(draw, each).result(timeout=100) for each in asked]
    assert page.png is not None
    assert summary.png is not None
    assert "points between the week before" in str(page.caption)
    assert "P-7KQ4" in str(summary.caption)
    assert page.png[:4] == summary.png[:4] == b"\x89PNG"


def test_the_process_that_answers_patients_loads_neither_the_analysis_nor_what_draws() -> None:
    check = "import sys, bot.__main__; print(*{'matplotlib', 'PIL', 'numpy', 'scipy', 'fhir'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", check], check=True, capture_output=True, text=True).stdout.split()
    assert loaded == []


def test_a_pause_and_a_closed_chat_are_said_before_silence_and_a_course_to_confirm_before_the_next() -> None:
    kept = RECORDS["the case"]
    paused = replace(kept, paused_until=date(1999, 9, 1))
    assert flag(Answered(paused, ENGLISH)) == "paused until Wed 1 Sept 1999"
    assert flag(Answered(replace(paused, reachable=False), ENGLISH)) == "cannot be reached"
    assert "paused until Wed 1 Sept 1999; " in plain(patient_drawn(paused, ENGLISH).caption)
    given = [course for course in kept.courses if course.status == "given"]
    over = replace(kept, all_courses=(*given[:-1], replace(given[-1], status="planned")), today=given[-1].end + DAY)
    assert plain(next_course_words(over, ENGLISH)).endswith("was it given?")

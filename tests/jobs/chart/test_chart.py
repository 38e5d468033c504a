"""The charts: what is drawn where, and that every diary, however odd, gives a picture that can be read."""

import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from itertools import combinations, pairwise
from multiprocessing import get_context

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jobs.chart import patient_chart, patient_print, style, team_chart, team_print
from jobs.chart.answer import CourseMark, RegimenMark, SymptomAnswer, Table
from jobs.chart.facts import ChartCourse, ChartFacts, DiaryDay, LabStrip
from jobs.chart.forest import MOST_SLOTS, groups_shown, points_shown
from jobs.chart.pages import patient_page, patient_papers, team_page, team_papers
from jobs.chart.shapes import (
    calendar_span,
    drawn_segments,
    kept_labels,
    median_line,
    missing_days,
    overlay_panels,
    regimen_bands,
    unbroken,
)
from jobs.chart.sheet import Sheet
from jobs.cycle import Course
from tests.jobs.chart.examples import RECORDS, START, TEXTS, a_diary, a_team, page, page_of, the_case

DAY = timedelta(days=1)
every_state = pytest.mark.parametrize("name", RECORDS)


def opened(png: bytes) -> Image.Image:
    picture = Image.open(BytesIO(png))
    picture.load()
    return picture


def mark(number: int, start: int, regimen: str = "1", planned: bool = False, days: int = 1) -> ChartCourse:
    first = START + start * DAY
    course = Course(number, first, first + (days - 1) * DAY, regimen, "planned" if planned else "given")
    return ChartCourse(course, f"Regimen {regimen}", regimen, "0.4 g/kg")


def with_courses(today: date, *marks: ChartCourse) -> ChartFacts:
    return replace(page("empty diary, no course"), today=today, courses=marks)


def words_on(sheet: Sheet) -> list[str]:
    return [words for words, _ in sheet.text_boxes()]


def assert_words_are_readable(sheet: Sheet) -> None:
    boxes = [(words, box) for words, box in sheet.text_boxes() if words]
    for words, (left, top, width, height) in boxes:
        assert left >= 0, words
        assert left + width <= sheet.width, words
        assert top >= 0, words
        assert top + height <= sheet.height, words
    for (one, a), (other, b) in combinations(boxes, 2):
        apart = a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]
        assert apart, f"{one!r} at {a} meets {other!r} at {b}"


# --- what is drawn where -------------------------------------------------------------------------------------------


def test_a_gap_is_never_bridged() -> None:
    scores = {START: 1, START + DAY: 2, START + 3 * DAY: 4, START + 4 * DAY: None, START + 5 * DAY: 6}
    assert drawn_segments(scores, START, START + 9 * DAY) == (((0, 1), (1, 2)), ((3, 4),), ((5, 6),))


@given(st.dictionaries(st.integers(0, 60), st.none() | st.integers(0, 10)))
def test_every_score_is_drawn_once_and_only_neighbouring_days_are_joined(scores: dict[int, int | None]) -> None:
    runs = unbroken(scores.items())
    assert [point for run in runs for point in run] == sorted((x, y) for x, y in scores.items() if y is not None)
    assert all(b[0] - a[0] == 1 for run in runs for a, b in pairwise(run))
    assert all(later[0][0] - earlier[-1][0] > 1 for earlier, later in pairwise(runs))


def test_days_not_asked_and_today_are_not_missing() -> None:
    missing = missing_days(START, START + 5 * DAY, answered=[START], not_asked=[START + 2 * DAY])
    assert missing == (START + DAY, START + 3 * DAY, START + 4 * DAY)


def test_the_calendar_reaches_to_the_next_course_but_not_to_one_far_away() -> None:
    near = with_courses(START + 20 * DAY, mark(1, 5), mark(2, 33, planned=True))
    far = with_courses(START + 20 * DAY, mark(1, 5), mark(2, 90, planned=True))
    assert calendar_span(near) == (START, START + 34 * DAY)
    assert calendar_span(far) == (START, START + 20 * DAY)


def test_the_calendar_is_two_weeks_at_least_and_two_years_at_most() -> None:
    assert calendar_span(with_courses(START)) == (START, START + 13 * DAY)
    first, last = calendar_span(page("5 years"))
    assert (last - first).days == 728


def test_a_band_is_a_run_of_courses_of_one_regimen_and_dose() -> None:
    courses = [mark(4, 84, "1"), mark(1, 0, "1"), mark(2, 28, "1"), mark(3, 56, "2")]
    bands = regimen_bands(courses, START + 99 * DAY)
    assert [(band.first.course.number, (band.start - START).days, (band.until - START).days) for band in bands] == [
        (1, 0, 56),
        (3, 56, 84),
        (4, 84, 100),
    ]


def test_what_returns_before_a_course_is_drawn_under_the_regimen_before_it() -> None:
    scores = {START + step * DAY: 3.0 for step in range(100)}
    panels = overlay_panels(
        [mark(1, 0, "1"), mark(2, 28, "1"), mark(3, 56, "2"), mark(4, 84, "2")], scores, START + 99 * DAY
    )
    assert [(panel.regimen.regimen_short, [line.course_number for line in panel.lines]) for panel in panels] == [
        ("1", [2, 3]),
        ("2", [4]),
    ]


def test_a_line_ends_where_its_two_cycles_end() -> None:
    scores = {START + step * DAY: 3.0 for step in range(60)}
    (panel,) = overlay_panels([mark(1, 0), mark(2, 20), mark(3, 24), mark(4, 52)], scores, START + 55 * DAY)
    ends = {line.course_number: (line.segments[0][0][0], line.segments[-1][-1][0]) for line in panel.lines}
    # Course 2: cycle 1 has 20 days, and course 3 follows four days later. Course 4: from -28, and today is its day 3.
    assert ends == {2: (-20, 3), 3: (-4, 7), 4: (-28, 3)}


def test_the_latest_line_is_that_of_the_last_course_begun_and_the_running_one_looks_to_the_planned_date() -> None:
    courses = [mark(1, 0), mark(2, 28), mark(3, 56), mark(4, 84, planned=True), mark(5, 112, planned=True)]
    scores = {START + step * DAY: 3.0 for step in range(78)}
    (panel,) = overlay_panels(courses, scores, START + 77 * DAY)
    assert [(line.course_number, line.role) for line in panel.lines] == [(2, "earlier"), (3, "latest"), (4, "running")]
    assert panel.lines[-1].segments[-1][-1] == (-7, 3)


def test_the_week_before_the_first_course_belongs_to_no_regimen() -> None:
    scores = {START + step * DAY: 9.0 for step in range(10)}
    assert overlay_panels([mark(1, 10)], scores, START + 12 * DAY) == ()


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(1, 80)), min_size=1, max_size=60))
def test_labels_that_are_kept_never_meet_and_the_latest_is_kept(labels: list[tuple[float, float]]) -> None:
    labels.sort()
    centres, widths = [centre for centre, _ in labels], [width for _, width in labels]
    kept = kept_labels(centres, widths, 5)
    assert kept[-1] == len(labels) - 1
    for a, b in pairwise(kept):
        assert centres[a] + widths[a] / 2 + 5 <= centres[b] - widths[b] / 2 + 1e-6


# --- the facts -----------------------------------------------------------------------------------------------------


def test_facts_that_contradict_themselves_are_refused() -> None:
    case = page("the case")
    with pytest.raises(ValueError, match="scale from 0 to 10"):
        DiaryDay(START, (11,))
    with pytest.raises(ValueError, match="one value for each"):
        replace(case, days=(DiaryDay(START, (1, 2)),))
    with pytest.raises(ValueError, match="two entries"):
        replace(case, days=(case.days[0], case.days[0]))
    with pytest.raises(ValueError, match="after today"):
        replace(case, today=date(1998, 5, 10))
    with pytest.raises(ValueError, match="start on the same day"):
        replace(case, courses=(mark(1, 0), mark(2, 0)))
    with pytest.raises(ValueError, match="logarithmic"):
        LabStrip("CK, U/l", ((START, 0.0),))
    with pytest.raises(ValueError, match="twelve months"):
        replace(TEXTS, months=("Jan",))


def test_a_table_has_rows_as_long_as_its_header() -> None:
    with pytest.raises(ValueError, match="as long as the header"):
        Table("Numbers", ("course", "mean"), (("1",),))


# --- the pictures --------------------------------------------------------------------------------------------------


@every_state
def test_every_state_is_drawn_as_wide_as_a_telephone_wants_it(name: str) -> None:
    picture = opened(patient_chart(page(name)))
    assert (picture.format, picture.mode, picture.width) == ("PNG", "P", 1080)
    assert picture.height <= 2560
    # A corner is white, not nearly white, whatever the palette did.
    assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


@every_state
def test_no_words_meet_others_or_leave_the_sheet(name: str) -> None:
    assert_words_are_readable(patient_page(page(name)))


@every_state
def test_in_print_no_words_meet_others_or_leave_the_paper(name: str) -> None:
    for paper in patient_papers(page(name)):
        assert_words_are_readable(paper)
        assert paper.height / paper.width <= 1.5


@pytest.mark.parametrize("rows", [0, 1, 12, 22])
def test_the_team_chart_is_readable_with_any_number_of_patients(rows: int) -> None:
    assert_words_are_readable(team_page(a_team(rows)))
    assert opened(team_chart(a_team(rows))).width == 1080


def test_in_print_forty_patients_fit_on_a_page_and_one_more_begins_the_next() -> None:
    (whole,) = team_papers(a_team(40))
    assert_words_are_readable(whole)
    assert whole.height / whole.width <= 1.5
    named = {words for words in words_on(whole) if words.startswith("P-7KQ")}
    assert len(named) == 40
    _, second = team_papers(a_team(41))
    assert_words_are_readable(second)
    assert len([words for words in words_on(second) if words.startswith("P-7KQ")]) == 1


def test_the_picture_in_the_chat_holds_twelve_patients_and_says_that_there_are_more() -> None:
    written = words_on(team_page(a_team(22)))
    assert len([words for words in written if words.startswith("P-7KQ")]) == 12
    assert "Patients 1 to 12 of 22." in written


def test_a_long_sentence_takes_more_lines_and_meets_nothing() -> None:
    talkative = replace(page("the case"), sentence="Pain was higher in the week before each course. " * 5)
    sheet = patient_page(talkative)
    assert sheet.height > patient_page(page("the case")).height
    assert_words_are_readable(sheet)


def test_long_words_of_another_language_meet_nothing() -> None:
    german = replace(
        TEXTS,
        date_pattern="{day}. {month} {year}",
        scale="0–10, höher heisst schlechter",
        week_before="Woche vor einer Behandlung",
        planned_course="geplante Behandlung",
        missing_day="kein Eintrag",
        late_entry="nachgetragen",
        overlay_title="Schmerzen nach Tagen bis zur nächsten Behandlung (0 = erste Infusion)",
        forest_title="Schmerzen: die Woche vor jeder Behandlung, verglichen mit der Mitte",
        forest_axis="Punkte mehr in der Woche vor der Behandlung; darunter: die Behandlung",
        single_course="eine Behandlung, 95-%-Vertrauensbereich",
        regimen_together="Therapieschema, alle Behandlungen",
        threshold="ab 1 Punkt: von Bedeutung",
        symptoms_title="Andere Beschwerden: derselbe Unterschied nach Therapieschema",
    )
    assert_words_are_readable(patient_page(replace(page("the case"), texts=german)))
    assert_words_are_readable(team_page(replace(a_team(12), texts=german)))


def test_a_course_without_enough_days_has_words_where_its_mark_would_be() -> None:
    written = words_on(patient_page(page("the case")))
    assert "3 of 7 days" in written
    assert "too close" in words_on(patient_page(page("weekly courses")))


def test_the_key_explains_only_what_occurs() -> None:
    def key_of(name: str) -> set[str]:
        signs = {TEXTS.late_entry, TEXTS.missing_day, TEXTS.not_asked_day, TEXTS.planned_course, TEXTS.today}
        return signs & {words for words, _ in patient_page(page(name)).text_boxes()}

    assert key_of("the case") == {TEXTS.late_entry, TEXTS.missing_day, TEXTS.planned_course, TEXTS.today}
    assert key_of("none asked") == {TEXTS.not_asked_day}
    assert key_of("one day") == {TEXTS.planned_course, TEXTS.today}


def test_a_cell_of_the_team_says_verdict_counts_and_what_else_needs_a_look() -> None:
    row = replace(a_team(1).rows[0], verdict="possible return", counts="2 of 3 courses", flag="no answer for 9 days")
    written = words_on(team_page(replace(a_team(1), rows=(row,))))
    assert {"possible return", "2 of 3 courses", "no answer for 9 days"} <= set(written)


def test_what_nobody_needs_to_look_at_does_not_have_the_colour_of_those_who_need_a_look() -> None:
    paused = replace(a_team(1).rows[0], flag="paused until Mon", needs_a_look=False)
    silent = replace(paused, flag="no answer for 9 days", needs_a_look=True)
    sheet = team_page(replace(a_team(1), rows=(paused, silent)))
    colours = {words.words: words.colour for words in sheet.words}
    assert colours["no answer for 9 days"] == style.MISSING
    assert colours["paused until Mon"] == style.QUIET


def test_a_missing_day_a_day_not_asked_and_a_late_entry_each_change_the_picture() -> None:
    whole = page_of(a_diary(60, 2))
    day = whole.days[30].day
    without = replace(whole, days=tuple(entry for entry in whole.days if entry.day != day))
    pictures = {
        patient_chart(each)
        for each in (
            whole,
            without,
            replace(without, not_asked=frozenset({day})),
            replace(whole, days=tuple(replace(entry, late=entry.day == day) for entry in whole.days)),
        )
    }
    assert len(pictures) == 4


def test_the_same_facts_give_the_same_bytes_in_another_process() -> None:
    case, team = page("the case"), a_team(3)
    assert pickle.loads(pickle.dumps(case)) == case  # noqa: S301
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        assert workers.submit(patient_chart, case).result(timeout=100) == patient_chart(case)
        assert workers.submit(team_chart, team).result(timeout=100) == team_chart(team)


def test_the_order_of_entries_and_courses_does_not_matter() -> None:
    case = page("the case")
    turned = replace(case, days=case.days[::-1], courses=case.courses[::-1])
    assert patient_chart(turned) == patient_chart(case)


def test_handing_facts_over_needs_neither_matplotlib_nor_pillow() -> None:
    check = "import sys, jobs.chart; sys.exit(any(name in sys.modules for name in ('matplotlib', 'PIL', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_a_team_of_nobody_says_so() -> None:
    assert TEXTS.no_entries in words_on(team_page(a_team(0)))


def test_without_pain_but_with_the_other_items_the_rows_are_drawn() -> None:
    whole = page_of(a_diary(20, 1))
    skipped = replace(whole, days=tuple(replace(entry, values=(None, 4, 5, 6)) for entry in whole.days))
    written = words_on(patient_page(skipped))
    assert TEXTS.no_entries in written
    # Skipped is answered: no day is missing.
    assert TEXTS.missing_day not in written


# --- the forest ----------------------------------------------------------------------------------------------------


def an_answer(courses: int, regimens: int = 1, **of_a_course: object) -> SymptomAnswer:
    marks = tuple(
        replace(CourseMark(k + 2, str(k * regimens // courses), 1.0, 0.0, 2.0, False, ""), **of_a_course)  # type: ignore[arg-type]
        for k in range(courses)
    )
    together = tuple(RegimenMark(str(k), f"Regimen {k}", str(k), 1.0, 0.5, 1.5, "returns", "") for k in range(regimens))
    return SymptomAnswer("Pain", marks, together)


@given(st.integers(1, 80), st.integers(1, 12))
def test_the_latest_courses_are_shown_as_many_as_fit(courses: int, regimens: int) -> None:
    answer = an_answer(courses, min(courses, regimens))
    groups = groups_shown(answer)
    shown = sorted(mark.course for group in groups for mark in group.courses)
    assert shown == [mark.course for mark in answer.courses][-len(shown) :]
    assert groups[-1].first + groups[-1].slots <= MOST_SLOTS + 1e-9
    for one, following in pairwise(groups):
        assert one.first + one.slots < following.first


def test_a_regimen_that_came_back_is_one_group() -> None:
    answer = an_answer(4)
    marks = tuple(replace(mark, regimen="01"[k % 2]) for k, mark in enumerate(answer.courses))
    both = SymptomAnswer("Pain", marks, an_answer(4, 2).regimens)
    assert [[mark.course for mark in group.courses] for group in groups_shown(both)] == [[2, 4], [3, 5]]


def test_the_axis_holds_zero_the_threshold_and_every_mark_but_not_an_interval_without_end() -> None:
    low, high = points_shown(groups_shown(an_answer(3)), 1.0)
    assert low <= -1
    assert high >= 2
    wide = groups_shown(an_answer(3, difference=6.0, low=-30.0, high=40.0))
    assert points_shown(wide, 1.0) == (-5, 10)


def test_a_regimen_without_a_verdict_has_no_mark_but_words() -> None:
    case = page("the case")
    marks = {mark.regimen: mark for mark in case.answers[0].regimens}
    assert marks["2"].estimate is None
    assert marks["2"].words == "cannot tell yet"
    assert marks["1"].estimate is not None
    assert "Regimen 2: cannot tell yet, 2 of 3 courses needed" in words_on(patient_page(case))


def test_a_provisional_course_is_drawn_hollow_and_the_key_says_so() -> None:
    early = page_of(the_case(date(1998, 9, 4), 4))
    assert [mark.provisional for mark in early.answers[0].courses] == [False, True]
    assert TEXTS.provisional_course in words_on(patient_page(early))
    assert TEXTS.provisional_course not in words_on(patient_page(page("the case, whole")))


def test_a_provisional_course_has_another_sign_than_a_late_entry() -> None:
    early = page_of(the_case(date(1998, 9, 4), 4))
    on_time = replace(early, days=tuple(replace(day, late=False) for day in early.days))

    def hollow_dots(facts: ChartFacts) -> int:
        pens = [ink for ink in patient_page(facts).inks if (ink.pen.fill, ink.pen.edge) == ("white", style.INK)]
        return sum(len(ink.shapes) for ink in pens)

    assert any(mark.provisional for mark in on_time.answers[0].courses)
    assert (hollow_dots(on_time), hollow_dots(early) > 0) == (0, True)


def test_the_other_symptoms_have_a_row_each_and_the_mean_of_all_is_the_last() -> None:
    case = page("the case")
    assert [answer.label for answer in case.answers] == [
        "Pain",
        "Tiredness",
        "Weakness",
        "Pain on exertion",
        "Mean of all four",
    ]
    assert words_on(patient_page(case)).count("returns") == 4


def test_the_median_of_days_needs_three_courses() -> None:
    scores = {START + step * DAY: float(step % 28) for step in range(115)}
    (panel,) = overlay_panels([mark(k + 1, 28 * k) for k in range(5)], scores, START + 114 * DAY)
    (run,) = median_line(panel)
    assert (run[0], dict(run)[-1]) == ((-28, 0), 27)
    (two,) = overlay_panels([mark(k + 1, 28 * k) for k in range(3)], scores, START + 58 * DAY)
    assert median_line(two) == ()


def test_the_steroid_strip_names_its_doses_and_an_open_end_reaches_today() -> None:
    facts = page("two steroids")
    assert [strip.label for strip in facts.steroids] == ["prednisone (mg a day)", "methylprednisolone (mg a day)"]
    assert facts.steroids[0].steps[-1][1] == facts.today
    assert {"25", "12.5", "1000"} <= set(words_on(patient_page(facts)))
    assert not page("all 0").steroids


# --- in print ------------------------------------------------------------------------------------------------------


def test_the_prints_are_pdf_with_a_page_a_patient_and_the_same_bytes_each_time() -> None:
    pages = [page("the case, early"), page("one day")]
    first = patient_print(pages)
    assert first.startswith(b"%PDF-")
    assert first.count(b"/Type /Page ") == len(pages)
    assert patient_print(pages) == first
    assert team_print(a_team(3)).count(b"/Type /Page ") == 1


def test_every_number_of_the_forest_stands_in_a_table() -> None:
    case = page("the case")
    cells = {cell for table in case.tables for row in table.rows for cell in row}
    # Course 2 and regimen 1 of the method's figures.
    assert {"3.2 (2.3 to 4.0)", "2.9 (2.4 to 3.4)", "3 of 7 days"} <= cells
    by_course = next(table for table in case.tables if table.title.startswith("Pain, course by course"))
    assert len(by_course.rows) == len(case.answers[0].courses)


def test_long_findings_go_on_on_another_page_and_nothing_is_lost() -> None:
    facts = replace(page("5 years"), findings=page("5 years").findings * 9)
    written = [words for paper in patient_papers(facts) for words in words_on(paper)]
    assert " ".join(written).count("It is no proof") == 9
    assert len(patient_papers(facts)) > len(patient_papers(page("5 years")))

"""Whatever is drawn has room: no name, number or table is lost, nothing is too small to read, no picture too large."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.chart import patient_chart, team_chart
from jobs.chart.answer import Table
from jobs.chart.facts import ChartFacts, LabStrip
from jobs.chart.fitting import ELLIPSIS, in_lines, shortened, wrapped
from jobs.chart.forest import draw_forest, groups_shown
from jobs.chart.overlay import draw_overlay
from jobs.chart.pages import patient_page, patient_papers, team_page, team_papers
from jobs.chart.paper import points_a_pixel
from jobs.chart.sheet import Sheet, text_width
from jobs.chart.symptoms import draw_symptoms
from jobs.chart.tables import draw_tables
from jobs.chart.timeline import draw_timeline
from tests.jobs.chart.examples import LONG_NAMES, RECORDS, START, a_diary, a_team, page, page_of
from tests.jobs.chart.test_chart import assert_words_are_readable, words_on

every_state = pytest.mark.parametrize("name", RECORDS)
LARGEST = 80 * 1024
# At a width of 1080: 8 pixels on a telephone that shows it at 360.
SMALLEST_LETTERS = 24
SMALLEST_POINTS = 6.0


def written_by(draw: Callable[[Sheet, ChartFacts, float], float], facts: ChartFacts) -> str:
    sheet = Sheet(1080)
    sheet.height = round(draw(sheet, facts, 0)) + 1
    assert_words_are_readable(sheet)
    return " ".join(words_on(sheet))


# --- words in their room -------------------------------------------------------------------------------------------


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=60), st.integers(30, 400))
def test_wrapped_lines_have_room_and_no_letter_is_lost(words: str, width: int) -> None:
    lines = wrapped(words, 24, width)
    assert all(text_width(line, 24) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(words.split())


def test_a_word_wider_than_its_line_is_broken() -> None:
    assert len(wrapped("X" * 80, 24, 300)) > 1


def test_a_line_never_begins_with_what_a_no_break_space_holds_to_the_word_before() -> None:
    for held in ("12\u00a0%", "note\u00a0:", "«\u00a0oui\u00a0»", "12\u202f000"):
        for width in range(40, 400, 10):
            lines = wrapped(f"Une longue phrase avec {held} dedans", 24, width)
            assert any(held in line for line in lines) or text_width(held, 24) > width


def test_what_is_held_together_but_wider_than_its_line_is_broken_at_its_spaces_and_not_within_a_number() -> None:
    assert wrapped("784 (640\u00a0bis\u00a0959)", 20, 90) == ["784", "(640\u00a0bis", "959)"]


def test_what_is_cut_ends_in_an_ellipsis_and_what_fits_is_left_alone() -> None:
    assert shortened("Privigen", 24, 500) == "Privigen"
    cut = shortened("Privigen 10 % five days in hospital", 24, 200)
    assert cut.startswith("Privigen 1")
    assert cut.endswith(ELLIPSIS)
    assert text_width(cut, 24) <= 200
    assert shortened("Privigen", 24, 10) == ""


def test_a_shorter_name_comes_before_a_second_line_and_that_before_an_ellipsis() -> None:
    assert in_lines(("Regimen 2", "2"), 24, 60, 2) == ["2"]
    assert in_lines(("Regimen Privigen home", "Privigen home"), 24, 130, 2) == ["Privigen", "home"]
    assert in_lines(("Regimen 2", "2"), 24, 5, 2) == []
    lines = in_lines(LONG_NAMES[:1], 24, 160, 2)
    assert len(lines) == 2
    assert lines[-1].endswith(ELLIPSIS)


# --- names and numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draw", [draw_overlay, draw_forest, draw_timeline, draw_symptoms])
def test_long_regimen_names_are_written_in_every_panel(draw: Callable[[Sheet, ChartFacts, float], float]) -> None:
    written = written_by(draw, page("long names"))
    assert [name for name in LONG_NAMES if name not in written] == []


def test_a_name_too_long_for_two_lines_is_cut_and_seen_to_be_cut() -> None:
    names = [f"{letter}, as it is given at home by the nurse in the second year" for letter in "ABC"]
    facts = page_of(a_diary(340, 12, regimens=3, names=names))
    for draw in (draw_overlay, draw_symptoms):
        assert written_by(draw, facts).count(ELLIPSIS) == 3


def test_half_a_dose_is_never_written() -> None:
    written = words_on(patient_page(page("the case, whole")))
    assert "2 × 0.8 g/kg" in written
    assert not [words for words in written if "×" in words and ELLIPSIS in words]


def test_the_weeks_means_are_written_at_every_score_with_as_many_courses_as_a_page_holds() -> None:
    for level, words in ((10, "10"), (9, "9.0")):
        facts = page_of(a_diary(700, 24, level=level))
        shown = sum(len(group.courses) for group in groups_shown(facts.answers[0]))
        assert shown >= 18
        sheet = Sheet(1080)
        sheet.height = round(draw_forest(sheet, facts, 0)) + 1
        assert_words_are_readable(sheet)
        assert sum(each.words == words and not each.bold for each in sheet.words) == 2 * shown


def test_all_of_the_cases_courses_are_shown_and_of_more_it_says_how_many_are_not() -> None:
    case = page("the case, whole")
    assert [mark.course for group in groups_shown(case.answers[0]) for mark in group.courses] == [*range(2, 22)]
    assert "are in the tables" not in written_by(draw_forest, case)
    assert "the latest 20 of 63 courses; the 43 before them are in the tables" in written_by(
        draw_forest, page("5 years")
    )


def test_the_answer_of_a_regimen_whose_courses_are_not_shown_is_there_all_the_same() -> None:
    facts = page("eight regimens")
    shown = {group.regimen.regimen for group in groups_shown(facts.answers[0])}
    assert len(shown) < 8
    written = written_by(draw_forest, facts)
    assert [mark.regimen for mark in facts.answers[0].regimens if f"{mark.label}: {mark.words}" not in written] == []


@pytest.mark.parametrize("value", [9.0, 22_000.0, 400_000.0, 3e7])
def test_the_laboratorys_axis_is_never_cut_by_the_edge(value: float) -> None:
    facts = replace(page("the case"), lab=LabStrip("CK (U/l)", ((START.replace(year=1999), value),), 195.0))
    assert_words_are_readable(patient_page(facts))


def test_the_laboratorys_axis_names_doublings_of_a_thousand_and_tens_of_thousands_by_k() -> None:
    case = page("the case")
    lab = LabStrip("CK (U/l)", ((case.today, 800.0), (case.today, 120_000.0)))
    assert {"1000", "8000", "64k"} <= set(written_by(draw_timeline, replace(case, lab=lab)).split())


@pytest.mark.parametrize("code", ["patient-0042-second-export-of-2024-zurich", "X" * 80, "Müller Lüdenscheidt " * 3])
def test_a_long_code_meets_no_date_and_stays_on_every_page(code: str) -> None:
    facts = replace(page("5 years"), pseudonym=code)
    sheet = patient_page(facts)
    assert_words_are_readable(sheet)
    assert code.replace(" ", "") in "".join(words_on(sheet)).replace(" ", "")
    for paper in patient_papers(facts):
        assert_words_are_readable(paper)
    team = a_team(2)
    assert_words_are_readable(team_page(replace(team, rows=(replace(team.rows[0], pseudonym=code), team.rows[1]))))


def test_a_long_team_name_is_written_whole() -> None:
    for title in ("The neuromuscular outpatient clinic of the university hospital, ward four: pain", "W" * 120):
        sheet = team_page(replace(a_team(2), title=title))
        assert_words_are_readable(sheet)
        assert title.replace(" ", "") in "".join(words_on(sheet)).replace(" ", "")


def test_a_row_of_the_team_is_as_tall_as_its_words_and_only_on_paper_counts_are_cut_and_seen_to_be() -> None:
    row = replace(
        a_team(1).rows[0],
        verdict="possible return",
        counts="Regimen Privigen 10 % five days in hospital: 2.3 (0.6 to 4.1), 2 of 3 courses",
        flag="no answer for 9 days, and no course is planned",
    )
    team = replace(a_team(1), rows=(row, row))
    sheet, (paper,) = team_page(team), team_papers(replace(team, rows=(row,) * 40))
    for each in (sheet, paper):
        assert_words_are_readable(each)
        written = " ".join(words_on(each))
        assert all(words in written for words in ("possible return", "planned", "Regimen Privigen"))
    assert " ".join(words_on(sheet)).count("2 of 3 courses") == 2
    assert ELLIPSIS not in " ".join(words_on(sheet))
    assert ELLIPSIS in " ".join(words_on(paper))
    assert min(words.size for words in paper.words) * points_a_pixel(paper) >= SMALLEST_POINTS


# --- sizes ---------------------------------------------------------------------------------------------------------


@every_state
def test_every_state_is_small_enough_for_a_message(name: str) -> None:
    assert len(patient_chart(page(name))) <= LARGEST


def test_the_teams_picture_is_small_enough_for_a_message() -> None:
    assert len(team_chart(a_team(12))) <= LARGEST


@every_state
def test_no_letter_of_a_picture_is_too_small_for_a_telephone(name: str) -> None:
    assert min(words.size for words in patient_page(page(name)).words) >= SMALLEST_LETTERS


@every_state
def test_no_letter_in_print_is_too_small_to_read(name: str) -> None:
    for paper in patient_papers(page(name)):
        assert min(words.size for words in paper.words) * points_a_pixel(paper) >= SMALLEST_POINTS


def test_no_letter_of_the_team_is_too_small() -> None:
    assert min(words.size for words in team_page(a_team(22)).words) >= SMALLEST_LETTERS
    for paper in team_papers(a_team(41)):
        assert min(words.size for words in paper.words) * points_a_pixel(paper) >= SMALLEST_POINTS


def test_a_picture_too_tall_for_small_print_beside_it_has_the_first_page_to_itself() -> None:
    facts = replace(page("long names"), sentence="Pain was higher in the week before each course. " * 12)
    first, second, *_ = patient_papers(facts)
    assert facts.tables[0].title not in words_on(first)
    assert facts.findings[-1].split(".")[0] in " ".join(words_on(second))
    for paper in patient_papers(facts):
        assert min(words.size for words in paper.words) * points_a_pixel(paper) >= SMALLEST_POINTS


# --- tables in print -----------------------------------------------------------------------------------------------


def cells_lost(tables: Sequence[Table], papers: Sequence[Sheet]) -> list[str]:
    written = " ".join(words for paper in papers for words in words_on(paper))
    # Wrapped cells stand beside each other, line by line: so their words are looked for one by one.
    known = set(written.split())
    return [
        word
        for table in tables
        for row in (table.header, *table.rows)
        for cell in row
        for word in cell.split()
        if word not in known
    ]


@every_state
def test_no_cell_of_a_table_is_lost(name: str) -> None:
    facts = page(name)
    assert cells_lost(facts.tables, patient_papers(facts)) == []


def test_every_regimen_stands_side_by_side_however_many_there_are() -> None:
    facts = page("eight regimens")
    assert facts.tables[0].header[1:] == tuple(f"Regimen {number}" for number in range(1, 9))
    papers = patient_papers(facts)
    for paper in papers:
        assert_words_are_readable(paper)
    # Each block says again what its rows are.
    assert [words for paper in papers for words in words_on(paper)].count("courses begun") > 1


def test_a_table_too_wide_is_broken_in_blocks_that_begin_with_its_keys() -> None:
    columns = 9
    rows = tuple(
        (f"key{row}", f"also{row}", *(f"cell-{row}-{column}-{'x' * 8}" for column in range(columns)))
        for row in range(3)
    )
    table = Table("Wide", ("key", "also", *(f"column{column}" for column in range(columns))), rows, keys=2)
    sheet = Sheet(700)
    left_over, bottom = draw_tables(sheet, (table,), 0, 0, 700, 2000, last_resort=True)
    sheet.height = round(bottom)
    assert left_over == ()
    assert_words_are_readable(sheet)
    written = words_on(sheet)
    assert cells_lost([table], [sheet]) == []
    assert written.count("key1") == written.count("also1") == written.count("Wide") > 1


def test_a_table_that_would_be_wrapped_and_cut_off_waits_for_a_wider_column() -> None:
    table = Table(
        "Long", ("key", "words"), tuple((str(row), "several words that are wrapped here") for row in range(40))
    )
    waiting, _ = draw_tables(Sheet(300), (table,), 0, 0, 200, 600, last_resort=False)
    assert waiting == (table,)
    (rest,), _ = draw_tables(Sheet(300), (table,), 0, 0, 200, 600, last_resort=True)
    assert 0 < len(rest.rows) < 40


def test_the_relief_over_each_course_has_a_table() -> None:
    case = page("the case, whole")
    relief = next(table for table in case.tables if table.title.startswith("Pain over each course"))
    assert ("1", "10.0 (3)", "0.7 (7)", "−9.3", "−93") in relief.rows
    assert len(relief.rows) == len(case.courses)

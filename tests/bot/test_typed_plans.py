"""What one line says of courses, in each form and language."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogues.typed_plans import LONGEST_PLAN, Move, read_interval, read_move, read_series
from bot.team.patients_named import read_code
from bot.texts import languages, locales, plain, texts_in
from jobs import reading

TODAY = date(2026, 3, 1)
MARCH_3, MARCH_12 = date(2026, 3, 3), date(2026, 3, 12)
WHOLE = {"start": "2026-03-03", "days": "1", "dose": "0.8", "every": "4w", "times": "6"}


def a_date(language: str, text: str) -> date | None:
    return reading.parse_date(text, TODAY, locales(language))


def moved(line: str, language: str = "en") -> Move | None:
    return read_move(line, language, lambda text: a_date(language, text))


def planned(line: str, language: str = "en") -> dict[str, str] | None:
    return read_series(line, language, lambda text: a_date(language, text))


@pytest.mark.parametrize(
    "line", ["12 Mar", "to 12 Mar", "12.3.2026", "2026-03-12", "Thu 12 March", "on the 12th of March"]
)
def test_one_day_is_where_a_course_moves_to(line: str) -> None:
    assert moved(line) == Move(None, MARCH_12, None)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("3 Mar 12 Mar", "en"),
        ("3 Mar to 12 Mar", "en"),
        ("from 3 March 2026 to 12 March 2026", "en"),
        ("2026-03-03 - 2026-03-12", "en"),
        ("3/3 -> 12/3", "en"),
        ("Tue 3 Mar 2026 → Thu 12 Mar 2026", "en"),
        ("3.3. 12.3.", "de"),
        ("vom 3. März auf den 12. März", "de"),
        ("du 3 mars au 12 mars", "fr"),
    ],
)
def test_two_days_are_from_where_to_where(line: str, language: str) -> None:
    assert moved(line, language) == Move(MARCH_3, MARCH_12, None)


@pytest.mark.parametrize(
    ("line", "language", "later"),
    [
        ("12 Mar and later", "en", True),
        ("12 Mar, and the later ones", "en", True),
        ("12 Mar only", "en", False),
        ("12 mars et les suivantes", "fr", True),
        ("12 mars seulement", "fr", False),
        ("12. März und die späteren", "de", True),
        ("12. März nur diesen", "de", False),
    ],
)
def test_whether_the_later_ones_move_too(line: str, language: str, later: bool) -> None:
    assert moved(line, language) == Move(None, MARCH_12, later)


@pytest.mark.parametrize(
    "line",
    [
        *("", "soon", "to", "3 Mar to", "3 Mar 12 Mar 14 Mar", "soon to 12 Mar", "12 Mar to soon", "and later"),
        *("3 Mar to 12 Mar to 14 Mar", "to 12 Mar to", "12 Mar only and later", "12 Mar".ljust(LONGEST_PLAN + 1)),
    ],
)
def test_of_a_move_nothing_is_guessed(line: str) -> None:
    assert moved(line) is None


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("every 4 weeks x 6 from 3 Mar 0.8 g/kg 1 day", "en"),
        ("from 3 Mar, 1 day, 0,8 g/kg a day, every 4 weeks, 6 times", "en"),
        ("0.8g/kg 1d q4w x6 3 March 2026", "en"),
        ("every 4 weeks x 6 from 3.3., 0.8 g/kg, 1 day.", "en"),
        ("every 4\u00a0weeks x\u00a06 from 3 Mar 0.8\u202fg/kg 1\u00a0day", "en"),
        ("6 x every 4 weeks starting on 3 Mar for 1 day 0.8 g/kg/day", "en"),
        ("1 x 0.8 g/kg every 4 weeks x 6 from 3 Mar", "en"),
        ("toutes les 4 semaines x 6 du 3 mars 0,8 g/kg 1 jour", "fr"),
        ("6 fois, toutes les 4 semaines, à partir du 3 mars, pendant 1 jour, 0,8 g/kg par jour", "fr"),
        ("alle 4 Wochen x 6 ab 3. März 0,8 g/kg 1 Tag", "de"),
        ("6 mal alle 4 Wochen vom 3.3. je 1 Tag mit 0,8 g/kg pro Tag", "de"),
    ],
)
def test_a_whole_series_in_any_order(line: str, language: str) -> None:
    found = planned(line, language)
    assert found is not None
    assert {**found, "dose": found["dose"].replace(",", ".")} == WHOLE


@pytest.mark.parametrize("line", ["every 28 days x 6 from 3 Mar", "every week", "2 days", "from 3 Mar", ""])
def test_what_is_left_out_is_left_out(line: str) -> None:
    found = planned(line)
    assert found is not None
    assert set(found) < set(WHOLE)


def test_a_line_as_long_as_a_plan_may_be_is_read() -> None:
    assert moved("12 Mar".ljust(LONGEST_PLAN)) == Move(None, MARCH_12, None)
    assert planned("2 days".ljust(LONGEST_PLAN)) == {"days": "2"}
    assert planned("2 days".ljust(LONGEST_PLAN + 1)) is None


def test_every_week_is_every_one_week() -> None:
    assert planned("every week") == {"every": "1w"}


def test_what_is_said_twice_is_read_where_it_is_the_same() -> None:
    assert planned("2 x 0.4 g/kg for 2 days") == {"days": "2", "dose": "0.4"}
    assert planned("2 x 0.4 g/kg for 3 days") is None
    assert planned("2 x 0.4 g/kg 0.8 g/kg") is None


def test_days_between_and_days_of_a_course_are_told_apart() -> None:
    assert planned("every 28 days 2 days") == {"every": "28d", "days": "2"}
    assert planned("5 x 0.4 g/kg x 3") == {"days": "5", "dose": "0.4", "times": "3"}


@pytest.mark.parametrize(
    "line",
    [
        *("soon", "2 days 3 days", "every 4 weeks every 2 weeks", "from 3 Mar 12 Mar", "from 3 Mar please", "0.8", "x"),
        "from 3 Mar every 4 weeks please",
    ],
)
def test_of_a_series_nothing_is_guessed(line: str) -> None:
    assert planned(line) is None


@pytest.mark.parametrize(
    ("line", "language", "days"),
    [
        *(("4", "en", 28), ("4w", "en", 28), ("28d", "en", 28), ("10 days", "en", 10), ("every 2 weeks", "en", 14)),
        *(("every week", "en", 7), ("28 jours", "fr", 28), ("alle 3 Wochen", "de", 21), ("10 Tage", "de", 10)),
        *(("", "en", None), ("often", "en", None), ("4 x", "en", None), ("-4", "en", None)),
    ],
)
def test_an_interval(line: str, language: str, days: int | None) -> None:
    assert read_interval(line, language) == days


@pytest.mark.parametrize("language", languages())
def test_the_examples_that_are_shown_are_read(language: str) -> None:
    """So the help page, the menu and the refusals show nothing that is refused."""
    texts = texts_in(language)
    help_page, example = plain(texts("help.coordinator")), plain(texts("typed_plan.series_example"))
    shown = [example.partition("/series ")[2]]
    shown += [line.partition("/series ")[2].partition(" – ")[0] for line in help_page.splitlines() if "/series" in line]
    assert len(shown) == 2
    for line in shown:
        found = planned(read_code(line)[1], language)
        assert found is not None
        assert {**found, "dose": found["dose"].replace(",", ".")} == WHOLE
    (line,) = [line for line in help_page.splitlines() if line.startswith("/move")]
    assert moved(read_code(line.partition("/move ")[2].partition(" – ")[0])[1], language) == Move(None, MARCH_12, None)
    between = plain(texts("typed_plan.which", pseudonym="P-7KQ4", count=2, old=MARCH_3, new=MARCH_12))
    assert moved(read_code(between.partition("/move ")[2])[1], language) == Move(MARCH_3, MARCH_12, None)


@given(st.text(max_size=130), st.sampled_from(languages()))
def test_whatever_is_typed_is_read_or_not_and_never_breaks(line: str, language: str) -> None:
    code, rest = read_code(line)
    assert isinstance(code, str)
    moved(rest, language)
    planned(rest, language)
    read_interval(line, language)

"""A patient's eight weeks, small: what is drawn, and the same in words."""

import re
from datetime import date
from random import Random
from xml.etree import ElementTree

import pytest

from bot.desk.sparkline import HIGHEST, sparkline
from bot.texts import languages, texts_in
from jobs.desk.caseload import DAYS, Row
from jobs.roster import Standing

STANDING = Standing(1, "P-7KQ4", None, "active", date(2026, 3, 2), date(2026, 3, 2))
NOTHING: tuple[float | None, ...] = (None,) * DAYS


def a_row(
    days: tuple[float | None, ...] = NOTHING,
    given: tuple[int, ...] = (),
    planned: tuple[int, ...] = (),
    not_asked: frozenset[int] = frozenset(),
) -> Row:
    return Row(STANDING, days, not_asked, given, planned, (0, 0), None, None)


def numbers(*known: tuple[int, float]) -> tuple[float | None, ...]:
    """Eight weeks with these values on these days alone."""
    return tuple(dict(known).get(day) for day in range(DAYS))


def drawn(row: Row) -> dict[str, str]:
    """By class, the path."""
    svg = ElementTree.fromstring(sparkline(row, texts_in("en")))  # noqa: S314  (our own)
    return {path.get("class", "line"): path.attrib["d"] for path in svg}


def read_back(path: str) -> dict[int, float]:
    """The points that a line goes through: a reading of SVG of its own."""
    found: dict[int, float] = {}
    x, y = 0.0, 0.0
    for command, data in re.findall(r"([Mlh])([^Mlh]*)", path):
        given = [float(each) for each in re.findall(r"-?[\d.]+", data)]
        if command == "M":
            x, y = given
        elif command == "h":
            for _ in range(int(given[0])):
                x += 1
                found[round(x)] = HIGHEST - y
        else:
            for dx, dy in zip(given[::2], given[1::2], strict=True):
                x, y = x + dx, y + dy
                found[round(x)] = HIGHEST - y
        found[round(x)] = HIGHEST - y
    return found


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_the_line_goes_through_every_number_and_no_other_day(share: float) -> None:
    chance = Random(7)
    for _ in range(50):
        known = [(day, float(chance.randint(0, 10))) for day in range(DAYS) if chance.random() < share]
        path = drawn(a_row(numbers(*known))).get("line", "")
        assert read_back(path) == dict(known)


def test_a_gap_is_a_gap_and_a_day_by_itself_is_a_dot() -> None:
    assert drawn(a_row(numbers((0, 3), (1, 5), (3, 5), (10, 0), (11, 0), (12, 0)))) == {
        "line": "M0 7l1-2M3 5h0M10 10h2"
    }


def test_courses_stand_upright_and_days_not_asked_are_underlined() -> None:
    row = a_row(given=(3, 4), planned=(31,), not_asked=frozenset({0, 1, 2, 9}))
    assert drawn(row) == {"c": "M3-1v12M4-1v12", "p": "M31-1v12", "n": "M0 11h2M9 11h0"}


def test_the_words_say_what_is_drawn() -> None:
    def said(row: Row, language: str = "en") -> str:
        svg = ElementTree.fromstring(sparkline(row, texts_in(language)))  # noqa: S314  (our own)
        return svg.attrib["aria-label"]

    assert said(a_row()) == "Pain, 8 weeks: no numbers"
    assert said(a_row(numbers((54, 4)))) == "Pain, 8 weeks: 1 number, 4 to 4, latest 4"
    full = a_row(numbers((1, 4), (9, 8), (54, 2)), given=(5, 6, 33, 34), planned=(52,))
    assert said(full) == (
        "Pain, 8 weeks: 3 numbers, 2 to 8, latest 2; infusions (days ago): 50, 22; not confirmed (days ago): 3"
    )
    assert "Infusionen" in said(full, "de")
    assert "perfusions" in said(full, "fr")


@pytest.mark.parametrize("language", languages())
def test_a_full_one_is_small_and_bears_no_style(language: str) -> None:
    chance = Random(3)
    sizes = []
    for _ in range(50):
        days = tuple(float(min(10, max(0, round(chance.gauss(4, 1.5))))) for _ in range(DAYS))
        svg = sparkline(a_row(days, given=(5, 6, 33, 34)), texts_in(language))
        assert "style" not in svg
        sizes.append(len(svg.encode()))
    assert max(sizes) <= 450

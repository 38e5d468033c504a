"""A few pages beside pictures kept of them, a quarter as wide and in grey: nothing may move or vanish unnoticed.

After a change that is meant, look at the new ones and keep them: `python -m tests.jobs.chart.test_pictures`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from jobs.chart import patient_chart, team_chart
from tests.jobs.chart.examples import a_team, page, page_of, the_case

KEPT = Path(__file__).parent / "pictures"
SHRINK = 4
# Of 255 greys: what another version of FreeType or Agg may change at an edge stays below this after blurring.
NOTICEABLE = 24
# Of all pixels: a single mark of the forest that moved by a point is nearly twice as many.
SHARE = 0.0002

PICTURES: dict[str, Callable[[], bytes]] = {
    "case": lambda: patient_chart(page("the case, whole")),
    "provisional": lambda: patient_chart(page_of(the_case(date(1998, 9, 4), 4))),
    "all_missing": lambda: patient_chart(page("all missing")),
    "team": lambda: team_chart(a_team(12)),
}


def small(png: bytes) -> Image.Image:
    picture = Image.open(BytesIO(png)).convert("L")
    return picture.resize((picture.width // SHRINK, picture.height // SHRINK), Image.Resampling.BOX)


def noticeably_different(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels, 1 where the sizes differ."""
    if one.size != other.size:
        return 1.0
    a, b = (_blurred(each) for each in (one, other))
    return float((np.abs(a - b) > NOTICEABLE).mean())


def _blurred(picture: Image.Image) -> NDArray[np.float64]:
    return np.asarray(picture.filter(ImageFilter.BoxBlur(1)), dtype=np.float64)


@pytest.mark.parametrize("name", PICTURES)
def test_the_page_looks_as_it_was_last_looked_at(name: str) -> None:
    with Image.open(KEPT / f"{name}.png") as kept:
        assert noticeably_different(small(PICTURES[name]()), kept.convert("L")) <= SHARE


def test_one_mark_that_moves_by_a_point_is_noticed() -> None:
    case = page("the case, whole")
    first, *others = case.answers
    courses = [replace(m, difference=m.difference + 1) if m.course == 10 and m.difference else m for m in first.courses]
    moved = replace(case, answers=(replace(first, courses=tuple(courses)), *others))
    assert noticeably_different(small(patient_chart(case)), small(patient_chart(moved))) > SHARE


if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    for each, draw in PICTURES.items():
        small(draw()).save(KEPT / f"{each}.png", optimize=True)

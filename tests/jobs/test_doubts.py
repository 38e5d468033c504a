"""A course that is far more or far less than usual is asked about once more, and says beside what."""

import pytest

from jobs.doubts import Doubt, doubt_of_course, doubt_of_words
from jobs.shortfall import Amount

ONE_GRAM = Amount(1, 1.0)


@pytest.mark.parametrize(("new", "is_doubted"), [(Amount(5, 0.8), False), (Amount(5, 0.81), True)])
def test_a_first_course_is_asked_about_above_four_grams_per_kilogram(new: Amount, is_doubted: bool) -> None:
    doubt = Doubt("plan.doubt.high", {"total": 4.05, "limit": 4.0})
    assert doubt_of_course(new, []) == (doubt if is_doubted else None)


@pytest.mark.parametrize(
    ("new", "is_doubted"),
    [
        *((Amount(2, 1.0), False), (Amount(2, 1.01), True)),
        *((Amount(1, 0.5), False), (Amount(1, 0.49), True)),
        (Amount(10, 0.1), False),
    ],
)
def test_twice_or_half_of_the_last_course_is_taken_and_what_is_beyond_is_asked_about(
    new: Amount, is_doubted: bool
) -> None:
    assert (doubt_of_course(new, [ONE_GRAM]) is not None) == is_doubted


def test_among_different_courses_the_largest_and_the_smallest_count_and_the_last_is_said() -> None:
    last_ones = [Amount(2, 1.0), Amount(1, 0.4), ONE_GRAM]
    assert doubt_of_course(Amount(2, 2.0), last_ones) is None
    assert doubt_of_course(Amount(1, 0.2), last_ones) is None
    assert doubt_of_course(Amount(1, 0.19), last_ones) == Doubt("plan.doubt.change", {"total": 0.19, "last": 1.0})
    assert doubt_of_course(Amount(5, 1.0), last_ones) == Doubt("plan.doubt.change", {"total": 5.0, "last": 1.0})


def test_after_a_large_course_as_large_a_one_is_usual() -> None:
    assert doubt_of_course(Amount(5, 1.0), [Amount(5, 1.0)]) is None


@pytest.mark.parametrize(
    ("written", "dose"),
    [
        ("Take 20 mg prednisone.", "20 mg"),
        ("Prenez 0,5g la veille", "0,5g"),
        ("0.4 g/kg a day", "0.4 g/kg"),
        ("zwei Tage lang 1000 I.E. Vitamin D", "1000 I.E."),
        ("2 Tabletten am Abend", "2 Tabletten"),
        ("1 comprimé le matin", "1 comprimé"),
        ("500 µg, then 250 MG", "500 µg"),
        ("500 milligrams", "500 milligrams"),
        ("20 Milligramm, dann 1 Kapsel", "20 Milligramm"),
        ("2 capsules, or 1 drop", "2 capsules"),
        ("1 gélule, puis 1 goutte", "1 gélule"),
        ("1000 Einheiten", "1000 Einheiten"),
        ("Garage 2 G. Ask for Mr Grams.", None),
        ("Ward 3. Bring your 2 cards, be there at 08:30, and park in garage 4.", None),
        ("Call +44 20 7946 0123 from 8 to 20 h; 4 grandchildren may come.", None),
        ("", None),
    ],
)
def test_in_words_for_all_patients_the_first_that_reads_like_a_dose_is_asked_about(
    written: str, dose: str | None
) -> None:
    assert doubt_of_words(written) == (Doubt("words.doubt.dose", {"found": dose}) if dose else None)

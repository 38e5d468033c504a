"""Steroid steps: which can be, when the dose changes, and the mean over some days."""

from datetime import date, timedelta

import pytest

from jobs.steroids import DoseChange, SteroidStep, dose_changes, mean_dose

DAY = timedelta(days=1)
START = date(2026, 3, 2)


def on(day: int) -> date:
    return START + day * DAY


def step(first: int, last: int | None, dose: float, drug: str = "prednisone") -> SteroidStep:
    return SteroidStep(on(first), None if last is None else on(last), drug, dose)


def test_a_step_of_one_day_and_one_without_a_dose_can_be() -> None:
    assert step(3, 3, 20.0).last == on(3)
    assert step(3, None, 0.0).mean_dose == 0.0
    assert SteroidStep(on(3), None, "prednisone", 0.5, 0.5).mean_dose == 0.5
    assert SteroidStep(on(3), None, "prednisone", 30.0, 0.0).mean_dose == 15.0


@pytest.mark.parametrize("doses", [(-0.5, None), (-0.5, 30.0), (30.0, -0.5)])
def test_neither_dose_of_a_step_is_below_nothing(doses: tuple[float, float | None]) -> None:
    with pytest.raises(ValueError, match="below 0"):
        SteroidStep(on(0), None, "prednisone", *doses)


def test_a_taper_day_by_day_changes_from_the_dose_of_the_day_before() -> None:
    found = dose_changes([step(0, 4, 20.0), step(5, 5, 10.0), step(6, 6, 5.0)], on(30))
    assert found == (
        DoseChange(on(5), "prednisone", 20.0, 10.0),
        DoseChange(on(6), "prednisone", 10.0, 5.0),
        DoseChange(on(7), "prednisone", 5.0, 0.0),
    )


def test_a_dose_that_is_still_taken_has_changed_and_has_not_ended() -> None:
    found = dose_changes([step(0, 4, 20.0), step(5, None, 10.0)], on(30))
    assert found == (DoseChange(on(5), "prednisone", 20.0, 10.0),)


def test_to_stop_by_a_step_without_a_dose_is_one_change_and_its_end_none() -> None:
    found = dose_changes([step(0, 4, 20.0), step(5, 9, 0.0), step(7, 9, 0.0, "hydrocortisone")], on(30))
    assert found == (DoseChange(on(5), "prednisone", 20.0, 0.0),)


def test_a_drug_taken_on_none_of_the_days_has_no_mean() -> None:
    steps = [step(0, 4, 20.0), step(8, None, 10.0)]
    assert mean_dose(steps, on(5), on(7)) == {}
    assert mean_dose(steps, on(4), on(7)) == {"prednisone": 5.0}
    assert mean_dose(steps, on(7), on(8)) == {"prednisone": 5.0}

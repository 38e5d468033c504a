"""What counts as given in part: fewer days, or a lower dose, whatever the other is."""

import pytest

from jobs import shortfall
from jobs.shortfall import Amount, Shortfall

PLANNED = Amount(days=2, dose=0.8)


@pytest.mark.parametrize("given", [Amount(1, 0.8), Amount(2, 0.4), Amount(1, 1.0), Amount(4, 0.4)])
def test_fewer_days_or_a_lower_dose_is_in_part(given: Amount) -> None:
    assert shortfall.of(PLANNED, given) == Shortfall(PLANNED, given)


@pytest.mark.parametrize("given", [PLANNED, Amount(3, 0.8), Amount(2, 1.0)])
def test_as_much_or_more_is_not(given: Amount) -> None:
    assert shortfall.of(PLANNED, given) is None


def test_a_total_is_a_plain_decimal_number() -> None:
    assert Amount(3, 0.1).total == 0.3
    assert Amount(3, 0.333333).total == 0.999999
    assert Amount(1, 0.33333333).total == 0.333333, "to a millionth of a gram"

"""A coordinator says what treatment costs; the comparison of regimens reckons with it."""

import pytest

from jobs import record
from jobs.inputs import Prices
from storage import audit
from storage.models import AuditEntry, Team
from tests.support import Clinic, Someone


def the_team(clinic: Clinic) -> Team:
    (team,) = clinic.rows(Team)
    return team


def fills_in(coordinator: Someone, *answers: str) -> None:
    coordinator.says("/prices")
    for answer in answers:
        coordinator.says(answer)


def test_prices_are_set_with_a_preview_and_kept_with_their_history(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/prices")
    assert "Set now: no price for a gram, no price for a day in hospital." in coordinator.sees
    coordinator.presses("EUR")
    coordinator.says("62,50")
    coordinator.says("480")
    assert "From now on: 62.5 EUR a gram, 480 EUR a day in hospital." in coordinator.sees
    assert the_team(clinic).currency is None, "nothing is changed before it is confirmed"
    coordinator.presses("Yes, do it")
    assert coordinator.sees.startswith("Done: 62.5 EUR a gram, 480 EUR a day in hospital.")
    team = the_team(clinic)
    assert record.prices_of(team) == Prices("EUR", 62.5, 480.0)
    (entry,) = [entry for entry in clinic.rows(AuditEntry) if entry.action == "prices_set"]
    assert entry.actor.startswith("staff:")
    assert entry.actor != audit.OPERATOR
    assert entry.before == {"currency": None, "per_gram": None, "per_day": None}
    assert entry.after == {"currency": "EUR", "per_gram": 62.5, "per_day": 480.0}


def test_one_price_is_enough_and_both_can_be_taken_back(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    fills_in(coordinator, "chf", "90")
    coordinator.presses("No price")
    coordinator.presses("Yes, do it")
    assert record.prices_of(the_team(clinic)) == Prices("CHF", 90.0, None)
    coordinator.says("/prices")
    coordinator.presses("CHF")
    coordinator.presses("No price")
    coordinator.presses("No price")
    coordinator.presses("Yes, do it")
    assert record.prices_of(the_team(clinic)) is None
    assert the_team(clinic).currency is None


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("euros",), "“euros” is no currency. Please type its three letters, such as EUR."),
        (("EUR", "cheap"), "I cannot read “cheap” as a price."),
        (("EUR", "-1"), "A price is at least 0 and at most 100,000."),
        (("EUR", "100001"), "A price is at least 0 and at most 100,000."),
        (("EUR", "nan"), "I cannot read “nan” as a price."),
        (("EUR", "1e9"), "I cannot read “1e9” as a price."),
        (("EUR", "6_2"), "I cannot read “6_2” as a price."),
    ],
)
def test_what_is_no_price_is_said_so_and_changes_nothing(clinic: Clinic, answers: tuple[str, ...], said: str) -> None:
    coordinator = clinic.coordinator()
    fills_in(coordinator, *answers)
    assert coordinator.sees.startswith(said)
    asked = "In which currency does the team pay?" if len(answers) == 1 else "What does a gram of what is infused cost"
    assert coordinator.sees.split("\n\n")[1].startswith(asked), "and the question again, in short"
    assert the_team(clinic).currency is None


def test_of_two_coordinators_the_second_is_told_that_the_first_changed_it(clinic: Clinic) -> None:
    first, second = clinic.coordinator(), clinic.coordinator()
    fills_in(second, "EUR", "50", "300")
    fills_in(first, "GBP", "40", "200")
    first.presses("Yes, do it")
    second.presses("Yes, do it")
    assert "This has changed meanwhile" in second.sees
    assert record.prices_of(the_team(clinic)) == Prices("GBP", 40.0, 200.0)

"""A clinic has so many infusion chairs: whoever puts more patients on a day reads so before, and may."""

from typing import Any

import pytest

from storage.models import Team
from tests.journeys.test_leaving import erased, stopped
from tests.journeys.test_shifting import given_late
from tests.journeys.test_team_settings import changes, opens, the_team
from tests.support import TEAM, Clinic, Someone

CONFIRM = "Yes, do it"
NOTE = "Please note: more patients than infusion chairs on "


def with_chairs(clinic: Clinic, chairs: int | None) -> None:
    def put(session: Any) -> None:
        session.get_one(Team, the_team(clinic).id).chairs = chairs

    clinic.write(put)


def note_in(someone: Someone) -> str:
    """The days that are pointed at; empty where none is."""
    return next((line.removeprefix(NOTE) for line in someone.sees.split("\n") if line.startswith(NOTE)), "")


@pytest.mark.parametrize(
    ("chairs", "note"),
    [
        (None, ""),
        (1, "Thu 12 Mar 2026 (2 patients, 1 chair), Fri 13 Mar 2026 (3 patients, 1 chair)."),
        (2, "Fri 13 Mar 2026 (3 patients, 2 chairs)."),
        (3, ""),
    ],
)
def test_a_plan_on_a_full_day_says_so_and_is_made_all_the_same(clinic: Clinic, chairs: int | None, note: str) -> None:
    coordinator, anna, ben, clara = clinic.coordinator(), clinic.patient(), clinic.patient(), clinic.patient()
    with_chairs(clinic, chairs)
    clinic.planned(ben, "2026-03-12", days=2)
    clinic.planned(clara, "2026-03-13", days=1)
    coordinator.says(f"/series {anna.code} every 4 weeks x 1 from 12 Mar 0.8 g/kg 3 days")
    assert note_in(coordinator) == note
    coordinator.presses(CONFIRM)
    assert anna.starts == ["2026-03-12"]


def test_where_a_day_is_chosen_those_without_a_chair_are_marked(clinic: Clinic) -> None:
    coordinator, anna, ben = clinic.coordinator(), clinic.patient(), clinic.patient()
    with_chairs(clinic, 1)
    clinic.planned(ben, "2026-03-12", days=2)
    clinic.planned(anna, "2026-03-20", days=1)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    shown = coordinator.buttons
    assert [label for label in shown if label.endswith(("!", "*"))] == ["12!", "13!", "20*"], "one's own takes no chair"
    assert "On a day with ! other patients have all infusion chairs." in coordinator.sees
    coordinator.presses("12!")
    assert "days" in coordinator.sees, "it can be chosen all the same"
    coordinator.presses("Cancel, change nothing")
    with_chairs(clinic, None)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    assert not [label for label in coordinator.buttons if label.endswith("!")]


def test_of_a_series_the_first_full_days_are_named_and_the_others_counted(clinic: Clinic) -> None:
    coordinator, anna, ben = clinic.coordinator(), clinic.patient(), clinic.patient()
    with_chairs(clinic, 1)
    for start in ("2026-03-12", "2026-04-09", "2026-05-07"):
        clinic.planned(ben, start, days=2)
    coordinator.says(f"/series {anna.code} every 4 weeks x 4 from 12 Mar 0.8 g/kg 2 days")
    assert note_in(coordinator) == (
        "Thu 12 Mar 2026 (2 patients, 1 chair), Fri 13 Mar 2026 (2 patients, 1 chair), "
        "Thu 9 Apr 2026 (2 patients, 1 chair) and 3 more days."
    )


def test_a_moved_course_does_not_stand_in_its_own_way(clinic: Clinic) -> None:
    coordinator, anna, ben = clinic.coordinator(), clinic.patient(), clinic.patient()
    with_chairs(clinic, 1)
    clinic.planned(anna, "2026-03-12", days=2)
    clinic.planned(ben, "2026-03-15", days=2)
    coordinator.says(f"/move {anna.code} 13 Mar")
    assert note_in(coordinator) == ""
    coordinator.presses("Cancel, change nothing")
    coordinator.says(f"/move {anna.code} 14 Mar")
    assert note_in(coordinator) == "Sun 15 Mar 2026 (2 patients, 1 chair)."
    coordinator.presses(CONFIRM)
    assert anna.starts == ["2026-03-14"]


def test_the_later_ones_that_move_along_are_looked_at_too(clinic: Clinic) -> None:
    # Where the last of the three that follow will come.
    clinic.planned(clinic.patient(), "2026-06-07", days=1)
    coordinator, _ = given_late(clinic)
    with_chairs(clinic, 1)
    coordinator.presses("Move the 3 later ones by 3 days too")
    assert note_in(coordinator) == "Sun 7 Jun 2026 (2 patients, 1 chair)."
    coordinator.presses(CONFIRM)
    assert coordinator.sees.startswith("Done.")


def test_who_has_stopped_the_diary_takes_a_chair(clinic: Clinic) -> None:
    coordinator, anna, ben = clinic.coordinator(), clinic.patient(), clinic.patient()
    with_chairs(clinic, 1)
    clinic.planned(ben, "2026-03-12")
    stopped(ben)
    coordinator.says(f"/series {anna.code} every 4 weeks x 1 from 12 Mar 0.8 g/kg 3 days")
    assert note_in(coordinator) == "Thu 12 Mar 2026 (2 patients, 1 chair), Fri 13 Mar 2026 (2 patients, 1 chair)."


def test_who_is_erased_and_other_teams_take_no_chair(clinic: Clinic) -> None:
    coordinator, anna, gone = clinic.coordinator(), clinic.patient(), clinic.patient()
    theirs = clinic.patient(team=clinic.another_team("Rheumatology"))
    with_chairs(clinic, 1)
    for patient in (gone, theirs):
        clinic.planned(patient, "2026-03-12")
    stopped(theirs)
    erased(gone)
    coordinator.says(f"/series {anna.code} every 4 weeks x 1 from 12 Mar 0.8 g/kg 3 days")
    assert note_in(coordinator) == ""


def test_the_setting_says_how_many_days_are_over_already_and_can_be_taken_back(clinic: Clinic) -> None:
    coordinator, anna, ben = clinic.coordinator(), clinic.patient(), clinic.patient()
    for patient in (anna, ben):
        clinic.planned(patient, "2026-03-12", days=2)
    opens(coordinator, "Infusion chairs")
    coordinator.says("1")
    assert "Days to come with more patients than that: 2." in coordinator.sees
    coordinator.presses(CONFIRM)
    assert the_team(clinic).chairs == 1
    coordinator.presses("Undo (for an hour)")
    assert the_team(clinic, TEAM).chairs is None
    changes(coordinator, "Infusion chairs", "4")
    changes(coordinator, "Infusion chairs", "Do not count")
    coordinator.says("/history")
    assert "infusion chairs: 4 chairs → not set" in coordinator.sees

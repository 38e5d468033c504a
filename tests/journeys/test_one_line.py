"""`/move` and `/series`: courses in one line, which ends in the same preview as the buttons."""

import pytest

from storage.models import Role
from tests.journeys.scenes import course_open, told
from tests.support import Clinic, Someone

CONFIRM = "Yes, do it"


def of_three(clinic: Clinic) -> tuple[Someone, Someone]:
    coordinator, anna = course_open(clinic)
    for start in ("2026-04-09", "2026-05-07"):
        clinic.planned(anna, start)
    return coordinator, anna


def test_a_course_is_moved_by_a_line_and_one_tap(clinic_on_each: Clinic) -> None:
    coordinator, anna = course_open(clinic_on_each)
    coordinator.says(f"/move {anna.code} 17 Mar")
    assert "the course moves\nfrom Thu 12 Mar 2026\nto Tue 17 Mar 2026." in coordinator.sees
    assert anna.starts == ["2026-03-12"], "nothing before it is confirmed"
    coordinator.presses(CONFIRM)
    assert anna.starts == ["2026-03-17"]
    assert len(told(anna)) == 1
    coordinator.presses("Undo (for an hour)")
    assert anna.starts == ["2026-03-12"]


@pytest.mark.parametrize(
    "line",
    ["{code} 12 Mar 17 Mar", "{bare} 12 Mar to 17 Mar", "{code} from Thu 12 Mar to 17.3.2026", "{code} 12.3. - 17.3."],
)
def test_of_several_the_line_says_which(clinic: Clinic, line: str) -> None:
    coordinator, anna = of_three(clinic)
    coordinator.says("/move " + line.format(code=anna.code.lower(), bare=anna.code.removeprefix("P-")))
    assert "There are 2 later courses" in coordinator.sees
    coordinator.presses("Only this course")
    coordinator.presses(CONFIRM)
    assert anna.starts == ["2026-03-17", "2026-04-09", "2026-05-07"]


def test_a_course_and_its_followers_by_a_line_and_one_tap(clinic: Clinic) -> None:
    coordinator, anna = of_three(clinic)
    coordinator.says(f"/move {anna.code} 12 Mar to 17 Mar and later")
    assert "The 2 courses after it come 5 days later too: Tue 14 Apr 2026, Tue 12 May 2026." in coordinator.sees
    coordinator.presses(CONFIRM)
    assert anna.starts == ["2026-03-17", "2026-04-14", "2026-05-12"]
    assert len(told(anna)) == 1


def test_without_its_day_the_next_course_moves_and_the_preview_says_which(clinic: Clinic) -> None:
    coordinator, anna = of_three(clinic)
    coordinator.says(f"/move {anna.code} 17 Mar")
    assert "the course moves from Thu 12 Mar 2026 to Tue 17 Mar 2026" in coordinator.sees
    assert coordinator.buttons[:2] == ["Only this course", "This and the 2 later ones"]
    coordinator.presses("Only this course")
    assert "from Thu 12 Mar 2026\nto Tue 17 Mar 2026." in coordinator.sees
    assert anna.starts == ["2026-03-12", "2026-04-09", "2026-05-07"], "nothing before it is confirmed"
    coordinator.presses(CONFIRM)
    assert anna.starts == ["2026-03-17", "2026-04-09", "2026-05-07"]


def test_a_course_that_has_begun_or_is_over_is_not_the_next_one(clinic: Clinic) -> None:
    coordinator, anna = of_three(clinic)
    for moment in ("2026-03-12 09:30", "2026-03-13 08:00"):
        clinic.becomes(clinic.local(moment))
    coordinator.says(f"/move {anna.code} 14 Apr")
    assert "from Thu 9 Apr 2026 to Tue 14 Apr 2026" in coordinator.sees
    for moment in ("2026-05-20 08:00", "2026-05-20 08:01"):
        clinic.becomes(clinic.local(moment))
    before = anna.starts
    coordinator.says(f"/move {anna.code} 25 May")
    assert coordinator.sees == (
        f"{anna.code} has 3 planned courses. Please say which of them: "
        f"/move {anna.code} Thu 12 Mar 2026 to Mon 25 May 2026"
    )
    assert anna.starts == before


def test_a_day_on_which_no_course_is_planned_is_said_to_be_one(clinic: Clinic) -> None:
    coordinator, anna = of_three(clinic)
    before = clinic.stored()
    coordinator.says(f"/move {anna.code} 5 Mar to 17 Mar")
    assert (
        coordinator.sees == f"{anna.code} has no course planned on Thu 5 Mar 2026. The first one is on Thu 12 Mar 2026."
    )
    assert clinic.stored() == before
    coordinator.says(f"/move {anna.code} Thu 12 Mar 2026 to Tue 17 Mar 2026")
    assert "There are 2 later courses" in coordinator.sees, "what it shows as an example is read"


@pytest.mark.parametrize("code", ["p {}:", "P{}", "P–{},", "{}"])
def test_a_code_may_be_typed_as_people_do(clinic: Clinic, code: str) -> None:
    coordinator, anna = course_open(clinic)
    typed = code.format(anna.code.removeprefix("P-").lower())
    coordinator.says(f"/move {typed} 17 Mar")
    assert anna.code in coordinator.sees
    coordinator.presses("Cancel")
    coordinator.says(f"/patient {typed}")
    assert coordinator.sees.startswith(f"{anna.code}")
    coordinator.says(f"/weight {typed} 82.5")
    assert coordinator.sees.startswith(f"{anna.code}\nWeight")


@pytest.mark.parametrize("line", ["soon", "17 Mar 18 Mar 19 Mar", "12 Mar to soon", "the 31 Foo", "17 Mar please" * 20])
def test_what_cannot_be_read_gets_a_line_with_an_example(clinic: Clinic, line: str) -> None:
    coordinator, anna = course_open(clinic)
    before = clinic.stored()
    for command in ("move", "series"):
        coordinator.says(f"/{command} {anna.code} {line}")
        assert coordinator.sees.startswith("I cannot read “")
        assert f"/{command} P-7KQ4 " in coordinator.sees
    assert clinic.stored() == before


@pytest.mark.parametrize(
    "line", ["/move {code} 31 Feb", "/move {code} 12 Mar to 31 Feb", "/series {code} every 4 weeks x 6 from 31 Feb"]
)
def test_a_day_that_there_is_not_is_said_so(clinic: Clinic, line: str) -> None:
    coordinator, anna = course_open(clinic)
    before = clinic.stored()
    coordinator.says(line.format(code=anna.code))
    assert coordinator.sees.startswith("There is no “31 feb”: that month ends on Sat 28 Feb 2026.")
    assert clinic.stored() == before


def test_without_anything_it_says_what_to_type_and_without_a_day_the_form_opens(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    coordinator.says("/move")
    assert "/move P-7KQ4 12 Mar" in coordinator.sees
    coordinator.says("/series")
    assert "every 4 weeks x 6 from 3 Mar" in coordinator.sees
    coordinator.says(f"/patient {anna.code.replace('-', '').lower()}")
    assert coordinator.sees.startswith(anna.code)
    coordinator.says("/move P-0000 12 Mar")
    assert coordinator.sees == "There is no patient “P-0000” on your team. A code looks like P-7KQ4."
    coordinator.says(f"/move {anna.code}")
    assert "moves to which day?" in coordinator.sees
    coordinator.says(f"/series {anna.code}")
    assert "on which day does the first course begin?" in coordinator.sees
    ben = clinic.patient()
    coordinator.says(f"/move {ben.code} 12 Mar")
    assert coordinator.sees == f"{ben.code} has no planned course that could move."


def test_what_cannot_be_is_refused_as_by_the_buttons(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    before = clinic.stored()
    coordinator.says(f"/move {anna.code} 1 Mar 2026")
    assert "is in the past" in coordinator.sees
    coordinator.says(f"/move {anna.code} 12 Mar")
    assert "The course is on Thu 12 Mar 2026 already." in coordinator.sees
    coordinator.says(f"/series {anna.code} every 4 weeks x 27 from 20 Mar 0.8 g/kg 1 day")
    assert "A series has from 1 to 26 courses." in coordinator.sees
    coordinator.says(f"/series {anna.code} every 4 weeks x 6 from 20 Mar 9 g/kg 1 day")
    assert "A dose is above 0 and at most 5 g/kg a day." in coordinator.sees
    coordinator.says(f"/series {anna.code} every 1 day x 6 from 20 Mar 0.8 g/kg 2 days")
    assert "would begin before the one before it ends" in coordinator.sees
    assert clinic.stored() == before


def test_a_series_is_planned_by_a_line_and_one_tap(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/series {anna.code} every 4 weeks x 6 from 3 Mar 0.8 g/kg 1 day")
    assert (
        "6 courses of 1 day, 0.8 g/kg a day, will be planned for\n– Tue 3 Mar 2026\n– Tue 31 Mar 2026"
        in coordinator.sees
    )
    assert anna.starts == []
    coordinator.presses(CONFIRM)
    assert len(anna.starts) == 6
    coordinator.presses("Undo (for an hour)")
    assert anna.starts == []


def test_what_the_line_leaves_out_is_asked(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/series {anna.code} from 3 Mar, 2 days")
    assert coordinator.sees == f"{anna.code}, from Tue 3 Mar 2026, 2 days: which dose on each day, in g/kg?"
    coordinator.says("0,8 g/kg")
    coordinator.says("10 days")
    coordinator.says("2")
    assert "2 courses of 2 days, 0.8 g/kg a day" in coordinator.sees
    coordinator.presses(CONFIRM)
    assert anna.starts == ["2026-03-03", "2026-03-13"]


def test_a_command_that_is_delivered_again_opens_nothing_anew(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    coordinator.says(f"/move {anna.code} 17 Mar")
    stored = clinic.stored()
    clinic.world.redeliver(max(clinic.world.mailbox.history))
    clinic.calm()
    assert clinic.stored()["Course"] == stored["Course"]
    coordinator.presses(CONFIRM)
    assert anna.starts == ["2026-03-17"]


@pytest.mark.parametrize(
    ("language", "move", "series"),
    [
        ("fr", "17 mars et les suivantes", "toutes les 4 semaines x 2 à partir du 20 mars 0,8 g/kg 1 jour"),
        ("de", "17. März und die späteren", "alle 28 Tage, 2 mal, ab 20. März, 0,8 g/kg, 1 Tag"),
    ],
)
def test_in_the_coordinators_language(clinic: Clinic, language: str, move: str, series: str) -> None:
    anna, coordinator = clinic.patient(), clinic.someone(language)
    coordinator.says(f"/start {clinic.invitation(Role.COORDINATOR)}")
    clinic.planned(anna, "2026-03-12")
    coordinator.says(f"/move {anna.code} {move}")
    coordinator.presses(coordinator.buttons[0])
    assert anna.starts == ["2026-03-17"]
    coordinator.says(f"/series {anna.code} {series}")
    coordinator.presses(coordinator.buttons[0])
    assert anna.starts == ["2026-03-17", "2026-03-20", "2026-04-17"]

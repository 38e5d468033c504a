"""A form that somebody has turned away from: what is typed then is not caught by it."""

from storage.models import PatientStatus, Role
from tests.support import Clinic

NOT_A_DATE = "as a date"


def test_a_patient_who_asks_for_something_else_leaves_the_form(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    anna.says("/pause")
    form = anna.last["message_id"]
    data = anna.buttons_of(form)["Again from Thu 5 Mar 2026"]
    anna.says("/today")
    anna.says("9")
    assert anna.buttons_of(form) == {}, "its buttons go"
    anna.says("oops 6")
    assert NOT_A_DATE not in anna.sees + anna.above
    assert "I cannot pass messages on." in anna.above
    assert anna.taps(form, data, forge=True) == "This button is no longer in use. Nothing was changed."
    assert anna.row.status is PatientStatus.ACTIVE


def test_help_and_the_command_told_twice_leave_what_they_should(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("/settings")
    anna.presses("Time zone")
    anna.says("help")
    anna.says("Tired from the journey")
    assert "I cannot pass messages on." in anna.above, "which is no city"
    anna.says("/pause")
    clinic.world.redeliver(max(clinic.world.updates))
    clinic.calm()
    anna.says("10 Mar")
    assert anna.row.status is PatientStatus.PAUSED, "what asked for the form does not leave it"


def test_a_command_told_again_leaves_no_form_that_was_begun_after_it(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/today")
    today = max(clinic.world.updates)
    anna.says("/pause")
    clinic.world.redeliver(today)
    clinic.calm()
    anna.says("10 Mar")
    assert anna.row.status is PatientStatus.PAUSED


def test_after_a_day_a_line_is_not_for_the_form_but_its_buttons_go_on(clinic: Clinic) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Check-in time")
    clinic.passes(hours=23)
    coordinator.says("hello")
    assert "/roster" not in coordinator.sees, "it is still about that"
    form = coordinator.last["message_id"]
    clinic.passes(hours=24)
    coordinator.says("hello")
    assert "/roster" in coordinator.sees, "nobody is in the middle of it"
    coordinator.presses("20:00", coordinator.message(form))
    coordinator.says("hello")
    assert "/roster" not in coordinator.sees, "once it is taken up again, it listens"
    coordinator.presses("Yes, do it")
    assert anna.row.prompt_time.isoformat("minutes") == "20:00"


def test_what_is_looked_up_on_the_way_ends_no_form_of_the_care_team(clinic: Clinic) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Check-in time")
    coordinator.says("/roster")
    coordinator.says("20:30")
    coordinator.presses("Yes, do it")
    assert anna.row.prompt_time.isoformat("minutes") == "20:30"


def test_whoever_is_joining_goes_on_where_they_stopped_however_long_ago(clinic: Clinic) -> None:
    anna = clinic.someone()
    token = clinic.invitation(Role.PATIENT)
    anna.says(f"/start {token}")
    anna.presses("English")
    anna.presses("Continue")
    anna.presses("I agree")
    anna.presses("Yes, ")
    clinic.passes(days=2)
    anna.says("18:15")
    assert "All is set." in anna.sees

"""What patients set for themselves."""

from collections.abc import Iterator

import pytest

from storage.database import Database
from storage.models import DiaryDay, MessageKind, OutboxMessage
from tests.support import Clinic

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.fixture
def following_up(database: Database) -> Iterator[Clinic]:
    with Clinic(database, follow_up_after=180) as clinic:
        yield clinic


def test_they_are_shown_as_they_are(following_up: Clinic) -> None:
    anna = following_up.patient()
    anna.says("/settings")
    assert anna.sees == (
        "Your settings\n\nCheck-in: every day at 18:00 (Europe/London)\n"
        "When you have not answered: I ask once more that evening\nNumbers: in two rows\nLanguage: English"
    )
    assert anna.buttons == [
        "Change the time",
        "Days off",
        "Time zone",
        "Ask only once a day",
        "Large buttons",
        "Language",
    ]


def test_the_time_is_changed_in_two_taps_and_the_next_check_in_comes_then(following_up: Clinic) -> None:
    clinic = following_up
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Change the time")
    assert "You are asked at 18:00 now." in anna.sees
    assert anna.buttons == [*(f"{hour:02}" for hour in range(24)), "Cancel, change nothing"]
    anna.presses("20")
    assert anna.buttons == ["20:00", "20:15", "20:30", "20:45", "‹ Back", "Cancel, change nothing"]
    anna.presses("20:30")
    assert "every day at 20:30" in anna.sees
    assert ("patient:1", "prompt_time_changed", {"prompt_time": "18:00"}, {"prompt_time": "20:30"}) in clinic.history(
        anna.row
    )
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert "How strong" not in anna.sees
    clinic.becomes(clinic.local("2026-03-02 20:30"))
    assert "How strong was your pain today?" in anna.sees
    told = [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.PROMPT_TIME_CHANGED]
    assert told == [], "whoever does it need not be told of it"


@pytest.mark.parametrize(
    ("typed", "at"),
    [("7:30 pm", "19:30"), ("19:30", "19:30"), ("19h30", "19:30"), ("1930", "19:30"), ("18.45", "18:45")],
)
def test_the_time_can_be_typed_too(clinic: Clinic, typed: str, at: str) -> None:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("/settings")
    anna.presses("Change the time")
    assert "or type a time such as 19:30" in anna.sees
    anna.says(typed)
    assert f"every day at {at}" in anna.sees
    assert "Change the time" in anna.buttons, "the settings, as they are now"
    assert anna.row.prompt_time.isoformat("minutes") == at
    assert anna.answers == [], "it is no answer to the check-in above"


def test_a_number_alone_is_an_hour_where_nothing_is_asked_and_an_answer_where_something_is(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("/settings")
    anna.presses("Change the time")
    anna.says("7")
    assert [answer[3] for answer in anna.answers] == [7]
    for number in ("2", "2", "4"):
        anna.says(number)
    assert len(anna.answers) == 4
    anna.says("/settings")
    anna.presses("Change the time")
    anna.says("7")
    assert anna.sees == "At which minute?"
    anna.presses("07:00")
    assert anna.row.prompt_time.isoformat("minutes") == "07:00"
    assert len(anna.answers) == 4


def test_a_time_that_cannot_be_read_is_asked_for_again_and_a_redelivered_one_changes_nothing(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Change the time")
    before = clinic.stored()
    for typed in ("half past", "25:00"):
        anna.says(typed)
        assert anna.sees.startswith(f"I cannot read “{typed}” as a time of day.")
    assert clinic.stored()["Patient"] == before["Patient"]
    anna.says("7:30 pm")
    line = max(clinic.world.updates)
    anna.says("/settings")
    anna.presses("Change the time")
    clinic.world.duplicate(line)
    clinic.calm()
    assert [entry[1] for entry in clinic.history(anna.row)].count("prompt_time_changed") == 1


@pytest.mark.parametrize("button", ["Change the time", "Time zone"])
def test_whoever_cancels_is_shown_that_nothing_changed_and_the_settings(clinic: Clinic, button: str) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    overview, buttons = anna.sees, anna.buttons
    before = clinic.stored()
    anna.presses(button)
    anna.presses("Cancel")
    assert anna.sees == f"Cancelled. Nothing was changed.\n\n{overview}"
    assert anna.buttons == buttons
    assert {**clinic.stored(), "Dialogue": []} == {**before, "Dialogue": []}
    clinic.world.duplicate(max(clinic.world.updates))
    clinic.calm()
    assert anna.buttons == buttons, "told again, it leaves the way on"


def test_the_follow_up_is_turned_off_and_on(following_up: Clinic) -> None:
    clinic = following_up
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Ask only once a day")
    assert "I do not ask again" in anna.sees
    anna.presses("Ask a second time")
    assert "I ask once more that evening" in anna.sees
    assert [entry[1:] for entry in clinic.history(anna.row) if entry[1] == "follow_up_changed"] == [
        ("follow_up_changed", {"follow_up": True}, {"follow_up": False}),
        ("follow_up_changed", {"follow_up": False}, {"follow_up": True}),
    ]


def test_where_the_team_follows_nobody_up_it_is_no_setting(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    assert anna.buttons == ["Change the time", "Days off", "Time zone", "Large buttons", "Language"]


def test_another_language_is_spoken_at_once_and_in_the_menu(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Language")
    assert {"English", "Deutsch", "Français", "Back"} == set(anna.buttons)
    anna.presses("Deutsch")
    assert "Ihre Einstellungen" in anna.sees
    described = {entry["command"]: entry["description"] for entry in clinic.world.commands_for(anna.account, "en")}
    assert described["settings"] == "Ihre Einstellungen"
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("drei zwei zwei vier")
    assert [answer[3] for answer in anna.answers] == [3, 2, 2, 4]


@pytest.mark.parametrize("data", ["st:time:2575", "st:time:9999", "st:hour:99", "st:language:xx", "st:x", "st:time:"])
def test_a_forged_button_changes_nothing(clinic: Clinic, data: str) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    before = clinic.stored()
    anna.forges(data)
    assert clinic.stored() == before
    assert clinic.world.unanswered_callbacks() == []


def test_back_leads_to_the_settings(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    overview = anna.sees
    for button in ("Days off", "Language"):
        anna.presses(button)
        anna.presses("Back")
        assert anna.sees == overview


def test_days_off_are_chosen_by_tapping_and_nothing_is_asked_on_them(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Days off")
    assert anna.buttons == [*(f"{day}: asked" for day in DAYS), "Back"]
    anna.presses("Tuesday")
    anna.presses("Wednesday")
    assert anna.buttons[1:4] == ["Tuesday: off", "Wednesday: off", "Thursday: asked"]
    anna.presses("Back")
    assert "Check-in: every day but Tuesday and Wednesday, at 18:00 (Europe/London)" in anna.sees
    asked = []
    for day in range(2, 9):
        clinic.becomes(clinic.local(f"2026-03-0{day} 18:00"))
        if "How strong was your pain today?" in anna.sees:
            asked.append(day)
            anna.says("1 1 1 1")
    assert asked == [2, 5, 6, 7, 8], "Monday to Sunday, but Tuesday and Wednesday"
    days = {row.diary_date.day for row in clinic.rows(DiaryDay)}
    assert days == set(asked), "a day off is no day that was missed"
    assert ("patient:1", "days_off_changed", {"days_off": ""}, {"days_off": "1"}) in clinic.history(anna.row)


def test_on_a_day_off_one_may_still_write_and_the_day_before_stays_open_as_always(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Days off")
    anna.presses("Tuesday")
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    clinic.becomes(clinic.local("2026-03-03 17:00"))
    anna.says("/yesterday")
    anna.says("4 4 4 4")
    assert [answer[0] for answer in anna.answers] == ["2026-03-02"] * 4
    clinic.becomes(clinic.local("2026-03-03 18:30"))
    anna.says("/today")
    anna.says("2 2 2 2")
    assert [answer[0] for answer in anna.answers][4:] == ["2026-03-03"] * 4


def test_one_day_of_the_week_stays(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Days off")
    for day in DAYS[:6]:
        anna.presses(day)
    assert anna.presses("Sunday") == "One day of the week, at least, must stay."
    assert anna.row.days_off == "012345"


@pytest.mark.parametrize("data", ["st:day:7", "st:day:65", "st:day:0123456", "st:day:00", "st:day:x", "st:day:"])
def test_forged_days_off_change_nothing_but_what_they_say_rightly(clinic: Clinic, data: str) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    before = clinic.stored()
    anna.forges(data)
    assert clinic.stored() == before


def test_a_pause_that_ends_on_a_day_off_goes_on_after_it(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/pause")
    anna.presses("Again from Thu 5 Mar 2026")
    anna.says("/settings")
    anna.presses("Days off")
    anna.presses("Thursday")
    anna.says("/pause")
    assert "The next check-in comes on Fri 6 Mar 2026, 18:00." in anna.sees


@pytest.mark.parametrize(("day", "asked"), [("Tuesday", True), ("Monday", False)])
def test_in_the_minute_of_the_question_it_comes_unless_that_day_is_taken_off(
    clinic: Clinic, day: str, *, asked: bool
) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Days off")
    clinic.clock.move_to(clinic.local("2026-03-02 18:01"))
    anna.presses(day)
    clinic.calm()
    assert ("How strong was your pain today?" in anna.sees) is asked


def test_large_buttons_stand_one_below_the_other(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Large buttons")
    assert "Numbers: large, one below the other" in anna.sees
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    rows = anna.last["reply_markup"]["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [
        *([str(number)] for number in range(11)),
        ["Skip", "Later"],
    ]
    anna.presses("7")
    assert [len(row) for row in anna.last["reply_markup"]["inline_keyboard"]] == [*[1] * 11, 1]
    anna.says("/settings")
    anna.presses("Small buttons")
    assert anna.row.one_column is False


def test_the_zone_follows_a_city_that_is_typed(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Time zone")
    assert "I go by the clock of Europe/London, where it is 10:00 now." in anna.sees
    anna.says("Zürich")
    assert "Europe/Zurich" in anna.sees
    anna.presses("Yes, Europe/Zurich")
    assert anna.sees == (
        "From now on I go by the clock of Europe/Zurich. The next check-in comes on Mon 2 Mar 2026, 18:00."
    )
    anna.presses("‹ Settings")
    assert "every day at 18:00 (Europe/Zurich)" in anna.sees
    assert anna.row.time_zone == "Europe/Zurich"
    assert [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.PROMPT_TIME_CHANGED] == []
    clinic.becomes(clinic.local("2026-03-02 17:00"))
    assert "How strong was your pain today?" in anna.sees


def test_a_place_that_is_shared_gives_the_zone_and_is_kept_nowhere(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.shares_place(48.2082, 16.3738)
    assert "Europe/Vienna" in anna.sees
    anna.presses("Yes, Europe/Vienna")
    assert anna.row.time_zone == "Europe/Vienna"
    assert "48.2" not in str(clinic.stored())


def test_a_place_at_sea_has_no_zone(clinic: Clinic) -> None:
    anna = clinic.patient()
    before = clinic.stored()
    anna.shares_place(40.0, -40.0)
    assert "I know no time zone at that place." in anna.sees
    assert clinic.stored() == before


def test_a_place_shared_by_staff_or_strangers_is_nothing(clinic: Clinic) -> None:
    chris, stranger = clinic.coordinator(), clinic.someone()
    before = clinic.stored()
    for someone in (chris, stranger):
        someone.shares_place(48.2082, 16.3738)
        assert "Vienna" not in someone.sees
    assert clinic.stored() == before


def test_a_number_typed_while_a_city_is_asked_for_is_an_answer(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("/settings")
    anna.presses("Time zone")
    anna.says("7")
    assert [answer[1:] for answer in anna.answers] == [("pain", 1, 7)]
    anna.says("Paris")
    anna.presses("Yes, Europe/Paris")
    assert anna.row.time_zone == "Europe/Paris"

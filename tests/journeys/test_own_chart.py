"""A patient's own picture."""

import io

from PIL import Image

from storage.models import Drawing
from tests.journeys.scenes import PHONE
from tests.journeys.test_own_items import adds, asks_stairs
from tests.support import Clinic


def test_it_shows_the_own_numbers_without_a_verdict(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("3 2 2 4")
    anna.says("/chart")
    picture = anna.last["photo"][-1]
    with Image.open(io.BytesIO(clinic.world.file(picture["file_id"]).content)) as shown:
        assert shown.width == 1080
    assert anna.sees.startswith(
        "Your answers since Mon 2 Mar 2026. In the picture each goes from 0 to 10: higher is worse."
    )
    assert "infusion days" not in anna.sees, "there are none"
    assert "Today; – is no answer:\nPain: 3\nTiredness: 2" in anna.sees, "for whoever cannot see it"
    assert PHONE in anna.sees
    assert not any(word in anna.sees for word in ("return", "regimen", "enough data"))


def test_infusion_days_are_explained_where_the_picture_has_some(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-11")
    anna.says("/chart")
    assert "infusion days" not in anna.sees, "in these two weeks, but to come"
    clinic.becomes(clinic.local("2026-03-11 12:00"))
    anna.says("/chart")
    assert "higher is worse. Your infusion days are marked.\n\nThe last 7 days" in anna.sees


def test_it_is_for_nobody_else(clinic: Clinic) -> None:
    anna, ben = clinic.patient(), clinic.patient()
    ben.says(f"/chart {anna.code}")
    assert anna.code not in ben.sees
    (drawn,) = clinic.rows(Drawing)
    assert drawn.patient_id == ben.row.id


def test_asked_twice_by_one_line_it_comes_once(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/chart")
    said = len(anna.messages)
    clinic.world.redeliver(max(clinic.world.updates))
    clinic.calm()
    assert len(anna.messages) == said


def test_the_teams_own_questions_are_said_in_words_with_what_their_ends_mean(clinic: Clinic) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    adds(coordinator)
    asks_stairs(coordinator)
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    anna.says("3 2 2 4 8 12")
    anna.says("/chart")
    assert "The last 2 days, today last; – is no answer:\nPain: –, 3" in anna.sees
    assert "Sleep (0 very badly – 10 very well): –, 8" in anna.sees
    assert "Flights of stairs: –, 12" in anna.sees


def test_it_says_since_when_and_of_an_old_diary_twelve_weeks(clinic: Clinic) -> None:
    anna = clinic.patient()
    for months, since in ((4, "Mon 2 Mar 2026"), (7, "Thu 9 Apr 2026")):
        clinic.becomes(clinic.local(f"2026-{months:02}-01 09:00"))
        anna.says("/today")
        anna.says("3 2 2 4")
        anna.says("/chart")
        assert anna.sees.startswith(f"Your answers since {since}. In the picture")
        assert "The last 7 days, today last" in anna.sees

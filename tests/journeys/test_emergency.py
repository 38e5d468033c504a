"""Wherever the bot says whom to call if one feels unwell, it says whom to call when no team answers: at night."""

import pytest

from bot.texts import languages, plain, texts_in
from storage.models import Role
from tests.support import Clinic


@pytest.mark.parametrize("language", languages())
def test_the_emergency_number_is_named_wherever_somebody_may_be_unwell(clinic: Clinic, language: str) -> None:
    texts = texts_in(language)
    said = plain(texts("telephone.emergency"))
    anna = clinic.someone(language)
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    anna.presses(plain(texts("language.name")))
    assert said in anna.sees, "before they agree"
    anna.presses(plain(texts("join.button.continue")))
    anna.presses(plain(texts("join.button.agree")))
    anna.taps(anna.last["message_id"], anna.buttons_of(anna.last["message_id"])[anna.buttons[0]])
    anna.says("18:00")
    assert said in anna.sees, "once all is set"

    clinic.becomes(clinic.local("2026-03-02 23:00"))
    anna.says("/today")
    anna.says("chest pain cant breathe")
    assert said in anna.above, "beside an open question"
    anna.says("3 2 2 4")
    check_in = anna.last
    anna.says("chest pain cant breathe")
    assert said in anna.sees, "beside a complete one"
    anna.presses(plain(texts("check_in.button.note")), check_in)
    anna.says("It hurts in the chest")
    assert said in anna.sees, "with a note"
    clinic.world.send_photo(anna.account)
    clinic.calm()
    assert said in anna.sees, "with what cannot be read"
    anna.says("/help")
    assert said in anna.sees

    clinic.planned(anna, "2026-03-09")
    anna.says("/infusions")
    assert said not in anna.sees, "whoever asks for a date is told of no emergency"
    anna.says("/withdraw")
    assert said not in anna.sees

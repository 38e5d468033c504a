"""What follows a change: *Undo*, and the way back."""

from bot.filling import Filling
from bot.replies import Button, Screen
from bot.texts import Html, Texts
from storage import audit


def undo_button(filling: Filling, texts: Texts) -> Button:
    """It takes back what the one who fills in has just changed."""
    first, last = audit.made_in(filling.session, filling.actor)
    return Button(texts("taking_back.button"), f"un:{first}:{last}")


def team_button(texts: Texts) -> Button:
    return Button(texts("team.button.back"), "te:")


def done_screen(filling: Filling, text: Html, texts: Texts) -> Screen:
    """After a change to what the team has."""
    return Screen(text, ((undo_button(filling, texts),), (team_button(texts),)))

"""How members of a care team are called. No name is kept: a number, and the label if one was given."""

from bot.replies import Button
from bot.texts import Html, Texts
from storage.models import Staff


def called(member: Staff, texts: Texts) -> Html:
    """`no. 3`, or `ward 7 (no. 3)`."""
    if member.label is None:
        return texts("staff.number", number=member.number)
    return texts("staff.labelled", number=member.number, label=member.label)


def roles_in_words(member: Staff, texts: Texts) -> Html:
    return roles_words(texts, coordinator=member.coordinator, clinician=member.clinician)


def roles_words(texts: Texts, *, coordinator: bool, clinician: bool) -> Html:
    if coordinator and clinician:
        return texts("staff.roles_both")
    return texts("staff.roles_coordinator" if coordinator else "staff.roles_clinician")


def back(texts: Texts) -> Button:
    """To who is on the team."""
    return Button(texts("staff.button.back"), "sf:")

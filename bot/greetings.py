"""What the bot says of itself, by who it is talking to; and how to reach the care team."""

from bot.replies import Incoming
from bot.texts import Html, Texts, nearest_language, texts_in
from storage import patients
from storage.chats import Someone
from storage.models import Team

NO_BREAK_SPACE = "\u00a0"


def texts_for(someone: Someone | None, incoming: Incoming) -> Texts:
    return texts_in(someone.chat.language if someone else nearest_language(incoming.language))


def greeting(someone: Someone | None, incoming: Incoming) -> Html:
    """What `/start` alone says, and `/help`."""
    texts = texts_for(someone, incoming)
    if someone is not None and someone.patient is not None:
        key = "help.patient_left" if someone.patient.status in patients.LEFT else "help.patient"
        return texts(key, phone=whom_to_call(someone.team, texts))
    if someone is not None and someone.staff is not None:
        return staff_help(someone, texts)
    return texts("start.stranger")


def staff_help(someone: Someone, texts: Texts) -> Html:
    staff = someone.the_staff
    parts = [texts("help.staff", team=someone.the_team.name)]
    parts += [texts("help.coordinator")] if staff.coordinator else []
    parts += [texts("help.clinician")] if staff.clinician else []
    parts.append(texts("help.page"))
    return Html("\n\n".join(parts))


def telephone(team: Team | None, texts: Texts) -> Html:
    """How to reach the team, said wherever it may be needed. The number stays in one line, to be read and tapped."""
    number = team.telephone if team else None
    if not number:
        return texts("telephone.unknown")
    return texts("telephone.known", number=number.replace(" ", NO_BREAK_SPACE))


def whom_to_call(team: Team | None, texts: Texts) -> Html:
    """Where somebody may be unwell: the team, and the emergency number, since at night no team answers.

    That number is not said: it is another one abroad.
    """
    return Html(f"{telephone(team, texts)} {texts('telephone.emergency')}")

"""What was drawn or put together for a message: charts, summaries, copies of data."""

from datetime import datetime

from sqlmodel import Session

from bot import summary_screen
from bot.greetings import telephone
from bot.letters.letter import Letter, clinician_of, patient_of
from bot.replies import Button, Keyboard, Screen
from bot.texts import Html, Texts
from jobs import due
from storage import drawings, patients, teams
from storage.models import Chat, MessageKind, OutboxMessage


def page(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """A page that was drawn for this message; where it could not be, the words that say so."""
    if clinician_of(session, message) is None:
        return None
    drawing = drawings.of_team(session, message.team_id, message.drawing_id or 0)
    if drawing is not None and drawing.caption is not None:
        return Letter(chat.telegram_id, Screen(Html(drawing.caption), _below_chart(message, texts), png=drawing.png))
    patient = patients.patient_of_team(session, message.team_id, message.patient_id or 0)
    return Letter(chat.telegram_id, Screen(texts("chart.not_drawn", pseudonym=patient.pseudonym))) if patient else None


def summary(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """The team in words; where that could not be made, the words that say so."""
    reader = clinician_of(session, message)
    if reader is None:
        return None
    drawing = drawings.of_team(session, message.team_id, message.drawing_id or 0)
    if drawing is None or drawing.caption is None:
        team = teams.team_by_id(session, message.team_id)
        return Letter(chat.telegram_id, Screen(texts("summary.not_drawn", team=team.name)))
    return Letter(chat.telegram_id, summary_screen.words(session, reader, drawing, texts, now))


def of_summary(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """A picture of the team, or a PDF; none where there is nobody to be shown."""
    if clinician_of(session, message) is None:
        return None
    is_picture = message.kind is MessageKind.SUMMARY_PICTURE
    drawing = drawings.of_team(session, message.team_id, message.drawing_id or 0)
    if drawing is None or drawing.caption is None:
        team = teams.team_by_id(session, message.team_id)
        if not is_picture:
            return Letter(chat.telegram_id, Screen(texts("summary.pdf_not_made", team=team.name)))
        # Of the first picture the message in words says so.
        is_further = drawing is not None and drawing.page > 1
        return Letter(chat.telegram_id, Screen(texts("summary.not_drawn", team=team.name))) if is_further else None
    made = summary_screen.picture(session, drawing, texts) if is_picture else summary_screen.document(session, drawing)
    return Letter(chat.telegram_id, made) if made is not None else None


def _below_chart(message: OutboxMessage, texts: Texts) -> Keyboard:
    """From one patient's chart to what can be entered about them."""
    if message.patient_id is None:
        return ()
    return ((Button(texts("measure.button.entered"), f"me:below:{message.patient_id}"),),)


def export(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """The team's diaries, to the clinician who asked, while they are one; or the words that say why not."""
    if clinician_of(session, message) is None:
        return None
    made = drawings.of_team(session, message.team_id, message.drawing_id or 0)
    if made is None or made.caption is None:
        return Letter(chat.telegram_id, Screen(texts("export.not_made")))
    if made.archive is None:
        return Letter(chat.telegram_id, Screen(Html(made.caption)))
    name = f"infusion-diary-export-{made.as_of:%Y-%m-%d}.zip"
    return Letter(chat.telegram_id, Screen(Html(made.caption), document=(name, made.archive)))


def own_copy(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """Everything held on the patient, for nobody else; where it could not be made, the words that say so."""
    patient = patient_of(session, message)
    if patient is None:
        return None
    made = drawings.of_team(session, message.team_id, message.drawing_id or 0)
    if made is None or made.archive is None or made.patient_id != patient.id:
        phone = telephone(teams.team_by_id(session, message.team_id), texts)
        return Letter(chat.telegram_id, Screen(texts("own_copy.not_made", phone=phone)))
    name = f"infusion-diary-{patient.pseudonym}-{due.local_date(patient.time_zone, made.as_of)}.zip"
    return Letter(chat.telegram_id, Screen(Html(made.caption or ""), document=(name, made.archive)))


def own_chart(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """The patient's own numbers, for nobody else; where they could not be drawn, the words that say so."""
    patient = patient_of(session, message)
    if patient is None:
        return None
    made = drawings.of_team(session, message.team_id, message.drawing_id or 0)
    if made is None or made.caption is None or made.patient_id != patient.id:
        return Letter(chat.telegram_id, Screen(texts("own_chart.not_drawn")))
    return Letter(chat.telegram_id, Screen(Html(made.caption), png=made.png))

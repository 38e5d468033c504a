"""What a clinician does: one patient's chart now, and what a patient wrote beside the numbers."""

from sqlmodel import Session

from bot.replies import Drawing, Incoming, Reply, Say, Screen, Toast
from bot.team.patients_named import pressed_patient, typed_patient, which_patient
from bot.texts import Html, texts_in
from jobs import pages
from storage import notes
from storage.chats import Someone
from storage.models import Patient

# Each at most 500 characters: they fit into one message.
MOST_NOTES = 7
# With room for the heading.
LONGEST_MESSAGE = 3900


def chart(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/chart P-7KQ4`; without a code, a button for each patient, as many as Telegram takes."""
    if not incoming.text.strip():
        return [which_patient(session, someone, "chart", "ch")]
    return [_chart(session, typed_patient(session, incoming, someone), incoming, someone)]


def chart_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    return [Toast(""), _chart(session, pressed_patient(session, incoming.data, someone), incoming, someone)]


def notes_typed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/notes P-7KQ4`; without a code, a button for each patient."""
    if not incoming.text.strip():
        return [which_patient(session, someone, "notes", "nt")]
    return [_notes(session, typed_patient(session, incoming, someone), someone)]


def notes_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    return [Toast(""), _notes(session, pressed_patient(session, incoming.data, someone), someone)]


def _notes(session: Session, patient: Patient, someone: Someone) -> Reply:
    texts, latest = (
        texts_in(someone.chat.language),
        notes.latest_notes(session, patient.team_id, patient.id, MOST_NOTES),
    )
    if not latest:
        return Say(Screen(texts("notes.none", pseudonym=patient.pseudonym)))
    lines = [
        texts("notes.line_late" if note.late else "notes.line", day=note.diary_date, note=note.text) for note in latest
    ]
    while len(lines) > 1 and _length(lines) > LONGEST_MESSAGE:
        lines.pop(0)
    return Say(Screen(texts("notes.list", pseudonym=patient.pseudonym, lines=Html("\n\n".join(lines)))))


def _length(lines: list[Html]) -> int:
    """As Telegram counts, in UTF-16; its markup and escapes on top, to be on the safe side."""
    return len("\n\n".join(lines).encode("utf-16-le")) // 2


def _chart(session: Session, patient: Patient, incoming: Incoming, someone: Someone) -> Reply:
    pages.ask_chart(session, someone.the_staff, someone.chat, patient, incoming.what, incoming.now)
    return Drawing()

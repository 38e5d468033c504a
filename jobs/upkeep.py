"""Small housekeeping: what served its purpose is forgotten, and what a wrong clock put far away comes back."""

from datetime import datetime, timedelta

from sqlmodel import Session

from jobs import due
from storage import chats, drawings, patients

# Telegram keeps an undelivered update for 24 hours; after that it cannot come again.
RECEIPTS_KEPT = timedelta(hours=48)
# A day's next prompt is never farther, not even where a date is skipped.
FARTHEST_PROMPT = timedelta(days=3)


def run(session: Session, now: datetime) -> bool:
    """Never has more waiting."""
    chats.forget_receipts_before(session, now - RECEIPTS_KEPT)
    drawings.forget_expired(session, now)
    # The machine's clock ran ahead for a while, and was set back.
    for patient in patients.active_patients_prompted_after(session, now + FARTHEST_PROMPT):
        following = due.next_local_moment(patient.time_zone, patient.prompt_time, now)
        patients.move_prompt(session, patient, following)
    return False

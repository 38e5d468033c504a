"""Small housekeeping: what served its purpose is forgotten, and what a wrong clock put far away comes back."""

from datetime import datetime, timedelta

from sqlmodel import Session

from jobs import confirming, daily_prompt, guessing, infusion_reminder, weekly_summary
from storage import ahead, chats, drawings, patients, teams
from storage.models import Patient

# Telegram keeps an undelivered update for 24 hours; after that it cannot come again.
RECEIPTS_KEPT = timedelta(hours=48)
# What is next is farther than this in a few cases only: the patient has moved, or was asked before the hour was moved.
USUAL_PROMPT, USUAL_SUMMARY, USUAL_QUESTION = timedelta(hours=26), timedelta(days=8), timedelta(hours=26)
BATCH = 200


def run(session: Session, now: datetime) -> bool:
    """True when more has to come back."""
    chats.forget_receipts_before(session, now - RECEIPTS_KEPT)
    drawings.forget_expired(session, now)
    guessing.forget(session, now)
    # The machine's clock ran ahead for a while, and was set back.
    for reader, team in ahead.summarised_after(session, now + USUAL_SUMMARY):
        if weekly_summary.is_too_far(team, reader, now):
            teams.move_summary(session, reader, weekly_summary.next_summary(team, reader, now))
    for team in ahead.teams_asked_about_courses_after(session, now + USUAL_QUESTION):
        if confirming.is_too_far(team, now):
            teams.move_confirmation(session, team, confirming.next_question(team, now))
    found = ahead.active_patients_prompted_after(session, now + USUAL_PROMPT, BATCH)
    came_back = [patient for patient in found if _comes_back(session, patient, now)]
    return len(came_back) == BATCH


def _comes_back(session: Session, patient: Patient, now: datetime) -> bool:
    """The first day that is still to be asked gets its question, and a course that is still to come its reminders."""
    following = daily_prompt.next_to_be_asked(session, patient, now)
    assert patient.next_prompt_at is not None  # found by it
    if following >= patient.next_prompt_at or not patients.move_prompt(session, patient, following):
        return False
    ahead.forget_empty_days_after(session, patient.team_id, patient.id, now)
    ahead.forget_questions_after(session, patient.team_id, patient.id, now)
    infusion_reminder.schedule_all(session, patient, now)
    return True

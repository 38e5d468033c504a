"""What is deleted when: each night, team by team, what has served its purpose; docs/retention.md has it as a table.

And where the operator has said so, the diaries of patients who stopped long ago, a month after the team was told.
"""

import calendar
import logging
from datetime import datetime, timedelta

from sqlmodel import Session

from jobs import admission, daytime, due, leaving
from storage import audit, chats, desk, dialogues, invitations, outbox, patients, teams
from storage.models import MessageKind, Patient, Team

log = logging.getLogger(__name__)
PUT_OFF = timedelta(hours=1)
# Nothing looks at older ones: what a message told is in columns, and its buttons have been closed.
MESSAGES_KEPT = timedelta(days=180)
# Ways in to the desk: as long as somebody could still ask why a link opens nothing.
DESK_KEPT = timedelta(days=1)
INVITATIONS_KEPT, FORMS_KEPT, STRANGERS_KEPT = timedelta(days=90), timedelta(days=90), timedelta(days=90)
# Before a diary is erased by itself: time to file what the law wants kept.
NOTICE = timedelta(days=30)
ANNOUNCED = "erasure_announced"
BATCH = 500


def run(session: Session, now: datetime, after_withdrawal: int | None = None) -> bool:
    """`after_withdrawal`: months after which whoever has stopped is erased; None: never. True when there is more."""
    is_more = False
    found_due = teams.teams_due_a_tidying(session, now)
    if found_due:
        # Of no team, and so in the history of none.
        chats.forget_strangers(session, now - STRANGERS_KEPT)
        desk.forget_before(session, now - DESK_KEPT)
    for team in found_due:
        found = _tidy(session, team, now)
        announced, erased = _erase_those_who_left(session, team, now, after_withdrawal)
        counted = {name: many for name, many in found.items() if many}
        if counted:
            audit.record(session, team_id=team.id, at=now, actor=audit.CLOCK, action="tidied", after=counted)
        if max(*found.values(), announced + erased) >= BATCH:
            # The rest of it in the next transaction: people wait for the writer meanwhile.
            is_more = True
        else:
            teams.move_tidying(session, team, _next(team, now))
    return is_more


def _next(team: Team, now: datetime) -> datetime:
    try:
        return due.next_local_moment(team.time_zone, daytime.NIGHT, now)
    except Exception:
        log.exception("When a team is tidied cannot be computed; tried again in an hour")
        return now + PUT_OFF


def _tidy(session: Session, team: Team, now: datetime) -> dict[str, int]:
    return {
        "messages": outbox.forget_settled(session, team.id, now - MESSAGES_KEPT, now.date(), BATCH),
        "invitations": invitations.forget_expired(session, team.id, now - INVITATIONS_KEPT),
        "forms": dialogues.forget_untouched(session, team.id, now - FORMS_KEPT),
    }


def _erase_those_who_left(session: Session, team: Team, now: datetime, months: int | None) -> tuple[int, int]:
    """How many were announced, and how many erased: together a portion at most."""
    announced = erased = 0
    if months is None:
        return announced, erased
    for patient in patients.withdrawn_patients(session, team.id):
        assert patient.withdrawn_at is not None  # found by it
        is_over_at = months_after(patient.withdrawn_at, months)
        told = audit.newest_about(session, team.id, patient.id, ANNOUNCED)
        # Whoever came back and stopped again begins anew.
        told_at = told.at if told is not None and told.at >= patient.withdrawn_at else None
        if told_at is None and now >= is_over_at - NOTICE:
            _announce(session, patient, now)
            announced += 1
        elif told_at is not None and now >= max(is_over_at, told_at + NOTICE):
            leaving.erase_at_term(session, patient, now)
            erased += 1
        if announced + erased == BATCH:
            break
    return announced, erased


def _announce(session: Session, patient: Patient, now: datetime) -> None:
    audit.record_about(session, patient, now, actor=audit.CLOCK, action=ANNOUNCED)
    admission.tell_coordinators_at_once(session, MessageKind.PATIENT_ERASURE_COMING, patient, now)


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and hour so many months later; the month's last day where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))

"""Who may sit at the desk, and for how long: members of a care team, by what Telegram signed or by a link.

A session ends an hour after the last request and twelve hours after it began; whoever leaves the team is out at once,
since who they are is read anew at each request.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from jobs.refusals import Refusal
from storage import audit, chats, desk
from storage.chats import Someone
from storage.models import Staff

IDLE, LONGEST = timedelta(hours=1), timedelta(hours=12)
# A request within a minute of the one before writes nothing.
SEEN_TO = timedelta(minutes=1)
TICKET_LIFETIME = timedelta(minutes=5)
# As long as it could be shown again, and be new enough to be believed.
PROOF_LIFETIME = timedelta(minutes=20)
OPENED = "desk_opened"
UNKNOWN = "refusal.desk_link_unknown"


@dataclass(frozen=True)
class Visitor:
    """Someone at the desk, as the database has them at this request."""

    someone: Someone
    session_id: int
    seen_at: datetime

    def is_to_be_noted(self, now: datetime) -> bool:
        """Whether that they are there has to be written down anew."""
        return now - self.seen_at >= SEEN_TO


def visitor(session: Session, token: str, now: datetime) -> Visitor | None:
    """Who holds this token, by a session for reading; None when it is none of ours, or over, or they have left."""
    found = desk.session_for(session, token)
    if found is None:
        return None
    known, someone = found
    is_over = now >= known.ends_at or now - known.seen_at >= IDLE
    return None if is_over or not _is_staff(someone.staff) else Visitor(someone, known.id, known.seen_at)


def open_session(session: Session, staff: Staff, now: datetime) -> str:
    """Its token, which the browser alone keeps. The history says that they came, and nothing of what they look at."""
    token, made = desk.begin_session(session, staff.id, now, LONGEST)
    audit.record(
        session,
        team_id=staff.team_id,
        at=now,
        actor=audit.staff_actor(staff.id),
        action=OPENED,
        after={"session": made.id},
    )
    return token


def prove(session: Session, telegram_id: int, proof_hash: str, now: datetime) -> Staff:
    """The member whom Telegram's signed words are about. Refusal for a stranger or patient, and for a second use."""
    someone = chats.who_is(session, telegram_id)
    if someone is None or someone.staff is None or not _is_staff(someone.staff):
        raise Refusal("refusal.desk_not_staff")
    if not desk.note_proof(session, proof_hash, now + PROOF_LIFETIME):
        raise Refusal("refusal.desk_proof_used")
    return someone.staff


def make_ticket(session: Session, staff: Staff, now: datetime) -> str:
    """What the link holds that a member asks for in the chat; it opens the desk once, within five minutes."""
    return desk.make_ticket(session, staff.id, now + TICKET_LIFETIME)


def check_ticket(session: Session, token: str, now: datetime) -> Staff:
    """Whose it is, without using it up. Refusal: unknown, used, expired, or of whoever has left."""
    found = desk.ticket_for(session, token)
    if found is None:
        raise Refusal(UNKNOWN)
    ticket, staff = found
    if ticket.used_at is not None:
        raise Refusal("refusal.desk_link_used")
    if ticket.expires_at <= now:
        raise Refusal("refusal.desk_link_expired")
    if not _is_staff(staff):
        raise Refusal("refusal.desk_not_staff")
    return staff


def use_ticket(session: Session, token: str, now: datetime) -> Staff:
    """The same, and it opens nothing any more; of two at the same time one is refused."""
    staff = check_ticket(session, token, now)
    found = desk.ticket_for(session, token)
    if found is None or not desk.use_ticket(session, found[0], now):
        raise Refusal("refusal.desk_link_used")
    return staff


def _is_staff(staff: Staff | None) -> bool:
    # Whoever has left has neither a chat nor a role.
    return staff is not None and staff.chat_id is not None and (staff.coordinator or staff.clinician)

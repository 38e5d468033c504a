"""Sessions of the desk and the single-use ways in. Hashes alone are kept: nobody comes in by the database."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, select, update

from storage.chats import Someone
from storage.database import insert_ignoring_duplicates
from storage.models import Chat, DeskSession, DeskTicket, Staff, Team, UsedProof

# Asked at each request of the desk. Whoever has left the team has no chat, and so is not found.
_AT_THE_DESK = (
    select(DeskSession, Chat, Staff, Team)
    .join(Staff, col(Staff.id) == col(DeskSession.staff_id))
    .join(Chat, col(Chat.id) == col(Staff.chat_id))
    .join(Team, col(Team.id) == col(Staff.team_id))
    .where(DeskSession.token_hash == bindparam("token_hash"))
)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def begin_session(session: Session, staff_id: int, now: datetime, lasting: timedelta) -> tuple[str, DeskSession]:
    """Its token, which only the browser keeps, and the row."""
    token = secrets.token_urlsafe(32)
    made = DeskSession(token_hash=hash_of(token), staff_id=staff_id, made_at=now, seen_at=now, ends_at=now + lasting)
    session.add(made)
    session.flush()
    return token, made


def session_for(session: Session, token: str) -> tuple[DeskSession, Someone] | None:
    """The session, ended or not, and who is at the desk in it; None for whoever is on no team any more."""
    row = session.exec(_AT_THE_DESK, params={"token_hash": hash_of(token)}).first()
    if row is None:
        return None
    found, chat, staff, team = row
    return found, Someone(chat, team, staff=staff)


def note_seen(session: Session, session_id: int, now: datetime) -> None:
    later = (col(DeskSession.id) == session_id) & (col(DeskSession.seen_at) < now)
    session.connection().execute(update(DeskSession).where(later).values(seen_at=now))


def end_session(session: Session, session_id: int, now: datetime) -> None:
    open_ = (col(DeskSession.id) == session_id) & (col(DeskSession.ends_at) > now)
    session.connection().execute(update(DeskSession).where(open_).values(ends_at=now))


def make_ticket(session: Session, staff_id: int, expires_at: datetime) -> str:
    """Its token, which is shown once and kept nowhere."""
    token = secrets.token_urlsafe(32)
    session.add(DeskTicket(token_hash=hash_of(token), staff_id=staff_id, expires_at=expires_at))
    session.flush()
    return token


def ticket_for(session: Session, token: str) -> tuple[DeskTicket, Staff] | None:
    """The ticket, used or not, expired or not, and whose it is; that member may have left."""
    query = select(DeskTicket, Staff).join(Staff, col(Staff.id) == col(DeskTicket.staff_id))
    return session.exec(query.where(DeskTicket.token_hash == hash_of(token))).first()


def use_ticket(session: Session, ticket: DeskTicket, now: datetime) -> bool:
    """Uses it up; False when somebody was faster."""
    unused = (col(DeskTicket.id) == ticket.id) & col(DeskTicket.used_at).is_(None)
    return session.connection().execute(update(DeskTicket).where(unused).values(used_at=now)).rowcount == 1


def note_proof(session: Session, proof_hash: str, until: datetime) -> bool:
    """False for one that was used before."""
    return insert_ignoring_duplicates(session, UsedProof, [{"proof_hash": proof_hash, "until": until}]) == 1


def forget_before(session: Session, instant: datetime) -> None:
    """Sessions and tickets that ended before then, and proofs that were too old by then."""
    connection = session.connection()
    connection.execute(delete(DeskSession).where(col(DeskSession.ends_at) < instant))
    connection.execute(delete(DeskTicket).where(col(DeskTicket.expires_at) < instant))
    connection.execute(delete(UsedProof).where(col(UsedProof.until) < instant))


def put_off_ends(session: Session, by: timedelta) -> None:
    """Of all that go on, in all teams: for the demo, whose clock is moved under whoever sits there."""
    for each in session.exec(select(DeskSession).where(col(DeskSession.seen_at) < col(DeskSession.ends_at))):
        each.seen_at, each.ends_at = each.seen_at + by, each.ends_at + by


def end_all(session: Session, now: datetime) -> None:
    """Of everybody, in all teams: all have to come in anew."""
    connection = session.connection()
    connection.execute(update(DeskSession).where(col(DeskSession.ends_at) > now).values(ends_at=now))
    connection.execute(update(DeskTicket).where(col(DeskTicket.expires_at) > now).values(expires_at=now))

"""Single-use ways in. Whoever reads the database cannot use them: only a hash of the token is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select, update

from storage.models import Invitation, Role

LIFETIME = timedelta(days=14)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invite(
    session: Session,
    *,
    team_id: int,
    role: Role,
    now: datetime,
    patient_id: int | None = None,
    invited_by: int | None = None,
) -> tuple[str, Invitation]:
    """Makes an invitation; returns its token, which is shown once and kept nowhere, and the row.

    The token fits Telegram's `/start` parameter: at most 64 of `[A-Za-z0-9_-]`.
    """
    token = secrets.token_urlsafe(18)
    invitation = Invitation(
        team_id=team_id,
        role=role,
        patient_id=patient_id,
        invited_by=invited_by,
        token_hash=_hash(token),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(invitation)
    session.flush()
    return token, invitation


def invitation_for(session: Session, token: str) -> Invitation | None:
    """The invitation that the token opens, used or not, expired or not."""
    return session.exec(select(Invitation).where(Invitation.token_hash == _hash(token))).first()


def use(session: Session, invitation: Invitation, chat_id: int, now: datetime) -> bool:
    """Uses it up; False when somebody was faster."""
    statement = (
        update(Invitation)
        .where(col(Invitation.id) == invitation.id, col(Invitation.used_at).is_(None))
        .values(used_at=now, used_by=chat_id)
    )
    return session.connection().execute(statement).rowcount == 1


def open_for_staff(session: Session, team_id: int, now: datetime) -> list[Invitation]:
    """Ways into the team that somebody could still use, the oldest first."""
    query = select(Invitation).where(
        Invitation.team_id == team_id,
        Invitation.role != Role.PATIENT,
        col(Invitation.used_at).is_(None),
        Invitation.expires_at > now,
    )
    return list(session.exec(query.order_by(col(Invitation.id))))


def expire(session: Session, invitation: Invitation, now: datetime) -> bool:
    """Makes it useless; False when somebody has used it meanwhile."""
    statement = (
        update(Invitation)
        .where(col(Invitation.id) == invitation.id, col(Invitation.used_at).is_(None))
        .values(expires_at=now)
    )
    return session.connection().execute(statement).rowcount == 1


def expire_open_invitations(session: Session, team_id: int, patient_id: int, now: datetime) -> None:
    """Makes the earlier links of a patient useless, as when a new one is made."""
    statement = (
        update(Invitation)
        .where(
            col(Invitation.team_id) == team_id,
            col(Invitation.patient_id) == patient_id,
            col(Invitation.used_at).is_(None),
            col(Invitation.expires_at) > now,
        )
        .values(expires_at=now)
    )
    session.connection().execute(statement)


def expire_invitations_by(session: Session, team_id: int, staff_id: int, now: datetime) -> int:
    """Makes those useless that this member made for staff; returns how many there were."""
    statement = (
        update(Invitation)
        .where(
            col(Invitation.team_id) == team_id,
            col(Invitation.invited_by) == staff_id,
            col(Invitation.role) != Role.PATIENT,
            col(Invitation.used_at).is_(None),
            col(Invitation.expires_at) > now,
        )
        .values(expires_at=now)
    )
    return session.connection().execute(statement).rowcount


def forget_expired(session: Session, team_id: int, before: datetime) -> int:
    """Deletes links that nobody used and that stopped working before then; returns how many."""
    statement = delete(Invitation).where(
        col(Invitation.team_id) == team_id, col(Invitation.used_at).is_(None), col(Invitation.expires_at) < before
    )
    return session.connection().execute(statement).rowcount

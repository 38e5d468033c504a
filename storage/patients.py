"""Patients, by pseudonym. Every query is bounded by a team, save the ones the clock asks."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, time

from sqlalchemy import bindparam
from sqlmodel import Session, and_, col, func, or_, select, update

from storage.models import Chat, MessageKind, MessageState, OutboxMessage, Patient, PatientStatus

CODE_LENGTH = 4
# Letters and digits that nobody mistakes for one another, on paper or by telephone.
ALPHABET = "2346789ACDEFGHJKMNPQRTVWXY"
LIVING = (PatientStatus.ACTIVE, PatientStatus.PAUSED)
LEFT = (PatientStatus.WITHDRAWN, PatientStatus.ERASED)
# Have kept a diary and stopped it: they still come for their infusions. Not whoever was invited and never came.
STOPPED = and_(col(Patient.status) == PatientStatus.WITHDRAWN, col(Patient.consented_at).is_not(None))
# What the clock asks each second is put together once.
_DUE_A_PROMPT = (
    select(Patient, Chat)
    .join(Chat, col(Patient.chat_id) == col(Chat.id))
    .where(col(Patient.next_prompt_at) <= bindparam("now"))
    .order_by(col(Patient.next_prompt_at), col(Patient.id))
    .limit(bindparam("most"))
    .with_for_update(of=Patient, skip_locked=True)
)


def draw_pseudonym(session: Session, team_id: int) -> str:
    """A pseudonym such as `P-7KQ4` that the team does not use yet."""
    while True:
        pseudonym = "P-" + "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if patient_called(session, team_id, pseudonym) is None:
            return pseudonym


def patient_called(session: Session, team_id: int, pseudonym: str) -> Patient | None:
    """By the pseudonym as people type it: `P-7KQ4`, `p7kq4`, `7KQ4`. An erased patient too."""
    typed = pseudonym.strip().upper().removeprefix("P-")
    if not typed.isalnum():
        return None
    pseudonym = "P-" + (typed.removeprefix("P") if len(typed) > CODE_LENGTH else typed)
    query = select(Patient).where(Patient.team_id == team_id, Patient.pseudonym == pseudonym)
    return session.exec(query).first()


def patient_of_team(session: Session, team_id: int, patient_id: int) -> Patient | None:
    patient = session.get(Patient, patient_id)
    known = patient is not None and patient.team_id == team_id and patient.status is not PatientStatus.ERASED
    return patient if known else None


def hold(session: Session, team_id: int, patient_id: int, *, against_rows: bool = False) -> None:
    """Until the commit nobody else decides about this patient: on PostgreSQL; on SQLite one writes at a time anyway.

    `against_rows`: nor adds a row about them. Whoever is adding one now is waited for, and it is seen afterwards.
    """
    query = select(Patient.id).where(Patient.team_id == team_id, Patient.id == patient_id)
    session.exec(query.with_for_update(key_share=not against_rows)).first()


def hold_all(session: Session, team_id: int, among: Collection[int] | None = None) -> None:
    """The same of all the team's patients, or of those with these ids. In one order, so that no two wait crosswise."""
    query = select(Patient.id).where(Patient.team_id == team_id).order_by(col(Patient.id))
    if among is not None:
        query = query.where(col(Patient.id).in_(among))
    session.exec(query.with_for_update(key_share=True)).all()


def has_stopped(patient: Patient) -> bool:
    """`STOPPED`, of one."""
    return patient.status is PatientStatus.WITHDRAWN and patient.consented_at is not None


def pseudonym_of(session: Session, team_id: int, patient_id: int) -> str | None:
    """That of an erased patient too, of whom it is all that is left."""
    return session.exec(select(Patient.pseudonym).where(Patient.team_id == team_id, Patient.id == patient_id)).first()


def patients_of(session: Session, team_id: int) -> list[Patient]:
    """All but those who have left, by pseudonym."""
    query = (
        select(Patient).where(Patient.team_id == team_id, col(Patient.status).not_in(LEFT)).order_by(Patient.pseudonym)
    )
    return list(session.exec(query))


def withdrawn_patients(session: Session, team_id: int) -> list[Patient]:
    """Who has stopped, whose diary is still there."""
    query = select(Patient).where(Patient.team_id == team_id, Patient.status == PatientStatus.WITHDRAWN)
    return list(session.exec(query.where(col(Patient.withdrawn_at).is_not(None)).order_by(col(Patient.id))))


def unreachable_patients(session: Session, team_id: int) -> set[int]:
    query = (
        select(Patient.id)
        .join(Chat, col(Patient.chat_id) == col(Chat.id))
        .where(Patient.team_id == team_id, col(Chat.unreachable_since).is_not(None))
    )
    return {patient_id for patient_id in session.exec(query) if patient_id is not None}


def patients_due_a_prompt(session: Session, now: datetime, limit: int) -> list[tuple[Patient, Chat]]:
    """With their chats, of all teams, the longest due first, save those another worker has in hand: for the clock."""
    return list(session.exec(_DUE_A_PROMPT, params={"now": now, "most": limit}))


def prompts_by_moment(session: Session) -> list[tuple[datetime, int]]:
    """(next prompt, how many patients are asked at it), of all teams: for the operator's doctor."""
    query = (
        select(Patient.next_prompt_at, func.count())
        .where(col(Patient.next_prompt_at).is_not(None), Patient.status == PatientStatus.ACTIVE)
        .group_by(col(Patient.next_prompt_at))
    )
    return [(at, many) for at, many in session.exec(query) if at is not None]


def move_prompt(session: Session, patient: Patient, to: datetime) -> bool:
    """Moves the next prompt on; False when another worker has done so already."""
    statement = (
        update(Patient)
        .where(col(Patient.id) == patient.id, col(Patient.next_prompt_at) == patient.next_prompt_at)
        .values(next_prompt_at=to)
        .execution_options(synchronize_session=False)
    )
    return session.connection().execute(statement).rowcount == 1


def set_prompt(session: Session, patient: Patient, at: time, next_prompt_at: datetime | None) -> None:
    patient.prompt_time, patient.next_prompt_at = at, next_prompt_at
    session.add(patient)


def set_reminder_leads(session: Session, patient: Patient, leads: Sequence[int] | None) -> None:
    patient.reminder_leads = None if leads is None else list(leads)
    session.add(patient)


def set_label(session: Session, patient: Patient, label: str | None) -> None:
    patient.label = label
    session.add(patient)


def prompt_time_in_doubt(session: Session, team_id: int, patient_id: int) -> bool:
    """Whether a message about another hour may have arrived, of which nothing was written down."""
    query = (
        select(OutboxMessage.state, OutboxMessage.doubtful)
        .where(
            OutboxMessage.team_id == team_id,
            OutboxMessage.patient_id == patient_id,
            OutboxMessage.kind == MessageKind.PROMPT_TIME_CHANGED,
            or_(OutboxMessage.state == MessageState.SENT, col(OutboxMessage.doubtful)),
        )
        .order_by(col(OutboxMessage.id).desc())
        .limit(1)
    )
    latest = session.exec(query).first()
    return latest is not None and latest[0] is not MessageState.SENT

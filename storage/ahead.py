"""What a clock that ran ahead for a while has left in the future: for the upkeep, which puts it right."""

from datetime import datetime

from sqlmodel import Session, col, delete, exists, select

from storage.models import Answer, DiaryDay, MessageKind, MessageState, OutboxMessage, Patient, PatientStatus, Team


def active_patients_prompted_after(session: Session, instant: datetime, limit: int) -> list[Patient]:
    """Of all teams, the farthest first; the paused wait for long: for the clock alone."""
    query = (
        select(Patient)
        .where(col(Patient.next_prompt_at) > instant, Patient.status == PatientStatus.ACTIVE)
        .order_by(col(Patient.next_prompt_at).desc())
        .limit(limit)
    )
    return list(session.exec(query))


def teams_summarised_after(session: Session, instant: datetime) -> list[Team]:
    return list(session.exec(select(Team).where(col(Team.next_summary_at) > instant)))


def latest_day_opened_by(session: Session, team_id: int, patient_id: int, instant: datetime) -> DiaryDay | None:
    """The latest of the days that were open by then, and not only by a clock that was ahead."""
    query = (
        select(DiaryDay)
        .where(DiaryDay.team_id == team_id, DiaryDay.patient_id == patient_id, DiaryDay.opened_at <= instant)
        .order_by(col(DiaryDay.diary_date).desc())
        .limit(1)
    )
    return session.exec(query).first()


def forget_empty_days_after(session: Session, team_id: int, patient_id: int, instant: datetime) -> None:
    """Days that were opened after this instant, of which the patient knows nothing."""
    answered = exists().where(
        col(Answer.team_id) == team_id,
        col(Answer.patient_id) == patient_id,
        col(Answer.diary_date) == col(DiaryDay.diary_date),
    )
    statement = delete(DiaryDay).where(
        col(DiaryDay.team_id) == team_id,
        col(DiaryDay.patient_id) == patient_id,
        col(DiaryDay.opened_at) > instant,
        col(DiaryDay.asked_at).is_(None),
        col(DiaryDay.message_id).is_(None),
        ~answered,
    )
    session.connection().execute(statement)


def forget_questions_after(session: Session, team_id: int, patient_id: int, instant: datetime) -> None:
    """Check-ins that wait for a moment after this one, and never were tried: else their days could not be asked."""
    statement = delete(OutboxMessage).where(
        col(OutboxMessage.team_id) == team_id,
        col(OutboxMessage.patient_id) == patient_id,
        col(OutboxMessage.kind) == MessageKind.DAILY_PROMPT,
        col(OutboxMessage.state) == MessageState.PENDING,
        col(OutboxMessage.attempts) == 0,
        col(OutboxMessage.due_at) > instant,
    )
    session.connection().execute(statement)

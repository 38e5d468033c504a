"""What is held on one patient, whole: for the patient's own copy. Every query is bounded by team and patient."""

from sqlmodel import Session, and_, col, select

from storage.models import (
    Alert,
    AlertRule,
    Answer,
    Attendance,
    DiaryDay,
    Invitation,
    Look,
    Measurement,
    Note,
    OutboxMessage,
)


def all_diary_days_of(session: Session, team_id: int, patient_id: int) -> list[DiaryDay]:
    """By date; the days without an answer too."""
    query = (
        select(DiaryDay)
        .where(DiaryDay.team_id == team_id, DiaryDay.patient_id == patient_id)
        .order_by(col(DiaryDay.diary_date))
    )
    return list(session.exec(query))


def all_answers_of(session: Session, team_id: int, patient_id: int) -> list[Answer]:
    """Every revision, by date and in the order in which they came."""
    query = (
        select(Answer)
        .where(Answer.team_id == team_id, Answer.patient_id == patient_id)
        .order_by(col(Answer.diary_date), col(Answer.id))
    )
    return list(session.exec(query))


def all_notes_of(session: Session, team_id: int, patient_id: int) -> list[Note]:
    """By the day they are about, and as they were written."""
    query = (
        select(Note)
        .where(Note.team_id == team_id, Note.patient_id == patient_id)
        .order_by(col(Note.diary_date), col(Note.id))
    )
    return list(session.exec(query))


def all_attendance_of(session: Session, team_id: int, patient_id: int) -> list[Attendance]:
    """Each time that something was said, in that order."""
    query = (
        select(Attendance)
        .where(Attendance.team_id == team_id, Attendance.patient_id == patient_id)
        .order_by(col(Attendance.id))
    )
    return list(session.exec(query))


def all_measurements_of(session: Session, team_id: int, patient_id: int) -> list[Measurement]:
    """Of every analyte, by the day they were taken."""
    query = (
        select(Measurement)
        .where(Measurement.team_id == team_id, Measurement.patient_id == patient_id)
        .order_by(col(Measurement.taken_on), col(Measurement.id))
    )
    return list(session.exec(query))


def all_alerts_of(session: Session, team_id: int, patient_id: int) -> list[tuple[Alert, AlertRule]]:
    """With the rule that each of them met; oldest first."""
    query = (
        select(Alert, AlertRule)
        .join(AlertRule, and_(col(Alert.rule_id) == AlertRule.id, col(Alert.team_id) == AlertRule.team_id))
        .where(Alert.team_id == team_id, Alert.patient_id == patient_id)
        .order_by(col(Alert.id))
    )
    return list(session.exec(query))


def all_looks_of(session: Session, team_id: int, patient_id: int) -> list[Look]:
    """Oldest first."""
    query = select(Look).where(Look.team_id == team_id, Look.patient_id == patient_id).order_by(col(Look.id))
    return list(session.exec(query))


def all_messages_about(session: Session, team_id: int, patient_id: int) -> list[OutboxMessage]:
    """To the patient, and to the team about the patient; by when they were due."""
    query = (
        select(OutboxMessage)
        .where(OutboxMessage.team_id == team_id, OutboxMessage.patient_id == patient_id)
        .order_by(col(OutboxMessage.due_at), col(OutboxMessage.id))
    )
    return list(session.exec(query))


def all_invitations_of(session: Session, team_id: int, patient_id: int) -> list[Invitation]:
    """Used, expired and open ones, oldest first."""
    query = (
        select(Invitation)
        .where(Invitation.team_id == team_id, Invitation.patient_id == patient_id)
        .order_by(col(Invitation.id))
    )
    return list(session.exec(query))

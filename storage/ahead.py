"""What a clock that ran ahead for a while has left in the future: for the upkeep, which puts it right."""

from datetime import datetime, timedelta
from itertools import combinations

from sqlalchemy import bindparam, literal_column
from sqlmodel import Session, col, delete, exists, or_, select

from storage.models import (
    Answer,
    DiaryDay,
    MessageKind,
    MessageState,
    OutboxMessage,
    Patient,
    PatientStatus,
    Staff,
    Team,
)
from storage.types import UtcDateTime


def _longest_rest(days_off: str) -> int:
    """The most days off in a row, whichever week they are in."""
    week = "".join("x" if str(day) in days_off else " " for day in range(7))
    return min(max(map(len, (week * 2).split())), 7) if days_off else 0


_DAYS_OFF_BY_REST: dict[int, list[str]] = {}
for _days in ("".join(some) for many in range(7) for some in combinations("0123456", many)):
    _DAYS_OFF_BY_REST.setdefault(_longest_rest(_days), []).append(_days)
# What the clock asks each second is put together once. The days off are written out: to bind 127 values takes longer
# than all the rest.
_PROMPTED_AFTER = (
    select(Patient)
    .where(
        col(Patient.next_prompt_at) > bindparam("rest_0"),
        Patient.status == PatientStatus.ACTIVE,
        or_(
            *(
                col(Patient.days_off).in_([literal_column(f"'{days}'") for days in days_off])
                & (col(Patient.next_prompt_at) > bindparam(f"rest_{rest}", type_=UtcDateTime))
                for rest, days_off in _DAYS_OFF_BY_REST.items()
            )
        ),
    )
    .order_by(col(Patient.next_prompt_at).desc())
    .limit(bindparam("most"))
)
_SUMMARISED_AFTER = (
    select(Staff, Team)
    .join(Team, col(Staff.team_id) == col(Team.id))
    .where(col(Staff.next_summary_at) > bindparam("instant"))
)


def active_patients_prompted_after(session: Session, instant: datetime, limit: int) -> list[Patient]:
    """Of all teams, the farthest first; days off, and the paused, wait for longer: for the clock alone."""
    after = {f"rest_{rest}": instant + timedelta(days=rest) for rest in _DAYS_OFF_BY_REST}
    return list(session.exec(_PROMPTED_AFTER, params={**after, "most": limit}))


def summarised_after(session: Session, instant: datetime) -> list[tuple[Staff, Team]]:
    """The clinicians, of all teams, whose next summary comes later than this."""
    return list(session.exec(_SUMMARISED_AFTER, params={"instant": instant}))


def teams_asked_about_courses_after(session: Session, instant: datetime) -> list[Team]:
    return list(session.exec(select(Team).where(col(Team.next_confirmation_at) > instant)))


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

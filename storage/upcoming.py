"""The next thing that the clock will do, whoever's it is: for the operator and for the demo's clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import exists
from sqlmodel import Session, col, or_, select

from storage.models import Alert, Answer, Course, DiaryDay, MessageState, OutboxMessage, Patient, Staff, Team


@dataclass(frozen=True)
class Upcoming:
    """`whom`: a pseudonym, or a team's name."""

    at: datetime
    kind: Literal["prompt", "follow_up", "reminder", "summary", "escalation", "confirmation", "message"]
    whom: str


def next_upcoming(session: Session) -> Upcoming | None:
    """The earliest prompt, follow-up, reminder, summary, unseen alert or waiting message; None where there is none."""
    prompt = (
        select(Patient.next_prompt_at, Patient.pseudonym)
        .where(col(Patient.next_prompt_at).is_not(None))
        .order_by(col(Patient.next_prompt_at), col(Patient.id))
    )
    # Whoever has begun to answer is not asked again, unless they asked for it.
    begun = exists().where(col(Answer.patient_id) == DiaryDay.patient_id, col(Answer.diary_date) == DiaryDay.diary_date)
    follow_up = (
        select(DiaryDay.next_follow_up_at, Patient.pseudonym)
        .join(Patient, col(DiaryDay.patient_id) == col(Patient.id))
        .where(col(DiaryDay.next_follow_up_at).is_not(None), or_(col(DiaryDay.snoozed), ~begun))
        .order_by(col(DiaryDay.next_follow_up_at))
    )
    reminder = (
        select(Course.next_reminder_at, Patient.pseudonym)
        .join(Patient, col(Course.patient_id) == col(Patient.id))
        .where(col(Course.next_reminder_at).is_not(None))
        .order_by(col(Course.next_reminder_at))
    )
    summary = (
        select(Staff.next_summary_at, Team.name)
        .join(Team, col(Staff.team_id) == col(Team.id))
        .where(col(Staff.next_summary_at).is_not(None))
        .order_by(col(Staff.next_summary_at))
    )
    escalation = (
        select(Alert.escalate_at, Patient.pseudonym)
        .join(Patient, col(Alert.patient_id) == col(Patient.id))
        .where(col(Alert.escalate_at).is_not(None))
        .order_by(col(Alert.escalate_at))
    )
    message = (
        select(OutboxMessage.due_at, Team.name)
        .join(Team, col(OutboxMessage.team_id) == col(Team.id))
        .where(col(OutboxMessage.state).in_((MessageState.PENDING, MessageState.UNSURE)))
        .order_by(col(OutboxMessage.due_at))
    )
    found = []
    for kind, query in (
        ("prompt", prompt),
        ("follow_up", follow_up),
        ("reminder", reminder),
        ("summary", summary),
        ("escalation", escalation),
        ("message", message),
    ):
        row = session.exec(query.limit(1)).first()
        if row is not None and row[0] is not None:
            found.append(Upcoming(row[0], kind, row[1]))  # type: ignore[arg-type]
    return min(found, key=lambda upcoming: upcoming.at, default=None)

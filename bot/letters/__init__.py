"""An outbox row becomes a letter: checked once more that it still holds, and worded in the reader's language."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from bot.letters import drawn, to_patients, to_staff
from bot.letters.letter import Earlier, Letter
from bot.letters.to_patients import put_in_order
from bot.texts import texts_in
from storage import chats
from storage.models import MessageKind, OutboxMessage

__all__ = ["WRITERS", "Earlier", "Letter", "put_in_order", "write"]
WRITERS: dict[MessageKind, Callable[..., Letter | None]] = {
    MessageKind.DAILY_PROMPT: to_patients.daily_prompt,
    MessageKind.FOLLOW_UP: to_patients.daily_prompt,
    MessageKind.INFUSION_REMINDER: to_patients.reminder,
    MessageKind.COURSES_CHANGED: to_patients.courses_changed,
    MessageKind.COURSE_DECLINED: to_staff.attendance_said,
    MessageKind.COURSE_ACCEPTED: to_staff.attendance_said,
    MessageKind.CONFIRMATION_ASKED: to_staff.confirmation,
    MessageKind.CONFIRMATION_CHANGED: to_staff.confirmation_changed,
    MessageKind.PROMPT_TIME_CHANGED: to_patients.prompt_time_changed,
    MessageKind.WEEKLY_SUMMARY: drawn.summary,
    MessageKind.SUMMARY_ASKED: drawn.summary,
    MessageKind.SUMMARY_PICTURE: drawn.of_summary,
    MessageKind.SUMMARY_PDF: drawn.of_summary,
    MessageKind.CHART_ASKED: drawn.page,
    MessageKind.OWN_CHART_ASKED: drawn.own_chart,
    MessageKind.OWN_COPY_ASKED: drawn.own_copy,
    MessageKind.EXPORT_ASKED: drawn.export,
    MessageKind.NOT_DELIVERED: to_staff.not_delivered,
    MessageKind.ALERT: to_staff.alert_told,
    MessageKind.ALERT_CHANGED: to_staff.alert_changed,
    MessageKind.ALERT_NOTICE: to_patients.alert_notice,
    MessageKind.ALERT_UNSEEN: to_staff.alert_unseen,
    MessageKind.DIARY_RESTORED: to_staff.diary_restored,
    MessageKind.STAFF_CHANGED: to_staff.staff_changed,
    MessageKind.STAFF_LEFT: to_staff.staff_left,
    MessageKind.STAFF_JOINED: to_staff.staff_joined,
    MessageKind.PATIENT_JOINED: to_staff.news_of_patient,
    MessageKind.PATIENT_UNREACHABLE: to_staff.news_of_patient,
    MessageKind.PATIENT_WITHDREW: to_staff.patient_withdrew,
    MessageKind.PATIENT_CAME_BACK: to_staff.news_of_patient,
    MessageKind.PATIENT_ERASED: to_staff.news_of_patient,
    MessageKind.PATIENT_ERASURE_COMING: to_staff.news_of_patient,
    MessageKind.PATIENT_ERASED_AT_TERM: to_staff.news_of_patient,
}


def write(session: Session, message: OutboxMessage, now: datetime) -> Letter | None:
    """The letter, or None where it no longer holds: the day is answered, the course moved, the reader left."""
    chat = chats.chat_by_id(session, message.chat_id)
    if chat.unreachable_since is not None:
        return None
    return WRITERS[message.kind](session, message, chat, texts_in(chat.language), now)

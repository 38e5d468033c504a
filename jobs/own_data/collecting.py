"""Reading everything held on one patient."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, Literal, TypeVar

from sqlmodel import Session, SQLModel

from jobs.own_data.facts import (
    WEEKDAYS,
    AlertRow,
    AnswerRow,
    AttendanceRow,
    AuditRow,
    CourseRow,
    DayRow,
    InvitationRow,
    ItemSetRow,
    LookRow,
    MeasurementRow,
    MessageRow,
    NoteRow,
    OwnData,
    OwnItemRow,
    SteroidRow,
    Who,
)
from jobs.scores import ITEMS, STAIRS
from storage import audit, chats, courses, measurements, own_data, questions, teams
from storage.models import Alert, AlertRule, Answer, AuditEntry, Chat, ItemSet, OutboxMessage, OwnItem, Patient

T = TypeVar("T")
ORDER: dict[str, int] = {item: k for k, item in enumerate((*ITEMS, STAIRS))}


def collect(session: Session, patient: Patient) -> OwnData:
    """It reads table after table, within `session`."""
    of = (session, patient.team_id, patient.id)
    return replace(
        collect_diary(session, patient),
        attendance=tuple(_plain(AttendanceRow, said) for said in own_data.all_attendance_of(*of)),
        alerts=tuple(_alert(*each) for each in own_data.all_alerts_of(*of)),
        looks=tuple(_plain(LookRow, look, state=tuple(look.state)) for look in own_data.all_looks_of(*of)),
        messages=tuple(_message(patient, message) for message in own_data.all_messages_about(*of)),
        invitations=tuple(_plain(InvitationRow, each) for each in own_data.all_invitations_of(*of)),
    )


def collect_diary(session: Session, patient: Patient) -> OwnData:
    """The same without what organises it: messages, invitations, who comes, what the team was told."""
    of = (session, patient.team_id, patient.id)
    known_courses = sorted(courses.all_courses_of(*of), key=lambda course: (courses.first_day(course), course.id))
    return OwnData(
        who=_who(session, patient),
        days=tuple(_plain(DayRow, day) for day in own_data.all_diary_days_of(*of)),
        answers=tuple(_plain(AnswerRow, answer) for answer in sorted(own_data.all_answers_of(*of), key=_in_order)),
        notes=tuple(_plain(NoteRow, note) for note in own_data.all_notes_of(*of)),
        courses=tuple(_plain(CourseRow, course) for course in known_courses),
        measurements=tuple(_plain(MeasurementRow, value) for value in own_data.all_measurements_of(*of)),
        steroids=tuple(_plain(SteroidRow, dose) for dose in measurements.steroid_doses_of(*of)),
        audit=tuple(_audited(entry) for entry in audit.history_of_patient(*of)),
        own_items=tuple(row for each in questions.own_items_of(session, patient.team_id) for row in in_words(each)),
        item_sets=tuple(item_set_row(each) for each in questions.all_sets_for(*of)),
    )


def _in_order(answer: Answer) -> tuple[Any, ...]:
    place = ORDER.get(answer.item)
    own = int(answer.item.removeprefix("own:")) if place is None else 0
    return answer.diary_date, len(ORDER) if place is None else place, own, answer.revision


def in_words(item: OwnItem) -> Iterator[OwnItemRow]:
    """A row a language."""
    for language, words in item.wording.items():
        yield OwnItemRow(
            item.key, language, language == item.language, words["name"], words["low"], words["high"], item.created_at
        )


def item_set_row(each: ItemSet) -> ItemSetRow:
    of: Literal["patient", "team"] = "team" if each.patient_id is None else "patient"
    return ItemSetRow(each.valid_from, of, None if each.items is None else tuple(each.items), each.created_at)


def _who(session: Session, patient: Patient) -> Who:
    chat = chats.chat_by_id(session, patient.chat_id) if patient.chat_id is not None else None
    return _plain(
        Who,
        patient,
        team=teams.team_by_id(session, patient.team_id).name,
        days_off=_weekdays(patient.days_off),
        reminder_leads=None if patient.reminder_leads is None else tuple(patient.reminder_leads),
        **_chat(chat),
    )


def _chat(chat: Chat | None) -> dict[str, Any]:
    if chat is None:
        return dict.fromkeys(("telegram_id", "language", "chat_created_at", "unreachable_since"))
    return {
        "telegram_id": chat.telegram_id,
        "language": chat.language,
        "chat_created_at": chat.created_at,
        "unreachable_since": chat.unreachable_since,
    }


def _message(patient: Patient, message: OutboxMessage) -> MessageRow:
    return _plain(MessageRow, message, to="patient" if message.chat_id == patient.chat_id else "team")


def _alert(alert: Alert, rule: AlertRule) -> AlertRow:
    of_rule = {"item": rule.item, "kind": rule.kind, "threshold": rule.threshold, "days": rule.days}
    return _plain(AlertRow, alert, **of_rule)


def _weekdays(days_off: str) -> tuple[str, ...]:
    """By name, of a text such as `56`."""
    return tuple(WEEKDAYS[int(day)] for day in days_off)


def _audited(entry: AuditEntry) -> AuditRow:
    actor, before, after = entry.actor.partition(":")[0], _readable(entry.before), _readable(entry.after)
    return _plain(AuditRow, entry, actor=actor, before=before, after=after)


def _readable(facts: dict[str, Any] | None) -> dict[str, Any] | None:
    """Weekdays by name there too."""
    if facts is None or "days_off" not in facts:
        return facts
    return {**facts, "days_off": " ".join(_weekdays(facts["days_off"])) or "none"}


def _plain(kind: type[T], row: SQLModel, /, **instead: Any) -> T:
    """The row's columns under the same names, and what stands for or beside them; choices as their words."""
    values = {
        field.name: instead[field.name] if field.name in instead else getattr(row, field.name)
        for field in fields(kind)  # type: ignore[arg-type]
    }
    return kind(**{name: str(value) if isinstance(value, str) else value for name, value in values.items()})

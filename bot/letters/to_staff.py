"""News, questions and alerts for the care team."""

from datetime import datetime

from sqlmodel import Session

from bot import routes
from bot.courses import confirming
from bot.courses.course_facts import days_in_words
from bot.greetings import staff_help
from bot.letters.letter import Letter, coordinator_of
from bot.replies import Button, Screen
from bot.team import alert_letters
from bot.team.history_words import missing_time
from bot.team.staff_words import back, called, roles_in_words
from bot.texts import Html, Texts
from jobs import alerts as alert_jobs
from jobs import confirming as confirming_jobs
from jobs import due, outlook, restoring
from storage import alerts, attendance, audit, chats, courses, patients, queued, teams
from storage.models import Chat, CourseStatus, MessageKind, OutboxMessage


def attendance_said(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """A coordinator reads that a patient cannot come, or can after all; while it is so, and the course stands there."""
    patient = patients.patient_of_team(session, message.team_id, message.patient_id or 0)
    course = courses.course_of_team(session, message.team_id, message.course_id or 0)
    if coordinator_of(session, message) is None or patient is None or course is None:
        return None
    is_coming = message.kind is MessageKind.COURSE_ACCEPTED
    if course.status is not CourseStatus.PLANNED or attendance.said_of(session, course) is not is_coming:
        return None
    text = texts(f"news.{message.kind.value}", pseudonym=patient.pseudonym, date=course.planned_start)
    to_course = Button(texts("news.button.course"), f"co:{course.id}")
    to_patient = Button(texts("course.button.patient", pseudonym=patient.pseudonym), f"pt:{patient.id}")
    return Letter(chat.telegram_id, Screen(text, ((to_course,), (to_patient,))))


def confirmation(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """Asks a coordinator whether courses were given; nothing, where all are answered by then."""
    shown = _confirmation_as_it_stands(session, message, texts)
    day = message.diary_date
    if (
        shown is None
        or day is None
        or all(
            course.status is not CourseStatus.PLANNED
            for course, _ in courses.asked_about_on(session, message.team_id, day)
        )
    ):
        return None

    def sent(session: Session, _message_id: int, noted_at: datetime) -> None:
        # Answered while it was on its way.
        if _confirmation_as_it_stands(session, message, texts) != shown:
            confirming_jobs.show_anew_in(session, message.team_id, day, noted_at, message.chat_id)

    again = Html(texts("reminder.again") + "\n\n") if message.doubtful else Html("")
    return Letter(chat.telegram_id, Screen(Html(f"{again}{shown.text}"), shown.keyboard), sent)


def confirmation_changed(
    session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime
) -> Letter | None:
    """The question that this reader has, rewritten in place: nobody is disturbed by it."""
    day = message.diary_date
    if day is None or coordinator_of(session, message) is None:
        return None
    asked = queued.message_about_confirming(session, message.team_id, day, message.chat_id)
    if asked is None or asked.message_id is None:
        return None
    shown = _confirmation_as_it_stands(session, message, texts) or Screen(texts("confirming.over"))
    return Letter(chat.telegram_id, shown, rewrites=(asked.message_id,))


def _confirmation_as_it_stands(session: Session, message: OutboxMessage, texts: Texts) -> Screen | None:
    if message.diary_date is None or coordinator_of(session, message) is None:
        return None
    return confirming.screen(session, message.team_id, message.diary_date, texts)


def not_delivered(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """A coordinator reads what a patient was not told."""
    patient = patients.patient_of_team(session, message.team_id, message.patient_id or 0)
    if coordinator_of(session, message) is None or patient is None:
        return None
    course = courses.course_of_team(session, message.team_id, message.course_id or 0)
    if course is not None:
        what = texts("news.no_reminder", date=course.planned_start)
    elif message.diary_date is not None:
        what = texts("news.no_question", date=message.diary_date)
    else:
        what = texts("news.no_dates")
    return Letter(chat.telegram_id, Screen(texts("news.not_delivered", pseudonym=patient.pseudonym, what=what)))


def alert_told(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """To whoever is on the team now; what changes while it is on its way is shown in it later."""
    shown = _alert_as_it_stands(session, message, texts)
    if shown is None:
        return None

    def sent(session: Session, _message_id: int, noted_at: datetime) -> None:
        alert = alerts.alert_of_team(session, message.team_id, message.alert_id or 0)
        if alert is not None and _alert_as_it_stands(session, message, texts) != shown:
            alert_jobs.show_anew_in(session, alert, f"sent {message.id}", noted_at, message.chat_id)

    again = Html(texts("reminder.again") + "\n\n") if message.doubtful else Html("")
    return Letter(chat.telegram_id, Screen(Html(f"{again}{shown.text}"), shown.keyboard), sent)


def alert_changed(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """The alert that this reader has, once or twice, rewritten in place: nobody is disturbed by it."""
    shown = _alert_as_it_stands(session, message, texts)
    earlier = queued.messages_of_alert(session, message.team_id, message.alert_id or 0)
    sent = tuple(one.message_id for one in earlier if one.chat_id == message.chat_id and one.message_id is not None)
    return Letter(chat.telegram_id, shown, rewrites=sent) if shown is not None and sent else None


def alert_unseen(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """The alert, to the next who is told of it; unless somebody has seen it meanwhile."""
    alert = alerts.alert_of_team(session, message.team_id, message.alert_id or 0)
    is_seen = alert is not None and alert.acknowledged_at is not None
    return None if is_seen else alert_told(session, message, chat, texts, now)


def _alert_as_it_stands(session: Session, message: OutboxMessage, texts: Texts) -> Screen | None:
    alert = alerts.alert_of_team(session, message.team_id, message.alert_id or 0)
    staff = teams.staff_in_chat(session, message.team_id, message.chat_id)
    return None if alert is None or staff is None else alert_letters.screen(session, alert, staff, texts)


def news_of_patient(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    pseudonym = patients.pseudonym_of(session, message.team_id, message.patient_id or 0)
    if coordinator_of(session, message) is None or pseudonym is None:
        return None
    return Letter(chat.telegram_id, Screen(texts(f"news.{message.kind.value}", pseudonym=pseudonym)))


def patient_withdrew(
    session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime
) -> Letter | None:
    """With the dates that are still planned: from now on the clinic says them. None once they have come back."""
    patient = patients.patient_of_team(session, message.team_id, message.patient_id or 0)
    if coordinator_of(session, message) is None or patient is None or not patients.has_stopped(patient):
        return None
    known, team = courses.courses_of(session, patient.team_id, patient.id), teams.team_by_id(session, patient.team_id)
    today = due.date_in(patient.time_zone, now, otherwise=team.time_zone)
    planned = [each.planned_start for each in outlook.coming(known, today)]
    dates = texts("news.still_planned", dates=days_in_words(planned, texts)) if planned else Html("")
    to_card = ((Button(texts("alert.button.card"), f"pb:{patient.id}"),),) if planned else ()
    text = texts("news.patient_withdrew", pseudonym=patient.pseudonym, dates=dates)
    return Letter(chat.telegram_id, Screen(text, to_card))


def staff_changed(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """What the reader is on the team from now on, or that they are no longer on it; with the menu of that."""
    someone = chats.who_is(session, chat.telegram_id)
    if someone is None or someone.patient is not None:
        return None
    if someone.staff is None:
        team = teams.team_by_id(session, message.team_id)
        text = texts("staff.removed_you", team=team.name)
    elif someone.staff.id == message.staff_id:
        text = texts("staff.changed_you", roles=roles_in_words(someone.staff, texts), help=staff_help(someone, texts))
    else:
        return None
    return Letter(chat.telegram_id, Screen(text), menu=routes.menu_of(someone, texts))


def diary_restored(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """Whoever is on the team reads which time is missing, by the team's clock."""
    if teams.staff_in_chat(session, message.team_id, message.chat_id) is None:
        return None
    entry = audit.newest_of(session, message.team_id, restoring.RESTORED)
    if entry is None or entry.after is None:
        return None
    return Letter(chat.telegram_id, Screen(texts("news.diary_restored", **missing_time(entry.after, texts))))


def staff_left(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """A coordinator reads who is no longer on the team."""
    member = teams.everyone_ever_on(session, message.team_id).get(message.staff_id or 0)
    if coordinator_of(session, message) is None or member is None:
        return None
    return Letter(chat.telegram_id, Screen(texts("staff.left_team", who=called(member, texts)), ((back(texts),),)))


def staff_joined(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """A coordinator reads who has come to the team, or is more on it than before; not of whoever has left since."""
    member = teams.member_of_team(session, message.team_id, message.staff_id or 0)
    if coordinator_of(session, message) is None or member is None:
        return None
    text = texts("staff.joined_team", who=called(member, texts), roles=roles_in_words(member, texts))
    return Letter(chat.telegram_id, Screen(text, ((back(texts),),)))

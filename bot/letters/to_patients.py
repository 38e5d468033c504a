"""Questions, reminders and news for a patient."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from bot.dialogues import check_in
from bot.greetings import telephone
from bot.letters.letter import Earlier, Letter, patient_of
from bot.patient import infusions
from bot.patient.diary_day import check_in_of
from bot.replies import CloseButtons, Rewrite, Screen
from bot.team import alert_letters
from bot.texts import Html, Texts, texts_in
from jobs import alerts as alert_jobs
from jobs import check_in_time, due, follow_up, infusion_reminder, outlook
from storage import courses, diary, patients, queued, teams
from storage.models import Chat, Course, CourseStatus, MessageKind, OutboxMessage, Patient, PatientStatus


def daily_prompt(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    patient, diary_date = patient_of(session, message), message.diary_date
    if patient is None or patient.status is not PatientStatus.ACTIVE or diary_date is None:
        return None
    day = diary.day_of(session, patient.team_id, patient.id, diary_date)
    if day is None or day.closes_at <= now:
        return None
    state = check_in_of(session, day, message.id)
    if state.question is None:
        return None
    again = message.kind is MessageKind.FOLLOW_UP
    if again and not follow_up.is_still_wanted(patient, day, message, begun=bool(state.values)):
        return None
    team = teams.team_by_id(session, patient.team_id)

    # One a day, also where a restore has forgotten that the day was asked before.
    is_the_follow_up = again and not message.dedupe_key.startswith(follow_up.LATER_KEY)

    def sent(session: Session, message_id: int, at: datetime) -> None:
        again_at = None if is_the_follow_up else follow_up.follow_up_at(team, patient, day, at)
        diary.note_asked(session, day, message_id, at, again_at)

    earlier = Earlier(chat.telegram_id, chat.language, patient.team_id, patient.id, diary_date, day.message_id, again)
    return Letter(chat.telegram_id, check_in.screen(state, texts, again=again), sent, earlier)


def put_in_order(session: Session, earlier: Earlier, now: datetime) -> list[Rewrite | CloseButtons]:
    """Two check-ins of one day would contradict each other; and the latest earlier day's is over."""
    over: list[Rewrite | CloseButtons] = []
    texts = texts_in(earlier.language)
    if earlier.same_day is not None and earlier.again:
        return [Rewrite(earlier.same_day, check_in.moved_below(earlier.diary_date, texts))]
    if earlier.same_day is not None:
        over.append(CloseButtons(earlier.same_day))
    if earlier.again:
        return over
    day = diary.latest_day_with_a_message(session, earlier.team_id, earlier.patient_id, earlier.diary_date)
    if day is not None and day.message_id is not None:
        shown = check_in.closed(check_in_of(session, day), texts)
        over.append(Rewrite(day.message_id, shown) if day.closes_at <= now else CloseButtons(day.message_id))
    return over


def reminder(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    patient = patient_of(session, message)
    course = courses.course_of_team(session, message.team_id, message.course_id or 0)
    if patient is None or course is None or course.status is not CourseStatus.PLANNED:
        return None
    if not message.dedupe_key.startswith(infusion_reminder.key_of(course)):
        # The course has moved since this was queued, and has reminders of its own.
        return None
    if patient.status not in patients.LIVING:
        return None
    team = teams.team_by_id(session, message.team_id)
    screen = infusions.reminder(session, patient, team, course, texts, now, doubtful=message.doubtful)
    return Letter(chat.telegram_id, screen, _told(patient, [course])) if screen is not None else None


def _told(patient: Patient, told: list[Course]) -> Callable[[Session, int, datetime], None]:
    """Writes down what the patient now knows of these courses; one that moved on its way is told anew."""
    note, team_id, patient_id = outlook.told(told), patient.team_id, patient.id

    def sent(session: Session, _message_id: int, noted_at: datetime) -> None:
        note(session)
        session.flush()
        known = patients.patient_of_team(session, team_id, patient_id)
        if known is not None and outlook.untold(session, known, noted_at):
            infusion_reminder.announce_changes(session, known, noted_at)

    return sent


def courses_changed(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    patient = patient_of(session, message)
    untold = outlook.untold(session, patient, now) if patient else []
    in_doubt = patient is not None and queued.dates_in_doubt(session, patient.team_id, patient.id)
    if patient is None or patient.status not in patients.LIVING or not (untold or in_doubt):
        return None
    phone = telephone(teams.team_by_id(session, message.team_id), texts)
    if in_doubt:
        today = due.local_date(patient.time_zone, now)
        coming = outlook.coming(courses.courses_of(session, patient.team_id, patient.id), today)
        dates = [texts("changed.date", date=_course(each, texts)) for each in coming] or [texts("changed.no_date")]
        text = texts("changed.as_they_stand", lines=Html("\n".join(dates)), phone=phone)
        return Letter(
            chat.telegram_id,
            Screen(text, infusions.changed_keyboard(coming, texts)),
            _told(patient, [*untold, *coming]),
        )
    return Letter(chat.telegram_id, changed_screen(untold, phone, texts), _told(patient, untold))


def changed_screen(untold: list[Course], phone: Html, texts: Texts) -> Screen:
    """What is planned, moved or cancelled of these, and has not been told."""
    if all(course.to_announce for course in untold):
        text = texts.plural("changed.planned", len(untold), dates=_courses(untold, texts), phone=phone)
    else:
        lines = Html("\n".join(_changed(course, texts) for course in untold))
        text = texts("changed", lines=lines, phone=phone)
    return Screen(text, infusions.changed_keyboard(untold, texts))


def _course(course: Course, texts: Texts) -> Html:
    """`Mon 16 Aug 1999`, with how many days it takes where these are several."""
    return texts.plural("changed.course", course.planned_days, date=course.planned_start)


def _courses(planned: list[Course], texts: Texts) -> Html:
    """In one sentence: of a series how many days each takes is said once."""
    many = {course.planned_days for course in planned}
    if len(planned) == 1 or len(many) > 1:
        return Html(texts.listed([_course(course, texts) for course in planned]))
    dates = Html(texts.listed([texts.day(course.planned_start) for course in planned]))
    return texts.plural("changed.courses_alike", many.pop(), dates=dates)


def _changed(course: Course, texts: Texts) -> Html:
    if course.status is CourseStatus.CANCELLED:
        return texts("changed.cancelled", old=course.told_start)
    if course.told_cancelled:
        return texts("changed.again", date=course.planned_start)
    if course.to_announce:
        return texts("changed.new", new=_course(course, texts))
    return texts("changed.moved", old=course.told_start, new=course.planned_start)


def prompt_time_changed(
    session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime
) -> Letter | None:
    """When the check-in comes from now on; where, if the patient has moved."""
    patient = patient_of(session, message)
    if patient is None or patient.status not in patients.LIVING:
        return None
    at, zone = patient.prompt_time, patient.time_zone
    if not check_in_time.is_news(session, patient, at, zone):
        return None
    key = "prompt_time.now" if patient.told_time_zone in {None, zone} else "prompt_time.now_there"

    def sent(session: Session, _message_id: int, noted_at: datetime) -> None:
        told = patients.patient_of_team(session, message.team_id, message.patient_id or 0)
        if told is not None:
            told.told_prompt_time, told.told_time_zone = at, zone
            session.add(told)
            # Set back or on while this was on its way: they hear of that too.
            check_in_time.announce_if_news(session, told, noted_at)

    return Letter(chat.telegram_id, Screen(texts(key, time=at, zone=zone)), sent)


def alert_notice(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """The patient reads what was done of what they entered, once for all of it; also whoever has stopped since."""
    patient = patient_of(session, message)
    raised = alert_jobs.to_be_told(session, patient.team_id, patient.id, now) if patient is not None else []
    if patient is None or not raised or queued.another_is_on_its_way(session, message):
        return None
    said = alert_letters.notice(
        teams.team_by_id(session, patient.team_id),
        texts,
        is_told=any(alert_jobs.reaches_somebody(session, alert) for alert in raised),
        may_change=patient.status in patients.LIVING,
    )
    told = [alert.id for alert in raised]

    def sent(session: Session, _message_id: int, _at: datetime) -> None:
        alert_jobs.note_patient_told(session, message.team_id, told)

    return Letter(chat.telegram_id, Screen(said), sent)

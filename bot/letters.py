"""An outbox row becomes a letter: checked once more that it still holds, and worded in the reader's language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from bot import alert_letters, confirming, infusions, routes, summary_screen
from bot.dialogues import check_in
from bot.diary_day import check_in_of
from bot.greetings import staff_help, telephone
from bot.replies import Button, CloseButtons, Keyboard, OfferCommands, Rewrite, Screen
from bot.staff_words import back, called, roles_in_words
from bot.texts import Html, Texts, texts_in
from jobs import alerts as alert_jobs
from jobs import check_in_time, due, follow_up, infusion_reminder, outlook
from jobs import confirming as confirming_jobs
from storage import alerts, attendance, chats, courses, diary, drawings, outbox, patients, teams
from storage.models import Chat, Course, CourseStatus, MessageKind, OutboxMessage, Patient, PatientStatus


@dataclass(frozen=True, slots=True)
class Earlier:
    """The check-ins above a new one. `same_day`: the message in which the same day was asked or opened before.

    `again`: asked a second time that day, so that earlier days are in order already.
    """

    telegram_id: int
    language: str
    team_id: int
    patient_id: int
    diary_date: date
    same_day: int | None
    again: bool


@dataclass(frozen=True)
class Letter:
    """What is sent to whom. `sent`: what else is true once it has gone, written in the transaction that records it.

    `earlier`: what is put in order once there is time for it. `rewrites`: the messages that it takes the place of.
    `menu`: the commands that the reader has from now on, where they are others than before.
    """

    telegram_id: int
    screen: Screen
    sent: Callable[[Session, int, datetime], None] = lambda _session, _message_id, _now: None
    earlier: Earlier | None = None
    rewrites: tuple[int, ...] = ()
    menu: OfferCommands | None = None


def write(session: Session, message: OutboxMessage, now: datetime) -> Letter | None:
    """The letter, or None where it no longer holds: the day is answered, the course moved, the reader left."""
    chat = chats.chat_by_id(session, message.chat_id)
    if chat.unreachable_since is not None:
        return None
    writers: dict[MessageKind, Callable[..., Letter | None]] = {
        MessageKind.DAILY_PROMPT: _daily_prompt,
        MessageKind.FOLLOW_UP: _daily_prompt,
        MessageKind.INFUSION_REMINDER: _infusion_reminder,
        MessageKind.COURSES_CHANGED: _courses_changed,
        MessageKind.COURSE_DECLINED: _attendance,
        MessageKind.COURSE_ACCEPTED: _attendance,
        MessageKind.CONFIRMATION_ASKED: _confirmation,
        MessageKind.CONFIRMATION_CHANGED: _confirmation_changed,
        MessageKind.PROMPT_TIME_CHANGED: _prompt_time_changed,
        MessageKind.WEEKLY_SUMMARY: _summary,
        MessageKind.SUMMARY_ASKED: _summary,
        MessageKind.SUMMARY_PICTURE: _of_summary,
        MessageKind.SUMMARY_PDF: _of_summary,
        MessageKind.CHART_ASKED: _page,
        MessageKind.OWN_CHART_ASKED: _own_chart,
        MessageKind.OWN_COPY_ASKED: _own_copy,
        MessageKind.EXPORT_ASKED: _export,
        MessageKind.NOT_DELIVERED: _not_delivered,
        MessageKind.ALERT: _alert,
        MessageKind.ALERT_CHANGED: _alert_changed,
        MessageKind.ALERT_NOTICE: _alert_notice,
        MessageKind.ALERT_UNSEEN: _alert_unseen,
        MessageKind.STAFF_CHANGED: _staff_changed,
        MessageKind.STAFF_LEFT: _staff_left,
        MessageKind.PATIENT_JOINED: _news_of_patient,
        MessageKind.PATIENT_UNREACHABLE: _news_of_patient,
        MessageKind.PATIENT_WITHDREW: _news_of_patient,
        MessageKind.PATIENT_CAME_BACK: _news_of_patient,
        MessageKind.PATIENT_ERASED: _news_of_patient,
    }
    return writers[message.kind](session, message, chat, texts_in(chat.language), now)


def _patient(session: Session, message: OutboxMessage) -> Patient | None:
    """The patient, as long as this chat is theirs."""
    patient = patients.patient_of_team(session, message.team_id, message.patient_id or 0)
    return patient if patient is not None and patient.chat_id == message.chat_id else None


def _daily_prompt(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    patient, diary_date = _patient(session, message), message.diary_date
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

    def sent(session: Session, message_id: int, at: datetime) -> None:
        diary.note_asked(session, day, message_id, at, follow_up.follow_up_at(team, patient, day, at))

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


def _infusion_reminder(
    session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime
) -> Letter | None:
    patient = _patient(session, message)
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


def _courses_changed(
    session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime
) -> Letter | None:
    patient = _patient(session, message)
    untold = outlook.untold(session, patient, now) if patient else []
    in_doubt = patient is not None and outbox.dates_in_doubt(session, patient.team_id, patient.id)
    if patient is None or patient.status not in patients.LIVING or not (untold or in_doubt):
        return None
    phone = telephone(teams.team_by_id(session, message.team_id), texts)
    if in_doubt:
        today = due.local_date(patient.time_zone, now)
        coming = outlook.coming(courses.courses_of(session, patient.team_id, patient.id), today)
        dates = [texts("changed.date", date=each.planned_start) for each in coming] or [texts("changed.no_date")]
        text = texts("changed.as_they_stand", lines=Html("\n".join(dates)), phone=phone)
        return Letter(
            chat.telegram_id,
            Screen(text, infusions.changed_keyboard(coming, texts)),
            _told(patient, [*untold, *coming]),
        )
    if all(course.to_announce for course in untold):
        days = texts.listed([texts.day(course.planned_start) for course in untold])
        text = texts.plural("changed.planned", len(untold), dates=days, phone=phone)
    else:
        lines = Html("\n".join(_changed(course, texts) for course in untold))
        text = texts("changed", lines=lines, phone=phone)
    keyboard = infusions.changed_keyboard(untold, texts)
    return Letter(chat.telegram_id, Screen(text, keyboard), _told(patient, untold))


def _changed(course: Course, texts: Texts) -> Html:
    if course.status is CourseStatus.CANCELLED:
        return texts("changed.cancelled", old=course.told_start)
    if course.told_cancelled:
        return texts("changed.again", date=course.planned_start)
    if course.to_announce:
        return texts("changed.new", new=course.planned_start)
    return texts("changed.moved", old=course.told_start, new=course.planned_start)


def _attendance(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """A coordinator reads that a patient cannot come, or can after all; while it is so, and the course stands there."""
    staff = teams.staff_in_chat(session, message.team_id, message.chat_id)
    patient = patients.patient_of_team(session, message.team_id, message.patient_id or 0)
    course = courses.course_of_team(session, message.team_id, message.course_id or 0)
    if staff is None or not staff.coordinator or patient is None or course is None:
        return None
    is_coming = message.kind is MessageKind.COURSE_ACCEPTED
    if course.status is not CourseStatus.PLANNED or attendance.said_of(session, course) is not is_coming:
        return None
    text = texts(f"news.{message.kind.value}", pseudonym=patient.pseudonym, date=course.planned_start)
    to_course = Button(texts("news.button.course"), f"co:{course.id}")
    to_patient = Button(texts("course.button.patient", pseudonym=patient.pseudonym), f"pt:{patient.id}")
    return Letter(chat.telegram_id, Screen(text, ((to_course,), (to_patient,))))


def _confirmation(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
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


def _confirmation_changed(
    session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime
) -> Letter | None:
    """The question that this reader has, rewritten in place: nobody is disturbed by it."""
    day = message.diary_date
    if day is None or not _is_coordinator(session, message):
        return None
    asked = outbox.message_about_confirming(session, message.team_id, day, message.chat_id)
    if asked is None or asked.message_id is None:
        return None
    shown = _confirmation_as_it_stands(session, message, texts) or Screen(texts("confirming.over"))
    return Letter(chat.telegram_id, shown, rewrites=(asked.message_id,))


def _confirmation_as_it_stands(session: Session, message: OutboxMessage, texts: Texts) -> Screen | None:
    if message.diary_date is None or not _is_coordinator(session, message):
        return None
    return confirming.screen(session, message.team_id, message.diary_date, texts)


def _is_coordinator(session: Session, message: OutboxMessage) -> bool:
    staff = teams.staff_in_chat(session, message.team_id, message.chat_id)
    return staff is not None and staff.coordinator


def _prompt_time_changed(
    session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime
) -> Letter | None:
    """When the check-in comes from now on; where, if the patient has moved."""
    patient = _patient(session, message)
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


def _page(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """A page that was drawn for this message; where it could not be, the words that say so."""
    staff = teams.staff_in_chat(session, message.team_id, message.chat_id)
    if staff is None or not staff.clinician:
        return None
    drawing = drawings.of_team(session, message.team_id, message.drawing_id or 0)
    if drawing is not None and drawing.caption is not None:
        return Letter(chat.telegram_id, Screen(Html(drawing.caption), _below_chart(message, texts), png=drawing.png))
    patient = patients.patient_of_team(session, message.team_id, message.patient_id or 0)
    return Letter(chat.telegram_id, Screen(texts("chart.not_drawn", pseudonym=patient.pseudonym))) if patient else None


def _summary(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """The team in words; where that could not be made, the words that say so."""
    staff = teams.staff_in_chat(session, message.team_id, message.chat_id)
    if staff is None or not staff.clinician:
        return None
    drawing = drawings.of_team(session, message.team_id, message.drawing_id or 0)
    if drawing is None or drawing.caption is None:
        team = teams.team_by_id(session, message.team_id)
        return Letter(chat.telegram_id, Screen(texts("summary.not_drawn", team=team.name)))
    return Letter(chat.telegram_id, summary_screen.words(session, staff, drawing, texts))


def _of_summary(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """A picture of the team, or a PDF; none where there is nobody to be shown."""
    staff = teams.staff_in_chat(session, message.team_id, message.chat_id)
    if staff is None or not staff.clinician:
        return None
    is_picture = message.kind is MessageKind.SUMMARY_PICTURE
    drawing = drawings.of_team(session, message.team_id, message.drawing_id or 0)
    if drawing is None or drawing.caption is None:
        team = teams.team_by_id(session, message.team_id)
        if not is_picture:
            return Letter(chat.telegram_id, Screen(texts("summary.pdf_not_made", team=team.name)))
        # Of the first picture the message in words says so.
        is_further = drawing is not None and drawing.page > 1
        return Letter(chat.telegram_id, Screen(texts("summary.not_drawn", team=team.name))) if is_further else None
    made = summary_screen.picture(session, drawing, texts) if is_picture else summary_screen.document(session, drawing)
    return Letter(chat.telegram_id, made) if made is not None else None


def _below_chart(message: OutboxMessage, texts: Texts) -> Keyboard:
    """From one patient's chart to what can be entered about them."""
    if message.patient_id is None:
        return ()
    return ((Button(texts("measure.button.entered"), f"me:below:{message.patient_id}"),),)


def _own_copy(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """Everything held on the patient, for nobody else; where it could not be made, the words that say so."""
    patient = _patient(session, message)
    if patient is None:
        return None
    made = drawings.of_team(session, message.team_id, message.drawing_id or 0)
    if made is None or made.archive is None or made.patient_id != patient.id:
        phone = telephone(teams.team_by_id(session, message.team_id), texts)
        return Letter(chat.telegram_id, Screen(texts("own_copy.not_made", phone=phone)))
    name = f"infusion-diary-{patient.pseudonym}-{due.local_date(patient.time_zone, made.as_of)}.zip"
    return Letter(chat.telegram_id, Screen(Html(made.caption or ""), document=(name, made.archive)))


def _export(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """The team's diaries, to the clinician who asked, while they are one; or the words that say why not."""
    staff = teams.staff_in_chat(session, message.team_id, message.chat_id)
    if staff is None or not staff.clinician:
        return None
    made = drawings.of_team(session, message.team_id, message.drawing_id or 0)
    if made is None or made.caption is None:
        return Letter(chat.telegram_id, Screen(texts("export.not_made")))
    if made.archive is None:
        return Letter(chat.telegram_id, Screen(Html(made.caption)))
    name = f"infusion-diary-export-{made.as_of:%Y-%m-%d}.zip"
    return Letter(chat.telegram_id, Screen(Html(made.caption), document=(name, made.archive)))


def _own_chart(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """The patient's own numbers, for nobody else; where they could not be drawn, the words that say so."""
    patient = _patient(session, message)
    if patient is None:
        return None
    made = drawings.of_team(session, message.team_id, message.drawing_id or 0)
    if made is None or made.caption is None or made.patient_id != patient.id:
        return Letter(chat.telegram_id, Screen(texts("own_chart.not_drawn")))
    return Letter(chat.telegram_id, Screen(Html(made.caption), png=made.png))


def _not_delivered(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """A coordinator reads what a patient was not told."""
    staff = teams.staff_in_chat(session, message.team_id, message.chat_id)
    patient = patients.patient_of_team(session, message.team_id, message.patient_id or 0)
    if staff is None or not staff.coordinator or patient is None:
        return None
    course = courses.course_of_team(session, message.team_id, message.course_id or 0)
    if course is not None:
        what = texts("news.no_reminder", date=course.planned_start)
    elif message.diary_date is not None:
        what = texts("news.no_question", date=message.diary_date)
    else:
        what = texts("news.no_dates")
    return Letter(chat.telegram_id, Screen(texts("news.not_delivered", pseudonym=patient.pseudonym, what=what)))


def _alert(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """To whoever is on the team now; what changes while it is on its way is shown in it later."""
    shown = _alert_as_it_stands(session, message, texts)
    if shown is None:
        return None

    def sent(session: Session, _message_id: int, noted_at: datetime) -> None:
        alert = alerts.alert_of_team(session, message.team_id, message.alert_id or 0)
        if alert is not None and _alert_as_it_stands(session, message, texts) != shown:
            alert_jobs.show_anew_in(session, alert, "sent", noted_at, message.chat_id)

    again = Html(texts("reminder.again") + "\n\n") if message.doubtful else Html("")
    return Letter(chat.telegram_id, Screen(Html(f"{again}{shown.text}"), shown.keyboard), sent)


def _alert_changed(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """The alert that this reader has, once or twice, rewritten in place: nobody is disturbed by it."""
    shown = _alert_as_it_stands(session, message, texts)
    earlier = outbox.messages_of_alert(session, message.team_id, message.alert_id or 0)
    sent = tuple(one.message_id for one in earlier if one.chat_id == message.chat_id and one.message_id is not None)
    return Letter(chat.telegram_id, shown, rewrites=sent) if shown is not None and sent else None


def _alert_unseen(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """The alert, to the next who is told of it; unless somebody has seen it meanwhile."""
    alert = alerts.alert_of_team(session, message.team_id, message.alert_id or 0)
    is_seen = alert is not None and alert.acknowledged_at is not None
    return None if is_seen else _alert(session, message, chat, texts, now)


def _alert_notice(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """The patient reads what was done of what they entered, once for all of it; also whoever has stopped since."""
    patient = _patient(session, message)
    raised = alert_jobs.to_be_told(session, patient.team_id, patient.id, now) if patient is not None else []
    if patient is None or not raised or outbox.another_is_on_its_way(session, message):
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


def _alert_as_it_stands(session: Session, message: OutboxMessage, texts: Texts) -> Screen | None:
    alert = alerts.alert_of_team(session, message.team_id, message.alert_id or 0)
    staff = teams.staff_in_chat(session, message.team_id, message.chat_id)
    return None if alert is None or staff is None else alert_letters.screen(session, alert, staff, texts)


def _news_of_patient(
    session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime
) -> Letter | None:
    staff = teams.staff_in_chat(session, message.team_id, message.chat_id)
    pseudonym = patients.pseudonym_of(session, message.team_id, message.patient_id or 0)
    if staff is None or not staff.coordinator or pseudonym is None:
        return None
    return Letter(chat.telegram_id, Screen(texts(f"news.{message.kind.value}", pseudonym=pseudonym)))


def _staff_changed(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
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


def _staff_left(session: Session, message: OutboxMessage, chat: Chat, texts: Texts, now: datetime) -> Letter | None:
    """A coordinator reads who is no longer on the team."""
    reader = teams.staff_in_chat(session, message.team_id, message.chat_id)
    member = teams.everyone_ever_on(session, message.team_id).get(message.staff_id or 0)
    if reader is None or not reader.coordinator or member is None:
        return None
    return Letter(chat.telegram_id, Screen(texts("staff.left_team", who=called(member, texts)), ((back(texts),),)))

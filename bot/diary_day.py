"""Which diary day is meant, open and asked about, and how a check-in is turned to it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.dialogues.check_in import CheckIn, note_key
from bot.replies import Incoming
from jobs import due
from storage import diary, notes, patients, questions
from storage.models import DiaryDay, Patient
from storage.questions import DiaryQuestion

Questions = Sequence[DiaryQuestion]
# By so much the machine's clock may be ahead of Telegram's, or be put back.
CLOCKS_DIFFER = timedelta(hours=2)


def questions_of(session: Session, day: DiaryDay) -> Questions:
    """What is asked on that day. It never changes once the day has begun."""
    return questions.asked_on(session, day.team_id, day.patient_id, day.diary_date)


def check_in_of(
    session: Session, day: DiaryDay, message: int = 0, *, choosing: bool = False, asked: Questions | None = None
) -> CheckIn:
    """The day's check-in as the rows have it. `asked`: its questions, where they were read before."""
    asked = asked or questions_of(session, day)
    values = {item: noted.value for item, noted in diary.noted_on(session, day).items()}
    # A note is written beside complete answers only.
    written = notes.notes_on(session, day) if len(values) == len(asked) else {}
    later, patient = None, patients.patient_of_team(session, day.team_id, day.patient_id)
    if patient is not None and day.snoozed and day.next_follow_up_at is not None:
        later = day.next_follow_up_at.astimezone(due.zone_of(patient.time_zone)).time()
    wide = patient is not None and patient.one_column
    return CheckIn(
        day.diary_date,
        values,
        day.changing,
        choosing,
        message,
        {note_key(number): words for number, words in written.items()},
        day.noting,
        later,
        wide,
        asked,
        yesterday=day.shown_at is not None and is_over(day, day.shown_at),
    )


def is_over(day: DiaryDay, instant: datetime) -> bool:
    """Whether it was the next day by then: what is said of the day is late, and it is called yesterday."""
    return due.local_date(day.time_zone, instant) > day.diary_date


def open_today(session: Session, patient: Patient, now: datetime) -> DiaryDay:
    """Today's row: open from local midnight until tomorrow's prompt."""
    return _opened(session, patient, due.local_date(patient.time_zone, now), now)


def open_yesterday(session: Session, patient: Patient, now: datetime) -> DiaryDay | None:
    """Yesterday's row, which may be over: open until today's prompt. None where the patient was not there yet."""
    before = due.local_date(patient.time_zone, now) - timedelta(days=1)
    day = diary.day_of(session, patient.team_id, patient.id, before)
    if day is None and before >= due.local_date(patient.time_zone, patient.consented_at or patient.created_at):
        return _opened(session, patient, before, now)
    return day


def _opened(session: Session, patient: Patient, day: date, now: datetime) -> DiaryDay:
    """A day's row: it closes with the next day's prompt."""
    prompt = due.local_moment(patient.time_zone, day, patient.prompt_time)
    return diary.open_day(
        session,
        team_id=patient.team_id,
        patient_id=patient.id,
        diary_date=day,
        time_zone=patient.time_zone,
        # To the second: so are the times of what is typed into it.
        opened_at=now.replace(microsecond=0),
        closes_at=due.next_local_moment(patient.time_zone, patient.prompt_time, prompt),
    )


def meant_by(session: Session, patient: Patient, incoming: Incoming) -> DiaryDay | None:
    """The day that was open when the line was typed.

    A machine's clock that is ahead opens a day too early by Telegram's: a line below its question means it.
    """
    said_at = incoming.said_at
    known = [
        day
        for day in _open_at(session, patient, said_at, said_at + CLOCKS_DIFFER)
        if day.opened_at <= said_at or 0 < (day.message_id or 0) < incoming.message_id
    ]
    if len(known) < 2:
        return known[0] if known else None
    # Of several, the first in which something is asked for: a complete one takes nothing.
    return next((day for day in known if _asks(session, day)), known[0])


def is_anything_asked(session: Session, patient: Patient, incoming: Incoming) -> bool:
    """Whether the day that a line would be about waits for an answer or a note."""
    day = meant_by(session, patient, incoming)
    return day is not None and _asks(session, day)


def _asks(session: Session, day: DiaryDay) -> bool:
    state = check_in_of(session, day)
    return state.is_writing or state.question is not None


def _open_at(session: Session, patient: Patient, *instants: datetime) -> list[DiaryDay]:
    """The one in which something is being changed or noted, then the one that was shown or tapped last."""
    days = {day.id: day for at in instants for day in diary.days_open_at(session, patient.team_id, patient.id, at)}
    return sorted(
        days.values(),
        key=lambda day: (day.noting or day.changing is not None, day.shown_at is not None, day.message_id or 0),
        reverse=True,
    )


def turn_to(session: Session, day: DiaryDay, now: datetime) -> None:
    """The first time, and once more the day after: it is then asked about as yesterday."""
    if day.shown_at is None or (is_over(day, now) and not is_over(day, day.shown_at)):
        mean(session, day, now)


def mean(session: Session, day: DiaryDay, now: datetime) -> None:
    """What is typed next is for this day, and for no other that is open."""
    day.shown_at = now
    session.add(day)
    for other in diary.days_open_at(session, day.team_id, day.patient_id, now):
        if other.id != day.id:
            other.noting, other.changing, other.shown_at = False, None, None
            session.add(other)


def at_rest(day: DiaryDay) -> None:
    """Nothing is being changed, noted or put off any more. Whoever is at it need not be asked again."""
    day.changing, day.noting = None, False
    if day.snoozed:
        day.snoozed, day.next_follow_up_at = False, None

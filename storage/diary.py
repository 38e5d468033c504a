"""The diary: days asked, answers and their revisions. Nothing is overwritten."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, exists, insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, func, or_, select, update

from storage.database import insert_ignoring_duplicates
from storage.models import Answer, Chat, DiaryDay, Patient, Way
from storage.types import UtcDateTime

# The version of the questions' wording, kept with every answer; a team's own question has its words in its row.
WORDING = "2026-1"
OWN_WORDING = "own"


def _of_patient(table: type[Answer] | type[DiaryDay], patient_id: int) -> ColumnElement[bool]:
    """A patient's rows, within the patient's team: for callers that have the patient's id alone."""
    team = select(Patient.team_id).where(Patient.id == patient_id).scalar_subquery()
    return and_(col(table.patient_id) == patient_id, col(table.team_id) == team)


# What each press runs is made once: to put a statement together takes longer than to execute it.
_DAY_OF = select(DiaryDay).where(
    DiaryDay.team_id == bindparam("team_id"),
    DiaryDay.patient_id == bindparam("patient_id"),
    DiaryDay.diary_date == bindparam("diary_date"),
)
_DAYS_OPEN_AT = (
    select(DiaryDay)
    .where(
        DiaryDay.team_id == bindparam("team_id"),
        DiaryDay.patient_id == bindparam("patient_id"),
        DiaryDay.opened_at <= bindparam("instant", type_=UtcDateTime),
        DiaryDay.closes_at > bindparam("instant", type_=UtcDateTime),
    )
    .order_by(col(DiaryDay.diary_date).desc())
)
_DUE_A_FOLLOW_UP = (
    select(DiaryDay, Patient, Chat)
    .join(Patient, and_(col(DiaryDay.patient_id) == Patient.id, col(DiaryDay.team_id) == Patient.team_id))
    .join(Chat, col(Patient.chat_id) == Chat.id)
    .where(col(DiaryDay.next_follow_up_at) <= bindparam("now"))
    .order_by(col(DiaryDay.next_follow_up_at))
    .limit(bindparam("most"))
)
_NOTED_ON = (
    select(col(Answer.item), col(Answer.value), col(Answer.revision))
    .where(
        Answer.team_id == bindparam("team_id"),
        Answer.patient_id == bindparam("patient_id"),
        Answer.diary_date == bindparam("diary_date"),
    )
    .order_by(col(Answer.revision))
)
_VALUES_OF = (
    select(col(Answer.diary_date), col(Answer.value))
    .where(
        Answer.team_id == bindparam("team_id"),
        Answer.patient_id == bindparam("patient_id"),
        Answer.item == bindparam("item"),
    )
    .order_by(col(Answer.revision))
)
_RECORDED = "answers_recorded"
_ADD_ANSWER = insert(Answer)
_NOTE_ASKED = (
    update(DiaryDay)
    .where(
        col(DiaryDay.team_id) == bindparam("of_team"),
        col(DiaryDay.patient_id) == bindparam("of_patient"),
        col(DiaryDay.diary_date) == bindparam("on"),
    )
    .values(
        next_follow_up_at=case(
            (col(DiaryDay.asked_at).is_(None), bindparam("again_at", type_=UtcDateTime)),
            else_=col(DiaryDay.next_follow_up_at),
        ),
        shown_at=bindparam("at", type_=UtcDateTime),
        asked_at=func.coalesce(col(DiaryDay.asked_at), bindparam("at", type_=UtcDateTime)),
        message_id=case((col(DiaryDay.message_id) > bindparam("by"), col(DiaryDay.message_id)), else_=bindparam("by")),
    )
)


@dataclass(frozen=True)
class Noted:
    """The latest revision of an answer. `value` None: skipped on purpose."""

    value: int | None
    revision: int


def day_of(session: Session, team_id: int, patient_id: int, diary_date: date) -> DiaryDay | None:
    wanted = {"team_id": team_id, "patient_id": patient_id, "diary_date": diary_date}
    return session.exec(_DAY_OF, params=wanted).first()


def latest_day_with_a_message(session: Session, team_id: int, patient_id: int, before: date) -> DiaryDay | None:
    """The latest day before that one which has a message: days that were not asked about have none."""
    query = (
        select(DiaryDay)
        .where(
            DiaryDay.team_id == team_id,
            DiaryDay.patient_id == patient_id,
            DiaryDay.diary_date < before,
            col(DiaryDay.message_id).is_not(None),
        )
        .order_by(col(DiaryDay.diary_date).desc())
        .limit(1)
    )
    return session.exec(query).first()


def open_day(
    session: Session,
    *,
    team_id: int,
    patient_id: int,
    diary_date: date,
    time_zone: str,
    opened_at: datetime,
    closes_at: datetime,
) -> DiaryDay:
    """The day's row, made when there is none."""
    row = new_day(
        team_id=team_id,
        patient_id=patient_id,
        diary_date=diary_date,
        time_zone=time_zone,
        opened_at=opened_at,
        closes_at=closes_at,
    )
    open_days(session, [row])
    day = day_of(session, team_id, patient_id, diary_date)
    assert day is not None  # just made
    return day


def note_asked(session: Session, day: DiaryDay, message_id: int, at: datetime, again_at: datetime | None) -> None:
    """The day was asked, by this message; when it was first asked stays, and so does when it is to be asked again."""
    noted = {
        "of_team": day.team_id,
        "of_patient": day.patient_id,
        "on": day.diary_date,
        "by": message_id,
        "at": at,
        "again_at": again_at,
    }
    session.connection().execute(_NOTE_ASKED, noted)


def new_day(
    *, team_id: int, patient_id: int, diary_date: date, time_zone: str, opened_at: datetime, closes_at: datetime
) -> dict[str, Any]:
    """A day to be opened."""
    return {
        "team_id": team_id,
        "patient_id": patient_id,
        "diary_date": diary_date,
        "time_zone": time_zone,
        "opened_at": opened_at,
        "closes_at": closes_at,
    }


def open_days(session: Session, days: Sequence[Mapping[str, Any]]) -> None:
    """Makes the rows that are not there yet."""
    insert_ignoring_duplicates(session, DiaryDay, days)


def days_open_at(session: Session, team_id: int, patient_id: int, instant: datetime) -> list[DiaryDay]:
    """Whose window was open then, the latest first: at most that day's and the day's before."""
    wanted = {"team_id": team_id, "patient_id": patient_id, "instant": instant}
    return list(session.exec(_DAYS_OPEN_AT, params=wanted))


def days_due_a_follow_up(session: Session, now: datetime, limit: int) -> list[tuple[DiaryDay, Patient, Chat]]:
    """Of all teams: for the clock alone."""
    return list(session.exec(_DUE_A_FOLLOW_UP, params={"now": now, "most": limit}))


def take_follow_up(session: Session, day: DiaryDay) -> bool:
    """Whether it was still to be asked again: of several workers one wins."""
    statement = (
        update(DiaryDay)
        .where(
            col(DiaryDay.id) == day.id,
            col(DiaryDay.team_id) == day.team_id,
            col(DiaryDay.next_follow_up_at) == day.next_follow_up_at,
        )
        .values(next_follow_up_at=None, snoozed=False)
        .execution_options(synchronize_session=False)
    )
    return bool(session.connection().execute(statement).rowcount)


def forget_follow_ups(session: Session, team_id: int, patient_id: int) -> None:
    """Of no day is the patient asked again, and nothing is being written into any."""
    under_way = or_(
        col(DiaryDay.next_follow_up_at).is_not(None), col(DiaryDay.noting), col(DiaryDay.changing).is_not(None)
    )
    statement = (
        update(DiaryDay)
        .where(col(DiaryDay.team_id) == team_id, col(DiaryDay.patient_id) == patient_id, under_way)
        .values(next_follow_up_at=None, snoozed=False, noting=False, changing=None)
    )
    session.connection().execute(statement)
    session.expire_all()


def forget_that_they_were_asked(session: Session, since: datetime, until: datetime) -> None:
    """Of days without an answer that were open between these: whether they were answered is not known any more."""
    answered = exists().where(
        col(Answer.team_id) == col(DiaryDay.team_id),
        col(Answer.patient_id) == col(DiaryDay.patient_id),
        col(Answer.diary_date) == col(DiaryDay.diary_date),
    )
    statement = (
        update(DiaryDay)
        .where(col(DiaryDay.closes_at) > since, col(DiaryDay.opened_at) <= until, ~answered)
        .values(asked_at=None)
    )
    session.flush()
    session.connection().execute(statement)
    session.expire_all()


def forget_what_is_being_entered(session: Session) -> None:
    """Of all days: nothing is being changed or noted any more."""
    under_way = or_(col(DiaryDay.noting), col(DiaryDay.changing).is_not(None))
    session.flush()
    session.connection().execute(update(DiaryDay).where(under_way).values(noting=False, changing=None))
    session.expire_all()


def days_answered(session: Session, days: Sequence[DiaryDay]) -> set[int]:
    """The ids of those days that have any answer: of all teams, for the clock alone."""
    if not days:
        return set()
    query = (
        select(DiaryDay.id)
        .join(
            Answer,
            and_(
                col(Answer.team_id) == col(DiaryDay.team_id),
                col(Answer.patient_id) == col(DiaryDay.patient_id),
                col(Answer.diary_date) == col(DiaryDay.diary_date),
            ),
        )
        .where(col(DiaryDay.id).in_([day.id for day in days]))
        .distinct()
    )
    return set(session.exec(query))


def noted_on(session: Session, day: DiaryDay) -> dict[str, Noted]:
    """Each item answered or skipped on that day, as it was last."""
    wanted = {"team_id": day.team_id, "patient_id": day.patient_id, "diary_date": day.diary_date}
    found = session.connection().execute(_NOTED_ON, wanted)
    return {item: Noted(value, revision) for item, value, revision in found}


def scores_between(
    session: Session, patient_id: int, first: date, last: date
) -> Mapping[date, Mapping[str, tuple[int | None, bool]]]:
    """(value, late) of the latest revision of each item, by day. Without rows as objects: a team's diaries are long."""
    query = (
        select(col(Answer.diary_date), col(Answer.item), col(Answer.value), col(Answer.late))
        .where(_of_patient(Answer, patient_id), Answer.diary_date >= first, Answer.diary_date <= last)
        .order_by(col(Answer.diary_date), col(Answer.revision))
    )
    days: dict[date, dict[str, tuple[int | None, bool]]] = defaultdict(dict)
    for day, item, value, late in session.exec(query):
        days[day][item] = (value, late)
    return days


def answers_before_corrections(
    session: Session, team_id: int, patient_id: int
) -> dict[date, dict[str, tuple[int | None, ...]]]:
    """What was answered before the latest revision, oldest first, by day and item; only where it was changed."""
    later = aliased(Answer)
    corrected = exists().where(
        col(later.team_id) == col(Answer.team_id),
        col(later.patient_id) == col(Answer.patient_id),
        col(later.diary_date) == col(Answer.diary_date),
        col(later.item) == col(Answer.item),
        col(later.revision) > col(Answer.revision),
    )
    query = (
        select(col(Answer.diary_date), col(Answer.item), col(Answer.value))
        .where(Answer.team_id == team_id, Answer.patient_id == patient_id, corrected)
        .order_by(col(Answer.diary_date), col(Answer.revision))
    )
    days: dict[date, dict[str, tuple[int | None, ...]]] = defaultdict(dict)
    for day, item, value in session.exec(query):
        days[day][item] = (*days[day].get(item, ()), value)
    return dict(days)


def values_of(session: Session, team_id: int, patient_id: int, item: str) -> dict[date, int | None]:
    """The latest revision of one item, by day, of the whole diary; None where it was skipped."""
    wanted = {"team_id": team_id, "patient_id": patient_id, "item": item}
    found = session.connection().execute(_VALUES_OF, wanted)
    return {row.diary_date: row.value for row in found}


def revisions_of_team(
    session: Session, team_id: int, items: Collection[str], since: date
) -> Iterator[tuple[tuple[int, str], tuple[datetime, date, int | None]]]:
    """((patient id, item), (received at, day, value)) of every revision about the days from one on, as they came."""
    of, said = (col(Answer.patient_id), col(Answer.item)), (col(Answer.received_at), col(Answer.diary_date))
    query = (
        select(*of, *said)
        .add_columns(col(Answer.value))
        .where(
            col(Answer.team_id) == team_id,
            # An answer is found by whose it is.
            col(Answer.patient_id).in_(select(Patient.id).where(Patient.team_id == team_id)),
            col(Answer.item).in_(items),
            col(Answer.diary_date) >= since,
        )
        .order_by(col(Answer.id))
    )
    for patient_id, item, at, day, value in session.connection().execute(query):
        yield (patient_id, item), (at, day, value)


def asked_days_between(session: Session, patient_id: int, first: date, last: date) -> set[date]:
    """Days of which the bot knows that it asked."""
    query = select(col(DiaryDay.diary_date)).where(
        _of_patient(DiaryDay, patient_id),
        DiaryDay.diary_date >= first,
        DiaryDay.diary_date <= last,
        col(DiaryDay.asked_at).is_not(None),
    )
    return set(session.exec(query))


def first_answered_day(session: Session, patient_id: int) -> date | None:
    return session.exec(select(func.min(Answer.diary_date)).where(_of_patient(Answer, patient_id))).one()


def _last_answered(team_id: int) -> ColumnElement[date | None]:
    """Of the patient of the query around it: one step from the index's end, however long the diary is."""
    query = select(col(Answer.diary_date)).where(Answer.team_id == team_id, Answer.patient_id == Patient.id)
    latest: ColumnElement[date | None] = (
        query.order_by(col(Answer.diary_date).desc()).limit(1).correlate(Patient).scalar_subquery()
    )
    return latest


def last_answered_days(session: Session, team_id: int, patient_ids: Collection[int]) -> dict[int, date]:
    """By patient id, the latest diary date with any answer."""
    query = select(col(Patient.id), _last_answered(team_id)).where(
        Patient.team_id == team_id, col(Patient.id).in_(patient_ids)
    )
    return {patient_id: day for patient_id, day in session.exec(query) if day is not None}


def asked_since_the_last_answer(
    session: Session, team_id: int, patient_ids: Collection[int], before: date
) -> dict[int, tuple[date, int]]:
    """By patient id: the first day asked after the last one that was answered, and how many were; before a day."""
    asked = (
        DiaryDay.team_id == team_id,
        DiaryDay.patient_id == Patient.id,
        DiaryDay.diary_date > func.coalesce(_last_answered(team_id), date.min),
        DiaryDay.diary_date < before,
        col(DiaryDay.asked_at).is_not(None),
    )
    first: ColumnElement[date | None] = (
        select(func.min(DiaryDay.diary_date)).where(*asked).correlate(Patient).scalar_subquery()
    )
    count: ColumnElement[int] = select(func.count(col(DiaryDay.id))).where(*asked).correlate(Patient).scalar_subquery()
    query = select(col(Patient.id), first, count).where(Patient.team_id == team_id, col(Patient.id).in_(patient_ids))
    return {patient_id: (day, many) for patient_id, day, many in session.exec(query) if day is not None}


def record_answer(
    session: Session,
    *,
    day: DiaryDay,
    item: str,
    value: int | None,
    answered_at: datetime,
    received_at: datetime,
    late: bool,
    way: Way,
    known: Mapping[str, Noted],
) -> bool:
    """A new revision; False when the latest one says the same already, as when a press is delivered twice."""
    last = known.get(item)
    if last is not None and last.value == value:
        return False
    answer = {
        "team_id": day.team_id,
        "patient_id": day.patient_id,
        "diary_date": day.diary_date,
        "item": item,
        "revision": last.revision + 1 if last else 1,
        "value": value,
        "answered_at": answered_at,
        "received_at": received_at,
        "late": late,
        "way": way,
        "wording": OWN_WORDING if item.startswith("own:") else WORDING,
    }
    session.connection().execute(_ADD_ANSWER, answer)
    session.info[_RECORDED] = answers_recorded(session) + 1
    return True


def answers_recorded(session: Session) -> int:
    """How many revisions of answers were written by this session."""
    return int(session.info.get(_RECORDED, 0))

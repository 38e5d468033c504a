"""The diaries of a whole team at once, or of some of it (`among`), for pages that show hundreds.

Each patient's comes as one text, which the database puts together: ten thousand rows would take ten times as long.
"""

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, ScalarSelect, String, cast
from sqlmodel import Session, col, func, select

from storage.models import Answer, DiaryDay, Patient

Among = Collection[int] | None
# More than these are not named one by one.
MOST_NAMED = 500


def _ids_of(team_id: int, among: Among = None) -> ScalarSelect[int]:
    """What is in a diary is found by whose it is: all the team's, or these of them."""
    of_team = select(Patient.id).where(Patient.team_id == team_id)
    if among is not None and len(among) <= MOST_NAMED:
        of_team = of_team.where(col(Patient.id).in_(among))
    return of_team.scalar_subquery()


def _text(of: object) -> ColumnElement[str]:
    return cast(of, String)


def _in_one(texts: ColumnElement[str]) -> ColumnElement[str]:
    return func.aggregate_strings(texts, " ")


# Hundreds of diaries are about the same days.
_day = lru_cache(10_000)(date.fromisoformat)


def _days(found: Iterable[tuple[int, str]]) -> dict[int, set[date]]:
    return {patient_id: {_day(day) for day in days.split()} for patient_id, days in found}


def values_of_team(
    session: Session, team_id: int, item: str, since: date, among: Among = None
) -> dict[int, dict[date, int | None]]:
    """By patient id: the latest revision of one item, by day from `since` on; None where it was skipped."""
    parts = (_text(Answer.diary_date), _text(Answer.revision), func.coalesce(_text(Answer.value), ""))
    each = parts[0].concat(":").concat(parts[1]).concat(":").concat(parts[2])
    query = (
        select(col(Answer.patient_id), _in_one(each))
        .where(
            Answer.team_id == team_id,
            col(Answer.patient_id).in_(_ids_of(team_id, among)),
            Answer.item == item,
            Answer.diary_date >= since,
        )
        .group_by(col(Answer.patient_id))
    )
    return {patient_id: _latest(revisions) for patient_id, revisions in session.exec(query)}


def _latest(revisions: str) -> dict[date, int | None]:
    """In whatever order they come."""
    latest: dict[str, tuple[int, str]] = {}
    for each in revisions.split(" "):
        day, revision, value = each.split(":")
        number = int(revision)
        if day not in latest or latest[day][0] < number:
            latest[day] = (number, value)
    return {_day(day): int(value) if value else None for day, (_, value) in latest.items()}


def answered_days_of_team(session: Session, team_id: int, since: date, among: Among = None) -> dict[int, set[date]]:
    """By patient id: the days from `since` on with an answer to anything, which a skip is too."""
    query = (
        select(col(Answer.patient_id), _in_one(_text(Answer.diary_date)))
        .where(col(Answer.patient_id).in_(_ids_of(team_id, among)), Answer.diary_date >= since)
        .group_by(col(Answer.patient_id))
    )
    return _days(session.exec(query))


def newest_answers_of_team(session: Session, team_id: int, since: date) -> dict[int, tuple[int, int]]:
    """By patient id: the newest revision's number, and how many there are, of all about the days from `since` on."""
    query = (
        select(col(Answer.patient_id), func.max(Answer.id), func.count(col(Answer.id)))
        .where(col(Answer.patient_id).in_(_ids_of(team_id)), Answer.diary_date >= since)
        .group_by(col(Answer.patient_id))
    )
    return {patient_id: (newest, many) for patient_id, newest, many in session.exec(query)}


def asked_days_of_team(session: Session, team_id: int, since: date, among: Among = None) -> dict[int, set[date]]:
    """By patient id: the days from `since` on of which the bot knows that it asked."""
    query = (
        select(col(DiaryDay.patient_id), _in_one(_text(DiaryDay.diary_date)))
        .where(
            col(DiaryDay.patient_id).in_(_ids_of(team_id, among)),
            DiaryDay.diary_date >= since,
            col(DiaryDay.asked_at).is_not(None),
        )
        .group_by(col(DiaryDay.patient_id))
    )
    return _days(session.exec(query))


def first_answered_days(session: Session, team_id: int, among: Among = None) -> dict[int, date]:
    """By patient id. One step from the index's end each, however long the diaries are."""
    answered = select(col(Answer.diary_date)).where(Answer.team_id == team_id, Answer.patient_id == Patient.id)
    first: ColumnElement[date | None] = (
        answered.order_by(col(Answer.diary_date)).limit(1).correlate(Patient).scalar_subquery()
    )
    found = session.exec(select(col(Patient.id), first).where(col(Patient.id).in_(_ids_of(team_id, among))))
    return {patient_id: day for patient_id, day in found if day is not None}

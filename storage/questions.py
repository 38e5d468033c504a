"""What is asked beside the four items: a team's own questions, and the sets of them, each from a day on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, bindparam
from sqlmodel import Session, col, func, or_, select

from storage.models import MOST_FLIGHTS, STAIRS, DiaryDay, Item, ItemSet, OwnItem, Team, own_key

Wording = dict[str, dict[str, str]]


@dataclass(frozen=True)
class DiaryQuestion:
    """A question of the check-in.

    `wording`: the team's words by language, those in `language` for all others; empty where they are the catalogues'.
    """

    key: str
    language: str = ""
    wording: Wording = field(default_factory=dict)

    @property
    def scale(self) -> range:
        """The answers that it takes."""
        return FLIGHTS if self.key == STAIRS else SCALE


SCALE, FLIGHTS = range(11), range(MOST_FLIGHTS + 1)
# They are asked of everyone, first, and in this order: the answer is computed from them.
STANDARD = tuple(DiaryQuestion(item.value) for item in Item)


def _valid(team_id: BindParameter[int], whose: ColumnElement[bool]) -> ScalarSelect[int]:
    """The latest set by that day; none where it says "as the team"."""
    latest = (
        select(col(ItemSet.id), col(ItemSet.items))
        .where(ItemSet.team_id == team_id, whose, ItemSet.valid_from <= bindparam("day"))
        .order_by(col(ItemSet.valid_from).desc(), col(ItemSet.id).desc())
        .limit(1)
        .subquery()
    )
    return select(latest.c.id).where(latest.c["items"].is_not(None)).scalar_subquery()


# Each press runs it: made once, and one query for the set and the words of its questions.
_ASKED_ON = (
    select(col(ItemSet.items), col(OwnItem.id), col(OwnItem.language), col(OwnItem.wording))
    .outerjoin(OwnItem, col(OwnItem.team_id) == col(ItemSet.team_id))
    .where(
        ItemSet.team_id == bindparam("team_id"),
        col(ItemSet.id)
        == func.coalesce(
            _valid(bindparam("team_id"), col(ItemSet.patient_id) == bindparam("patient_id")),
            _valid(bindparam("team_id"), col(ItemSet.patient_id).is_(None)),
        ),
    )
)


def asked_on(session: Session, team_id: int, patient_id: int, day: date) -> tuple[DiaryQuestion, ...]:
    """What this patient is asked on that diary date, in order: the four, and what the team has added."""
    wanted = {"team_id": team_id, "patient_id": patient_id, "day": day}
    rows = session.connection().execute(_ASKED_ON, wanted).all()
    if not rows:
        return STANDARD
    own = {own_key(number): (language, wording) for _, number, language, wording in rows if number is not None}
    return (*STANDARD, *(DiaryQuestion(key, *own.get(key, ())) for key in rows[0][0] or ()))


def own_items_of(session: Session, team_id: int) -> list[OwnItem]:
    """Those no longer asked too, oldest first."""
    return list(session.exec(select(OwnItem).where(OwnItem.team_id == team_id).order_by(col(OwnItem.id))))


def questions_called(session: Session, team_id: int, keys: Collection[str]) -> tuple[DiaryQuestion, ...]:
    """Those of the team beside the four, also where they are asked no more: stairs, then its own, oldest first."""
    own = [DiaryQuestion(item.key, item.language, item.wording) for item in own_items_of(session, team_id)]
    return tuple(each for each in (DiaryQuestion(STAIRS), *own) if each.key in keys)


def question_called(session: Session, team_id: int, key: str) -> DiaryQuestion:
    """One of the four, or one of the team's, also where it is asked no more."""
    known = {each.key: each for each in (*STANDARD, *questions_called(session, team_id, {key}))}
    return known[key]


def add_own_item(session: Session, team_id: int, language: str, wording: Wording, now: datetime) -> OwnItem:
    item = OwnItem(team_id=team_id, language=language, wording=wording, created_at=now)
    session.add(item)
    session.flush()
    return item


def latest_set(session: Session, team_id: int, patient_id: int | None) -> ItemSet | None:
    """The newest set, from today on or from a later day; of the team where `patient_id` is None."""
    query = (
        select(ItemSet)
        .where(ItemSet.team_id == team_id, ItemSet.patient_id == patient_id)
        .order_by(col(ItemSet.valid_from).desc(), col(ItemSet.id).desc())
        .limit(1)
    )
    return session.exec(query).first()


def latest_sets_of_patients(session: Session, team_id: int) -> dict[int, ItemSet]:
    """By patient id, of those for whom something was ever chosen."""
    query = (
        select(ItemSet)
        .where(ItemSet.team_id == team_id, col(ItemSet.patient_id).is_not(None))
        .order_by(col(ItemSet.valid_from), col(ItemSet.id))
    )
    return {each.patient_id: each for each in session.exec(query) if each.patient_id is not None}


def all_sets_for(session: Session, team_id: int, patient_id: int) -> list[ItemSet]:
    """The team's and the patient's own, in the order in which they became valid."""
    query = (
        select(ItemSet)
        .where(ItemSet.team_id == team_id, or_(col(ItemSet.patient_id).is_(None), ItemSet.patient_id == patient_id))
        .order_by(col(ItemSet.valid_from), col(ItemSet.id))
    )
    return list(session.exec(query))


def add_set(
    session: Session,
    team_id: int,
    patient_id: int | None,
    valid_from: date,
    items: Sequence[str] | None,
    now: datetime,
) -> ItemSet:
    """`items` None: as the team has it."""
    made = ItemSet(
        team_id=team_id,
        patient_id=patient_id,
        valid_from=valid_from,
        items=None if items is None else list(items),
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def latest_day_opened(session: Session, team_id: int, patient_ids: Collection[int], after: date) -> date | None:
    """The latest diary date after `after` that one of these patients has already begun: the date line makes it so."""
    query = select(func.max(DiaryDay.diary_date)).where(
        DiaryDay.team_id == team_id, col(DiaryDay.patient_id).in_(patient_ids), DiaryDay.diary_date > after
    )
    return session.exec(query).one()


def lock_sets(session: Session, team_id: int) -> None:
    """Whoever else is changing what is asked has finished: a set is made of the one before it."""
    session.exec(select(col(Team.id)).where(Team.id == team_id).with_for_update()).one()

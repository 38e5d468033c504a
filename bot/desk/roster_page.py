"""The roster as a table: everyone a team has, narrowed and sorted as one types, so many rows at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.sparkline import sparkline
from bot.desk.verdicts import Verdicts
from bot.desk.visits import Desk, Visit
from bot.drawing.asked import Verdict
from bot.team.patient_card import state_of
from bot.team.roster import unreadable_in_words
from bot.texts import Html
from jobs import roster as groups
from jobs import standing
from jobs.desk import caseload
from jobs.desk.caseload import Row
from jobs.roster import Group, Plan, Standing
from storage import patients
from storage.models import Patient, PatientStatus

PAGE = 100
# So many as somebody has come to by scrolling are fetched anew together.
MOST_PAGES = 20
TO_CONFIRM = "/desk/calendar#open-courses"
NEVER = datetime.max.replace(tzinfo=UTC)


class Order(StrEnum):
    """By what the rows are sorted; a minus before it in the address: the other way round."""

    LOOK = "look"
    WHO = "who"
    VERDICT = "verdict"
    ANSWERED = "answered"
    LAST = "last"
    NEXT = "next"
    PROMPT = "prompt"


@dataclass(frozen=True)
class View:
    """Which part of the roster is shown, as the address says it: `pages` of it from `page` on, which counts from 0."""

    group: Group
    typed: str
    order: Order
    is_reversed: bool
    page: int
    pages: int = 1

    @property
    def rows(self) -> slice:
        return slice(self.page * PAGE, (self.page + self.pages) * PAGE)

    def address(self, **other: Any) -> str:
        """The same with something else about it, from its first row on."""
        said = {
            "group": self.group,
            "q": self.typed,
            "sort": f"{'-' * self.is_reversed}{self.order}",
            "page": 0,
            **other,
        }
        return f"/desk/roster?{urlencode({name: value for name, value in said.items() if value not in {'', 0}})}"


def roster_routes(desk: Desk) -> list[Route]:
    return [desk.page("/desk/roster", partial(_roster, desk.verdicts))]


def _view(visit: Visit, grouped: dict[Group, list[Standing]]) -> View:
    """As the address says it; what it does not say, or says wrongly, as the roster opens."""
    asked = visit.query
    sort = asked.get("sort", "")
    name = sort.removeprefix("-")
    usual = Group.LOOK if grouped[Group.LOOK] else Group.ALL
    typed = groups.as_searched(asked.get("q", ""))
    group = Group(asked["group"]) if asked.get("group") in set(Group) else Group.ALL if typed else usual
    order = Order(name) if name in set(_orders(visit)) else Order.LOOK
    pages = min(max(_number(asked.get("pages", ""), 1), 1), MOST_PAGES)
    return View(group, typed, order, sort.startswith("-"), _number(asked.get("page", ""), 0), pages)


def _number(said: str, otherwise: int) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 5 else otherwise


def _roster(verdicts: Verdicts, visit: Visit) -> Response:
    team = visit.team
    people, unreadable = standing.with_readable_zone(patients.patients_of(visit.session, team.id))
    everyone = standing.standings(visit.session, team, people, visit.now)
    if not visit.coordinates:
        # Labels are the coordinators' own: nobody else finds anybody by them either.
        everyone = [replace(each, label=None) for each in everyone]
    grouped = groups.by_group(everyone)
    view = _view(visit, grouped)
    found = grouped[view.group]
    if view.typed:
        found = groups.search(found, view.typed)
    if "go" in visit.query:
        # By Enter alone: the address that stays leads to nobody, when one comes back or once only one is left.
        one = f"/desk/patients/{found[0].pseudonym}" if len(found) == 1 else None
        return RedirectResponse(one or view.address(), 303)
    known = verdicts.known(visit.session, team, people, visit.now) if visit.reads_answers else {}
    found = sorted(found, key=_key(view.order, visit, people, found, known), reverse=view.is_reversed)
    if view.order is Order.VERDICT:
        # Whoever's is not known yet comes last either way.
        found = sorted(found, key=lambda each: known.get(each.patient_id) is None)
    rows = caseload.rows(visit.session, visit.team, *_with_patients(people, found[view.rows]))
    return visit.shows(
        "roster_rows.html" if visit.is_part and view.page else "roster.html",
        view=view,
        counts={group: len(members) for group, members in grouped.items() if members or group is view.group},
        found=len(found),
        unreadable=unreadable_in_words(unreadable, visit.texts) if unreadable else None,
        rows=[Line(row, known.get(row.standing.patient_id), visit) for row in rows],
        left=max(len(found) - view.rows.stop, 0),
        orders=_orders(visit),
        page_size=PAGE,
    )


def _orders(visit: Visit) -> list[Order]:
    """The columns. What was answered, and so whether symptoms return, is for clinicians, as in the chat."""
    return [order for order in Order if visit.reads_answers or order is not Order.VERDICT]


def _with_patients(
    people: Sequence[Patient], wanted: Sequence[Standing]
) -> tuple[Sequence[Patient], Sequence[Standing]]:
    """In the order of those that are wanted."""
    by_id = {patient.id: patient for patient in people}
    return [by_id[each.patient_id] for each in wanted], wanted


class Line:
    """What a row of the table says of somebody."""

    def __init__(self, row: Row, verdict: Verdict | None, visit: Visit) -> None:
        texts, of = visit.texts, row.standing
        self.pseudonym, self.label = of.pseudonym, of.label
        self.state = state_of(of, texts)
        since = {"declined": of.declined, "unconfirmed": of.unconfirmed}
        self.reasons = [_reason(reason, since.get(reason), visit) for reason in groups.reasons(of)]
        self.is_usual = of.status == PatientStatus.ACTIVE and of.has_chat
        # Not known yet: the page is told once it is.
        self.verdict = texts(f"verdict.{verdict.code}") if verdict is not None else None
        self.counts = verdict.counts[texts.language] if verdict is not None else None
        self.last, self.next = of.last_answer, row.next_course
        self.spark = Markup(sparkline(row, texts, with_numbers=visit.reads_answers))  # noqa: S704  (its words are escaped there)
        self.answered, self.could = row.answered
        prompt, zone = row.next_prompt_at, visit.team.time_zone
        self.prompt = texts.instant(prompt, zone) if prompt is not None else None


@dataclass(frozen=True)
class Reason:
    """Why somebody needs a look, such as `cannot come`, and to which course; `leads_to`: where it is seen to."""

    words: Html
    leads_to: str = ""


def _reason(reason: str, plan: Plan | None, visit: Visit) -> Reason:
    said = visit.texts(f"desk.reason.{reason}")
    words = said if plan is None else Html(f"{said} ({visit.texts.day(plan.start)})")
    return Reason(words, TO_CONFIRM if reason == "unconfirmed" and visit.coordinates else "")


def _urgency(each: Standing) -> tuple[Any, ...]:
    found = groups.reasons(each)
    return (not found, *(groups.REASONS.index(reason) for reason in found[:1]), each.pseudonym)


def _by_verdict(known: Mapping[int, Verdict | None], each: Standing) -> tuple[Any, ...]:
    """The most urgent first."""
    verdict = known.get(each.patient_id)
    return (verdict.urgency if verdict is not None else 0, each.pseudonym)


_OF_STANDINGS: dict[Order, Callable[[Standing], Any]] = {
    Order.LOOK: _urgency,
    Order.WHO: lambda each: (each.label or "", each.pseudonym),
    Order.LAST: lambda each: (each.last_answer or date.min, each.pseudonym),
    Order.NEXT: lambda each: (each.coming[0].start if each.coming else date.max, each.pseudonym),
}


def _key(
    order: Order,
    visit: Visit,
    people: Sequence[Patient],
    found: Sequence[Standing],
    known: Mapping[int, Verdict | None],
) -> Callable[[Standing], Any]:
    if order is Order.VERDICT:
        return partial(_by_verdict, known)
    if order is Order.ANSWERED:
        of = caseload.adherence(visit.session, visit.team, *_with_patients(people, found))
        return lambda each: (of[each.patient_id][0] / max(of[each.patient_id][1], 1), each.pseudonym)
    if order is Order.PROMPT:
        at = {patient.id: patient.next_prompt_at for patient in people}
        return lambda each: (at[each.patient_id] or NEVER, each.pseudonym)
    return _OF_STANDINGS[order]

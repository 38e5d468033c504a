"""The roster as a table: everyone a team has, narrowed and sorted as one types, so many rows at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.visits import Desk, Visit
from bot.team.patient_card import state_of
from jobs import roster as groups
from jobs import standing
from jobs.roster import Group, Standing
from storage import patients

PAGE = 100
LATEST = date.max


class Order(StrEnum):
    """By what the rows are sorted; a minus before it in the address: the other way round."""

    LOOK = "look"
    WHO = "who"
    LAST = "last"
    NEXT = "next"


@dataclass(frozen=True)
class View:
    """Which part of the roster is shown, as the address says it."""

    group: Group
    typed: str
    order: Order
    is_reversed: bool
    page: int

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
    return [desk.page("/desk/roster", _roster)]


def _view(visit: Visit, grouped: dict[Group, list[Standing]]) -> View:
    """As the address says it; what it does not say, or says wrongly, as the roster opens."""
    asked = visit.query
    sort = asked.get("sort", "")
    name, page = sort.removeprefix("-"), asked.get("page", "")
    usual = Group.LOOK if grouped[Group.LOOK] else Group.ALL
    typed = groups.as_searched(asked.get("q", ""))
    group = Group(asked["group"]) if asked.get("group") in set(Group) else Group.ALL if typed else usual
    order = Order(name) if name in set(Order) else Order.LOOK
    return View(group, typed, order, sort.startswith("-"), int(page) if page.isdecimal() and len(page) < 5 else 0)


def _roster(visit: Visit) -> Response:
    team = visit.team
    everyone = standing.standings(visit.session, team, patients.patients_of(visit.session, team.id), visit.now)
    grouped = groups.by_group(everyone)
    view = _view(visit, grouped)
    found = grouped[view.group]
    if view.typed:
        found = groups.search(found, view.typed)
    found = sorted(found, key=_KEYS[view.order], reverse=view.is_reversed)
    first = view.page * PAGE
    shown, left = found[first : first + PAGE], max(len(found) - first - PAGE, 0)
    return visit.shows(
        "roster_rows.html" if visit.is_part and view.page else "roster.html",
        view=view,
        counts={group: len(members) for group, members in grouped.items() if members or group is view.group},
        everyone=len(everyone),
        found=len(found),
        rows=[_Row(each, visit) for each in shown],
        left=left,
        orders=Order,
    )


class _Row:
    """What a row of the table says of somebody."""

    def __init__(self, each: Standing, visit: Visit) -> None:
        texts = visit.texts
        self.pseudonym, self.label = each.pseudonym, each.label if visit.coordinates else None
        self.state = state_of(each, texts)
        self.reasons = [texts(f"desk.reason.{reason}") for reason in groups.reasons(each)]
        self.last = each.last_answer
        self.next = each.coming[0].start if each.coming else None


def _urgency(each: Standing) -> tuple[Any, ...]:
    found = groups.reasons(each)
    return (not found, *(groups.REASONS.index(reason) for reason in found[:1]), each.pseudonym)


_KEYS: dict[Order, Callable[[Standing], Any]] = {
    Order.LOOK: _urgency,
    Order.WHO: lambda each: (each.label or "", each.pseudonym),
    Order.LAST: lambda each: (each.last_answer or date.min, each.pseudonym),
    Order.NEXT: lambda each: (each.coming[0].start if each.coming else LATEST, each.pseudonym),
}

"""The roster: everyone a team has, narrowed to a group or to what is searched for, a page at a time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from bot.replies import Button, Incoming, Keyboard, Page, Reply, Rewrite, Say, Screen, Toast, page_of, rows_of
from bot.team.patient_card import card, last_answer, state_of
from bot.team.patient_words import codes_in_words, who_is
from bot.texts import Html, Texts, plain, texts_in
from jobs import roster as groups
from jobs import standing
from jobs.roster import Group, Standing
from storage import patients
from storage.chats import Someone

PAGE = 8
# With more pages than these, the first and the last have buttons of their own.
FEW_PAGES = 4
# As much of a label as there is room for beside a code, two buttons a row.
LABEL_ON_BUTTON = 10
FIND = "find"
# look:0, all:12, find:0:anna; before there were groups, the page alone.
_VIEW = re.compile(r"(?:([a-z_]{3,}):)?([0-9]{1,4})(?::(.+))?", re.ASCII)


@dataclass(frozen=True)
class View:
    """Which part of the roster: a group, or what was `typed`. `group` None: whatever it opens on."""

    group: Group | None = None
    page: int = 0
    typed: str = ""

    @property
    def data(self) -> str:
        """As a button bears it: at most 51 bytes."""
        if self.typed:
            return f"{FIND}:{self.page}:{self.typed}"
        return f"{self.group}:{self.page}" if self.group is not None else ""


def view_in(data: str) -> View:
    """What a button's data says; whatever the roster opens on where no button of ours made it."""
    found = _VIEW.fullmatch(data)
    if found is None:
        return View()
    name, page, typed = found[1], int(found[2]), groups.as_searched(found[3] or "")
    if name == FIND and typed:
        return View(page=page, typed=typed)
    if name is None:
        return View(Group.ALL, page) if page else View()
    return View(Group(name), page) if name in set(Group) and not found[3] else View()


def back_to(data: str) -> str:
    """From the data of a patient's button, where the roster stood: `pt:look:2:12` -> `ro:look:2`."""
    return f"ro:{view_in(data.removeprefix('pt:').rpartition(':')[0]).data}"


def roster(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/roster`: who needs a look. `/roster anna`: whose code or label has that in it; the card where it is one."""
    typed = groups.as_searched(incoming.text)
    everyone, unreadable = _everyone(session, incoming, someone)
    if typed and len(found := groups.search(everyone, typed)) == 1:
        patient = patients.patient_of_team(session, someone.the_team.id, found[0].patient_id)
        if patient is not None:
            return [Say(card(session, patient, someone, incoming.now))]
    return [Say(_screen(everyone, unreadable, View(typed=typed), someone))]


def roster_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """Another page, or another group."""
    view = view_in(incoming.data.removeprefix("ro").removeprefix(":"))
    shown = _screen(*_everyone(session, incoming, someone), view, someone)
    return [Toast(""), Rewrite(incoming.message_id, shown)]


def _everyone(session: Session, incoming: Incoming, someone: Someone) -> tuple[list[Standing], list[str]]:
    """And the codes of those whose time zone cannot be read."""
    team = someone.the_team
    people, unreadable = standing.with_readable_zone(patients.patients_of(session, team.id))
    return standing.standings(session, team, people, incoming.now), unreadable


def unreadable_in_words(codes: Sequence[str], texts: Texts) -> Html:
    """Whose time zone cannot be read, and what then."""
    return texts("roster.unreadable", codes=codes_in_words(codes))


def _screen(everyone: list[Standing], unreadable: list[str], view: View, someone: Someone) -> Screen:
    texts = texts_in(someone.chat.language)
    if not everyone and not unreadable:
        return Screen(texts("roster.empty"))
    grouped = groups.by_group(everyone)
    if view.group is None and not view.typed:
        view = replace(view, group=Group.LOOK if grouped[Group.LOOK] else Group.ALL)
    found = groups.search(grouped[Group.ALL], view.typed) if view.group is None else grouped[view.group]
    page = page_of(found, PAGE, view.page)
    view = replace(view, page=page.number)
    what = [_what(view, len(found), texts)]
    if page.pages > 1:
        what.append(texts("roster.page", page=page.number + 1, pages=page.pages))
    lines = [_line(each, texts) for each in page.shown]
    if unreadable:
        lines.append(unreadable_in_words(unreadable, texts))
    text = texts.plural(
        "roster.heading",
        len(everyone) + len(unreadable),
        team=someone.the_team.name,
        shown=Html(" · ".join(what)),
        lines=Html("".join(f"\n\n{line}" for line in lines)),
    )
    people = [Button(_label(each), f"pt:{view.data}:{each.patient_id}") for each in page.shown]
    return Screen(text, (*rows_of(people, 2), *_turning(view, page, texts), *_groups(grouped, view, texts)))


def _what(view: View, count: int, texts: Texts) -> Html:
    """What is shown, and how many that is."""
    if view.group is None:
        return (
            texts.plural("roster.found", count, typed=view.typed) if count else texts("roster.none", typed=view.typed)
        )
    return texts("roster.shown", group=texts(f"roster.group.{view.group}"), count=count)


def _line(each: Standing, texts: Texts) -> Html:
    """How somebody stands; what needs a look is in bold."""
    lines = [
        texts("roster.line", who=who_is(each.pseudonym, each.label, texts), state=state_of(each, texts)),
        last_answer(each, texts),
        *_courses(each, texts),
    ]
    return Html("\n".join(lines))


def _courses(each: Standing, texts: Texts) -> list[Html]:
    """First of all, what should have been confirmed; then what is to come."""
    lines = [texts("roster.unconfirmed", date=each.unconfirmed.start)] if each.unconfirmed else []
    if each.declined:
        return [*lines, texts("roster.declined", date=each.declined.start)]
    if each.coming:
        return [*lines, texts("roster.next", date=each.coming[0].start)]
    return [*lines, texts("roster.no_course")]


def _label(each: Standing) -> str:
    """Of a patient's button: the code, and the beginning of the label."""
    label = each.label or ""
    if len(label) > LABEL_ON_BUTTON:
        label = f"{label[: LABEL_ON_BUTTON - 1].rstrip()}…"
    return f"{each.pseudonym} {label}".rstrip()


def _turning(view: View, page: Page[Standing], texts: Texts) -> Keyboard:
    def leads_to(number: int) -> str:
        return f"ro:{replace(view, page=number).data}"

    pages, far = page.pages, list[Button]()
    if pages > FEW_PAGES and page.number > 1:
        far.append(Button(texts("roster.button.first", page=1), leads_to(0)))
    if pages > FEW_PAGES and page.number + 2 < pages:
        far.append(Button(texts("roster.button.last", page=pages), leads_to(pages - 1)))
    turning = page.turning(texts("roster.button.earlier"), texts("roster.button.later"), leads_to)
    return (*turning, tuple(far)) if far else turning


def _groups(grouped: Mapping[Group, list[Standing]], view: View, texts: Texts) -> Keyboard:
    """A button for each group that somebody is in; the one that is shown has a mark."""
    buttons = []
    for group, members in grouped.items():
        if members:
            key = "roster.button.group_shown" if group is view.group else "roster.button.group"
            label = texts(key, group=texts(f"roster.group.{group}"), count=len(members))
            buttons.append(Button(plain(label), f"ro:{View(group).data}"))
    return rows_of(buttons, 2)

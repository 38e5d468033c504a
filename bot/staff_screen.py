"""`/staff`: who is on the care team, and a button for whatever can be done about each."""

import re

from sqlmodel import Session

from bot.filling import opened
from bot.invitation_link import link_to, qr_png
from bot.replies import Button, Incoming, Keyboard, Reply, Rewrite, Say, Screen, Toast, page_of, rows_of
from bot.staff_forms import OPENED
from bot.staff_words import back, called, roles_in_words
from bot.texts import Html, Texts, texts_in
from jobs import due, staffing
from jobs.refusals import Refusal
from storage import teams
from storage.chats import Someone
from storage.models import Chat, Role, Staff

# sf:, sf:page:1, sf:member:3, sf:invite:clinician, sf:roles:3
_DATA = re.compile(
    rf"sf:(?:|page:([0-9]{{1,3}})|member:([0-9]{{1,9}})|invite:(clinician|coordinator)|({'|'.join(OPENED)}):([0-9]{{1,9}}))",
    re.ASCII,
)
PAGE = 12


def staff(session: Session, _incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/staff`"""
    return [Say(_overview(session, someone))]


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button below it. Inviting, and whatever is about another member, is for coordinators."""
    found = _DATA.fullmatch(incoming.data)
    if found is None:
        raise Refusal("refusal.gone")
    page, number, role, form, about = found.groups()
    if role is not None:
        return _invited(session, incoming, someone, Role(role))
    if form is not None:
        return opened(OPENED[form], session, incoming, someone, {"id": int(about)})
    shown = _card(session, someone, int(number)) if number is not None else _overview(session, someone, int(page or 0))
    return [Toast(""), Rewrite(incoming.message_id, shown)]


def _overview(session: Session, someone: Someone, number: int = 0) -> Screen:
    texts, mine = texts_in(someone.chat.language), someone.the_staff
    members = teams.members_of(session, mine.team_id)
    page = page_of(members, PAGE, number)
    lines = Html("\n".join(_line(member, chat, someone, texts) for member, chat in page.shown))
    text = texts.plural("staff.overview", len(members), team=someone.the_team.name, lines=lines)
    openable = [member for member, _ in page.shown if mine.coordinator or member.id == mine.id]
    rows = rows_of([Button(called(member, texts), f"sf:member:{member.id}") for member in openable], 2)
    turning = page.turning(
        texts("roster.button.earlier"), texts("roster.button.later"), lambda other: f"sf:page:{other}"
    )
    return Screen(text, (*rows, *turning, *(_invitations(texts) if mine.coordinator else ())))


def _invitations(texts: Texts) -> Keyboard:
    return (
        (Button(texts("staff.button.invite_clinician"), f"sf:invite:{Role.CLINICIAN}"),),
        (Button(texts("staff.button.invite_coordinator"), f"sf:invite:{Role.COORDINATOR}"),),
    )


def _line(member: Staff, chat: Chat, someone: Someone, texts: Texts) -> Html:
    who = called(member, texts)
    since = due.local_date(someone.the_team.time_zone, member.joined_at)
    said = texts("staff.line", who=who, roles=roles_in_words(member, texts), since=since)
    if member.id == someone.the_staff.id:
        said = texts("staff.line_you", line=said)
    return said if chat.unreachable_since is None else texts("staff.line_unreachable", line=said)


def _card(session: Session, someone: Someone, number: int) -> Screen:
    texts, mine = texts_in(someone.chat.language), someone.the_staff
    found = next((each for each in teams.members_of(session, mine.team_id) if each[0].id == number), None)
    if found is None or not (mine.coordinator or number == mine.id):
        raise Refusal("refusal.gone")
    names = ["roles"] if mine.coordinator else []
    names += ["label", "leave" if number == mine.id else "remove"]
    rows = [(Button(texts(f"staff.button.{name}"), f"sf:{name}:{number}"),) for name in names]
    return Screen(_line(*found, someone, texts), (*rows, (back(texts),)))


def _invited(session: Session, incoming: Incoming, someone: Someone, role: Role) -> list[Reply]:
    """A link into the team. Delivered twice, it is made once."""
    texts, team, mine = texts_in(someone.chat.language), someone.the_team, someone.the_staff
    if incoming.repeated:
        return [Toast(texts("staff.was_invited"), alert=True)]
    invited = staffing.invite(session, mine, role, incoming.now)
    link, until = link_to(incoming.bot_name, invited.token), Html(texts.instant(invited.expires_at, team.time_zone))
    text = texts("staff.invited", role=texts(f"staff.roles_{role.value}"), team=team.name, link=link, until=until)
    return [Toast(""), Say(Screen(text, png=qr_png(link)))]

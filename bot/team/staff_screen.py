"""`/staff`: who is on the care team, and a button for whatever can be done about each."""

import re
from datetime import datetime

from sqlmodel import Session

from bot.filling import opened
from bot.invitation_link import link_to, qr_png
from bot.replies import Button, Incoming, Keyboard, Reply, Rewrite, Say, Screen, Toast, page_of, rows_of
from bot.team.staff_forms import OPENED
from bot.team.staff_words import back, called, roles_in_words
from bot.texts import Html, Texts, texts_in
from jobs import due, open_invitations, staffing
from jobs.refusals import Refusal
from storage import invitations, teams
from storage.chats import Someone
from storage.models import Chat, Invitation, Role, Staff

# sf:, sf:page:1, sf:member:3, sf:link:7, sf:invite:clinician, sf:roles:3
_DATA = re.compile(
    rf"sf:(?:|page:([0-9]{{1,3}})|member:([0-9]{{1,9}})|link:([0-9]{{1,9}})|invite:(clinician|coordinator)|({'|'.join(OPENED)}):([0-9]{{1,9}}))",
    re.ASCII,
)
PAGE = 12
# Of links that nobody has used yet, how many are listed.
MOST_LINKS = 12


def staff(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/staff`"""
    return [Say(_overview(session, someone, incoming.now))]


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button below it. Inviting, and whatever is about another member, is for coordinators."""
    found = _DATA.fullmatch(incoming.data)
    if found is None:
        raise Refusal("refusal.gone")
    page, number, link, role, form, about = found.groups()
    if role is not None:
        return _invited(session, incoming, someone, Role(role))
    if link is not None:
        return _link_withdrawn(session, incoming, someone, int(link))
    if form is not None:
        return opened(OPENED[form], session, incoming, someone, {"id": int(about)})
    if number is not None:
        shown = _card(session, someone, int(number))
    else:
        shown = _overview(session, someone, incoming.now, int(page or 0))
    return [Toast(""), Rewrite(incoming.message_id, shown)]


def _overview(session: Session, someone: Someone, now: datetime, number: int = 0) -> Screen:
    texts, mine = texts_in(someone.chat.language), someone.the_staff
    members = teams.members_of(session, mine.team_id)
    page = page_of(members, PAGE, number)
    lines = Html("\n".join(_line(member, chat, someone, texts) for member, chat in page.shown))
    links = links_shown(session, mine, now)
    shown = _links(session, links, someone, texts)
    text = texts.plural("staff.overview", len(members), team=someone.the_team.name, lines=lines, links=shown)
    openable = [member for member, _ in page.shown if mine.coordinator or member.id == mine.id]
    rows = rows_of([Button(called(member, texts), f"sf:member:{member.id}") for member in openable], 2)
    turning = page.turning(
        texts("roster.button.earlier"), texts("roster.button.later"), lambda other: f"sf:page:{other}"
    )
    ending = [
        Button(texts("staff.button.withdraw_link", number=k), f"sf:link:{each.id}") for k, each in enumerate(links, 1)
    ]
    inviting = _invitations(texts) if mine.coordinator else ()
    return Screen(text, (*rows, *turning, *rows_of(ending, 2), *inviting))


def links_shown(session: Session, reader: Staff, now: datetime) -> list[Invitation]:
    """To coordinators alone."""
    return invitations.open_for_staff(session, reader.team_id, now)[:MOST_LINKS] if reader.coordinator else []


def _links(session: Session, links: list[Invitation], someone: Someone, texts: Texts) -> Html:
    if not links:
        return Html("")
    return texts("staff.links", lines=Html("\n".join(link_lines(session, links, someone, texts))))


def link_lines(session: Session, links: list[Invitation], someone: Someone, texts: Texts) -> list[Html]:
    """Ways into the team that somebody could still use: as what, until when, and who made them."""
    members, zone = teams.everyone_ever_on(session, someone.the_team.id), someone.the_team.time_zone
    return [
        texts(
            "staff.link",
            number=k,
            role=texts(f"staff.roles_{each.role.value}"),
            until=Html(texts.instant(each.expires_at, zone)),
            who=called(members[each.invited_by], texts) if each.invited_by else texts("history.by.operator"),
        )
        for k, each in enumerate(links, 1)
    ]


def _link_withdrawn(session: Session, incoming: Incoming, someone: Someone, number: int) -> list[Reply]:
    """Told again, it shows how things stand."""
    if not incoming.repeated:
        open_invitations.revoke(session, someone.the_staff, number, incoming.now)
    toast = Toast(texts_in(someone.chat.language)("staff.link_withdrawn"))
    return [toast, Rewrite(incoming.message_id, _overview(session, someone, incoming.now))]


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

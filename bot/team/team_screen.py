"""`/team`: everything that the team has set, as it is, and a button for each."""

import re
from datetime import datetime

from sqlmodel import Session

from bot.filling import Filling, begin, opened
from bot.replies import Button, Incoming, Keyboard, Reply, Rewrite, Say, Screen, Toast
from bot.team import team_forms, team_schedule_forms
from bot.team.schedule_forms import leads_in_words
from bot.texts import Html, Texts, languages, texts_in
from jobs import weekly_summary
from jobs.refusals import Refusal
from storage import alerts
from storage.chats import Someone
from storage.models import Team

_DATA = re.compile("te:([a-z_]{0,24})", re.ASCII)
PROCEDURES = {
    procedure.form.name: procedure
    for procedure in (*team_schedule_forms.PROCEDURES, team_forms.INSTRUCTIONS, team_forms.PRICES)
}
IN_A_ROW = 2


def team(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/team`"""
    return [Say(_overview(session, someone, incoming.now))]


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button below it, or the way back to it."""
    found = _DATA.fullmatch(incoming.data)
    name = found[1] if found is not None else None
    if name == "":
        return [Toast(""), Rewrite(incoming.message_id, _overview(session, someone, incoming.now))]
    if name not in PROCEDURES:
        raise Refusal("refusal.gone")
    return opened(PROCEDURES[name], session, incoming, someone, {"id": someone.the_team.id})


def prices(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/prices`: what a gram and a day in hospital cost the team, for the comparison of regimens."""
    return begin(team_forms.PRICES, _about_team(session, incoming, someone), in_place=False)


def instructions(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/instructions`: what patients read with each reminder of an infusion."""
    return begin(team_forms.INSTRUCTIONS, _about_team(session, incoming, someone), in_place=False)


def _about_team(session: Session, incoming: Incoming, someone: Someone) -> Filling:
    return Filling(session, incoming, someone, {"id": someone.the_team.id})


def _overview(session: Session, someone: Someone, now: datetime) -> Screen:
    texts, known = texts_in(someone.chat.language), someone.the_team
    following = weekly_summary.next_of_team(session, known, now)
    text = texts(
        "team.overview",
        team=known.name,
        telephone=team_schedule_forms.telephone_words(known.telephone, texts),
        prompt_time=known.prompt_time,
        follow_up=team_schedule_forms.delay_words(known.follow_up_after, texts),
        silence=texts.plural("days", known.silent_after),
        leads=leads_in_words(known.reminder_leads, texts),
        reminder_time=known.reminder_time,
        confirmation_time=known.confirmation_time,
        summary=team_schedule_forms.summary_words(known.summary_weekday, known.summary_time, texts),
        next=Html(texts.instant(following, known.time_zone)),
        zone=known.time_zone,
        chairs=team_schedule_forms.chairs_words(known.chairs, texts),
        instructions=_instructions(known, texts),
        prices=team_forms.set_now(known, texts),
        alerts=texts.plural("team.alerts", len(alerts.rules_of(session, known.id))),
    )
    return Screen(text, _buttons(texts))


def _instructions(known: Team, texts: Texts) -> Html:
    """In which languages there are any."""
    written = [str(texts_in(tag)("language.name")) for tag in languages() if tag in known.instructions]
    return Html(texts.listed(written)) if written else texts("team.no_instructions")


def _buttons(texts: Texts) -> Keyboard:
    buttons = [Button(texts(f"team.button.{name}"), f"te:{name}") for name in PROCEDURES]
    buttons += [Button(texts("team.button.alerts"), "al:"), Button(texts("team.button.history"), "hi:team")]
    return tuple(tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW))

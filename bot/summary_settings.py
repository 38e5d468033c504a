"""`/summary settings`: what the weekly summary brings a clinician, and on which day and hour."""

from dataclasses import dataclass
from datetime import datetime, time

from sqlmodel import Session

from bot.dialogues.form import Form, Question, Values
from bot.filling import CLINICIANS_ONLY, Filling, Procedure, opened
from bot.pickers import picked_time, read_weekday, time_of_day, weekday_choices
from bot.replies import Button, Incoming, Reply, Rewrite, Screen, Toast
from bot.team_schedule_forms import summary_words
from bot.texts import Html, Texts, texts_in
from jobs import summary_wishes, weekly_summary
from jobs.refusals import Refusal
from storage.chats import Someone
from storage.models import Staff, SummaryBrings, Team

CHOICES = {f"su:brings:{brings.value}": brings for brings in SummaryBrings}
OWN_TIME, AS_TEAM = "su:own", "su:team"


@dataclass(frozen=True)
class ReaderFacts:
    """The clinician who fills the form in."""

    team: Team
    reader: Staff
    now: datetime


def screen(someone: Someone, now: datetime) -> Screen:
    """How it is now, and a button for each thing that can be chosen."""
    texts, team, reader = texts_in(someone.chat.language), someone.the_team, someone.the_staff
    own = reader.summary_weekday is not None
    following = reader.next_summary_at or weekly_summary.next_summary(team, reader, now)
    schedule = summary_words(*weekly_summary.schedule_of(team, reader), texts)
    text = texts(
        "summary.settings",
        brings=texts(f"summary.brings.{reader.summary_brings.value}"),
        time=schedule if own else texts("summary.as_team", time=schedule),
        next=Html(texts.instant(following, team.time_zone)),
        zone=team.time_zone,
    )
    rows = [
        (Button(texts(f"summary.button.brings_{brings.value}"), data),)
        for data, brings in CHOICES.items()
        if brings is not reader.summary_brings
    ]
    rows.append((Button(texts("summary.button.own_time"), OWN_TIME),))
    if own:
        rows.append((Button(texts("summary.button.as_team"), AS_TEAM),))
    return Screen(text, tuple(rows))


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button below them. The message then shows how they are."""
    if incoming.data == OWN_TIME:
        return opened(SUMMARY_TIME, session, incoming, someone, {"id": someone.the_staff.id})
    if incoming.data not in (*CHOICES, AS_TEAM):
        return [Toast(texts_in(someone.chat.language)("form.old_button"))]
    if incoming.data in CHOICES and not incoming.repeated:
        summary_wishes.choose(session, someone.the_staff, CHOICES[incoming.data], incoming.now)
    elif someone.the_staff.summary_weekday is not None and not incoming.repeated:
        summary_wishes.choose_time(session, someone.the_team, someone.the_staff, None, None, incoming.now)
    return [Toast(""), Rewrite(incoming.message_id, screen(someone, incoming.now))]


def _load(filling: Filling) -> ReaderFacts:
    return ReaderFacts(filling.team, filling.someone.the_staff, filling.now)


def _chosen(values: Values) -> tuple[int, time]:
    return values["day"], time.fromisoformat(picked_time(values))


def _ask_day(texts: Texts, facts: ReaderFacts, _values: Values) -> Html:
    return texts("summary_time.ask", now=summary_words(*weekly_summary.schedule_of(facts.team, facts.reader), texts))


def _check(facts: ReaderFacts, values: Values) -> None:
    if "minute" in values and _chosen(values) == (facts.reader.summary_weekday, facts.reader.summary_time):
        raise Refusal("refusal.set_like_that_already")


def _preview(texts: Texts, facts: ReaderFacts, values: Values) -> Html:
    weekday, at = _chosen(values)
    zone, comes = facts.team.time_zone, weekly_summary.would_come(facts.team, facts.reader, weekday, at, facts.now)
    said = texts("summary_time.preview", new=summary_words(weekday, at, texts), next=Html(texts.instant(comes, zone)))
    is_the_old_one = comes == facts.reader.next_summary_at
    return Html(f"{said} {texts('summary_time.once')}") if is_the_old_one else said


def _apply(filling: Filling, facts: ReaderFacts, values: Values) -> Screen:
    summary_wishes.choose_time(filling.session, facts.team, facts.reader, *_chosen(values), facts.now)
    return screen(filling.someone, facts.now)


SUMMARY_TIME = Procedure(
    Form(
        "summary_time",
        (
            Question("day", _ask_day, read_weekday, weekday_choices, width=2),
            *time_of_day(lambda texts, *_: texts("team.ask.summary_time")),
        ),
        _preview,
        _check,
    ),
    _load,
    _apply,
    lambda facts: summary_wishes.time_facts(facts.reader),
    roles=CLINICIANS_ONLY,
)

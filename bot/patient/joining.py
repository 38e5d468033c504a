"""How a patient joins: language, what the diary is, consent, time zone, and when to be asked."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol

from bot.dialogues.form import RETURN, Aside, Form, Given, Question, Values
from bot.filling import STRANGERS, Filling, Procedure
from bot.greetings import whom_to_call
from bot.replies import Screen
from bot.texts import Html, Texts, languages, texts_in
from jobs import admission, due, reading
from jobs.refusals import Refusal
from storage import teams
from storage.models import Invitation, Team

OFFERED_TIMES = ("07:00", "08:00", "12:00", "17:00", "18:00", "19:00", "20:00", "21:00")
MOST_SUGGESTIONS = 8
YES, NO = "yes", "no"


class Timed(Protocol):
    """Facts that know what time it is."""

    @property
    def now(self) -> datetime: ...


@dataclass(frozen=True)
class JoinFacts:
    """What the joining form needs to know."""

    invitation: Invitation
    team: Team
    now: datetime


def _load(filling: Filling) -> JoinFacts:
    invitation = filling.session.get(Invitation, filling.subject["invitation"])
    if invitation is None:
        raise Refusal(admission.UNKNOWN)
    if invitation.used_at is not None:
        raise Refusal("refusal.invitation_used")
    if invitation.expires_at <= filling.now:
        raise Refusal("refusal.invitation_expired")
    return JoinFacts(invitation, teams.team_by_id(filling.session, invitation.team_id), filling.now)


def _join(filling: Filling, facts: JoinFacts, values: Values) -> Screen:
    chat = filling.someone.chat
    chat.language = values["language"]
    filling.session.add(chat)
    at = time.fromisoformat(values["time"])
    patient = admission.join_patient(filling.session, facts.invitation, chat, values["zone"], at, facts.now)
    texts = texts_in(chat.language)
    assert patient.next_prompt_at is not None
    first = Html(texts.instant(patient.next_prompt_at, patient.time_zone))
    phone = whom_to_call(facts.team, texts)
    return Screen(texts("join.done", first=first, time=at, zone=patient.time_zone, phone=phone))


def _read_language(value: str, _facts: JoinFacts, _values: Values) -> str:
    spoken = {texts_in(tag)("language.name").lower(): tag for tag in languages()} | {tag: tag for tag in languages()}
    if value.strip().lower() not in spoken:
        raise Refusal("join.language_unknown")
    return spoken[value.strip().lower()]


def _read_continue(value: str, _facts: JoinFacts, _values: Values) -> bool:
    if value != YES:
        raise Refusal("join.press_continue")
    return True


def _read_consent(value: str, _facts: JoinFacts, _values: Values) -> bool:
    if value != YES:
        raise Refusal("join.press_agree")
    return True


# Who declines is not asked again and again: a short word of goodbye, and a way back.
DECLINED = Aside(
    lambda given: NO if given.value == NO else None,
    lambda texts, _facts, _no: texts("join.declined"),
    lambda texts, _facts, _no: [(texts("join.button.reconsider"), RETURN)],
)


def _as_typed(given: Given) -> str | None:
    """A place that was typed is shown with its clock first; a button's zone was seen with it."""
    return given.value if given.question is None else None


def _ask_about_typed(texts: Texts, facts: Timed, typed: str) -> Html:
    zone = reading.parse_zone(typed)
    if zone is not None:
        return texts("join.zone_right", zone=zone, time=clock(zone, facts))
    if reading.zone_suggestions(typed, MOST_SUGGESTIONS):
        return texts("join.zone_near", typed=typed)
    return texts("join.zone_unknown", typed=typed)


def _zones_for_typed(texts: Texts, facts: Timed, typed: str) -> list[tuple[str, str]]:
    zone = reading.parse_zone(typed)
    if zone is not None:
        return [(texts("join.button.zone", zone=zone), zone), (texts("join.button.other_zone"), RETURN)]
    near = reading.zone_suggestions(typed, MOST_SUGGESTIONS)
    back = texts("join.button.none_of_these") if near else texts("form.button.back")
    zones = [(texts("join.button.near", zone=zone, time=clock(zone, facts)), zone) for zone in near]
    return [*zones, (back, RETURN)]


def clock(zone: str, facts: Timed) -> time:
    return facts.now.astimezone(due.zone_of(zone)).time()


def read_zone(value: str, *_: object) -> str:
    zone = reading.parse_zone(value)
    if zone is None:
        raise Refusal("join.zone_unknown", typed=value)
    return zone


TYPED_ZONE = Aside(_as_typed, _ask_about_typed, _zones_for_typed)


def _ask_zone(texts: Texts, facts: JoinFacts, _values: Values) -> Html:
    zone = facts.team.time_zone
    return texts("join.zone", zone=zone, time=clock(zone, facts))


def read_time(value: str, *_: object) -> str:
    at = reading.parse_time(value)
    if at is None:
        raise Refusal("form.time_unknown", typed=value)
    return at.isoformat("minutes")


def time_choices(texts: Texts, *_: object) -> list[tuple[str, str]]:
    return [(texts.time(time.fromisoformat(at)), at) for at in OFFERED_TIMES]


def _times_to_join(texts: Texts, facts: JoinFacts, *_: object) -> list[tuple[str, str]]:
    """The team's own is among them."""
    offered = sorted({*OFFERED_TIMES, facts.team.prompt_time.isoformat("minutes")})
    return [(texts.time(time.fromisoformat(at)), at) for at in offered]


LANGUAGE = Question(
    "language",
    lambda texts, facts, _: texts("join.language", team=facts.team.name),
    _read_language,
    lambda *_: [(texts_in(tag)("language.name"), tag) for tag in languages()],
    briefly=lambda texts: texts("join.language_briefly"),
)
ABOUT = Question(
    "about",
    lambda texts, facts, _: texts("join.about", phone=whom_to_call(facts.team, texts)),
    _read_continue,
    lambda texts, *_: [(texts("join.button.continue"), YES)],
    briefly=lambda texts: texts("join.about_briefly"),
)
CONSENT = Question(
    "consent",
    lambda texts, facts, _: texts("join.consent", team=facts.team.name),
    _read_consent,
    lambda texts, *_: [(texts("join.button.agree"), YES), (texts("join.button.decline"), NO)],
    width=1,
    briefly=lambda texts: texts("join.consent_briefly"),
    aside=DECLINED,
)
ZONE = Question(
    "zone",
    _ask_zone,
    read_zone,
    lambda texts, facts, _: [(texts("join.button.zone", zone=facts.team.time_zone), facts.team.time_zone)],
    aside=TYPED_ZONE,
)
TIME = Question("time", lambda texts, *_: texts("join.time"), read_time, _times_to_join)
JOINING = Procedure(
    Form("join", (LANGUAGE, ABOUT, CONSENT, ZONE, TIME), can_cancel=False), _load, _join, roles=STRANGERS
)

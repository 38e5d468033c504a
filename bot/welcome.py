"""The door: invitations opened, strangers told in two lines what this is."""

from dataclasses import dataclass
from datetime import datetime, time

from sqlmodel import Session

from bot.dialogues.form import Form, Question, Values
from bot.filling import Filling, Procedure, begin
from bot.replies import Incoming, Reply, Say, Screen
from bot.texts import Html, Texts, languages, nearest_language, texts_in
from jobs import admission, due, reading
from jobs.refusals import Refusal
from storage import chats, teams
from storage.chats import Someone
from storage.models import Chat, Invitation, Role, Team

OFFERED_TIMES = ("07:00", "08:00", "12:00", "17:00", "18:00", "19:00", "20:00", "21:00")
MOST_SUGGESTIONS = 5


def start(session: Session, incoming: Incoming) -> list[Reply]:
    """`/start`, with or without an invitation's token."""
    someone = chats.who_is(session, incoming.telegram_id)
    token = incoming.text.strip()
    if someone is not None:
        admission.chat_found(session, someone, incoming.now)
    if not token:
        return [Say(Screen(greeting(someone, incoming)))]
    try:
        with session.begin_nested():
            chat = chats.open_chat(session, incoming.telegram_id, nearest_language(incoming.language), incoming.now)
            invitation = admission.open_invitation(session, token, chat, incoming.now)
            return _let_in(session, incoming, chat, invitation)
    except Refusal as refusal:
        # The savepoint is gone with the chat in it: a stranger who guesses leaves no trace.
        texts = _texts_for(someone, incoming)
        return [Say(Screen(texts(refusal.key, **refusal.arguments)))]


def _texts_for(someone: Someone | None, incoming: Incoming) -> Texts:
    return texts_in(someone.chat.language if someone else nearest_language(incoming.language))


def greeting(someone: Someone | None, incoming: Incoming) -> Html:
    """What `/start` alone says, by who it is."""
    texts = _texts_for(someone, incoming)
    if someone is not None and someone.patient is not None:
        return texts("help.patient", phone=telephone(someone.team, texts))
    if someone is not None and someone.staff is not None:
        return staff_help(someone, texts)
    return texts("start.stranger")


def staff_help(someone: Someone, texts: Texts) -> Html:
    staff = someone.the_staff
    parts = [texts("help.staff", team=someone.the_team.name)]
    parts += [texts("help.coordinator")] if staff.coordinator else []
    parts += [texts("help.clinician")] if staff.clinician else []
    return Html("\n\n".join(parts))


def telephone(team: Team | None, texts: Texts) -> Html:
    """How to reach the team, said wherever it may be needed."""
    number = team.telephone if team else None
    return texts("telephone.known", number=number) if number else texts("telephone.unknown")


def _let_in(session: Session, incoming: Incoming, chat: Chat, invitation: Invitation) -> list[Reply]:
    if invitation.role is not Role.PATIENT:
        admission.join_staff(session, invitation, chat, incoming.now)
        someone = chats.who_is(session, incoming.telegram_id)
        assert someone is not None
        return [Say(Screen(staff_help(someone, texts_in(chat.language))))]
    someone = chats.who_is(session, incoming.telegram_id)
    assert someone is not None
    if someone.patient is not None:
        return [Say(Screen(greeting(someone, incoming)))]
    return begin(JOINING, Filling(session, incoming, someone, {"invitation": invitation.id}), in_place=False)


@dataclass(frozen=True)
class JoinFacts:
    """What the joining form needs to know."""

    invitation: Invitation
    team: Team
    now: datetime


def _load(filling: Filling) -> JoinFacts:
    invitation = filling.session.get(Invitation, filling.subject["invitation"])
    if invitation is None:
        raise Refusal("refusal.invitation_unknown")
    if invitation.used_at is not None:
        raise Refusal("refusal.invitation_used")
    if invitation.expires_at <= filling.incoming.now:
        raise Refusal("refusal.invitation_expired")
    return JoinFacts(invitation, teams.team_by_id(filling.session, invitation.team_id), filling.incoming.now)


def _join(filling: Filling, facts: JoinFacts, values: Values) -> Screen:
    chat = filling.someone.chat
    chat.language = values["language"]
    filling.session.add(chat)
    at = time.fromisoformat(values["time"])
    patient = admission.join_patient(filling.session, facts.invitation, chat, values["zone"], at, facts.now)
    texts = texts_in(chat.language)
    assert patient.next_prompt_at is not None
    first = Html(texts.instant(patient.next_prompt_at, patient.time_zone))
    return Screen(texts("join.done", first=first, time=at, phone=telephone(facts.team, texts)))


def _read_language(value: str, _facts: JoinFacts, _values: Values) -> str:
    spoken = {texts_in(tag)("language.name").lower(): tag for tag in languages()} | {tag: tag for tag in languages()}
    if value.strip().lower() not in spoken:
        raise Refusal("join.language_unknown")
    return spoken[value.strip().lower()]


def _read_continue(value: str, _facts: JoinFacts, _values: Values) -> bool:
    if value != "yes":
        raise Refusal("join.press_continue")
    return True


def _read_consent(value: str, _facts: JoinFacts, _values: Values) -> bool:
    if value != "yes":
        raise Refusal("join.declined" if value == "no" else "join.press_agree")
    return True


def read_zone(value: str, *_: object) -> str:
    """An IANA zone from its name or a city. Refusal names the nearest ones."""
    zone = reading.parse_zone(value)
    if zone is None:
        near = reading.zone_suggestions(value, MOST_SUGGESTIONS)
        raise (
            Refusal("join.zone_near", typed=value, near=", ".join(near))
            if near
            else Refusal("join.zone_unknown", typed=value)
        )
    return zone


def read_time(value: str, *_: object) -> str:
    at = reading.parse_time(value)
    if at is None:
        raise Refusal("form.time_unknown", typed=value)
    return at.isoformat("minutes")


def time_choices(texts: Texts, *_: object) -> list[tuple[str, str]]:
    return [(texts.time(time.fromisoformat(at)), at) for at in OFFERED_TIMES]


def _ask_zone(texts: Texts, facts: JoinFacts, _values: Values) -> Html:
    zone = facts.team.time_zone
    return texts("join.zone", zone=zone, time=facts.now.astimezone(due.zone_of(zone)).time())


JOINING = Procedure(
    Form(
        "join",
        (
            Question(
                "language",
                lambda texts, facts, _: texts("join.language", team=facts.team.name),
                _read_language,
                lambda *_: [(texts_in(tag)("language.name"), tag) for tag in languages()],
            ),
            Question(
                "about",
                lambda texts, facts, _: texts("join.about", phone=telephone(facts.team, texts)),
                _read_continue,
                lambda texts, *_: [(texts("join.button.continue"), "yes")],
            ),
            Question(
                "consent",
                lambda texts, facts, _: texts("join.consent", team=facts.team.name),
                _read_consent,
                lambda texts, *_: [(texts("join.button.agree"), "yes"), (texts("join.button.decline"), "no")],
                width=1,
            ),
            Question(
                "zone",
                _ask_zone,
                read_zone,
                lambda texts, facts, _: [(texts("join.button.zone", zone=facts.team.time_zone), facts.team.time_zone)],
            ),
            Question("time", lambda texts, *_: texts("join.time"), read_time, time_choices),
        ),
        can_cancel=False,
    ),
    _load,
    _join,
)

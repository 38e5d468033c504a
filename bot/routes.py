"""Which command, button and message goes where, and who may use it. Menus and rights come from this one table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from bot import filling, welcome
from bot.courses import confirming, one_line
from bot.filling import Filling
from bot.greetings import greeting, texts_for
from bot.measuring import import_forms, measurement_commands
from bot.patient import answering as patient
from bot.patient import diary_day, infusions, leaving, noting, own_settings, own_time, own_zone, pause
from bot.patient.joining import JOINING
from bot.patient.own_time import OWN_TIME
from bot.patient.own_zone import OWN_ZONE
from bot.replies import Incoming, OfferCommands, Reply, Say, Screen, Toast
from bot.team import (
    alert_forms,
    clinician,
    coordinator,
    export_forms,
    history,
    question_forms,
    roster,
    staff_forms,
    staff_language,
    staff_screen,
    summary_screen,
    taking_back,
    team_questions,
    team_screen,
)
from bot.team.summary_settings import SUMMARY_TIME
from bot.texts import Html, Texts, nearest_language, plain, texts_in
from jobs import admission
from jobs.refusals import Refusal
from storage import chats, dialogues, patients
from storage.chats import Someone
from storage.models import Dialogue, PatientStatus, Role

Work = Callable[[Session, Incoming], list[Reply]]
KnownWork = Callable[[Session, Incoming, Someone], list[Reply]]


@dataclass(frozen=True)
class Route:
    """A command's name or a button's prefix, who may use it, and what it does. `also`: who else may."""

    name: str
    role: Role
    work: KnownWork
    also: Role | None = None

    @property
    def roles(self) -> set[Role]:
        return {self.role} if self.also is None else {self.role, self.also}


COMMANDS = (
    Route("today", Role.PATIENT, patient.today),
    Route("yesterday", Role.PATIENT, patient.yesterday),
    Route("infusions", Role.PATIENT, infusions.infusions),
    Route("settings", Role.PATIENT, own_settings.settings),
    Route("pause", Role.PATIENT, pause.pause),
    Route("chart", Role.PATIENT, patient.own_chart),
    Route("mydata", Role.PATIENT, patient.own_copy),
    Route("privacy", Role.PATIENT, leaving.privacy),
    Route("withdraw", Role.PATIENT, leaving.withdraw),
    Route("roster", Role.COORDINATOR, roster.roster),
    Route("invite", Role.COORDINATOR, coordinator.invite),
    Route("patient", Role.COORDINATOR, coordinator.patient_typed),
    Route("move", Role.COORDINATOR, one_line.move),
    Route("series", Role.COORDINATOR, one_line.series),
    Route("history", Role.COORDINATOR, history.typed),
    Route("team", Role.COORDINATOR, team_screen.team),
    Route("staff", Role.COORDINATOR, staff_screen.staff, Role.CLINICIAN),
    Route("prices", Role.COORDINATOR, team_screen.prices),
    Route("instructions", Role.COORDINATOR, team_screen.instructions),
    Route("questions", Role.COORDINATOR, team_questions.questions_typed, Role.CLINICIAN),
    Route("summary", Role.CLINICIAN, summary_screen.summary),
    Route("chart", Role.CLINICIAN, clinician.chart),
    Route("notes", Role.CLINICIAN, clinician.notes_typed),
    Route("export", Role.CLINICIAN, export_forms.export),
    Route("ck", Role.CLINICIAN, measurement_commands.ck, also=Role.COORDINATOR),
    Route("weight", Role.CLINICIAN, measurement_commands.weight, also=Role.COORDINATOR),
    Route("steroid", Role.CLINICIAN, measurement_commands.steroid, also=Role.COORDINATOR),
    Route("measurements", Role.CLINICIAN, measurement_commands.measurements_typed, also=Role.COORDINATOR),
    Route("import", Role.CLINICIAN, import_forms.import_, also=Role.COORDINATOR),
    Route("alerts", Role.CLINICIAN, alert_forms.overview, also=Role.COORDINATOR),
    Route("language", Role.CLINICIAN, staff_language.typed, also=Role.COORDINATOR),
)
BUTTONS = (
    Route("c", Role.PATIENT, patient.check_in_pressed),
    Route("kn", Role.PATIENT, noting.keep_pressed),
    Route("st", Role.PATIENT, own_settings.settings_pressed),
    Route("pa", Role.PATIENT, pause.pause_pressed),
    Route("le", Role.PATIENT, leaving.pressed),
    Route("in", Role.PATIENT, infusions.pressed),
    Route("ro", Role.COORDINATOR, roster.roster_pressed),
    Route("pt", Role.COORDINATOR, coordinator.patient_pressed),
    Route("pb", Role.COORDINATOR, coordinator.patient_pressed_below),
    Route("cs", Role.COORDINATOR, coordinator.card_pressed),
    Route("co", Role.COORDINATOR, coordinator.course_pressed),
    Route("wg", Role.COORDINATOR, confirming.pressed),
    Route("ia", Role.COORDINATOR, coordinator.invite_again_pressed),
    Route("o", Role.COORDINATOR, coordinator.form_opened),
    Route("qu", Role.COORDINATOR, team_questions.questions_pressed, Role.CLINICIAN),
    Route("te", Role.COORDINATOR, team_screen.pressed),
    Route("sf", Role.COORDINATOR, staff_screen.pressed, Role.CLINICIAN),
    Route("hi", Role.COORDINATOR, history.pressed),
    Route("la", Role.CLINICIAN, staff_language.pressed, also=Role.COORDINATOR),
    Route("un", Role.COORDINATOR, taking_back.pressed, Role.CLINICIAN),
    Route("ch", Role.CLINICIAN, clinician.chart_pressed),
    Route("su", Role.CLINICIAN, summary_screen.pressed),
    Route("nt", Role.CLINICIAN, clinician.notes_pressed),
    Route("me", Role.CLINICIAN, measurement_commands.pressed, also=Role.COORDINATOR),
    Route("al", Role.CLINICIAN, alert_forms.pressed, also=Role.COORDINATOR),
    Route("as", Role.CLINICIAN, alert_forms.seen_pressed, also=Role.COORDINATOR),
)
PROCEDURES = {
    JOINING.form.name: JOINING,
    OWN_ZONE.form.name: OWN_ZONE,
    OWN_TIME.form.name: OWN_TIME,
    pause.PAUSE.form.name: pause.PAUSE,
    **coordinator.PROCEDURES,
    **alert_forms.PROCEDURES,
    **question_forms.OF_TEAM,
    **measurement_commands.PROCEDURES,
    **export_forms.PROCEDURES,
    SUMMARY_TIME.form.name: SUMMARY_TIME,
    **staff_forms.PROCEDURES,
}
# What is still of use to a patient who has stopped; the others work, and say that the diary has ended.
OF_WHOEVER_LEFT = {"infusions", "chart", "mydata", "privacy", "withdraw"}


def may_use(someone: Someone, route: Route) -> bool:
    return any(has_role(someone, role) for role in route.roles)


def has_role(someone: Someone, role: Role) -> bool:
    if role is Role.PATIENT:
        return someone.patient is not None
    if someone.staff is None:
        return False
    return someone.staff.coordinator if role is Role.COORDINATOR else someone.staff.clinician


def start(session: Session, incoming: Incoming) -> list[Reply]:
    """`/start`: the door. Whoever comes through it for the first time is given their menu."""
    before, incoming = _arrived(session, incoming)
    if not incoming.text.strip():
        return _helped(session, before, incoming)
    if before is not None and incoming.repeated and (joining := _joining(session, before)) is not None:
        return filling.go_on(JOINING, _filling(session, incoming, before, joining), joining, None)
    replies = welcome.start(session, incoming, before)
    someone = chats.who_is(session, incoming.telegram_id)
    if before is None and someone is not None:
        chats.note_receipt(session, someone.chat.id, incoming.what, incoming.now)
    if someone is not None and someone.staff is not None:
        replies.append(menu_of(someone, texts_in(someone.chat.language)))
    return replies


def help_(session: Session, incoming: Incoming) -> list[Reply]:
    someone, incoming = _arrived(session, incoming)
    return _helped(session, someone, incoming)


def _helped(session: Session, someone: Someone | None, incoming: Incoming) -> list[Reply]:
    """With the menu, which may have got lost on its way; so may that of a stranger, for whoever has left a team."""
    menu_ = [_menu_now(someone)] if someone is not None else []
    return [*_greet(session, someone, incoming), *menu_]


def number(_session: Session, incoming: Incoming) -> list[Reply]:
    """`/id`: the number of one's own chat, for whoever sets up OPERATOR_CHAT. It is nobody's business else."""
    texts = texts_in(nearest_language(incoming.language))
    return [Say(Screen(texts("chat_number", number=incoming.telegram_id)))]


def unknown(session: Session, incoming: Incoming) -> list[Reply]:
    """A command that there is not."""
    someone, incoming = _arrived(session, incoming)
    if someone is None or not _is_known(someone):
        return _greet(session, someone, incoming)
    not_known = texts_in(someone.chat.language)("command_unknown")
    return [Say(Screen(Html(f"{not_known}\n\n{greeting(someone, incoming)}")))]


def _is_known(someone: Someone) -> bool:
    return someone.patient is not None or someone.staff is not None


def _greet(session: Session, someone: Someone | None, incoming: Incoming) -> list[Reply]:
    """Who is in the middle of joining is no stranger: they are shown the way on."""
    if someone is not None and (joining := _joining(session, someone)) is not None:
        about = _filling(session, incoming, someone, joining)
        return filling.told_to_finish(PROCEDURES, about, joining, "join.finish_first")
    return [Say(Screen(greeting(someone, incoming)))]


def _joining(session: Session, someone: Someone) -> Dialogue | None:
    """The joining form that they have open."""
    dialogue = dialogues.dialogue_of(session, someone.chat.id)
    name = JOINING.form.name
    open_ = filling.is_open(dialogue) and dialogue.form == name and _may_fill_in(someone, name)
    return dialogue if open_ else None


def _filling(session: Session, incoming: Incoming, someone: Someone, dialogue: Dialogue) -> Filling:
    return Filling(session, incoming, someone, dialogue.state["subject"])


def _arrived(session: Session, incoming: Incoming) -> tuple[Someone | None, Incoming]:
    """Who it is, and whether this was told before. Whoever writes can be written to. A stranger leaves no trace."""
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is None:
        return None, incoming
    admission.chat_found(session, someone, incoming.now)
    new = chats.note_receipt(session, someone.chat.id, incoming.what, incoming.now)
    return someone, replace(incoming, repeated=not new)


def command(name: str) -> Work:
    """What a command does for whoever may use it; everyone else is told whose it is, and what they can do instead."""

    def work(session: Session, incoming: Incoming) -> list[Reply]:
        someone, incoming = _arrived(session, incoming)
        routes = [route for route in COMMANDS if route.name == name]
        for route in routes:
            if someone is not None and may_use(someone, route):
                return _or_refusal(session, incoming, someone, route.work)
        if someone is None or not _is_known(someone):
            return _greet(session, someone, incoming)
        texts = texts_in(someone.chat.language)
        # Whom it is not for is staff: patients' commands stand first.
        role = f"role.{routes[-1].role.value}" if routes[-1].also is None else "role.staff"
        whose = texts("command_is_for", name=name, whose=texts(role))
        return [Say(Screen(Html(f"{whose}\n\n{greeting(someone, incoming)}")))]

    return work


def pressed(session: Session, incoming: Incoming) -> list[Reply]:
    """A button. The right to use it is looked up now, not when it was shown."""
    someone, incoming = _arrived(session, incoming)
    if someone is None:
        return _pressed_by_a_stranger(incoming)
    prefix = incoming.data.split(":", 1)[0]
    if prefix == "f" and incoming.data.count(":") >= 3:
        return _or_refusal(session, incoming, someone, _form_pressed)
    route = next((route for route in BUTTONS if route.name == prefix and may_use(someone, route)), None)
    if route is None:
        return [Toast(texts_in(someone.chat.language)("form.old_button"))]
    return _with_menu(session, someone, lambda: _or_refusal(session, incoming, someone, route.work))


def _pressed_by_a_stranger(incoming: Incoming) -> list[Reply]:
    """Nothing is held on them; whoever has just had it erased, and did not see the answer, is told so again."""
    texts = texts_in(nearest_language(incoming.language))
    if incoming.data.startswith(leaving.ERASED):
        return leaving.gone(incoming, texts)
    return [Toast(texts("form.old_button"))]


def _form_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    said_last = filling.said_last(dialogues.dialogue_of(session, someone.chat.id), incoming)
    if said_last is not None:
        return said_last
    if not _may_fill_in(someone, incoming.data.split(":")[1]):
        return [Toast(texts_in(someone.chat.language)("form.old_button"))]
    return _with_menu(session, someone, lambda: filling.pressed(PROCEDURES, session, incoming, someone))


def _with_menu(session: Session, before: Someone, work: Callable[[], list[Reply]]) -> list[Reply]:
    """Whoever has other commands after `work`, or reads them in another language, is given their menu."""
    offered = _offered_to(before)
    replies = work()
    # Who was nobody may be a patient now; a member's roles are changed in their row.
    someone = before if _is_known(before) else chats.who_is(session, before.chat.telegram_id)
    if someone is not None and someone.patient is not None and someone.patient.status is PatientStatus.ERASED:
        # A stranger from now on, and given a stranger's.
        return replies
    return replies if someone is None or _offered_to(someone) == offered else [*replies, _menu_now(someone)]


def _offered_to(someone: Someone) -> tuple[str, list[str]]:
    """What a menu depends on."""
    return someone.chat.language, [route.name for route in _routes_of(someone)]


def _may_fill_in(someone: Someone, form: str) -> bool:
    """The right to fill it in is looked up now, not when it was opened."""
    if form not in PROCEDURES:
        return False
    roles = PROCEDURES[form].roles
    return any(has_role(someone, role) for role in roles) if roles else not _is_known(someone)


def typed(session: Session, incoming: Incoming) -> list[Reply]:
    """Text that is no command: into the form that is open, or into the check-in."""
    someone, incoming = _arrived(session, incoming)
    if someone is None:
        return _greet(session, None, incoming)
    dialogue = dialogues.dialogue_of(session, someone.chat.id)
    said_last = filling.said_last(dialogue, incoming)
    if said_last is not None:
        return said_last
    answers = someone.patient is not None and patient.is_for_check_in(incoming, someone)
    if answers and filling.is_open(dialogue) and dialogue.form == OWN_TIME.form.name:
        asked = diary_day.is_anything_asked(session, someone.the_patient, incoming)
        answers = not own_time.is_time(incoming.text, anything_asked=asked)
    if filling.is_open(dialogue) and _may_fill_in(someone, dialogue.form) and not answers:
        if dialogue.form == import_forms.WAITING.form.name:
            return import_forms.pasted(session, incoming, someone)
        about = _filling(session, incoming, someone, dialogue)
        return _with_menu(session, someone, lambda: filling.typed(PROCEDURES, about, dialogue))
    if someone.patient is not None:
        return patient.typed(session, incoming, someone)
    return _greet(session, someone, incoming)


def unanswered(work: Work, *, tells: bool) -> Work:
    """For whoever floods: what a patient says to the check-in is kept, nothing else is done, and nothing is said.

    `tells`: they are told so, once.
    """

    def kept(session: Session, incoming: Incoming) -> list[Reply]:
        someone = chats.who_is(session, incoming.telegram_id)
        key = "too_much"
        if someone is not None and someone.patient is not None:
            key = "too_much_patient"
            if _is_entry(session, work, incoming, someone):
                work(session, incoming)
        return [Say(Screen(texts_for(someone, incoming)(key)))] if tells else []

    return kept


def _is_entry(session: Session, work: Work, incoming: Incoming, someone: Someone) -> bool:
    """Whether it is an answer or a note."""
    if work is pressed:
        return incoming.data.startswith("c:")
    open_ = filling.is_open(dialogues.dialogue_of(session, someone.chat.id))
    return work is typed and (not open_ or patient.is_for_check_in(incoming, someone))


def located(session: Session, incoming: Incoming) -> list[Reply]:
    """A place that was shared: a patient's new time zone."""
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is None or someone.patient is None:
        return unreadable(session, incoming)
    someone, incoming = _arrived(session, incoming)
    assert someone is not None  # found just before
    return own_zone.located(session, incoming, someone)


def takes_file(session: Session, incoming: Incoming) -> bool:
    """Whether a document is worth fetching: one of the care team's, not too large, not one of several."""
    someone = chats.who_is(session, incoming.telegram_id)
    return someone is not None and someone.staff is not None and import_forms.takes(incoming)


def sent_file(session: Session, incoming: Incoming) -> list[Reply]:
    """A document: of the care team, a table to import; of anybody else it is not kept."""
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is None or someone.staff is None:
        return unreadable(session, incoming)
    someone, incoming = _arrived(session, incoming)
    assert someone is not None  # found just before
    return _or_refusal(session, incoming, someone, import_forms.sent)


def unreadable(session: Session, incoming: Incoming) -> list[Reply]:
    """A photo, a sticker, a voice message: nothing is kept of it."""
    someone, incoming = _arrived(session, incoming)
    if incoming.album and incoming.repeated:
        return []
    if someone is not None and someone.patient is not None:
        return patient.unreadable(session, incoming, someone)
    if someone is not None and someone.staff is not None:
        return [Say(Screen(texts_in(someone.chat.language)("unreadable.staff")))]
    return _greet(session, someone, incoming)


def edited(session: Session, incoming: Incoming) -> list[Reply]:
    """An edited message changes nothing; a patient may think that it does."""
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is not None and someone.patient is not None:
        return [Say(Screen(texts_in(someone.chat.language)("edited")))]
    return []


def blocked(session: Session, incoming: Incoming) -> list[Reply]:
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is not None:
        admission.chat_lost(session, someone, incoming.now)
    return []


def unblocked(session: Session, incoming: Incoming) -> list[Reply]:
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is not None:
        admission.chat_found(session, someone, incoming.now)
    return []


def menu_of(someone: Someone, texts: Texts) -> OfferCommands:
    """The commands that are of use to this person now."""
    return menu(_routes_of(someone), texts, has_left=_has_left(someone))


def _routes_of(someone: Someone) -> list[Route]:
    return [
        route
        for route in COMMANDS
        if may_use(someone, route) and (not _has_left(someone) or route.name in OF_WHOEVER_LEFT)
    ]


def _has_left(someone: Someone) -> bool:
    return someone.patient is not None and someone.patient.status in patients.LEFT


def _menu_now(someone: Someone) -> OfferCommands:
    """As things stand at this moment, in the language that they read."""
    return menu_of(someone, texts_in(someone.chat.language))


def menu(routes: Sequence[Route], texts: Texts, *, has_left: bool = False) -> OfferCommands:
    offered = [(route.name, plain(texts(described(route, has_left=has_left)))) for route in routes]
    return OfferCommands((*offered, ("help", plain(texts("command.help")))))


def described(route: Route, *, has_left: bool = False) -> str:
    """The key of what it does; a chart is another thing to a patient than to a clinician."""
    if route.name == "withdraw" and has_left:
        return "command.withdraw_left"
    return "command.chart_own" if (route.name, route.role) == ("chart", Role.PATIENT) else f"command.{route.name}"


def _or_refusal(session: Session, incoming: Incoming, someone: Someone, work: KnownWork) -> list[Reply]:
    """A refusal undoes what was begun, and is said where it was asked."""
    try:
        with session.begin_nested():
            return work(session, incoming, someone)
    except Refusal as refusal:
        said = texts_in(someone.chat.language)(refusal.key, **refusal.arguments)
        return [Toast(said, alert=True)] if incoming.data else [Say(Screen(said))]

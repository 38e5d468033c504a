"""Which command, button and message goes where, and who may use it. Menus and rights come from this one table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from bot.courses import confirming, one_line
from bot.measuring import import_forms, measurement_commands
from bot.patient import answering as patient
from bot.patient import infusions, leaving, noting, own_settings, pause
from bot.patient.joining import JOINING
from bot.patient.own_time import OWN_TIME
from bot.patient.own_zone import OWN_ZONE
from bot.replies import Incoming, OfferCommands, Reply
from bot.team import (
    alert_forms,
    clinician,
    coordinator,
    desk_link,
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
from bot.texts import Texts, plain, texts_in
from storage import patients
from storage.chats import Someone
from storage.models import Role

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


# In the order of the menus: first what each role uses most.
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
    Route("summary", Role.CLINICIAN, summary_screen.summary),
    Route("chart", Role.CLINICIAN, clinician.chart),
    Route("invite", Role.COORDINATOR, coordinator.invite),
    Route("patient", Role.COORDINATOR, coordinator.patient_typed),
    Route("move", Role.COORDINATOR, one_line.move),
    Route("series", Role.COORDINATOR, one_line.series),
    Route("history", Role.COORDINATOR, history.typed),
    Route("team", Role.COORDINATOR, team_screen.team),
    Route("notes", Role.CLINICIAN, clinician.notes_typed),
    Route("ck", Role.CLINICIAN, measurement_commands.ck, also=Role.COORDINATOR),
    Route("steroid", Role.CLINICIAN, measurement_commands.steroid, also=Role.COORDINATOR),
    Route("weight", Role.CLINICIAN, measurement_commands.weight, also=Role.COORDINATOR),
    Route("measurements", Role.CLINICIAN, measurement_commands.measurements_typed, also=Role.COORDINATOR),
    Route("import", Role.CLINICIAN, import_forms.import_, also=Role.COORDINATOR),
    Route("alerts", Role.CLINICIAN, alert_forms.overview, also=Role.COORDINATOR),
    Route("desk", Role.COORDINATOR, desk_link.link, Role.CLINICIAN),
    Route("questions", Role.COORDINATOR, team_questions.questions_typed, Role.CLINICIAN),
    Route("instructions", Role.COORDINATOR, team_screen.instructions),
    Route("prices", Role.COORDINATOR, team_screen.prices),
    Route("staff", Role.COORDINATOR, staff_screen.staff, Role.CLINICIAN),
    Route("export", Role.CLINICIAN, export_forms.export),
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


def is_known(someone: Someone) -> bool:
    return someone.patient is not None or someone.staff is not None


def may_fill_in(someone: Someone, form: str) -> bool:
    """The right to fill it in is looked up now, not when it was opened."""
    if form not in PROCEDURES:
        return False
    roles = PROCEDURES[form].roles
    return any(has_role(someone, role) for role in roles) if roles else not is_known(someone)


def offered_to(someone: Someone) -> tuple[str, list[str]]:
    """What a menu depends on."""
    return someone.chat.language, [route.name for route in _routes_of(someone)]


def menu_of(someone: Someone, texts: Texts) -> OfferCommands:
    """The commands that are of use to this person now."""
    offered = menu(_routes_of(someone), texts, has_left=_has_left(someone))
    return offered if someone.staff is None else replace(offered, desk=desk_button(texts))


def desk_button(texts: Texts) -> str:
    """How the button reads that opens the desk."""
    return plain(texts("desk.menu_button"))


def _routes_of(someone: Someone) -> list[Route]:
    return [
        route
        for route in COMMANDS
        if may_use(someone, route) and (not _has_left(someone) or route.name in OF_WHOEVER_LEFT)
    ]


def _has_left(someone: Someone) -> bool:
    return someone.patient is not None and someone.patient.status in patients.LEFT


def menu_now(someone: Someone) -> OfferCommands:
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

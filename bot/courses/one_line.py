"""`/move` and `/series`: courses in one line, for those who type. They end in the same preview as the buttons."""

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session

from bot.courses import moving_forms, planning_forms
from bot.dialogues import typed_plans
from bot.dialogues.form import answered
from bot.dialogues.typed_plans import Move
from bot.filling import Filling, Procedure, begin
from bot.replies import Incoming, Reply, Say
from bot.team.patient_card import card
from bot.team.patients_named import patient_and_more
from bot.texts import locales, plain, texts_in
from jobs import due, reading
from jobs.refusals import Refusal
from storage import courses
from storage.chats import Someone
from storage.models import Course, CourseStatus, Patient

FORMS = {procedure.form.name: procedure for procedure in (*moving_forms.PROCEDURES, *planning_forms.PROCEDURES)}
LONGEST_SAID_BACK = 60


def move(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/move P-7KQ4 12 Mar`, the next one, `/move P-7KQ4 3 Mar to 12 Mar and later`; no day: the form, or the card."""
    patient, said = _patient(session, incoming, someone, "typed_plan.move_example")
    planned = [
        course
        for course in courses.courses_of(session, patient.team_id, patient.id)
        if course.status is CourseStatus.PLANNED
    ]
    if not planned:
        raise Refusal("typed_plan.nothing_planned", pseudonym=patient.pseudonym)
    if not said:
        if len(planned) == 1:
            return _begin(session, incoming, someone, FORMS["move_course"], planned[0].id, {})
        return [Say(card(session, patient, someone, incoming.now))]
    dates = _Dates(patient, incoming, someone)
    wanted = typed_plans.read_move(said, someone.chat.language, dates)
    if wanted is None:
        raise dates.no_such_day() or _not_read(incoming, someone, "typed_plan.move_example")
    course = _meant(patient, planned, wanted, due.local_date(patient.time_zone, incoming.now))
    later = {} if wanted.later is None else {"later": moving_forms.LATER if wanted.later else moving_forms.ONLY}
    given = {"start": wanted.new.isoformat(), **later}
    return _begin(session, incoming, someone, FORMS["move_course"], course.id, given)


def _meant(patient: Patient, planned: list[Course], wanted: Move, today: date) -> Course:
    """The course on the day that was said. Where none was, the next one: the preview says which that is."""
    if wanted.old is None:
        following = next((course for course in planned if course.planned_start >= today), planned[-1])
        if following.planned_start < today and len(planned) > 1:
            # All are over, or have begun: none of them is the next one.
            old, new = planned[0].planned_start, wanted.new
            raise Refusal("typed_plan.which", pseudonym=patient.pseudonym, count=len(planned), old=old, new=new)
        return following
    for course in planned:
        if course.planned_start <= wanted.old <= courses.last_day(course):
            return course
    first = planned[0].planned_start
    raise Refusal("typed_plan.none_there", pseudonym=patient.pseudonym, date=wanted.old, first=first)


def series(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/series P-7KQ4 every 4 weeks x 6 from 3 Mar 0.8 g/kg 1 day`; the form asks for what the line leaves out."""
    patient, said = _patient(session, incoming, someone, "typed_plan.series_example")
    dates = _Dates(patient, incoming, someone)
    given = typed_plans.read_series(said, someone.chat.language, dates)
    if given is None:
        raise dates.no_such_day() or _not_read(incoming, someone, "typed_plan.series_example")
    return _begin(session, incoming, someone, FORMS["plan_series"], patient.id, given)


def _patient(session: Session, incoming: Incoming, someone: Someone, example: str) -> tuple[Patient, str]:
    """Whom it is about, and the rest of the line."""
    if not incoming.text.strip():
        raise Refusal(example)
    return patient_and_more(session, incoming, someone)


class _Dates:
    """As the forms read them: by the patient's calendar, names in the reader's language first."""

    def __init__(self, patient: Patient, incoming: Incoming, someone: Someone) -> None:
        self._today, self._spoken = due.local_date(patient.time_zone, incoming.now), locales(someone.chat.language)
        self._tried: list[str] = []

    def __call__(self, text: str) -> date | None:
        self._tried.append(text)
        return reading.parse_date(text, self._today, self._spoken)

    def no_such_day(self) -> Refusal | None:
        """Where a part of a line that could not be read is a day that its month does not have."""
        for text in self._tried:
            last = reading.last_of_its_month(text, self._today, self._spoken)
            if last is not None:
                return Refusal("form.no_such_day", typed=text, last=last)
        return None


def _not_read(incoming: Incoming, someone: Someone, example: str) -> Refusal:
    texts, said = texts_in(someone.chat.language), incoming.text.strip()
    typed = said if len(said) <= LONGEST_SAID_BACK else f"{said[:LONGEST_SAID_BACK]}…"
    return Refusal("typed_plan.not_read", typed=typed, example=plain(texts(example)))


def _begin(
    session: Session,
    incoming: Incoming,
    someone: Someone,
    procedure: Procedure,
    subject: int,
    given: Mapping[str, str],
) -> list[Reply]:
    filling = Filling(session, incoming, someone, {"id": subject})
    state = answered(procedure.form, procedure.load(filling), given)
    return begin(procedure, filling, in_place=False, state=state)

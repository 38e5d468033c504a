"""What the forms about a patient and a course know, how they read what is typed, and what they say of it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.dialogues.form import Question, Values
from bot.dialogues.sure import sure_question
from bot.dialogues.typed_plans import UNIT
from bot.filling import Filling, living_patient
from bot.replies import Button, Screen
from bot.texts import DECIMALS_SHOWN, Html, Texts, locales
from jobs import doubts, due, infusion_reminder, outlook, reading, schedule
from jobs.doubts import Doubt
from jobs.refusals import Refusal
from jobs.shortfall import Amount, Shortfall
from storage import chats, courses, patients
from storage.models import Course, CourseStatus, Patient

USUAL_DOSES = (0.4, 0.8, 1.0, 2.0)
USUAL_DAYS = (1, 2, 3, 4, 5)
# With how many of the patient's courses a new one is compared.
LAST_ONES = 3
# Of any list of first days, so many are named.
MOST_STARTS_NAMED = 8
# A course so near to another is perhaps meant, and perhaps a slip.
NEAR = timedelta(days=3)
UNSAID = "unsaid"
_UNIT = re.compile(rf"\s*{UNIT}")


@dataclass(frozen=True)
class CourseFacts:
    """Whose courses, and which one; `today` is the patient's."""

    filling: Filling
    patient: Patient
    today: date
    known: list[Course]
    course: Course | None = None

    @property
    def the_course(self) -> Course:
        assert self.course is not None  # loaded by load_course
        return self.course

    @property
    def now(self) -> datetime:
        return self.filling.now

    @property
    def latest_given(self) -> date:
        return schedule.latest_given(self.patient, self.now)


def load_patient(filling: Filling) -> CourseFacts:
    return _facts(filling, living_patient(filling, filling.subject["id"]), None)


def load_course(filling: Filling, status: CourseStatus = CourseStatus.PLANNED) -> CourseFacts:
    """What is to be changed, with what follows from it: of one who has stopped, a course that is still to come."""
    facts = load_course_to_note(filling, status)
    schedule.check_can_be_changed(facts.patient, facts.the_course, facts.now)
    return facts


def load_course_to_note(filling: Filling, status: CourseStatus = CourseStatus.PLANNED) -> CourseFacts:
    """Of one who has stopped too: what was given before is noted, and they hear nothing of it."""
    course = courses.course_of_team(filling.session, filling.team.id, filling.subject["id"])
    patient = patients.patient_of_team(filling.session, filling.team.id, course.patient_id) if course else None
    if course is None or patient is None or course.status is not status:
        raise Refusal("refusal.gone")
    return _facts(filling, patient, course)


def _facts(filling: Filling, patient: Patient, course: Course | None) -> CourseFacts:
    today = due.local_date(patient.time_zone, filling.now)
    known = courses.courses_of(filling.session, patient.team_id, patient.id)
    return CourseFacts(filling, patient, today, known, course)


def read_date(value: str, facts: CourseFacts, _values: Values) -> str:
    return reading.day_said(value, facts.today, locales(facts.filling.someone.chat.language)).isoformat()


def read_count(value: str, check: Callable[[int], None]) -> int:
    """How many, as `check` lets them be: what is no whole number is none at all."""
    number = int(value) if value.strip().isdecimal() else 0
    check(number)
    return number


def _read_days(value: str, *_: object) -> int:
    return read_count(value, schedule.check_days)


def _read_dose(value: str, *_: object) -> float:
    """In g/kg a day: `0.8`, `0,8`, `0.8 g/kg a day`."""
    said = value.strip().lower()
    unit = _UNIT.search(said)
    dose = reading.parse_number(said[: unit.start()] if unit is not None and unit.end() == len(said) else said)
    if dose is None or dose != round(dose, DECIMALS_SHOWN):
        raise Refusal("form.dose_unknown", typed=value)
    schedule.check_dose(dose)
    return dose


def _dose_choices(texts: Texts, facts: CourseFacts, _values: Values) -> list[tuple[str, str]]:
    last = facts.course or (facts.known[-1] if facts.known else None)
    doses = dict.fromkeys([*([last.grams_per_kg_per_day] if last else []), *USUAL_DOSES])
    return [(texts("form.dose_button", dose=dose), f"{dose:g}") for dose in doses]


def _days_choices(texts: Texts, *_: object) -> list[tuple[str, str]]:
    return [(texts.plural("form.days_button", days), str(days)) for days in USUAL_DAYS]


def dose_in_words(days: int, dose: float, texts: Texts) -> Html:
    """`0.8 g/kg a day, 1.6 g/kg a course`: what a course of so many days comes to, so that a slip is seen."""
    if days == 1:
        return texts("plan.dose_a_day", dose=dose)
    return texts("plan.dose_a_course", dose=dose, total=round(days * dose, DECIMALS_SHOWN))


def so_far(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    """`P-7KQ4, from Thu 16 Apr 2026, 2 days, 0.8 g/kg a day, 1.6 g/kg a course`: what is known so far."""
    parts = [texts("plan.of", pseudonym=facts.patient.pseudonym)]
    parts += [texts("plan.from", date=date.fromisoformat(values["start"]))] if "start" in values else []
    parts += [texts.plural("days", values["days"])] if "days" in values else []
    # The days are asked before the dose.
    parts += [dose_in_words(values["days"], values["dose"], texts)] if "dose" in values else []
    return Html(", ".join(parts))


DAYS = Question(
    "days",
    lambda texts, facts, values: texts("plan.days", so_far=so_far(texts, facts, values)),
    _read_days,
    _days_choices,
    width=3,
)
DOSE = Question(
    "dose",
    lambda texts, facts, values: texts("plan.dose", so_far=so_far(texts, facts, values)),
    _read_dose,
    _dose_choices,
    width=3,
)


def _doubt(facts: CourseFacts, values: Values) -> Doubt | None:
    """Beside the patient's latest courses; of one that was given, beside its plan: less than that is said anyway."""
    new = Amount(values["days"], values["dose"])
    if facts.course is None:
        return doubts.doubt_of_course(new, [_planned_amount(course) for course in facts.known[-LAST_ONES:]])
    planned = _planned_amount(facts.course)
    return doubts.doubt_of_course(new, [planned]) if new.total > planned.total else None


def _planned_amount(course: Course) -> Amount:
    return Amount(course.planned_days, courses.planned_dose(course))


SURE = sure_question(_doubt)


def back_to_patient(facts: CourseFacts, text: Html, texts: Texts, *more: Button) -> Screen:
    """What was done, what else can be done about it, and the way back to the patient."""
    back = Button(texts("course.button.patient", pseudonym=facts.patient.pseudonym), f"pt:{facts.patient.id}")
    return Screen(text, (*((button,) for button in more), (back,)))


def told(facts: CourseFacts, texts: Texts, key: str = "told.yes") -> Html:
    """Whether the patient of the form will hear of the change."""
    return told_to(facts.filling.session, facts.patient, texts, key)


def told_to(session: Session, patient: Patient, texts: Texts, key: str) -> Html:
    """Whether the patient will hear of a change from the bot; `key` says what of, where nothing is in the way."""
    if patients.has_stopped(patient):
        return texts("told.ended")
    if patient.chat_id is None:
        return texts("told.not_joined")
    chat = chats.chat_by_id(session, patient.chat_id)
    return texts(key) if chat.unreachable_since is None else texts("told.unreachable")


def no_reminders(facts: CourseFacts, texts: Texts) -> Html | None:
    """Why none is sent of any course, where that is so."""
    if patients.has_stopped(facts.patient):
        return texts("reminders.ended")
    return None if infusion_reminder.leads_of(facts.filling.session, facts.patient) else texts("reminders.off")


def reminders(facts: CourseFacts, texts: Texts, starts: Sequence[date]) -> Html:
    """What becomes of the reminders of courses that begin on these days."""
    session, patient = facts.filling.session, facts.patient
    none = no_reminders(facts, texts)
    if none is not None:
        return none
    without = [start for start in starts if not outlook.is_reminder_left(session, patient, start, facts.now)]
    if not without:
        return texts("reminders.follow")
    return texts("reminders.none_left") if len(without) == len(starts) else texts("reminders.some", date=without[0])


def days_in_words(days: Sequence[date], texts: Texts) -> Html:
    """`Fri 6 Mar 2026, Fri 3 Apr 2026`; of many the first, how many more, and the last."""
    named, more = Html(", ".join(texts.day(day) for day in days[:MOST_STARTS_NAMED])), len(days) - MOST_STARTS_NAMED
    return texts.plural("course.and_more", more, dates=named, last=days[-1]) if more > 0 else named


def reason_words(code: str | None, texts: Texts) -> Html:
    """Why a course was cancelled; None where nobody said."""
    return texts(f"cancel_reason.{code or UNSAID}")


def shortfall_words(found: Shortfall | None, texts: Texts) -> Html:
    """` In part: 1 of 2 days.` Empty where there is none."""
    return Html("") if found is None else texts("in_part", of=shortfall_parts(found, texts))


def shortfall_parts(found: Shortfall, texts: Texts) -> Html:
    """`1 of 2 days, 0.4 instead of 0.8 g/kg a day`."""
    said, planned, given = [], found.planned, found.given
    if given.days < planned.days:
        said.append(texts.plural("in_part.days", planned.days, given=given.days))
    if given.dose < planned.dose:
        said.append(texts("in_part.dose", given=given.dose, planned=planned.dose))
    return Html(", ".join(said))


def near(facts: CourseFacts, texts: Texts, spans: Sequence[tuple[date, date]]) -> Html:
    """A word on the first of these spans of days that is close to another course; nothing where none is."""
    others = [course for course in facts.known if course is not facts.course]
    for start, end in spans:
        found = outlook.nearest(others, start, end, NEAR)
        if found is not None:
            course, days = found
            return Html(texts.plural("plan.near", days, date=courses.first_day(course)) + "\n\n")
    return Html("")

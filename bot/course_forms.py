"""The coordinator's forms about courses: plan one or a series, move, confirm as given, cancel."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.dialogues.calendar import Days
from bot.dialogues.form import Form, Question, Values
from bot.filling import Filling, Procedure
from bot.replies import Button, Screen
from bot.texts import DECIMALS_SHOWN, Html, Texts, texts_in
from jobs import due, reading, schedule
from jobs.refusals import Refusal
from jobs.schedule import CoursePlan
from storage import audit, chats, courses, patients
from storage.models import Course, CourseStatus, Patient

USUAL_DOSES = (0.4, 0.8, 1.0, 2.0)
USUAL_DAYS = (1, 2, 3, 4, 5)
USUAL_WEEKS = (2, 3, 4, 6, 8)
USUAL_TIMES = (3, 6, 9, 12)
USUAL_SHIFTS = (-7, -1, 1, 7)


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
        assert self.course is not None  # loaded by _load_course
        return self.course

    @property
    def actor(self) -> str:
        return audit.staff_actor(self.filling.someone.the_staff.id)


def load_patient(filling: Filling) -> CourseFacts:
    patient = patients.patient_of_team(filling.session, filling.someone.the_team.id, filling.subject["id"])
    if patient is None:
        raise Refusal("refusal.gone")
    return _facts(filling, patient, None)


def _load_course(filling: Filling) -> CourseFacts:
    course = courses.course_of_team(filling.session, filling.someone.the_team.id, filling.subject["id"])
    patient = patients.patient_of_team(filling.session, course.team_id, course.patient_id) if course else None
    if course is None or patient is None or course.status is not CourseStatus.PLANNED:
        raise Refusal("refusal.gone")
    return _facts(filling, patient, course)


def _course_version(facts: CourseFacts) -> int:
    return facts.the_course.revision


def _facts(filling: Filling, patient: Patient, course: Course | None) -> CourseFacts:
    today = due.local_date(patient.time_zone, filling.incoming.now)
    known = courses.courses_of(filling.session, patient.team_id, patient.id)
    return CourseFacts(filling, patient, today, known, course)


def _read_date(value: str, facts: CourseFacts, _values: Values) -> str:
    day = reading.parse_date(value, facts.today)
    if day is None:
        raise Refusal("form.date_unknown", typed=value)
    return day.isoformat()


def _read_days(value: str, *_: object) -> int:
    return _whole_number(value, 1, schedule.LONGEST_COURSE, "refusal.course_days")


def _whole_number(value: str, least: int, most: int, refusal: str) -> int:
    if not value.strip().isdecimal() or not least <= int(value) <= most:
        raise Refusal(refusal, most=most)
    return int(value)


def _read_dose(value: str, *_: object) -> float:
    """In g/kg a day: `0.8`, `0,8`, `0.8 g/kg`."""
    number = value.strip().lower().removesuffix("g/kg/day").removesuffix("g/kg").strip().replace(",", ".")
    try:
        dose = float(number)
    except ValueError:
        raise Refusal("form.dose_unknown", typed=value) from None
    if not 0 < dose <= schedule.LARGEST_DOSE:
        raise Refusal("refusal.dose", most=schedule.LARGEST_DOSE)
    if dose != round(dose, DECIMALS_SHOWN):
        raise Refusal("form.dose_unknown", typed=value)
    return dose


def _dose_choices(texts: Texts, facts: CourseFacts, _values: Values) -> list[tuple[str, str]]:
    last = facts.course or (facts.known[-1] if facts.known else None)
    doses = dict.fromkeys([*([last.grams_per_kg_per_day] if last else []), *USUAL_DOSES])
    return [(texts("form.dose_button", dose=dose), f"{dose:g}") for dose in doses]


def _days_choices(texts: Texts, *_: object) -> list[tuple[str, str]]:
    return [(texts.plural("form.days_button", days), str(days)) for days in USUAL_DAYS]


def _plan_of(values: Values) -> CoursePlan:
    return CoursePlan(date.fromisoformat(values["start"]), values["days"], values["dose"])


def _plans_of(values: Values) -> list[CoursePlan]:
    return schedule.series(_plan_of(values), values.get("every", 1), values.get("times", 1))


def _check_plan(facts: CourseFacts, values: Values) -> None:
    """As soon as an answer makes the plan impossible, not only at the end."""
    so_far = {"days": 1, "dose": USUAL_DOSES[0], **values}
    if "times" in values and "every" not in values:
        return
    schedule.check_plans(facts.filling.session, facts.patient, _plans_of(so_far), facts.today)


def _preview_plan(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    plans = _plans_of(values)
    dates = Html("\n".join(texts("plan.line", date=plan.start) for plan in plans))
    return texts.plural(
        "plan.preview",
        len(plans),
        pseudonym=facts.patient.pseudonym,
        dates=dates,
        days=texts.plural("days", values["days"]),
        dose=values["dose"],
    )


def _apply_plan(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    now = filling.incoming.now
    made = schedule.plan_courses(filling.session, facts.actor, facts.patient, _plans_of(values), now)
    texts = texts_in(filling.someone.chat.language)
    done = texts.plural("plan.done", len(made), pseudonym=facts.patient.pseudonym, date=made[0].planned_start)
    return back_to_patient(facts, done, texts)


def back_to_patient(facts: CourseFacts, text: Html, texts: Texts) -> Screen:
    """What was done, and the way back to the patient."""
    back = Button(texts("course.button.patient", pseudonym=facts.patient.pseudonym), f"pt:{facts.patient.id}")
    return Screen(text, ((back,),))


def _shift_choices(texts: Texts, facts: CourseFacts, _values: Values) -> list[tuple[str, str]]:
    planned = facts.the_course.planned_start
    days = [(shift, planned + timedelta(days=shift)) for shift in USUAL_SHIFTS]
    return [
        (texts.plural("move_course.later" if shift > 0 else "move_course.earlier", abs(shift)), day.isoformat())
        for shift, day in days
        if day >= facts.today
    ]


def _check_move(facts: CourseFacts, values: Values) -> None:
    start = date.fromisoformat(values["start"])
    schedule.check_move(facts.filling.session, facts.patient, facts.the_course, start, facts.today)


def _preview_move(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    old, new = facts.the_course.planned_start, date.fromisoformat(values["start"])
    told = _told(facts, texts)
    return texts("move_course.preview", pseudonym=facts.patient.pseudonym, old=old, new=new, told=told)


def _apply_move(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    texts, old, new = texts_in(filling.someone.chat.language), facts.the_course.planned_start, values["start"]
    new = date.fromisoformat(new)
    schedule.move_course(filling.session, facts.actor, facts.patient, facts.the_course, new, filling.incoming.now)
    return back_to_patient(facts, _moved(facts, old, new, texts), texts)


def _moved(facts: CourseFacts, old: date, new: date, texts: Texts) -> Html:
    name, told = facts.patient.pseudonym, _told(facts, texts)
    return texts("move_course.done", pseudonym=name, old=old, new=new, told=told)


def _told(facts: CourseFacts, texts: Texts) -> Html:
    """Whether the patient will hear of it from the bot."""
    if facts.patient.chat_id is None:
        return texts("told.not_joined")
    chat = chats.chat_by_id(facts.filling.session, facts.patient.chat_id)
    return texts("told.yes") if chat.unreachable_since is None else texts("told.unreachable")


def _check_given(facts: CourseFacts, values: Values) -> None:
    start = date.fromisoformat(values["start"])
    days, dose = values.get("days", 1), values.get("dose", USUAL_DOSES[0])
    schedule.check_given(facts.filling.session, facts.patient, facts.the_course, start, days, dose, facts.today)


def _days_it_may_have_been_given(facts: CourseFacts) -> Days:
    planned = min(facts.today, facts.the_course.planned_start)
    return Days(planned - schedule.FARTHEST_BACK, planned, last=facts.today)


def _given_dates(texts: Texts, facts: CourseFacts, _values: Values) -> list[tuple[str, str]]:
    planned = facts.the_course.planned_start
    return [(texts("give_course.as_planned", date=planned), planned.isoformat())] if planned <= facts.today else []


def _preview_given(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    return texts("give_course.preview", **_given_values(texts, facts, values))


def _given_values(texts: Texts, facts: CourseFacts, values: Values) -> dict[str, object]:
    return {
        "pseudonym": facts.patient.pseudonym,
        "date": date.fromisoformat(values["start"]),
        "days": texts.plural("days", values["days"]),
        "dose": values["dose"],
    }


def _apply_given(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    start = date.fromisoformat(values["start"])
    schedule.mark_given(
        filling.session,
        facts.actor,
        facts.patient,
        facts.the_course,
        start,
        values["days"],
        values["dose"],
        filling.incoming.now,
    )
    texts = texts_in(filling.someone.chat.language)
    return back_to_patient(facts, texts("give_course.done", **_given_values(texts, facts, values)), texts)


def _preview_cancel(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    name, told = facts.patient.pseudonym, _told(facts, texts)
    return texts("cancel_course.preview", pseudonym=name, date=facts.the_course.planned_start, told=told)


def _apply_cancel(filling: Filling, facts: CourseFacts, _values: Values) -> Screen:
    schedule.cancel_course(filling.session, facts.actor, facts.patient, facts.the_course, filling.incoming.now)
    texts = texts_in(filling.someone.chat.language)
    name, told = facts.patient.pseudonym, _told(facts, texts)
    done = texts("cancel_course.done", pseudonym=name, date=facts.the_course.planned_start, told=told)
    return back_to_patient(facts, done, texts)


START = Question(
    "start",
    lambda texts, facts, _: texts("plan.start", pseudonym=facts.patient.pseudonym),
    _read_date,
    calendar=lambda facts, _: Days(facts.today, facts.today),
)
DAYS = Question("days", lambda texts, *_: texts("plan.days"), _read_days, _days_choices, width=3)
DOSE = Question("dose", lambda texts, *_: texts("plan.dose"), _read_dose, _dose_choices, width=3)
EVERY = Question(
    "every",
    lambda texts, *_: texts("plan.every"),
    lambda value, *_: _whole_number(value, 1, 26, "refusal.series_every"),
    lambda texts, *_: [(texts.plural("plan.every_button", weeks), str(weeks)) for weeks in USUAL_WEEKS],
    width=2,
)
TIMES = Question(
    "times",
    lambda texts, *_: texts("plan.times"),
    lambda value, *_: _whole_number(value, 1, schedule.LARGEST_SERIES, "refusal.series_times"),
    lambda texts, *_: [(str(times), str(times)) for times in USUAL_TIMES],
)
MOVE_TO = Question(
    "start",
    lambda texts, facts, _: texts(
        "move_course.question", pseudonym=facts.patient.pseudonym, date=facts.the_course.planned_start
    ),
    _read_date,
    _shift_choices,
    width=2,
    calendar=lambda facts, _: Days(facts.today, max(facts.today, facts.the_course.planned_start)),
)
GIVEN_ON = Question(
    "start",
    lambda texts, facts, _: texts("give_course.question", pseudonym=facts.patient.pseudonym),
    _read_date,
    _given_dates,
    width=1,
    calendar=lambda facts, _: _days_it_may_have_been_given(facts),
)

PROCEDURES = (
    Procedure(Form("plan_course", (START, DAYS, DOSE), _preview_plan, _check_plan), load_patient, _apply_plan),
    Procedure(
        Form("plan_series", (START, DAYS, DOSE, EVERY, TIMES), _preview_plan, _check_plan), load_patient, _apply_plan
    ),
    Procedure(Form("move_course", (MOVE_TO,), _preview_move, _check_move), _load_course, _apply_move, _course_version),
    Procedure(
        Form("give_course", (GIVEN_ON, DAYS, DOSE), _preview_given, _check_given),
        _load_course,
        _apply_given,
        _course_version,
    ),
    Procedure(Form("cancel_course", (), _preview_cancel), _load_course, _apply_cancel, _course_version),
)

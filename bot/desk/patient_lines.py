"""What a patient's page says beside the chart: courses, measurements, schedule; with the chat's buttons to each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.courses.course_facts import UNSAID, dose_in_words, shortfall_words
from bot.desk.visits import Visit
from bot.dialogues.wording import name_of
from bot.measuring.measurement_commands import SHOWN, entering, entries_of
from bot.measuring.measurement_words import row_words
from bot.replies import Button
from bot.team import asking_forms, schedule_forms
from bot.team.patient_card import PLANNING, SETTINGS, forms_of, inviting, opening
from bot.texts import Html, Texts
from jobs import as_given, infusion_reminder, schedule
from jobs.desk.course_calendar import Kind, kind_of
from storage import attendance, courses, patients, questions
from storage.models import Course, CourseStatus, Patient


@dataclass(frozen=True)
class CourseLine:
    """`number`: as the chart has it; None of a cancelled one. `kind`: how it stands, as the calendar calls it."""

    number: int | None
    days: Html
    dose: Html
    kind: Html
    buttons: tuple[Button, ...]
    is_over: bool


@dataclass(frozen=True)
class Setting:
    """What is set, and the button that changes it."""

    button: Button
    value: Html


def course_lines(visit: Visit, patient: Patient, today: date) -> list[CourseLine]:
    """By their first day."""
    texts = visit.texts
    known = courses.all_courses_of(visit.session, patient.team_id, patient.id)
    kept = [course for course in known if course.status is not CourseStatus.CANCELLED]
    numbers = {course.id: number for number, course in enumerate(kept, 1)}
    said = attendance.said_of_planned(visit.session, patient.team_id, {patient.id})
    shown = [course for course in known if not schedule.is_dropped(patient, course, visit.now)]
    forms: dict[int, tuple[str, ...]] = {}
    if visit.coordinates:
        lately = schedule.given_lately(visit.session, patient, visit.now)
        forms = {course.id: forms_of(course, patient, lately, visit.now) for course in shown}
    return [
        CourseLine(
            number=numbers.get(course.id),
            days=_days(course, texts),
            dose=_dose(course, texts),
            kind=_kind(course, today, said, texts),
            buttons=tuple(opening(form, course.id, texts) for form in forms.get(course.id, ())),
            is_over=course.status is not CourseStatus.PLANNED,
        )
        for course in shown
    ]


def past_in_words(past: Sequence[CourseLine], texts: Texts) -> Html:
    """How many have been, and how many never were: cancelled, or planned by mistake."""
    been = sum(line.number is not None for line in past)
    if not been:
        return texts.plural("desk.patient.none_past", len(past))
    said = texts.plural("desk.patient.past", been)
    never = len(past) - been
    return Html(f"{said}, {texts.plural('desk.patient.past_cancelled', never)}") if never else said


def _days(course: Course, texts: Texts) -> Html:
    first, last = courses.first_day(course), courses.last_day(course)
    return texts("chart.span", first=first, last=last) if last > first else Html(texts.day(first))


def _dose(course: Course, texts: Texts) -> Html:
    days = (courses.last_day(course) - courses.first_day(course)).days + 1
    dose = dose_in_words(days, course.grams_per_kg_per_day, texts)
    named = texts("chart.regimen", name=course.regimen) if course.regimen else None
    part = shortfall_words(as_given.in_part(course), texts)
    return Html(f"{named}, {dose}{part}" if named else f"{dose}{part}")


def _kind(course: Course, today: date, said: Mapping[int, bool], texts: Texts) -> Html:
    kind = kind_of(course, today, said)
    if kind is Kind.CANCELLED:
        because = texts(f"cancel_reason.{course.cancelled_because or UNSAID}")
        return texts("desk.patient.cancelled", reason=because)
    return texts(f"desk.calendar.kind.{kind}")


def measured_lines(visit: Visit, patient: Patient) -> list[Html]:
    """What was entered last, the newest first: what the chat's list has."""
    return [row_words(row, visit.texts) for row in entries_of(visit.session, patient)[:SHOWN]]


def measuring_buttons(visit: Visit, patient: Patient) -> tuple[Button, ...]:
    if patient.status in patients.LEFT:
        return ()
    listed = Button(visit.texts("measure.button.entered"), f"me:below:{patient.id}")
    return (*entering(patient, visit.texts), listed)


def settings(visit: Visit, patient: Patient, today: date) -> list[Setting]:
    """What a coordinator has set for this patient, each with its button."""
    texts = visit.texts
    asked = questions.asked_on(visit.session, patient.team_id, patient.id, today)
    values = {
        "prompt_time": Html(texts.time(patient.prompt_time)),
        "time_zone": Html(texts.show(patient.time_zone)),
        "days_off": asking_forms.days_in_words(patient.days_off, texts) if patient.days_off else Html("–"),
        "follow_up": texts("desk.patient.yes" if patient.follow_up else "desk.patient.no"),
        "leads": schedule_forms.leads_in_words(infusion_reminder.leads_of(visit.session, patient), texts),
        "patient_items": Html(texts.show(", ".join(name_of(each, texts) for each in asked))),
        "label": Html(texts.show(patient.label or "–")),
    }
    return [Setting(opening(form, patient.id, texts), values[form]) for form in SETTINGS]


def planning_buttons(visit: Visit, patient: Patient) -> tuple[Button, ...]:
    made = (opening(form, patient.id, visit.texts) for form in PLANNING)
    return (*made, *inviting(patient, visit.texts))

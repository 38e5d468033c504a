"""Days with more patients than infusion chairs: marked where a day is chosen, a word in the preview, and no refusal."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from bot.courses.course_facts import CourseFacts
from bot.dialogues.calendar import Days
from bot.texts import Html, Texts
from jobs import chairs, outlook

MOST_SHOWN = 3


def days_to_begin_on(facts: CourseFacts, shown: date) -> Days:
    """From today on, beginning with the month of `shown`."""
    session, team, patient_id = facts.filling.session, facts.filling.team, facts.patient.id
    return Days(
        facts.today,
        shown,
        marked=outlook.days_with_a_course(facts.known),
        full=partial(chairs.without_room, session, team, patient_id),
    )


def crowded(facts: CourseFacts, texts: Texts, spans: Sequence[tuple[date, date]]) -> Html:
    """A paragraph of its own on the days of these courses that would be over; nothing where none is."""
    team = facts.filling.team
    found = chairs.too_many_with(facts.filling.session, team, facts.patient.id, spans)
    if not found or team.chairs is None:
        return Html("")
    shown = [
        str(texts.plural("plan.crowded_day", team.chairs, date=day, taken=taken))
        for day, taken in list(found.items())[:MOST_SHOWN]
    ]
    days, more = Html(", ".join(shown)), len(found) - len(shown)
    if more:
        days = texts.plural("plan.crowded_more", more, days=days)
    return Html(texts("plan.crowded", days=days) + "\n\n")

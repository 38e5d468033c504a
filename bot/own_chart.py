"""A patient's own picture, of the last twelve weeks: what they said, and nothing about what it means."""

from datetime import timedelta

from bot.greetings import telephone
from bot.pages import ITEMS, chart_texts
from bot.pictures import Asked, Drawn, database_at
from bot.texts import Html, Texts, plain, texts_in
from jobs import record
from jobs.chart import own_chart
from jobs.chart.facts import DiaryDay, OwnChartFacts
from jobs.record import Record
from storage import patients, teams

WEEKS = 12
DAYS_IN_WORDS = 7
NO_ANSWER = "–"


def drawn(asked: Asked) -> Drawn:
    """LookupError for a patient who is gone."""
    with database_at(asked.database).reading() as session:
        patient = patients.patient_of_team(session, asked.team_id, asked.patient_id or 0)
        if patient is None:
            raise LookupError("the patient is gone")
        kept, team = record.read(session, patient, asked.now), teams.team_by_id(session, patient.team_id)
    texts = texts_in(asked.language)
    shown = facts(kept, texts)
    caption = texts("own_chart.caption", lines=_last_days(shown, texts), phone=telephone(team, texts))
    return Drawn(own_chart(shown), caption)


def _last_days(shown: OwnChartFacts, texts: Texts) -> Html:
    """In words what the picture ends with: whoever cannot see it hears it."""
    days = [shown.today - timedelta(days=back) for back in reversed(range(DAYS_IN_WORDS))]
    lines = []
    for number, item in enumerate(shown.items):
        scores = shown.scores(number)
        values = ", ".join(NO_ANSWER if (score := scores.get(day)) is None else f"{score:.0f}" for day in days)
        lines.append(texts("own_chart.line", item=item, values=values))
    return Html("\n".join(lines))


def facts(kept: Record, texts: Texts) -> OwnChartFacts:
    """Twelve weeks up to today; of a younger diary, from its beginning, but two weeks at least."""
    first = max(kept.today - timedelta(weeks=WEEKS) + timedelta(days=1), kept.diary_from)
    return OwnChartFacts(
        title=plain(texts("own_chart.title")),
        items=tuple(plain(texts(f"item.{item.value}")) for item in ITEMS),
        first=min(first, kept.today - timedelta(days=13)),
        today=kept.today,
        diary_from=kept.diary_from,
        days=tuple(
            DiaryDay(entry.day, tuple(entry.values.get(item) for item in ITEMS), entry.late) for entry in kept.entries
        ),
        not_asked=kept.not_asked,
        courses=kept.courses,
        infusion=plain(texts("own_chart.infusion")),
        planned=plain(texts("own_chart.planned")),
        no_answer=plain(texts("own_chart.no_answer")),
        texts=chart_texts(texts),
    )

"""A patient's own picture, of twelve weeks at most: what they said, and nothing about what it means."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.dialogues.wording import anchors_of, name_of
from bot.drawing.asked import Asked, Drawn, PatientGoneError, database_at
from bot.drawing.pages import chart_texts
from bot.greetings import telephone
from bot.texts import Html, Texts, plain, texts_in
from jobs import record
from jobs.chart import own_chart
from jobs.chart.facts import DiaryDay, OwnChartFacts
from jobs.record import Record
from storage import patients, teams
from storage.questions import STANDARD, DiaryQuestion

WEEKS = 12
DAYS_IN_WORDS = 7
NO_ANSWER = "–"


def drawn(asked: Asked) -> Drawn:
    """PatientGoneError for a patient who is gone."""
    with database_at(asked.database).reading() as session:
        patient = patients.patient_of_team(session, asked.team_id, asked.patient_id or 0)
        if patient is None:
            raise PatientGoneError
        kept, team = record.read(session, patient, asked.now), teams.team_by_id(session, patient.team_id)
    texts = texts_in(asked.language)
    days, shown = _last_days(kept), facts(kept, texts)
    caption = texts(
        "own_chart.caption",
        since=_since(kept),
        infusions=texts("own_chart.infusions") if shown.courses_seen else Html(""),
        days=texts.plural("own_chart.days", len(days)),
        lines=_in_words(kept, days, texts),
        phone=telephone(team, texts),
    )
    return Drawn(own_chart(shown), caption)


def _last_days(kept: Record) -> list[date]:
    """Up to today; none before the diary began."""
    days = (kept.today - timedelta(days=back) for back in reversed(range(DAYS_IN_WORDS)))
    return [day for day in days if day >= _since(kept)]


def _in_words(kept: Record, days: Sequence[date], texts: Texts) -> Html:
    """In words what the picture ends with, and what has no place on its scale: whoever cannot see it hears it."""
    values = {entry.day: entry.values for entry in kept.entries}
    lines = []
    for asked in _answered_since(kept, _since(kept)):
        scores = [values.get(day, {}).get(asked.key) for day in days]
        said = ", ".join(NO_ANSWER if score is None else f"{score:.0f}" for score in scores)
        # Of a team's own question a higher number may be better.
        key = "own_chart.line_of_team" if asked.wording else "own_chart.line"
        anchors = anchors_of(asked, texts) if asked.wording else Html("")
        lines.append(texts(key, item=name_of(asked, texts), anchors=anchors, values=said))
    return Html("\n".join(lines))


def _answered_since(kept: Record, first: date) -> list[DiaryQuestion]:
    """The four, and what else was answered from that day on."""
    answered = {key for entry in kept.entries if entry.day >= first for key in entry.values}
    return [*STANDARD, *(asked for asked in kept.further if asked.key in answered)]


def _since(kept: Record) -> date:
    """Of twelve weeks up to today what there is: a younger diary from its beginning."""
    return max(kept.today - timedelta(weeks=WEEKS) + timedelta(days=1), kept.diary_from)


def facts(kept: Record, texts: Texts) -> OwnChartFacts:
    return OwnChartFacts(
        title=plain(texts("own_chart.title", since=_since(kept))),
        items=tuple(name_of(asked, texts) for asked in STANDARD),
        first=_since(kept),
        today=kept.today,
        diary_from=kept.diary_from,
        days=tuple(
            DiaryDay(entry.day, tuple(entry.values.get(asked.key) for asked in STANDARD), entry.late)
            for entry in kept.entries
        ),
        not_asked=kept.not_asked,
        courses=kept.courses,
        infusion=plain(texts("own_chart.infusion")),
        planned=plain(texts("own_chart.planned")),
        no_answer=plain(texts("own_chart.no_answer")),
        texts=chart_texts(texts),
    )

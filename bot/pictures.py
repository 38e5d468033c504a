"""What the worker process makes: pictures with their captions. It alone imports what computes and draws them.

Reading a team's diaries, the analysis and matplotlib take time and memory; the process that answers patients has
neither to spare.
"""

import html
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.texts import Html, Texts, plain, texts_in
from jobs import due, record
from jobs.record import Record
from storage import patients, teams
from storage.database import Database
from storage.models import DrawingKind, PatientStatus

if TYPE_CHECKING:
    from bot.pages import Answered

LONGEST_CAPTION = 1024


@dataclass(frozen=True)
class Asked:
    """The team's page, or with `patient_id` one patient's, as it stands at `now`; or what that patient asked for.

    `database`: its URL, with its password, since the worker reads for itself.
    """

    database: str = field(repr=False)
    team_id: int
    patient_id: int | None
    language: str
    now: datetime
    kind: DrawingKind = DrawingKind.PAGE


@dataclass(frozen=True)
class Drawn:
    """A PNG or a zip with its caption; without either, words alone."""

    png: bytes | None
    caption: Html
    archive: bytes | None = None


def draw(asked: Asked) -> Drawn:
    """Reads, computes and draws. LookupError for a patient who is gone."""
    if asked.kind is DrawingKind.OWN_COPY:
        from bot.own_copy import made  # noqa: PLC0415

        return made(asked)
    if asked.kind is DrawingKind.OWN_CHART:
        from bot.own_chart import drawn  # noqa: PLC0415

        return drawn(asked)
    if asked.kind in {DrawingKind.EXPORT_TABLES, DrawingKind.EXPORT_BUNDLES}:
        from bot.research_copy import made as export_made  # noqa: PLC0415

        return export_made(asked)
    return team_chart(asked) if asked.patient_id is None else patient_chart(asked)


def patient_chart(asked: Asked) -> Drawn:
    """One patient's page, and its finding as the caption."""
    with database_at(asked.database).reading() as session:
        patient = patients.patient_of_team(session, asked.team_id, asked.patient_id or 0)
        if patient is None:
            raise LookupError("the patient is gone")
        kept = record.read(session, patient, asked.now)
    return patient_drawn(kept, texts_in(asked.language))


def team_chart(asked: Asked) -> Drawn:
    """The team's page, and a line for as many patients as a caption holds."""
    with database_at(asked.database).reading() as session:
        team = teams.team_by_id(session, asked.team_id)
        kept = [
            record.read(session, patient, asked.now)
            for patient in patients.patients_of(session, team.id)
            if patient.status is not PatientStatus.INVITED
        ]
        name, today = team.name, due.local_date(team.time_zone, asked.now)
    return team_drawn(name, today, kept, texts_in(asked.language))


def patient_drawn(kept: Record, texts: Texts) -> Drawn:
    from bot.pages import Answered, answered_words, flag, further_words, next_course_words, patient_facts  # noqa: PLC0415
    from jobs.chart import patient_chart as drawn  # noqa: PLC0415

    answered = Answered(kept, texts)
    flagged = html.escape(flag(answered))
    values = {
        "pseudonym": kept.pseudonym,
        "verdict": answered.headline,
        "sentence": answered.explanation,
        "state": Html(f"<b>{flagged}</b>{texts('chart.separator')}") if flagged else Html(""),
        "answered": answered_words(kept, texts),
        "next": next_course_words(kept, texts),
        "footer": texts("finding.footer_short"),
    }
    caption = texts("chart.caption", further=further_words(kept, texts), **values)
    if _length(caption) > LONGEST_CAPTION:
        caption = texts("chart.caption", further=Html(""), **values)
    return Drawn(drawn(patient_facts(answered)), _short(caption))


def team_drawn(name: str, today: date, kept: list[Record], texts: Texts) -> Drawn:
    from bot.pages import Answered, by_who_needs_a_look, team_facts  # noqa: PLC0415
    from jobs.chart import team_chart as drawn  # noqa: PLC0415

    team = by_who_needs_a_look([Answered(each, texts) for each in kept])
    heading = texts.plural("summary.heading", len(team), team=name, date=today)
    if not team:
        return Drawn(None, Html(f"{heading}\n\n{texts('summary.nobody')}"))
    facts = team_facts(plain(texts("summary.title", team=name)), team, today, texts)
    return Drawn(drawn(facts), _as_many_as_fit(heading, [_summary_line(each) for each in team], texts))


@lru_cache(maxsize=2)
def database_at(url: str) -> Database:
    return Database(url)


def _summary_line(each: "Answered") -> Html:
    from bot.pages import answered_words, counts_words, flag, next_course_words, verdict_words  # noqa: PLC0415

    values = {
        "pseudonym": each.kept.pseudonym,
        "verdict": verdict_words(each),
        "counts": counts_words(each),
        "next": next_course_words(each.kept, each.texts),
    }
    if flagged := flag(each):
        return each.texts("summary.line_flagged", flag=flagged, **values)
    return each.texts("summary.line", answered=answered_words(each.kept, each.texts), **values)


def _as_many_as_fit(heading: Html, lines: list[Html], texts: Texts) -> Html:
    shown: list[Html] = []
    for position, line in enumerate(lines):
        more = len(lines) - position - 1
        rest = texts.plural("summary.more", more) if more else Html("")
        whole = "\n\n".join([heading, *shown, line, *([rest] if rest else [])])
        if _length(whole) > LONGEST_CAPTION:
            return Html("\n\n".join([heading, *shown, texts.plural("summary.more", more + 1)]))
        shown.append(line)
    return Html("\n\n".join([heading, *shown]))


def _short(caption: Html) -> Html:
    """Names given by hand may be long: then a caption loses its end, at a whole line."""
    lines = caption.split("\n")
    while len(lines) > 1 and _length("\n".join(lines)) > LONGEST_CAPTION:
        lines.pop()
    return Html("\n".join(lines)) if _length("\n".join(lines)) <= LONGEST_CAPTION else Html("")


def _length(text: str) -> int:
    # Markup does not count towards Telegram's limit, so this errs on the safe side.
    return len(text.encode("utf-16-le")) // 2

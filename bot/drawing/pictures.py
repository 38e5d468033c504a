"""What the worker process makes: pictures with their captions. It alone imports what computes and draws them.

Reading a team's diaries, the analysis and matplotlib take time and memory; the process that answers patients has
neither to spare.
"""

import html

from sqlalchemy.exc import DBAPIError

from bot.drawing.asked import (
    LONGEST_CAPTION,
    Asked,
    AskedVerdicts,
    Drawn,
    PatientGoneError,
    Verdict,
    database_at,
    text_length,
)
from bot.texts import Html, Texts, texts_in
from jobs import record
from jobs.desk.fingerprints import fingerprints
from jobs.record import Record
from storage import patients, teams
from storage.models import DrawingKind


def draw(asked: Asked) -> Drawn:
    """Reads, computes and draws. PatientGoneError for a patient who is gone."""
    try:
        return _drawn(asked)
    finally:
        # An idle connection would keep what is erased meanwhile in SQLite's log, even after the bot has stopped.
        database_at(asked.database).close()


def _drawn(asked: Asked) -> Drawn:
    if asked.kind is DrawingKind.OWN_COPY:
        from bot.drawing.own_copy import made  # noqa: PLC0415

        return made(asked)
    if asked.kind is DrawingKind.OWN_CHART:
        from bot.drawing.own_chart import drawn  # noqa: PLC0415

        return drawn(asked)
    if asked.kind in {DrawingKind.EXPORT_TABLES, DrawingKind.EXPORT_BUNDLES}:
        from bot.drawing.research_copy import made as export_made  # noqa: PLC0415

        return export_made(asked)
    if asked.kind is not DrawingKind.PAGE:
        from bot.drawing.summary_pages import summary  # noqa: PLC0415

        return summary(asked)
    return patient_chart(asked)


def verdicts(asked: AskedVerdicts) -> dict[int, Verdict]:
    """By patient id, of those who are still there. Whatever is wrong with one, the others' are computed."""
    from bot.drawing.verdicts import verdict_of, without_verdict  # noqa: PLC0415

    found = {}
    try:
        with database_at(asked.database).snapshot() as session:
            team = teams.team_by_id(session, asked.team_id)
            known = [patients.patient_of_team(session, team.id, patient_id) for patient_id in asked.patient_ids]
            people = [patient for patient in known if patient is not None]
            of = fingerprints(session, team, people, asked.now)
            for patient in people:
                try:
                    found[patient.id] = verdict_of(record.read(session, patient, asked.now), of[patient.id])
                except DBAPIError:
                    raise  # it is not about them, and the next time it may be there again
                except Exception:
                    found[patient.id] = without_verdict(of[patient.id])
    finally:
        database_at(asked.database).close()
    return found


def patient_chart(asked: Asked) -> Drawn:
    """One patient's page, and its finding as the caption."""
    with database_at(asked.database).reading() as session:
        patient = patients.patient_of_team(session, asked.team_id, asked.patient_id or 0)
        if patient is None:
            raise PatientGoneError
        kept = record.read(session, patient, asked.now)
    return patient_drawn(kept, texts_in(asked.language))


def patient_drawn(kept: Record, texts: Texts) -> Drawn:
    from bot.drawing.pages import Answered, answered_words, flag, further_words, next_course_words, patient_facts  # noqa: PLC0415
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
    if text_length(caption) > LONGEST_CAPTION:
        caption = texts("chart.caption", further=Html(""), **values)
    return Drawn(drawn(patient_facts(answered)), _short(caption))


def _short(caption: Html) -> Html:
    """Names given by hand may be long: then a caption loses its end, at a whole line."""
    lines = caption.split("\n")
    while len(lines) > 1 and text_length("\n".join(lines)) > LONGEST_CAPTION:
        lines.pop()
    return Html("\n".join(lines)) if text_length("\n".join(lines)) <= LONGEST_CAPTION else Html("")

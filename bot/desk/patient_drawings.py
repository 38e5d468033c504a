"""What the worker process makes for a patient's page. It alone imports what computes and draws."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.drawing.asked import Asked, PatientGoneError, database_at
from bot.texts import plain, texts_in
from jobs import record
from jobs.chart.answer import Table
from storage import diary, patients

if TYPE_CHECKING:
    from bot.desk.chart_facts import Corrected
    from bot.drawing.pages import Answered


@dataclass(frozen=True)
class Findings:
    """What the diary says, in plain words: `verdict` first, then what it rests on, what it proves, each finding with
    the rule that a verdict goes by, and the tables."""

    verdict: str
    sentence: str
    warnings: str
    footer: str
    findings: tuple[str, ...]
    tables: tuple[Table, ...]


def chart(asked: Asked) -> str:
    """The interactive chart's facts, as JSON. PatientGoneError for a patient who is gone."""
    from bot.desk.chart_facts import chart_facts  # noqa: PLC0415

    answered, corrected = _answered(asked)
    return json.dumps(chart_facts(answered, corrected), ensure_ascii=False, separators=(",", ":"))


def findings(asked: Asked) -> Findings:
    """PatientGoneError for a patient who is gone."""
    from bot.drawing.pages import patient_facts  # noqa: PLC0415

    answered, _ = _answered(asked)
    facts = patient_facts(answered)
    footer = plain(answered.texts("finding.footer_short"))
    return Findings(facts.verdict, facts.sentence, facts.warnings, footer, facts.findings, facts.tables)


def page_pdf(asked: Asked) -> bytes:
    """The drawn page for print, with every finding and number. PatientGoneError for a patient who is gone."""
    from bot.drawing.pages import patient_facts  # noqa: PLC0415
    from jobs.chart import patient_print  # noqa: PLC0415

    answered, _ = _answered(asked)
    return patient_print([patient_facts(answered)])


def _answered(asked: Asked) -> "tuple[Answered, Corrected]":
    from bot.drawing.pages import Answered  # noqa: PLC0415

    try:
        with database_at(asked.database).reading() as session:
            patient = patients.patient_of_team(session, asked.team_id, asked.patient_id or 0)
            if patient is None:
                raise PatientGoneError
            kept = record.read(session, patient, asked.now)
            corrected = diary.answers_before_corrections(session, asked.team_id, patient.id)
    finally:
        # As in bot/drawing/pictures.py: an idle connection would keep what is erased meanwhile.
        database_at(asked.database).close()
    return Answered(kept, texts_in(asked.language)), corrected

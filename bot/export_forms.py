"""`/export`: a clinician has the team's diaries handed out for research; what goes out is counted before it does."""

from dataclasses import dataclass

from sqlmodel import Session

from bot.dialogues.form import Form, Question, Values
from bot.filling import CLINICIANS_ONLY, Filling, Procedure, begin
from bot.replies import Incoming, Reply, Screen
from bot.texts import Html, Texts, texts_in
from jobs import pages
from jobs.refusals import Refusal
from storage import research
from storage.chats import Someone
from storage.models import DrawingKind, PatientStatus, Team

TABLES, BUNDLES = "tables", "bundles"
KINDS = {TABLES: DrawingKind.EXPORT_TABLES, BUNDLES: DrawingKind.EXPORT_BUNDLES}
# Patients' charts wait while it is made, and Telegram takes 50 MB: the rest is the operator's.
MOST_DAYS = {TABLES: 250_000, BUNDLES: 30_000}
KEPT = (PatientStatus.ACTIVE, PatientStatus.PAUSED)


@dataclass(frozen=True)
class ExportFacts:
    """What would go out, and how many have stopped and are left out."""

    team: Team
    patients: int
    days: int
    answers: int
    withdrawn: int


def export(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/export`."""
    return begin(EXPORT, Filling(session, incoming, someone, {"id": someone.the_team.id}), in_place=False)


def _load(filling: Filling) -> ExportFacts:
    team = filling.team
    patients, days, answers = research.diary_size(filling.session, team.id, KEPT)
    if not patients:
        raise Refusal("export.nobody")
    withdrawn, _, _ = research.diary_size(filling.session, team.id, (PatientStatus.WITHDRAWN,))
    return ExportFacts(team, patients, days, answers, withdrawn)


def _read(value: str, facts: ExportFacts, _values: Values) -> str:
    if value not in KINDS:
        raise Refusal("export.which")
    if facts.days > MOST_DAYS[value]:
        raise Refusal("export.too_much", days=facts.days)
    return value


def _choices(texts: Texts, *_: object) -> list[tuple[str, str]]:
    return [(texts("export.button.tables"), TABLES), (texts("export.button.bundles"), BUNDLES)]


def _preview(texts: Texts, facts: ExportFacts, values: Values) -> Html:
    return texts(
        "export.preview",
        what=texts("export.tables" if values["what"] == TABLES else "export.bundles"),
        team=facts.team.name,
        patients=texts.plural("export.patients", facts.patients),
        days=texts.plural("days", facts.days),
        answers=texts.plural("export.answers", facts.answers),
        withdrawn=texts.plural("export.withdrawn", facts.withdrawn) if facts.withdrawn else Html(""),
    )


def _apply(filling: Filling, facts: ExportFacts, values: Values) -> Screen:
    someone, incoming = filling.someone, filling.incoming
    kind = KINDS[values["what"]]
    pages.ask_export(
        filling.session, someone.the_staff, someone.chat, kind, facts.patients, incoming.what, incoming.now
    )
    return Screen(texts_in(someone.chat.language)("export.coming"))


EXPORT = Procedure(
    Form(
        "export",
        (Question("what", lambda texts, *_: texts("export.ask"), _read, _choices, width=1),),
        preview=_preview,
    ),
    _load,
    _apply,
    roles=CLINICIANS_ONLY,
)
PROCEDURES = {EXPORT.form.name: EXPORT}

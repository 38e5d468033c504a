"""A patient's page: the chart, what it says, courses, measurements, schedule, changes.

What is answered is for clinicians, as in the chat; what is planned, for coordinators. What has to be computed or drawn
is made in the worker process, and asked for by the page once it is there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeVar

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.desk import patient_drawings, patient_lines
from bot.desk.patient_drawings import Findings
from bot.desk.visits import Desk, Visit
from bot.desk.words import TEMPLATES
from bot.drawing.asked import Asked, PatientGoneError
from bot.replies import Button
from bot.team import alert_letters, history
from bot.team.patient_card import last_answer, state_of, stopped_in_words
from bot.texts import Html, texts_in
from jobs import due, record, standing
from jobs.alerts import GRACE
from storage import alerts as stored_alerts
from storage import diary, patients
from storage.models import Patient, PatientStatus

PATH = "/desk/patients/{code}"
Made = TypeVar("Made")


@dataclass(frozen=True)
class Wanted:
    """What is to be made of a patient. `tag`: what tells it from the same of other answers."""

    asked: Asked
    pseudonym: str
    tag: str = ""


@dataclass(frozen=True)
class Unseen:
    """An alert as its letter reads, and the press that says it was seen."""

    words: Html
    data: str


def patient_routes(desk: Desk) -> list[Route]:
    return [desk.page(PATH, _patient), _chart(desk), _findings(desk), _pdf(desk)]


def patient_at(visit: Visit) -> Patient | None:
    """Whom the address names: of the visitor's team, and not erased. Refusal where their time zone cannot be read."""
    found = patients.patient_called(visit.session, visit.team.id, visit.path["code"])
    if found is None or found.status is PatientStatus.ERASED:
        return None
    standing.check_zone(found)
    return found


def _absent(visit: Visit) -> Response:
    return visit.shows("absent.html", status=404)


def _patient(visit: Visit) -> Response:
    patient = patient_at(visit)
    if patient is None:
        return _absent(visit)
    texts, today = visit.texts, due.local_date(patient.time_zone, visit.now)
    (of,) = standing.standings(visit.session, visit.team, [patient], visit.now)
    lines = patient_lines.course_lines(visit, patient, today)
    past = [line for line in reversed(lines) if line.is_over]
    changes = visit.coordinates and patient.status not in patients.LEFT
    return visit.shows(
        "patient.html",
        patient=patient,
        label=patient.label if visit.coordinates else None,
        alerts=_unseen(visit, patient),
        state=state_of(of, texts),
        last=last_answer(of, texts),
        notes=Button(texts("desk.patient.notes"), f"nt:{patient.id}"),
        open_courses=[line for line in lines if not line.is_over],
        past_courses=past,
        past_in_words=patient_lines.past_in_words(past, texts),
        stopped=stopped_in_words(patient, texts),
        planning=patient_lines.planning_buttons(visit, patient) if changes else (),
        measured=patient_lines.measured_lines(visit, patient),
        measuring=patient_lines.measuring_buttons(visit, patient),
        settings=patient_lines.settings(visit, patient, today) if changes else (),
        changes=history.changes_of(visit.session, visit.someone, patient, visit.now),
        older=Button(texts("card.button.history"), f"hi:{patient.id}"),
    )


def _unseen(visit: Visit, patient: Patient) -> list[Unseen]:
    """What the alerts say that nobody has seen yet: to whoever may hear of them. With the press that sees each."""
    if not (visit.staff.clinician or visit.team.alerts_to_coordinators):
        return []
    session, staff, texts = visit.session, visit.staff, visit.texts
    found = stored_alerts.unseen_of_patient(session, visit.team.id, patient.id, visit.now - GRACE)
    screens = [(each.id, alert_letters.screen(session, each, staff, texts)) for each in found]
    return [Unseen(screen.text, f"as:{number}") for number, screen in screens if screen is not None]


def _chart(desk: Desk) -> Route:
    """The interactive chart's facts; nothing anew where the page has them already."""

    async def endpoint(request: Request) -> Response:
        wanted = await _wanted(desk, request, with_tag=True)
        if isinstance(wanted, Response):
            return wanted
        if request.headers.get("if-none-match") == wanted.tag:
            return Response(status_code=304, headers={"ETag": wanted.tag})
        made = await _made(desk, patient_drawings.chart, wanted)
        if made is None:
            return Response(status_code=404)
        return Response(made, media_type="application/json", headers={"ETag": wanted.tag})

    return Route(f"{PATH}/chart.json", endpoint)


def _findings(desk: Desk) -> Route:
    async def endpoint(request: Request) -> Response:
        wanted = await _wanted(desk, request)
        if isinstance(wanted, Response):
            return wanted
        found: Findings | None = await _made(desk, patient_drawings.findings, wanted)
        if found is None:
            return Response(status_code=404)
        body = TEMPLATES.get_template("findings.html").render(t=texts_in(wanted.asked.language), found=found)
        return HTMLResponse(body)

    return Route(f"{PATH}/findings", endpoint)


def _pdf(desk: Desk) -> Route:
    async def endpoint(request: Request) -> Response:
        wanted = await _wanted(desk, request)
        if isinstance(wanted, Response):
            return wanted
        drawn = await _made(desk, patient_drawings.page_pdf, wanted)
        if drawn is None:
            return Response(status_code=404)
        name = f"{wanted.pseudonym}_{wanted.asked.now:%Y-%m-%d}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(drawn, media_type="application/pdf", headers=headers)

    return Route(f"{PATH}/page.pdf", endpoint)


async def _wanted(desk: Desk, request: Request, *, with_tag: bool = False) -> Wanted | Response:
    """What is to be made, or the answer to whoever may not have it."""
    wanted: list[Wanted] = []
    database = desk.running.database.url.render_as_string(hide_password=False)

    def look(visit: Visit) -> Response:
        patient = patient_at(visit)
        if patient is None:
            return _absent(visit)
        language = visit.texts.language
        tag = f'"{_tag(visit.session, patient, visit, language)}"' if with_tag else ""
        asked = Asked(database, visit.team.id, patient.id, language, visit.now)
        wanted.append(Wanted(asked, patient.pseudonym, tag))
        return Response()

    answer = await desk.visited(request, look, lambda visit: visit.reads_answers)
    return wanted[0] if wanted else answer


def _tag(session: Session, patient: Patient, visit: Visit, language: str) -> str:
    """Of all that a chart is computed from: equal where nothing has changed."""
    kept = record.read(session, patient, visit.now)
    corrected = diary.answers_before_corrections(session, patient.team_id, patient.id)
    known = (language, replace(kept, not_asked=frozenset()), sorted(kept.not_asked), corrected)
    return sha256(repr(known).encode()).hexdigest()


async def _made(desk: Desk, function: Callable[[Asked], Made], wanted: Wanted) -> Made | None:
    """None for a patient who has gone meanwhile."""
    try:
        return await desk.renderer.run(function, wanted.asked)
    except PatientGoneError:
        return None

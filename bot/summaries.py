"""What clinicians see: a patient's page and the team's. The worker process reads, computes and draws them."""

from datetime import datetime

from sqlmodel import Session

from bot import pictures
from bot.pictures import PatientAsked, TeamAsked
from bot.replies import Picture, Screen
from bot.texts import Html, Texts
from jobs import due
from storage import patients
from storage.models import Patient, PatientStatus, Team


def patient_screen(session: Session, patient: Patient, texts: Texts, now: datetime) -> Screen:
    """One patient's page. Its caption comes with the picture; the words here are said where none can be drawn."""
    asked = PatientAsked(_url(session), patient.team_id, patient.id, texts.language, now)
    return Screen(texts("chart.not_drawn", pseudonym=patient.pseudonym), picture=Picture(pictures.patient_chart, asked))


def team_screen(session: Session, team: Team, texts: Texts, now: datetime) -> Screen:
    """The weekly summary: everyone who keeps a diary, ordered by who needs a look."""
    keeping = [each for each in patients.patients_of(session, team.id) if each.status is not PatientStatus.INVITED]
    if not keeping:
        heading = texts.plural("summary.heading", 0, team=team.name, date=due.local_date(team.time_zone, now))
        return Screen(Html(f"{heading}\n\n{texts('summary.nobody')}"))
    asked = TeamAsked(_url(session), team.id, texts.language, now)
    return Screen(texts("summary.not_drawn", team=team.name), picture=Picture(pictures.team_chart, asked))


def _url(session: Session) -> str:
    """Of this session's own database. With its password: it only goes to the worker process."""
    return session.get_bind().engine.url.render_as_string(hide_password=False)

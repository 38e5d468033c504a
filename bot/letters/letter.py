"""What is sent to whom, and who may still read it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from bot.replies import OfferCommands, Screen
from storage import patients, teams
from storage.models import OutboxMessage, Patient, Staff


@dataclass(frozen=True, slots=True)
class Earlier:
    """The check-ins above a new one. `same_day`: the message in which the same day was asked or opened before.

    `again`: asked a second time that day, so that earlier days are in order already.
    """

    telegram_id: int
    language: str
    team_id: int
    patient_id: int
    diary_date: date
    same_day: int | None
    again: bool


@dataclass(frozen=True)
class Letter:
    """What is sent to whom. `sent`: what else is true once it has gone, written in the transaction that records it.

    `earlier`: what is put in order once there is time for it. `rewrites`: the messages that it takes the place of.
    `menu`: the commands that the reader has from now on, where they are others than before.
    """

    telegram_id: int
    screen: Screen
    sent: Callable[[Session, int, datetime], None] = lambda _session, _message_id, _now: None
    earlier: Earlier | None = None
    rewrites: tuple[int, ...] = ()
    menu: OfferCommands | None = None


def patient_of(session: Session, message: OutboxMessage) -> Patient | None:
    """The patient, as long as this chat is theirs."""
    patient = patients.patient_of_team(session, message.team_id, message.patient_id or 0)
    return patient if patient is not None and patient.chat_id == message.chat_id else None


def clinician_of(session: Session, message: OutboxMessage) -> Staff | None:
    """The reader, as long as they are a clinician of the team."""
    staff = teams.staff_in_chat(session, message.team_id, message.chat_id)
    return staff if staff is not None and staff.clinician else None


def coordinator_of(session: Session, message: OutboxMessage) -> Staff | None:
    """The reader, as long as they are a coordinator of the team."""
    staff = teams.staff_in_chat(session, message.team_id, message.chat_id)
    return staff if staff is not None and staff.coordinator else None

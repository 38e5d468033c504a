"""After a restore: what is known stands as of a moment, and the instance before went on after it until it stopped.

What was due in between it has done. So no message of that time is sent again, all clocks are moved past it, and what
nobody can know any more counts against no patient. From there on everything goes on as ever. The reasons are in
docs/decisions.md, "Keeping".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from jobs import (
    alert_escalation,
    alerts,
    confirming,
    daily_prompt,
    follow_up,
    infusion_reminder,
    leaving,
    outlook,
    staffing,
    weekly_summary,
)
from storage import (
    audit,
    backups,
    courses,
    departures,
    desk,
    dialogues,
    diary,
    drawings,
    numbers,
    outbox,
    patients,
    replacing,
    restored,
    sqlite_files,
    teams,
)
from storage.backups import Backup
from storage.database import Database
from storage.departures import Departure
from storage.file_faults import FileFault, FileFaultError, fault_of
from storage.models import Course, MessageKind, OutboxMessage, Patient, Team

RESTORED = "diary_restored"
STAYS_NEWS = timedelta(days=7)


@dataclass(frozen=True)
class Ordered:
    """What was put in order: messages that are not sent, and how many on the teams hear of it."""

    messages: int
    told: int


@dataclass(frozen=True)
class Restored:
    """`as_of`: the moment that the diary now stands at; `put_aside`: where the file is that was there before."""

    backup: Backup
    as_of: datetime
    ordered: Ordered
    put_aside: Path | None


class MomentError(Exception):
    """The moments that were given, or that the file gives, cannot be right. `key`: the text that says which.

    `known`: the moment that speaks against it, where there is one.
    """

    def __init__(self, key: str, known: datetime | None = None) -> None:
        self.key, self.known = key, known
        super().__init__(key)


def restore_file(
    backup: Path,
    live: Path,
    stopped_at: datetime | None,
    now: datetime,
    as_of: datetime | None = None,
    departed: Sequence[Departure] = (),
    folder: Path | None = None,
) -> Restored:
    """Puts the backup in the place of the live file, of the newest schema and in order. Nobody may be at either.

    All of it is done to a copy, which takes the place of the other in the end: FileFaultError or MomentError, and
    nothing has changed. `as_of` is for a file that was copied by hand, which does not say when. `folder`: of the
    backups, where it is noted which numbers were given.
    """
    found = backups.verify(backup)
    moment = found.at or as_of
    if moment is None:
        raise MomentError("cli.restore.as_of_missing")
    stopped_at = stopped_at or now
    check_moments(moment, stopped_at, now, departed)
    # Whoever keeps the file elsewhere has a link to it where the bot looks, and keeps that.
    live = sqlite_files.itself(live)
    prepared = replacing.prepared_for(live)
    try:
        backups.copy_of(backup, prepared)
        backups.forget_note(prepared)
        replaced = max(numbers.highest_in(live), numbers.noted_in(folder) if folder is not None else 0)
        ordered = _prepare(prepared, moment, stopped_at, now, departed, replaced)
        backups.verify(prepared)
        if folder is not None:
            numbers.note(folder, max(replaced, numbers.highest_in(prepared)))
        put_aside = replacing.put_in_place(prepared, live, now)
    finally:
        sqlite_files.forget_file(prepared)
    return Restored(found, moment, ordered, put_aside)


def check_moments(as_of: datetime, stopped_at: datetime, now: datetime, departed: Sequence[Departure]) -> None:
    """MomentError for what is to come, which cannot have happened, and for a stop before what the bot did since."""
    if as_of > now:
        raise MomentError("cli.restore.as_of_to_come")
    if stopped_at > now:
        raise MomentError("cli.restore.stopped_to_come")
    # What a wrong clock put ahead says nothing about when the bot stopped.
    last = max((each.at for each in departed if each.at <= now), default=stopped_at)
    if stopped_at < last:
        raise MomentError("cli.restore.stopped_too_early", last)


def _prepare(
    prepared: Path,
    as_of: datetime,
    stopped_at: datetime,
    now: datetime,
    departed: Sequence[Departure],
    replaced: int,
) -> Ordered:
    database = Database(f"sqlite:///{prepared}")
    try:
        database.migrate()
        with database.writing() as connection, Session(connection, join_transaction_mode="rollback_only") as session:
            ordered = put_in_order(session, as_of, stopped_at, now, departed, replaced)
            session.flush()
        return ordered
    except DBAPIError as error:
        raise FileFaultError(fault_of(error) or FileFault.DISK, prepared, type(error).__name__) from error
    finally:
        # The last connection to be closed writes its log into the file.
        database.close()


def put_in_order(
    session: Session,
    as_of: datetime,
    stopped_at: datetime,
    now: datetime,
    departed: Sequence[Departure] = (),
    replaced: int = 0,
) -> Ordered:
    """`as_of`: the backup's moment; `stopped_at`: when the instance before did its last work, `now` at the latest.

    `departed`: who is known to have stopped or left; whoever did so since the backup does so again, whatever
    `stopped_at` says. Where it had stopped before the backup was made, nothing is missing, and nothing else is changed.
    `replaced`: the highest number of the file whose place this takes.
    """
    known, before = teams.all_teams(session), numbers.highest(session)
    for team in known:
        missing = {"as_of": as_of.isoformat(), "stopped_at": max(as_of, stopped_at).isoformat()}
        facts = {**missing, "time_zone": team.time_zone}
        audit.record(session, team_id=team.id, at=now, actor=audit.OPERATOR, action=RESTORED, after=facts)
    for departure in departures.still_away([each for each in departed if as_of < each.at]):
        _depart(session, departure)
    if stopped_at <= as_of:
        return Ordered(0, 0)
    settled = restored.settle_as_sent(session, stopped_at)
    _write_down_what_they_said(session, settled, now)
    _forget_what_was_drawn(session, settled)
    diary.forget_that_they_were_asked(session, as_of, stopped_at)
    daily_prompt.pass_over(session, stopped_at)
    follow_up.pass_over(session, stopped_at)
    _have_heard(session, infusion_reminder.pass_over(session, stopped_at))
    confirming.pass_over(session, stopped_at)
    weekly_summary.pass_over(session, stopped_at)
    alert_escalation.pass_over(session, stopped_at)
    # What is typed next belongs to nothing that was asked before the backup.
    dialogues.end_those_of_members(session)
    # Who signed out since, and which links were used, is not known.
    desk.end_all(session, now)
    diary.forget_what_is_being_entered(session)
    told = sum(_tell(session, team, as_of, stopped_at, now) for team in known)
    numbers.go_on_far_behind(session, before, replaced)
    return Ordered(len(settled), told)


def _depart(session: Session, departure: Departure) -> None:
    """Once more, at its own moment: whatever it tells anybody was told then, and is not sent."""
    if departure.what in departures.OF_STAFF:
        member = teams.member_of_team(session, departure.team_id, departure.who)
        if member is not None:
            staffing.end_again(session, member, departure.at)
        return
    patient = patients.patient_of_team(session, departure.team_id, departure.who)
    if patient is None:
        return
    if departure.what == audit.ERASED:
        leaving.erase(session, patient, departure.at)
    elif departure.what == departures.WITHDREW:
        leaving.withdraw(session, patient, departure.at)
    session.flush()


def _write_down_what_they_said(session: Session, settled: list[OutboxMessage], now: datetime) -> None:
    """As the courier writes it down when a message has gone: so the same news is not told again by itself."""
    for message in settled:
        patient = patients.patient_of_team(session, message.team_id, message.patient_id or 0)
        if patient is None:
            continue
        if message.kind is MessageKind.COURSES_CHANGED:
            _have_heard(session, outlook.untold(session, patient, now))
        elif message.kind is MessageKind.INFUSION_REMINDER:
            course = courses.course_of_team(session, message.team_id, message.course_id or 0)
            # Of one that has moved since, it would not have been sent.
            if course is not None and message.dedupe_key.startswith(infusion_reminder.key_of(course)):
                _have_heard(session, [course])
        elif message.kind is MessageKind.PROMPT_TIME_CHANGED:
            patient.told_prompt_time, patient.told_time_zone = patient.prompt_time, patient.time_zone
            session.add(patient)
        elif message.kind is MessageKind.ALERT_NOTICE:
            _have_been_told_of_alerts(session, patient, now)


def _have_been_told_of_alerts(session: Session, patient: Patient, now: datetime) -> None:
    raised = alerts.to_be_told(session, patient.team_id, patient.id, now)
    alerts.note_patient_told(session, patient.team_id, [alert.id for alert in raised])


def _have_heard(session: Session, of: list[Course]) -> None:
    outlook.told(of)(session)
    session.flush()


def _forget_what_was_drawn(session: Session, settled: list[OutboxMessage]) -> None:
    """Pages that nobody waits for any more."""
    for team_id in {message.team_id for message in settled}:
        drawn = {each.drawing_id for each in settled if each.team_id == team_id and each.drawing_id is not None}
        drawings.forget_unwanted(session, team_id, drawn)


def _tell(session: Session, team: Team, as_of: datetime, stopped_at: datetime, now: datetime) -> int:
    """Everybody on the team, once: what is missing is theirs to enter again. Returns how many."""
    drafts = [
        outbox.draft(
            kind=MessageKind.DIARY_RESTORED,
            team_id=team.id,
            chat_id=member.chat_id,
            dedupe_key=f"{RESTORED}:{team.id}:{as_of.isoformat()}:{stopped_at.isoformat()}:{member.id}",
            due_at=now,
            expires_at=now + STAYS_NEWS,
        )
        for member in teams.reachable_staff_of(session, team.id)
    ]
    return outbox.enqueue(session, *drafts)

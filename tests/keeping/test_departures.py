"""Who stopped, had everything erased or left the team in the lost time stays so: no consent comes back by itself."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import keeping
from jobs import restoring
from jobs.restoring import MomentError
from storage import audit, departures
from storage.database import Database
from storage.departures import Departure
from storage.models import MessageKind, OutboxMessage, Patient, PatientStatus
from tests.keeping.support import backed_up, file_of, lost
from tests.storage.support import NOW, committing, joined_patient
from tests.support import Bot, Clinic, Someone, settings_for


def noted(clinic: Clinic) -> Path:
    """What the running bot does each minute; the folder."""
    file = file_of(clinic)
    settings = settings_for(clinic.server.url, database_url=f"sqlite:///{file}", backups_kept="")
    clinic.bot.do(keeping.Keeper(settings, clinic.database, clinic.clock).look(file, file.parent / "backups"))
    return file.parent / "backups"


def restored(clinic: Clinic, backup: Path) -> None:
    known = departures.noted_in(file_of(clinic).parent / "backups")
    restoring.restore_file(backup, file_of(clinic), None, clinic.clock.now(), None, known)
    clinic.bot = Bot(clinic.database, clinic.server.url, clinic.clock, clinic.pace)
    clinic.bot.__enter__()
    clinic.calm()


def comes_back(patient: Someone) -> None:
    patient.says("/withdraw")
    patient.presses("Take it up again")
    patient.presses("I agree")


def three_patients(clinic: Clinic) -> tuple[Someone, Someone, Someone]:
    return clinic.patient(), clinic.patient(), clinic.patient()


def test_they_stay_departed_and_nobody_is_told_twice(clinic: Clinic) -> None:
    stays, leaver = clinic.coordinator(), clinic.clinician()
    anna, ben, cleo = three_patients(clinic)
    numbers = anna.row.id, ben.row.id, cleo.row.id
    clinic.becomes(clinic.local("2026-03-02 12:00"))
    backup = backed_up(clinic)
    clinic.becomes(clinic.local("2026-03-02 13:00"))
    for leaving in (anna, ben):
        leaving.says("/withdraw")
        leaving.presses("Yes")
    ben.says("/privacy")
    for button in ("Have everything erased", "Go on to erasing", "Yes, erase everything"):
        ben.presses(button)
    leaver.says("/staff")
    for button in ("no. 2", "Leave the team", "Yes"):
        leaver.presses(button)
    folder = noted(clinic)
    assert (folder / departures.NAME).stat().st_mode & 0o777 == 0o600
    before = {member.account: len(member.everything) for member in (stays, leaver, anna, ben)}
    clinic.becomes(clinic.local("2026-03-02 14:00"))
    lost(clinic)
    restored(clinic, backup)

    states = {patient.id: patient.status for patient in clinic.rows(Patient)}
    wanted = (PatientStatus.WITHDRAWN, PatientStatus.ERASED, PatientStatus.ACTIVE)
    assert tuple(states[number] for number in numbers) == wanted
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert "How strong was your pain" in cleo.sees
    for member in (leaver, anna, ben):
        assert len(member.everything) == before[member.account]
    assert len(stays.everything) == before[stays.account] + 1, "that the diaries were restored"
    leaver.says("/summary")
    assert "To begin, open the personal link" in leaver.sees
    told = [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.PATIENT_WITHDREW]
    assert {row.fault for row in told} == {"before_restore"}


def test_whoever_stopped_before_the_backup_and_came_back_is_as_the_backup_has_it(clinic: Clinic) -> None:
    clinic.coordinator()
    anna = clinic.patient()
    anna.says("/withdraw")
    anna.presses("Yes")
    noted(clinic)
    clinic.passes(hours=1)
    backup = backed_up(clinic)
    clinic.passes(hours=1)
    comes_back(anna)
    noted(clinic)
    lost(clinic)
    restored(clinic, backup)
    assert [patient.status for patient in clinic.rows(Patient)] == [PatientStatus.WITHDRAWN]
    assert len(departures.noted_in(file_of(clinic).parent / "backups")) == 2


def test_whoever_stopped_and_came_back_in_the_lost_time_goes_on_and_whoever_stopped_again_does_not(
    clinic: Clinic,
) -> None:
    clinic.coordinator()
    anna, ben = clinic.patient(), clinic.patient()
    backup = backed_up(clinic)
    for patient in (anna, ben):
        clinic.passes(minutes=10)
        patient.says("/withdraw")
        patient.presses("Yes")
        clinic.passes(minutes=10)
        comes_back(patient)
    clinic.passes(minutes=10)
    ben.says("/withdraw")
    ben.presses("Yes")
    noted(clinic)
    lost(clinic)
    restored(clinic, backup)
    assert [patient.status for patient in clinic.rows(Patient)] == [PatientStatus.ACTIVE, PatientStatus.WITHDRAWN]


def test_a_stop_before_the_last_departure_is_refused_and_nothing_has_changed(clinic: Clinic) -> None:
    anna = clinic.patient()
    made_at = clinic.clock.now()
    backup = backed_up(clinic)
    clinic.passes(hours=1)
    anna.says("/withdraw")
    anna.presses("Yes")
    known = departures.noted_in(noted(clinic))
    clinic.bot.__exit__()
    clinic.database.close()
    before = file_of(clinic).read_bytes()
    for stopped_at in (made_at - timedelta(minutes=1), made_at + timedelta(seconds=10)):
        with pytest.raises(MomentError) as wrong:
            restoring.restore_file(backup, file_of(clinic), stopped_at, clinic.clock.now(), None, known)
        assert (wrong.value.key, wrong.value.known) == ("cli.restore.stopped_too_early", known[-1].at)
    assert file_of(clinic).read_bytes() == before
    restored(clinic, backup)
    assert [patient.status for patient in clinic.rows(Patient)] == [PatientStatus.WITHDRAWN]


@pytest.mark.parametrize("stopped", [NOW - timedelta(minutes=1), NOW + timedelta(seconds=10)])
def test_who_departed_after_the_backup_stays_so_whatever_is_said_of_the_stop(
    database: Database, stopped: datetime
) -> None:
    with committing(database) as session:
        anna, ben = joined_patient(session, 1), joined_patient(session, 2)
        later = NOW + timedelta(hours=1)
        gone = [Departure(7, later, audit.ERASED, anna.team_id, anna.id)]
        gone.append(Departure(8, later, departures.WITHDREW, ben.team_id, ben.id))
        session.flush()
        restoring.put_in_order(session, NOW, stopped, NOW + timedelta(hours=2), gone)
        assert (anna.status, ben.status) == (PatientStatus.ERASED, PatientStatus.WITHDRAWN)


def test_a_departure_that_a_wrong_clock_put_ahead_holds_no_restore_up() -> None:
    ahead = Departure(7, NOW + timedelta(days=400), departures.WITHDREW, 1, 3)
    restoring.check_moments(NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=2), [ahead])


def test_a_line_that_a_power_cut_has_cut_off_is_left_out(tmp_path: Path) -> None:
    whole = '{"entry": 7, "at": "2026-03-02T10:00:00+00:00", "what": "patient_withdrew", "team_id": 1, "who": 3}\n'
    (tmp_path / departures.NAME).write_text(whole + whole[:40])
    assert [each.entry for each in departures.noted_in(tmp_path)] == [7]

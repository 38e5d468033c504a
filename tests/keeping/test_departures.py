"""Who stopped, had everything erased or left the team in the lost time stays so: no consent comes back by itself."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import keeping
from jobs import restoring
from jobs.lights import Name, Why
from jobs.restoring import MomentError
from storage import audit, backups, departures
from storage.database import Database
from storage.departures import DamagedDeparturesError, Departure
from storage.models import MessageKind, OutboxMessage, Patient, PatientStatus
from tests.bot.watching.support import watched
from tests.keeping.support import backed_up, file_of, lost
from tests.storage.support import NOW, committing, joined_patient
from tests.support import Bot, Clinic, Someone, settings_for


def noted(clinic: Clinic) -> Path:
    """What the running bot does each minute; the folder."""
    file = file_of(clinic)
    settings = settings_for(clinic.server.url, database_url=f"sqlite:///{file}", backups_kept="")
    clinic.bot.do(keeping.Keeper(settings, clinic.bot.running).look(file, file.parent / "backups"))
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


WHOLE = departures.EXAMPLE.encode() + b"\n"


@pytest.mark.parametrize(
    "line",
    [
        WHOLE[:40],
        WHOLE[:40] + b"\n",
        b"\xff\xfe\x00\x01",
        b"\x00" * 60,
        b"[]",
        b"7",
        b"[" * 5000,
        WHOLE.replace(b"+00:00", b""),
        WHOLE.replace(b"2026", b"year"),
        WHOLE.replace(b"patient_withdrew", b"patient_moved"),
        WHOLE.replace(b"3}", b'"3"}'),
        WHOLE.replace(b"3}", b'3, "name": "Anna"}'),
        WHOLE.replace(b'"who": 3', b'"whom": 3'),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_nobody_is_left_out(tmp_path: Path, line: bytes) -> None:
    (tmp_path / departures.NAME).write_bytes(WHOLE + line)
    with pytest.raises(DamagedDeparturesError) as wrong:
        departures.noted_in(tmp_path)
    assert wrong.value.line == 2
    with pytest.raises(DamagedDeparturesError):
        departures.note(tmp_path, [], None)
    assert (tmp_path / departures.NAME).read_bytes() == WHOLE + line


def test_an_editor_that_ends_lines_in_its_own_way_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / departures.NAME).write_bytes(WHOLE.replace(b"\n", b"\r\n") + b"\n" + WHOLE.strip())
    assert [each.entry for each in departures.noted_in(tmp_path)] == [7, 7]


def test_a_damaged_file_makes_a_light_red_until_it_is_away_and_then_all_are_noted_anew(clinic: Clinic) -> None:
    clinic.coordinator()
    anna = clinic.patient()
    anna.says("/withdraw")
    anna.presses("Yes")
    file = file_of(clinic)
    settings = settings_for(clinic.server.url, database_url=f"sqlite:///{file}", backups_kept="")
    keeper, folder = keeping.Keeper(settings, clinic.bot.running), file.parent / "backups"

    def looks() -> None:
        clinic.bot.do(keeper.look(file, folder))

    looks()
    known = departures.noted_in(folder)
    assert len(known) == 1
    noted_as = (folder / departures.NAME).read_bytes()
    (folder / departures.NAME).write_bytes(noted_as[:-9])
    looks()
    with watched(clinic) as monitor:
        assert monitor.red() == [Name.KEEPING]
        light = monitor.light(Name.KEEPING)
        assert light["why"] == "departures_damaged"
        assert light["fault"].endswith("departures.jsonl, line 1")
        (folder / departures.NAME).rename(folder / "spoilt")
        looks()
        assert monitor.red() == []
    assert departures.noted_in(folder) == known
    (folder / departures.NAME).unlink()
    (folder / departures.NAME).mkdir()
    looks()
    assert list(clinic.bot.running.keeping) == [Why.DEPARTURES_FAIL]


def test_a_clock_far_ahead_forgets_nobody(clinic: Clinic) -> None:
    """Nor takes a backup away, however long it stays wrong."""
    clinic.coordinator()
    anna, ben = clinic.patient(), clinic.patient()
    file = file_of(clinic)
    settings = settings_for(clinic.server.url, database_url=f"sqlite:///{file}", backups_kept="7d 4w")
    running, folder = clinic.bot.running, file.parent / "backups"
    keeper = keeping.Keeper(settings, running)
    kept: set[datetime] = set()
    for leaving, ahead in ((anna, 0), (ben, 400)):
        clinic.passes(days=ahead)
        leaving.says("/withdraw")
        leaving.presses("Yes")
        for _ in range(4):
            running.heard.clock_off = -ahead * 86400.0
            clinic.bot.do(keeper.look(file, folder))
            assert kept <= set(backups.all_in(folder))
            kept = set(backups.all_in(folder)) if not ahead else kept
            clinic.passes(days=1)
    assert [each.who for each in departures.noted_in(folder)] == [anna.row.id, ben.row.id]


def test_whom_an_old_backup_still_knows_is_not_forgotten_before_it(clinic: Clinic) -> None:
    clinic.coordinator()
    anna, ben = clinic.patient(), clinic.patient()
    file = file_of(clinic)
    settings = settings_for(clinic.server.url, database_url=f"sqlite:///{file}", backups_kept="")
    keeper, folder = keeping.Keeper(settings, clinic.bot.running), file.parent / "backups"

    def leaves(patient: Someone) -> list[int]:
        patient.says("/withdraw")
        patient.presses("Yes")
        clinic.bot.do(keeper.look(file, folder))
        return [each.who for each in departures.noted_in(folder)]

    by_hand = backed_up(clinic)
    leaves(anna)
    clinic.passes(days=500)
    assert leaves(ben) == [anna.row.id, ben.row.id]
    by_hand.unlink()
    cleo = clinic.patient()
    assert leaves(cleo) == [ben.row.id, cleo.row.id]

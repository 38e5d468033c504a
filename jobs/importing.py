"""Many values at once, against what is known: every fault before anything is stored, then all in one transaction."""

from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs import measured, measured_table, measuring
from jobs.csv_table import Fault
from jobs.doubts import Doubt
from jobs.measured import Value
from jobs.measured_table import Line
from jobs.refusals import Refusal
from jobs.steroids import SteroidStep
from storage import measurements, patients
from storage.models import Patient, PatientStatus

CODE = measured_table.PATIENT


@dataclass(frozen=True)
class New:
    """A line that is to be stored; `doubt`: why it is pointed at; `ends`: the step that it ends the day before."""

    line: Line
    entry: Value | SteroidStep
    patient: Patient
    doubt: Doubt | None = None
    ends: SteroidStep | None = None


@dataclass(frozen=True)
class Table:
    """`new`: in the order in which they are stored. `there`: how many lines are known already.

    `patients`: ids of all whom a line is about.
    """

    new: tuple[New, ...]
    there: int
    faults: tuple[Fault, ...]
    patients: tuple[int, ...]


def read(session: Session, team_id: int, text: str, today: date, locales: tuple[str, ...]) -> Table:
    """The pasted table as it stands against what is known now."""
    lines, faults = measured_table.read(text, today, locales)
    whose: dict[int, list[Line]] = {}
    known: dict[int, Patient] = {}
    called = {code: patients.patient_called(session, team_id, code) for code in {line.code for line in lines}}
    for line in lines:
        patient = called[line.code]
        if patient is None or patient.status is PatientStatus.ERASED:
            faults.append(line.fault(CODE, "no_such_patient", line.code))
        elif patient.status in patients.LEFT:
            faults.append(line.fault(CODE, "has_left", patient.pseudonym))
        else:
            known[patient.id] = patient
            whose.setdefault(patient.id, []).append(line)
    new: list[New] = []
    there = 0
    for patient_id, of_patient in whose.items():
        for found, already, wrong in (
            _values(session, known[patient_id], of_patient),
            _steps(session, known[patient_id], of_patient),
        ):
            new += found
            there += already
            faults += wrong
    faults.sort(key=lambda fault: (fault.line or 0, fault.column or ""))
    return Table(tuple(new), there, tuple(faults), tuple(known))


def store(session: Session, actor: str, team_id: int, reading: Callable[[], Table], now: datetime) -> Table:
    """All of it. `reading` is done once more when nobody else can enter anything. Refusal where it has faults then."""
    measurements.hold(session, team_id, {new.patient.id for new in reading().new})
    table = reading()
    if table.faults:
        raise Refusal("refusal.gone")
    values = [(new.patient, new.entry) for new in table.new if isinstance(new.entry, Value)]
    measuring.add_checked(session, actor, values, now)
    for new in table.new:
        if isinstance(new.entry, SteroidStep):
            measuring.add_step(session, actor, new.patient, new.entry, now)
    return table


Found = tuple[list[New], int, list[Fault]]


def _values(session: Session, patient: Patient, lines: Iterable[Line]) -> Found:
    new: list[New] = []
    there = 0
    known = {
        (analyte, row.taken_on, row.value)
        for analyte in measured.UNITS
        for row in measurements.measurements_of(session, patient.team_id, patient.id, analyte)
    }
    standing = {
        analyte: sorted((day, value) for of, day, value in known if of == analyte) for analyte in measured.UNITS
    }
    found = sorted(
        ((line.entry.day, line) for line in lines if isinstance(line.entry, Value)), key=lambda each: each[0]
    )
    for day, line in found:
        entry = line.entry
        assert isinstance(entry, Value)  # those alone were taken
        if (entry.analyte, day, entry.value) in known:
            there += 1
            continue
        before = [value for when, value in standing[entry.analyte] if when <= day]
        doubt = measured.doubt_of(entry.analyte, entry.value, before[-1] if before else None)
        new.append(New(line, entry, patient, doubt))
        insort(standing[entry.analyte], (day, entry.value))
    return new, there, []


def _steps(session: Session, patient: Patient, lines: Iterable[Line]) -> Found:
    """Each is fitted to what is known and to the lines before it, by first day."""
    new: list[New] = []
    faults: list[Fault] = []
    there = 0
    standing = [measuring.step_of(dose) for dose in measurements.steroid_doses_of(session, patient.team_id, patient.id)]
    found = [(line.entry, line) for line in lines if isinstance(line.entry, SteroidStep)]
    for typed, line in sorted(found, key=lambda each: each[0].start):
        step = replace(typed, drug=measured.spelt(typed.drug, (known.drug for known in standing)))
        if any(measured.is_there(step, known) for known in standing):
            there += 1
            continue
        try:
            ended = measured.fitted(step, standing)
        except Refusal as refusal:
            faults.append(line.fault("from", "dose_overlaps", step.start.isoformat(), str(refusal.arguments["date"])))
            continue
        if ended is not None and ended.end is not None:
            # Of two spans that a table gives, nobody has said which is the slip.
            faults.append(line.fault("from", "dose_overlaps", step.start.isoformat(), str(ended.start)))
            continue
        if ended is not None:
            standing[standing.index(ended)] = replace(ended, end=step.start - timedelta(days=1))
        doubt = measured.doubt_of_dose(step, standing)
        standing.append(step)
        new.append(New(line, step, patient, doubt, ended))
    return new, there, faults

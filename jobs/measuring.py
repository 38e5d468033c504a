"""Values and steroid doses as the care team enters and removes them, each change with its audit entry.

A removed row is gone, and the audit holds what it was: no reader of the rows can show it by mistake.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from jobs import holding, measured
from jobs.measured import Value
from jobs.refusals import Refusal
from jobs.steroids import SteroidStep
from storage import audit, measurements
from storage.models import Measurement, Patient, SteroidDose

# In the audit, and looked for there: what was entered.
VALUE_ADDED, DOSE_ADDED, DOSE_ENDED = "measurement_added", "steroid_added", "steroid_ended"
ENTERED = (VALUE_ADDED, DOSE_ADDED, DOSE_ENDED)


def step_of(dose: SteroidDose) -> SteroidStep:
    return SteroidStep(dose.starts_on, dose.ends_on, dose.drug, dose.dose_mg, dose.alternate_dose_mg)


def check_new(value: Value, known: Iterable[Measurement]) -> None:
    """Refusal for what is there already."""
    if any((each.taken_on, each.value) == (value.day, value.value) for each in known):
        raise Refusal("refusal.measured_already", value=value.value, unit=measured.UNITS[value.analyte], date=value.day)


def add_value(session: Session, actor: str, patient: Patient, value: Value, now: datetime) -> Measurement:
    """Refusal for what cannot be, or is there already."""
    measurements.hold(session, patient.team_id, [patient.id])
    measured.check_value(value.analyte, value.value)
    check_new(value, measurements.measurements_of(session, patient.team_id, patient.id, value.analyte))
    (row,) = add_checked(session, actor, [(patient, value)], now)
    return row


def add_checked(
    session: Session, actor: str, new: Sequence[tuple[Patient, Value]], now: datetime
) -> Sequence[Measurement]:
    """All at once, of patients who are held: a thousand by `add_value` would take the writer's thread for seconds."""
    rows = [
        Measurement(
            team_id=patient.team_id,
            patient_id=patient.id,
            analyte=value.analyte,
            taken_on=value.day,
            value=value.value,
            unit=measured.UNITS[value.analyte],
            upper_limit=value.upper_limit,
            received_at=now,
        )
        for patient, value in new
    ]
    session.add_all(rows)
    session.flush()
    for (patient, _), row in zip(new, rows, strict=True):
        audit.record_about(session, patient, now, actor=actor, action=VALUE_ADDED, after=_value_facts(row))
    return rows


def add_step(session: Session, actor: str, patient: Patient, step: SteroidStep, now: datetime) -> SteroidDose:
    """Ends the running step of the same drug the day before. Refusal where it overlaps another."""
    measurements.hold(session, patient.team_id, [patient.id])
    measured.check_dose(step.dose_mg, step.alternate_dose_mg)
    known = measurements.steroid_doses_of(session, patient.team_id, patient.id)
    ended = measured.fitted(step, [step_of(dose) for dose in known])
    for dose in known:
        if step_of(dose) == ended:
            _end(session, actor, patient, dose, step.start - timedelta(days=1), now)
    row = SteroidDose(
        team_id=patient.team_id,
        patient_id=patient.id,
        drug=step.drug,
        starts_on=step.start,
        ends_on=step.end,
        dose_mg=step.dose_mg,
        alternate_dose_mg=step.alternate_dose_mg,
        received_at=now,
    )
    session.add(row)
    session.flush()
    audit.record_about(session, patient, now, actor=actor, action=DOSE_ADDED, after=_dose_facts(row))
    return row


def step_to_stop(known: Sequence[SteroidDose], drug: str, day: date) -> SteroidDose:
    """The step of this drug that is taken on `day`. Refusal where there is none, or it ends that day already."""
    found = next((d for d in known if measured.same_drug(d.drug, drug) and d.starts_on <= day <= step_of(d).last), None)
    if found is None:
        raise Refusal("refusal.steroid_not_taken", drug=drug, date=day)
    if found.ends_on == day:
        raise Refusal("refusal.steroid_ends_then", drug=found.drug, date=day)
    return found


def stop(session: Session, actor: str, patient: Patient, drug: str, day: date, now: datetime) -> SteroidDose:
    """`day`: the last on which it is taken."""
    measurements.hold(session, patient.team_id, [patient.id])
    dose = step_to_stop(measurements.steroid_doses_of(session, patient.team_id, patient.id), drug, day)
    _end(session, actor, patient, dose, day, now)
    return dose


def remove(session: Session, actor: str, patient: Patient, row: Measurement | SteroidDose, now: datetime) -> None:
    """The audit keeps what it was. Refusal for what somebody else has removed."""
    find = measurements.measurement_of_team if isinstance(row, Measurement) else measurements.steroid_dose_of_team
    number = row.id
    holding.hold_patient(session, patient)
    if find(session, patient.team_id, number) is None:
        raise Refusal("refusal.gone")
    if isinstance(row, Measurement):
        audit.record_about(session, patient, now, actor=actor, action="measurement_removed", before=_value_facts(row))
    else:
        audit.record_about(session, patient, now, actor=actor, action="steroid_removed", before=_dose_facts(row))
    session.delete(row)
    session.flush()


def facts_now(session: Session, patient: Patient, entered: Mapping[str, Any]) -> Mapping[str, object]:
    """What was entered, as it stands; empty where it is no more."""
    row = _row_of(session, patient, entered)
    if row is None:
        return {}
    return _value_facts(row) if isinstance(row, Measurement) else _dose_facts(row)


def take_back(
    session: Session,
    actor: str,
    patient: Patient,
    before: Mapping[str, Any],
    entered: Mapping[str, Any],
    now: datetime,
) -> None:
    """What was added is removed, and what was ended has the end that it had."""
    row = _row_of(session, patient, entered)
    if row is None:
        raise Refusal("refusal.gone")
    if isinstance(row, SteroidDose) and before:
        _end(session, actor, patient, row, date.fromisoformat(before["to"]) if before["to"] else None, now)
    else:
        remove(session, actor, patient, row, now)


def _row_of(session: Session, patient: Patient, entered: Mapping[str, Any]) -> Measurement | SteroidDose | None:
    if "measurement" in entered:
        return measurements.measurement_of_team(session, patient.team_id, entered["measurement"])
    return measurements.steroid_dose_of_team(session, patient.team_id, entered["steroid"])


def _end(session: Session, actor: str, patient: Patient, dose: SteroidDose, day: date | None, now: datetime) -> None:
    before = _dose_facts(dose)
    dose.ends_on = day
    session.add(dose)
    audit.record_about(session, patient, now, actor=actor, action=DOSE_ENDED, before=before, after=_dose_facts(dose))


def _value_facts(row: Measurement) -> Mapping[str, object]:
    facts = {"analyte": row.analyte, "taken_on": row.taken_on.isoformat(), "value": row.value}
    return {"measurement": row.id, **facts, "unit": row.unit, "upper_limit": row.upper_limit}


def _dose_facts(row: SteroidDose) -> Mapping[str, object]:
    last = row.ends_on.isoformat() if row.ends_on else None
    doses = {"dose_mg": row.dose_mg, "alternate_dose_mg": row.alternate_dose_mg}
    return {"steroid": row.id, "drug": row.drug, "from": row.starts_on.isoformat(), "to": last, **doses}


def audited_step(facts: Mapping[str, Any]) -> SteroidStep:
    """A step as `_dose_facts` wrote it."""
    last = facts["to"]
    return SteroidStep(
        date.fromisoformat(facts["from"]),
        date.fromisoformat(last) if last else None,
        facts["drug"],
        facts["dose_mg"],
        facts["alternate_dose_mg"],
    )

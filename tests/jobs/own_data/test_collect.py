"""Everything held on one patient is read, and nothing that is held on anybody else."""

from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import Session, SQLModel

from bot.drawing.own_copy import fhir_words
from bot.texts import texts_in
from jobs import check_in_time, item_sets, own_data, schedule
from jobs.own_data import OwnData
from jobs.own_data.facts import (
    AlertRow,
    AnswerRow,
    AttendanceRow,
    AuditRow,
    CourseRow,
    DayRow,
    InvitationRow,
    ItemSetRow,
    LookRow,
    MeasurementRow,
    MessageRow,
    NoteRow,
    SteroidRow,
    Who,
)
from jobs.schedule import CoursePlan
from storage import diary, outbox
from storage.database import Database
from storage.models import (
    Alert,
    AlertKind,
    AlertRule,
    Course,
    Item,
    Look,
    Measurement,
    MessageKind,
    MessageState,
    Note,
    OutboxMessage,
    Patient,
    Role,
    SteroidDose,
    Way,
)
from storage.questions import Wording
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of, team_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOW.date()
OTHERS = "Rheumatology"

KINDS: dict[str, type[Any]] = {
    "patient": Who,
    "chat": Who,
    "diaryday": DayRow,
    "answer": AnswerRow,
    "note": NoteRow,
    "attendance": AttendanceRow,
    "item_set": ItemSetRow,
    "course": CourseRow,
    "measurement": MeasurementRow,
    "steroid_dose": SteroidRow,
    "alert": AlertRow,
    "look": LookRow,
    "outbox": MessageRow,
    "audit": AuditRow,
    "invitation": InvitationRow,
}
# Columns that are not handed out, each with its reason; those of every table first.
EVERYWHERE = {"id", "team_id", "patient_id", "chat_id"}  # whose row it is: every row of the copy is the patient's
COLUMNS_LEFT_OUT = {
    # Where the check-in stands at this moment; whether and when it is asked once more.
    "diaryday": {"changing", "noting", "snoozed", "next_follow_up_at", "shown_at"},
    "outbox": {  # how the courier works
        *(
            "drawing_id",
            "dedupe_key",
            "rank",
            "spread",
            "follows",
            "untold",
            "parked",
            "doubtful",
            "owner",
            "lease_until",
        ),
        "staff_id",  # about whom of the staff it was; none of a patient's is
    },
    # Its facts stand beside it; how the notice was delivered; which member of staff it was is that member's datum;
    # until when it waits to be seen.
    "alert": {"rule_id", "told_patient", "acknowledged_by", "escalate_at"},
    "look": {"seen_by"},  # that member's datum
    # Always a patient's; a key's print; the patient's own chat; a member of staff.
    "invitation": {"role", "token_hash", "used_by", "invited_by"},
}
TABLES_LEFT_OUT = {
    "staff": "of the staff",
    "dialogue": "where a form stands that is being filled in; what it ends in is held elsewhere",
    "receipt": "that a message came, for some days, without what it said",
    "drawing": "a chart made of the rest, for some days",
}


def answered(session: Session, patient: Patient, day: date, item: Item, value: int | None, hour: int = 20) -> None:
    opened = datetime.combine(day, time(18), NOW.tzinfo)
    row = diary.open_day(
        session,
        team_id=patient.team_id,
        patient_id=patient.id,
        diary_date=day,
        time_zone=patient.time_zone,
        opened_at=opened,
        closes_at=opened + DAY,
    )
    at = datetime.combine(day, time(hour), NOW.tzinfo)
    known = diary.noted_on(session, row)
    facts: dict[str, Any] = {"answered_at": at, "received_at": at + HOUR, "late": False, "way": Way.TYPED}
    diary.record_answer(session, day=row, item=item, value=value, known=known, **facts)


def filled(session: Session, account: int, team: str, mark: str) -> Patient:
    """A patient with a row of everything, `mark` in every text of it."""
    patient = joined_patient(session, account, team=team)
    of: dict[str, Any] = {"team_id": patient.team_id, "patient_id": patient.id, "received_at": NOW}
    answered(session, patient, TODAY, Item.PAIN, 7)
    answered(session, patient, TODAY, Item.PAIN, 3, hour=21)
    answered(session, patient, TODAY, Item.WEAKNESS, None)
    plans = [CoursePlan(date(2026, 4, 1), 2, 0.4), CoursePlan(date(2026, 5, 1), 2, 0.4)]
    _, second = schedule.plan_courses(session, "staff:77", patient, plans, NOW)
    second.regimen = f"{mark} regimen"
    session.add(second)
    schedule.cancel_course(session, "staff:77", patient, second, NOW)
    sleep: Wording = {"en": {"name": f"{team} sleep", "low": "badly", "high": "well"}}
    own = item_sets.add(session, "staff:77", team_of(session, team), "en", sleep, NOW)
    item_sets.choose(session, "staff:77", patient, [own.key], NOW)
    session.add(Note(diary_date=TODAY, text=f"{mark} note", said_at=NOW - HOUR, late=True, **of))
    session.add(Measurement(analyte="CK", taken_on=TODAY, value=210.5, unit="U/l", upper_limit=190.0, **of))
    session.add(Measurement(analyte=f"{mark} value", taken_on=TODAY, value=1.0, unit="mg", **of))
    session.add(SteroidDose(drug=f"{mark} drug", starts_on=TODAY, dose_mg=10.0, alternate_dose_mg=5.0, **of))
    rule = AlertRule(team_id=patient.team_id, item="pain", kind=AlertKind.RISE, threshold=3, days=1, created_at=NOW)
    session.add(rule)
    session.flush()
    alert = Alert(
        team_id=patient.team_id,
        patient_id=patient.id,
        rule_id=rule.id,
        first_day=TODAY,
        last_day=TODAY,
        seen={TODAY.isoformat(): 7},
        reference=3.5,
        raised_at=NOW,
        told_team=True,
    )
    session.add(alert)
    session.add(Look(team_id=patient.team_id, patient_id=patient.id, state=[f"{mark} state"], raised_at=NOW))
    outbox.enqueue(
        session,
        outbox.draft(
            kind=MessageKind.DAILY_PROMPT,
            team_id=patient.team_id,
            chat_id=patient.chat_id or 0,
            patient_id=patient.id,
            diary_date=TODAY,
            dedupe_key=f"{mark}:1",
            due_at=NOW,
            expires_at=NOW + DAY,
        ),
    )
    session.flush()
    message = rows_of(session, OutboxMessage)[-1]
    message.state, message.sent_at, message.fault = MessageState.SENT, NOW + HOUR, f"{mark} fault"
    session.add(message)
    session.flush()
    return patient


@pytest.fixture
def two_teams(database: Database) -> Database:
    """Two clinics with a coordinator and two patients each, of whom everything is held."""
    with committing(database) as session:
        for k, team in enumerate(("Neuromuscular clinic", OTHERS)):
            joined_staff(session, 10 + k, Role.COORDINATOR, team=team)
            for j in range(2):
                filled(session, 5_550_020 + 2 * k + j, team, f"mark{2 * k + j}")
    return database


def copy_of(session: Session, which: int = 0) -> OwnData:
    return own_data.collect(session, rows_of(session, Patient)[which])


def test_everything_is_in_it(two_teams: Database) -> None:
    with two_teams.reading() as session:
        patient, data = rows_of(session, Patient)[0], copy_of(session)
        courses = {course.status: course.id for course in data.courses}
    assert (data.who.pseudonym, data.who.team) == (patient.pseudonym, "Neuromuscular clinic")
    assert (data.who.telegram_id, data.who.language, data.who.status) == (5_550_020, "en", "active")
    assert (data.who.consent_version, data.who.consented_at) == (patient.consent_version, NOW)
    assert [(day.diary_date, day.time_zone, day.asked_at) for day in data.days] == [(TODAY, "Europe/London", None)]
    assert [(a.item, a.revision, a.value, a.way) for a in data.answers] == [
        ("pain", 1, 7, "typed"),
        ("pain", 2, 3, "typed"),
        ("weakness", 1, None, "typed"),
    ]
    assert {a.received_at - a.answered_at for a in data.answers} == {HOUR}
    assert data.notes == (NoteRow(TODAY, "mark0 note", NOW - HOUR, NOW, late=True),)
    assert {each.item: each.name for each in data.own_items} == dict.fromkeys(
        ("own:1", "own:2"), "Neuromuscular clinic sleep"
    )
    assert [(each.of, each.valid_from, each.items) for each in data.item_sets] == [
        ("team", TODAY + DAY, ("own:1",)),
        ("patient", TODAY + DAY, ("own:1",)),
        ("team", TODAY + DAY, ("own:1", "own:2")),
    ]
    assert [(c.status, c.regimen) for c in data.courses] == [("planned", None), ("cancelled", "mark0 regimen")]
    assert [(m.analyte, m.value, m.upper_limit) for m in data.measurements] == [
        ("CK", 210.5, 190.0),
        ("mark0 value", 1.0, None),
    ]
    assert [(s.drug, s.dose_mg, s.alternate_dose_mg, s.ends_on) for s in data.steroids] == [
        ("mark0 drug", 10.0, 5.0, None)
    ]
    (alert,) = data.alerts
    assert (alert.item, alert.kind, alert.threshold, alert.days) == ("pain", "rise", 3, 1)
    assert (alert.seen, alert.reference, alert.told_team) == ({TODAY.isoformat(): 7}, 3.5, True)
    assert [(look.state, look.raised_at, look.seen_at) for look in data.looks] == [(("mark0 state",), NOW, None)]
    assert [(m.to, m.kind, m.state) for m in data.messages if m.fault] == [("patient", "daily_prompt", "sent")]
    assert ("team", "patient_joined") in {(m.to, m.kind) for m in data.messages}
    planned = [entry for entry in data.audit if entry.course_id == courses["planned"]]
    assert planned[0].after is not None
    assert planned[0].after["days"] == 2
    assert [invitation.used_at for invitation in data.invitations] == [NOW]


def test_days_off_are_weekdays_by_name_in_the_settings_and_in_their_history(two_teams: Database) -> None:
    with committing(two_teams) as session:
        patient = rows_of(session, Patient)[0]
        check_in_time.change_days_off(session, "patient:1", patient, "56", NOW)
        data = copy_of(session)
    assert data.who.days_off == ("Saturday", "Sunday")
    changed = data.audit[-1]
    assert (changed.before, changed.after) == ({"days_off": "none"}, {"days_off": "Saturday Sunday"})


def test_nothing_of_another_patient_or_team_is_in_it(two_teams: Database) -> None:
    with two_teams.reading() as session:
        everyone = [(each.pseudonym, copy_of(session, k)) for k, each in enumerate(rows_of(session, Patient))]
    for k, (pseudonym, data) in enumerate(everyone):
        written = [
            repr(data).encode(),
            *(own_data.fhir_bundle(data, NOW, fhir_words(texts_in("en")), v) for v in ("R5", "R4B")),
        ]
        for text in written:
            assert pseudonym.encode() in text
            assert f"mark{k}".encode() in text
            for j, (other, _) in enumerate(everyone):
                strange = {other, f"mark{j}", f"{5_550_020 + j}"} if j != k else set()
                assert not {each for each in strange if each.encode() in text}
            assert (OTHERS.encode() in text) == (k >= 2)


def test_no_row_belongs_to_two_copies(two_teams: Database) -> None:
    with two_teams.reading() as session:
        everyone = [copy_of(session, k) for k in range(4)]
        held = len(rows_of(session, Course))
    for name in ("courses", "measurements", "steroids", "alerts", "messages", "audit", "invitations"):
        ids = [row.id for data in everyone for row in getattr(data, name)]
        assert len(ids) == len(set(ids)) >= 4
    assert sum(len(data.courses) for data in everyone) == held


def test_a_member_of_staff_is_not_told_apart_from_another(two_teams: Database) -> None:
    with two_teams.reading() as session:
        data = copy_of(session)
    assert {entry.actor for entry in data.audit} == {"operator", "patient", "staff"}


def test_one_who_was_only_invited_has_no_chat(database: Database) -> None:
    with committing(database) as session:
        joined = joined_patient(session, 1)
        patient = Patient(
            team_id=joined.team_id, pseudonym="P-AAAA", time_zone="Europe/London", prompt_time=time(18), created_at=NOW
        )
        session.add(patient)
        session.flush()
        data = own_data.collect(session, patient)
    assert (data.who.telegram_id, data.who.language, data.who.consent_version) == (None, None, None)
    assert (data.days, data.answers, data.messages) == ((), (), ())


def test_every_column_that_is_held_is_handed_out_or_left_out_for_a_reason() -> None:
    for table in SQLModel.metadata.sorted_tables:
        owners = {key.column.table.name for key in table.foreign_keys}
        if (table.name != "chat" and not owners & {"patient", "chat"}) or table.name in TABLES_LEFT_OUT:
            continue
        columns, handed_out = set(table.columns.keys()), {field.name for field in fields(KINDS[table.name])}
        assert columns - handed_out - EVERYWHERE <= COLUMNS_LEFT_OUT.get(table.name, set()), table.name

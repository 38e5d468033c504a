"""The measurements. Each makes its own database and gives one row of the table."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from sqlalchemy import insert
from sqlmodel import Session, select

from bot import pictures
from bot.local import seed
from bot.pages import Answered, patient_facts
from bot.pictures import Asked
from bot.texts import texts_in
from jobs import chart, daily_prompt, due, record
from jobs.record import Record
from storage import diary, outbox, patients, teams
from storage.database import Database
from storage.models import (
    Answer,
    Chat,
    Course,
    DiaryDay,
    Item,
    MessageState,
    Patient,
    PatientStatus,
    Team,
    Way,
)
from storage.writer import Writer
from tests.bench.plain_page import plain_page

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
PATIENTS = 2000
CALLERS = 32
TEAM_OF = 200


@dataclass(frozen=True)
class Row:
    what: str
    ours: str
    beside: str = "–"


def _database(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'bench.sqlite'}")
    database.migrate()
    return database


def _fill(session: Session, many: int) -> None:
    team = Team(name="Bench", time_zone="Europe/London", created_at=NOW)
    session.add(team)
    session.flush()
    chats = [Chat(telegram_id=10_000 + k, created_at=NOW) for k in range(many)]
    session.add_all(chats)
    session.flush()
    for number, chat in enumerate(chats):
        session.add(
            Patient(
                team_id=team.id,
                chat_id=chat.id,
                pseudonym=f"P-{number}",
                status=PatientStatus.ACTIVE,
                time_zone="Europe/London",
                prompt_time=time_of_day(18, 0),
                next_prompt_at=NOW,
                created_at=NOW,
            )
        )


def _answer(session: Session, patient_id: int, day: date) -> None:
    row = diary.open_day(
        session,
        team_id=1,
        patient_id=patient_id,
        diary_date=day,
        time_zone="UTC",
        opened_at=NOW,
        closes_at=NOW + timedelta(days=1),
    )
    diary.record_answer(
        session,
        day=row,
        item=Item.PAIN,
        value=3,
        answered_at=NOW,
        received_at=NOW,
        late=False,
        way=Way.BUTTON,
        known=diary.answers_on(session, patient_id, day),
    )


def durable_answers(folder: Path) -> Row:
    """Answers on disk a second, 32 at once: committed together, and each by itself."""
    database = _database(folder)
    writer = Writer(database)
    writer.submit(lambda session: _fill(session, PATIENTS)).result()

    def one(patient_id: int) -> None:
        writer.submit(lambda session: _answer(session, patient_id, NOW.date())).result()

    with ThreadPoolExecutor(CALLERS) as callers:
        together = _rate(lambda: list(callers.map(one, range(1, PATIENTS + 1))), PATIENTS)
    writer.close()
    alone = _rate(lambda: _each_by_itself(database, 300), 300)
    database.close()
    return Row("durable answers, 32 at once, synchronous=FULL", f"{together:,.0f}/s", f"a commit each: {alone:,.0f}/s")


def _each_by_itself(database: Database, many: int) -> None:
    for patient_id in range(1, many + 1):
        with database.writing() as connection, Session(connection) as session:
            _answer(session, patient_id, NOW.date() + timedelta(days=1))
            session.flush()


def prompts_due_at_once(folder: Path) -> Row:
    """From 2,000 patients due in one second to their messages in the outbox, claimed and marked sent."""
    database = _database(folder)
    writer = Writer(database)
    writer.submit(lambda session: _fill(session, PATIENTS)).result()

    def ask_all() -> None:
        while writer.submit(lambda session: daily_prompt.run(session, NOW)).result():
            pass

    asked = _rate(ask_all, PATIENTS)
    sent = _rate(lambda: _claim_and_mark(writer), PATIENTS)
    writer.close()
    database.close()
    return Row("2,000 prompts due in one second: queued; claimed and marked", f"{asked:,.0f}/s; {sent:,.0f}/s")


def _claim_and_mark(writer: Writer) -> None:
    def batch(session: Session) -> int:
        claimed = outbox.claim(session, owner="bench", now=NOW, lease=timedelta(minutes=1), limit=30)
        for message in claimed:
            outbox.note_sent(session, message, 1, NOW)
        assert all(message.state is MessageState.SENT for message in claimed)
        return len(claimed)

    while writer.submit(batch).result():
        pass


def local_moments(_folder: Path) -> Row:
    """Next local moments a second, over many patients of the same few zones and times."""
    zones = ("Europe/London", "America/New_York", "Australia/Lord_Howe")
    many = 300_000

    def compute() -> None:
        for number in range(many):
            due.next_local_moment(zones[number % 3], time_of_day(18, 0), NOW)

    return Row("next local moments", f"{_rate(compute, many):,.0f}/s")


def _planted(folder: Path) -> tuple[Database, Asked]:
    """The demo's clinic, and the case in it, on the day the demo begins."""
    database = _database(folder)
    writer = Writer(database)
    writer.submit(lambda session: seed.plant(session, "Bench")).result()
    writer.close()
    with database.reading() as session:
        team = teams.team_named(session, "Bench")
        assert team is not None
        patient = patients.patient_called(session, team.id, seed.CASE_PSEUDONYM)
        assert patient is not None
        return database, Asked(str(database.url), team.id, patient.id, "en", seed.START)


def patient_chart(folder: Path) -> Row:
    """The case's page: CPU time and size, drawn again on a warm process; beside it, the same page by pyplot."""
    database, asked = _planted(folder)
    with database.reading() as session:
        patient = patients.patient_of_team(session, asked.team_id, asked.patient_id or 0)
        assert patient is not None
        kept = record.read(session, patient, asked.now)
    database.close()
    facts = patient_facts(Answered(kept, texts_in("en")))
    png, plain = chart.patient_chart(facts), plain_page(facts)
    ours, theirs = _cpu(lambda: chart.patient_chart(facts), 20), _cpu(lambda: plain_page(facts), 3)
    return Row(
        "the case's page",
        f"{ours * 1000:.0f} ms of CPU, {len(png) / 1024:.0f} KiB",
        f"pyplot: {theirs * 1000:.0f} ms, {len(plain) / 1024:.0f} KiB",
    )


def patient_answer(folder: Path) -> Row:
    """From the database to a finding: the case's record read, and analysed."""
    database, asked = _planted(folder)

    def read() -> Record:
        with database.reading() as session:
            patient = patients.patient_of_team(session, asked.team_id, asked.patient_id or 0)
            assert patient is not None
            return record.read(session, patient, asked.now)

    kept = read()
    reading = _cpu(read, 10)
    analysing = _cpu(lambda: Answered(kept, texts_in("en")).analysis, 10)
    database.close()
    return Row("the case's record read; analysed", f"{reading * 1000:.0f} ms; {analysing * 1000:.0f} ms of CPU")


def team_summary(folder: Path) -> Row:
    """A team of 200 with the case's diary each, in the worker process; and the slowest of the answers meanwhile."""
    database, asked = _planted(folder)
    writer = Writer(database)
    writer.submit(lambda session: _copies(session, asked.patient_id or 0, TEAM_OF)).result()
    day = NOW.date()
    slowest, answers = 0.0, 0
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        workers.submit(pictures.patient_chart, asked).result()
        began = time.perf_counter()
        drawing = workers.submit(pictures.team_chart, replace(asked, patient_id=None))
        while not drawing.done():
            day += timedelta(days=1)
            one = time.perf_counter()
            writer.submit(lambda session, on=day: _answer(session, asked.patient_id or 0, on)).result()  # type: ignore[misc]
            slowest, answers = max(slowest, time.perf_counter() - one), answers + 1
            time.sleep(0.02)
        took = time.perf_counter() - began
        assert drawing.result().png
    writer.close()
    database.close()
    return Row(
        f"a team of {TEAM_OF} read, analysed and drawn",
        f"{took:.1f} s",
        f"slowest of {answers} answers meanwhile: {slowest * 1000:.0f} ms",
    )


def _copies(session: Session, patient_id: int, many: int) -> None:
    """The team's case until there are `many` patients in all."""
    days = session.exec(select(DiaryDay).where(DiaryDay.patient_id == patient_id)).all()
    answers = session.exec(select(Answer).where(Answer.patient_id == patient_id)).all()
    courses = session.exec(select(Course).where(Course.patient_id == patient_id)).all()
    rows = {
        type(held[0]): [row.model_dump(exclude={"id"}) for row in held]
        for held in (list(days), list(answers), list(courses))
    }
    original = session.get(Patient, patient_id)
    assert original is not None
    there = len(patients.patients_of(session, original.team_id))
    for number in range(many - there):
        chat = Chat(telegram_id=50_000 + number, created_at=NOW)
        session.add(chat)
        session.flush()
        values = {**original.model_dump(exclude={"id"}), "chat_id": chat.id, "pseudonym": f"P-C{number:03d}"}
        copy = Patient(**values)
        session.add(copy)
        session.flush()
        for table, held in rows.items():
            session.execute(insert(table), [{**row, "patient_id": copy.id} for row in held])


def _cpu(work: Callable[[], object], times: int) -> float:
    """Seconds of CPU, the median of so many runs on a warm process."""
    work()
    spent = []
    for _ in range(times):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return median(spent)


def _rate(work: Callable[[], object], many: int) -> float:
    began = time.perf_counter()
    work()
    return many / (time.perf_counter() - began)


ALL = (durable_answers, prompts_due_at_once, local_moments, patient_chart, patient_answer, team_summary)

"""Pages: a patient's chart, a patient's analysis, and a team's summary while patients answer."""

import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from sqlalchemy import insert
from sqlmodel import Session, select

from bot.drawing import pictures
from bot.drawing.asked import Asked
from bot.drawing.pages import Answered, patient_facts
from bot.local import seed
from bot.texts import texts_in
from jobs import chart, record
from jobs.record import Record
from storage import patients, teams
from storage.database import Database
from storage.models import Answer, Chat, Course, DiaryDay, DrawingKind, Patient
from storage.writer import Writer
from tests.bench import filling, scale
from tests.bench.plain_page import plain_page
from tests.bench.storing import answer
from tests.bench.table import Row, at_most

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
TEAM_OF = 200


def _planted(folder: Path) -> tuple[Database, Asked]:
    """The demo's clinic, and the case in it, on the day the demo begins."""
    database = filling.sqlite(folder)
    writer = Writer(database)
    writer.submit(lambda session: seed.plant(session, "Bench")).result()
    writer.close()
    with database.reading() as session:
        team = teams.team_named(session, "Bench")
        assert team is not None
        patient = patients.patient_called(session, team.id, seed.CASE_PSEUDONYM)
        assert patient is not None
        return database, Asked(str(database.url), team.id, patient.id, "en", seed.START)


def patient_chart(folder: Path) -> Sequence[Row]:
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
    beside = f"pyplot: {theirs * 1000:.0f} ms, {len(plain) / 1024:.0f} KiB"
    return [
        at_most("a patient's chart: CPU", ours * 1000, 60, " ms", beside=beside),
        at_most("a patient's chart: size", len(png) / 1024, 80, " KiB"),
    ]


def patient_answer(folder: Path) -> Sequence[Row]:
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
    spent = f"{reading * 1000:.0f} ms of CPU to read it, {analysing * 1000:.0f} ms to analyse it"
    return [Row("a patient's record", spent)]


def team_summary(folder: Path) -> Sequence[Row]:
    """A team of 200 with the case's diary each, in the worker process; and the slowest of the answers meanwhile."""
    database, asked = _planted(folder)
    writer = Writer(database)
    many, day = max(scale.of(TEAM_OF), 20), NOW.date()
    writer.submit(lambda session: _copies(session, asked.patient_id or 0, many)).result()
    slowest, answers = 0.0, 0
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        workers.submit(pictures.patient_chart, asked).result()
        began = time.perf_counter()
        drawing = workers.submit(pictures.draw, replace(asked, patient_id=None, kind=DrawingKind.SUMMARY))
        while not drawing.done():
            day += timedelta(days=1)
            one = time.perf_counter()
            writer.submit(lambda session, on=day: answer(session, asked.patient_id or 0, on)).result()  # type: ignore[misc]
            slowest, answers = max(slowest, time.perf_counter() - one), answers + 1
            time.sleep(0.02)
        took = time.perf_counter() - began
        assert drawing.result().png
    writer.close()
    database.close()
    beside = f"the slowest of {answers} answers meanwhile: {slowest * 1000:.0f} ms"
    return [Row(f"a team of {many} read, analysed and drawn", f"{took:.1f} s", beside=beside)]


def team_pdf(folder: Path) -> Sequence[Row]:
    """The PDF of a team of 200 with the case's diary each, in the worker process: the team's pages, and one a patient.

    Seconds of its CPU beside those that passed: whatever else the machine does is not the drawing's. Its memory is the
    most of that process, to which the interpreter and what it imports belong.
    """
    database, asked = _planted(folder)
    writer = Writer(database)
    many = max(scale.of(TEAM_OF), 20)
    writer.submit(lambda session: _copies(session, asked.patient_id or 0, many)).result()
    writer.close()
    database.close()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        workers.submit(pictures.patient_chart, asked).result()
        before, used = workers.submit(_peak).result(), workers.submit(time.process_time).result()
        began = time.perf_counter()
        wanted = replace(asked, patient_id=None, kind=DrawingKind.SUMMARY_PDF)
        drawn = workers.submit(pictures.draw, wanted).result()
        took, peak = time.perf_counter() - began, workers.submit(_peak).result()
        used = workers.submit(time.process_time).result() - used
    assert drawn.archive is not None
    assert not drawn.undrawn
    figure = f"{took:.0f} s, {used:.0f} s of CPU; {len(drawn.archive) / (1 << 20):.1f} MiB; {peak:.0f} MiB of memory"
    return [Row(f"the PDF of a team of {many}", figure, beside=f"memory after one patient's chart: {before:.0f} MiB")]


def _peak() -> float:
    """MiB, the most that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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

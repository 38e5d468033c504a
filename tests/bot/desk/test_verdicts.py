"""The roster's verdicts are the summary's, computed elsewhere, and shown only while they hold."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from unittest.mock import Mock

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot.desk import verdicts
from bot.desk.verdicts import Verdicts
from bot.drawing.asked import NOT_COMPUTED, Verdict
from bot.drawing.findings import BY_URGENCY
from bot.drawing.pages import Answered, counts_words
from bot.drawing.rendering import Renderer
from bot.local import seed
from bot.texts import languages, texts_in
from jobs import record, schedule
from jobs.clock import MovableClock
from jobs.record import Record
from jobs.schedule import CoursePlan
from storage import patients
from storage.database import Database
from storage.models import Patient, PatientStatus, Team
from storage.writer import Writer
from tests.storage.support import rows_of

Wanted = TypeVar("Wanted")
Made = TypeVar("Made")


class Here(Renderer):
    """Computes in this process, portion by portion; `fails`: its worker dies."""

    fails = False
    portions = 0

    async def run(self, work: Callable[[Wanted], Made], wanted: Wanted) -> Made:
        self.portions += 1
        if self.fails:
            raise OSError("no worker")
        return work(wanted)


@dataclass
class Desk:
    """The demo's team, and what its roster knows."""

    database: Database
    renderer: Renderer = field(default_factory=Here)

    def __post_init__(self) -> None:
        self.clock = MovableClock(seed.START)
        self.writer = Writer(self.database)
        self.verdicts = Verdicts(self.renderer, self.database, self.clock)

    def write(self, work: Callable[[Session], object]) -> None:
        self.writer.submit(work).result()

    def known(self) -> dict[str, Verdict | None]:
        """By pseudonym."""
        with self.database.reading() as session:
            team = rows_of(session, Team)[0]
            people = patients.patients_of(session, team.id)
            found = self.verdicts.known(session, team, people, self.clock.now())
            return {patient.pseudonym: found[patient.id] for patient in people if patient.id in found}

    def refresh(self) -> None:
        asyncio.run(self.verdicts.refresh(1))


@pytest.fixture
def desk(planted_database: Database) -> Iterator[Desk]:
    made = Desk(planted_database)
    yield made
    made.writer.close()


def test_nothing_is_said_before_it_is_known_and_then_what_the_summary_says(desk: Desk) -> None:
    assert set(desk.known().values()) == {None}
    desk.refresh()
    assert desk.verdicts.revision(1) == 1
    with desk.database.reading() as session:
        for patient in patients.patients_of(session, 1):
            said = desk.known()[patient.pseudonym]
            assert said is not None
            for language in languages():
                answered = Answered(record.read(session, patient, desk.clock.now()), texts_in(language))
                assert said.code == (answered.current.verdict if answered.current else "not_enough_data")
                assert said.counts[language] == counts_words(answered)
            assert said.urgency == BY_URGENCY.index(said.code)
    codes = {each.code for each in desk.known().values() if each is not None}
    assert {"does_not_return", "not_enough_data"} <= codes


def test_what_is_new_about_one_is_computed_anew_of_that_one_alone(desk: Desk) -> None:
    desk.refresh()
    portions = desk.renderer.portions  # type: ignore[attr-defined]

    def plan(session: Session) -> None:
        patient = patients.patient_called(session, 1, seed.CASE_PSEUDONYM)
        assert patient is not None
        start = (seed.START + timedelta(days=200)).date()
        schedule.plan_courses(session, "staff:1", patient, [CoursePlan(start, 1, 0.4)], desk.clock.now())

    desk.write(plan)
    assert [name for name, said in desk.known().items() if said is None] == [seed.CASE_PSEUDONYM]
    desk.refresh()
    assert None not in desk.known().values()
    assert desk.renderer.portions == portions + 1  # type: ignore[attr-defined]
    desk.refresh()
    assert desk.verdicts.revision(1) == 2, "nothing was new the third time"


def test_of_whoever_s_time_zone_cannot_be_read_nothing_is_known_and_of_the_others_all(desk: Desk) -> None:
    def lose(session: Session) -> None:
        patient = patients.patient_called(session, 1, seed.CASE_PSEUDONYM)
        assert patient is not None
        patient.time_zone = "Mars/Olympus"
        session.add(patient)

    everyone = desk.known().keys()
    desk.write(lose)
    desk.refresh()
    assert desk.known().keys() == everyone - {seed.CASE_PSEUDONYM}
    assert None not in desk.known().values()


def test_the_next_day_nothing_of_yesterday_is_said(desk: Desk) -> None:
    desk.refresh()
    desk.clock.move_to(seed.START + timedelta(days=1))
    assert set(desk.known().values()) == {None}


def test_more_is_known_portion_by_portion(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "PORTION", 1)
    desk.refresh()
    assert desk.verdicts.revision(1) == len(desk.known()) > 1


def test_nothing_is_kept_of_who_has_left(desk: Desk) -> None:
    desk.refresh()

    def leave(session: Session) -> None:
        for patient in rows_of(session, Patient):
            patient.status = PatientStatus.WITHDRAWN
            session.add(patient)

    desk.write(leave)
    desk.refresh()
    assert not desk.verdicts._kept[1]


def test_a_worker_that_died_is_tried_again_the_next_time(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    renderer = desk.renderer
    assert isinstance(renderer, Here)
    renderer.fails = True
    with caplog.at_level(logging.ERROR):
        desk.refresh()
    assert "Verdicts could not be computed" in caplog.text
    assert desk.verdicts.revision(1) == 0
    renderer.fails = False
    desk.refresh()
    assert None not in desk.known().values()


def test_one_who_cannot_be_computed_takes_nobody_along(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor is it tried, or logged, again each time; on the roster they come last."""
    monkeypatch.setattr(verdicts, "PORTION", 1)
    read = record.read

    def read_but_one(session: Session, patient: Patient, now: datetime) -> Record:
        if patient.pseudonym == seed.CASE_PSEUDONYM:
            raise ValueError(patient.pseudonym)
        return read(session, patient, now)

    monkeypatch.setattr(record, "read", read_but_one)
    with caplog.at_level(logging.ERROR):
        desk.refresh()
        portions = desk.renderer.portions  # type: ignore[attr-defined]
        desk.refresh()
    found = {name: said for name, said in desk.known().items() if said is not None}
    assert set(found) == set(desk.known()), "of everybody something is known"
    assert [name for name, said in found.items() if said.code == NOT_COMPUTED] == [seed.CASE_PSEUDONYM]
    assert max(found.values(), key=lambda said: said.urgency).code == NOT_COMPUTED
    assert desk.renderer.portions == portions  # type: ignore[attr-defined]
    assert caplog.text.count("A verdict could not be computed") == 1
    assert "read_but_one" in caplog.text
    assert seed.CASE_PSEUDONYM not in caplog.text


def test_a_database_that_is_away_says_nothing_about_anybody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was to be computed then is computed the next time."""
    away = OperationalError("select", {}, Exception("away"))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(record, "read", Mock(side_effect=away))
        desk.refresh()
        assert set(desk.known().values()) == {None}
    desk.refresh()
    assert None not in desk.known().values()


def test_asked_for_in_the_background_twice_it_is_computed_once(desk: Desk) -> None:
    async def twice() -> None:
        for _ in range(2):
            desk.verdicts.refresh_soon(1)
        await asyncio.gather(*desk.verdicts._under_way.values())

    asyncio.run(twice())
    assert desk.renderer.portions == 1  # type: ignore[attr-defined]
    assert None not in desk.known().values()


def test_a_team_that_is_forgotten_is_not_known_and_is_computed_anew(desk: Desk) -> None:
    desk.refresh()
    desk.verdicts.forget(1)
    assert not desk.verdicts._kept
    assert set(desk.known().values()) == {None}
    desk.refresh()
    assert None not in desk.known().values()


@pytest.mark.parametrize("is_the_end", [True, False])
def test_what_is_being_computed_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch, is_the_end: bool) -> None:
    """At the end of the bot, or once the team is forgotten: nothing is kept of it after that."""

    async def for_ever(work: object, wanted: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def given_up() -> None:
        desk.verdicts.refresh_soon(1)
        await begun.wait()
        (task,) = desk.verdicts._under_way.values()
        if is_the_end:
            await desk.verdicts.close()
        else:
            desk.verdicts.forget(1)
            await asyncio.wait({task})
            assert not desk.verdicts._kept
        assert task.cancelled()
        assert not desk.verdicts._under_way

    begun = asyncio.Event()
    monkeypatch.setattr(desk.renderer, "run", for_ever)
    asyncio.run(given_up())


def test_the_renderers_own_process_computes_them(planted_database: Database) -> None:
    desk = Desk(planted_database, Renderer())
    desk.refresh()
    found = desk.known()
    desk.renderer.close()
    desk.writer.close()
    assert found[seed.CASE_PSEUDONYM] is not None

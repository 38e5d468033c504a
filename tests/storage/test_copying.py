"""A whole database copied from SQLite to PostgreSQL and back: every row, or nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import SQLModel

from bot.local import seed
from storage import copying, diary
from storage.copying import CopyDiffersError, TargetNotEmptyError
from storage.database import Database
from storage.models import Patient
from tests.postgres import PostgresServer
from tests.storage.support import committing, everything_in, joined_patient, rows_of


@pytest.fixture
def full(sqlite_database: Database) -> Database:
    """The demo's clinic: a long diary, courses, values, people."""
    with committing(sqlite_database) as session:
        seed.plant(session, "Neuromuscular clinic")
    return sqlite_database


@pytest.fixture(params=["with tables", "without tables"])
def empty(request: pytest.FixtureRequest, postgres: PostgresServer) -> Iterator[Database]:
    with postgres.new_database(migrated=request.param == "with tables") as database:
        yield database


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.reading() as session:
        return everything_in(session)


def test_every_row_arrives_and_the_way_back_is_the_identity(full: Database, empty: Database, tmp_path: Path) -> None:
    done = copying.copy(full, empty)
    assert {each.table for each in done} == set(SQLModel.metadata.tables)
    assert sum(each.rows for each in done) > 2500
    assert everything(empty) == everything(full)
    back = Database(f"sqlite:///{tmp_path / 'back.sqlite'}")
    copying.copy(empty, back)
    assert everything(back) == everything(full)
    back.close()


def test_what_is_written_afterwards_gets_new_numbers(full: Database, empty: Database) -> None:
    copying.copy(full, empty)
    with committing(empty) as session:
        before = max(patient.id for patient in rows_of(session, Patient))
        patient = joined_patient(session, 7_000, now=seed.START + timedelta(days=1))
        assert patient.id > before


def test_a_source_in_use_is_copied_as_it_stood_when_it_began(full: Database, empty: Database) -> None:
    before = everything(full)

    def meanwhile(each: copying.Copied) -> None:
        if each.table == "chat":
            with committing(full) as session:
                joined_patient(session, 7_000, now=seed.START)

    copying.copy(full, empty, meanwhile)
    assert everything(empty) == before
    assert everything(full) != before


def test_a_target_that_holds_something_is_left_alone(full: Database, empty: Database) -> None:
    copying.copy(full, empty)
    before = everything(empty)
    with pytest.raises(TargetNotEmptyError):
        copying.copy(full, empty)
    assert everything(empty) == before


def test_a_row_that_arrives_otherwise_is_found_and_nothing_is_kept(full: Database, empty: Database) -> None:
    empty.migrate()
    spoilt: list[bool] = []

    def spoil(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO answer") and not spoilt:
            spoilt.append(True)
            connection.execute(text("UPDATE answer SET value = 10 - value WHERE id = (SELECT min(id) FROM answer)"))

    event.listen(empty.engine, "after_cursor_execute", spoil)
    with pytest.raises(CopyDiffersError, match="answer"):
        copying.copy(full, empty)
    assert all(rows == [] for table, rows in everything(empty).items())
    assert diary.WORDING

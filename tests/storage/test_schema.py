"""The migrations and the declared tables are the same schema, and the code refuses any other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

import storage.models  # noqa: F401  (the tables register themselves)
from storage.database import Database, SchemaMismatchError


@pytest.fixture
def empty_database(database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Another database on the same engine, with nothing in it."""
    if database.is_sqlite:
        empty = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        yield empty
        empty.close()
        return
    with request.getfixturevalue("postgres").new_database(migrated=False) as empty:
        yield empty


def schema_of(database: Database) -> dict[str, Any]:
    """Everything the engine itself says of each table, in its own words."""
    found = inspect(database.engine)

    def in_words(value: Any) -> str:
        # A partial index's condition is an object; what it says is meant.
        return str({key: str(each) for key, each in value.items()} if isinstance(value, dict) else value)

    def told(facts: list[Any]) -> list[str]:
        return sorted(repr(sorted((key, in_words(value)) for key, value in fact.items())) for fact in facts)

    return {
        table: {
            "columns": told(found.get_columns(table)),
            "indexes": told(found.get_indexes(table)),
            "unique": told(found.get_unique_constraints(table)),
            "foreign keys": told(found.get_foreign_keys(table)),
            "primary key": told([found.get_pk_constraint(table)]),
            "checks": told(found.get_check_constraints(table)),
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def test_numbers_that_are_never_given_again_stay_so_through_every_migration(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'diary.sqlite'}")
    database.migrate()
    with database.engine.connect() as connection:
        made = connection.execute(text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")).scalars()
        declared = {
            table.name
            for table in SQLModel.metadata.tables.values()
            if table.dialect_options["sqlite"]["autoincrement"]
        }
        assert set(made) == declared >= {"course"}
    database.close()


def test_alembic_finds_no_difference_between_migrated_and_declared(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_engine_describes_the_migrated_schema_as_the_declared_one(
    database: Database, empty_database: Database
) -> None:
    SQLModel.metadata.create_all(empty_database.engine)
    migrated, declared = schema_of(database), schema_of(empty_database)
    assert set(migrated) == set(declared) == {table.name for table in SQLModel.metadata.sorted_tables}
    for table, facts in declared.items():
        assert migrated[table] == facts, table


def test_every_migration_goes_up_down_to_nothing_and_up_again(empty_database: Database) -> None:
    empty_database.migrate()
    once = schema_of(empty_database)
    empty_database.migrate("base")
    assert schema_of(empty_database) == {}
    assert empty_database.revision() is None
    empty_database.migrate()
    assert schema_of(empty_database) == once
    empty_database.check_schema()


def test_migrating_what_is_migrated_changes_nothing(database: Database) -> None:
    before = schema_of(database)
    database.migrate()
    assert schema_of(database) == before


def test_an_empty_database_is_refused(empty_database: Database) -> None:
    with pytest.raises(SchemaMismatchError, match="revision none"):
        empty_database.check_schema()


@pytest.mark.parametrize("revision", ["0000", "9999"])
def test_an_older_or_newer_schema_is_refused(database: Database, revision: str) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    with pytest.raises(SchemaMismatchError, match=revision) as refused:
        database.check_schema()
    assert refused.value.found == revision
    assert refused.value.expected == database.expected_revision()


def test_sqlite_is_durable_waits_for_locks_and_minds_foreign_keys(sqlite_database: Database) -> None:
    with sqlite_database.engine.connect() as connection:
        found = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one()
            for pragma in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    full = 2
    assert found == {"journal_mode": "wal", "synchronous": full, "busy_timeout": 10_000, "foreign_keys": 1}


def test_errors_of_the_database_carry_no_values(database: Database) -> None:
    with pytest.raises(Exception, match="no_such_table") as failed, database.writing() as connection:
        connection.execute(text("INSERT INTO no_such_table VALUES (:answer)"), {"answer": "my-secret-pain"})
    assert "my-secret-pain" not in str(failed.value)


def test_what_is_stored_and_refers_to_each_other_outlives_a_migration_up_and_down(empty_database: Database) -> None:
    empty_database.migrate("0001")
    with empty_database.writing() as connection:
        for statement in (
            "INSERT INTO team (id, name, time_zone, prompt_time, reminder_leads, reminder_time, summary_weekday,"
            " summary_time, created_at) VALUES (1, 'Clinic', 'UTC', '18:00:00', '[7, 1]', '09:00:00', 0,"
            " '08:00:00', '2026-03-02 10:00:00')",
            "INSERT INTO chat (id, telegram_id, language, created_at) VALUES (1, 1001, 'en', '2026-03-02 10:00:00')",
            "INSERT INTO staff (id, team_id, chat_id, coordinator, clinician, joined_at)"
            " VALUES (1, 1, 1, true, false, '2026-03-02 10:00:00')",
        ):
            connection.execute(text(statement))

    def stored() -> list[Any]:
        with empty_database.writing() as connection:
            query = "SELECT team.name, staff.coordinator FROM staff JOIN team ON team.id = staff.team_id"
            return [tuple(row) for row in connection.execute(text(query))]

    empty_database.migrate()
    assert stored() == [("Clinic", 1)]
    empty_database.migrate("0001")
    assert stored() == [("Clinic", 1)]
    empty_database.migrate()


def test_answers_to_questions_that_an_older_version_does_not_know_go_and_the_others_stay(
    empty_database: Database,
) -> None:
    empty_database.migrate()

    def run(statement: str, **values: Any) -> list[Any]:
        with empty_database.writing() as connection:
            done = connection.execute(text(statement), values)
            return [tuple(row) for row in done] if done.returns_rows else []

    def answer(item: str, value: int) -> None:
        run(
            "INSERT INTO answer (team_id, patient_id, diary_date, item, revision, value, answered_at, received_at,"
            " late, way, wording) VALUES (1, 1, '2026-03-02', :item, 1, :value, '2026-03-02 10:00:00',"
            " '2026-03-02 10:00:00', false, 'typed', '2026-1')",
            item=item,
            value=value,
        )

    run(
        "INSERT INTO team (id, name, time_zone, prompt_time, reminder_leads, reminder_time, summary_weekday,"
        " summary_time, created_at) VALUES (1, 'Clinic', 'UTC', '18:00:00', '[7, 1]', '09:00:00', 0, '08:00:00',"
        " '2026-03-02 10:00:00')"
    )
    run(
        "INSERT INTO patient (id, team_id, pseudonym, status, time_zone, prompt_time, created_at)"
        " VALUES (1, 1, 'P-AAAA', 'active', 'UTC', '18:00:00', '2026-03-02 10:00:00')"
    )
    answer("pain", 10)
    answer("stairs", 99)
    answer("own:1", 10)
    for item, value in (("weakness", 11), ("own:2", 11), ("stairs", 100), ("tiredness", -1)):
        with pytest.raises(IntegrityError):
            answer(item, value)
    empty_database.migrate("0008")
    assert run("SELECT item FROM answer") == [("pain",)]
    empty_database.migrate()
    assert run("SELECT item FROM answer") == [("pain",)]


def test_references_are_minded_again_after_a_migration(sqlite_database: Database) -> None:
    sqlite_database.migrate("0001")
    sqlite_database.migrate()
    with pytest.raises(IntegrityError), sqlite_database.writing() as connection:
        connection.execute(text("INSERT INTO receipt VALUES (99, 'message:1', '2026-03-02 10:00:00')"))

"""Big tables in seconds: rows that the database itself makes out of a series of numbers."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlmodel import Session

from storage.database import Database
from storage.models import Team

ZONE = "UTC"
DAY = timedelta(days=1)
SERIES = "SELECT 1 UNION ALL SELECT k + 1 FROM series WHERE k < {many}"
CHATS = """
INSERT INTO chat (id, telegram_id, language, created_at)
WITH RECURSIVE series(k) AS ({series}) SELECT k, k, 'en', {before} FROM series
"""
# Due at one of the minutes of the day to come, save the first, who are to be asked now.
PATIENTS = """
INSERT INTO patient
 (id, team_id, chat_id, pseudonym, status, time_zone, prompt_time, next_prompt_at, consented_at, created_at)
WITH RECURSIVE series(k) AS ({series})
SELECT k, 1, k, 'P-' || k, 'active', '{zone}', {evening}, CASE WHEN k <= {due} THEN {now} ELSE {some_minute} END,
 {before}, {before} FROM series
"""
# What an ordinary day has behind it: yesterday's question, its four answers and its message.
DAYS = """
INSERT INTO diaryday
 (team_id, patient_id, diary_date, time_zone, opened_at, closes_at, asked_at, shown_at, message_id)
WITH RECURSIVE series(k) AS ({series}) SELECT 1, k, {day}, '{zone}', {before}, {now}, {before}, {before}, 1 FROM series
"""
ANSWERS = """
INSERT INTO answer
 (team_id, patient_id, diary_date, item, revision, value, answered_at, received_at, late, way, wording)
WITH RECURSIVE series(k) AS ({series})
SELECT 1, k, {day}, item, 1, k % 11, {before}, {before}, false, 'button', '2026-1'
FROM series, (SELECT 'pain' AS item UNION ALL SELECT 'tiredness' UNION ALL SELECT 'weakness'
 UNION ALL SELECT 'exertion_pain') AS items
"""
# Sent, but for the last: those wait, all due, in the random order among equals that they have in life.
OUTBOX = """
INSERT INTO outbox
 (team_id, chat_id, kind, patient_id, diary_date, dedupe_key, rank, spread, due_at, expires_at, untold, state,
  attempts, doubtful, message_id, sent_at)
WITH RECURSIVE series(k) AS ({series})
SELECT 1, 1 + k % {people}, 'daily_prompt', 1 + k % {people}, {day}, 'daily_prompt:' || k || ':' || {day}, 4,
 CAST((CAST(k AS BIGINT) * 2654435761) % 2147483647 AS INTEGER), {before}, {later}, false,
 CASE WHEN k > {sent} THEN 'pending' ELSE 'sent' END, CASE WHEN k > {sent} THEN 0 ELSE 1 END, false,
 CASE WHEN k > {sent} THEN NULL ELSE k END, CASE WHEN k > {sent} THEN NULL ELSE {before} END FROM series
"""


def sqlite(folder: Path, name: str = "bench") -> Database:
    """A new database, at the schema of this version."""
    database = Database(f"sqlite:///{folder / name}.sqlite")
    database.migrate()
    return database


def without_the_disk(database: Database) -> Database:
    """For filling, and where time is not true anyway: nothing waits for the disk."""

    @event.listens_for(database.engine, "connect")
    def _faster(connection: Any, _record: Any) -> None:
        for pragma in ("synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {pragma}")

    database.engine.dispose()
    return database


def clinic(folder: Path, patients: int, due: int, now: datetime) -> Database:
    """Patients 1 to `patients`, each with the account of that number; the first `due` are to be asked at `now`,
    a whole minute. Yesterday all were asked and answered.
    """
    filling = without_the_disk(sqlite(folder))
    with filling.writing() as connection:
        given = _given(filling, patients, due, now)
        _people(connection, given, now)
        for statement in (DAYS, ANSWERS, OUTBOX):
            _run(connection, statement, given)
    filling.close()
    # What was written must not still be on its way to the disk while it is measured how long a commit takes.
    os.sync()
    return Database(str(filling.url))


def outbox(database: Database, rows: int, waiting: int, patients: int, now: datetime) -> None:
    """An outbox of so many rows about so many patients, of which the last `waiting` are still to be sent."""
    filling = without_the_disk(Database(str(database.url))) if database.is_sqlite else database
    with filling.writing() as connection:
        given = _given(filling, patients, 0, now)
        _people(connection, given, now)
        _run(connection, OUTBOX, {**given, "series": _series(rows), "sent": rows - waiting})
    if filling is not database:
        filling.close()
        os.sync()
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # As its own housekeeping does, some time after so much was written.
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))


def _people(connection: Connection, given: dict[str, Any], now: datetime) -> None:
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        session.add(Team(id=1, name="Bench", time_zone=ZONE, created_at=now - DAY))
        session.commit()
    _run(connection, CHATS, given)
    _run(connection, PATIENTS, given)


def _series(many: int) -> str:
    return SERIES.format(many=many)


def _given(database: Database, patients: int, due: int, now: datetime) -> dict[str, Any]:
    """The literals of the statements above, as this database writes them."""

    def instant(at: datetime) -> str:
        written = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return f"'{written}'" if database.is_sqlite else f"TIMESTAMPTZ '{written}+00'"

    minutes, yesterday = "(10 + k % 1430)", f"{now - DAY:%Y-%m-%d}"
    on_sqlite = {
        "evening": f"'{now:%H:%M}:00.000000'",
        "day": f"'{yesterday}'",
        "some_minute": f"strftime('%Y-%m-%d %H:%M:%S', {instant(now)}, '+' || {minutes} || ' minutes') || '.000000'",
    }
    on_postgresql = {
        "evening": f"TIME '{now:%H:%M}'",
        "day": f"DATE '{yesterday}'",
        "some_minute": f"{instant(now)} + {minutes} * INTERVAL '1 minute'",
    }
    return {
        "series": _series(patients),
        "people": patients,
        "sent": patients,
        "due": due,
        "zone": ZONE,
        "now": instant(now),
        "before": instant(now - DAY),
        "later": instant(now + DAY),
        **(on_sqlite if database.is_sqlite else on_postgresql),
    }


def _run(connection: Connection, statement: str, given: dict[str, Any]) -> None:
    # No parameters: PostgreSQL would not know their types in such a statement. The colons are no parameters either.
    connection.exec_driver_sql(statement.format(**given).replace("%", "%%" if "+00'" in given["now"] else "%"))

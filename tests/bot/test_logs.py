"""The log: for people or for machines, without secrets or a word about anybody; and the guard that sees to it."""

import json
import logging
from pathlib import Path

import pytest

from bot import logs
from storage.database import Database
from tests.delivery.process import Service
from tests.log_guard import GUARD, LogGuard
from tests.support import TOKEN, Clinic

NOTE = "could not climb the stairs at all"


def record(name: str, message: str, *values: object, error: Exception | None = None) -> logging.LogRecord:
    about = (type(error), error, None) if error is not None else None
    return logging.LogRecord(name, logging.ERROR, "a.py", 1, message, values, about)


def test_a_line_of_json_holds_when_what_and_where() -> None:
    told = json.loads(logs.Objects([]).format(record("bot.runtime", "The bot @%s is running", "diary_bot")))
    assert told.pop("at").endswith("+00:00")
    assert told == {
        "level": "ERROR",
        "logger": "bot.runtime",
        "event": "the_bot_is_running",
        "message": "The bot @diary_bot is running",
    }


@pytest.mark.parametrize("formatter", [logs.Lines, logs.Objects])
def test_secrets_and_values_are_taken_out_wherever_they_stand(formatter: type[logs.Lines]) -> None:
    error = OSError(f"refused\nDETAIL:  Failing row contains (7, {NOTE}).\nat https://t.example/bot{TOKEN}/getMe")
    line = formatter([TOKEN]).format(record("httpx", f"POST {TOKEN} %s", "done", error=error))
    assert TOKEN not in line
    assert NOTE not in line
    assert "[secret]" in line
    assert "[left out]" in line
    assert "\n" not in line or formatter is logs.Lines


def test_a_librarys_words_are_no_event() -> None:
    told = json.loads(logs.Objects([]).format(record("httpx._client", "GET https://t.example/botABCDEF")))
    assert told["event"] == "httpx"


def test_a_running_bot_logs_one_object_a_line(sqlite_database: Database, tmp_path: Path) -> None:
    with Service(sqlite_database, tmp_path) as service:
        service.more = {"LOG_FORMAT": "json"}
        service.start()
        service.until(lambda: "is running" in service.log.read_text())
        assert service.terminate(60) == 0
        events = [json.loads(line)["event"] for line in service.log.read_text().splitlines()]
    assert "the_bot_is_running" in events


@pytest.mark.parametrize(
    ("line", "leaks"),
    [
        ("The bot @b is running", 0),
        (f"POST https://api.telegram.org/bot{TOKEN}/sendMessage", 1),
        ("A prompt for P-7KQ4 was refused", 1),
        ("[SQL: INSERT INTO note]\n[parameters: (7, 'x')]", 1),
        ("DETAIL: Failing row contains (7)", 1),
        ("[SQL parameters hidden due to hide_parameters=True]\nDETAIL: [left out]", 0),
        (f"A note was kept: {NOTE}", 1),
    ],
)
def test_the_guard_knows_what_must_not_be_logged(line: str, leaks: int) -> None:
    guard = LogGuard()
    guard.types(NOTE)
    assert len(guard.leaks_in(line)) == leaks


def test_the_guard_hears_every_part_of_the_product_and_what_people_type(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says(NOTE)
    for name in ("bot.traffic.courier", "jobs.clock", "storage.outbox", "sqlalchemy.engine"):
        logging.getLogger(name).warning("somebody wrote: %s", NOTE)
    heard = GUARD.found()
    GUARD.begins()
    assert len(heard) >= 4
    assert all(NOTE in leak for leak in heard)
    logging.getLogger("telegram.request").error("cannot be read: %s", TOKEN)
    assert GUARD.found() == [], "that one is muted in the product"


def test_the_guard_hears_what_is_edited_and_what_stands_below_a_picture_or_is_shared(clinic: Clinic) -> None:
    anna = clinic.patient()
    written = clinic.world.say(anna.account, "hm")
    clinic.calm()
    clinic.world.edit(anna.account, written, "rather a burning pain")
    clinic.world.send_photo(anna.account, caption="what my arm looks like")
    clinic.world.send_document(anna.account, "letter of Dr Miller.pdf", b"x", caption="of my own doctor")
    clinic.world.share_contact(anna.account, "+41791234567")
    clinic.calm()
    for said in (
        "rather a burning pain",
        "what my arm looks like",
        "letter of Dr Miller.pdf",
        "of my own doctor",
        "+41791234567",
    ):
        assert GUARD.leaks_in(f"it was written: {said}"), said


def test_a_note_and_a_fault_of_the_database_leave_no_trace_in_the_log(
    clinic_on_each: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    with clinic.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE receipt")
    clinic.world.say(anna.account, NOTE)
    clinic.world.wait_for(lambda _: "An update" in caplog.text, 60)
    assert NOTE not in caplog.text
    assert "\n  File " in caplog.text, "where it went wrong"

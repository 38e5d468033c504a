"""Whatever people and files hand to the parsers: any text is read, or refused in words; nothing else may happen.

Each target takes bytes, so that hypothesis (in the tests) and atheris (`make fuzz`) can both make them up.
"""

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from telegram import Update

from bot import settings
from bot.application import _incoming
from bot.desk import init_data
from bot.dialogues import calendar, check_in, typed_answers, typed_plans
from bot.dialogues.calendar import Days as CalendarDays
from bot.replies import number_in
from bot.settings import SettingsError
from bot.team.patients_named import read_code
from bot.texts import languages, locales, texts_in
from jobs import measured, measured_lines, measured_table, reading, research
from jobs.clock import MovableClock
from jobs.csv_files import LABS, read_folder
from jobs.csv_table import Fault
from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.measured_lines import Days, Words
from jobs.own_data.cells import guarded, unguarded
from jobs.refusals import Refusal
from jobs.research import schema
from storage.questions import SCALE, STANDARD

Target = Callable[[bytes], None]
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
# What a file's target is cut into: each part goes into the next file.
PART = b"\x1e"
WORDS = Words(frozenset({"from", "since"}), frozenset({"to", "until"}), frozenset({"stop"}))


def text_in(data: bytes) -> str:
    """As a message holds it: no half characters."""
    return data.decode("utf-8", "ignore")


def typed_answer(data: bytes) -> None:
    line = text_in(data)
    for language in languages():
        for asked in (None, STANDARD[0]):
            try:
                found = typed_answers.read(line, STANDARD, asked, language)
            except Refusal:
                continue
            assert found is None or set(found) <= {each.key for each in STANDARD}
            assert found is None or all(value is None or value in SCALE for value in found.values())
        typed_answers.is_answer(line, STANDARD, language)


def day_time_and_place(data: bytes) -> None:
    line = text_in(data)
    for language in languages():
        found = reading.parse_date(line, TODAY, locales(language))
        assert found is None or isinstance(found, date)
    reading.parse_time(line)
    number = reading.parse_number(line)
    assert number is None or abs(number) < 10**9
    reading.parse_zone(line)
    if len(line) < 60:
        assert len(reading.zone_suggestions(line, 8)) <= 8


def one_line_plan(data: bytes) -> None:
    line = text_in(data)
    _code, rest = read_code(line)
    assert len(rest) <= len(line)
    for language in languages():

        def read_date(text: str, spoken: tuple[str, ...] = locales(language)) -> date | None:
            return reading.parse_date(text, TODAY, spoken)

        for part in (line, rest):
            typed_plans.read_move(part, language, read_date)
            typed_plans.read_series(part, language, read_date)
            interval = typed_plans.read_interval(part, language)
            assert interval is None or 0 <= interval <= 7 * 999


def one_line_value(data: bytes) -> None:
    line, days = text_in(data), Days(TODAY, locales("en"))
    for read in (
        lambda: measured_lines.read_value(CREATINE_KINASE, line, days),
        lambda: measured_lines.read_value(WEIGHT, line, days),
        lambda: measured_lines.read_steroid(line, days, WORDS),
        lambda: measured_lines.read_dose(line),
    ):
        try:
            read()
        except Refusal as refusal:
            # As it would be said.
            texts_in("en")(refusal.key, **refusal.arguments)


def pasted_table(data: bytes) -> None:
    text = measured_table.text_of(data)
    if isinstance(text, Fault):
        return
    lines, faults = measured_table.read(text, TODAY, locales("de"))
    assert lines or faults
    for line in lines:
        assert TODAY - getattr(line.entry, "day", TODAY) <= measured.FARTHEST_BACK


def case_folder(data: bytes) -> None:
    """A folder of CSV files, as `report --from` and `import` read it."""
    files = ("courses.csv", "diary.csv", LABS, "steroids.csv")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in zip(files, data.split(PART), strict=False):
            (Path(folder) / name).write_bytes(content)
        read_folder(Path(folder))
        read_folder(Path(folder), stored_on=TODAY)


def export_folder(data: bytes) -> None:
    """A folder of an export, as `import` checks it before anything is stored."""
    files = (schema.ABOUT, *(table.file for table in schema.TABLES))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in zip(files, data.split(PART), strict=False):
            (Path(folder) / name).write_bytes(content)
        assert all(fault.file in files for fault in research.check(Path(folder), NOW))


def button(data: bytes) -> None:
    pressed = text_in(data)[:64]
    tap = check_in.read_tap(pressed)
    assert tap is None or tap.value is None or 0 <= tap.value <= 99
    number = number_in(pressed)
    assert number is None or 0 <= number < 10**9
    if calendar.is_month(pressed):
        rows = calendar.month_of_days(CalendarDays(TODAY, TODAY), pressed, texts_in("fr"))
        assert all(cell.label.strip() for row in rows for cell in row)


def update(data: bytes) -> None:
    """As a webhook takes it: what cannot be read is an error of the library's, and what can is understood."""
    try:
        told = Update.de_json(json.loads(data), None)
        assert isinstance(told.update_id, int)
    except Exception:  # stepped over, and told to nobody
        return
    incoming = _incoming(told, MovableClock(NOW), "bot")
    assert incoming is None or (incoming.said_at <= NOW and len(incoming.what) > 0)


def web_app(data: bytes) -> None:
    """What a page says Telegram said: never believed, since nobody here knows the token that it is signed with."""
    with suppress(init_data.InitDataError):
        init_data.checked(data.decode("utf-8", "surrogateescape"), "1:token", NOW)
        raise AssertionError("believed")


def env_file(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ".env"
        path.write_bytes(data)
        with suppress(SettingsError):
            assert settings.load(need_token=True, env_file=path).token


def cell(data: bytes) -> None:
    """A text is itself again after an export and an import, and no cell of it begins a formula."""
    text = text_in(data)
    held = guarded(text)
    assert unguarded(held) == text
    beginnings = [held, *(part for mark in ",;|\t\r\n\v\f" for part in held.split(mark))]
    assert not any(each.lstrip(' \0"').startswith(("=", "+", "-", "@")) for each in beginnings)


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        typed_answer,
        day_time_and_place,
        one_line_plan,
        one_line_value,
        pasted_table,
        case_folder,
        export_folder,
        button,
        update,
        web_app,
        env_file,
        cell,
    )
}


def seeds() -> dict[str, list[bytes]]:
    """Where to begin: what is understood."""
    case = Path(__file__).parents[2] / "bot" / "local" / "case"
    people: dict[str, Any] = {"id": 7, "is_bot": False, "first_name": "A", "language_code": "en"}
    message = {"message_id": 5, "date": 1772445600, "chat": {"id": 7, "type": "private"}, "from": people, "text": "7"}
    pressed = {"id": "1", "from": people, "chat_instance": "1", "data": "c:0:20260302:answer:0:7", "message": message}
    exports = [
        b"name,value\r\nschema_version," + schema.VERSION.encode(),
        *(",".join(column.name for column in table.all_columns).encode() + b"\r\n" for table in schema.TABLES),
    ]
    return {
        "typed_answer": [b"7", b"3 2 2 4", b"pain 3, weakness skip", "sept, Müdigkeit 4".encode(), b"7/10"],
        "day_time_and_place": [b"Thu 12 Mar 2026", b"12.3.", b"demain", b"18h30", b"6:30 pm", b"Zurich", b"0,8"],
        "one_line_plan": [b"P-7KQ4 3 Mar to 12 Mar and later", b"P-7KQ4 every 4 weeks x 6 from 3 Mar 0.8 g/kg 1 day"],
        "one_line_value": [
            b"1250 <195 12 Mar",
            b"82,5 kg",
            b"prednisone 30/20 from 1 Mar to 30 Mar",
            b"stop predni 3 Apr",
        ],
        "pasted_table": [
            b"P-7KQ4;2026-03-01;CK;1250;U/l;195",
            b"patient,from,to,drug,dose_mg,alternate_dose_mg\nP-7KQ4,2026-01-01,,prednisone,30,20",
        ],
        "case_folder": [PART.join((case / name).read_bytes() for name in ("courses.csv", "diary.csv", "labs.csv"))],
        "export_folder": [PART.join(exports)],
        "button": [b"c:0:20260302:answer:0:7", b"pt:12", b"2026-03", b"f:plan_course:start:2026-03-12"],
        "update": [
            json.dumps({"update_id": 1, **each}).encode()
            for each in ({"message": message}, {"callback_query": pressed})
        ],
        "web_app": [
            b"user=%7B%22id%22%3A7%7D&auth_date=1772445600&signature=A-b_&query_id=AA&hash=" + b"0f" * 32,
        ],
        "env_file": [b"TELEGRAM_BOT_TOKEN=1:abcdefghijklmnopqrstu\nDATABASE_URL=postgresql://h:1/n\nTIME_ZONE=UTC\n"],
        "cell": [b"=1+1", b"a;-b", "'＋x".encode()],
    }

"""A fault that nobody foresaw is logged with its place and kind, and without what somebody typed."""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy.exc import OperationalError

from bot import logs
from tests.bot.shell import left_as_it_was

TYPED = "pain 7, and a rash"


@dataclass
class Log:
    """What a process would write to standard error."""

    logger: logging.Logger
    written: io.StringIO

    @property
    def said(self) -> str:
        return self.written.getvalue()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    monkeypatch.setattr(logging, "raiseExceptions", True)
    with left_as_it_was():
        logs.set_up("INFO", ["a-secret"])
        (handler,) = (each for each in logging.root.handlers if type(each) is logging.StreamHandler)
        written = io.StringIO()
        handler.setStream(written)
        yield Log(logging.getLogger("bot.somewhere"), written)


def test_what_an_unforeseen_fault_quotes_is_left_out(log: Log) -> None:
    try:
        try:
            int(TYPED)
        except ValueError as fault:
            raise KeyError(TYPED) from fault
    except KeyError:
        log.logger.exception("An update could not be understood")
    said = log.said
    assert "rash" not in said
    for part in ("An update could not be understood", "ValueError", "While this was dealt with:", "KeyError", "line "):
        assert part in said


def test_what_a_machine_says_is_kept_but_no_secret_in_it(log: Log) -> None:
    try:
        raise OperationalError("INSERT", {"value": TYPED}, OSError("disk full at a-secret"), hide_parameters=True)
    except OperationalError:
        log.logger.exception("Not committed")
    said = log.said
    assert "disk full at [secret]" in said
    assert "rash" not in said


def test_a_fault_while_another_was_dealt_with_ends_where_it_began(log: Log) -> None:
    try:
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            raise LookupError(TYPED)  # noqa: B904  (on purpose: its context is told)
    except LookupError:
        log.logger.exception("Stumbled")
    said = log.said
    assert said.index("ZeroDivisionError") < said.index("LookupError")
    assert "rash" not in said


def test_a_line_that_cannot_be_written_is_not_told_otherwise(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    log.written.close()
    try:
        int(TYPED)
    except ValueError:
        log.logger.exception("An update could not be understood")
    assert "rash" not in capsys.readouterr().err

"""Messages that failed are kept for an operator, who looks at them or sends them again."""

from pathlib import Path

import pytest

from bot.history_words import what
from bot.local.faults import Fault
from bot.texts import texts_in
from jobs import parked as dealing
from jobs.parked import Dealt
from storage import audit, parked
from storage.models import AuditEntry, MessageKind, MessageState, OutboxMessage
from tests.bot.test_command_line import Operator, ready
from tests.bot.watching.support import watched
from tests.delivery.support import asked, becomes_evening, later, patients, the_prompt
from tests.support import Clinic


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    monkeypatch.chdir(tmp_path)
    return Operator(tmp_path)


def refused_for_good(clinic: Clinic, many: int = 1) -> None:
    """So many patients' check-ins, which Telegram will not take."""
    patients(clinic, many)
    clinic.world.misbehave(Fault("bad_request", "sendMessage", description="can't parse entities", times=None))
    becomes_evening(clinic)
    clinic.world.faults.lift()


def parked_now(clinic: Clinic) -> list[parked.Pile]:
    piles: list[parked.Pile] = clinic.read(lambda session: parked.piles(session, clinic.clock.now()))
    return piles


def test_what_telegram_refused_is_parked_and_sent_again_in_one_step(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    refused_for_good(clinic, 2)
    (pile,) = parked_now(clinic)
    assert (pile.kind, pile.fault, pile.many, pile.of_use) == (MessageKind.DAILY_PROMPT, "bad_request", 2, 2)
    dealt = clinic.write(lambda session: dealing.send_again(session, clinic.clock.now()))
    assert dealt == Dealt(sent_again=2)
    clinic.calm()
    assert {row.state for row in clinic.rows(OutboxMessage)} == {MessageState.SENT}
    assert parked_now(clinic) == []
    (entry,) = [entry for entry in clinic.rows(AuditEntry) if entry.action == "parked_dealt_with"]
    assert (entry.actor, entry.after, entry.patient_id) == (audit.OPERATOR, {"sent_again": 2, "let_go": 0}, None)
    assert "sent again 2, let go 0" in what(entry, texts_in("en"))


def test_what_is_of_no_use_any_more_is_let_go_and_not_sent(clinic: Clinic) -> None:
    refused_for_good(clinic)
    clinic.passes(hours=5)
    (pile,) = parked_now(clinic)
    assert pile.of_use == 0
    assert clinic.write(lambda session: dealing.send_again(session, clinic.clock.now())) == Dealt(let_go=1)
    later(clinic, minutes=1)
    assert the_prompt(clinic).state is MessageState.FAILED
    assert parked_now(clinic) == []


def test_only_the_kind_that_is_named_is_touched(clinic: Clinic) -> None:
    refused_for_good(clinic)
    now = clinic.clock.now()
    assert clinic.write(lambda session: dealing.let_go(session, now, MessageKind.ALERT)) == Dealt()
    assert len(parked_now(clinic)) == 1
    assert clinic.write(lambda session: dealing.let_go(session, now, MessageKind.DAILY_PROMPT)) == Dealt(let_go=1)
    assert parked_now(clinic) == []
    assert [entry.action for entry in clinic.rows(AuditEntry)].count("parked_dealt_with") == 1


def test_a_chat_that_its_owner_closed_is_nothing_for_an_operator(clinic: Clinic) -> None:
    (anna,) = patients(clinic)
    clinic.world.block(anna.account)
    becomes_evening(clinic)
    assert parked_now(clinic) == []


def test_who_presses_what_was_in_doubt_proves_that_it_came_and_it_is_parked_no_longer(clinic: Clinic) -> None:
    (anna,) = patients(clinic)
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage", chat_id=anna.account, times=None))
    becomes_evening(clinic)
    for _ in range(3):
        later(clinic, minutes=5)
    clinic.world.faults.lift()
    assert len(asked(anna)) == 2, "once, and once more"
    (pile,) = parked_now(clinic)
    assert pile.fault == "unsure"
    anna.presses("7")
    assert the_prompt(clinic).state is MessageState.SENT
    assert parked_now(clinic) == []


def test_the_command_lists_by_kind_and_fault_and_says_nothing_of_anybody(clinic: Clinic, operator: Operator) -> None:
    ready(operator, clinic.server.url)
    operator.sets(DATABASE_URL=str(clinic.database.url))
    assert "No message is parked." in operator.types("parked").out
    refused_for_good(clinic, 3)
    listed = operator.types("parked")
    assert listed.code == 0
    assert "daily_prompt: 3, due between Mon 2 Mar 2026, 18:00" in listed.out
    assert "Telegram refused it for good" in listed.out
    assert "P-" not in listed.out
    assert operator.types("parked", "--again", "--seen").code == 2
    # By this machine's clock that evening is long over.
    assert "Sent again: 0. Let go: 3." in operator.types("parked", "--again").out
    assert "No message is parked." in operator.types("parked", "--seen").out


def test_doctor_and_the_pages_say_the_same_of_parked_messages(clinic: Clinic, operator: Operator) -> None:
    ready(operator, clinic.server.url)
    with watched(clinic) as monitor:
        operator.sets(DATABASE_URL=str(clinic.database.url), WATCH_LISTEN=monitor.url.removeprefix("http://"))
        well = operator.types("doctor")
        assert "ok: the bot that runs here answers" in well.out
        assert "note: nobody is told when something needs a person" in well.out
        refused_for_good(clinic)
        assert monitor.red() == ["parked"]
        told = operator.types("doctor")
        assert told.code == 2
        assert "WRONG: messages that failed and that nobody has looked at: 1. python -m bot parked" in told.out
        assert "WRONG: daily_prompt: 1, due" in told.out
    assert "note: no bot runs here" in operator.types("doctor").out

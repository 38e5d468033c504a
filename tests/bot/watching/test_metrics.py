"""What Prometheus is told: counted as it happens, measured when it asks, and with nobody's id in it."""

import re

import httpx
from prometheus_client.parser import text_string_to_metric_families

from bot.local.faults import Fault
from storage.models import MessageKind
from tests.bot.watching.support import Monitor, watched
from tests.delivery.support import becomes_evening, later, patients
from tests.support import TOKEN, Clinic


def told(monitor: Monitor) -> dict[tuple[str, str], float]:
    """(name, labels in one line) -> value."""
    monitor.watch.lookout._seen = None
    answer = httpx.get(f"{monitor.url}/metrics", timeout=60)
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix("infusion_diary_"), " ".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_an_evening_is_counted_from_the_question_to_the_answer(clinic: Clinic) -> None:
    (anna,) = patients(clinic)
    with watched(clinic) as monitor:
        clinic.clock.move_to(clinic.local("2026-03-02 18:00"))
        clinic.passes(minutes=1)
        found = told(monitor)
        assert found["messages_total", "daily_prompt sent"] == 1
        assert found["prompt_lag_seconds_count", ""] == 1
        assert found["prompt_lag_seconds_sum", ""] == 60
        for value in ("7", "3", "2", "4"):
            anna.presses(value)
        anna.presses("Change")
        found = told(monitor)
        assert found["answers_stored_total", ""] == 4
        assert found["updates_total", "taken"] == 5
        assert found["last_update_timestamp_seconds", ""] == clinic.clock.now().timestamp()
        assert found["job_seconds_count", "daily_prompt"] >= 1


def test_a_press_that_comes_twice_stores_one_answer(clinic: Clinic) -> None:
    (anna,) = patients(clinic)
    becomes_evening(clinic)
    message, data = anna.last["message_id"], anna.buttons_of(anna.last["message_id"])["7"]
    with watched(clinic) as monitor:
        anna.taps(message, data)
        anna.taps(message, data, forge=True)
        assert told(monitor)["answers_stored_total", ""] == 1


def test_what_became_of_messages_is_told_by_kind(clinic: Clinic) -> None:
    refused, blocked, doubtful = patients(clinic, 3)
    clinic.world.misbehave(Fault("bad_request", "sendMessage", refused.account, description="no", times=None))
    clinic.world.block(blocked.account)
    clinic.calm()
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage", doubtful.account))
    with watched(clinic) as monitor:
        becomes_evening(clinic)
        found = told(monitor)
        assert found["messages_total", "daily_prompt refused"] == 1, "who has blocked the bot is not even tried"
        assert found["messages_total", "daily_prompt unsure"] == 1
        assert found["outbox_messages", "unsure"] == 1
        assert found["parked_messages", ""] == 1
        assert found["light_red", "parked"] == 1
        assert found["light_red", "database"] == 0
        clinic.world.faults.lift()
        later(clinic, minutes=5)
        found = told(monitor)
        assert found["messages_total", "daily_prompt sent"] == 1
        # Tried again after a doubt: since six, and not since it was last due.
        assert found["prompt_lag_seconds_sum", ""] == 300
        assert found["outbox_messages", "unsure"] == 0


def test_a_page_that_is_drawn_is_timed(clinic: Clinic) -> None:
    clinician = clinic.clinician()
    clinic.patient()
    with watched(clinic) as monitor:
        clinician.says("/summary")
        found = told(monitor)
        assert found["drawing_seconds_count", "summary"] == 1
        assert found["drawing_seconds_sum", "summary"] > 0
        assert found["messages_total", "summary_asked sent"] >= 1


def test_the_machine_and_the_queue_are_measured_when_asked_for(clinic: Clinic) -> None:
    with watched(clinic) as monitor:
        found = told(monitor)
        assert found["disk_free_bytes", ""] > 0
        assert found["database_write_seconds", ""] > 0
        assert found["writer_queue", ""] == 0
        assert found["telegram_ban_seconds", ""] == 0
        assert found["process_resident_memory_bytes", ""] > 10_000_000


def test_no_label_says_who_anybody_is(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.clinician()
    becomes_evening(clinic)
    anna.presses("7")
    with watched(clinic) as monitor:
        said = httpx.get(f"{monitor.url}/metrics", timeout=60).text
    assert anna.row.pseudonym not in said
    assert TOKEN not in said
    labels = set(re.findall(r'(\w+)="', said))
    assert labels == {"kind", "outcome", "le", "job", "light", "state"}
    assert set(re.findall(r'kind="(\w+)"', said)) <= {kind.value for kind in MessageKind}

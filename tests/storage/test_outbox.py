"""The life of an outgoing message, as its row has it."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from jobs import schedule
from jobs.schedule import CoursePlan
from storage import outbox, withdrawing
from storage.database import Database
from storage.models import MessageKind, MessageState, OutboxMessage, Patient
from tests.postgres import PostgresServer
from tests.storage.support import NOW, committing, joined_patient, rows_of

LEASE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


def fill(database: Database, many: int = 1, *, keep: bool = False, **facts: Any) -> None:
    """So many messages of one patient, due at NOW; beside those that are there already if `keep`."""
    with committing(database) as session:
        known = rows_of(session, Patient)
        patient = known[0] if known else joined_patient(session, 1)
        for message in [] if keep else rows_of(session, OutboxMessage):
            session.delete(message)
        for k in range(many):
            row = {
                "kind": MessageKind.DAILY_PROMPT,
                "due_at": NOW,
                "expires_at": NOW + timedelta(hours=4),
                "dedupe_key": f"prompt:{k}",
            } | facts
            queue(
                session,
                team_id=patient.team_id,
                chat_id=patient.chat_id or 0,
                patient_id=patient.id,
                **row,
            )


def queue(session: Session, **facts: Any) -> bool:
    return outbox.enqueue(session, outbox.draft(**facts)) == 1


def claim(database: Database, owner: str = "one", at: timedelta = timedelta(0), limit: int = 30) -> list[int]:
    with committing(database) as session:
        claimed = outbox.claim(session, owner=owner, now=NOW + at, lease=LEASE, limit=limit)
        return [message.id for message in claimed]


def messages(database: Database) -> list[OutboxMessage]:
    with database.reading() as session:
        return rows_of(session, OutboxMessage)


def the_message(database: Database) -> OutboxMessage:
    (only,) = messages(database)
    return only


def settle(database: Database, state: MessageState, **facts: Any) -> None:
    with committing(database) as session:
        outbox.settle(session, rows_of(session, OutboxMessage)[0], state, **facts)


def test_the_same_message_is_queued_once(database: Database) -> None:
    fill(database)
    with committing(database) as session:
        known = rows_of(session, OutboxMessage)[0]
        facts = {"team_id": known.team_id, "chat_id": known.chat_id, "dedupe_key": known.dedupe_key}
        again = queue(session, kind=known.kind, due_at=NOW, expires_at=NOW + MINUTE, **facts)
    assert not again
    assert len(messages(database)) == 1


def test_what_is_not_due_waits(database: Database) -> None:
    fill(database, due_at=NOW + MINUTE)
    assert claim(database) == []
    assert claim(database, at=MINUTE) == [the_message(database).id]


def test_a_claim_takes_the_longest_due_first_and_no_more_than_asked(database: Database) -> None:
    for k in (3, 0, 4, 1, 2):
        fill(database, due_at=NOW - k * MINUTE, dedupe_key=f"prompt:{k}", keep=True)
    first, second = claim(database, limit=3), claim(database, limit=3)
    assert first + second == [m.id for m in sorted(messages(database), key=lambda m: m.due_at)]
    assert len(first) == 3


def test_whoever_waits_for_an_answer_goes_first_then_what_is_about_infusions_then_questions(
    database: Database,
) -> None:
    kinds = (
        (MessageKind.WEEKLY_SUMMARY, False),
        (MessageKind.DAILY_PROMPT, False),
        (MessageKind.DAILY_PROMPT, True),
        (MessageKind.INFUSION_REMINDER, False),
        (MessageKind.CHART_ASKED, False),
    )
    for k, (kind, soon) in enumerate(kinds):
        fill(database, kind=kind, soon=soon, due_at=NOW - k * MINUTE, dedupe_key=f"{k}", keep=True)
    assert claim(database) == [message.id for message in reversed(messages(database))]


def test_among_equals_nobody_is_last_every_day(database: Database) -> None:
    """Thirty patients on a hundred days: on which place each of them was."""
    places: dict[int, list[int]] = {patient: [] for patient in range(30)}
    for day in range(100):
        keys = {patient: f"daily_prompt:{patient}:{NOW.date() + timedelta(days=day)}" for patient in places}
        facts: dict[str, Any] = {"team_id": 1, "chat_id": 1, "due_at": NOW, "expires_at": NOW}
        spread = {
            patient: outbox.draft(kind=MessageKind.DAILY_PROMPT, dedupe_key=key, **facts)["spread"]
            for patient, key in keys.items()
        }
        for place, patient in enumerate(sorted(spread, key=lambda patient: spread[patient])):
            places[patient].append(place)
    means = [sum(those) / len(those) for those in places.values()]
    # Of a hundred fair draws from 0..29 a mean lies within 14.5 +- 5 (six standard errors).
    assert min(means) > 9.5
    assert max(means) < 19.5


def test_the_claim_reads_the_few_rows_that_may_be_sent_in_their_order(sqlite_database: Database) -> None:
    fill(sqlite_database)
    with committing(sqlite_database) as session:
        asked: list[str] = []
        event.listen(session.get_bind(), "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
        outbox.claim(session, owner="me", now=NOW, lease=LEASE, limit=1)
        (query,) = [statement for statement in asked if statement.startswith("WITH due")]
        # What it asks for is bound, what it writes is bound after that.
        bound = (str(NOW), *outbox.NOT_SETTLED, 1, 0, "sending", 1, "me", str(NOW))
        plan = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + query, bound).all()
        assert "USING INDEX ix_outbox_to_send" in str(plan)
        assert "TEMP B-TREE" not in str(plan)
        # Before it, one look says whether there is anything at all.
        (look,) = [statement for statement in asked if statement.startswith("SELECT (EXISTS")]
        steps = [
            step for *_, step in session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + look, (str(NOW),) * 3)
        ]
        assert [step.split(" USING ")[1].split(" (")[0] for step in steps if "outbox" in step] == [
            "INDEX ix_outbox_to_send",
            "INDEX ix_outbox_to_expire",
            "INDEX ix_outbox_being_sent",
        ]


def settled(database: Database, key: str, state: MessageState, **facts: Any) -> None:
    with committing(database) as session:
        (message,) = [each for each in rows_of(session, OutboxMessage) if each.dedupe_key == key]
        outbox.settle(session, message, state, **facts)


def keys_claimed(database: Database, owner: str = "one", at: timedelta = timedelta(0)) -> list[str]:
    claimed = claim(database, owner, at)
    return [message.dedupe_key for message in messages(database) if message.id in claimed]


def a_letter(database: Database) -> None:
    """Three parts, and beside them somebody's question; the last part would go first by its rank."""
    parts = ((MessageKind.WEEKLY_SUMMARY, None), (MessageKind.SUMMARY_PICTURE, "0"), (MessageKind.CHART_ASKED, "1"))
    for number, (kind, follows) in enumerate(parts):
        fill(database, kind=kind, dedupe_key=str(number), follows=follows, keep=True)
    fill(database, dedupe_key="question", keep=True)


def test_a_letter_keeps_its_order_also_where_the_first_part_is_tried_again_and_others_send_too(
    database: Database,
) -> None:
    a_letter(database)
    assert keys_claimed(database) == ["0", "question"]
    assert keys_claimed(database, "two") == [], "while the first is in somebody's hands"
    settled(database, "0", MessageState.PENDING, due_at=NOW + MINUTE)
    assert keys_claimed(database, "two") == [], "nor while it waits to be tried again"
    assert keys_claimed(database, "two", at=MINUTE) == ["0"]
    settled(database, "0", MessageState.UNSURE, due_at=NOW + 2 * MINUTE)
    assert keys_claimed(database, at=MINUTE) == []
    assert keys_claimed(database, at=2 * MINUTE) == ["0"]
    settled(database, "0", MessageState.SENT)
    assert keys_claimed(database, "two", at=2 * MINUTE) == ["1"]
    settled(database, "1", MessageState.SENT)
    assert keys_claimed(database, at=2 * MINUTE) == ["2"]


@pytest.mark.parametrize("end", [MessageState.FAILED, MessageState.EXPIRED, MessageState.WITHDRAWN])
def test_a_part_that_never_comes_holds_up_nothing_behind_it(database: Database, end: MessageState) -> None:
    a_letter(database)
    claim(database)
    settled(database, "0", end)
    assert keys_claimed(database) == ["1"]


def test_a_part_that_was_deleted_since_holds_up_nothing_either(database: Database) -> None:
    fill(database, kind=MessageKind.SUMMARY_PICTURE, follows="long gone")
    assert claim(database) == [the_message(database).id]


def test_a_claimed_message_is_nobody_elses_until_the_lease_runs_out(database: Database) -> None:
    fill(database)
    claim(database)
    message = the_message(database)
    assert (message.state, message.owner, message.attempts) == (MessageState.SENDING, "one", 1)
    assert claim(database, "two", at=LEASE - MINUTE) == []


def test_a_lease_that_ran_out_leaves_the_message_in_doubt_and_another_sends_it(database: Database) -> None:
    fill(database)
    claim(database)
    assert claim(database, "two", at=LEASE) == [the_message(database).id]
    message = the_message(database)
    assert (message.state, message.owner, message.attempts, message.doubtful) == (MessageState.SENDING, "two", 2, True)


def test_past_its_expiry_a_message_is_expired_and_never_claimed(database: Database) -> None:
    fill(database, expires_at=NOW + MINUTE)
    assert claim(database, at=MINUTE) == []
    assert the_message(database).state is MessageState.EXPIRED


def test_a_lease_that_ran_out_past_the_expiry_ends_as_expired(database: Database) -> None:
    fill(database, expires_at=NOW + MINUTE)
    claim(database)
    assert claim(database, "two", at=LEASE) == []
    assert the_message(database).state is MessageState.EXPIRED


@pytest.mark.parametrize(
    "state", [MessageState.SENT, MessageState.FAILED, MessageState.EXPIRED, MessageState.WITHDRAWN]
)
def test_what_is_settled_is_never_claimed_again(database: Database, state: MessageState) -> None:
    fill(database)
    settle(database, state)
    assert claim(database, at=LEASE * 2) == []
    assert the_message(database).state is state


def test_an_unsure_message_is_sent_again_when_its_wait_is_over(database: Database) -> None:
    fill(database)
    claim(database)
    settle(database, MessageState.UNSURE, due_at=NOW + MINUTE, fault="TimedOut")
    assert claim(database) == []
    assert claim(database, at=MINUTE) == [the_message(database).id]


@pytest.mark.parametrize("state", [MessageState.UNSURE, MessageState.SENDING])
def test_a_tap_proves_that_a_doubtful_message_arrived(database: Database, state: MessageState) -> None:
    fill(database)
    settle(database, state)
    with committing(database) as session:
        assert outbox.prove_delivered(session, rows_of(session, OutboxMessage)[0], 77, NOW)
    message = the_message(database)
    assert (message.state, message.message_id, message.sent_at) == (MessageState.SENT, 77, NOW)


def test_a_tap_proves_it_even_while_the_second_sending_waits(database: Database) -> None:
    """Unsure, claimed once more, and given back because of a ban: the tap still comes in time."""
    fill(database)
    with committing(database) as session:
        message = rows_of(session, OutboxMessage)[0]
        message.doubtful = True
        outbox.settle(session, message, MessageState.PENDING, due_at=NOW + MINUTE)
        assert outbox.prove_delivered(session, message, 77, NOW)
    assert claim(database, at=MINUTE) == []


def test_a_tap_proves_nothing_of_a_message_that_was_never_tried(database: Database) -> None:
    fill(database)
    with committing(database) as session:
        assert not outbox.prove_delivered(session, rows_of(session, OutboxMessage)[0], 77, NOW)
    assert the_message(database).state is MessageState.PENDING


def test_what_a_killed_process_left_is_taken_up_at_the_next_start_on_sqlite(sqlite_database: Database) -> None:
    fill(sqlite_database)
    claim(sqlite_database)
    with committing(sqlite_database) as session:
        assert outbox.take_up_left_behind(session) == 1
    message = the_message(sqlite_database)
    assert (message.state, message.owner, message.lease_until) == (MessageState.UNSURE, None, None)
    assert message.doubtful
    assert claim(sqlite_database, "two") == [message.id]


def test_on_postgresql_another_replica_may_be_sending_it_and_the_lease_decides(postgres: PostgresServer) -> None:
    with postgres.new_database() as database:
        fill(database)
        claim(database)
        with committing(database) as session:
            assert outbox.take_up_left_behind(session) == 0
        assert the_message(database).state is MessageState.SENDING


def test_a_process_that_ends_takes_up_what_is_its_own_alone(database: Database) -> None:
    fill(database, 2)
    claim(database, "one", limit=1)
    claim(database, "two", limit=1)
    with committing(database) as session:
        assert outbox.leave_behind(session, "one") == 1
    assert [message.state for message in messages(database)] == [MessageState.UNSURE, MessageState.SENDING]


def test_two_workers_on_postgresql_never_get_the_same_message(postgres: PostgresServer) -> None:
    with postgres.new_database() as database:
        many = 240
        fill(database, many)
        taken: dict[str, list[int]] = {"one": [], "two": [], "three": []}
        ready = threading.Barrier(len(taken))
        faults: list[BaseException] = []

        def work(owner: str) -> None:
            try:
                ready.wait(20)
                while batch := claim(database, owner, limit=7):
                    taken[owner] += batch
            except BaseException as fault:
                faults.append(fault)

        workers = [threading.Thread(target=work, args=(owner,)) for owner in taken]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        assert faults == []
        counted = Counter(message_id for ids in taken.values() for message_id in ids)
        assert set(counted.values()) == {1}
        assert len(counted) == many
        for message in messages(database):
            assert message.id in taken[message.owner or ""]


def test_a_worker_passes_by_what_another_is_just_claiming(postgres: PostgresServer) -> None:
    with postgres.new_database() as database:
        fill(database, 2)
        with committing(database) as session:
            (held,) = outbox.claim(session, owner="one", now=NOW, lease=LEASE, limit=1)
            (other,) = claim(database, "two", limit=5)
            assert other != held.id


def test_withdrawing_reaches_what_waits_and_not_what_was_sent(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        plans = [CoursePlan((NOW + timedelta(days=9)).date(), 2, 0.4)]
        (course,) = schedule.plan_courses(session, "operator", patient, plans, NOW)
        for state in MessageState:
            row = {
                "team_id": patient.team_id,
                "chat_id": patient.chat_id or 0,
                "patient_id": patient.id,
                "course_id": course.id,
            }
            queue(
                session,
                kind=MessageKind.INFUSION_REMINDER,
                dedupe_key=state.value,
                due_at=NOW,
                expires_at=NOW + MINUTE,
                **row,
            )
            outbox.settle(session, rows_of(session, OutboxMessage)[-1], state)
        session.flush()

        def withdraw(team_id: int, course_id: int, *but: str) -> int:
            of = {"team_id": team_id, "patient_id": patient.id, "course_id": course_id}
            return withdrawing.withdraw(session, MessageKind.INFUSION_REMINDER, but=but, **of)

        assert withdraw(patient.team_id, course.id + 1) == 0
        assert withdraw(patient.team_id + 1, course.id) == 0
        assert withdraw(patient.team_id, course.id, "pending", "unsure") == 0, "what is still wanted stays"
        assert withdraw(patient.team_id, course.id) == 2
        left = Counter(m.state for m in rows_of(session, OutboxMessage) if m.course_id == course.id)
    assert left[MessageState.WITHDRAWN] == 3
    assert MessageState.PENDING not in left
    assert MessageState.UNSURE not in left
    assert left[MessageState.SENT] == left[MessageState.SENDING] == 1

"""Pages to be drawn: each goes to one worker, and whoever waits for it is let go when it is there, or will not be."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from storage import drawings, outbox
from storage.database import Database
from storage.models import Drawing, DrawingState, MessageKind, MessageState, OutboxMessage, Role
from tests.storage.support import NOW, committing, joined_staff, rows_of

LEASE, MINUTE = timedelta(minutes=10), timedelta(minutes=1)


def want(session: Session, key: str = "page", *, waiting: int = 1) -> int:
    """A drawing, and so many clinicians' messages that wait for it."""
    members = [joined_staff(session, 10 + k, Role.CLINICIAN) for k in range(waiting)]
    facts: dict[str, Any] = {"team_id": members[0].team_id, "patient_id": None, "language": "en"}
    ids = {
        drawings.wanted(session, as_of=NOW, dedupe_key=key, expires_at=NOW + timedelta(hours=1), **facts)
        for _ in members
    }
    (drawing_id,) = ids
    for member in members:
        draft = outbox.draft(
            kind=MessageKind.WEEKLY_SUMMARY,
            team_id=member.team_id,
            chat_id=member.chat_id,
            drawing_id=drawing_id,
            dedupe_key=f"{key}:{member.id}",
            due_at=NOW,
            expires_at=NOW + timedelta(hours=1),
        )
        assert outbox.enqueue(session, draft) == 1
    return drawing_id


def claimed(session: Session, owner: str = "me", later: timedelta = timedelta(0)) -> Drawing | None:
    return drawings.claim(session, owner=owner, now=NOW + later, lease=LEASE)


def states(session: Session) -> set[MessageState]:
    session.flush()
    session.expire_all()
    return {message.state for message in rows_of(session, OutboxMessage)}


def test_what_several_want_is_drawn_once_and_all_wait_for_it(database: Database) -> None:
    with committing(database) as session:
        want(session, waiting=3)
        assert states(session) == {MessageState.WAITING}
        assert outbox.claim(session, owner="courier", now=NOW, lease=LEASE, limit=9) == []
        drawing = claimed(session)
        assert drawing is not None
        assert claimed(session, "another") is None
        drawings.finish(session, drawing, b"a page", "its words")
        assert states(session) == {MessageState.PENDING}
        assert len(outbox.claim(session, owner="courier", now=NOW, lease=LEASE, limit=9)) == 3
        kept = drawings.of_team(session, drawing.team_id, drawing.id)
        assert kept is not None
        assert (kept.png, kept.caption, kept.state) == (b"a page", "its words", DrawingState.DRAWN)
        assert drawings.of_team(session, drawing.team_id + 1, drawing.id) is None


def test_whoever_dies_over_it_loses_it_and_after_three_the_words_go_alone(database: Database) -> None:
    with committing(database) as session:
        want(session)
        for k in range(drawings.MOST_ATTEMPTS):
            assert claimed(session, later=k * (LEASE - MINUTE)) is None or k == 0
            later = k * LEASE
            found = claimed(session, later=later) if k else rows_of(session, Drawing)[0]
            assert found is not None
            assert found.attempts == k + 1
        assert claimed(session, later=drawings.MOST_ATTEMPTS * LEASE) is None
        assert rows_of(session, Drawing)[0].state is DrawingState.FAILED
        assert states(session) == {MessageState.PENDING}


def test_what_is_left_behind_waits_again_at_once(database: Database) -> None:
    with committing(database) as session:
        want(session)
        assert claimed(session, "me") is not None
        assert drawings.leave_behind(session, "somebody else") == 0
        assert claimed(session, "next") is None
        assert drawings.leave_behind(session, "me") == 1
        assert claimed(session, "next") is not None


def test_a_page_is_forgotten_when_it_is_old_and_its_message_is_not(database: Database) -> None:
    with committing(database) as session:
        want(session)
        drawing = claimed(session)
        assert drawing is not None
        drawings.finish(session, drawing, b"a page", "its words")
        drawings.forget_expired(session, NOW + 59 * MINUTE)
        assert len(rows_of(session, Drawing)) == 1
        drawings.forget_expired(session, NOW + 60 * MINUTE)
        session.expire_all()
        assert rows_of(session, Drawing) == []
        (message,) = rows_of(session, OutboxMessage)
        assert message.drawing_id is None


@pytest.mark.parametrize("waits", [True, False])
def test_what_nobody_can_use_any_more_is_not_drawn(database: Database, waits: bool) -> None:
    with committing(database) as session:
        want(session)
        assert (claimed(session, later=timedelta(minutes=59 if waits else 60)) is not None) is waits

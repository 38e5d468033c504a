"""Instants are aware and in UTC, on the way in and on the way out."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import Session

from storage.database import Database
from storage.models import Chat
from tests.storage.support import committing, rows_of

PLUS_FIVE = timezone(timedelta(hours=5, minutes=30))


def test_a_naive_instant_is_refused(database: Database) -> None:
    with committing(database) as session:
        session.add(Chat(telegram_id=1, created_at=datetime(2026, 3, 2, 10, 0)))  # noqa: DTZ001
        with pytest.raises(StatementError, match="naive datetime"):
            session.flush()
        session.rollback()


def test_an_instant_comes_back_as_the_same_instant_in_utc(database: Database) -> None:
    instant = datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=PLUS_FIVE)
    with committing(database) as session:
        session.add(Chat(telegram_id=1, created_at=instant, unreachable_since=None))
    with database.reading() as session:
        chat = rows_of(session, Chat)[0]
        assert chat.created_at == instant
        assert chat.created_at.tzinfo is UTC
        assert chat.unreachable_since is None


def test_instants_of_different_zones_compare_as_instants(database: Database) -> None:
    """As text, 12:00+05:30 would come after 10:00Z; as an instant it is earlier."""

    def seen(session: Session, until: datetime) -> list[int]:
        return [chat.telegram_id for chat in rows_of(session, Chat) if chat.created_at <= until]

    noon = datetime(2026, 3, 2, 12, 0, tzinfo=PLUS_FIVE)
    with committing(database) as session:
        session.add(Chat(telegram_id=1, created_at=noon))
        session.add(Chat(telegram_id=2, created_at=datetime(2026, 3, 2, 10, 0, tzinfo=UTC)))
    with database.reading() as session:
        assert seen(session, datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) == [1]
        assert seen(session, datetime(2026, 3, 2, 15, 30, tzinfo=PLUS_FIVE)) == [1, 2]

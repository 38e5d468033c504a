"""Small housekeeping: what served its purpose is forgotten."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, delete

from storage.models import Receipt

# Telegram keeps an undelivered update for 24 hours; after that it cannot come again.
RECEIPTS_KEPT = timedelta(hours=48)


def run(session: Session, now: datetime) -> bool:
    """Never has more waiting."""
    session.connection().execute(delete(Receipt).where(col(Receipt.received_at) < now - RECEIPTS_KEPT))
    return False

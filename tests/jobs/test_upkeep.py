"""What served its purpose is forgotten, and nothing else."""

from datetime import timedelta

from sqlmodel import select

from jobs import upkeep
from storage import chats
from storage.database import Database
from storage.models import Receipt
from tests.storage.support import NOW, committing, everything_in, joined_patient

HOUR = timedelta(hours=1)


def test_receipts_are_kept_for_as_long_as_an_update_can_come_again(database: Database) -> None:
    with committing(database) as session:
        chat = chats.open_chat(session, 1, "en", NOW)
        for hours in (0, 24, 47, 48, 49, 72):
            chats.note_receipt(session, chat.id, f"message:{hours}", NOW - hours * HOUR)
        assert upkeep.run(session, NOW) is False
        kept = [receipt.received_at for receipt in session.exec(select(Receipt))]
        assert sorted((NOW - at) // HOUR for at in kept) == [0, 24, 47, 48]


def test_a_day_after_its_receipt_a_message_still_counts_as_known(database: Database) -> None:
    with committing(database) as session:
        chat = chats.open_chat(session, 1, "en", NOW)
        chats.note_receipt(session, chat.id, "message:5", NOW)
        upkeep.run(session, NOW + 25 * HOUR)
        assert not chats.note_receipt(session, chat.id, "message:5", NOW + 25 * HOUR)


def test_nothing_but_receipts_is_touched(database: Database) -> None:
    with committing(database) as session:
        joined_patient(session, 1)
        before = everything_in(session)
        upkeep.run(session, NOW + 10_000 * HOUR)
        assert everything_in(session) == before

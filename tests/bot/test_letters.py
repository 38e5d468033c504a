"""Whatever the outbox can hold can be written."""

from bot.letters import WRITERS
from jobs.own_data.fhir.questions import OWN_CODES
from storage.models import Item, MessageKind
from storage.outbox import RANKS


def test_every_kind_of_message_has_a_writer_and_a_rank() -> None:
    assert set(WRITERS) == set(RANKS) == set(MessageKind)


def test_every_question_but_pain_has_a_code_of_our_own() -> None:
    """One that is forgotten must not be handed out under pain's."""
    assert {*OWN_CODES, "pain"} == set(Item)

"""Links that are none of ours: a few are slips, many are guesses, and guesses are not looked up.

A token has 144 random bits, so none is ever guessed; this keeps whoever tries from using up the bot, and from learning
which of a list of old links were real.
"""

import logging
from datetime import datetime, timedelta

from sqlmodel import Session

from storage import wrong_links

log = logging.getLogger(__name__)
WITHIN = timedelta(hours=1)
MOST_OF_ONE = 10
# Beyond it everybody who was wrong once is refused; a first link is opened for anybody at any time, or else whoever
# floods the bot could keep every new patient out.
MOST_OF_ALL = 200


def is_refused(session: Session, telegram_id: int, now: datetime) -> bool:
    """Whether a link from this account is not even looked up, right or wrong."""
    mine = wrong_links.by(session, telegram_id, now - WITHIN)
    return mine >= MOST_OF_ONE or (mine > 0 and _is_flooded(session, now))


def was_wrong(session: Session, telegram_id: int, what: str, now: datetime) -> None:
    """Notes a link that is none of ours; `what` tells it from the same one delivered again."""
    before = _is_flooded(session, now)
    if wrong_links.note(session, telegram_id, what, now) and not before and _is_flooded(session, now):
        log.warning("More than %d links that are none of ours were opened within an hour", MOST_OF_ALL)


def forget(session: Session, now: datetime) -> None:
    wrong_links.forget_before(session, now - WITHIN)


def _is_flooded(session: Session, now: datetime) -> bool:
    return wrong_links.by_anybody(session, now - WITHIN, MOST_OF_ALL) >= MOST_OF_ALL

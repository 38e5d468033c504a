"""What an operator does about parked messages: looks at them, or has sent again what is still of use."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from storage import audit, parked
from storage.models import MessageKind


@dataclass(frozen=True)
class Dealt:
    """How many are sent again, and how many were let go."""

    sent_again: int = 0
    let_go: int = 0


def let_go(session: Session, now: datetime, kind: MessageKind | None = None) -> Dealt:
    """They stay failed, and are parked no longer. All of them, or those of a kind."""
    found = parked.by_team(session, now, kind)
    for team_id, many, _ in found:
        _record(session, team_id, now, 0, many)
    parked.let_go(session, kind)
    return Dealt(let_go=sum(many for _, many, _ in found))


def send_again(session: Session, now: datetime, kind: MessageKind | None = None) -> Dealt:
    """What is still of use goes out once more; what is not, stays failed, and is parked no longer."""
    found = parked.by_team(session, now, kind)
    for team_id, many, of_use in found:
        _record(session, team_id, now, of_use, many - of_use)
    parked.send_again(session, now, kind)
    parked.let_go(session, kind)
    sent_again = sum(of_use for _, _, of_use in found)
    return Dealt(sent_again, sum(many for _, many, _ in found) - sent_again)


def _record(session: Session, team_id: int, now: datetime, sent_again: int, let_go: int) -> None:
    after = {"sent_again": sent_again, "let_go": let_go}
    audit.record(session, team_id=team_id, at=now, actor=audit.OPERATOR, action="parked_dealt_with", after=after)

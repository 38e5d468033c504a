"""Whether anything was written about a team since one looked: by the numbers of its newest rows."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from storage.models import Alert, Answer, AuditEntry


@dataclass(frozen=True)
class Newest:
    """The highest numbers there are, of all teams: they tell nobody anything."""

    answer: int
    entry: int
    alert: int


def newest(session: Session) -> Newest:
    answer = session.exec(select(func.max(Answer.id))).one()
    entry = session.exec(select(func.max(AuditEntry.id))).one()
    alert = session.exec(select(func.max(Alert.id))).one()
    return Newest(answer or 0, entry or 0, alert or 0)


def is_news(session: Session, team_id: int, since: Newest) -> bool:
    """Whether one of the rows since then is about this team."""
    later = (
        select(Answer.id).where(col(Answer.id) > since.answer, Answer.team_id == team_id),
        select(AuditEntry.id).where(col(AuditEntry.id) > since.entry, AuditEntry.team_id == team_id),
        select(Alert.id).where(col(Alert.id) > since.alert, Alert.team_id == team_id),
    )
    return any(session.exec(query.limit(1)).first() is not None for query in later)

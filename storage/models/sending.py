"""What is drawn and sent, and what has come in."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, Text, false, text
from sqlmodel import Field, SQLModel

from storage.models.choices import DrawingKind, DrawingState, MessageKind, MessageState
from storage.types import UtcDateTime, choice_of

# Of the outbox. Word for word in the index and in the query: only so is the one used for the other.
TO_SEND = text("state IN ('pending', 'unsure')")
TO_EXPIRE = text("state IN ('waiting', 'pending', 'unsure')")
BEING_SENT = text("state = 'sending'")
SETTLED = text("state IN ('sent', 'failed', 'expired', 'withdrawn')")


class Drawing(SQLModel, table=True):
    """A page that messages wait for: the team's, or one patient's; in a language, as it stood at a moment.

    Drawn once for everybody who wants the same, by whichever process has time. `caption` without `png`: words alone.
    `archive`: a PDF, everything held on the patient, or an export of the team. `page` of so many `pages`: the team's
    picture. `undrawn`: how many patients a team's had to do without, since they could not be drawn.
    """

    __table_args__ = (Index("ix_drawing_state_id", "state", "id"),)

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    patient_id: int | None = Field(default=None, foreign_key="patient.id", index=True)
    language: str = Field(max_length=8)
    as_of: datetime = Field(sa_type=UtcDateTime)
    dedupe_key: str = Field(max_length=120, unique=True)
    state: DrawingState = Field(default=DrawingState.WAITING, sa_type=choice_of(DrawingState))
    attempts: int = 0
    owner: str | None = Field(default=None, max_length=40)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    kind: DrawingKind = Field(
        default=DrawingKind.PAGE, sa_type=choice_of(DrawingKind), sa_column_kwargs={"server_default": "page"}
    )
    png: bytes | None = Field(default=None, sa_type=LargeBinary)
    archive: bytes | None = Field(default=None, sa_type=LargeBinary)
    page: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    pages: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    caption: str | None = Field(default=None, sa_type=Text)
    undrawn: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Pace(SQLModel, table=True):
    """When the next message of a bot may go, and until when none: one row for all replicas, on PostgreSQL alone."""

    bot_id: int = Field(sa_type=BigInteger, primary_key=True)
    next_at: datetime = Field(sa_type=UtcDateTime)
    banned_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OutboxMessage(SQLModel, table=True):
    """A message to be sent: what and when, never how it reads. No wording, no symptoms.

    `rank`: who goes first of those that are due, and `spread` among equals: another order each day, so that nobody is
    always the last. `follows`: the dedupe key of the message before it in one letter, until whose end it is not sent;
    empty: none. `untold`: it never arrived, and the clinic has not heard so yet. `parked`: it failed, and the
    operator has not looked at it yet.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        # What may be sent, in the order of sending: a few rows among all that ever were.
        Index("ix_outbox_to_send", "rank", "due_at", "spread", "id", sqlite_where=TO_SEND, postgresql_where=TO_SEND),
        Index("ix_outbox_untold", "id", sqlite_where=text("untold"), postgresql_where=text("untold")),
        Index("ix_outbox_parked", "id", sqlite_where=text("parked"), postgresql_where=text("parked")),
        Index("ix_outbox_to_expire", "expires_at", sqlite_where=TO_EXPIRE, postgresql_where=TO_EXPIRE),
        Index("ix_outbox_being_sent", "lease_until", sqlite_where=BEING_SENT, postgresql_where=BEING_SENT),
        Index("ix_outbox_settled", "team_id", "due_at", sqlite_where=SETTLED, postgresql_where=SETTLED),
    )

    id: int = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    chat_id: int = Field(foreign_key="chat.id", index=True)
    kind: MessageKind = Field(sa_type=choice_of(MessageKind))
    patient_id: int | None = Field(default=None, foreign_key="patient.id", index=True)
    course_id: int | None = Field(default=None, foreign_key="course.id")
    diary_date: date | None = None
    drawing_id: int | None = Field(default=None, foreign_key="drawing.id", index=True)
    alert_id: int | None = Field(default=None, foreign_key="alert.id", index=True)
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    dedupe_key: str = Field(max_length=120, unique=True)
    rank: int = 0
    spread: int = 0
    follows: str | None = Field(default=None, max_length=120)
    due_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    untold: bool = False
    parked: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    state: MessageState = Field(default=MessageState.PENDING, sa_type=choice_of(MessageState))
    attempts: int = 0
    doubtful: bool = False
    owner: str | None = Field(default=None, max_length=40)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fault: str | None = Field(default=None, max_length=80)


class Dialogue(SQLModel, table=True):
    """Where a chat stands in a form; in a row, so that a restart in mid-answer is invisible.

    `pane`: 0 for the chat itself; else that of an open page of the desk.
    """

    chat_id: int = Field(foreign_key="chat.id", primary_key=True)
    pane: int = Field(default=0, primary_key=True, sa_column_kwargs={"server_default": "0"})
    form: str = Field(max_length=24)
    state: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Receipt(SQLModel, table=True):
    """A typed message or a press that was acted upon: delivered again, it changes nothing."""

    chat_id: int = Field(foreign_key="chat.id", primary_key=True)
    what: str = Field(max_length=80, primary_key=True)
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)


class WrongLink(SQLModel, table=True):
    """Somebody opened a link that is none of ours; kept for an hour, so that nobody can guess on and on.

    By the account, since a stranger has no chat here; never what was typed. `what`: as a receipt has it.
    """

    __tablename__ = "wrong_link"

    telegram_id: int = Field(sa_type=BigInteger, primary_key=True)
    what: str = Field(max_length=80, primary_key=True)
    tried_at: datetime = Field(sa_type=UtcDateTime, index=True)

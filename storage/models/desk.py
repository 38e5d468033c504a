"""Who is at the desk, the page for the staff, and the single-use ways in. Of each key a hash alone is kept."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.types import UtcDateTime


class DeskSession(SQLModel, table=True):
    """A member of staff at the desk, in one browser. Whoever leaves the team is in none from that moment on.

    `seen_at`: the latest request, to the minute; `ends_at`: at the latest, or when they signed out.
    """

    __tablename__ = "desk_session"
    # A form that is open on the page goes by the number: none is given twice.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    staff_id: int = Field(foreign_key="staff.id", index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)


class DeskTicket(SQLModel, table=True):
    """A link to the desk that a member asked for in the chat; it opens one session."""

    __tablename__ = "desk_ticket"

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    staff_id: int = Field(foreign_key="staff.id", index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class UsedProof(SQLModel, table=True):
    """What Telegram signed for somebody who opened the desk: used once; kept `until` it is too old anyway."""

    __tablename__ = "used_proof"

    proof_hash: str = Field(max_length=64, primary_key=True)
    until: datetime = Field(sa_type=UtcDateTime, index=True)

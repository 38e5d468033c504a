"""What is known of the running bot itself."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.types import UtcDateTime


class Heartbeat(SQLModel, table=True):
    """A process of the bot, by its machine's name and what tells it from others there, and when it last wrote this.

    `roles`: what it does, with commas; empty while it waits for its start.
    """

    process: str = Field(max_length=120, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    roles: str = Field(default="", max_length=60, sa_column_kwargs={"server_default": ""})


class RedLight(SQLModel, table=True):
    """A light that is red, or was a moment ago, and when the operator was last told.

    `whose`: the process that it is about; empty: the whole bot. `green_since`: it is on its way back.
    `claimed_at`: somebody is telling it; whether that arrived is not known yet.
    """

    __tablename__ = "red_light"

    name: str = Field(max_length=32, primary_key=True)
    whose: str = Field(default="", max_length=120, primary_key=True)
    red_since: datetime = Field(sa_type=UtcDateTime)
    green_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

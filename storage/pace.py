"""One pacing budget for all who send with one bot's token, on PostgreSQL: a row that gives out moments to send at.

The database's own clock counts, so that nobody's clock has to be right.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from storage.database import Database

_MAKE = text("INSERT INTO pace (bot_id, next_at) VALUES (:bot, clock_timestamp()) ON CONFLICT DO NOTHING")
_TAKE = text(
    "UPDATE pace SET next_at = GREATEST(next_at, clock_timestamp()) + make_interval(secs => :step)"
    " WHERE bot_id = :bot AND (banned_until IS NULL OR banned_until <= clock_timestamp())"
    " RETURNING EXTRACT(EPOCH FROM next_at - clock_timestamp()) - :step"
)
_BAN_LEFT = text("SELECT EXTRACT(EPOCH FROM banned_until - clock_timestamp()) FROM pace WHERE bot_id = :bot")
_BAN = text(
    "UPDATE pace SET banned_until = GREATEST(banned_until, clock_timestamp() + make_interval(secs => :seconds))"
    " WHERE bot_id = :bot"
)


@dataclass(frozen=True)
class Slot:
    """`wait`: seconds until one's moment to send; or `ban`: seconds for which nobody may."""

    wait: float = 0.0
    ban: float = 0.0


class SharedPace:
    """Moments `1 / per_second` apart. Not thread-safe: one thread asks. DBAPIError when the database is away."""

    def __init__(self, database: Database, bot_id: int, per_second: float) -> None:
        self._database, self._values = database, {"bot": bot_id, "step": 1 / per_second}
        self._connection: Connection | None = None

    def take(self) -> Slot:
        connection = self._open()
        wait = connection.execute(_TAKE, self._values).scalar_one_or_none()
        if wait is not None:
            return Slot(wait=max(0.0, float(wait)))
        left = connection.execute(_BAN_LEFT, self._values).scalar_one_or_none()
        return Slot(ban=max(0.01, float(left or 0)))

    def ban(self, seconds: float) -> None:
        self._open().execute(_BAN, {**self._values, "seconds": seconds})

    def close(self) -> None:
        """What went wrong with the connection goes with it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            # A moment lost in a crash of the server is a moment of silence.
            self._connection.execute(text("SET synchronous_commit = off"))
            self._connection.execute(_MAKE, self._values)
        return self._connection

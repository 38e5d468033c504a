"""Alembic's entry: the engine comes from `Database`, never from a file."""

from typing import Any, Literal

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, Enum
from sqlmodel import AutoString, SQLModel

import storage.models  # noqa: F401  (the tables register themselves)
from storage.types import UtcDateTime


def _render_plainly(kind: str, item: object, _context: Any) -> str | Literal[False]:
    """A migration is history: it must not change when our own types do."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum | AutoString):
        return f"sa.String(length={item.length})"
    return False


def _minding_references(connection: Connection, *, on: bool) -> None:
    """SQLite alters a table by making it anew; dropping the old one would break, or empty, what refers to it.

    It listens to this only outside a transaction, so it is said beneath SQLAlchemy, which would begin one.
    """
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.dbapi_connection
        driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise CommandError(f"the migration would break {len(broken)} references; nothing was changed")


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    _minding_references(connection, on=False)
    try:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            render_item=_render_plainly,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
            _check_references(connection)
        connection.commit()
    finally:
        connection.rollback()
        _minding_references(connection, on=True)

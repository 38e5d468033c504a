"""The numbers of rows, which buttons in old messages bear: after a restore none is given that was given before."""

from sqlalchemy import text
from sqlmodel import Session, SQLModel

# More than any clinic makes between two backups; nine digits are what a button's number may have.
FAR = 1_000_000
# Numbered by the highest that there is; their buttons also say whose they are, or which entry is undone.
BY_THE_HIGHEST = ("audit", "outbox")


def go_on_far_behind(session: Session) -> None:
    """Whatever was made after the backup, its number is not given to anything else.

    After the rows that a restore adds itself: on SQLite the newest of the audit and of the outbox move there too.
    """
    session.flush()
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        for table in SQLModel.metadata.sorted_tables:
            if "id" in table.primary_key.columns:
                sequence = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
                connection.execute(text(f"SELECT setval({sequence}, nextval({sequence}) + {FAR})"))  # noqa: S608
        return
    for table in SQLModel.metadata.sorted_tables:
        if table.dialect_options["sqlite"]["autoincrement"]:
            # Of which there never was one has no counter yet.
            begun = "SELECT :name, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :name)"
            connection.execute(text(f"INSERT INTO sqlite_sequence (name, seq) {begun}"), {"name": table.name})  # noqa: S608
            connection.execute(
                text("UPDATE sqlite_sequence SET seq = seq + :far WHERE name = :name"),
                {"far": FAR, "name": table.name},
            )
    for name in BY_THE_HIGHEST:
        newest = f"(SELECT max(id) FROM {name})"  # noqa: S608
        connection.execute(text(f"UPDATE {name} SET id = id + :far WHERE id = {newest}"), {"far": FAR})  # noqa: S608
    session.expire_all()

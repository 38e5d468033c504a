"""Files that other users of this machine could read or replace: secrets, and the diary itself.

What the bot makes is for its owner alone (umask 077); what was there before it keeps the mode that it had.
"""

import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import make_url

from bot import settings
from bot.secret_files import SecretFiles
from bot.settings import Settings
from bot.texts import FALLBACK, Html, texts_in

say = texts_in(FALLBACK)
READ_BY_OTHERS, WRITTEN_BY_OTHERS = 0o077, 0o022
# There a container's or systemd's manager puts them, in modes of its own that open them to nobody else.
MANAGED = Path("/run")


def checks(loaded: Settings, env_file: Path = settings.ENV_FILE) -> list[Html]:
    """A sentence for each file and folder that is open to others, with what to do about it."""
    found = [_sentence("doctor.file_open", path) for path in _private(loaded, env_file) if _mode(path) & READ_BY_OTHERS]
    folder = _folder(loaded)
    if folder is not None and _mode(folder) & WRITTEN_BY_OTHERS:
        found.append(_sentence("doctor.folder_open", folder))
    return found


def _private(loaded: Settings, env_file: Path) -> Iterator[Path]:
    yield env_file
    paths = SecretFiles(_env_file=env_file).paths.values()  # type: ignore[call-arg]
    yield from (path for path in paths if MANAGED not in path.absolute().parents)
    folder = _folder(loaded)
    if folder is not None:
        # With its log of writes and its lock beside it.
        yield from sorted(folder.glob(f"{_database(loaded).name}*"))


def _folder(loaded: Settings) -> Path | None:
    """Where the SQLite file is; None for PostgreSQL, and before there is one."""
    path = _database(loaded)
    return path.absolute().parent if path.name and path.exists() else None


def _database(loaded: Settings) -> Path:
    url = make_url(loaded.database_url.get_secret_value())
    return Path((url.database or "") if url.get_backend_name() == "sqlite" else "")


def _mode(path: Path) -> int:
    """0 for what is not there."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0


def _sentence(key: str, path: Path) -> Html:
    return say(key, path=str(path), mode=f"{_mode(path):04o}")

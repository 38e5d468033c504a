"""Files that are still being written, under a name of their own: a kill leaves them, and the next clears up."""

import fcntl
import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp

from storage.sqlite_files import forget_file

PART = ".part"


@contextmanager
def being_written(target: Path) -> Iterator[Path]:
    """A new file beside the target, for its owner alone. Held, so that it is not taken for one that was left."""
    number, name = mkstemp(prefix=f".{target.name}-", suffix=PART, dir=target.parent)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield Path(name)
    finally:
        forget_file(Path(name))
        os.close(number)


def forget_left(folder: Path, names: str) -> None:
    """What processes that were killed have left of targets with such names (`*` for any letters).

    The copy of one that still writes stays. OSError where the folder cannot be written.
    """
    pattern = "*".join(glob.escape(each) for each in names.split("*"))
    for path in folder.glob(f".{pattern}-*{PART}"):
        with suppress(FileNotFoundError):
            number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
                forget_file(path)
            except BlockingIOError:
                continue
            finally:
                os.close(number)

"""The files of a report: all of them are written, or none. Each is made beside its target and then takes its place."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outputs:
    """Where to write what; None for not at all."""

    json: Path | None
    png: Path | None
    pdf: Path | None

    def asked(self) -> tuple[Path, ...]:
        return tuple(path for path in (self.json, self.png, self.pdf) if path is not None)


def write_all(contents: Mapping[Path, bytes]) -> list[tuple[Path, str]]:
    """The targets that cannot be written, each with the reason. Then none of them has been touched.

    Only a folder that changes in the very moment between making and renaming could break that.
    """
    made: dict[Path, Path] = {}
    wrong: list[tuple[Path, str]] = []
    try:
        for path, content in contents.items():
            with _noting(path, wrong):
                # A link stays one, and what it leads to is replaced.
                target = path.resolve()
                if _is_file_to_be(target):
                    made[path] = target.with_name(f".{secrets.token_hex(8)}.tmp")
                    _write(made[path], content, target)
        for path, content in () if wrong else contents.items():
            with _noting(path, wrong):
                if path in made:
                    made[path].replace(path.resolve())
                else:
                    path.write_bytes(content)
    finally:
        for temporary in made.values():
            with suppress(OSError):
                temporary.unlink()
    return wrong


@contextmanager
def _noting(path: Path, wrong: list[tuple[Path, str]]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        wrong.append((path, error.strerror or type(error).__name__))


def _is_file_to_be(target: Path) -> bool:
    """False for a device or a pipe, which is written to as it is. OSError for a folder."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return target.is_file() or not target.exists()


def _write(made: Path, content: bytes, target: Path) -> None:
    with made.open("xb") as file:
        file.write(content)
    if target.exists():
        shutil.copymode(target, made)

"""The files of an export as a zip: the same bytes for the same files and moment."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfileobj

from jobs.own_data.archive import FIRST_YEAR


def pack(folder: Path, archive: zipfile.ZipFile, now: datetime) -> None:
    """In order of their names; `now` (aware) is the files' own time, in UTC."""
    year, *rest = now.astimezone(UTC).timetuple()[:6]
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), (max(year, FIRST_YEAR), *rest))  # type: ignore[arg-type]
        entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
        with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
            copyfileobj(source, target)

"""What is asked of the worker process, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from bot.texts import Html
from jobs.desk.fingerprints import Fingerprint
from storage.database import Database
from storage.models import DrawingKind

# In the place of a verdict.
NOT_COMPUTED = "not_computed"
# Of Telegram's.
LONGEST_CAPTION = 1024


class PatientGoneError(Exception):
    """Whoever was to be drawn has had everything erased meanwhile."""


@dataclass(frozen=True)
class Asked:
    """The team's summary, or with `patient_id` one patient's page as it stands at `now`, or what the patient asked for.

    `database`: its URL, with its password, since the worker reads for itself. `page`: of the team's pictures.
    """

    database: str = field(repr=False)
    team_id: int
    patient_id: int | None
    language: str
    now: datetime
    kind: DrawingKind = DrawingKind.PAGE
    page: int = 1


@dataclass(frozen=True)
class Undrawn:
    """A patient of a team whom it could not be drawn with. `fault`: where it went wrong, with nothing about anybody."""

    patient_id: int
    pseudonym: str
    fault: str


@dataclass(frozen=True)
class Drawn:
    """A PNG, a PDF or a zip with its caption; without any, words alone.

    `pages`: how many pictures there are. `marks`: by patient, what is known of those who need a look; None: not looked.
    """

    png: bytes | None
    caption: Html
    archive: bytes | None = None
    pages: int = 1
    marks: Mapping[int, frozenset[str]] | None = None
    undrawn: tuple[Undrawn, ...] = ()


@dataclass(frozen=True)
class AskedVerdicts:
    """What the diaries of these patients of a team say, as they stand at `now`; `database` as above."""

    database: str = field(repr=False)
    team_id: int
    patient_ids: tuple[int, ...]
    now: datetime


@dataclass(frozen=True)
class Verdict:
    """On the regimen in use, as the summary says it. `code`: of `jobs.wearing_off.verdict`.

    `urgency`: 0 for whoever needs a look first. `counts`: by language, the difference and in how many courses.
    `of`: what it was computed from. `fault`: why not, with nothing about anybody; `code` is NOT_COMPUTED then.
    """

    code: str
    urgency: int
    counts: Mapping[str, Html]
    of: Fingerprint
    fault: str | None = None


@lru_cache(maxsize=2)
def database_at(url: str) -> Database:
    return Database(url)


def text_length(text: str) -> int:
    """As Telegram counts, in UTF-16."""
    # Markup does not count towards Telegram's limit, so this errs on the safe side.
    return len(text.encode("utf-16-le")) // 2

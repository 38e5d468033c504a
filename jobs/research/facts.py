"""What an export is made of and says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jobs.own_data.fhir.words import Words


@dataclass(frozen=True)
class Wanted:
    """What is to be in it. `notes`: what patients wrote in their own words; `withdrawn`: who has stopped the diary."""

    tables: bool = True
    workbook: bool = False
    bundles: bool = False
    notes: bool = False
    withdrawn: bool = False


@dataclass(frozen=True)
class Wording:
    """What this version of the bot asks, as a reader of one language reads it."""

    version: str
    item: str
    language: str
    question: str
    anchors: str


@dataclass(frozen=True)
class Spoken:
    """The words that an export needs: those of the bot's own questions, of the README, and of the bundles."""

    wordings: Sequence[Wording]
    readme: str
    fhir: Words


@dataclass(frozen=True)
class About:
    """`exported_at` and `team` alone differ between two exports of the same data."""

    exported_at: datetime
    team: str
    patients: int
    wanted: Wanted

    def lines(self, version: str) -> Mapping[str, str]:
        return {
            "schema_version": version,
            "exported_at": self.exported_at.isoformat(),
            "team": self.team,
            "patients": str(self.patients),
            "withdrawn": "included" if self.wanted.withdrawn else "left out",
            "notes": "included" if self.wanted.notes else "left out",
        }

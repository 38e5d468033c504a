"""A team's diaries handed out for research, under pseudonyms alone, and brought in again."""

from jobs.research.checking import check, is_export
from jobs.research.exporting import export, note_export
from jobs.research.facts import About, Spoken, Wanted, Wording
from jobs.research.storing import Stored, store_case, store_export
from jobs.research.workbook import write_workbook

__all__ = [
    "About",
    "Spoken",
    "Stored",
    "Wanted",
    "Wording",
    "check",
    "export",
    "is_export",
    "note_export",
    "store_case",
    "store_export",
    "write_workbook",
]

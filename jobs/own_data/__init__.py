"""A patient's own copy of everything that is held on them: CSV files to read, FHIR for other systems."""

from jobs.own_data.archive import Separator, csv_zip
from jobs.own_data.collecting import collect, collect_diary
from jobs.own_data.facts import NoteRow, OwnData
from jobs.own_data.fhir import fhir_bundle
from jobs.own_data.fhir.naming import Version
from jobs.own_data.fhir.words import Words

__all__ = ["NoteRow", "OwnData", "Separator", "Version", "Words", "collect", "collect_diary", "csv_zip", "fhir_bundle"]

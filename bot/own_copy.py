"""Everything held on one patient, as one file for them: made in the worker process, which has the time."""

import io
import zipfile
from datetime import datetime

from babel.numbers import get_decimal_symbol

from bot.pictures import Asked, Drawn, database_at
from bot.texts import Texts, plain, texts_in
from jobs import due
from jobs.own_data import OwnData, Separator, collect, csv_zip, fhir_bundle
from storage import patients

BUNDLE = "fhir-bundle.json"


def made(asked: Asked) -> Drawn:
    """A zip of the CSV files, the FHIR bundle and what they are. LookupError for a patient who is gone."""
    with database_at(asked.database).reading() as session:
        patient = patients.patient_of_team(session, asked.team_id, asked.patient_id or 0)
        if patient is None:
            raise LookupError("the patient is gone")
        data = collect(session, patient)
    texts = texts_in(asked.language)
    return Drawn(None, texts("own_copy.caption"), _archive(data, asked.now, texts))


def _archive(data: OwnData, now: datetime, texts: Texts) -> bytes:
    # A spreadsheet whose numbers have a comma takes a comma between cells for one.
    separator: Separator = ";" if get_decimal_symbol(texts.locale) == "," else ","
    when = texts.instant(now, due.zone_of(data.who.time_zone).key)
    readme = plain(texts("own_copy.readme", pseudonym=data.who.pseudonym, when=when))
    held = io.BytesIO(csv_zip(data, now, readme, separator=separator))
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(BUNDLE, fhir_bundle(data, now))
    return held.getvalue()

"""Everything held on one patient, as one file for them: made in the worker process, which has the time."""

import io
import zipfile
from datetime import datetime

from babel.numbers import get_decimal_symbol

from bot.courses.course_facts import reason_words
from bot.drawing.asked import Asked, Drawn, PatientGoneError, database_at
from bot.texts import Texts, plain, texts_in
from jobs import due
from jobs.own_data import OwnData, Separator, Words, collect, csv_zip, fhir_bundle
from jobs.scores import ITEMS, SCALE_HIGH, SCALE_LOW, STAIRS
from storage import diary, patients
from storage.models import CancelReason

BUNDLE = "fhir-bundle.json"


def made(asked: Asked) -> Drawn:
    """A zip of the CSV files, the FHIR bundle and what they are. PatientGoneError for a patient who is gone."""
    with database_at(asked.database).reading() as session:
        patient = patients.patient_of_team(session, asked.team_id, asked.patient_id or 0)
        if patient is None:
            raise PatientGoneError
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
        archive.writestr(BUNDLE, fhir_bundle(data, now, fhir_words(texts)))
    return held.getvalue()


def fhir_words(texts: Texts) -> Words:
    """What people read in the bundle, in this language."""

    def unfilled(key: str, *names: str) -> str:
        return plain(texts(key, **{name: f"{{{name}}}" for name in names}))

    return Words(
        language=texts.language,
        decimal_mark=get_decimal_symbol(texts.locale),
        items={item: plain(texts(f"item.{item}")) for item in (*ITEMS, STAIRS)},
        wording=diary.WORDING,
        questions={item: plain(texts(f"check_in.{item}.question")) for item in (*ITEMS, STAIRS)},
        code_system=plain(texts("fhir.code_system")),
        definition=plain(texts("fhir.definition", item="{item}", low=SCALE_LOW, high=SCALE_HIGH)),
        questionnaire=plain(texts("fhir.questionnaire")),
        own_questionnaire=plain(texts("fhir.own_questionnaire")),
        flights=plain(texts("fhir.flights")),
        consent=plain(texts("fhir.consent")),
        note=plain(texts("fhir.note")),
        revision=unfilled("fhir.revision", "day", "item", "revision", "value"),
        skipped=plain(texts("fhir.skipped")),
        infusion=plain(texts("fhir.infusion")),
        cancelled=plain(texts("fhir.cancelled")),
        reasons={
            reason.value: plain(texts("fhir.cancelled_because", reason=reason_words(reason.value, texts)))
            for reason in CancelReason
        },
        regimen=unfilled("chart.regimen", "name"),
        dose=unfilled("fhir.dose", "dose"),
        dose_in_turn=unfilled("fhir.dose_in_turn", "dose"),
        alert_value=unfilled("fhir.alert_value", "item", "threshold", "days"),
        alert_rise=unfilled("fhir.alert_rise", "item", "threshold", "days"),
        creatine_kinase=plain(texts("fhir.creatine_kinase")),
        weight=plain(texts("fhir.weight")),
    )

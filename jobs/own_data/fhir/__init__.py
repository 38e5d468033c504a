"""The same data for other systems: one FHIR bundle, made and checked by the models of fhir.resources."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from itertools import chain
from typing import Any

from jobs.own_data.facts import OwnData
from jobs.own_data.fhir.alerts import alerts
from jobs.own_data.fhir.diary import diary
from jobs.own_data.fhir.naming import Names, Resource, Version, moment, pruned
from jobs.own_data.fhir.people import people
from jobs.own_data.fhir.questions import questions
from jobs.own_data.fhir.treatment import treatment
from jobs.own_data.fhir.words import Words

# Loaded when the first bundle is asked for: it costs time and memory that a bot without one should not spend.
# By name, so that mypy does not read its hundreds of generated modules each time.
MODULES = {"R5": "fhir.resources", "R4B": "fhir.resources.R4B"}


def fhir_bundle(data: OwnData, now: datetime, words: Words, version: Version = "R5") -> bytes:
    """A Bundle of type `collection` as UTF-8 JSON, in FHIR R5 (5.0.0) or R4B (4.3.0); the same input, the same bytes.

    What other systems can use: the patient by pseudonym, consent, diary, courses, values, steroids, alerts. Messages,
    changes of settings, invitations, days without an answer and the Telegram account are in the CSV files alone.
    `now`: aware. `words`: in the language of whoever reads it; codes are the same in all.
    pydantic's ValidationError if the library finds fault with it, which would be a fault of ours.
    """
    names = Names.of(data)
    model_of = import_module(MODULES[version]).get_fhir_model_class
    resources = chain(
        people(data, names, words, version),
        questions(data, names, words),
        diary(data, names, words, now),
        treatment(data, names, words, version, now),
        alerts(data, names, words),
    )
    bundle = {
        "resourceType": "Bundle",
        "id": names.id("Bundle", now.timestamp()),
        "language": words.language,
        "type": "collection",
        "timestamp": moment(now, data.who.time_zone),
    }
    # One after the other, since a long diary as one model takes well over a hundred megabytes.
    spoken = {"language": words.language}
    entries = (_entry(resource["id"], _written({**resource, **spoken}, model_of)) for resource in resources)
    return b'%s,"entry":[%s]}' % (_written(bundle, model_of).removesuffix(b"}"), b",".join(entries))


def _written(resource: Resource, model_of: Callable[[str], Any]) -> bytes:
    model = model_of(resource["resourceType"]).model_validate(pruned(resource))
    written: str = model.model_dump_json()
    return written.encode()


def _entry(name: str, written: bytes) -> bytes:
    return b'{"fullUrl":"urn:uuid:%s","resource":%s}' % (name.encode(), written)

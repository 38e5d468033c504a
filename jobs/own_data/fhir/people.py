"""The patient, by pseudonym, and the consent."""

from collections.abc import Iterator

from jobs import due
from jobs.own_data.facts import OwnData
from jobs.own_data.fhir.naming import HL7, LOINC, OURS, Names, Resource, Version, concept, moment
from jobs.own_data.fhir.words import Words

CONSENT_DOCUMENT = "59284-0"
LIVING = ("active", "paused")


def people(data: OwnData, names: Names, words: Words, version: Version) -> Iterator[Resource]:
    yield _patient(data, names)
    if data.who.consent_version is not None:
        yield _consent(data, names, words, version)


def _patient(data: OwnData, names: Names) -> Resource:
    """No name, and no Telegram account: a bundle is made to be handed on."""
    who = data.who
    language = {"language": concept(None, ("urn:ietf:bcp:47", who.language))} if who.language else None
    return {
        "resourceType": "Patient",
        "id": names.id("Patient"),
        "identifier": [
            {
                "use": "secondary",
                "system": f"{OURS}/pseudonym",
                "value": who.pseudonym,
                "assigner": {"display": who.team},
            }
        ],
        "active": who.status in LIVING,
        "communication": [language],
    }


def _consent(data: OwnData, names: Names, words: Words, version: Version) -> Resource:
    who = data.who
    text, at = f"{OURS}/consent/{who.consent_version}", who.consented_at
    consent: Resource = {
        "resourceType": "Consent",
        "id": names.id("Consent"),
        "identifier": [{"system": f"{OURS}/consent-version", "value": who.consent_version}],
        "status": "active" if who.status in LIVING else "inactive",
        "category": [concept(words.consent, (LOINC, CONSENT_DOCUMENT))],
    }
    if version == "R5":
        return {
            **consent,
            "subject": names.patient,
            "grantor": [names.patient],
            "date": at and at.astimezone(due.zone_of(who.time_zone)).date().isoformat(),
            "decision": "permit",
            "policyBasis": {"url": text},
        }
    return {
        **consent,
        "scope": concept(None, (f"{HL7}/consentscope", "patient-privacy")),
        "patient": names.patient,
        "performer": [names.patient],
        "dateTime": at and moment(at, who.time_zone),
        "policy": [{"uri": text}],
    }

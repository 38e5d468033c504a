"""How resources are called and pointed at, and the few forms that all of them share."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from jobs import due
from jobs.own_data.facts import OwnData

Version = Literal["R5", "R4B"]
Resource = dict[str, Any]

# Of what is ours. `.example` is nobody's (RFC 2606): these are names, not addresses.
OURS = "https://infusion-diary.example/fhir"
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True)
class Names:
    """Ids that stay the same from one copy to the next: made of the patient and of what the resource is about."""

    patient_seed: UUID

    @classmethod
    def of(cls, data: OwnData) -> "Names":
        """Two clinics may call a patient alike; the moment at which the row was made tells them apart."""
        who = data.who
        return cls(
            uuid5(NAMESPACE_URL, f"{OURS}/{who.team}/{who.pseudonym}/{who.created_at.astimezone(UTC).isoformat()}")
        )

    def id(self, kind: str, *key: object) -> str:
        return str(uuid5(self.patient_seed, "/".join((kind, *(str(part) for part in key)))))

    def to(self, kind: str, *key: object) -> Resource:
        """A reference to that resource of this bundle."""
        return {"reference": f"urn:uuid:{self.id(kind, *key)}"}

    @property
    def patient(self) -> Resource:
        return self.to("Patient")


def concept(text: str | None = None, *codings: tuple[str, str]) -> Resource:
    """`codings`: (system, code). Without displays: a terminology's own words change, ours are in the text."""
    return {"coding": [{"system": system, "code": code} for system, code in codings], "text": text}


def quantity(value: float, unit: str, ucum: str | None) -> Resource:
    """`unit` as people read it; `ucum` None for one of which the code is not known."""
    coded = {"system": UCUM, "code": ucum} if ucum is not None else {}
    return {"value": value, "unit": unit, **coded}


def extension(name: str, **value: object) -> Resource:
    return {"url": f"{OURS}/StructureDefinition/{name}", **value}


def moment(instant: datetime, zone: str) -> str:
    """As it was on the wall there, with the offset; in UTC where the offset has seconds, which FHIR cannot say."""
    local = instant.astimezone(due.zone_of(zone))
    offset = local.utcoffset()
    assert offset is not None
    return (instant.astimezone(UTC) if offset.seconds % 60 else local).isoformat()


def pruned(value: Any) -> Any:
    """Without what is empty, which FHIR does not allow, nor control characters, which its strings cannot hold."""
    if isinstance(value, str):
        return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, Mapping):
        kept = {name: pruned(held) for name, held in value.items()}
        return {name: held for name, held in kept.items() if not _is_empty(held)}
    if isinstance(value, Sequence):
        return [held for held in map(pruned, value) if not _is_empty(held)]
    return value


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})

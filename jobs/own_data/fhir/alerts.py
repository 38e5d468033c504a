"""What the team was told at once: a flag on the patient, for as long as the answers that met the rule."""

from collections.abc import Iterator

from jobs.own_data.facts import OwnData
from jobs.own_data.fhir.naming import HL7, Names, Resource, concept
from jobs.own_data.fhir.questions import codes_of
from jobs.own_data.fhir.words import Words


def alerts(data: OwnData, names: Names, words: Words) -> Iterator[Resource]:
    """Active until somebody on the team had seen it: of what was done then the bot knows nothing."""
    codes = codes_of(data, words)
    for alert in data.alerts:
        text = words.alert_value if alert.kind == "value" else words.alert_rise
        item = codes[alert.item]["text"]
        yield {
            "resourceType": "Flag",
            "id": names.id("Flag", alert.id),
            "status": "active" if alert.acknowledged_at is None else "inactive",
            "category": [concept(None, (f"{HL7}/flag-category", "clinical"))],
            "code": concept(text.format(item=item, threshold=alert.threshold, days=alert.days)),
            "subject": names.patient,
            "period": {"start": alert.first_day.isoformat(), "end": alert.last_day.isoformat()},
        }

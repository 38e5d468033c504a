"""What was asked, and under which codes: the questionnaire of each wording, and our own code system."""

from collections.abc import Iterator

from jobs.own_data.facts import OwnData
from jobs.own_data.fhir.naming import HL7, LOINC, OURS, Names, Resource, concept
from jobs.own_data.fhir.words import Words
from jobs.scores import ITEMS, SCALE_HIGH, SCALE_LOW

QUESTIONNAIRE = f"{OURS}/Questionnaire/daily-check-in"
CODES = f"{OURS}/CodeSystem/daily-items"
# Pain severity on a numeric scale from 0 to 10, as reported. The others have no code of their own there.
PAIN = (LOINC, "72514-3")
OWN_CODES = {"tiredness": "tiredness", "weakness": "weakness", "exertion_pain": "exertion-pain"}
SURVEY = concept(None, (f"{HL7}/observation-category", "survey"))


def questions(data: OwnData, names: Names, words: Words) -> Iterator[Resource]:
    yield _code_system(names, words)
    for wording in sorted({answer.wording for answer in data.answers}):
        yield _questionnaire(wording, names, words)


def code_of(item: str, words: Words) -> Resource:
    """The code of an item of the daily check-in."""
    return concept(words.items[item], (CODES, OWN_CODES[item]) if item in OWN_CODES else PAIN)


def _code_system(names: Names, words: Words) -> Resource:
    return {
        "resourceType": "CodeSystem",
        "id": names.id("CodeSystem"),
        "url": CODES,
        "version": "1",
        "name": "DailyItems",
        "title": words.code_system,
        "status": "active",
        "caseSensitive": True,
        "content": "complete",
        "count": len(OWN_CODES),
        "concept": [
            {
                "code": code,
                "display": words.items[item],
                "definition": words.definition.format(item=words.items[item]),
            }
            for item, code in OWN_CODES.items()
        ],
    }


def _questionnaire(wording: str, names: Names, words: Words) -> Resource:
    return {
        "resourceType": "Questionnaire",
        "id": names.id("Questionnaire", wording),
        "url": QUESTIONNAIRE,
        "version": wording,
        "name": "DailyCheckIn",
        "title": words.questionnaire,
        "status": "active",
        "subjectType": ["Patient"],
        "item": [_item(item, wording, words) for item in ITEMS],
    }


def _item(item: str, wording: str, words: Words) -> Resource:
    bounds = (("minValue", SCALE_LOW), ("maxValue", SCALE_HIGH))
    return {
        "extension": [
            {"url": f"http://hl7.org/fhir/StructureDefinition/{name}", "valueInteger": bound} for name, bound in bounds
        ],
        "linkId": item,
        "code": code_of(item, words)["coding"],
        "text": words.question(item, wording),
        "type": "integer",
        "required": False,
    }

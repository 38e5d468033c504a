"""What was asked, and under which codes: the questionnaire of each wording, and our own code system."""

from collections.abc import Iterator, Mapping

from jobs.own_data.facts import OwnData
from jobs.own_data.fhir.naming import HL7, LOINC, OURS, Names, Resource, concept
from jobs.scores import ITEMS, SCALE_HIGH, SCALE_LOW

QUESTIONNAIRE = f"{OURS}/Questionnaire/daily-check-in"
CODES = f"{OURS}/CodeSystem/daily-items"
# Pain severity on a numeric scale from 0 to 10, as reported. The others have no code of their own there.
PAIN = (LOINC, "72514-3")
DISPLAYS = {
    "pain": "Pain",
    "tiredness": "Tiredness",
    "weakness": "Weakness",
    "exertion_pain": "Pain on exertion",
}
OWN_CODES = {"tiredness": "tiredness", "weakness": "weakness", "exertion_pain": "exertion-pain"}
SURVEY = concept(None, (f"{HL7}/observation-category", "survey"))
# In English, as the bot asked it; a wording that is not here is told by its version alone.
WORDINGS: Mapping[str, Mapping[str, str]] = {
    "2026-1": {
        "pain": "How strong was your pain today?",
        "tiredness": "How strong was your tiredness today?",
        "weakness": "How strong was your weakness today?",
        "exertion_pain": "How strong was your pain on exertion today, "
        "when you walked, climbed stairs or carried something?",
    }
}


def questions(data: OwnData, names: Names) -> Iterator[Resource]:
    yield _code_system(names)
    for wording in sorted({answer.wording for answer in data.answers}):
        yield _questionnaire(wording, names)


def code_of(item: str) -> Resource:
    """The code of an item of the daily check-in."""
    return concept(DISPLAYS[item], (CODES, OWN_CODES[item]) if item in OWN_CODES else PAIN)


def _code_system(names: Names) -> Resource:
    return {
        "resourceType": "CodeSystem",
        "id": names.id("CodeSystem"),
        "url": CODES,
        "version": "1",
        "name": "DailyItems",
        "title": "Items of the daily check-in of the Infusion Diary",
        "status": "active",
        "caseSensitive": True,
        "content": "complete",
        "count": len(OWN_CODES),
        "concept": [
            {
                "code": code,
                "display": DISPLAYS[item],
                "definition": f"{DISPLAYS[item]} today, on a numeric rating scale from {SCALE_LOW} (none) to "
                f"{SCALE_HIGH} (as strong as can be imagined), as the patient reports it at the end of the day",
            }
            for item, code in OWN_CODES.items()
        ],
    }


def _questionnaire(wording: str, names: Names) -> Resource:
    return {
        "resourceType": "Questionnaire",
        "id": names.id("Questionnaire", wording),
        "url": QUESTIONNAIRE,
        "version": wording,
        "name": "DailyCheckIn",
        "title": "Daily check-in of the Infusion Diary",
        "status": "active",
        "subjectType": ["Patient"],
        "item": [_item(item, WORDINGS.get(wording, {})) for item in ITEMS],
    }


def _item(item: str, words: Mapping[str, str]) -> Resource:
    bounds = (("minValue", SCALE_LOW), ("maxValue", SCALE_HIGH))
    return {
        "extension": [
            {"url": f"http://hl7.org/fhir/StructureDefinition/{name}", "valueInteger": bound} for name, bound in bounds
        ],
        "linkId": item,
        "code": code_of(item)["coding"],
        "text": words.get(item, DISPLAYS[item]),
        "type": "integer",
        "required": False,
    }

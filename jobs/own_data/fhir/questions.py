"""What was asked, and under which codes: the questionnaire of each wording, and our own code system."""

from collections.abc import Iterator, Mapping, Sequence

from jobs.own_data.facts import OWN_WORDING, OwnData, OwnItemRow
from jobs.own_data.fhir.naming import HL7, LOINC, OURS, Names, Resource, concept
from jobs.scores import ITEMS, MOST_FLIGHTS, SCALE_HIGH, SCALE_LOW, STAIRS

QUESTIONNAIRE = f"{OURS}/Questionnaire/daily-check-in"
CODES = f"{OURS}/CodeSystem/daily-items"
# Pain severity on a numeric scale from 0 to 10, as reported. The others have no code of their own there.
PAIN = (LOINC, "72514-3")
OWN_QUESTIONNAIRE = f"{OURS}/Questionnaire/own-questions"
DISPLAYS = {
    STAIRS: "Flights of stairs climbed without symptoms",
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
        STAIRS: "How many flights of stairs could you climb today without symptoms?",
    }
}


def questions(data: OwnData, names: Names) -> Iterator[Resource]:
    yield _code_system(names)
    for wording in sorted({answer.wording for answer in data.answers} - {OWN_WORDING}):
        yield _questionnaire(wording, names)
    answered = {answer.item for answer in data.answers}
    own = [words for item, words in data.own_words().items() if item in answered]
    if own:
        yield _own_questionnaire(own, names)


def code_of(item: str) -> Resource:
    """The code of one of the four."""
    return concept(DISPLAYS[item], (CODES, OWN_CODES[item]) if item in OWN_CODES else PAIN)


def codes_of(data: OwnData) -> Mapping[str, Resource]:
    """By item. What a team has added is told by its text alone, as the patient reads it: no code means the same."""
    return {
        **{item: code_of(item) for item in ITEMS},
        STAIRS: concept(DISPLAYS[STAIRS]),
        **{item: concept(words.name) for item, words in data.own_words().items()},
    }


def asked_by(wording: str, names: Names) -> str:
    """The canonical of the questionnaire that an answer belongs to.

    Of the team's own questions each copy has its own, since another team's are others.
    """
    return _own_url(names) if wording == OWN_WORDING else f"{QUESTIONNAIRE}|{wording}"


def _own_url(names: Names) -> str:
    return f"{OWN_QUESTIONNAIRE}/{names.id('Questionnaire', OWN_WORDING)}"


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
        "item": [
            *(_item(item, WORDINGS.get(wording, {}).get(item, DISPLAYS[item]), SCALE_HIGH) for item in ITEMS),
            # Asked where the team wants to know.
            _item(STAIRS, WORDINGS.get(wording, {}).get(STAIRS, DISPLAYS[STAIRS]), MOST_FLIGHTS),
        ],
    }


def _own_questionnaire(own: Sequence[OwnItemRow], names: Names) -> Resource:
    return {
        "resourceType": "Questionnaire",
        "id": names.id("Questionnaire", OWN_WORDING),
        "url": _own_url(names),
        "name": "OwnQuestions",
        "title": "Questions that the care team has added to the daily check-in",
        "status": "active",
        "subjectType": ["Patient"],
        "item": [_item(each.item, _own_text(each), SCALE_HIGH) for each in own],
    }


def _own_text(words: OwnItemRow) -> str:
    return f"{words.name}: {SCALE_LOW} {words.low} - {SCALE_HIGH} {words.high}"


def _item(item: str, text: str, most: int) -> Resource:
    bounds = (("minValue", SCALE_LOW), ("maxValue", most))
    return {
        "extension": [
            {"url": f"http://hl7.org/fhir/StructureDefinition/{name}", "valueInteger": bound} for name, bound in bounds
        ],
        "linkId": item,
        "code": code_of(item)["coding"] if item in ITEMS else [],
        "text": text,
        "type": "integer",
        "required": False,
    }

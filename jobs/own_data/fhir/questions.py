"""What was asked, and under which codes: the questionnaire of each wording, and our own code system."""

from collections.abc import Iterator, Mapping, Sequence

from jobs.own_data.facts import OWN_WORDING, OwnData, OwnItemRow
from jobs.own_data.fhir.naming import HL7, LOINC, OURS, Names, Resource, concept
from jobs.own_data.fhir.words import Words
from jobs.scores import ITEMS, MOST_FLIGHTS, SCALE_HIGH, SCALE_LOW, STAIRS

QUESTIONNAIRE = f"{OURS}/Questionnaire/daily-check-in"
CODES = f"{OURS}/CodeSystem/daily-items"
# Pain severity on a numeric scale from 0 to 10, as reported. The others have no code of their own there.
PAIN = (LOINC, "72514-3")
OWN_QUESTIONNAIRE = f"{OURS}/Questionnaire/own-questions"
OWN_CODES = {"tiredness": "tiredness", "weakness": "weakness", "exertion_pain": "exertion-pain"}
SURVEY = concept(None, (f"{HL7}/observation-category", "survey"))


def questions(data: OwnData, names: Names, words: Words) -> Iterator[Resource]:
    yield _code_system(names, words)
    for wording in sorted({answer.wording for answer in data.answers} - {OWN_WORDING}):
        yield _questionnaire(wording, names, words)
    answered = {answer.item for answer in data.answers}
    own = [worded for item, worded in data.own_words().items() if item in answered]
    if own:
        yield _own_questionnaire(own, names, words)


def code_of(item: str, words: Words) -> Resource:
    """The code of one of the four."""
    return concept(words.items[item], PAIN if item == "pain" else (CODES, OWN_CODES[item]))


def codes_of(data: OwnData, words: Words) -> Mapping[str, Resource]:
    """By item. What a team has added is told by its text alone, as the patient reads it: no code means the same."""
    return {
        **{item: code_of(item, words) for item in ITEMS},
        STAIRS: concept(words.items[STAIRS]),
        **{item: concept(worded.name) for item, worded in data.own_words().items()},
    }


def asked_by(wording: str, names: Names) -> str:
    """The canonical of the questionnaire that an answer belongs to.

    Of the team's own questions each copy has its own, since another team's are others.
    """
    return _own_url(names) if wording == OWN_WORDING else f"{QUESTIONNAIRE}|{wording}"


def _own_url(names: Names) -> str:
    return f"{OWN_QUESTIONNAIRE}/{names.id('Questionnaire', OWN_WORDING)}"


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
        "item": [
            *(_item(item, words.question(item, wording), SCALE_HIGH, words) for item in ITEMS),
            # Asked where the team wants to know.
            _item(STAIRS, words.question(STAIRS, wording), MOST_FLIGHTS, words),
        ],
    }


def _own_questionnaire(own: Sequence[OwnItemRow], names: Names, words: Words) -> Resource:
    return {
        "resourceType": "Questionnaire",
        "id": names.id("Questionnaire", OWN_WORDING),
        "url": _own_url(names),
        "name": "OwnQuestions",
        "title": words.own_questionnaire,
        "status": "active",
        "subjectType": ["Patient"],
        "item": [_item(each.item, _own_text(each), SCALE_HIGH, words) for each in own],
    }


def _own_text(worded: OwnItemRow) -> str:
    return f"{worded.name}: {SCALE_LOW} {worded.low} - {SCALE_HIGH} {worded.high}"


def _item(item: str, text: str, most: int, words: Words) -> Resource:
    bounds = (("minValue", SCALE_LOW), ("maxValue", most))
    return {
        "extension": [
            {"url": f"http://hl7.org/fhir/StructureDefinition/{name}", "valueInteger": bound} for name, bound in bounds
        ],
        "linkId": item,
        "code": code_of(item, words)["coding"] if item in ITEMS else [],
        "text": text,
        "type": "integer",
        "required": False,
    }

"""What the patient answered: a response a day, an observation an answered item, and who corrected what."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date, datetime
from itertools import groupby

from jobs.own_data.facts import AnswerRow, DayRow, NoteRow, OwnData
from jobs.own_data.fhir.naming import HL7, OURS, Names, Resource, concept, extension, moment, quantity
from jobs.own_data.fhir.questions import SURVEY, asked_by, codes_of
from jobs.own_data.fhir.words import Words
from jobs.scores import ITEMS, STAIRS

ZONE = "http://hl7.org/fhir/StructureDefinition/timezone"


def diary(data: OwnData, names: Names, words: Words, now: datetime) -> Iterator[Resource]:
    days = {day.diary_date: day for day in data.days}
    zones, codes = data.zones(), codes_of(data, words)
    for day, every in groupby(data.answers, key=lambda answer: answer.diary_date):
        asked = {*ITEMS, *_further_asked(data, day)}
        yield from _day(list(every), days.get(day), asked, data.zone_on(day, zones), names, codes, words, now)
    said: Counter[tuple[date, datetime]] = Counter()
    for note in data.notes:
        # What was removed is in the tables alone: a bundle is made to be handed on.
        if note.removed_at is not None:
            continue
        said[note.diary_date, note.said_at] += 1
        yield _note(note, said[note.diary_date, note.said_at], data.zone_on(note.diary_date, zones), names, words)


def _further_asked(data: OwnData, day: date) -> Sequence[str]:
    """What was asked beside the four on that date, by the sets of the copy."""
    valid = [each for each in data.item_sets if each.valid_from <= day]
    of_patient = next((each.items for each in reversed(valid) if each.of == "patient"), None)
    of_team = next((each.items for each in reversed(valid) if each.of == "team"), None)
    return of_team or () if of_patient is None else of_patient


def _day(
    answers: Sequence[AnswerRow],
    day: DayRow | None,
    asked: Set[str],
    zone: str,
    names: Names,
    codes: Mapping[str, Resource],
    words: Words,
    now: datetime,
) -> Iterator[Resource]:
    """`answers`: all of one day, by item and revision; `asked`: what makes it whole.

    A response for each wording: on all days but one that is one, and one for the team's own questions.
    """
    latest = {answer.item: answer for answer in answers}
    is_open = day is not None and day.closes_at > now
    for wording in sorted({answer.wording for answer in latest.values()}):
        worded = {item: answer for item, answer in latest.items() if answer.wording == wording}
        yield _response(worded, whole=asked <= latest.keys(), is_open=is_open, zone=zone, names=names)
    for answer in latest.values():
        if answer.value is not None:
            yield _observation(answer, zone, names, codes[answer.item], words)
    before: dict[str, AnswerRow] = {}
    for answer in answers:
        if answer.item in before:
            yield _correction(before[answer.item], answer, latest[answer.item], zone, names, words)
        before[answer.item] = answer


def _response(answers: Mapping[str, AnswerRow], *, whole: bool, is_open: bool, zone: str, names: Names) -> Resource:
    """Skipped on purpose: an item without an answer. Not answered: no item."""
    one = next(iter(answers.values()))
    corrected = any(answer.revision > 1 for answer in answers.values())
    ended = ("amended" if corrected else "completed") if whole else "stopped"
    return {
        "resourceType": "QuestionnaireResponse",
        "id": names.id(*_response_key(one)),
        "extension": [{"url": ZONE, "valueCode": zone}],
        "questionnaire": asked_by(one.wording, names),
        "status": "in-progress" if is_open and not whole else ended,
        "subject": names.patient,
        "authored": moment(max(answer.answered_at for answer in answers.values()), zone),
        "author": names.patient,
        "source": names.patient,
        "item": [{"linkId": item, "answer": [{"valueInteger": answer.value}]} for item, answer in answers.items()],
    }


def _response_key(answer: AnswerRow) -> tuple[str, date, str]:
    return "QuestionnaireResponse", answer.diary_date, answer.wording


def _observation_key(answer: AnswerRow) -> tuple[str, date, str]:
    return "Observation", answer.diary_date, answer.item


def _value(answer: AnswerRow, words: Words) -> Resource:
    if answer.item == STAIRS and answer.value is not None:
        return {"valueQuantity": quantity(answer.value, words.flights, "{flights}")}
    return {"valueInteger": answer.value}


def _observation(answer: AnswerRow, zone: str, names: Names, code: Resource, words: Words) -> Resource:
    return {
        "resourceType": "Observation",
        "id": names.id(*_observation_key(answer)),
        "extension": [*_late(answer), extension("way", valueCode=answer.way)],
        "status": "amended" if answer.revision > 1 else "final",
        "category": [SURVEY],
        "code": code,
        "subject": names.patient,
        "effectiveDateTime": answer.diary_date.isoformat(),
        "issued": moment(answer.received_at, zone),
        "performer": [names.patient],
        **_value(answer, words),
        "derivedFrom": [names.to(*_response_key(answer))],
    }


def _correction(old: AnswerRow, new: AnswerRow, latest: AnswerRow, zone: str, names: Names, words: Words) -> Resource:
    """`old` became `new`. Where that stands today: in the day's response, and in the observation if there is one."""
    observed = [names.to(*_observation_key(latest))] if latest.value is not None else []
    told = words.revision.format(
        day=old.diary_date.isoformat(),
        item=words.items[old.item],
        revision=old.revision,
        value=words.skipped if old.value is None else old.value,
    )
    return {
        "resourceType": "Provenance",
        "id": names.id("Provenance", new.diary_date, new.item, new.revision),
        "target": [names.to(*_response_key(latest)), *observed],
        "occurredDateTime": moment(new.answered_at, zone),
        "recorded": moment(new.received_at, zone),
        "activity": concept(None, (f"{HL7}/v3-DataOperation", "UPDATE")),
        "agent": [
            {"type": concept(None, (f"{HL7}/provenance-participant-type", "author")), "who": names.patient},
        ],
        "entity": [
            {
                "extension": [extension("replaced-value", valueInteger=old.value)] if old.value is not None else [],
                "role": "revision",
                "what": {
                    "identifier": {
                        "system": f"{OURS}/answer",
                        "value": f"{old.diary_date.isoformat()}/{old.item}/{old.revision}",
                    },
                    "display": told,
                },
            }
        ],
    }


def _late(entry: AnswerRow | NoteRow) -> list[Resource]:
    return [extension("late", valueBoolean=True)] if entry.late else []


def _note(note: NoteRow, which: int, zone: str, names: Names, words: Words) -> Resource:
    """`which`, from 1: of those that were said about the day at one moment."""
    return {
        "resourceType": "Observation",
        "id": names.id("Note", note.diary_date, note.said_at.timestamp(), which),
        "extension": _late(note),
        "status": "final",
        "category": [SURVEY],
        "code": concept(words.note),
        "subject": names.patient,
        "effectiveDateTime": note.diary_date.isoformat(),
        "issued": moment(note.received_at, zone),
        "performer": [names.patient],
        "valueString": note.text,
    }

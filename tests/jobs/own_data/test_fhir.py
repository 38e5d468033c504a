"""The bundle: valid for the library that knows FHIR, whole, and about nobody else."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.drawing.own_copy import fhir_words
from bot.texts import languages, plain, texts_in
from jobs.own_data import NoteRow, OwnData, Version, Words, fhir_bundle
from jobs.own_data.facts import AlertRow, ItemSetRow, MeasurementRow, SteroidRow
from jobs.own_data.fhir.naming import OURS, moment
from jobs.own_data.fhir.questions import CODES
from storage import diary
from tests.jobs.own_data.support import DAY, HOUR, ITEMS, NOW, answer, course, day_row, own_item, who
from tests.jobs.own_data.test_csv import FIRST
from tests.jobs.own_data.test_csv import diary as three_days

Resource = dict[str, Any]
VERSIONS: tuple[Version, ...] = ("R5", "R4B")
FOLDERS = {"R5": "fhir.resources", "R4B": "fhir.resources.R4B"}
ENGLISH = fhir_words(texts_in("en"))
both = pytest.mark.parametrize("version", VERSIONS)
# What the specification allows, where the library does not say.
STATES = {
    "QuestionnaireResponse": {"in-progress", "completed", "amended", "entered-in-error", "stopped"},
    "MedicationAdministration": {"completed", "not-done"},
    "MedicationRequest": {"active", "completed", "cancelled"},
    "Observation": {"final", "amended"},
    "Consent": {"active", "inactive"},
    "Flag": {"active", "inactive", "entered-in-error"},
}


def resources(data: OwnData, version: Version = "R5", now: datetime = NOW, words: Words = ENGLISH) -> list[Resource]:
    return [entry["resource"] for entry in json.loads(fhir_bundle(data, now, words, version))["entry"]]


def of_type(found: list[Resource], kind: str) -> list[Resource]:
    return [resource for resource in found if resource["resourceType"] == kind]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within, the outermost first."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(each)


def scores(found: list[Resource]) -> list[Resource]:
    return [each for each in of_type(found, "Observation") if "valueInteger" in each]


def item_of(observation: Resource) -> str:
    (coding,) = observation["code"]["coding"]
    return {
        "72514-3": "pain",
        "tiredness": "tiredness",
        "weakness": "weakness",
        "exertion-pain": "exertion_pain",
    }[str(coding["code"])]


def full() -> OwnData:
    data = three_days()
    note = NoteRow(FIRST, '=cmd|"/c calc"\nüber alles \U0001f600\x07', NOW, NOW, late=True)
    seen = AlertRow(1, "pain", "value", 8, 1, FIRST, FIRST, {FIRST.isoformat(): 8}, None, NOW, True, NOW + HOUR)
    unseen = replace(seen, id=2, kind="rise", threshold=3, days=2, last_day=FIRST + DAY, acknowledged_at=None)
    return OwnData(
        *(data.who, data.days, data.answers, data.courses, data.measurements, data.steroids),
        notes=(note,),
        alerts=(seen, unseen),
    )


@both
def test_the_library_reads_it_again_and_says_the_same(version: Version) -> None:
    written = fhir_bundle(full(), NOW, ENGLISH, version)
    model = import_module(f"{FOLDERS[version]}.bundle").Bundle.model_validate_json(written)
    assert json.loads(model.model_dump_json()) == json.loads(written)
    assert Counter(entry.resource.get_resource_type() for entry in model.entry) == {
        "Patient": 1,
        "Consent": 1,
        "CodeSystem": 1,
        "Questionnaire": 1,
        "QuestionnaireResponse": 2,
        "Observation": 5 + 1 + 2,
        "Provenance": 1,
        "MedicationRequest": 3,
        "MedicationAdministration": 4,
        "MedicationStatement": 1,
        "Flag": 2,
    }


@both
def test_codes_are_the_specifications(version: Version) -> None:
    model_of = import_module(FOLDERS[version]).get_fhir_model_class
    for resource in resources(full(), version):
        kind = resource["resourceType"]
        assert "status" not in resource or resource["status"] in STATES.get(kind, {resource["status"]})
        for name, field in model_of(kind).model_fields.items():
            choices = (field.json_schema_extra or {}).get("enum_values")
            assert not choices or name not in resource or resource[name] in choices, (kind, name)


@both
def test_an_alert_is_a_flag_until_somebody_had_seen_it(version: Version) -> None:
    found = resources(full(), version)
    (patient,) = of_type(found, "Patient")
    seen, unseen = of_type(found, "Flag")
    assert (seen["status"], unseen["status"]) == ("inactive", "active")
    assert seen["subject"] == {"reference": f"urn:uuid:{patient['id']}"}
    assert seen["code"]["text"] == "A rule of the care team was met: Pain 8 or more; answered days in a row: 1"
    assert unseen["code"]["text"].endswith("Pain 3 or more over the own reference; answered days in a row: 2")
    assert unseen["period"] == {"start": FIRST.isoformat(), "end": (FIRST + DAY).isoformat()}


@both
def test_an_alert_about_a_question_of_the_teams_own_names_it(version: Version) -> None:
    alert = AlertRow(1, "own:7", "value", 8, 1, FIRST, FIRST, {}, None, NOW, True, None)
    data = replace(full(), own_items=own_item(7, "en"), alerts=(alert,))
    (flag,) = of_type(resources(data, version), "Flag")
    assert "Sleep en 8 or more" in flag["code"]["text"]


@both
def test_one_who_was_only_invited_has_a_bundle_too(version: Version) -> None:
    data = OwnData(who(status="invited", consent_version=None, consented_at=None, language=None, telegram_id=None))
    found = resources(data, version)
    assert [resource["resourceType"] for resource in found] == ["Patient", "CodeSystem"]
    assert found[0]["active"] is False
    assert "communication" not in found[0]


@both
def test_every_reference_resolves_within(version: Version) -> None:
    bundle = json.loads(fhir_bundle(full(), NOW, ENGLISH, version))
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert urls == [f"urn:uuid:{entry['resource']['id']}" for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    references = {node["reference"] for node in nodes(bundle) if isinstance(node.get("reference"), str)}
    assert references
    assert references <= set(urls)
    found = [entry["resource"] for entry in bundle["entry"]]
    asked = {f"{each['url']}|{each['version']}" for each in of_type(found, "Questionnaire")}
    assert {each["questionnaire"] for each in of_type(found, "QuestionnaireResponse")} == asked
    (system,) = of_type(found, "CodeSystem")
    codes = {code["code"] for code in system["concept"]}
    used = {node["code"] for node in nodes(found) if node.get("system") == CODES}
    assert used == codes
    linked = {item["linkId"] for each in of_type(found, "Questionnaire") for item in each["item"]}
    assert linked == {*ITEMS, "stairs"}


@both
def test_every_answer_that_counts_is_there_exactly_once(version: Version) -> None:
    data = full()
    found = resources(data, version)
    wanted = Counter((a.diary_date.isoformat(), a.item, a.value) for a in data.latest_answers().values())
    observed = Counter((each["effectiveDateTime"], item_of(each), each["valueInteger"]) for each in scores(found))
    assert observed == {known: times for known, times in wanted.items() if known[2] is not None}
    answered = Counter(
        (
            response["authored"][:10],
            item["linkId"],
            *(one["valueInteger"] for one in item.get("answer", [{"valueInteger": None}])),
        )
        for response in of_type(found, "QuestionnaireResponse")
        for item in response["item"]
    )
    assert answered == wanted


def test_every_revision_is_there_exactly_once() -> None:
    values = [7, None, 3, 4]
    rows = tuple(answer(FIRST, "pain", value, k) for k, value in enumerate(values, 1))
    found = resources(OwnData(who(), answers=rows))
    replaced = [entity for each in of_type(found, "Provenance") for entity in each["entity"]]
    assert [
        (
            entity["what"]["identifier"]["value"],
            *(held["valueInteger"] for held in entity.get("extension", [{"valueInteger": None}])),
        )
        for entity in replaced
    ] == [(f"2026-03-28/pain/{k}", value) for k, value in enumerate(values[:-1], 1)]
    (observation,) = scores(found)
    assert (observation["status"], observation["valueInteger"]) == ("amended", 4)


def test_a_correction_says_who_when_and_what_it_changed() -> None:
    found = resources(full())
    (correction,) = of_type(found, "Provenance")
    (patient,) = of_type(found, "Patient")
    observation = next(each for each in scores(found) if each["status"] == "amended")
    assert correction["agent"][0]["who"]["reference"] == f"urn:uuid:{patient['id']}"
    assert correction["occurredDateTime"] == "2026-03-28T21:00:00Z"
    assert f"urn:uuid:{observation['id']}" in {target["reference"] for target in correction["target"]}
    assert correction["entity"][0]["what"]["display"] == "2026-03-28, Pain, revision 1: 7"


def test_an_answer_that_was_taken_back_has_no_observation() -> None:
    rows = (answer(FIRST, "pain", 7), answer(FIRST, "pain", None, 2))
    found = resources(OwnData(who(), answers=rows))
    (response,) = of_type(found, "QuestionnaireResponse")
    (correction,) = of_type(found, "Provenance")
    assert scores(found) == []
    assert response["item"] == [{"linkId": "pain"}]
    assert [target["reference"] for target in correction["target"]] == [f"urn:uuid:{response['id']}"]


def test_a_skipped_question_is_an_item_without_an_answer_and_an_unanswered_one_no_item() -> None:
    first = of_type(resources(full()), "QuestionnaireResponse")[0]
    assert first["item"] == [{"linkId": "pain", "answer": [{"valueInteger": 3}]}, {"linkId": "tiredness"}]


@pytest.mark.parametrize(
    ("items", "revision", "after", "status"),
    [
        (ITEMS, 1, 2 * HOUR, "completed"),
        (ITEMS, 2, 2 * HOUR, "amended"),
        (ITEMS[:2], 1, 2 * HOUR, "in-progress"),
        (ITEMS[:2], 1, 2 * DAY, "stopped"),
        (ITEMS[:2], 2, 2 * DAY, "stopped"),
    ],
)
def test_a_response_says_how_far_it_came(items: tuple[str, ...], revision: int, after: timedelta, status: str) -> None:
    rows = tuple(answer(FIRST, item, 5, k) for item in items for k in range(1, revision + 1))
    data = OwnData(who(), days=(day_row(FIRST),), answers=rows)
    (response,) = of_type(resources(data, now=data.days[0].opened_at + after), "QuestionnaireResponse")
    assert response["status"] == status


def test_moments_keep_the_clock_of_the_day_over_a_change() -> None:
    winter, summer = of_type(resources(full()), "QuestionnaireResponse")
    assert (winter["authored"], summer["authored"]) == ("2026-03-28T21:00:00Z", "2026-03-29T21:00:00+01:00")
    abroad = OwnData(who(), days=(day_row(FIRST, "Pacific/Apia"),), answers=(answer(FIRST, "pain", 1),))
    found = resources(abroad)
    (response,), (observation,) = of_type(found, "QuestionnaireResponse"), scores(found)
    assert response["authored"] == "2026-03-29T09:00:00+13:00"
    assert response["extension"][0]["valueCode"] == "Pacific/Apia"
    assert observation["effectiveDateTime"] == "2026-03-28"


def test_an_offset_with_seconds_is_told_in_utc() -> None:
    assert moment(datetime(1971, 1, 1, tzinfo=UTC), "Africa/Monrovia") == "1971-01-01T00:00:00+00:00"
    assert datetime(1971, 1, 1, tzinfo=ZoneInfo("Africa/Monrovia")).utcoffset() == -timedelta(minutes=44, seconds=30)


def test_a_day_on_which_the_wording_changed_has_a_response_for_each() -> None:
    rows = (answer(FIRST, "pain", 1), answer(FIRST, "tiredness", 2, wording="2027-1"))
    found = resources(OwnData(who(), answers=rows))
    assert {each["version"] for each in of_type(found, "Questionnaire")} == {"2026-1", "2027-1"}
    assert sorted(each["questionnaire"].partition("|")[2] for each in of_type(found, "QuestionnaireResponse")) == [
        "2026-1",
        "2027-1",
    ]


def test_pain_alone_has_a_code_of_loinc() -> None:
    rows = tuple(answer(FIRST, item, 5) for item in ITEMS)
    systems = [each["code"]["coding"][0]["system"] for each in scores(resources(OwnData(who(), answers=rows)))]
    assert systems == ["http://loinc.org", CODES, CODES, CODES]


def test_a_late_answer_says_so() -> None:
    rows = (answer(FIRST, "pain", 5, late=True), answer(FIRST, "tiredness", 5))
    late, on_time = scores(resources(OwnData(who(), answers=rows)))
    marks = [[each["url"] for each in observation["extension"]] for observation in (late, on_time)]
    assert [f"{OURS}/StructureDefinition/late" in found for found in marks] == [True, False]


@both
def test_courses_are_planned_given_and_cancelled(version: Version) -> None:
    when = "occurenceDateTime" if version == "R5" else "effectiveDateTime"
    found = resources(full(), version)
    plans = of_type(found, "MedicationRequest")
    assert [plan["status"] for plan in plans] == ["completed", "cancelled", "active"]
    given = of_type(found, "MedicationAdministration")
    assert [(each["status"], each[when]) for each in given] == [
        ("completed", "2026-02-01"),
        ("completed", "2026-02-02"),
        ("not-done", "2026-03-01"),
        ("not-done", "2026-03-02"),
    ]
    assert ["statusReason" in each for each in given] == [False, False, True, True]
    assert given[0]["dosage"]["dose"]["value"] == 0.4
    assert {each["request"]["reference"] for each in given} == {f"urn:uuid:{plan['id']}" for plan in plans[:2]}


def test_a_course_that_was_moved_is_planned_as_planned_and_given_as_given() -> None:
    moved = course(1, FIRST, "given", given_start=FIRST + DAY, given_end=FIRST + 3 * DAY)
    found = resources(OwnData(who(), courses=(moved,)))
    (plan,) = of_type(found, "MedicationRequest")
    assert plan["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"] == {
        "start": "2026-03-28",
        "end": "2026-03-29",
    }
    assert [each["occurenceDateTime"] for each in of_type(found, "MedicationAdministration")] == [
        "2026-03-29",
        "2026-03-30",
        "2026-03-31",
    ]


@both
def test_values_have_their_codes_and_units(version: Version) -> None:
    other = MeasurementRow(3, "IgG trough", FIRST, 9.5, "g/l", None, NOW)
    data = OwnData(who(), measurements=(*full().measurements, other))
    kinase, weight, trough = of_type(resources(data, version), "Observation")
    assert kinase["code"]["coding"] == [{"system": "http://loinc.org", "code": "2157-6"}]
    assert kinase["valueQuantity"] == {
        "value": 210.5,
        "unit": "U/l",
        "system": "http://unitsofmeasure.org",
        "code": "U/L",
    }
    assert kinase["referenceRange"][0]["high"]["value"] == 190.0
    assert weight["code"]["coding"][0]["code"] == "29463-7"
    assert weight["valueQuantity"]["code"] == "kg"
    assert (trough["code"], trough["valueQuantity"]) == ({"text": "IgG trough"}, {"value": 9.5, "unit": "g/l"})


@pytest.mark.parametrize(("ends", "state"), [(None, "active"), (FIRST + DAY, "completed"), (NOW.date(), "active")])
def test_a_steroid_is_stated_with_both_doses(ends: date | None, state: str) -> None:
    data = OwnData(who(), steroids=(SteroidRow(1, "prednisone", FIRST, ends, 10.0, 0.0, NOW),))
    (recorded,), (stated,) = (of_type(resources(data, each), "MedicationStatement") for each in VERSIONS)
    assert (recorded["status"], stated["status"]) == ("recorded", state)
    assert [each["doseAndRate"][0]["doseQuantity"]["value"] for each in stated["dosage"]] == [10.0, 0.0]
    assert [each["timing"]["repeat"]["period"] for each in stated["dosage"]] == [2, 2]
    assert stated["effectivePeriod"].get("end") == (ends and ends.isoformat())


@both
def test_a_withdrawn_consent_is_inactive(version: Version) -> None:
    (consent,) = of_type(resources(OwnData(who(status="withdrawn")), version), "Consent")
    assert consent["status"] == "inactive"
    assert consent["identifier"][0]["value"] == "2026-1"


def test_a_note_is_told_in_the_patients_words() -> None:
    (note,) = [each for each in of_type(resources(full()), "Observation") if "valueString" in each]
    assert note["valueString"] == '=cmd|"/c calc"\nüber alles \U0001f600\N{REPLACEMENT CHARACTER}'


def test_a_note_keeps_its_id_whatever_is_written_after_it() -> None:
    notes = [NoteRow(FIRST, text, NOW, NOW) for text in ("one", "two")]
    earlier = NoteRow(FIRST - DAY, "three", NOW + HOUR, NOW + HOUR)
    copies = [resources(OwnData(who(), notes=told)) for told in (tuple(notes), (earlier, *notes))]
    first, second = ({each["valueString"]: each["id"] for each in of_type(copy, "Observation")} for copy in copies)
    assert len(set(second.values())) == 3
    assert first.items() < second.items()


@both
def test_neither_a_name_nor_the_telegram_account_is_in_it(version: Version) -> None:
    found = resources(full(), version)
    (patient,) = of_type(found, "Patient")
    assert not {"name", "telecom", "birthDate", "gender"} & patient.keys()
    assert patient["identifier"][0]["value"] == "P-7KQ4"
    assert f"{full().who.telegram_id}" not in json.dumps(found)


@both
def test_the_same_input_makes_the_same_bytes_and_a_later_copy_the_same_ids(version: Version) -> None:
    assert fhir_bundle(full(), NOW, ENGLISH, version) == fhir_bundle(full(), NOW, ENGLISH, version)
    now, later = (resources(full(), version, at) for at in (NOW, NOW + 9 * DAY))
    assert [each["id"] for each in now] == [each["id"] for each in later]


def test_two_clinics_patients_of_one_pseudonym_share_no_id() -> None:
    data = full()
    other = OwnData(who(team="Rheumatology"), answers=data.answers)
    assert not {each["id"] for each in resources(data)} & {each["id"] for each in resources(other)}


@pytest.mark.parametrize("language", languages())
def test_the_questions_are_worded_as_the_bot_asks_them(language: str) -> None:
    texts = texts_in(language)
    rows = (answer(FIRST, "pain", 1), answer(FIRST + DAY, "pain", 1, wording="2025-7"))
    found = resources(OwnData(who(), answers=rows), words=fhir_words(texts))
    asked = {each["version"]: [item["text"] for item in each["item"]] for each in of_type(found, "Questionnaire")}
    assert asked == {
        diary.WORDING: [plain(texts(f"check_in.{item}.question")) for item in (*ITEMS, "stairs")],
        # Of a wording that is no more, the words are not known.
        "2025-7": [plain(texts(f"item.{item}")) for item in (*ITEMS, "stairs")],
    }


READ_BY_PEOPLE = {"display", "text", "title", "definition"}


def read_by_people(found: list[Resource]) -> set[str]:
    return {
        value for node in nodes(found) for name, value in node.items() if name in READ_BY_PEOPLE and type(value) is str
    }


@both
def test_what_people_read_is_in_their_language_and_what_computers_read_is_the_same(version: Version) -> None:
    data = full()
    other = SteroidRow(9, "hydrocortisone", FIRST, None, 7.5, 2.5, NOW)
    took_back = (*data.answers, answer(FIRST + 5 * DAY, "pain", None), answer(FIRST + 5 * DAY, "pain", 4, 2))
    data = replace(data, steroids=(*data.steroids, other), answers=took_back)
    by_language = {each: resources(data, version, words=fhir_words(texts_in(each))) for each in languages()}
    given = {data.who.team, *(dose.drug for dose in data.steroids)}
    english = read_by_people(by_language["en"]) - given
    assert "2026-04-02, Pain, revision 1: skipped" in english
    for language, found in by_language.items():
        if language == "en":
            continue
        assert read_by_people(found) & english == set(), language
        assert _without_words(found) == _without_words(by_language["en"])
        assert {each["language"] for each in found} == {language}
    assert "7,5 mg, im Wechsel mit der anderen Dosis" in read_by_people(by_language["de"])


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_words(held) for name, held in value.items() if name not in READ_BY_PEOPLE | {"language"}}
    return [_without_words(held) for held in value] if isinstance(value, list) else value


def further(language: str = "en", day: date = FIRST) -> OwnData:
    """The four, stairs and a question of the team's own, each answered; a second one was asked and skipped."""
    rows = (
        *(answer(day, item, 2) for item in ITEMS),
        answer(day, "stairs", 12),
        answer(day, "own:7", 0, wording="own"),
        answer(day, "own:8", None, wording="own"),
    )
    own = (*own_item(7, "en", "fr"), *own_item(8, "de"), *own_item(9, "en"))
    sets = (
        ItemSetRow(FIRST, "team", ("stairs", "own:7", "own:8"), NOW),
        ItemSetRow(FIRST + 2 * DAY, "patient", ("own:9",), NOW),
        ItemSetRow(FIRST + 4 * DAY, "patient", None, NOW),
    )
    return OwnData(who(language=language), answers=rows, own_items=own, item_sets=sets)


@both
def test_what_a_team_asks_beside_is_told_by_its_text_and_by_no_code(version: Version) -> None:
    found = resources(further("fr"), version)
    stairs, sleep = of_type(found, "Observation")[4:]
    assert stairs["code"] == {"text": "Flights of stairs"}
    assert stairs["valueQuantity"] == {
        "value": 12,
        "unit": "flights",
        "system": "http://unitsofmeasure.org",
        "code": "{flights}",
    }
    assert (sleep["code"], sleep["valueInteger"]) == ({"text": "Sleep fr"}, 0)


@both
def test_the_teams_own_questions_have_a_questionnaire_of_their_own(version: Version) -> None:
    found = resources(further(), version)
    ours, own = of_type(found, "Questionnaire")
    assert [(item["linkId"], item["text"]) for item in own["item"]] == [
        ("own:7", "Sleep en: 0 very badly - 10 very well"),
        ("own:8", "Sleep de: 0 very badly - 10 very well"),
    ]
    assert "version" not in own
    assert {item["linkId"]: item["extension"][1]["valueInteger"] for item in ours["item"]}["stairs"] == 99
    responses = of_type(found, "QuestionnaireResponse")
    assert [each["questionnaire"] for each in responses] == [f"{ours['url']}|2026-1", own["url"]]
    assert [[item["linkId"] for item in each["item"]] for each in responses] == [
        [*ITEMS, "stairs"],
        ["own:7", "own:8"],
    ]
    assert "answer" not in responses[1]["item"][1], "asked and skipped"


@pytest.mark.parametrize(
    ("day", "status"),
    [(FIRST - DAY, "completed"), (FIRST, "completed"), (FIRST + 2 * DAY, "stopped"), (FIRST + 4 * DAY, "completed")],
)
def test_a_day_is_whole_when_all_is_answered_that_was_asked_on_it(day: date, status: str) -> None:
    responses = of_type(resources(further(day=day)), "QuestionnaireResponse")
    assert [each["status"] for each in responses] == [status, status]


REVISIONS = st.lists(st.none() | st.integers(0, 10), min_size=1, max_size=3)
DIARIES = st.dictionaries(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.dictionaries(st.sampled_from(ITEMS), REVISIONS, min_size=1),
    max_size=5,
)


@given(DIARIES)
def test_whatever_was_answered_is_there_exactly_once(days: dict[date, dict[str, list[int | None]]]) -> None:
    rows = tuple(
        answer(day, item, value, k)
        for day, items in sorted(days.items())
        for item in ITEMS
        for k, value in enumerate(items.get(item, []), 1)
    )
    found = resources(OwnData(who(), answers=rows))
    observed = Counter((each["effectiveDateTime"], item_of(each), each["valueInteger"]) for each in scores(found))
    last = {(day, item): values[-1] for day, items in days.items() for item, values in items.items()}
    assert observed == Counter(
        (day.isoformat(), item, value) for (day, item), value in last.items() if value is not None
    )
    corrections = sum(len(values) - 1 for items in days.values() for values in items.values())
    assert len(of_type(found, "Provenance")) == corrections
    assert len(of_type(found, "QuestionnaireResponse")) == len(days)

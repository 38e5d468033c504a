"""The report as JSON against its schema, and regimens side by side."""

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from jobs.inputs import Inputs, LabValue, Prices
from jobs.regimens import RegimenFacts, regimen_facts
from jobs.report import as_json
from jobs.scores import Diary
from jobs.steroids import SteroidStep
from jobs.wearing_off import analyse
from jobs.wearing_off.caveats import CaveatCode
from jobs.wearing_off.thresholds import Thresholds
from jobs.wearing_off.verdict import Verdict
from tests.jobs.wearing_off.examples import CASE_LAST_DAY, FIVE, case, courses_on, day, diary_with, series, steady

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs" / "report-schema.json").read_text())
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def report(inputs: Inputs, today: date) -> dict[str, Any]:
    analysis = analyse(inputs.courses, inputs.diary, today, steroids=inputs.steroids)
    written: dict[str, Any] = json.loads(json.dumps(as_json(analysis, inputs, regimen_facts(inputs, analysis))))
    return written


def is_a(value: object, name: str) -> bool:
    if isinstance(value, bool) and name != "boolean":
        return False
    return isinstance(value, TYPES[name])  # type: ignore[arg-type]


def faults(value: Any, schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """The part of JSON Schema that the schema uses."""
    if "$ref" in schema:
        yield from faults(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], path)
    if "anyOf" in schema and all(list(faults(value, each, path)) for each in schema["anyOf"]):
        yield f"{path}: {value!r} is none of its kinds"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is not one of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{path}: {value!r} is not {schema['const']!r}"
    allowed = schema.get("type")
    if allowed and not any(is_a(value, name) for name in ([allowed] if isinstance(allowed, str) else allowed)):
        yield f"{path}: {value!r} is no {allowed}"
        return
    if schema.get("format") == "date" and value is not None:
        date.fromisoformat(value)
    if isinstance(value, dict):
        yield from object_faults(value, schema, path)
    if isinstance(value, list) and "items" in schema:
        for position, each in enumerate(value):
            yield from faults(each, schema["items"], f"{path}[{position}]")


def object_faults(value: dict[str, Any], schema: dict[str, Any], path: str) -> Iterator[str]:
    known = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            yield f"{path}.{name} is missing"
    for name, each in value.items():
        further = known.get(name, schema.get("additionalProperties", {}))
        if further is False:
            yield f"{path}.{name} is not in the schema"
        else:
            yield from faults(each, further, f"{path}.{name}")


@pytest.mark.parametrize("today", ["1998-07-01", "1998-07-06", "1998-08-20", "1998-10-14", "1999-06-21", "2000-01-30"])
def test_the_report_of_the_case_is_what_the_schema_says(today: str) -> None:
    assert list(faults(report(case(), date.fromisoformat(today)), SCHEMA)) == []


def test_a_report_without_anything_in_it_is_what_the_schema_says() -> None:
    assert list(faults(report(Inputs((), {}, Diary(())), day(0)), SCHEMA)) == []


def test_a_report_with_weights_prices_and_limits_is_what_the_schema_says() -> None:
    inputs = replace(
        case(),
        prices=Prices("GBP", 40.0, 500.0),
        labs=(LabValue(day(0), "CK", 200.0, "U/l", 195.0),),
        diary=Diary(case().diary.days, frozenset({date(1998, 7, 22)})),
    )
    found = report(inputs, CASE_LAST_DAY)
    assert list(faults(found, SCHEMA)) == []
    assert found["diary"]["not_asked"] == ["1998-07-22"]


def test_a_report_names_cancelled_courses_where_they_are_known() -> None:
    inputs = case()
    analysis = analyse(inputs.courses, inputs.diary, CASE_LAST_DAY)
    found = as_json(analysis, inputs, (), cancelled=((4, date(2020, 4, 4)),))
    assert found["cancelled"] == [{"course": 4, "date": "2020-04-04"}]
    assert list(faults(found, SCHEMA)) == []
    assert report(inputs, CASE_LAST_DAY)["cancelled"] is None


def test_the_walk_through_the_schema_finds_what_is_wrong() -> None:
    found = report(case(), CASE_LAST_DAY)
    del found["symptoms"]["pain"]["regimens"]["1"]["se"]
    found["symptoms"]["mean"]["courses"][0]["verdict"] = "maybe"
    found["labs"][0]["value"] = "2618"
    found["steroids"] = None
    found["extra"] = 1
    assert len(list(faults(found, SCHEMA))) == 5


def test_every_reference_of_the_schema_leads_somewhere_and_every_definition_is_used() -> None:
    text = json.dumps(SCHEMA)
    for name in SCHEMA["$defs"]:
        assert f'"#/$defs/{name}"' in text
    assert text.count('"$ref"') == sum(text.count(f'"#/$defs/{name}"') for name in SCHEMA["$defs"])


def test_codes_and_thresholds_of_the_schema_are_those_of_the_code() -> None:
    defs = SCHEMA["$defs"]
    assert set(defs["regimen_effect"]["properties"]["verdict"]["enum"]) == set(get_args(Verdict))
    assert set(defs["warning"]["properties"]["code"]["enum"]) == set(get_args(CaveatCode))
    assert defs["thresholds"]["required"] == [each.name for each in fields(Thresholds)]


def test_the_report_of_the_case_holds_the_figures_of_the_document() -> None:
    found = report(case(), CASE_LAST_DAY)
    pain = found["symptoms"]["pain"]
    first = pain["regimens"]["1"]
    assert (first["courses"], first["df"], first["verdict"], first["confirmed"]) == (4, 7, "returns", True)
    assert [round(first[name], 3) for name in ("estimate", "se", "low", "high", "rho", "sigma", "s")] == [
        2.918,
        0.213,
        2.415,
        3.422,
        0.463,
        0.5,
        0.549,
    ]
    assert [pain["regimens"][name]["verdict"] for name in "123"] == ["returns", "not_enough_data", "does_not_return"]
    fourteenth = next(row for row in pain["courses"] if row["course"] == 14)
    assert (fourteenth["n_pre"], fourteenth["verdict"], fourteenth["difference"]) == (3, "not_enough_data", None)
    assert [row["course"] for row in pain["courses"]] == list(range(2, 22))
    assert found["diary"]["entries"] == 630 - 68


def test_what_comes_after_today_is_not_in_the_report() -> None:
    found = report(case(), date(1998, 8, 20))
    assert found["diary"]["last_day"] == "1998-08-20"
    assert max(row["date"] for row in found["labs"]) <= "1998-08-20"
    assert {row["course"]: row["status"] for row in found["courses"]}[3] == "planned"


# Regimens side by side


def facts() -> dict[str, RegimenFacts]:
    inputs = replace(case(), prices=Prices("GBP", 40.0, 500.0))
    analysis = analyse(inputs.courses, inputs.diary, CASE_LAST_DAY)
    return {each.regimen: each for each in regimen_facts(inputs, analysis)}


def test_the_regimens_of_the_case_side_by_side() -> None:
    first, second, third = facts().values()
    assert [each.courses for each in (first, second, third)] == [4, 2, 15]
    assert [each.interval for each in (first, second, third)] == [98 / 4, 28, 28]
    assert [each.infusion_days_per_28_days for each in (first, second, third)] == [28 * 20 / 98, 2, 1]
    assert [each.grams_per_kg_per_course for each in (first, second, third)] == pytest.approx([2.0, 1.6, 0.8])
    assert [each.grams_per_28_days for each in (first, second, third)] == pytest.approx([28 * 8 * 90 / 98, 144, 72])
    assert [each.steroids["prednisone"] for each in (first, second)] == [25, 25]
    assert third.steroids["prednisone"] < 25


def test_creatine_kinase_belongs_to_the_regimen_that_was_wearing_off() -> None:
    """2618 came before the first course, under no regimen; 812 before the first course of the second one."""
    first, second, third = (each.kinase for each in facts().values())
    assert first is not None
    assert (first.courses, first.lowest, first.highest, first.median) == (4, 640, 959, (755 + 812) / 2)
    assert second is not None
    assert (second.courses, second.lowest, second.highest) == (2, 176, 205)
    assert third is not None
    assert (third.courses, third.unit) == (14, "U/l")


def test_costs_are_grams_and_days_at_the_team_s_prices() -> None:
    third = facts()["3"]
    assert third.cost is not None
    assert third.cost.per_course == pytest.approx(72 * 40 + 500)
    assert third.cost.per_28_days == pytest.approx(72 * 40 + 500)


def test_without_a_weight_grams_and_what_they_cost_are_unknown() -> None:
    inputs = case()
    lighter = {number: replace(dose, weight_kg=None) for number, dose in inputs.doses.items()}
    inputs = replace(inputs, doses=lighter, prices=Prices("GBP", 40.0, 500.0))
    analysis = analyse(inputs.courses, inputs.diary, CASE_LAST_DAY)
    first = regimen_facts(inputs, analysis)[0]
    assert (first.grams_per_course, first.grams_per_28_days, first.grams_per_kg_per_course) == (None, None, 2.0)
    assert first.cost is not None
    assert (first.cost.per_course, first.cost.per_28_days) == (None, None)
    by_day = replace(inputs, prices=Prices("GBP", None, 500.0))
    cost = regimen_facts(by_day, analysis)[0].cost
    assert cost is not None
    assert cost.per_course == 2500


def test_the_running_cycle_counts_for_nothing_per_28_days() -> None:
    inputs = Inputs(courses_on(FIVE[:1]), {}, diary_with(series(steady, 20)))
    analysis = analyse(inputs.courses, inputs.diary, day(19))
    (only,) = regimen_facts(inputs, analysis)
    assert (only.courses, only.cycles, only.interval, only.infusion_days_per_28_days) == (1, 0, None, None)
    assert (only.infusion_days_per_course, only.grams_per_kg_per_course, dict(only.before)) == (1, None, {})


def test_steroid_doses_are_averaged_over_days_and_not_over_cycles() -> None:
    steps = (SteroidStep(day(0), day(9), "prednisone", 40), SteroidStep(day(10), day(39), "prednisone", 20))
    inputs = Inputs(courses_on(((0, 0, "A"), (10, 10, "A"), (40, 40, "B"))), {}, Diary(()), steroids=steps)
    first = regimen_facts(inputs, analyse(inputs.courses, inputs.diary, day(40)))[0]
    assert first.steroids == {"prednisone": pytest.approx(25)}


def test_values_in_another_unit_are_not_mixed_in() -> None:
    before = [day(start - 1) for start, _, _ in FIVE[1:]]
    labs = tuple(
        LabValue(taken, "CK", value, unit)
        for taken, value, unit in zip(before, (100.0, 1.7, 300.0, 2.0), ("U/l", "ukat/l", "U/l", "ukat/l"), strict=True)
    )
    inputs = Inputs(courses_on(FIVE), {}, diary_with(series(steady, 130)), (*labs, LabValue(day(27), "AST", 9, "U/l")))
    (only,) = regimen_facts(inputs, analyse(inputs.courses, inputs.diary, day(129)))
    assert only.kinase is not None
    assert (only.kinase.courses, only.kinase.median) == (2, 200)


def test_a_value_eight_days_before_a_course_is_not_before_it() -> None:
    for back, expected in ((8, None), (7, 100.0), (0, 100.0)):
        lab = LabValue(day(28) - timedelta(days=back), "CK", 100.0, "U/l")
        inputs = Inputs(courses_on(FIVE[:2]), {}, diary_with(series(steady, 60)), (lab,))
        kinase = regimen_facts(inputs, analyse(inputs.courses, inputs.diary, day(59)))[0].kinase
        assert (kinase.median if kinase else None) == expected

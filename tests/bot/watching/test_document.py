"""docs/watching.md names every light and every metric that there is, and none that there is not."""

import re
from pathlib import Path

import httpx

from jobs.lights import OF_THE_PROCESS, Name
from tests.bot.watching.support import watched
from tests.delivery.support import becomes_evening, patients
from tests.support import Clinic

DOCUMENT = (Path(__file__).parents[3] / "docs" / "watching.md").read_text("utf-8")
# Only where there is one: the newest backup.
SOMETIMES = {"infusion_diary_newest_backup_age_seconds"}


def section(heading: str) -> str:
    return DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_every_light_stands_in_the_table_in_its_order() -> None:
    assert re.findall(r"^\| `(\w+)` \|", section("The lights"), re.MULTILINE) == [*Name]


def test_the_lights_that_call_for_a_restart_are_named() -> None:
    (row,) = re.findall(r"^\| `/healthz` \| (.*?) \|", section("The pages"), re.MULTILINE)
    assert re.findall(r"`(\w+)`", row) == [*OF_THE_PROCESS]


def test_every_metric_is_explained_and_what_is_explained_is_there(clinic: Clinic) -> None:
    patients(clinic)
    becomes_evening(clinic)
    with watched(clinic) as monitor:
        page = httpx.get(f"{monitor.url}/metrics", timeout=60).text
    there = set(re.findall(r"^# HELP (infusion_diary_\w+)", page, re.MULTILINE))
    explained = set(re.findall(r"infusion_diary_\w+", section("Metrics").split("```yaml")[0]))
    assert there == explained - SOMETIMES

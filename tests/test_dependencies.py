"""What is installed is what was pinned: every line has its hashes, and the lists agree with pyproject.toml."""

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests import audit

ROOT = Path(__file__).parents[1]
PRODUCT, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
PINNED = re.compile(r"(?P<name>[a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(?P<version>[^\s;\\]+)")


def pinned(file: str) -> dict[str, tuple[str, list[str]]]:
    """Version and hashes by name."""
    found = {}
    for requirement in re.split(r"\n(?=\S)", (ROOT / file).read_text().strip()):
        match = PINNED.match(requirement)
        assert match, f"{file}: {requirement.splitlines()[0]} is pinned to no version"
        found[match["name"]] = (match["version"], re.findall(r"--hash=sha256:([0-9a-f]{64})", requirement))
    return found


def wanted() -> tuple[set[str], set[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = ([*project["project"]["dependencies"]], [*project["dependency-groups"]["dev"]])
    product, development = (
        {re.split(r"[\[<>=]", each)[0].lower().replace(".", "-").replace("_", "-") for each in some} for some in names
    )
    return product, development


@pytest.mark.parametrize("file", [PRODUCT, DEVELOPMENT])
def test_every_package_is_pinned_with_its_hashes(file: str) -> None:
    assert [name for name, (_, hashes) in pinned(file).items() if not hashes] == []


def test_the_lists_hold_what_the_project_names_and_both_the_same_versions() -> None:
    product, development = wanted()
    assert product <= set(pinned(PRODUCT))
    assert product | development <= set(pinned(DEVELOPMENT))
    both = pinned(DEVELOPMENT)
    assert [name for name, held in pinned(PRODUCT).items() if both.get(name, held) != held] == []


def test_nothing_is_installed_without_its_hash() -> None:
    makefile = (ROOT / "Makefile").read_text()
    installing = [line for line in makefile.splitlines() if "pip install" in line]
    assert installing
    assert all("--require-hashes" in line and "--no-deps" in line for line in installing)


def answering(tmp_path: Path, said: str) -> list[str]:
    script = tmp_path / "pip_audit.py"
    script.write_text(f"print({said!r})")
    return [sys.executable, str(script)]


FINE: dict[str, Any] = {"name": "fine", "version": "1", "vulns": []}
SKIPPED = {"name": "unasked", "skip_reason": "Dependency not found on PyPI"}
WRONG = {"name": "wrong", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}


@pytest.mark.parametrize(
    ("known", "code", "words"),
    [
        ([FINE], audit.CLEAN, "nothing is known against any of 1 packages"),
        ([FINE, SKIPPED], audit.NOT_ASKED, "1 of 2 packages could not be asked after, such as unasked"),
        ([SKIPPED, WRONG], audit.FOUND, "wrong 2: PYSEC-1; mended in 3"),
        (None, audit.NOT_ASKED, "could ask nobody"),
    ],
)
def test_an_audit_that_asked_nobody_is_no_clean_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], known: list[Any] | None, code: int, words: str
) -> None:
    said = "no network" if known is None else json.dumps({"dependencies": known})
    assert audit.main(answering(tmp_path, said)) == code
    assert words in capsys.readouterr().out


def test_without_pip_audit_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(["/no/such/program"]) == audit.NOT_ASKED
    assert "It needs the network" in capsys.readouterr().out

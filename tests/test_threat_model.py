"""What docs/threat-model.md says is held by a test is held by one that there is."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
NAMED = re.compile(r"`(?P<path>[a-z_/]+(?:\.py|/))(?:::(?P<test>test_\w+))?`")


def test_every_test_that_is_named_is_there() -> None:
    said = (TESTS.parent / "docs" / "threat-model.md").read_text()
    named = [(match["path"], match["test"]) for match in NAMED.finditer(said)]
    assert len(named) > 15
    missing = [
        f"{path}::{test}"
        for path, test in named
        if not (TESTS / path).exists() or (test and f"def {test}(" not in (TESTS / path).read_text())
    ]
    assert missing == []

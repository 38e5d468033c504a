"""`make audit`: what is known against the pinned packages, asked of PyPI by pip-audit; and whether it could be asked.

pip-audit calls a package that it could not look up no vulnerability. Here it is none either, and not a clean one.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PINNED = ("requirements.txt", "requirements-dev.txt")
# In an environment of its own, made for it: the product's holds what is pinned with hashes, and nothing else.
PIP_AUDIT = (str(Path(sys.executable).parent / "uv"), "tool", "run", "--quiet", "pip-audit==2.10.1")
CLEAN, FOUND, NOT_ASKED = 0, 1, 2


def main(pip_audit: Sequence[str] = PIP_AUDIT) -> int:
    """Prints what is known; 0 if every package was asked after and nothing is."""
    return max(_audit(pip_audit, file) for file in PINNED)


def _audit(pip_audit: Sequence[str], file: str) -> int:
    words = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json", "-r", file)
    try:
        done = subprocess.run([*pip_audit, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
        known: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (OSError, ValueError, KeyError, subprocess.TimeoutExpired):
        print(f"{file}: pip-audit could not be had or could ask nobody. It needs the network.")
        return NOT_ASKED
    skipped = [each["name"] for each in known if "skip_reason" in each]
    wrong = [(each, told) for each in known for told in each.get("vulns", ())]
    for each, told in wrong:
        better = ", ".join(told["fix_versions"]) or "no version yet"
        print(f"{file}: {each['name']} {each['version']}: {told['id']}; mended in {better}")
    if skipped:
        print(f"{file}: {len(skipped)} of {len(known)} packages could not be asked after, such as {skipped[0]}")
    if not wrong and not skipped:
        print(f"{file}: nothing is known against any of {len(known)} packages")
    return FOUND if wrong else NOT_ASKED if skipped else CLEAN


if __name__ == "__main__":
    sys.exit(main())

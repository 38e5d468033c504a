"""A bot that nobody asks for a bundle does not load what makes one."""

import subprocess
import sys


def test_fhir_is_loaded_when_it_is_asked_for_and_no_sooner() -> None:
    script = "import sys, bot.runtime, jobs.own_data; print([name for name in sys.modules if name.startswith('fhir')])"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"

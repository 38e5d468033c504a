"""`make fuzz`: the targets under atheris, each for so many seconds; what it found is kept and told.

Atheris is no dependency: it is wanted here alone, and not every machine has a wheel. Without it, how to get it is said.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HOW = "Fuzzing needs atheris, which is not among the dependencies. Get it with: .venv/bin/python -m pip install atheris"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--only", help="one target alone")
    parser.add_argument("--corpus", type=Path, help="a folder that keeps what was found interesting")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    try:
        import atheris  # noqa: F401
    except ImportError:
        print(HOW, file=sys.stderr)
        return 2
    if wanted.inside:
        _fuzz(wanted.only, wanted.corpus, wanted.seconds)
    from tests.fuzz.targets import TARGETS

    corpus = wanted.corpus or Path(tempfile.mkdtemp(prefix="infusion-diary-fuzz-"))
    outcomes = [_outcome(name, corpus, wanted.seconds) for name in TARGETS if wanted.only in {None, name}]
    return max(outcomes, default=0)


def _outcome(name: str, corpus: Path, seconds: int) -> int:
    """Each in a process of its own, since the first finding ends it."""
    command = [sys.executable, "-m", "tests.fuzz", "--inside", "--only", name, "--corpus", str(corpus)]
    done = subprocess.run([*command, "--seconds", str(seconds)], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    executed = re.findall(r"number_of_executed_units: (\d+)", said)
    covered = re.findall(r"cov: (\d+)", said)
    found = "" if done.returncode == 0 else f"\n{said[-4000:]}"
    print(f"{name}: {executed[-1:] or ['?']} executions, {covered[-1:] or ['?']} branches{found}", flush=True)
    return 0 if done.returncode == 0 else 1


def _fuzz(name: str, corpus: Path, seconds: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["bot", "jobs", "storage"]):
        from tests.fuzz.targets import TARGETS, seeds

    folder = corpus / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()[name]):
        (folder / f"seed-{number}").write_bytes(seed)
    words = [
        *("-print_final_stats=1", f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=0", "-max_len=4096"),
        f"-artifact_prefix={corpus}/{name}-",
    ]
    atheris.Setup(["fuzz", *words, str(folder)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())

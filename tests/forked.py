"""`python -m bot` as a process that is forked from one which has imported it: to import it is 1.5 s of work each time.

A few tests start the true one: see tests/bot/test_command_line.py and tests/journeys/test_demo.py.
"""

import functools
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Mapping
from contextlib import chdir
from multiprocessing import forkserver
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMPORTED = "bot.__main__"
CONTEXT = multiprocessing.get_context("forkserver")


class Forked:
    """A process that began; used as a subprocess.Popen is, as far as the tests use one."""

    def __init__(
        self, words: tuple[str, ...], folder: Path, environment: Mapping[str, str], out: Path, error: Path | None = None
    ) -> None:
        """`environment`: all of it. What it says is added to the file `out`, and its complaints to `error` or there."""
        _begin_server()
        # daemon: one that a test has left behind is told to end when the tests end, and does not keep them waiting.
        self._process = CONTEXT.Process(
            target=_be_the_bot, args=(words, folder, dict(environment), out, error or out), daemon=True
        )
        self._process.start()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, patience: float) -> int:
        """Its exit code; that of one which a signal ended is the signal's, negative. subprocess.TimeoutExpired."""
        self._process.join(patience)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired(self._process.name, patience)
        return code

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()


@functools.cache
def _begin_server() -> None:
    """One for each process of the tests, and only where it is wanted."""
    CONTEXT.set_forkserver_preload([IMPORTED])
    # Where it begins it looks for what it imports, and a test may be in a folder of its own.
    with chdir(ROOT):
        forkserver.ensure_running()


def _be_the_bot(words: tuple[str, ...], folder: Path, environment: dict[str, str], out: Path, error: Path) -> None:
    """In the new process: what belongs to it is made as that of one which Python has just begun."""
    for file, descriptor in ((out, 1), (error, 2)):
        with file.open("ab") as opened:
            os.dup2(opened.fileno(), descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    if "PYTHONWARNINGS" in environment:
        warnings.simplefilter(environment["PYTHONWARNINGS"])  # type: ignore[arg-type]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # It has processes of its own, which draw.
    multiprocessing.current_process().daemon = False
    sys.argv = ["bot", *words]
    # Not there if it could not be imported, of which the server says nothing; and `-m` runs it once more.
    del sys.modules[IMPORTED]
    try:
        runpy.run_module("bot", run_name="__main__", alter_sys=True)
    except Exception as fault:
        # As Python tells one that nobody caught: through the hook, which the command line has set.
        sys.excepthook(type(fault), fault, fault.__traceback__)
        sys.exit(1)

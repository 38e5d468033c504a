"""Whether a module's tests notice a mutant. Nothing on disk is touched; one test process at a time.

The tests are collected once. For each mutant a process is forked that has them all, exchanges the code of the module's
functions in place, and runs the tests, the fastest first, until one fails. What counts from the import on is imported
anew instead, in a process of its own, which takes longer.
"""

import ast
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import hypothesis
import pytest

from tests.mutation.mutants import Mutant

_QUIETLY = ("-q", "-s", "-x", "--noconftest", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no")
_FIRST_RUN = 600.0
_BROKEN = 99


def survivors(module: str, tests: Sequence[str], found: Sequence[Mutant], tell: Callable[[Mutant], None]) -> None:
    """Tells of each mutant that none of the tests notices. AssertionError where they fail as the module is."""
    session = _Session(module, [mutant for mutant in found if not mutant.at_import], tell)
    assert _in_a_fork(partial(_pytest, tests, session), None) == 0, f"the tests of {module} fail as it is"
    unchanged = Mutant(0, "", "", "", True, partial(ast.parse, Path(module).read_text()))
    begun = time.monotonic()
    assert _in_a_fork(partial(_imported_anew, module, tests, unchanged), _FIRST_RUN) == 0, "unchanged is no change"
    most = _most(time.monotonic() - begun)
    for mutant in found:
        if mutant.at_import and _in_a_fork(partial(_imported_anew, module, tests, mutant), most) == 0:
            tell(mutant)


def _most(seconds: float) -> float:
    """How long the tests may take that took so many seconds before: other work may slow the machine down."""
    return 10.0 + 4 * seconds


def _pytest(tests: Sequence[str], *plugins: object) -> int:
    # The same examples each time, and none made smaller: that there is one is enough.
    hypothesis.settings.register_profile(
        "mutation",
        deadline=None,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutation")
    return int(pytest.main([*_QUIETLY, "-W", "ignore::pytest.PytestAssertRewriteWarning", *tests], plugins=[*plugins]))


def _in_a_fork(run: Callable[[], int], most: float | None) -> int:
    """What `run` returns; -1 after `most` seconds."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = _BROKEN
        try:
            code = run()
        finally:
            os._exit(code)
    until = None if most is None else time.monotonic() + most
    while until is None or time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            assert code != _BROKEN, "the mutant could not be tried"
            return code
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


def _hushed() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


class _Session:
    """A plugin of pytest that takes the place of its loop: the tests run once for each mutant."""

    def __init__(self, module: str, found: Sequence[Mutant], tell: Callable[[Mutant], None]) -> None:
        self.module, self.found, self.tell = module, found, tell
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        functions = list(_functions_of(self.module))
        kept = Path(os.environ["MUTATION_SECONDS"])
        begun = time.monotonic()
        if _in_a_fork(partial(self._run, session, kept), _FIRST_RUN) != 0:
            raise session.Failed("the tests fail as it is")
        most = _most(time.monotonic() - begun)
        same = Mutant(0, "", "", "", False, partial(ast.parse, Path(self.module).read_text()))
        if _in_a_fork(partial(self._run_changed, session, functions, same), _FIRST_RUN) != 0:
            raise session.Failed("unchanged is no change")
        order = {name: place for place, name in enumerate(kept.read_text().splitlines())}
        session.items.sort(key=lambda item: order[item.nodeid])
        # What lives now is not looked through again in each fork.
        gc.freeze()
        for mutant in self.found:
            if _in_a_fork(partial(self._run_changed, session, functions, mutant), most) == 0:
                self.tell(mutant)
        return True

    def _run(self, session: pytest.Session, kept: Path | None = None) -> int:
        _hushed()
        following = [*session.items[1:], None]
        for item, after in zip(session.items, following, strict=True):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if session.shouldfail:
                return 1
        if kept is not None:
            kept.write_text("\n".join(sorted(self.seconds, key=lambda name: self.seconds[name])))
        return 0

    def _run_changed(self, session: pytest.Session, functions: Sequence[FunctionType], mutant: Mutant) -> int:
        codes = {_key(code): code for code in _codes(compile(mutant.tree, self.module, "exec"))}
        for function in functions:
            function.__code__ = codes.get(_key(function.__code__), function.__code__)
        return self._run(session)


def _functions_of(module: str) -> Iterator[FunctionType]:
    """Its functions as they live now: methods, and those behind a decorator, too."""
    where = str(Path(module).resolve())
    # tests/conftest.py hides from the collector what is there before the first test.
    gc.unfreeze()
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename == where:
            yield thing


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _key(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _imported_anew(module: str, tests: Sequence[str], mutant: Mutant) -> int:
    _hushed()
    sys.meta_path.insert(0, _Changed(module, mutant.tree))
    return _pytest(tests)


class _Changed(importlib.abc.MetaPathFinder):
    """Finds the one module, changed."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path, self.tree = path, tree
        self.name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        where = str(Path(self.path).resolve())
        return importlib.util.spec_from_file_location(fullname, where, loader=_Loader(fullname, where, self.tree))


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self.tree = tree

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.tree, self.path, "exec")

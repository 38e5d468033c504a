"""Fixtures: a migrated database on each engine, and a clinic on it."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.local.world import World
from storage.database import Database
from tests import postgres as postgres_server
from tests.log_guard import GUARD
from tests.one_engine import SqliteFiles
from tests.postgres import PostgresServer
from tests.support import Clinic
from tests.whole import set_whole
from tests.workers import workers_here

# No test depends on how fast the machine is, and several run at once.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


GUARD.listens_to(World)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="all cases of what is exhaustive, and not a part of them")


def pytest_configure(config: pytest.Config) -> None:
    """Here, since some parts are chosen as the tests are collected."""
    set_whole(config.getoption("--whole"))


def pytest_xdist_auto_num_workers() -> int:
    return workers_here()


def pytest_collection_finish() -> None:
    """What was loaded and collected stays to the end: to walk through it in every test was a seventh of the work."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_private_is_logged() -> Iterator[None]:
    """Of every test, whatever it is about: see tests/log_guard.py."""
    GUARD.begins()
    yield
    assert GUARD.found() == [], "nothing about a patient is logged, and never a token"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server.server() as running:
        yield running


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "diary.sqlite"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def sqlite_files() -> SqliteFiles:
    return SqliteFiles()


@pytest.fixture
def sqlite_database(sqlite_template: Path, sqlite_files: SqliteFiles, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "diary.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    with sqlite_files.at(path) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated, empty database; the test runs once on each engine."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.new_database() as made:
        yield made


@pytest.fixture
def clinic(sqlite_database: Database) -> Iterator[Clinic]:
    """A clinic on SQLite: for conversations, whose words no engine changes."""
    with Clinic(sqlite_database) as running:
        yield running


@pytest.fixture
def clinic_on_each(database: Database) -> Iterator[Clinic]:
    """A clinic on each engine: for what is stored and sent."""
    with Clinic(database) as running:
        yield running

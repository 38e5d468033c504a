"""What a journey begins with is copied from one that was lived: the copy must be what living it would have given."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.local.world import World
from storage.database import Database
from storage.patients import ALPHABET
from tests import support
from tests.log_guard import GUARD
from tests.remembered import Remembered
from tests.support import Clinic, Someone

# What is drawn by lot: pseudonyms, and the tokens of invitations.
BY_LOT = re.compile(rf"P-[{ALPHABET}]{{4}}|[\w-]{{20,}}")


def joined(clinic: Clinic) -> tuple[Someone, Someone]:
    return clinic.coordinator(), clinic.patient()


def told(value: Any) -> Any:
    return BY_LOT.sub("…", str(value))


def all_of(clinic: Clinic, people: tuple[Someone, ...]) -> dict[str, Any]:
    """What is stored, what everybody sees and may press, and what Telegram holds."""
    world: World = clinic.world
    return {
        "stored": {table: [told(row) for row in rows] for table, rows in clinic.stored().items()},
        "chats": [told(world.messages(someone.account)) for someone in people],
        "menus": [world.commands_for(someone.account, "en") for someone in people],
        "updates": told(list(world.updates.values())),
    }


@contextmanager
def another(database: Database, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A further new database on the same engine; the first is not used meanwhile."""
    if not database.is_sqlite:
        with request.getfixturevalue("postgres").new_database() as made:
            yield made
        return
    database.close()
    path: Path = request.getfixturevalue("tmp_path") / "another.sqlite"
    path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
    with request.getfixturevalue("sqlite_files").at(path) as made:
        yield made


@pytest.fixture
def at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has lived anything yet."""
    monkeypatch.setattr(support, "REMEMBERED", Remembered())


def test_what_is_copied_is_what_was_lived(
    at_first: None, database: Database, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought_back: Counter[int] = Counter()
    bring_back = Remembered.bring_back
    monkeypatch.setattr(
        Remembered,
        "bring_back",
        lambda self, made, known, *rest: (brought_back.update([len(known)]), bring_back(self, made, known, *rest)),
    )
    with Clinic(database) as lived:
        people = joined(lived)
        expected = all_of(lived, people)
    assert not brought_back
    with another(database, request) as empty, Clinic(empty) as copied:
        people = joined(copied)
        assert all_of(copied, people) == expected
        assert brought_back == {2: 1}


def test_a_copy_goes_on_as_any_clinic_does_and_leaves_the_original_as_it_was(
    at_first: None, database: Database, request: pytest.FixtureRequest
) -> None:
    with Clinic(database) as lived:
        coordinator, anna = joined(lived)
        before = len(lived.world.requests)
    assert before
    for _ in range(2):
        with another(database, request) as empty, Clinic(empty) as copied:
            coordinator, anna = joined(copied)
            copied.becomes(copied.local("2026-03-02 18:00"))
            anna.presses("7")
            assert anna.answers == [("2026-03-02", "pain", 1, 7)]
            # Further ones get numbers of their own, as the sequences were set.
            ben = copied.patient()
            assert ben.row.id != anna.row.id
            assert coordinator.account != ben.account
            assert copied.history(ben.row)


def an_evening(clinic: Clinic) -> tuple[int, int]:
    """A coordinator and a patient who has answered once; their accounts."""
    coordinator, anna = joined(clinic)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.presses("7")
    return coordinator.account, anna.account


def test_a_scene_that_is_copied_is_as_it_was_played_and_goes_on(
    at_first: None, database: Database, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Clinic(database) as played:
        accounts = played.plays(an_evening)
        expected = all_of(played, tuple(Someone(played, account) for account in accounts))
        ended = played.clock.now()
    monkeypatch.setattr(Someone, "presses", None)
    with another(database, request) as empty, Clinic(empty) as copied:
        assert copied.plays(an_evening) == accounts, "and nobody has pressed anything"
        people = tuple(Someone(copied, account) for account in accounts)
        assert all_of(copied, people) == expected
        assert copied.clock.now() == ended
        monkeypatch.undo()
        people[1].presses("4")
        assert [value for *_, value in people[1].answers] == [7, 4]
        assert copied.someone().account not in accounts


def test_who_joins_otherwise_or_in_another_order_is_lived_anew(at_first: None, database: Database) -> None:
    with Clinic(database) as lived:
        joined(lived)
        assert lived.world
    known, made = support.REMEMBERED, (database.is_sqlite, lived.start, None, None, lived.pace)
    first, second = lived._joined
    assert known.longest(made, [first, second]) == 2
    assert known.longest(made, [first]) == 1
    assert known.longest(made, [second, first]) == 0
    assert known.longest((*made[:2], 180, *made[3:]), [first, second]) == 0


def test_a_database_in_which_there_is_a_team_is_never_overwritten(at_first: None, database: Database) -> None:
    with Clinic(database) as lived:
        _, anna = joined(lived)
        code = anna.code
    with Clinic(database, next_account=2000) as later:
        joined(later)
        assert code in str(later.stored())


def test_what_was_typed_when_it_was_lived_is_private_in_the_copy_too(
    at_first: None, sqlite_database: Database, request: pytest.FixtureRequest
) -> None:
    with Clinic(sqlite_database) as lived:
        joined(lived)
        first = next(iter(lived.world.updates.values()))
        _, token = first["message"]["text"].split()
    GUARD.begins()
    assert GUARD.leaks_in(token) == []
    with another(sqlite_database, request) as empty, Clinic(empty) as copied:
        joined(copied)
        assert copied.world
        assert GUARD.leaks_in(token)

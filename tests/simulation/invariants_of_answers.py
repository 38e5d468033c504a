"""Answers: each that the bot acknowledged is stored once, and the last one given is the one that stands."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation.journal import Given

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

# Between being handed over and being written down.
A_WHILE = timedelta(minutes=2)


def answers_are_kept(simulation: "Simulation") -> None:
    """Where it is not certain whether a day was still open, nothing is said about that question of that day."""
    stored: dict[tuple[int, str, str], list[int | None]] = defaultdict(list)
    for patient, day, item, value in simulation.memory.rows(
        "SELECT patient_id, diary_date, item, value FROM answer ORDER BY id"
    ):
        stored[patient, day, item].append(value)
    given: dict[tuple[int, str, str], list[Given]] = defaultdict(list)
    for one in simulation.journal.given.values():
        given[one.account, one.day.isoformat(), one.item].append(one)
    start = simulation.plan.start
    stood_still = [
        (start + timedelta(seconds=begun), start + timedelta(seconds=ended))
        for begun, ended in simulation.journal.stopped
    ]
    for key in stored.keys() | given.keys():
        wanted = _wanted(given.get(key, []), stood_still)
        if wanted is not None and wanted != stored.get(key, []):
            patient, day, item = key
            simulation.journal.wrong(f"patient {patient}, {day}, {item}: given {wanted}, stored {stored.get(key, [])}")


def _wanted(given: list[Given], stood_still: list[tuple[datetime, datetime]]) -> list[int | None] | None:
    """The revisions that these answers make; None where that is not certain."""
    values: list[int | None] = []
    for one in given:
        if not one.acknowledged and not one.handed:
            continue
        if any(at - A_WHILE < begun < closes <= ended for at, closes in one.handed for begun, ended in stood_still):
            return None  # in hand when all stood still, until the day was over
        open_then = {at + A_WHILE < closes for at, closes in one.handed}
        shut_then = {at >= closes for at, closes in one.handed}
        if one.disturbed or not one.acknowledged or not one.handed:
            return None
        if shut_then == {True}:
            continue
        if open_then != {True}:
            return None
        if one.superseded and values:
            continue
        if not values or values[-1] != one.value:
            values.append(one.value)
    return values

"""The clinic that a seed begins with: made once through the jobs, then set to each seed's zones and times."""

import random
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache

from jobs import confirming, due, item_sets
from storage.audit import OPERATOR
from storage.models import Role, Team
from storage.questions import Wording
from tests.simulation.memory import Memory, memory, stored
from tests.storage.support import committing, joined_patient, joined_staff, team_of

FEW, MANY = 4, 40
COORDINATOR = 100
CLINICIANS = (101, 102)
# Before all seeds; Samoa left out a day at the end of that year.
EARLY, YEAR = datetime(2011, 1, 1, 12, 0, tzinfo=UTC), datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
# Where the clock changes in different ways: at midnight, at one, two and three, by half an hour; and where it does not.
ZONES = (
    "Europe/London", "Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe",
    "Asia/Kathmandu", "Pacific/Auckland", "America/St_Johns", "America/Nuuk", "Africa/Casablanca", "Asia/Beirut",
    "Pacific/Apia", "Pacific/Chatham", "America/Havana", "Antarctica/Troll",
)  # fmt: skip
# Beside the usual evening: the minutes that clock changes skip or repeat.
TIMES = (time(18), time(20, 30), time(0), time(0, 30), time(1, 30), time(2), time(2, 30), time(3), time(23, 30))


@dataclass(frozen=True)
class Member:
    """A patient of this seed."""

    account: int
    zone: str
    at: time


@dataclass(frozen=True)
class Plan:
    """Who there is in this seed, from when to when, and how rough it is."""

    start: datetime
    days: int
    patients: tuple[Member, ...]
    clinicians: int
    busy: float
    faults: float
    kills: int
    changes: int


@cache
def clock_changes(zone: str, year: int = 2026) -> tuple[datetime, ...]:
    """The days on which this zone's clock changes, at noon UTC."""
    tz = due.zone_of(zone)
    noon = datetime(year, 1, 2, 12, tzinfo=UTC)
    days = [noon + timedelta(days=k) for k in range(363)]
    return tuple(
        day for day in days if day.astimezone(tz).utcoffset() != (day - timedelta(days=1)).astimezone(tz).utcoffset()
    )


def plan_of(rng: random.Random) -> Plan:
    """What this seed is about."""
    days, weights = ((2, 3), (4, 7), (14, 21), (60, 90)), (70, 27, 2.5, 0.5)
    length = rng.randint(*rng.choices(days, weights)[0])
    many = rng.choices((1, 2, 3, 4), (80, 13, 5, 2) if length < 20 else (1, 0, 0, 0))[0]
    zones = [rng.choice(ZONES) for _ in range(many)]
    changes = clock_changes(zones[0])
    start = YEAR + timedelta(days=rng.randrange(5, 270), minutes=rng.randrange(1440))
    if changes and rng.random() < 0.6:
        start = rng.choice(changes) - timedelta(days=rng.uniform(1, min(length, 10)))
    start = start.replace(microsecond=0)
    rough = rng.random()
    return Plan(
        start=start,
        days=length,
        patients=tuple(Member(k + 1, zone, rng.choice(TIMES)) for k, zone in enumerate(zones)),
        clinicians=rng.choice((1, 1, 2)),
        busy=rng.choice((0.2, 0.4, 0.6)),
        faults=0.0 if rough < 0.15 else rng.uniform(0.02, 0.3),
        kills=rng.choices((0, 1, 2, 3), (25, 40, 25, 10))[0],
        changes=rng.choices((0, 1, 2, 3, 5), (15, 30, 30, 15, 10))[0],
    )


@cache
def _image(most_patients: int) -> bytes:
    kept = memory()
    kept.put_back()
    with committing(kept.database) as session:
        team_of(session, now=EARLY)
        joined_staff(session, COORDINATOR, Role.COORDINATOR, now=EARLY)
        for account in CLINICIANS:
            joined_staff(session, account, Role.CLINICIAN, now=EARLY)
        for account in range(1, most_patients + 1):
            joined_patient(session, account, now=EARLY)
        # The team asks something beside the four.
        sleep: Wording = {"en": {"name": "Sleep", "low": "very badly", "high": "very well"}}
        item_sets.add(session, OPERATOR, team_of(session), "en", sleep, EARLY)
        item_sets.ask_stairs(session, OPERATOR, team_of(session), EARLY)
    # The coordinator has heard of all who joined; the pseudonyms were drawn by lot.
    kept.raw.execute("DELETE FROM outbox")
    kept.raw.execute("UPDATE patient SET pseudonym = printf('P-%04d', id)")
    return kept.image()


def settle_in(plan: Plan) -> Memory:
    """A database with this seed's clinic in it. Patients and their accounts have the same numbers."""
    image, kept = _image(FEW if len(plan.patients) <= FEW else MANY), memory()
    kept.put_back(image)
    raw: sqlite3.Connection = kept.raw
    team = Team(name="", time_zone="Europe/London", created_at=plan.start)
    following = due.next_weekly_moment(team.time_zone, team.summary_weekday, team.summary_time, plan.start)
    raw.execute("UPDATE staff SET next_summary_at = ? WHERE clinician", (stored(following),))
    raw.execute("UPDATE team SET next_confirmation_at = ?", (stored(confirming.next_question(team, plan.start)),))
    raw.execute("UPDATE patient SET status = 'withdrawn', next_prompt_at = NULL WHERE id > ?", (len(plan.patients),))
    for member in plan.patients:
        following = due.next_local_moment(member.zone, member.at, plan.start)
        raw.execute(
            "UPDATE patient SET time_zone = ?, prompt_time = ?, next_prompt_at = ?, consented_at = ? WHERE id = ?",
            (member.zone, f"{member.at:%H:%M:%S}.000000", stored(following), stored(plan.start), member.account),
        )
    for account in CLINICIANS[plan.clinicians :]:
        raw.execute("DELETE FROM staff WHERE chat_id = (SELECT id FROM chat WHERE telegram_id = ?)", (account,))
    return kept

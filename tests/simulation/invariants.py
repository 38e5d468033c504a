"""What must hold at the end of every seed. Each says what is wrong in the journal, in words."""

import json
from collections import defaultdict
from datetime import date, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from jobs import due
from tests.simulation.clinic import Member
from tests.simulation.invariants_of_answers import answers_are_kept
from tests.simulation.invariants_of_order import order_is_kept
from tests.simulation.memory import instant

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

FINAL = {"sent", "failed", "expired", "withdrawn"}
WAITING = {"waiting", "pending", "unsure"}
PER_SECOND = 29
BETWEEN_TWO = 1.0
HAIR = 1e-6
FIRST_ENTRY = "SELECT after FROM audit WHERE course_id = ? ORDER BY id LIMIT 1"


def judge(simulation: "Simulation") -> None:
    """All of them."""
    for account in list(simulation.patients):
        simulation.has_joined(account)
    each_day_is_asked_or_known_as_not_asked(simulation)
    nothing_is_sent_twice_unless_in_doubt(simulation)
    every_row_has_ended_or_waits(simulation)
    patients_know_what_is_planned(simulation)
    the_pace_is_kept(simulation)
    every_change_is_in_the_audit(simulation)
    answers_are_kept(simulation)
    order_is_kept(simulation)


def each_day_is_asked_or_known_as_not_asked(simulation: "Simulation") -> None:
    """Each local date from the first prompt on has one row, and says truly whether it was asked."""
    memory, wrong = simulation.memory, simulation.journal.wrong
    accepted = {sent.row for sent in simulation.journal.sent}
    for member in simulation.members.values():
        days = memory.rows(
            "SELECT d.diary_date, d.asked_at, o.id, o.state, o.doubtful, o.sent_at FROM diaryday d"
            " LEFT JOIN outbox o ON o.kind = 'daily_prompt' AND o.patient_id = d.patient_id"
            " AND o.diary_date = d.diary_date WHERE d.patient_id = ? ORDER BY d.diary_date",
            member.account,
        )
        dates = [date.fromisoformat(row[0]) for row in days]
        following = instant(memory.one("SELECT next_prompt_at FROM patient WHERE id = ?", member.account)[0])
        assert following is not None
        if following <= simulation.time.now():
            wrong(f"patient {member.account}: the next prompt was due at {following}")
        coming = due.local_date(simulation.zone_of(member.account), following)
        if dates and dates[-1] == coming:
            # Asked for by the patient, before the prompt.
            dates.pop()
        first = _first_day(simulation, member)
        if [*dates, coming][0] > first:
            wrong(f"patient {member.account}: the first day is {[*dates, coming][0]}, not {first}")
        pauses = [(began, back) for account, began, back in simulation.journal.pauses if account == member.account]
        for one, two in pairwise([*dates, coming]):
            if two != _day_after(one, simulation.zone_of(member.account)) and not _paused(one, two, pauses):
                wrong(f"patient {member.account}: after {one} comes {two}")
        for day, asked_at, row, state, doubtful, _ in days:
            name = f"patient {member.account}, {day}"
            if state == "sent" and not asked_at:
                wrong(f"{name}: sent as row {row}, and yet not asked")
            if asked_at and row not in accepted:
                wrong(f"{name}: asked, and yet Telegram never had row {row}")
            if asked_at and state not in {"sent"}:
                wrong(f"{name}: asked, and yet its row {row} is {state}")
            if not asked_at and row in accepted and not doubtful:
                wrong(f"{name}: Telegram has row {row} without doubt ({state}), and yet not asked")


def _first_day(simulation: "Simulation", member: Member) -> date:
    """The first that is to be asked after the patient's consent; whatever changed their schedule changed that too."""
    (consented,) = simulation.memory.one("SELECT consented_at FROM patient WHERE id = ?", member.account)
    at = instant(consented)
    assert at is not None
    if simulation.changes[member.account]:
        return date.max
    return due.local_date(member.zone, due.next_local_moment(member.zone, member.at, at))


def _day_after(day: date, zone: str) -> date:
    """The next one that there was: Samoa left one out."""
    day += timedelta(days=1)
    there_was = due.local_date(zone, due.local_moment(zone, day, time(12))) == day
    return day if there_was else day + timedelta(days=1)


def _paused(one: date, two: date, pauses: list[tuple[date, date]]) -> bool:
    """Whether a pause explains that between these two days there is none."""
    return any(began - timedelta(days=1) <= one and two <= back for began, back in pauses)


def nothing_is_sent_twice_unless_in_doubt(simulation: "Simulation") -> None:
    """A row goes out once; twice only if nobody could know of the first."""
    journal = simulation.journal
    by_row = defaultdict(list)
    for sent in journal.sent:
        by_row[sent.row].append(sent)
    for row, all_sent in by_row.items():
        if len(all_sent) > 2:
            journal.wrong(f"row {row} was sent {len(all_sent)} times")
        for first, second in pairwise(all_sent):
            lost = any(row in journal.in_doubt.get(life, ()) for life in range(first.life, second.life))
            lapsed = first.life == second.life and any(row in rows for rows in journal.lapsed)
            if not (first.in_doubt or lost or lapsed):
                journal.wrong(f"row {row} was sent again, and the first time was not in doubt")


def every_row_has_ended_or_waits(simulation: "Simulation") -> None:
    """After a while of calm nothing is left lying."""
    memory, now, wrong = simulation.memory, simulation.time.now(), simulation.journal.wrong
    for row, kind, state, due_at, untold in memory.rows("SELECT id, kind, state, due_at, untold FROM outbox"):
        at = instant(due_at)
        assert at is not None
        if state not in FINAL and not (state in WAITING and at > now):
            wrong(f"{kind} {row} is {state}, due at {at}")
        if untold:
            wrong(f"{kind} {row} is {state}, and nobody was told")


def patients_know_what_is_planned(simulation: "Simulation") -> None:
    """What a patient last heard of a course is what is planned, or somebody knows that they do not know."""
    memory, believed = simulation.memory, simulation.journal.told
    for member in simulation.members.values():
        lost = memory.one(
            "SELECT unreachable_since FROM chat c JOIN patient p ON p.chat_id = c.id WHERE p.id = ?", member.account
        )
        if lost[0]:
            continue
        today = due.local_date(simulation.zone_of(member.account), simulation.time.now())
        failed = memory.one(
            "SELECT 1 FROM outbox WHERE patient_id = ? AND kind IN ('courses_changed', 'infusion_reminder')"
            " AND (state IN ('waiting', 'pending', 'unsure') OR (state IN ('failed', 'expired')))",
            member.account,
        )
        if failed:
            continue
        for course, planned, status in memory.rows(
            "SELECT id, planned_start, status FROM course WHERE patient_id = ?", member.account
        ):
            start, entry = date.fromisoformat(planned), memory.one(FIRST_ENTRY, course)
            # Until the bot has spoken of it: what the clinic said when it was planned.
            known = believed.get(course, date.fromisoformat(json.loads(entry[0])["start"]))
            if status == "given" or start < today or (status == "cancelled" and (known is None or known < today)):
                continue
            if status == "cancelled" and course not in believed:
                continue
            if status == "cancelled" or known != start:
                simulation.journal.wrong(
                    f"patient {member.account} believes that course {course} is on {known}; it is {status} on {start}"
                )


def the_pace_is_kept(simulation: "Simulation") -> None:
    """29 requests in any second, one broadcast a second a chat, none begun in a ban."""
    wrong = simulation.journal.wrong
    begun = simulation.journal.begun
    for first, last in zip(begun, begun[PER_SECOND:], strict=False):
        if last.at - first.at < 1.0:
            wrong(f"more than {PER_SECOND} requests in the second from {first.at}")
    last_to: dict[tuple[int | None, int], float] = {}
    for request in begun:
        if request.banned:
            wrong(f"{request.method} to {request.account} began in a ban at {request.at}")
        if request.row is not None:
            key = request.account, request.life
            if request.at - last_to.get(key, -BETWEEN_TWO) < BETWEEN_TWO - HAIR:
                wrong(f"two broadcasts to {request.account} within a second, at {request.at}")
            last_to[key] = request.at


def every_change_is_in_the_audit(simulation: "Simulation") -> None:
    """As many entries as changes, each beginning where the one before it ended, the last where things stand."""
    memory, wrong = simulation.memory, simulation.journal.wrong
    for course, revision, start, status in memory.rows("SELECT id, revision, planned_start, status FROM course"):
        entries = memory.rows("SELECT before, after FROM audit WHERE course_id = ? ORDER BY id", course)
        if len(entries) != revision + 1:
            wrong(f"course {course} has {len(entries)} entries for revision {revision}")
        facts = [(json.loads(before) if before else None, json.loads(after)) for before, after in entries]
        for (_, was), (before, _) in pairwise(facts):
            if before != was:
                wrong(f"course {course}: an entry begins with {before}, the one before ended with {was}")
        if facts and (facts[-1][1]["start"], facts[-1][1]["status"]) != (start, status):
            wrong(f"course {course} is {status} on {start}; the audit says {facts[-1][1]}")
    for member in simulation.members.values():
        last = memory.one(
            "SELECT after FROM audit WHERE patient_id = ? AND action = 'prompt_time_changed' ORDER BY id DESC LIMIT 1",
            member.account,
        )
        at = memory.one("SELECT prompt_time FROM patient WHERE id = ?", member.account)[0]
        if last and json.loads(last[0])["prompt_time"] != at[:5]:
            wrong(f"patient {member.account} is asked at {at}; the audit says {last[0]}")

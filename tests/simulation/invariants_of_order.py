"""After whatever went wrong: no burst, each summary once a recipient, and no more in doubt than was in flight."""

from collections import Counter, defaultdict
from datetime import date, time
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.traffic.pacer import IN_FLIGHT
from jobs import due
from storage.models import MessageKind
from tests.simulation.journal import Sent
from tests.simulation.memory import instant

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

HOUR = 3600.0
IN_DOUBT = "called doubtful, more than can have been in flight:"
LAPSED = "sent twice after the process stood still or its clock jumped, more than can have been in flight:"
# At the least between two of a kind: the first as late as it is still worth sending, the second at its time.
APART = {
    MessageKind.DAILY_PROMPT.value: 18 * HOUR,
    MessageKind.FOLLOW_UP.value: 18 * HOUR,
    MessageKind.INFUSION_REMINDER.value: 11 * HOUR,
    MessageKind.WEEKLY_SUMMARY.value: 5 * 24 * HOUR,
}


def order_is_kept(simulation: "Simulation") -> None:
    """All of these."""
    nothing_comes_in_a_burst(simulation)
    each_summary_is_once_a_recipient(simulation)
    a_crash_leaves_no_more_twice_than_was_in_flight(simulation)


def nothing_comes_in_a_burst(simulation: "Simulation") -> None:
    """Two messages of a kind about the same thing lie as far apart as they were meant to, however long nothing went."""
    by_kind: dict[tuple[str, int, frozenset[int]], list[Sent]] = defaultdict(list)
    for sent in simulation.journal.sent:
        if sent.kind in APART:
            by_kind[sent.kind, sent.account, sent.about].append(sent)
    for (kind, account, _), all_sent in by_kind.items():
        for first, second in pairwise(all_sent):
            stood_still = [end for _, end in simulation.journal.stopped]
            moved = [*simulation.changes[account], *simulation.journal.jumps, *stood_still]
            if second.row == first.row or any(first.at - 24 * HOUR <= at <= second.at for at in moved):
                continue
            if second.at - first.at < APART[kind]:
                simulation.journal.wrong(
                    f"{kind} {second.row} to {account} {second.at - first.at:.0f} s after the last"
                )


def each_summary_is_once_a_recipient(simulation: "Simulation") -> None:
    """For each week's moment one row for each clinician who was there, and none for any other moment."""
    memory, wrong = simulation.memory, simulation.journal.wrong
    zone, weekday, at = memory.one("SELECT time_zone, summary_weekday, summary_time FROM team")
    (following,) = memory.one("SELECT max(next_summary_at) FROM staff WHERE clinician")
    rows = memory.rows(
        "SELECT o.dedupe_key, c.telegram_id FROM outbox o JOIN chat c ON c.id = o.chat_id"
        " WHERE o.kind = 'weekly_summary'"
    )
    seen = Counter((date.fromisoformat(key.split(":")[2]), account) for key, account in rows)
    coming, moment = instant(following), simulation.plan.start
    if coming is None:
        assert all(account in simulation.gone for account in simulation.clinicians), "nobody is left who has a next one"
        return
    wanted = set()
    while (moment := due.next_weekly_moment(zone, weekday, time.fromisoformat(at), moment)) < coming:
        for account in simulation.clinicians:
            if account not in simulation.gone:
                wanted.add((due.local_date(zone, moment), account))
    for key in wanted - seen.keys():
        wrong(f"no summary of {key[0]} for {key[1]}")
    for key, count in seen.items():
        if count != 1 or (key not in wanted and key[1] not in simulation.gone):
            wrong(f"{count} summaries of {key[0]} for {key[1]}")


def a_crash_leaves_no_more_twice_than_was_in_flight(simulation: "Simulation") -> None:
    """Of what is sent a second time through a kill, or through a lease that ran out."""
    journal = simulation.journal
    by_row: dict[int, list[Sent]] = defaultdict(list)
    for sent in journal.sent:
        by_row[sent.row].append(sent)
    twice: Counter[int] = Counter()
    lapsed: Counter[int] = Counter()
    for row, all_sent in by_row.items():
        for first, second in pairwise(all_sent):
            if first.in_doubt:
                continue
            if first.life != second.life:
                twice[first.life] += 1
            for number, rows in enumerate(journal.lapsed):
                lapsed[number] += row in rows
    for life, many in twice.items():
        if many > IN_FLIGHT:
            journal.wrong(f"{many} messages went out twice after life {life}")
    for number, many in lapsed.items():
        if many > IN_FLIGHT:
            journal.wrong(f"{LAPSED} {many} messages, at {number}")
    for life, in_doubt in journal.doubtful_after.items():
        if in_doubt > IN_FLIGHT:
            journal.wrong(f"{IN_DOUBT} {in_doubt} messages after life {life}")

"""What is judged in the moment in which it happens: who is sent what, and what the bot has been told."""

import json
import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.texts import texts_in
from jobs import due
from storage.models import MessageKind
from tests.simulation.journal import Sent
from tests.simulation.life import Life
from tests.simulation.memory import instant
from tests.simulation.watch import Writing

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

OF_PATIENTS = {
    MessageKind.DAILY_PROMPT,
    MessageKind.FOLLOW_UP,
    MessageKind.INFUSION_REMINDER,
    MessageKind.COURSES_CHANGED,
    MessageKind.PROMPT_TIME_CHANGED,
}
# From the moment a letter is written to that of its request: a turn in the chat, and all that goes before it.
ON_ITS_WAY = 15.0
HOURS = timedelta(hours=4, seconds=ON_ITS_WAY)
PSEUDONYM = re.compile(r"\bP-[0-9A-Z]{4}\b")
ROW = """
SELECT c.telegram_id, o.team_id, p.chat_id = o.chat_id, s.team_id, o.due_at, o.expires_at, o.kind
FROM outbox o JOIN chat c ON c.id = o.chat_id LEFT JOIN patient p ON p.id = o.patient_id
 LEFT JOIN staff s ON s.chat_id = o.chat_id WHERE o.id = ?
"""


class Sight:
    """Looks at Telegram's end, and compares with what is stored at that moment."""

    def __init__(self, simulation: "Simulation") -> None:
        self._simulation = simulation
        # What each patient believes of each course, by the last message that Telegram took.
        self.believed = simulation.journal.told
        # (life, what it was sending when it ended), until the next life begins to send.
        self._left: tuple[int, list[int]] | None = None

    def began(self, letter: Writing, account: int) -> None:
        """A request about a row of the outbox begins."""
        simulation, now = self._simulation, self._simulation.time.now()
        owner, team, is_patients, staff_team, due_at, expires_at, kind = simulation.memory.one(ROW, letter.row)
        name = f"{kind} {letter.row} to {account}"
        if self._left is not None:
            (life, rows), self._left = self._left, None
            among = ", ".join(map(str, rows))
            (many,) = simulation.memory.one(f"SELECT count(*) FROM outbox WHERE doubtful AND id IN ({among})")  # noqa: S608
            simulation.journal.doubtful_after[life] = many
        simulation.journal.note("asks Telegram to send %s", name)
        simulation.has_joined(account)
        if owner != account:
            simulation.journal.wrong(f"{name}: the row is for {owner}")
        elif letter.kind in OF_PATIENTS:
            if not is_patients:
                simulation.journal.wrong(f"{name}: that chat is not the patient's")
        elif staff_team != team and simulation.time.seconds - simulation.gone.get(account, -1.0) > ON_ITS_WAY:
            simulation.journal.wrong(f"{name}: no member of the team")
        due_then, expires = instant(due_at), instant(expires_at)
        assert due_then is not None
        assert expires is not None
        if now < due_then and not self._time_was_set():
            simulation.journal.wrong(f"{name}: before it was due, {due_then}")
        if (now - expires).total_seconds() > ON_ITS_WAY and not self._time_was_set():
            simulation.journal.wrong(f"{name}: after its expiry, {expires}")
        if letter.kind is MessageKind.DAILY_PROMPT and not self._time_was_set():
            self._in_its_hours(letter, name)
        if letter.kind is MessageKind.INFUSION_REMINDER:
            self._true_date(letter, name)

    def _time_was_set(self) -> bool:
        """Whether the machine's clock is wrong, or time has just passed all at once: then no hour is any good."""
        time, journal = self._simulation.time, self._simulation.journal
        set_at = [*journal.jumps, *(end for _, end in journal.stopped)]
        return bool(time.ahead) or any(0 <= time.seconds - at < ON_ITS_WAY for at in set_at)

    def _in_its_hours(self, letter: Writing, name: str) -> None:
        """A question comes at one of the times that the patient had been given for its day, or within four hours."""
        simulation, now = self._simulation, self._simulation.time.now()
        _, account, written = letter.key.split(":")
        day, member = date.fromisoformat(written), simulation.members[int(account)]
        changed = simulation.memory.rows(
            "SELECT after, at FROM audit WHERE action IN ('prompt_time_changed', 'time_zone_changed')"
            " AND patient_id = ? ORDER BY id",
            member.account,
        )
        asked, zone = member.at, member.zone
        since: list[tuple[time, str, datetime | None]] = [(asked, zone, None)]
        for after, at in changed:
            facts = json.loads(after)
            asked, zone = time.fromisoformat(facts.get("prompt_time", f"{asked}")), facts.get("time_zone", zone)
            since.append((asked, zone, instant(at)))
        moments = [(due.local_moment(zone, day, at), began) for at, zone, began in since]
        if not any(at <= now <= max(at, began or at) + HOURS for at, began in moments):
            simulation.journal.wrong(f"{name}: about {day}, and not in the hours of any of {moments}")

    def _true_date(self, letter: Writing, name: str) -> None:
        """A reminder names the day on which the course is, unless that has changed just now."""
        simulation = self._simulation
        assert letter.patient is not None
        if simulation.time.seconds - simulation.changed_at.get(letter.patient, -100.0) < ON_ITS_WAY:
            return
        for course, day in letter.tells.items():
            planned, status = simulation.memory.one("SELECT planned_start, status FROM course WHERE id = ?", course)
            if status != "planned" or day is None or date.fromisoformat(planned) != day:
                simulation.journal.wrong(f"{name}: says {day}, but the course is {status} on {planned}")

    def accepted(self, sent: Sent, letter: Writing) -> None:
        """Telegram has it: the patient knows."""
        simulation = self._simulation
        simulation.journal.note(
            "Telegram has %s %s for %s as %s", letter.kind.value, sent.row, sent.account, sent.message_id
        )
        self.believed.update(letter.tells)
        pseudonyms = set(PSEUDONYM.findall(sent.text))
        if sent.account in simulation.members and pseudonyms - {f"P-{sent.account:04}"}:
            simulation.journal.wrong(f"patient {sent.account} reads of {pseudonyms}: {sent.text}")
        for course, day in letter.tells.items():
            if day is not None and texts_in("en").day(day) not in sent.text:
                simulation.journal.wrong(f"row {sent.row} does not say that course {course} is on {day}: {sent.text}")

    def handed(self, update: int) -> None:
        """An update is handed to the bot; with an answer, until when its day was open."""
        simulation = self._simulation
        given = simulation.journal.given.get(update)
        if given is None:
            return
        row = simulation.memory.one(
            "SELECT closes_at, message_id, changing FROM diaryday WHERE patient_id = ? AND diary_date = ?",
            given.account, given.day.isoformat(),
        )  # fmt: skip
        closes = instant(row[0]) if row else datetime.min.replace(tzinfo=simulation.plan.start.tzinfo)
        assert closes is not None
        if given.acknowledged:
            return
        if row and row[1] and 0 < given.message < row[1]:
            given.superseded = True
            given.disturbed = given.disturbed or row[2] == given.item
        given.handed.append((simulation.time.now(), closes))

    def acknowledged(self, update: int) -> None:
        """The bot says that it has this update."""
        given = self._simulation.journal.given.get(update)
        if given is not None:
            given.acknowledged = True

    def life_ended(self, life: Life) -> None:
        """What was being sent when a process ended may have arrived."""
        rows = self._simulation.memory.rows("SELECT id FROM outbox WHERE state IN ('sending', 'unsure')")
        self._simulation.journal.in_doubt[life.number] = {row[0] for row in rows}
        sending = self._simulation.memory.rows("SELECT id FROM outbox WHERE state = 'sending'")
        self._left = (life.number, [row[0] for row in sending])

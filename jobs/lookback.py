"""How often rules would have told a team of the last weeks, by its own diaries: what they cost in alerts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs import alert_replay, alert_rules, due
from jobs.alert_replay import Said, Told
from jobs.alert_rules import Rule
from jobs.alerts import GRACE
from storage import diary, patients
from storage.models import Team

LOOKS_BACK = timedelta(days=90)
# With today these are whole weeks.
WEEKS = (LOOKS_BACK.days + 1) // 7


@dataclass(frozen=True)
class Lookback:
    """`by_patient`: how often about whom, by id. `of`: how many have such answers. `weeks`: the oldest first."""

    by_patient: Mapping[int, int]
    of: int
    weeks: tuple[int, ...]

    @property
    def times(self) -> int:
        return sum(self.by_patient.values())

    @property
    def patients(self) -> int:
        return len(self.by_patient)

    @property
    def most_in_a_week(self) -> int:
        return max(self.weeks)


def look_back(session: Session, team: Team, rules: Sequence[tuple[str, Rule]], now: datetime) -> list[Lookback]:
    """Of each rule, with the item that it is about. Of patients who are on the team now.

    What was told and corrected after it counts, as it did for its readers. A rise that had lasted for more than four
    weeks when the time looked at began is not known as one.
    """
    today = due.local_date(team.time_zone, now)
    since = today - LOOKS_BACK
    longest = max((rule.days for _, rule in rules), default=0)
    reach = alert_rules.REFERENCE_REACH + timedelta(days=(alert_rules.MOST_MISSING + 1) * longest)
    known = {patient.id for patient in patients.patients_of(session, team.id)}
    said: dict[str, dict[int, list[Said]]] = defaultdict(lambda: defaultdict(list))
    items = {item for item, _ in rules}
    for (patient_id, item), revision in diary.revisions_of_team(session, team.id, items, since - reach):
        if patient_id in known:
            said[item][patient_id].append(Said(*revision))
    return [_of_rule(rule, said[item], since) for item, rule in rules]


def _of_rule(rule: Rule, said: Mapping[int, list[Said]], since: date) -> Lookback:
    told = {patient_id: _told_since(rule, each, since) for patient_id, each in said.items()}
    weeks = [0] * WEEKS
    for alert in (alert for alerts in told.values() for alert in alerts):
        # Whoever lives east of the team may be a day ahead.
        weeks[min((alert.last - since).days // 7, WEEKS - 1)] += 1
    return Lookback({patient: len(alerts) for patient, alerts in told.items() if alerts}, len(said), tuple(weeks))


def _told_since(rule: Rule, said: Sequence[Said], since: date) -> list[Told]:
    return [told for told in alert_replay.replay(rule, said, GRACE) if told.last >= since]

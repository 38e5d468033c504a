"""How an alert reads: to the team, what was seen and never what to do; to the patient, what was done."""

from datetime import date

from sqlmodel import Session

from bot.dialogues.wording import name_of
from bot.greetings import whom_to_call
from bot.replies import Button, Screen
from bot.texts import Html, Texts
from jobs import alerts as alert_jobs
from jobs.lookback import LOOKS_BACK, Lookback
from storage import alerts, patients, questions, teams
from storage.models import Alert, AlertKind, AlertRule, Staff, Team
from storage.questions import DiaryQuestion

# The latest answers of a run that was long when its rule was made.
MOST_SHOWN = 7


def rule_words(about: DiaryQuestion, kind: AlertKind, threshold: int, days: int, texts: Texts) -> Html:
    """`Pain 8 or more on 3 answered days in a row`."""
    key = "alert.rule_value" if kind is AlertKind.VALUE else "alert.rule_rise"
    return texts.plural(key, days, item=name_of(about, texts), threshold=threshold)


def words_of(rule: AlertRule, about: DiaryQuestion, texts: Texts) -> Html:
    return rule_words(about, rule.kind, rule.threshold, rule.days, texts)


def lookback_words(would: Lookback, texts: Texts) -> Html:
    """How often a rule would have told the team, and what its fullest week would have been."""
    said = texts.plural("alert_rule.lookback", would.times, days=LOOKS_BACK.days, patients=would.patients, of=would.of)
    if would.times < 2:
        return said
    return Html(f"{said} {texts('alert_rule.most_in_a_week', count=would.most_in_a_week)}")


def screen(session: Session, alert: Alert, reader: Staff, texts: Texts) -> Screen | None:
    """The alert as it stands now: what was seen, what was corrected and added since, and who has seen
    it. None when it was erased.

    Whoever has stopped since was told that the team is told.
    """
    patient = patients.patient_of_team(session, alert.team_id, alert.patient_id)
    rule = alerts.rule_of_team(session, alert.team_id, alert.rule_id)
    if rule is None or patient is None:
        return None
    about = questions.question_called(session, alert.team_id, rule.item)
    lines = [seen_words(alert, about, texts)]
    if alert.reference is not None:
        lines.append(texts("alert.reference", reference=alert.reference))
    lines.append(texts("alert.rule", rule=words_of(rule, about, texts)))
    values = alert_jobs.values_for(session, alert, rule)
    corrected = [_on_day(day, value, texts) for day, value in corrections(alert, values).items()]
    if corrected:
        lines.append(texts("alert.corrected", days=Html(", ".join(corrected))))
    further = [_on_day(*pair, texts) for pair in sorted(alert_jobs.further_days(alert, rule, values).items())]
    if further:
        more = "… " if len(further) > MOST_SHOWN else ""
        lines.append(texts("alert.further", days=Html(more + ", ".join(further[-MOST_SHOWN:]))))
    buttons = [Button(texts("alert.button.seen"), f"as:{alert.id}")]
    zone = teams.team_by_id(session, alert.team_id).time_zone
    if alert.escalated_at is not None and alert.acknowledged_at is None:
        lines.append(texts("alert.unseen", when=Html(texts.instant(alert.escalated_at, zone))))
    if alert.acknowledged_at is not None:
        key = "alert.seen_by_you" if alert.acknowledged_by == reader.id else "alert.seen_by_colleague"
        lines.append(texts(key, when=Html(texts.instant(alert.acknowledged_at, zone))))
        buttons = []
    if reader.clinician:
        buttons.append(Button(texts("alert.button.chart"), f"ch:{patient.id}"))
    if reader.coordinator:
        buttons.append(Button(texts("alert.button.card"), f"pb:{patient.id}"))
    said = texts("alert.letter", pseudonym=patient.pseudonym, lines=Html("\n".join(lines)))
    return Screen(said, (tuple(buttons),) if buttons else ())


def corrections(alert: Alert, values: dict[date, int | None]) -> dict[date, int | None]:
    """What the patient has changed since, of what was seen: by day, as it is now."""
    then = {date.fromisoformat(day): value for day, value in alert.seen.items()}
    return {day: values.get(day) for day, value in sorted(then.items()) if values.get(day) != value}


def seen_words(alert: Alert, about: DiaryQuestion, texts: Texts) -> Html:
    """`Pain 8, 9 on 2 days (Mon 2 Mar 2026 to Tue 3 Mar 2026)`."""
    values = [str(alert.seen[day]) for day in sorted(alert.seen)]
    shown = ", ".join(values[-MOST_SHOWN:])
    span = texts.day(alert.last_day)
    if alert.first_day != alert.last_day:
        span = texts("chart.span", first=alert.first_day, last=alert.last_day)
    more = "… " if len(values) > MOST_SHOWN else ""
    item = name_of(about, texts)
    return texts.plural("alert.seen", len(values), item=item, values=f"{more}{shown}", span=Html(span))


def _on_day(day: date, value: int | None, texts: Texts) -> Html:
    if value is None:
        return texts("alert.corrected_skipped", date=day)
    return texts("alert.corrected_day", date=day, value=value)


def notice(
    team: Team, texts: Texts, words: str | None = None, *, is_told: bool = True, may_change: bool = True
) -> Html:
    """What the patient reads: the team's words, or the usual ones; and always that this is no emergency service.

    `words`: in place of those that are set, to look at them before. `may_change`: not when the diary has ended since.
    """
    phone = whom_to_call(team, texts)
    if not is_told:
        return texts("alert.notice_nobody", phone=phone)
    set_ = (team.alert_words or {}).get(texts.language) if words is None else words
    key = "alert.notice" if may_change else "alert.notice_ended"
    return texts(key, words=set_ or texts("alert.usual_words"), phone=phone)

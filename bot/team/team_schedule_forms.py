"""The coordinator's forms about the team's schedule: each shows what is, what would follow, and then what was done."""

import re
from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from bot.dialogues.form import NEVER, NONE, Form, Question, Values
from bot.filling import Filling, Procedure, of_team
from bot.pickers import picked_time, read_weekday, time_of_day, weekday_choices
from bot.replies import Screen
from bot.team.schedule_forms import NO_REMINDERS, lead_choices, leads_in_words, read_leads
from bot.team.team_done import done_screen
from bot.texts import Html, Texts
from jobs import admission, chairs, confirming, due, team_schedule, weekly_summary
from jobs.refusals import Refusal
from jobs.team_schedule import Wanted
from storage import patients, teams

USUAL_DELAYS = (60, 120, 180, 240, 360)
USUAL_LIMITS = (2, 3, 4, 5, 7, 10, 14)
USUAL_CHAIRS = (4, 6, 8, 10, 12, 16, 20, 24)
# `90 min`, `3 h`, `3`: without a unit, hours.
_DELAY = re.compile(r"([0-9]{1,3})\s*(?:(m|min|minutes?|minuten)|h|hours?|heures?|stunden?|std)?", re.ASCII)


Follows = Callable[[Texts, Filling, Wanted], Html]


def telephone_words(number: str | None, texts: Texts) -> Html:
    return Html(texts.show(number)) if number else texts("team.no_telephone")


def delay_words(minutes: int | None, texts: Texts) -> Html:
    """`after 3 hours`; or that nobody is asked again."""
    if minutes is None:
        return texts("team.no_follow_up")
    if minutes % 60:
        return texts("team.after_minutes", minutes=minutes)
    return texts.plural("team.after_hours", minutes // 60)


def summary_words(weekday: int, at: time, texts: Texts) -> Html:
    return texts("team.weekly", day=texts.weekday(weekday), time=at)


def chairs_words(number: int | None, texts: Texts) -> Html:
    return texts("team.no_chairs") if number is None else texts.plural("team.chairs", number)


# Columns that are no time of day.
_WORDS: Mapping[str, Callable[[Any, Texts], Html]] = {
    "telephone": telephone_words,
    "follow_up_after": delay_words,
    "silent_after": lambda days, texts: texts.plural("days", days),
    "chairs": chairs_words,
    "reminder_leads": leads_in_words,
    "summary_weekday": lambda weekday, texts: Html(texts.weekday(weekday)),
}


def value_words(name: str, value: Any, texts: Texts) -> Html:
    """One column of the team's schedule, as JSON has it."""
    if name in _WORDS:
        return _WORDS[name](value, texts)
    return Html(texts.time(time.fromisoformat(value)))


def words_of(wanted: Wanted, texts: Texts) -> Html:
    """The columns that one form sets, in a phrase."""
    if wanted.keys() >= team_schedule.OF_SUMMARY:
        return summary_words(wanted["summary_weekday"], time.fromisoformat(wanted["summary_time"]), texts)
    return Html(", ".join(value_words(name, value, texts) for name, value in wanted.items()))


def _procedure(
    name: str,
    columns: tuple[str, ...],
    questions: tuple[Question, ...],
    read: Callable[[Values], Wanted],
    follows: Follows,
) -> Procedure:
    """`read` gives the columns from the answers; `follows` says what would come of them."""
    complete = {question.key for question in questions}

    def check(facts: Filling, values: Values) -> None:
        if complete <= values.keys():
            team_schedule.check(facts.team, read(values))

    def preview(texts: Texts, facts: Filling, values: Values) -> Html:
        old, new = words_of(team_schedule.facts(facts.team, columns), texts), words_of(read(values), texts)
        what, then = texts(f"team.of.{name}"), follows(texts, facts, read(values))
        return texts("team.preview", what=what, old=old, new=new, follows=then)

    def apply(filling: Filling, facts: Filling, values: Values) -> Screen:
        texts = filling.texts
        team_schedule.change(filling.session, filling.actor, facts.team, read(values), filling.now)
        new = words_of(read(values), texts)
        return done_screen(filling, texts("team.done", what=texts(f"team.of.{name}"), new=new), texts)

    return Procedure(
        Form(f"team_{name}", questions, preview, check),
        of_team,
        apply,
        lambda facts: team_schedule.facts(facts.team, columns),
    )


def _ask(name: str, *columns: str) -> Callable[[Texts, Filling, Values], Html]:
    """The question of a setting, with how it is now."""
    return lambda texts, facts, _: texts(
        f"team.ask.{name}", now=words_of(team_schedule.facts(facts.team, columns), texts)
    )


def _read_telephone(value: str, *_: object) -> str:
    said = value.strip()
    admission.check_telephone(said)
    return said


def read_delay(value: str) -> int | None:
    """Minutes; None for what is no time."""
    found = _DELAY.fullmatch(value.strip().lower())
    return int(found[1]) * (1 if found[2] else 60) if found is not None else None


def _read_delay(value: str, *_: object) -> int:
    delay = read_delay(value)
    if delay is None:
        raise Refusal(
            "refusal.follow_up_after",
            least=team_schedule.SHORTEST_FOLLOW_UP,
            most=team_schedule.LONGEST_FOLLOW_UP // 60,
        )
    return delay


def _read_limit(value: str, *_: object) -> int:
    if not re.fullmatch("[0-9]{1,2}", value.strip(), re.ASCII):
        raise Refusal("refusal.silent_after", least=team_schedule.FEWEST_SILENT, most=team_schedule.MOST_SILENT)
    return int(value)


def _read_chairs(value: str, *_: object) -> int:
    if not re.fullmatch("[0-9]{1,3}", value.strip(), re.ASCII):
        raise Refusal("refusal.chairs", least=team_schedule.FEWEST_CHAIRS, most=team_schedule.MOST_CHAIRS)
    return int(value)


def _patients(facts: Filling) -> list[Any]:
    return patients.patients_of(facts.session, facts.team.id)


def _prompt_time_follows(texts: Texts, facts: Filling, _wanted: Wanted) -> Html:
    return texts("team.follows.prompt_time", patients=len(_patients(facts)))


def _follow_up_follows(texts: Texts, facts: Filling, wanted: Wanted) -> Html:
    known = _patients(facts)
    if wanted["follow_up_after"] is None:
        return texts("team.follows.no_follow_up", patients=len(known))
    off = sum(not patient.follow_up for patient in known)
    return texts("team.follows.follow_up", patients=len(known) - off, off=off)


def _silence_follows(texts: Texts, facts: Filling, wanted: Wanted) -> Html:
    now, then = (
        team_schedule.silent_patients(facts.session, facts.team, limit, facts.now)
        for limit in (facts.team.silent_after, wanted["silent_after"])
    )
    return texts("team.follows.silence", now=now, then=then)


def _reminders_follow(texts: Texts, facts: Filling, wanted: Wanted) -> Html:
    known = _patients(facts)
    own = sum(patient.reminder_leads is not None for patient in known)
    replaced, patients_of_them = team_schedule.reminders_replaced(facts.session, facts.team, wanted, facts.now)
    to = (
        texts("team.follows.reminder_time", patients=len(known))
        if "reminder_time" in wanted
        else texts("team.follows.leads", patients=len(known) - own, own=own)
    )
    moved = texts("team.follows.replaced", gone=replaced.gone, new=replaced.new, patients=patients_of_them)
    return Html(f"{to} {moved}")


def _confirmation_follows(texts: Texts, facts: Filling, wanted: Wanted) -> Html:
    comes = confirming.would_come(facts.team, time.fromisoformat(wanted["confirmation_time"]), facts.now)
    zone = facts.team.time_zone
    return texts("team.follows.confirmation", zone=zone, next=Html(texts.instant(comes, zone)))


def _summary_follows(texts: Texts, facts: Filling, wanted: Wanted) -> Html:
    weekday, at = wanted["summary_weekday"], time.fromisoformat(wanted["summary_time"])
    session, team = facts.session, facts.team
    comes = weekly_summary.next_of_team(session, team, facts.now, weekday, at)
    said = texts("team.follows.summary", next=Html(texts.instant(comes, team.time_zone)))
    own = len(teams.clinicians_of(session, team.id)) - len(weekly_summary.followers(session, team))
    return Html(f"{said} {texts.plural('team.follows.summary_own', own)}") if own else said


def _chairs_follow(texts: Texts, facts: Filling, wanted: Wanted) -> Html:
    number = wanted["chairs"]
    if number is None:
        return texts("team.follows.no_chairs")
    today = due.local_date(facts.team.time_zone, facts.now)
    days = chairs.too_full(facts.session, facts.team, number, today)
    return texts("team.follows.chairs", days=days)


PROCEDURES = (
    _procedure(
        "telephone",
        ("telephone",),
        (
            Question(
                "telephone",
                _ask("telephone", "telephone"),
                _read_telephone,
                lambda texts, *_: [(texts("team.button.no_telephone"), NONE.data)],
                instead=(NONE,),
            ),
        ),
        lambda values: {"telephone": values["telephone"]},
        lambda texts, *_: texts("team.follows.telephone"),
    ),
    _procedure(
        "prompt_time",
        ("prompt_time",),
        time_of_day(_ask("prompt_time", "prompt_time")),
        lambda values: {"prompt_time": picked_time(values)},
        _prompt_time_follows,
    ),
    _procedure(
        "follow_up",
        ("follow_up_after",),
        (
            Question(
                "delay",
                _ask("follow_up", "follow_up_after"),
                _read_delay,
                lambda texts, *_: [
                    *((delay_words(minutes, texts), f"{minutes} min") for minutes in USUAL_DELAYS),
                    (texts("team.button.no_follow_up"), NEVER.data),
                ],
                width=2,
                instead=(NEVER,),
            ),
        ),
        lambda values: {"follow_up_after": values["delay"]},
        _follow_up_follows,
    ),
    _procedure(
        "silence",
        ("silent_after",),
        (
            Question(
                "limit",
                _ask("silence", "silent_after"),
                _read_limit,
                lambda texts, *_: [(texts.plural("days", limit), str(limit)) for limit in USUAL_LIMITS],
            ),
        ),
        lambda values: {"silent_after": values["limit"]},
        _silence_follows,
    ),
    _procedure(
        "leads",
        ("reminder_leads",),
        (
            Question(
                "leads", _ask("leads", "reminder_leads"), read_leads, lead_choices, width=1, instead=(NO_REMINDERS,)
            ),
        ),
        lambda values: {"reminder_leads": values["leads"]},
        _reminders_follow,
    ),
    _procedure(
        "reminder_time",
        ("reminder_time",),
        time_of_day(_ask("reminder_time", "reminder_time")),
        lambda values: {"reminder_time": picked_time(values)},
        _reminders_follow,
    ),
    _procedure(
        "confirmation",
        ("confirmation_time",),
        time_of_day(_ask("confirmation", "confirmation_time")),
        lambda values: {"confirmation_time": picked_time(values)},
        _confirmation_follows,
    ),
    _procedure(
        "summary",
        ("summary_weekday", "summary_time"),
        (
            Question("day", _ask("summary", "summary_weekday", "summary_time"), read_weekday, weekday_choices, width=2),
            *time_of_day(lambda texts, *_: texts("team.ask.summary_time")),
        ),
        lambda values: {"summary_weekday": values["day"], "summary_time": picked_time(values)},
        _summary_follows,
    ),
    _procedure(
        "chairs",
        ("chairs",),
        (
            Question(
                "chairs",
                _ask("chairs", "chairs"),
                _read_chairs,
                lambda texts, *_: [
                    *((str(number), str(number)) for number in USUAL_CHAIRS),
                    (texts("team.button.no_chairs"), NONE.data),
                ],
                instead=(NONE,),
            ),
        ),
        lambda values: {"chairs": values["chairs"]},
        _chairs_follow,
    ),
)

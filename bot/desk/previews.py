"""What a team's messages look like, in each language: worded by what writes them, about nobody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.courses import confirming
from bot.dialogues import check_in
from bot.dialogues.check_in import CheckIn
from bot.greetings import telephone
from bot.letters import to_patients
from bot.patient import infusions
from bot.replies import Screen
from bot.team import alert_letters
from bot.texts import Texts, texts_in
from jobs import due
from storage.models import Course, Patient, Team
from storage.questions import DiaryQuestion

# The example's: it stands in no table. Its number is no row's, so that no button of it could lead anywhere.
PSEUDONYM, NUMBER = "P-7KQ4", 0
DAYS, GRAMS_PER_KG = 2, 0.4
MOVED_BY = timedelta(days=3)


@dataclass(frozen=True)
class Example:
    """What the messages are worded from. `asked`: the questions of a day; `today`: by the team's clock."""

    team: Team
    asked: Sequence[DiaryQuestion]
    now: datetime

    @property
    def today(self) -> date:
        return due.local_date(self.team.time_zone, self.now)

    @property
    def first_lead(self) -> int | None:
        """How many days before it the first reminder of an infusion comes; None where none comes."""
        return max(self.team.reminder_leads, default=None)

    def course(self, in_days: int, **more: Any) -> Course:
        return Course(
            id=NUMBER,
            team_id=self.team.id,
            patient_id=NUMBER,
            planned_start=self.today + timedelta(days=in_days),
            planned_days=DAYS,
            grams_per_kg_per_day=GRAMS_PER_KG,
            created_at=self.now,
            **more,
        )

    def patient(self) -> Patient:
        return Patient(
            id=NUMBER,
            team_id=self.team.id,
            pseudonym=PSEUDONYM,
            time_zone=self.team.time_zone,
            prompt_time=self.team.prompt_time,
            created_at=self.now,
        )


def preview(kind: str, example: Example, language: str) -> Screen | None:
    """One of `KINDS` as its reader sees it; None where the team's settings send none."""
    return KINDS[kind](example, texts_in(language))


def _prompt(example: Example, texts: Texts) -> Screen:
    # As the bot sends it unasked, with "Later".
    return check_in.screen(CheckIn(example.today, message=1, questions=example.asked), texts)


def _follow_up(example: Example, texts: Texts) -> Screen | None:
    if example.team.follow_up_after is None:
        return None
    return check_in.screen(CheckIn(example.today, message=1, questions=example.asked), texts, again=True)


def _reminder(example: Example, texts: Texts) -> Screen | None:
    lead = example.first_lead
    if lead is None:
        return None
    return infusions.reminder_screen(example.team, example.course(lead), lead, None, texts)


def _moved(example: Example, texts: Texts) -> Screen:
    course = example.course(7)
    course.told_start = course.planned_start - MOVED_BY
    return to_patients.changed_screen([course], telephone(example.team, texts), texts)


def _alert(example: Example, texts: Texts) -> Screen:
    return Screen(alert_letters.notice(example.team, texts))


def _confirming(example: Example, texts: Texts) -> Screen:
    asked = [(example.course(-DAYS), example.patient())]
    return confirming.screen_of(asked, set(), example.today, texts)


# The first five are read by patients, the last by coordinators.
KINDS: dict[str, Callable[[Example, Texts], Screen | None]] = {
    "prompt": _prompt,
    "follow_up": _follow_up,
    "reminder": _reminder,
    "moved": _moved,
    "alert": _alert,
    "confirming": _confirming,
}

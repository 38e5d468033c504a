"""Telegram away, pauses, pages that cannot be drawn, patients who move and who join: each in one story."""

from itertools import product

import pytest

from storage.models import MessageKind
from tests.simulation.enumeration import HOUR, Struck
from tests.simulation.newcomers import Newcomer
from tests.simulation.weather import AWAY, Kind
from tests.whole import part_of

# Of the first question.
ASKED = 5.0 * HOUR
# For how many hours nothing gets through, and the days of March whose question is asked all the same.
GONE: tuple[tuple[float, list[str]], ...] = ((0.1, ["29", "30"]), (3.0, ["29", "30"]), (6.0, ["30"]), (22.0, ["30"]))
# Only where no request got through is nobody in doubt, and known of each day whether it was asked about.
AWAYS = part_of(
    [(kind, hours, days) for kind, (hours, days) in product(AWAY, GONE)],
    5,
    kind=lambda case: (case[0] == "no_connection", len(case[2])),
)
# What changes, how long after the question was due, and a seed of the rest.
MOVES = part_of(
    list(product(("zone", "prompt_time"), (1.0, HOUR, 3.9 * HOUR, 7 * HOUR), range(6))), 5, kind=lambda case: case[:2]
)


def well(story: Struck) -> Struck:
    faults = story.run()
    assert not faults, f"{faults}\n{story.journal.story(120)}"
    return story


def questions(story: Struck) -> list[str]:
    """The dates whose question Telegram took, in the order in which it took them."""
    rows = {sent.row for sent in story.questions}
    return [
        day
        for row, day in story.memory.rows("SELECT id, diary_date FROM outbox WHERE kind = 'daily_prompt' ORDER BY id")
        if row in rows
    ]


@pytest.mark.parametrize(("kind", "hours", "days"), AWAYS)
def test_telegram_is_away_when_the_question_is_due(kind: Kind, hours: float, days: list[str]) -> None:
    def befalls(story: Struck) -> None:
        story.time.at(ASKED - 1.0, lambda: story.mishaps.telegram_is_away(hours * HOUR, kind))

    story = well(Struck(befalls))
    if kind == "no_connection":
        assert questions(story) == [f"2026-03-{day}" for day in days]
    else:
        # In doubt twice is failed: it may have been asked, and nothing says that it was.
        assert set(questions(story)) <= {f"2026-03-{day}" for day in days}
    assert len(questions(story)) == len(set(questions(story)))


@pytest.mark.parametrize("days", [1, 2])
def test_in_a_pause_nobody_is_asked(days: int) -> None:
    story = well(Struck(lambda it: it.time.at(ASKED - 600.0, lambda: it.mishaps.pauses(1, days))))
    assert questions(story) == (["2026-03-30"] if days == 1 else [])


def test_a_page_that_cannot_be_drawn_is_told_in_words_once() -> None:
    story = Struck(lambda _: None)
    story.machine.draws_nothing = lambda: True
    well(story)
    (summary,) = [sent for sent in story.journal.sent if sent.kind == MessageKind.WEEKLY_SUMMARY.value]
    assert "How the team is" not in summary.text
    # With its PDF, which is a drawing by itself.
    assert len(story.memory.rows("SELECT 1 FROM drawing WHERE state = 'failed' AND attempts = 3")) == 2


@pytest.mark.parametrize(("what", "after", "seed"), MOVES)
def test_a_patient_moves_or_is_given_another_time_while_the_question_waits(what: str, after: float, seed: int) -> None:
    def befalls(story: Struck) -> None:
        for _ in range(seed):
            story.office.rng.random()
        story.time.at(ASKED - 1.0, lambda: story.mishaps.telegram_is_away(after + 60.0, "no_connection"))
        story.time.at(ASKED + after, lambda: story.office.by_job(1, what))

    story = well(Struck(befalls))
    assert len(questions(story)) == len(set(questions(story)))


@pytest.mark.parametrize("seed", range(8))
def test_a_patient_joins_by_an_invitation_and_is_asked_from_then_on(seed: int) -> None:
    newcomers: list[Newcomer] = []

    def befalls(story: Struck) -> None:
        for _ in range(seed):
            story.rng.random()
        newcomers.append(Newcomer(story, story.rng))
        story.time.at(0.5 * HOUR, newcomers[0].is_invited)

    story = well(Struck(befalls))
    account = newcomers[0].account
    assert account in story.members
    assert story.memory.rows("SELECT 1 FROM audit WHERE action = 'patient_joined' AND patient_id = ?", account) == [
        (1,)
    ]
    assert any(sent.account == account for sent in story.questions)

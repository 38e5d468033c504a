"""The summary as the worker makes it: the team in words and as a picture, or on paper; and who needs a look."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from bot.pages import Answered, by_who_needs_a_look, patient_facts, team_facts
from bot.pictures import Asked, Drawn, database_at, text_length
from bot.summary_words import days_lines, paragraph
from bot.texts import Html, Texts, plain, texts_in
from jobs import chart, due, looks, record
from jobs.attention import Noted, needs_a_look, urgency
from jobs.chart.facts import ChartFacts
from storage import patients, teams
from storage.models import DrawingKind, PatientStatus

# Of a message's 4096, with room for entities that are counted otherwise.
LONGEST_MESSAGE = 3900
OF_WHOEVER_NEEDS_A_LOOK = (DrawingKind.LOOK, DrawingKind.LOOK_PDF)
# At some 40 KiB a page a document stays below Telegram's 50 MB.
MOST_PRINTED = 600


@dataclass(frozen=True)
class Member:
    """A patient, and what somebody has seen of them."""

    patient_id: int
    answered: Answered
    noted: Noted | None

    @cached_property
    def needs_a_look(self) -> bool:
        kept = self.answered.kept
        return needs_a_look(self.answered.attention, self.noted, kept.today)


@dataclass(frozen=True)
class Whole:
    """A team as it stands: everybody who keeps a diary, whoever needs a look first."""

    name: str
    today: date
    members: list[Member]
    texts: Texts

    @cached_property
    def marked(self) -> list[Member]:
        return [member for member in self.members if member.needs_a_look]


def summary(asked: Asked) -> Drawn:
    """What was asked for: `asked.kind`."""
    whole = _read(asked)
    of_all = asked.kind not in OF_WHOEVER_NEEDS_A_LOOK
    shown = whole.members if of_all else whole.marked
    if asked.kind in (DrawingKind.SUMMARY_PDF, DrawingKind.LOOK_PDF):
        return _on_paper(whole, shown)
    marks = {member.patient_id: member.answered.attention.state for member in whole.marked}
    words = in_words(whole, of_all=of_all)
    if not shown:
        return Drawn(None, words, marks=marks)
    title = plain(whole.texts("summary.title" if of_all else "summary.title_look", team=whole.name))
    facts = team_facts(title, _answered(shown), whole.today, whole.texts, asked.page, _pseudonyms(whole.marked))
    return Drawn(chart.team_chart(facts), words, pages=facts.pages, marks=marks)


def in_words(whole: Whole, *, of_all: bool) -> Html:
    """A paragraph a patient, as many as a message holds: who needs a look, and then the others."""
    texts = whole.texts
    parts = [texts.plural("summary.heading", len(whole.members), team=whole.name, date=whole.today)]
    if not whole.members:
        return Html("\n\n".join([*parts, texts("summary.nobody")]))
    marked = len(whole.marked)
    parts.append(texts.plural("summary.marked", marked) if marked else texts("summary.none_marked"))
    lines = [_paragraph(member) for member in whole.marked]
    if of_all:
        lines += [_paragraph(member) for member in whole.members if not member.needs_a_look]
    if of_all and 0 < marked < len(whole.members):
        lines[marked] = Html(f"{texts('summary.others')}\n\n{lines[marked]}")
    return _as_many_as_fit(parts, lines, texts)


def _read(asked: Asked) -> Whole:
    texts = texts_in(asked.language)
    with database_at(asked.database).reading() as session:
        team = teams.team_by_id(session, asked.team_id)
        noted = looks.noted_of_team(session, team.id)
        members = [
            Member(patient.id, Answered(record.read(session, patient, asked.now), texts), noted.get(patient.id))
            for patient in patients.patients_of(session, team.id)
            if patient.status is not PatientStatus.INVITED
        ]
        name, today = team.name, due.local_date(team.time_zone, asked.now)
    by_answer = {id(member.answered): member for member in members}
    ordered = [by_answer[id(each)] for each in by_who_needs_a_look(_answered(members))]
    return Whole(name, today, sorted(ordered, key=_place), texts)


def _place(member: Member) -> tuple[bool, int]:
    """Among equals the order stays."""
    return not member.needs_a_look, urgency(member.answered.attention.reasons) if member.needs_a_look else 0


def _answered(members: list[Member]) -> list[Answered]:
    return [member.answered for member in members]


def _pseudonyms(members: list[Member]) -> set[str]:
    return {member.answered.kept.pseudonym for member in members}


def _paragraph(member: Member) -> Html:
    return paragraph(member.answered, None if member.needs_a_look else member.noted)


def _as_many_as_fit(parts: list[Html], lines: list[Html], texts: Texts) -> Html:
    footer = texts("finding.footer_short")
    shown: list[Html] = []
    for position, line in enumerate(lines):
        more = len(lines) - position - 1
        rest = [texts.plural("summary.more", more)] if more else []
        if text_length("\n\n".join([*parts, *shown, line, *rest, footer])) > LONGEST_MESSAGE:
            return Html("\n\n".join([*parts, *shown, texts.plural("summary.more", more + 1), footer]))
        shown.append(line)
    return Html("\n\n".join([*parts, *shown, footer]))


def _on_paper(whole: Whole, shown: list[Member]) -> Drawn:
    """The team's pages, and behind them a page for each patient; as many as a document holds."""
    texts, printed = whole.texts, shown[:MOST_PRINTED]
    caption = texts.plural("summary.pdf", len(printed), team=whole.name, date=whole.today)
    if len(printed) < len(shown):
        caption = Html(f"{caption} {texts('summary.pdf_first', shown=len(printed), all=len(shown))}")
    if not shown:
        return Drawn(None, caption)
    title = plain(texts("summary.title", team=whole.name))
    facts = team_facts(title, _answered(shown), whole.today, texts, marked=_pseudonyms(whole.marked))
    return Drawn(None, caption, chart.summary_print(facts, _pages(printed)))


def _pages(members: list[Member]) -> Iterator[ChartFacts]:
    """One at a time, so that a large team's do not all lie in memory. In words too: days, dates, what has changed."""
    for member in members:
        facts, texts = patient_facts(member.answered), member.answered.texts
        said = tuple(plain(line) for line in days_lines(member.answered))
        # There are no tables here to be pointed to.
        shown = plain(texts("summary.latest_courses", shown="{shown}", all="{all}"))
        yield replace(facts, findings=(*said, *facts.findings), texts=replace(facts.texts, latest_shown=shown))

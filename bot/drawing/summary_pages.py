"""The summary as the worker makes it: the team in words and as a picture, or on paper; and who needs a look.

Whoever cannot be drawn is named, and all others are drawn.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot.drawing.asked import Asked, Drawn, Undrawn, database_at, text_length
from bot.drawing.pages import Answered, by_who_needs_a_look, patient_facts, team_facts
from bot.drawing.summary_words import Raised, alert_lines, days_lines, paragraph
from bot.logs import Lines
from bot.team import alert_letters
from bot.team.patient_words import codes_in_words
from bot.texts import Html, Texts, plain, texts_in
from jobs import alerts as alert_jobs
from jobs import chart, due, looks, record
from jobs.alerts import GRACE
from jobs.attention import Attention, Noted, needs_a_look, urgency, with_alerts
from jobs.chart.facts import ChartFacts, TeamChartFacts, TeamRow
from storage import alerts, patients, questions, teams
from storage.models import DrawingKind, PatientStatus

# Of a message's 4096, with room for entities that are counted otherwise.
LONGEST_MESSAGE = 3900
OF_WHOEVER_NEEDS_A_LOOK = (DrawingKind.LOOK, DrawingKind.LOOK_PDF)
# At some 40 KiB a page a document stays below Telegram's 50 MB.
MOST_PRINTED = 600
# One comes each week, and is drawn for all: a reader's own day and hour make no other one.
SINCE_THE_LAST_ONE = timedelta(days=7)


@dataclass(frozen=True)
class Member:
    """A patient, what somebody has seen of them, and the alerts since the summary before, or that nobody has seen."""

    patient_id: int
    answered: Answered
    noted: Noted | None
    raised: tuple[Raised, ...] = ()

    @cached_property
    def attention(self) -> Attention:
        return with_alerts(self.answered.attention, [each.number for each in self.raised if not each.seen])

    @cached_property
    def needs_a_look(self) -> bool:
        return needs_a_look(self.attention, self.noted, self.answered.kept.today)

    @property
    def put_off_until(self) -> date | None:
        return None if self.known is None else self.known.not_before

    @property
    def known(self) -> Noted | None:
        """There is a reason to look, and somebody has seen it or put it off; None where there is nothing to know."""
        return self.noted if self.attention.reasons and not self.needs_a_look else None


@dataclass(frozen=True)
class Whole:
    """A team as it stands: everybody who keeps a diary, whoever needs a look first.

    `undrawn`: whoever cannot be among them.
    """

    name: str
    today: date
    members: list[Member]
    texts: Texts
    undrawn: tuple[Undrawn, ...] = ()

    @cached_property
    def marked(self) -> list[Member]:
        return [member for member in self.members if member.needs_a_look]

    @cached_property
    def known(self) -> list[Member]:
        return [member for member in self.members if member.known is not None]


def summary(asked: Asked) -> Drawn:
    """What was asked for: `asked.kind`. Whatever is wrong with one patient, the others are drawn."""
    whole = _read(asked)
    try:
        return _drawn(whole, asked)
    except Exception:
        found = [fault for member in whole.members if (fault := _fault_alone(whole, member, asked)) is not None]
        if not found:
            raise
    ids = {each.patient_id for each in found}
    members = [member for member in whole.members if member.patient_id not in ids]
    return _drawn(replace(whole, members=members, undrawn=(*whole.undrawn, *found)), asked)


def _fault_alone(whole: Whole, member: Member, asked: Asked) -> Undrawn | None:
    """None for whoever can be drawn alone: then it is for another that all together cannot be."""
    try:
        _drawn(replace(whole, members=[member], undrawn=()), replace(asked, page=1))
    except Exception:
        return _undrawn(member.patient_id, member.answered.kept.pseudonym)
    return None


def _undrawn(patient_id: int, pseudonym: str) -> Undrawn:
    """For the log of the process that asked, as it would write it."""
    return Undrawn(patient_id, pseudonym, Lines([]).formatException(sys.exc_info()))


def _drawn(whole: Whole, asked: Asked) -> Drawn:
    of_all = asked.kind not in OF_WHOEVER_NEEDS_A_LOOK
    shown = whole.members if of_all else whole.marked
    if asked.kind in (DrawingKind.SUMMARY_PDF, DrawingKind.LOOK_PDF):
        return _on_paper(whole, shown)
    marks = {member.patient_id: member.attention.state for member in whole.marked}
    words = in_words(whole, of_all=of_all)
    if not shown and not whole.undrawn:
        return Drawn(None, words, marks=marks)
    facts = _team(whole, "summary.title" if of_all else "summary.title_look", shown, asked.page)
    return Drawn(chart.team_chart(facts), words, pages=facts.pages, marks=marks, undrawn=whole.undrawn)


def _team(whole: Whole, title: str, shown: list[Member], page: int = 1) -> TeamChartFacts:
    """Of whoever cannot be drawn there is an empty row that says so, behind all others."""
    texts, said = whole.texts, plain(whole.texts("summary.undrawn_row"))
    heading, marked = plain(texts(title, team=whole.name)), _pseudonyms(whole.marked)
    facts = team_facts(heading, _answered(shown), whole.today, texts, page, marked)
    empty = [
        TeamRow(each.pseudonym, whole.today, (), frozenset(), frozenset(), (), said, needs_a_look=True)
        for each in whole.undrawn
    ]
    return replace(facts, rows=(*facts.rows, *empty))


def in_words(whole: Whole, *, of_all: bool) -> Html:
    """A paragraph a patient, as many as a message holds: who needs a look, and then the others."""
    texts, many = whole.texts, len(whole.members) + len(whole.undrawn)
    parts = [texts.plural("summary.heading", many, team=whole.name, date=whole.today)]
    if not many:
        return Html("\n\n".join([*parts, texts("summary.nobody")]))
    parts.append(Html("\n".join([_how_many(whole), *_alerts(whole), *_missing(whole)])))
    groups = [whole.marked]
    if of_all:
        others = [member for member in whole.members if not member.needs_a_look and member.known is None]
        groups += [whole.known, others]
    return _as_many_as_fit(parts, _under_headings(groups, texts), texts)


def _how_many(whole: Whole) -> Html:
    """How many need a look; of whom somebody has seen it or put it off, they stay among them by name."""
    texts, new = whole.texts, len(whole.marked)
    if not whole.known:
        return texts.plural("summary.marked", new) if new else texts("summary.none_marked")
    seen = [member.answered.kept.pseudonym for member in whole.known if member.put_off_until is None]
    put_off = [
        texts("summary.until", pseudonym=member.answered.kept.pseudonym, date=member.put_off_until)
        for member in whole.known
        if member.put_off_until is not None
    ]
    said = [
        texts.plural(key, len(codes), codes=codes_in_words(codes))
        for key, codes in (("summary.known_seen", seen), ("summary.known_put_off", put_off))
        if codes
    ]
    return texts.plural("summary.of_whom_known", new, known=Html(", ".join(said)))


def _alerts(whole: Whole) -> list[Html]:
    """How many, and of whom: also where they were seen as alerts, and their patient needs no look for them."""
    texts = whole.texts
    raised = [(each.seen, member.answered.kept.pseudonym) for member in whole.members for each in member.raised]
    counted = (
        ("summary.alerts_unseen", [code for seen, code in raised if not seen]),
        ("summary.alerts_seen", [code for seen, code in raised if seen]),
    )
    said = [
        texts.plural(key, len(codes), codes=codes_in_words([*dict.fromkeys(codes)])) for key, codes in counted if codes
    ]
    return [texts("summary.alerts", counts=Html(", ".join(said)))] if said else []


def _missing(whole: Whole) -> list[Html]:
    """Who is not in it, since they cannot be drawn. Whether they need a look is not known."""
    codes = [each.pseudonym for each in whole.undrawn]
    return [whole.texts("summary.undrawn", codes=codes_in_words(codes))] if codes else []


def _under_headings(groups: list[list[Member]], texts: Texts) -> list[Html]:
    """A paragraph each: who needs a look, who was seen or put off, the others."""
    lines: list[Html] = []
    for group, heading in zip(groups, ("", "summary.known", "summary.others"), strict=False):
        said = [_paragraph(member) for member in group]
        if said and heading and (lines or heading == "summary.known"):
            said[0] = Html(f"{texts(heading)}\n\n{said[0]}")
        lines += said
    return lines


def _read(asked: Asked) -> Whole:
    texts = texts_in(asked.language)
    with database_at(asked.database).reading() as session:
        team = teams.team_by_id(session, asked.team_id)
        noted, raised = looks.noted_of_team(session, team.id), _raised(session, team.id, asked.now, texts)
        members, undrawn = [], []
        for patient in patients.patients_of(session, team.id):
            if patient.status is PatientStatus.INVITED:
                continue
            try:
                answered = Answered(record.read(session, patient, asked.now), texts)
                member = Member(patient.id, answered, noted.get(patient.id), tuple(raised.get(patient.id, ())))
                # Here it is computed whether they need a look.
                members += _in_order([member])
            except DBAPIError:
                raise
            except Exception:
                undrawn.append(_undrawn(patient.id, patient.pseudonym))
        name, today = team.name, due.local_date(team.time_zone, asked.now)
    return Whole(name, today, _in_order(members), texts, tuple(undrawn))


def _in_order(members: list[Member]) -> list[Member]:
    """Whoever needs a look first."""
    by_answer = {id(member.answered): member for member in members}
    ordered = [by_answer[id(each)] for each in by_who_needs_a_look(_answered(members))]
    return sorted(ordered, key=_place)


def _raised(session: Session, team_id: int, now: datetime, texts: Texts) -> dict[int, list[Raised]]:
    """By patient. What may still be taken back is told to nobody, here either."""
    found: dict[int, list[Raised]] = {}
    for alert, rule in alerts.alerts_to_report(session, team_id, now - SINCE_THE_LAST_ONE, now - GRACE):
        about = questions.question_called(session, team_id, rule.item)
        said = Raised(
            alert.id,
            alert_letters.seen_words(alert, about, texts),
            seen=alert.acknowledged_at is not None,
            corrected=bool(alert_letters.corrections(alert, alert_jobs.values_for(session, alert, rule))),
        )
        found.setdefault(alert.patient_id, []).append(said)
    return found


def _place(member: Member) -> tuple[bool, bool, int, bool]:
    """Among equals the order stays."""
    return not member.needs_a_look, member.known is None, urgency(member.attention.reasons), not member.raised


def _answered(members: list[Member]) -> list[Answered]:
    return [member.answered for member in members]


def _pseudonyms(members: list[Member]) -> set[str]:
    return {member.answered.kept.pseudonym for member in members}


def _paragraph(member: Member) -> Html:
    return paragraph(member.answered, member.known, member.raised)


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
    caption = Html("\n".join([caption, *_missing(whole)]))
    if not shown and not whole.undrawn:
        return Drawn(None, caption)
    printed_pages = chart.summary_print(_team(whole, "summary.title", shown), _pages(printed))
    return Drawn(None, caption, printed_pages, undrawn=whole.undrawn)


def _pages(members: list[Member]) -> Iterator[ChartFacts]:
    """One at a time, so that a large team's do not all lie in memory. In words too: days, dates, what has changed."""
    for member in members:
        facts, texts = patient_facts(member.answered), member.answered.texts
        lines = [*alert_lines(member.raised, texts), *days_lines(member.answered)]
        said = tuple(plain(line) for line in lines)
        # There are no tables here to be pointed to.
        shown = plain(texts("summary.latest_courses", shown="{shown}", all="{all}"))
        yield replace(facts, findings=(*said, *facts.findings), texts=replace(facts.texts, latest_shown=shown))

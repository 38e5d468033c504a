"""Many values at once, as a table pasted behind `/import` or a CSV file: every fault by line and column, or a preview
and one confirmation for all of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import Session

from bot.dialogues.form import Form, Question, Values
from bot.filling import ALL_STAFF, LONGEST_LINE, PATIENTS, Filling, Procedure, begin, of_team
from bot.measuring import fault_words
from bot.measuring.measurement_words import entry_words
from bot.replies import Incoming, Reply, Say, Screen
from bot.team.team_done import undo_button
from bot.texts import Html, Texts, locales, plain, texts_in
from jobs import due, importing, measured_table
from jobs.csv_table import Fault
from jobs.importing import New, Table
from jobs.measured import Value
from jobs.refusals import Refusal
from storage.chats import Someone

# With room for the heading. What takes more than so many messages is sent as a file.
LONGEST_MESSAGE, MOST_MESSAGES = 3500, 3
# Into a page; in the chat a message ends by itself.
LONGEST_PASTED = 50_000
# Of the lines that the preview shows, of what it points at, and of the codes that it names.
MOST_LINES, MOST_CODES = 12, 40


@dataclass(frozen=True)
class ImportFacts:
    """What was pasted, against what is known now."""

    table: Table


def import_(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/import` and the table below it, in one message; alone, it waits for the table as the next one."""
    if not incoming.text.strip():
        return begin(WAITING, Filling(session, incoming, someone, {}), in_place=False)
    return _begun(session, incoming, someone, incoming.text)


def pasted(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """The table as a message of its own; where it has faults, another one is waited for."""
    return _begun(session, incoming, someone, incoming.text)


def takes(incoming: Incoming) -> bool:
    """Whether a document may be a table."""
    return incoming.file is not None and incoming.file.size <= measured_table.MOST_BYTES and not incoming.album


def sent(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A CSV file in place of the pasted table."""
    texts = texts_in(someone.chat.language)
    if incoming.album:
        # Which of several was confirmed would not be seen.
        return [] if incoming.repeated else [Say(Screen(texts("import.one_file")))]
    content = incoming.file.content if incoming.file is not None else None
    if not takes(incoming) or (content is not None and len(content) > measured_table.MOST_BYTES):
        return [Say(Screen(texts("import.file_too_big", most=measured_table.MOST_BYTES // 1000)))]
    if content is None:
        return [Say(Screen(texts("import.file_not_fetched")))]
    text = measured_table.text_of(content)
    if isinstance(text, Fault):
        return _faults((text,), texts)
    return _begun(session, incoming, someone, text)


def _begun(session: Session, incoming: Incoming, someone: Someone, text: str) -> list[Reply]:
    texts = texts_in(someone.chat.language)
    table = _reading(session, someone, incoming, text)()
    if table.faults:
        return _faults(table.faults, texts)
    if not table.new:
        return [Say(Screen(texts.plural("import.all_there", table.there)))]
    filling = Filling(session, incoming, someone, {"text": text, PATIENTS: list(table.patients)})
    return begin(IMPORT, filling, in_place=False)


def _reading(session: Session, someone: Someone, incoming: Incoming, text: str) -> Callable[[], Table]:
    team = someone.the_team
    today = due.local_date(team.time_zone, incoming.now)
    return lambda: importing.read(session, team.id, text, today, locales(someone.chat.language))


def _load(filling: Filling) -> ImportFacts:
    table = _reading(filling.session, filling.someone, filling.incoming, filling.subject["text"])()
    if table.faults or not table.new:
        raise Refusal("import.changed")
    return ImportFacts(table)


def _version(facts: ImportFacts) -> list[list[object]]:
    """Which lines are new, and what they end."""
    return [[new.line.number, str(new.ends) if new.ends else None] for new in facts.table.new]


def _faults(faults: tuple[Fault, ...], texts: Texts) -> list[Reply]:
    """Every one of them; of very many, in a file."""
    pages = _pages(faults, texts)
    if len(pages) <= MOST_MESSAGES:
        return [Say(Screen(text)) for text in pages]
    listed = "\r\n".join(plain(_fault(fault, texts)) for fault in faults)
    document = (plain(texts("import.faults_file")), listed.encode("utf-8-sig"))
    return [Say(Screen(texts.plural("import.faults", len(faults)), document=document))]


def _pages(faults: tuple[Fault, ...], texts: Texts) -> list[Html]:
    """Every fault, in as many messages as it takes."""
    pages, lines = [], [texts.plural("import.faults", len(faults))]
    for fault in faults:
        line = _fault(fault, texts)
        if sum(len(each.encode("utf-16-le")) // 2 + 1 for each in [*lines, line]) > LONGEST_MESSAGE:
            pages.append(Html("\n".join(lines)))
            lines = []
        lines.append(line)
    return [*pages, Html("\n".join(lines))]


def _fault(fault: Fault, texts: Texts) -> Html:
    wrong = fault_words.wrong(replace(fault, found=fault.found[:LONGEST_LINE]), texts)
    if fault.line is None:
        return wrong
    if fault.column is None:
        return texts("import.fault_line", line=fault.line, wrong=wrong)
    return texts("import.fault_cell", line=fault.line, column=fault.column[:LONGEST_LINE], wrong=wrong)


def _preview(texts: Texts, facts: ImportFacts, _values: Values) -> Html:
    table = facts.table
    there = Html("\n" + texts.plural("import.there", table.there)) if table.there else Html("")
    shown = sorted(table.new, key=lambda new: new.line.number)[:MOST_LINES]
    left = len(table.new) - len(shown)
    entries = [_entry(new, texts) for new in shown] + ([texts.plural("import.further", left)] if left else [])
    look = [_look(new, texts) for new in table.new if new.doubt is not None or new.ends is not None]
    more = len(look) - MOST_LINES
    pointed = [*look[:MOST_LINES], *([texts.plural("import.more", more)] if more > 0 else [])]
    days = sorted(_day(new) for new in table.new)
    return texts.plural(
        "import.preview",
        len(table.new),
        patients=_codes(table, texts),
        first=days[0],
        last=days[-1],
        there=there,
        entries=Html("\n".join(entries)),
        look=Html("\n\n" + "\n".join(pointed)) if pointed else Html(""),
    )


def _entry(new: New, texts: Texts) -> Html:
    """One line as it is understood."""
    said = entry_words(new.entry, texts)
    return texts("import.entry", number=new.line.number, pseudonym=new.patient.pseudonym, entry=said)


def _codes(table: Table, texts: Texts) -> Html:
    codes = sorted({new.patient.pseudonym for new in table.new})
    named = Html(", ".join(codes[:MOST_CODES]))
    more = len(codes) - MOST_CODES
    return Html(f"{named} {texts.plural('import.more_codes', more)}") if more > 0 else named


def _day(new: New) -> date:
    return new.entry.day if isinstance(new.entry, Value) else new.entry.start


def _look(new: New, texts: Texts) -> Html:
    """What the reader should look at once more before confirming."""
    said = []
    if new.doubt is not None:
        said.append(texts(new.doubt.key, **new.doubt.arguments))
    if new.ends is not None:
        last = _day(new) - timedelta(days=1)
        said.append(texts("import.ends", drug=new.ends.drug, since=new.ends.start, date=last))
    return texts("import.fault_line", line=new.line.number, wrong=Html(" ".join(said)))


def _apply(filling: Filling, _facts: ImportFacts, _values: Values) -> Screen:
    reading = _reading(filling.session, filling.someone, filling.incoming, filling.subject["text"])
    table = importing.store(filling.session, filling.actor, filling.team.id, reading, filling.now)
    texts = filling.texts
    done = texts.plural("import.done", len(table.new), patients=_codes(table, texts))
    return Screen(done, ((undo_button(filling, texts),),))


def _only_pasted(*_: object) -> Screen:
    """No button answers it."""
    raise Refusal("import.paste")


IMPORT = Procedure(Form("import", (), _preview), _load, _apply, _version, roles=ALL_STAFF)
WAITING = Procedure(
    Form(
        "import_table",
        (
            Question(
                "table",
                lambda texts, *_: texts("import.how", most=measured_table.MOST_LINES),
                lambda value, *_: value,
            ),
        ),
    ),
    of_team,
    _only_pasted,
    longest=LONGEST_PASTED,
    roles=ALL_STAFF,
)

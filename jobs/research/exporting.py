"""A team's diaries into a folder, one patient after the other: memory holds one of them at a time."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from jobs import own_data
from jobs.own_data import OwnData
from jobs.own_data.archive import UTF8
from jobs.own_data.cells import guarded
from jobs.own_data.collecting import in_words, item_set_row
from jobs.own_data.facts import ItemSetRow, OwnItemRow
from jobs.research import schema
from jobs.research.facts import About, Spoken, Wanted
from jobs.research.lines import diary_lines, dictionary_lines, lines_of, lines_of_rows
from jobs.research.schema import Table
from jobs.scores import STAIRS
from storage import audit, questions, research
from storage.models import Team, own_key


def export(session: Session, team: Team, folder: Path, wanted: Wanted, spoken: Spoken, now: datetime) -> About:
    """Writes the files of jobs.research.schema, and where wanted a bundle a patient, into `folder`, which is there.

    `now`: aware; about.csv alone says it, and the bundles. The team's own questions are numbered anew from 1, so that
    files do not depend on the database.
    """
    numbers = {each.key: own_key(k) for k, each in enumerate(questions.own_items_of(session, team.id), 1)}
    everyone = research.patients_with_a_diary(session, team.id, with_withdrawn=wanted.withdrawn)
    about = About(now.astimezone(UTC), team.name, len(everyone), wanted)
    patients = (_handed_out(own_data.collect_diary(session, each), numbers, wanted) for each in everyone)
    further = [STAIRS, *numbers.values()]
    with ExitStack() as files:
        tables = _open_tables(files, folder, session, team, numbers, further, about, spoken) if wanted.tables else {}
        for data in patients:
            for table, writer in tables.items():
                writer.writerows(diary_lines(data, further) if table is None else lines_of(table, data))
            if wanted.bundles:
                _put_bundle(folder / schema.BUNDLES, data, now, spoken)
            # What was read of one patient is let go before the next.
            session.expunge_all()
    (folder / schema.README).write_text(spoken.readme + "\n", encoding=UTF8, newline="\r\n")
    return about


def note_export(session: Session, team: Team, actor: str, patients: int, now: datetime) -> None:
    """Health data leaves the house: that is written down."""
    audit.record(session, team_id=team.id, at=now, actor=actor, action="data_exported", after={"patients": patients})


def _open_tables(
    files: ExitStack,
    folder: Path,
    session: Session,
    team: Team,
    numbers: Mapping[str, str],
    further: list[str],
    about: About,
    spoken: Spoken,
) -> dict[Table | None, Any]:
    """The files about patients, by table, with their headers; None for the days. What is the team's is written."""
    tables = [table for table in schema.TABLES if about.wanted.notes or table is not schema.NOTES]
    writers: dict[Table | None, Any] = {
        table: _writer(files, folder / table.file, [column.name for column in table.all_columns]) for table in tables
    }
    writers[None] = _writer(files, folder / schema.DIARY, [each.name for each in schema.diary_columns(further)])
    own = [row for each in questions.own_items_of(session, team.id) for row in in_words(each)]
    sets = [item_set_row(each) for each in research.sets_of_team(session, team.id)]
    writers.pop(schema.QUESTIONS).writerows(
        lines_of_rows(schema.QUESTIONS, [_item_renumbered(row, numbers) for row in own])
    )
    writers[schema.SETS].writerows(lines_of_rows(schema.SETS, [_set_renumbered(row, numbers) for row in sets]))
    beside: dict[str, Iterable[list[str]]] = {
        schema.ABOUT: [
            [each.name for each in schema.ABOUT_COLUMNS],
            *([name, guarded(value)] for name, value in about.lines(schema.VERSION).items()),
        ],
        schema.DICTIONARY: dictionary_lines(further, with_notes=about.wanted.notes),
        schema.WORDINGS: _wordings(spoken),
    }
    for file, lines in beside.items():
        _writer(files, folder / file).writerows(lines)
    return writers


def _wordings(spoken: Spoken) -> Iterator[list[str]]:
    yield [each.name for each in schema.WORDING_COLUMNS]
    for each in spoken.wordings:
        texts = (each.version, each.item, each.language, each.question, each.anchors)
        yield [guarded(text) for text in texts]


def _writer(files: ExitStack, path: Path, header: list[str] | None = None) -> Any:
    """RFC 4180: lines end in CR LF."""
    writer = csv.writer(files.enter_context(path.open("w", encoding=UTF8, newline="")), lineterminator="\r\n")
    if header is not None:
        writer.writerow(header)
    return writer


def _handed_out(data: OwnData, numbers: Mapping[str, str], wanted: Wanted) -> OwnData:
    """Without the chat, and without what patients wrote unless that is wanted; never what they removed of it."""
    return replace(
        data,
        who=replace(data.who, telegram_id=None, language=None, chat_created_at=None, unreachable_since=None),
        notes=tuple(note for note in data.notes if note.removed_at is None) if wanted.notes else (),
        answers=tuple(
            replace(each, item=numbers[each.item]) if each.item in numbers else each for each in data.answers
        ),
        own_items=tuple(_item_renumbered(each, numbers) for each in data.own_items),
        item_sets=tuple(_set_renumbered(each, numbers) for each in data.item_sets),
    )


def _item_renumbered(row: OwnItemRow, numbers: Mapping[str, str]) -> OwnItemRow:
    return replace(row, item=numbers[row.item])


def _set_renumbered(row: ItemSetRow, numbers: Mapping[str, str]) -> ItemSetRow:
    return row if row.items is None else replace(row, items=tuple(numbers.get(each, each) for each in row.items))


def _put_bundle(folder: Path, data: OwnData, now: datetime, spoken: Spoken) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{data.who.pseudonym}.json").write_bytes(own_data.fhir_bundle(data, now, spoken.fhir))

"""A team's diaries for research as one file in the chat: made in the worker process, which has the time."""

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.drawing.asked import Asked, Drawn, database_at
from bot.drawing.research_words import spoken
from bot.texts import texts_in
from jobs.research import Wanted, export, write_workbook
from jobs.research.packing import pack
from storage import teams
from storage.models import DrawingKind

# Telegram takes 50 MB of a bot; the rest is room for what goes with it.
MOST_BYTES = 49_000_000


def made(asked: Asked) -> Drawn:
    """A zip, or where Telegram would not take it, the words that say so."""
    texts = texts_in(asked.language)
    tables = asked.kind is DrawingKind.EXPORT_TABLES
    wanted = Wanted(tables=tables, workbook=tables, bundles=not tables)
    packed = io.BytesIO()
    with TemporaryDirectory() as made_in:
        folder = Path(made_in)
        with database_at(asked.database).snapshot() as session:
            team = teams.team_by_id(session, asked.team_id)
            about = export(session, team, folder, wanted, spoken(texts, wanted), asked.now)
        if wanted.workbook:
            write_workbook(folder)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            pack(folder, archive, asked.now)
    if packed.tell() > MOST_BYTES:
        return Drawn(None, texts("export.too_large"))
    return Drawn(None, texts.plural("export.caption", about.patients), packed.getvalue())

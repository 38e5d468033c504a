"""The words that an export for research needs, from the catalogues."""

from bot.drawing.own_copy import fhir_words
from bot.texts import Texts, languages, plain, texts_in
from jobs.research import Spoken, Wanted, Wording
from jobs.scores import ITEMS, STAIRS
from storage import diary


def spoken(texts: Texts, wanted: Wanted) -> Spoken:
    """In this language what is read; the bot's questions in every language in which they are asked."""
    parts = [plain(texts("export.readme"))]
    parts += [plain(texts("export.readme_notes" if wanted.notes else "export.readme_no_notes"))]
    parts += [plain(texts("export.readme_withdrawn" if wanted.withdrawn else "export.readme_no_withdrawn"))]
    return Spoken(tuple(_wordings()), "\n\n".join(parts), fhir_words(texts))


def _wordings() -> list[Wording]:
    return [
        Wording(
            diary.WORDING,
            item,
            language,
            plain(texts_in(language)(f"check_in.{item}.question")),
            plain(texts_in(language)(f"check_in.{item}.anchors")),
        )
        for item in (*ITEMS, STAIRS)
        for language in sorted(languages())
    ]

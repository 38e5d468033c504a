"""Templates, and how the catalogues' words get into them."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.desk.guard import FRAMED_BY
from bot.texts import Html, plain

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    # A text is escaped where it is filled in; everything else is escaped here.
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def markup(text: Html) -> Markup:
    """A text of the catalogues, between tags; its line breaks are the style sheet's (`.said`)."""
    return Markup(text)  # noqa: S704  (escaped by Texts, where it was filled in)


def bare(text: str) -> str:
    """The same without markup: for attributes, buttons and titles. Jinja escapes it."""
    return plain(Html(text))


TEMPLATES.filters.update(markup=markup, bare=bare)
TEMPLATES.globals["h"] = Html
TEMPLATES.globals["framed_by"] = FRAMED_BY

"""Sheets as a PDF on A4, drawn again as shapes and words: sharp at any size, and its words can be searched."""

from collections.abc import Iterable
from io import BytesIO

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.transforms import Affine2D

from jobs.chart.ink import path_of
from jobs.chart.sheet import Sheet, font_file

# In points, as PDF counts.
A4 = (595.276, 841.89)
_POINTS_AN_INCH = 72
_MARGIN = 28


def pdf(sheets: Iterable[Sheet]) -> bytes:
    """A page a sheet, as large as it fits between the margins. One sheet at a time is in memory, where they come so."""
    file = BytesIO()
    # 42: whole outlines of the typeface, which every reader shows alike. No date: the same facts give the same bytes.
    with (
        mpl.rc_context({"pdf.fonttype": 42}),
        PdfPages(file, metadata={"CreationDate": None, "Creator": None, "Producer": None}) as document,
    ):
        for sheet in sheets:
            document.savefig(_page(sheet))
    return file.getvalue()


def points_a_pixel(sheet: Sheet) -> float:
    """As large as the sheet fits between the margins."""
    width, height = A4
    return min((width - 2 * _MARGIN) / sheet.width, (height - 2 * _MARGIN) / max(sheet.height, 1))


def _page(sheet: Sheet) -> Figure:
    width, height = A4
    scale = points_a_pixel(sheet)
    figure = Figure(figsize=(width / _POINTS_AN_INCH, height / _POINTS_AN_INCH), dpi=_POINTS_AN_INCH, facecolor="white")
    placed = Affine2D().scale(scale, -scale).translate(_MARGIN, height - _MARGIN)
    in_points = Affine2D().scale(1 / _POINTS_AN_INCH) + figure.dpi_scale_trans
    for order, ink in enumerate(sheet.inks):
        patch = PathPatch(
            placed.transform_path(path_of(ink)),
            facecolor=ink.pen.fill or "none",
            edgecolor=ink.pen.edge or "none",
            linewidth=ink.pen.width * scale,
            linestyle="-" if ink.pen.dashes is None else (0, ink.pen.dashes),
            capstyle="butt",
            joinstyle="round",
            zorder=order,
        )
        patch.set_transform(in_points)
        figure.add_artist(patch)
    fonts = {bold: FontProperties(fname=font_file(bold)) for bold in (False, True)}
    for words in sheet.words:
        if not words.words:
            continue
        x, y = placed.transform((words.x, words.y))
        text = figure.text(x / width, y / height, words.words, color=words.colour, fontproperties=fonts[words.bold])
        text.set_fontsize(words.size * scale)
        # A dollar sign is a dollar sign.
        text.set_parse_math(False)
        if words.upwards:
            text.set(rotation=90, rotation_mode="anchor", ha="left", va="center")
        else:
            text.set(ha=words.align, va="baseline")
        text.set_zorder(len(sheet.inks))
    return figure

"""A sheet as PNG: shapes by matplotlib's Agg renderer, words by Pillow. Beside `jobs.chart.paper`, all that draws."""

from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from itertools import pairwise

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform
from PIL import Image, ImageColor, ImageDraw

from jobs.chart.sheet import Ink, Sheet, Words, font
from jobs.chart.style import COLOURS, LABEL

# At 72 dots an inch a point is a pixel, so that widths are pixels.
_DOTS_PER_INCH = 72
_WHITE = (255, 255, 255)
# Four bits a pixel: half the size of eight, and packed in half the time.
_BITS = 4
# Of zlib's levels, the last one before it takes ten times as long.
_PACKING = 6
# Beyond so many letters a page has no soft edges. A slanting line takes a letter's bytes for so many pixels of height.
_MANY_LETTERS = 2700
_HEIGHT_OF_A_LETTER = 27
# Words have few soft steps: two thirds of a page's bytes are words. Large ones have one; small ones, which a telephone
# shows at a third of their size, have none.
_SOFT = [0 if cover < 70 else 140 if cover < 180 else 255 for cover in range(256)]
_HARD = [0 if cover < 115 else 255 for cover in range(256)]


def png(sheet: Sheet) -> bytes:
    """The picture in the style's colours and no others: the same bytes for the same shapes.

    A page with much on it has no soft edges: they would take a sixth of its bytes.
    """
    soft = not _crowded(sheet)
    picture = _shapes(sheet, soft)
    for words in sheet.words:
        _write(picture, words, soft)
    file = BytesIO()
    picture.quantize(palette=_palette(), dither=Image.Dither.NONE).save(
        file, "PNG", bits=_BITS, compress_level=_PACKING
    )
    return file.getvalue()


def path_of(ink: Ink) -> Path:
    """In pixels of the sheet, y downwards."""
    vertices: list[tuple[float, float]] = []
    codes: list[int] = []
    for points in ink.shapes:
        vertices += points
        codes += [int(Path.MOVETO)] + [int(Path.LINETO)] * (len(points) - 1)
        if ink.closed:
            vertices.append(points[0])
            codes.append(int(Path.CLOSEPOLY))
    return Path(vertices, codes)


def _crowded(sheet: Sheet) -> bool:
    height = sum(abs(a[1] - b[1]) for ink in sheet.inks if ink.pen.edge for a, b in _slants(ink))
    letters = sum(len(words.words) for words in sheet.words)
    return letters + height / _HEIGHT_OF_A_LETTER > _MANY_LETTERS


def _slanting(ink: Ink) -> bool:
    return next(_slants(ink), None) is not None


def _slants(ink: Ink) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Those that lie along neither the rows nor the columns of pixels."""
    return ((a, b) for shape in ink.shapes for a, b in pairwise(shape) if a[0] != b[0] and a[1] != b[1])


def _shapes(sheet: Sheet, soft: bool) -> Image.Image:
    # Straight to the renderer: a figure with its artists takes as long again.
    renderer = RendererAgg(sheet.width, sheet.height, _DOTS_PER_INCH)  # type: ignore[no-untyped-call]
    everything = Path([(0, 0), (sheet.width, 0), (sheet.width, sheet.height), (0, sheet.height)], closed=False)
    context = renderer.new_gc()
    context.set_linewidth(0)
    renderer.draw_path(context, everything, IdentityTransform(), (1.0, 1.0, 1.0))  # type: ignore[no-untyped-call]
    # matplotlib's y goes upwards.
    upright = Affine2D().scale(1, -1).translate(0, sheet.height)
    for ink in sheet.inks:
        # The path itself is turned: only one without a transform snaps to whole pixels as it is.
        path = upright.transform_path(path_of(ink))
        context = renderer.new_gc()
        softly = soft and not ink.pen.sharp
        # A slanting line without soft edges fills every pixel that it touches, and looks wider by about as much.
        width = ink.pen.width if softly or not _slanting(ink) else max(ink.pen.width - 0.8, 1)
        context.set_linewidth(width if ink.pen.edge else 0)
        if ink.pen.edge:
            context.set_foreground(ink.pen.edge)
        if ink.pen.dashes:
            context.set_dashes(0, [part * ink.pen.width for part in ink.pen.dashes])
        context.set_capstyle("butt")
        context.set_joinstyle("round")
        context.set_antialiased(softly)
        fill = None if ink.pen.fill is None else to_rgba(ink.pen.fill)
        renderer.draw_path(context, path, IdentityTransform(), fill)  # type: ignore[no-untyped-call]
    size = (sheet.width, sheet.height)
    return Image.frombytes("RGB", size, renderer.buffer_rgba(), "raw", "RGBX")  # type: ignore[no-untyped-call]


def _write(picture: Image.Image, words: Words, soft: bool) -> None:
    if not words.words:
        return
    mask, left, top = _mask(words.words, words.size, words.bold, soft)
    x, y = round(words.x), round(words.y)
    if words.upwards:
        turned = mask.transpose(Image.Transpose.ROTATE_90)
        # Small letters are about half as high as their size: so the words look centred.
        picture.paste(words.colour, (round(words.x + words.size * 0.35) + top, y - left - turned.height), turned)
        return
    shift = {"left": 0.0, "center": 0.5, "right": 1.0}[words.align] * font(words.size, words.bold).getlength(
        words.words
    )
    picture.paste(words.colour, (round(x - shift) + left, y + top), mask)


@lru_cache(maxsize=4096)
def _mask(words: str, size: int, bold: bool, soft: bool) -> tuple[Image.Image, int, int]:
    """The words' shape, and where its left upper corner lies from the start of their baseline.

    Kept: a page's months, numbers and keys are those of the page before.
    """
    typeface = font(size, bold)
    left, top, right, bottom = (round(edge) for edge in typeface.getbbox(words, anchor="ls"))
    mask = Image.new("L", (max(right - left, 1), max(bottom - top, 1)))
    ImageDraw.Draw(mask).text((-left, -top), words, 255, typeface, "ls")
    return mask.point(_SOFT if soft and size > LABEL else _HARD), left, top


@lru_cache(maxsize=1)
def _palette() -> Image.Image:
    """White and the style's colours, whose greys serve as soft edges too.

    A palette of its own for each picture would cost four times as long, and turn white to nearly white.
    """
    colours = [_WHITE, *(ImageColor.getrgb(colour)[:3] for colour in COLOURS)]
    if len(colours) > 2**_BITS:
        raise ValueError(f"{len(colours)} colours: at most {2**_BITS} fit into {_BITS} bits")
    picture = Image.new("P", (1, 1))
    padding = [_WHITE] * (2**_BITS - len(colours))
    picture.putpalette([part for colour in (*colours, *padding) for part in colour])
    return picture

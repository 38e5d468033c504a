"""Words into the room there is: by a shorter name, wrapped, and at last with an ellipsis.

Nothing vanishes unseen: where words are cut, the ellipsis says so.
"""

import re
from collections.abc import Iterable, Sequence

from jobs.chart.sheet import text_width

ELLIPSIS = "…"
# Any space but those that forbid it: in French one stands before a colon and a percent sign.
_BREAKABLE = re.compile(r"[^\S\u00a0\u202f]+")
_NO_BREAK = re.compile(r"[\u00a0\u202f]")


def wrapped(words: str, size: int, width: float, bold: bool = False) -> list[str]:
    """The words in lines of at most `width` pixels; a word wider than that is broken.

    What a no-break space holds together is one word, and broken there first.
    """
    return _lines(_BREAKABLE.split(words), " ", size, width, bold)


def shortened(words: str, size: int, width: float, bold: bool = False) -> str:
    """As much of the words as has room, and an ellipsis where they are cut; nothing where no letter has room."""
    if text_width(words, size, bold) <= width:
        return words
    cuts = (words[:length].rstrip() + ELLIPSIS for length in range(len(words) - 1, 0, -1))
    return next((cut for cut in cuts if text_width(cut, size, bold) <= width), "")


def in_lines(candidates: Sequence[str], size: int, width: float, most: int, bold: bool = False) -> list[str]:
    """The first candidate that has room in one line; else the last one in `most` lines, cut where these end."""
    whole = next((words for words in candidates if text_width(words, size, bold) <= width), None)
    lines = wrapped(candidates[-1], size, width, bold) if whole is None else [whole]
    if len(lines) > most:
        # What has no line of its own goes on behind the last one, where the ellipsis cuts it.
        lines[most - 1 :] = [shortened(" ".join(lines[most - 1 :]), size, width, bold)]
    # Where not even a letter has room, nothing is written rather than something beside its place.
    return [line for line in lines if line] if all(text_width(line, size, bold) <= width for line in lines) else []


def _lines(words: Iterable[str], space: str, size: int, width: float, bold: bool) -> list[str]:
    lines: list[str] = []
    for word in filter(None, words):
        longer = f"{lines[-1]}{space}{word}" if lines else word
        if lines and text_width(longer, size, bold) <= width:
            lines[-1] = longer
        else:
            lines += _pieces(word, size, width, bold)
    return lines


def _pieces(word: str, size: int, width: float, bold: bool) -> list[str]:
    """The word, broken where the width ends; at least a letter a piece."""
    held = [part for part in _NO_BREAK.split(word) if part]
    if len(held) > 1 and text_width(word, size, bold) > width:
        return _lines(held, "\u00a0", size, width, bold)
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, size, bold) > width:
            pieces.append(letter)
        else:
            pieces[-1] += letter
    return pieces

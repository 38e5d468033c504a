"""How much higher the week before each course was: a mark and its interval a course, and each regimen's together."""

from dataclasses import dataclass

from jobs.chart import style
from jobs.chart.answer import CourseMark, RegimenMark, SymptomAnswer
from jobs.chart.calendar import KeyEntry, draw_heading, draw_hollow_box, draw_key, draw_levels
from jobs.chart.facts import ChartFacts
from jobs.chart.fitting import in_lines, shortened, wrapped
from jobs.chart.shapes import goes_on, points_axis, signed, whole_numbers
from jobs.chart.sheet import Frame, Sheet, text_width

# As many as leave room for a mean such as 4.0 under each; the case's twenty courses and two regimens take 23.
MOST_SLOTS = 23.0
FEWEST_SLOTS = 8.0
# Regimens that have a line to themselves; those before them share one.
MOST_LINES = 4
_HEIGHT = 196
_TOGETHER = 1.2
_BETWEEN = 0.3
_BAND_LINE = 28
_MEAN = 27
_COLUMN = 0.8
# Slots narrower than this are striped, so that the means of neighbours are not read as one number.
_STRIPED = 60
_LEFT = 70
_WIDTH = style.WIDTH - _LEFT - 16
_ROOM = style.WIDTH - 40
# Points beyond the axis's ends, so that a mark on one is whole.
_MARGIN = 0.15


@dataclass(frozen=True)
class Group:
    """A regimen's courses that are shown, from slot `first`, and then the regimen together where it has an estimate."""

    regimen: RegimenMark
    courses: tuple[CourseMark, ...]
    first: float

    @property
    def marks(self) -> tuple[CourseMark | RegimenMark, ...]:
        return (*self.courses, self.regimen)

    @property
    def slots(self) -> float:
        return len(self.courses) + (_TOGETHER if self.regimen.estimate is not None else 0.0)


def groups_shown(answer: SymptomAnswer, most_slots: float = MOST_SLOTS) -> tuple[Group, ...]:
    """The latest courses that fit, by regimen in order of first use."""
    kept: list[CourseMark] = []
    for mark in reversed(answer.courses):
        if _slots(answer, [*kept, mark]) > most_slots + 1e-9:
            break
        kept.append(mark)
    groups: list[Group] = []
    first = 0.0
    for regimen in answer.regimens:
        own = tuple(mark for mark in reversed(kept) if mark.regimen == regimen.regimen)
        if own:
            groups.append(Group(regimen, own, first))
            first += groups[-1].slots + _BETWEEN
    return tuple(groups)


def points_shown(groups: tuple[Group, ...], threshold: float) -> tuple[int, int]:
    """The axis of all marks that are shown."""
    marks = [mark for group in groups for mark in group.marks]
    middles = [mark.difference if isinstance(mark, CourseMark) else mark.estimate for mark in marks]
    ends = [end for mark in marks for end in (mark.low, mark.high) if end is not None]
    return points_axis([middle for middle in middles if middle is not None], ends, threshold)


def draw_forest(sheet: Sheet, facts: ChartFacts, top: float) -> float:
    """Draws from `top` downwards, and returns where it ends."""
    texts, answer = facts.texts, facts.answers[0]
    y = draw_heading(sheet, top + 34, texts.forest_title)
    groups = groups_shown(answer)
    if not groups:
        sheet.text(20, y + 42, texts.nothing_to_compare, style.LABEL, style.QUIET)
        return y + 56
    y = _draw_lines(sheet, answer, texts.separator, y)
    shown = sum(len(group.courses) for group in groups)
    if shown < len(answer.courses):
        of = len(answer.courses)
        for line in wrapped(texts.latest_shown.format(shown=shown, all=of, earlier=of - shown), style.SMALL, _ROOM):
            sheet.text(20, y + 34, line, style.SMALL, style.QUIET)
            y += 30
    low, high = points_shown(groups, facts.threshold)
    y = draw_key(sheet, _key(facts, groups, (low, high)), 20, y + 12, _ROOM)
    # Few courses are not spread over the whole page: they would no longer be seen together.
    slots = max(groups[-1].first + groups[-1].slots, FEWEST_SLOTS)
    slot = _WIDTH / slots
    names = [
        in_lines((group.regimen.label, group.regimen.label_short), style.SMALL, group.slots * slot - 8, 2)
        for group in groups
    ]
    band = 10 + _BAND_LINE * max(1, *(len(lines) for lines in names))
    frame = Frame(_LEFT, y + band + 8, _WIDTH, _HEIGHT, 0, slots, low - _MARGIN, high + _MARGIN)
    draw_points(sheet, frame, facts.threshold)
    for position, (group, lines) in enumerate(zip(groups, names, strict=True)):
        left, right = frame.x(group.first) + 2, frame.x(group.first + group.slots) - 2
        colour = style.BAND_ALTERNATE if position % 2 else style.BAND
        sheet.rectangles([(left, frame.top - band - 4, right - left, band)], colour)
        first = frame.top - 4 - band / 2 + 9 - _BAND_LINE * (len(lines) - 1) / 2
        sheet.text_lines((left + right) / 2, first, lines, _BAND_LINE, style.SMALL, style.INK, "center")
        _draw_group(sheet, frame, group)
    y = frame.bottom + 56 + 2 * _MEAN
    middle = max(_LEFT + _WIDTH / 2, text_width(texts.forest_axis, style.SMALL) / 2 + 20)
    sheet.text(middle, y, texts.forest_axis, style.SMALL, style.QUIET, "center")
    return y + 6


def draw_points(sheet: Sheet, frame: Frame, threshold: float) -> None:
    """Levels in whole points, the line of no difference, and the threshold dashed."""
    named = whole_numbers(frame.y_low, frame.y_high, frame.height / 24)
    draw_levels(sheet, frame, {at: signed(at) for at in named})
    sheet.lines([[(frame.left, frame.y(0)), (frame.right, frame.y(0))]], style.QUIET, 3)
    at = frame.y(threshold)
    sheet.lines([[(frame.left, at), (frame.right, at)]], style.LIMIT, 3, (4, 2))


def _slots(answer: SymptomAnswer, kept: list[CourseMark]) -> float:
    names = {mark.regimen for mark in kept}
    shown = [regimen for regimen in answer.regimens if regimen.regimen in names]
    together = sum(_TOGETHER for regimen in shown if regimen.estimate is not None)
    return len(kept) + together + _BETWEEN * (len(shown) - 1)


def _draw_lines(sheet: Sheet, answer: SymptomAnswer, separator: str, y: float) -> float:
    """What was found, in words: a line for each of the latest regimens, and the earlier ones together before them."""
    earlier, latest = answer.regimens[:-MOST_LINES], answer.regimens[-MOST_LINES:]
    said = [separator.join(regimen.line_short for regimen in earlier)] if earlier else []
    for words in (*said, *(regimen.line for regimen in latest)):
        for number, line in enumerate(wrapped(words, style.SMALL, style.WIDTH - 60)):
            sheet.text(20 if number == 0 else 40, y + 36, line, style.SMALL, style.INK)
            y += 30
    return y


def _draw_group(sheet: Sheet, frame: Frame, group: Group) -> None:
    width = frame.width / frame.x_high
    for slot, mark in enumerate(group.courses):
        x = frame.x(group.first + slot + 0.5)
        if slot % 2 and width < _STRIPED and (mark.before or mark.settled):
            sheet.rectangles([(x - width / 2, frame.bottom + 4, width, 32 + 2 * _MEAN)], style.BAND)
        sheet.text(x, frame.bottom + 26, str(mark.course), style.SMALL, style.TOGETHER, "center", bold=True)
        for row, mean in enumerate((mark.before, mark.settled), start=1):
            sheet.text(x, frame.bottom + 26 + row * _MEAN, mean, style.SMALL, style.QUIET, "center")
        if mark.difference is None:
            _draw_words(sheet, frame, x, mark.words)
        else:
            _draw_course(sheet, frame, x, mark)
    if group.regimen.estimate is not None:
        _draw_together(sheet, frame, frame.x(group.first + group.slots - _TOGETHER / 2), group.regimen)


def _draw_course(sheet: Sheet, frame: Frame, x: float, mark: CourseMark) -> None:
    assert mark.difference is not None
    if mark.low is not None and mark.high is not None:
        _draw_interval(sheet, frame, x, mark.low, mark.high, style.INK, 3, (2, 1) if mark.provisional else None)
    y = frame.y(mark.difference)
    if mark.provisional:
        draw_hollow_box(sheet, x, y, style.INK)
    else:
        sheet.dots([(x, y)], 9, style.INK)


def _draw_together(sheet: Sheet, frame: Frame, x: float, regimen: RegimenMark) -> None:
    assert regimen.estimate is not None
    if regimen.low is not None and regimen.high is not None:
        _draw_interval(sheet, frame, x, regimen.low, regimen.high, style.TOGETHER, 7, None)
    sheet.diamonds([(x, frame.y(regimen.estimate))], 17, style.TOGETHER)


def _draw_interval(
    sheet: Sheet,
    frame: Frame,
    x: float,
    low: float,
    high: float,
    colour: str,
    width: float,
    dashes: tuple[float, float] | None,
) -> None:
    """With a bar at each end that is on the axis, and an arrow where the interval goes on beyond it."""
    bottom, top = frame.y(max(low, frame.y_low)), frame.y(min(high, frame.y_high))
    ends = ((bottom, low < frame.y_low, 1), (top, high > frame.y_high, -1))
    # The line ends within the arrow's head, whose tip stays sharp.
    line = [(x, y - 8 * away if cut else y) for y, cut, away in ends]
    sheet.lines([line], colour, width, dashes)
    sheet.lines([[(x - 7, y), (x + 7, y)] for y, cut, _ in ends if not cut], colour, width)
    for y, cut, away in ends:
        if cut:
            sheet.arrows([(x, y)], (0, away), colour)


def _draw_words(sheet: Sheet, frame: Frame, x: float, words: str) -> None:
    """A grey column with the words why there is no difference."""
    width = min(_COLUMN * frame.width / frame.x_high, 60)
    sheet.rectangles([(x - width / 2, frame.top, width, frame.height)], style.NOT_ENOUGH)
    written = shortened(words, style.SMALL, frame.height - 12)
    sheet.text(x, frame.bottom - 6, written, style.SMALL, style.QUIET, upwards=True)


def _key(facts: ChartFacts, groups: tuple[Group, ...], axis: tuple[int, int]) -> list[KeyEntry]:
    """Only the signs that occur."""
    texts = facts.texts
    marks = [mark for group in groups for mark in group.courses]
    intervals = [mark for group in groups for mark in group.marks]
    ends = (axis[0] - _MARGIN, axis[1] + _MARGIN)
    entries = [
        (any(m.difference is not None and not m.provisional for m in marks), "dot", style.INK, texts.single_course),
        (any(mark.provisional for mark in marks), "hollow_box", style.INK, texts.provisional_course),
        (any(g.regimen.estimate is not None for g in groups), "diamond", style.TOGETHER, texts.regimen_together),
        (any(goes_on(each.low, each.high, *ends) for each in intervals), "arrow", style.INK, texts.cut_interval),
        (True, "dashes", style.LIMIT, texts.threshold),
    ]
    return [KeyEntry(mark, colour, words) for occurs, mark, colour, words in entries if occurs]  # type: ignore[arg-type]

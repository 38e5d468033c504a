"""How much higher the week before each course was: a mark and its interval a course, and each regimen's together."""

from dataclasses import dataclass
from math import ceil, floor

from jobs.chart import style
from jobs.chart.answer import CourseMark, RegimenMark, SymptomAnswer
from jobs.chart.calendar import KeyEntry, draw_heading, draw_key, draw_levels
from jobs.chart.facts import ChartFacts
from jobs.chart.sheet import Frame, Sheet, first_fitting, text_width, wrapped

MOST_SLOTS = 22.0
FEWEST_SLOTS = 8.0
MOST_LINES = 4
_HEIGHT = 216
_TOGETHER = 1.4
_BETWEEN = 0.4
_BAND = 38
_MEAN = 28
_COLUMN = 0.8
# Beyond the outermost difference, how far an interval is drawn: a wide one must not flatten all others.
_REACH = 4.0


@dataclass(frozen=True)
class Group:
    """A regimen's courses that are shown, from slot `first`, and then the regimen together where it has an estimate."""

    regimen: RegimenMark
    courses: tuple[CourseMark, ...]
    first: float

    @property
    def slots(self) -> float:
        return len(self.courses) + (_TOGETHER if self.regimen.estimate is not None else 0.0)


def groups_shown(answer: SymptomAnswer, most_slots: float = MOST_SLOTS) -> tuple[Group, ...]:
    """The latest courses that fit, by regimen in order of first use."""
    kept: list[CourseMark] = []
    for mark in reversed(answer.courses):
        if _slots(answer, [*kept, mark]) > most_slots:
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


def points_shown(groups: tuple[Group, ...], threshold: float) -> tuple[float, float]:
    """The axis, whole points: 0, the threshold and every mark on it; intervals as far as `_REACH` beyond the marks."""
    marks = [mark for group in groups for mark in group.courses]
    middles = [mark.difference for mark in marks if mark.difference is not None]
    middles += [group.regimen.estimate for group in groups if group.regimen.estimate is not None]
    ends = [end for mark in marks for end in (mark.low, mark.high) if end is not None]
    ends += [end for group in groups for end in (group.regimen.low, group.regimen.high) if end is not None]
    low, high = min([-1.0, *middles]), max([threshold + 1, *middles])
    outer = [min(max(end, low - _REACH), high + _REACH) for end in ends]
    return floor(min([low, *outer])), ceil(max([high, *outer]))


def draw_forest(sheet: Sheet, facts: ChartFacts, top: float) -> float:
    """Draws from `top` downwards, and returns where it ends."""
    texts, answer = facts.texts, facts.answers[0]
    y = top + 34
    draw_heading(sheet, y, texts.forest_title)
    groups = groups_shown(answer)
    if not groups:
        sheet.text(20, y + 42, texts.nothing_to_compare, style.LABEL, style.QUIET)
        return y + 56
    y = _draw_lines(sheet, answer, groups, y)
    shown = sum(len(group.courses) for group in groups)
    if shown < len(answer.courses):
        words = texts.latest_shown.format(shown=shown, all=len(answer.courses))
        sheet.text(20, y + 34, words, style.SMALL, style.QUIET)
        y += 34
    y = draw_key(sheet, _key(facts, groups), 20, y + 12, style.WIDTH - 40)
    # Few courses are not spread over the whole page: they would no longer be seen together.
    slots = max(groups[-1].first + groups[-1].slots, FEWEST_SLOTS)
    low, high = points_shown(groups, facts.threshold)
    frame = Frame(style.LEFT, y + _BAND + 8, style.PLOT_WIDTH, _HEIGHT, 0, slots, low - 0.15, high + 0.15)
    draw_points(sheet, frame, facts.threshold)
    for position, group in enumerate(groups):
        _draw_group(sheet, frame, group, position)
    y = frame.bottom + 60 + 2 * _MEAN
    middle = max(style.LEFT + style.PLOT_WIDTH / 2, text_width(texts.forest_axis, style.SMALL) / 2 + 20)
    sheet.text(middle, y, texts.forest_axis, style.SMALL, style.QUIET, "center")
    return y + 6


def draw_points(sheet: Sheet, frame: Frame, threshold: float) -> None:
    """Levels in whole points, the line of no difference, and the threshold dashed."""
    low, high = ceil(frame.y_low), floor(frame.y_high)
    step = next((step for step in (1, 2, 5) if (high - low) / step <= frame.height / 30), 10)
    named = [at for at in range(low, high + 1) if at % step == 0]
    draw_levels(sheet, frame, {at: f"+{at}" if at > 0 else f"−{-at}" if at else "0" for at in named})
    sheet.lines([[(frame.left, frame.y(0)), (frame.right, frame.y(0))]], style.QUIET, 3)
    at = frame.y(threshold)
    sheet.lines([[(frame.left, at), (frame.right, at)]], style.LIMIT, 3, (4, 2))


def _slots(answer: SymptomAnswer, kept: list[CourseMark]) -> float:
    names = {mark.regimen for mark in kept}
    shown = [regimen for regimen in answer.regimens if regimen.regimen in names]
    together = sum(_TOGETHER for regimen in shown if regimen.estimate is not None)
    return len(kept) + together + _BETWEEN * (len(shown) - 1)


def _draw_lines(sheet: Sheet, answer: SymptomAnswer, groups: tuple[Group, ...], y: float) -> float:
    """What was found, in words: a line for each of the latest regimens, wrapped where it must be."""
    named = [regimen for regimen in answer.regimens if any(group.regimen is regimen for group in groups)]
    for regimen in named[-MOST_LINES:]:
        for number, line in enumerate(wrapped(regimen.line, style.SMALL, style.WIDTH - 60)):
            sheet.text(20 if number == 0 else 40, y + 38, line, style.SMALL, style.INK)
            y += 33
    return y


def _draw_group(sheet: Sheet, frame: Frame, group: Group, position: int) -> None:
    left, right = frame.x(group.first), frame.x(group.first + group.slots)
    band = (left + 2, frame.top - _BAND - 4, right - left - 4, _BAND)
    sheet.rectangles([band], style.BAND_ALTERNATE if position % 2 else style.BAND)
    names = (group.regimen.label, group.regimen.label_short)
    name, size = first_fitting(names, (style.SMALL, style.SMALLEST), band[2] - 4)
    sheet.text((left + right) / 2, frame.top - 15, name, size, style.INK, "center")
    for slot, mark in enumerate(group.courses):
        x = frame.x(group.first + slot + 0.5)
        sheet.text(x, frame.bottom + 28, str(mark.course), style.SMALL, style.TOGETHER, "center", bold=True)
        for row, mean in enumerate((mark.before, mark.settled)):
            written, size = first_fitting((mean,), (style.SMALL, style.SMALLEST), frame.width / frame.x_high - 2)
            sheet.text(x, frame.bottom + 28 + (row + 1) * _MEAN, written, size, style.QUIET, "center")
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
    at = (x, frame.y(mark.difference))
    if mark.provisional:
        sheet.dots([at], 10, "white", style.INK, 3)
    else:
        sheet.dots([at], 9, style.INK)


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
    """With a bar at each end that is on the axis; without one where the interval goes on beyond it."""
    bottom, top = frame.y(max(low, frame.y_low)), frame.y(min(high, frame.y_high))
    sheet.lines([[(x, bottom), (x, top)]], colour, width, dashes)
    ends = [y for y, inside in ((bottom, low >= frame.y_low), (top, high <= frame.y_high)) if inside]
    sheet.lines([[(x - 7, y), (x + 7, y)] for y in ends], colour, width)


def _draw_words(sheet: Sheet, frame: Frame, x: float, words: str) -> None:
    """A grey column with the words why there is no difference."""
    width = _COLUMN * frame.width / frame.x_high
    width = min(width, 60)
    sheet.rectangles([(x - width / 2, frame.top, width, frame.height)], style.NOT_ENOUGH)
    words, size = first_fitting((words,), (style.SMALL, style.SMALLEST), frame.height - 12)
    sheet.text(x, frame.bottom - 6, words, size, style.QUIET, upwards=True)


def _key(facts: ChartFacts, groups: tuple[Group, ...]) -> list[KeyEntry]:
    """Only the signs that occur."""
    texts = facts.texts
    marks = [mark for group in groups for mark in group.courses]
    entries = [
        (any(m.difference is not None and not m.provisional for m in marks), "dot", style.INK, texts.single_course),
        (any(mark.provisional for mark in marks), "hollow", style.INK, texts.provisional_course),
        (any(g.regimen.estimate is not None for g in groups), "diamond", style.TOGETHER, texts.regimen_together),
        (any(mark.difference is None for mark in marks), "box", style.NOT_ENOUGH, texts.not_enough),
        (True, "dashes", style.LIMIT, texts.threshold),
    ]
    return [KeyEntry(mark, colour, words) for occurs, mark, colour, words in entries if occurs]  # type: ignore[arg-type]

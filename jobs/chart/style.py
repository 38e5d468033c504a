"""Sizes and colours of the charts, in pixels of a sheet that a telephone shows at a third of its width.

Told apart without colour too: every pair that matters also differs in lightness or in form.
"""

WIDTH = 1080
LEFT = 78
RIGHT = 26
PLOT_WIDTH = WIDTH - LEFT - RIGHT

TITLE = 46
SENTENCE = 34
HEADING = 32
WARNING = 30
LABEL = 28
# Nothing in a picture is smaller: 8 pixels on a telephone that shows it at 360.
SMALL = 24
# Nothing on paper is smaller: more than 6 points on its sheets.
PRINTED = 20

INK = "#1a1a1a"
QUIET = "#5c5c5c"
GRID = "#dedede"
COURSE = "#6f9fc8"
WEEK_BEFORE = "#fbdfae"
BAND = "#e4ebf3"
BAND_ALTERNATE = "#cbd9e8"
MISSING = "#b34700"
NOT_ASKED = "#9a9a9a"
EARLIER = "#adadad"
RUNNING = MISSING
TOGETHER = "#1f5f99"
STEROID = "#b9b2a3"
NOT_ENOUGH = "#ededed"
LIMIT = "#7a3db8"

COLOURS = (
    INK,
    QUIET,
    GRID,
    COURSE,
    WEEK_BEFORE,
    BAND,
    BAND_ALTERNATE,
    MISSING,
    NOT_ASKED,
    EARLIER,
    TOGETHER,
    STEROID,
    NOT_ENOUGH,
    LIMIT,
)

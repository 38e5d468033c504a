"""The cells of the simulation, each beside the figures that the method's document prints for it."""

from dataclasses import dataclass, replace

from jobs.wearing_off.simulation import Cell, Flares, Moving, Part


@dataclass(frozen=True)
class Figures:
    """As the document prints them; None where it says nothing."""

    up: float
    coverage: float | None = None
    mean: float | None = None
    half: float | None = None


@dataclass(frozen=True)
class Row:
    cell: Cell
    document: Figures | None = None


def one(name: str, cycles: int, rise: float = 0.0, **rest: object) -> Cell:
    """A cell with a single regimen."""
    return replace(Cell(name, (Part("A", cycles, rise),)), **rest)  # type: ignore[arg-type]


def _power() -> list[Row]:
    document = {
        3: ((0.126, 0.377, 0.691), 0.957, (0.57, 1.14, 1.71), 1.30),
        5: ((0.191, 0.602, 0.908), 0.955, (0.56, 1.14, 1.71), 0.98),
        8: ((0.314, 0.836, 0.988), 0.955, (0.57, 1.14, 1.71), 0.75),
        15: ((0.543, 0.985), 0.948, (0.57, 1.14), 0.54),
    }
    return [
        Row(one(f"A = {rise}, K = {cycles}", cycles, rise), Figures(up, coverage, mean, half))
        for cycles, (ups, coverage, means, half) in document.items()
        for rise, (up, mean) in enumerate(zip(ups, means, strict=True), start=1)
    ]


TABLE = [
    Row(one("no effect, rho 0.5, K = 5", 5, rho=0.5), Figures(0.015, 0.972, 0.0, 0.90)),
    Row(one("no effect, rho 0.65, K = 5", 5), Figures(0.023, 0.950, 0.0, 0.98)),
    Row(one("no effect, rho 0.8, K = 5", 5, rho=0.8), Figures(0.029, 0.938, 0.0, 1.01)),
    Row(one("no effect, K = 3", 3), Figures(0.021, 0.959, 0.0, 1.31)),
    Row(one("no effect, K = 8", 8), Figures(0.024, 0.954, 0.0, 0.75)),
    Row(one("no effect, K = 15", 15), Figures(0.019, 0.957, 0.0, 0.54)),
    Row(one("no effect, trend +4, K = 5", 5, trend=4.0), Figures(0.022, 0.953, 0.0, 0.98)),
    Row(one("no effect, trend -4, K = 5", 5, trend=-4.0), Figures(0.021, 0.960, 0.0, 0.98)),
    *_power(),
    Row(one("A = 2, trend -4, K = 8", 8, 2, trend=-4.0), Figures(0.837, 0.957, 1.14, 0.76)),
    Row(one("A = 2, K = 8, missing 20 % at random", 8, 2, missing=0.2), Figures(0.781, 0.962, 1.14, 0.80)),
    Row(one("A = 2, K = 8, missing 35 % at random", 8, 2, missing=0.35), Figures(0.665, 0.956, 1.14, 0.91)),
    Row(one("A = 2, K = 8, missing 50 % at random", 8, 2, missing=0.5), Figures(0.421, 0.958, 1.14, 1.23)),
    Row(
        one("no effect, K = 8, missing 35 % when well", 8, missing=0.35, missing_how="when_well"),
        Figures(0.032, 0.954, 0.10, 1.03),
    ),
    Row(
        one("no effect, K = 8, missing 50 % when well", 8, missing=0.5, missing_how="when_well"),
        Figures(0.024, 0.960, 0.25, 1.43),
    ),
    Row(one("floor: mu 0.5, A = 0, K = 5", 5, mean=0.5), Figures(0.019, 0.959, 0.0, 0.69)),
    Row(one("floor: mu 0.5, A = 2, K = 5", 5, 2, mean=0.5), Figures(0.631, 0.939, 0.95, 0.78)),
    Row(one("floor: mu 0.5, A = 3, K = 5", 5, 3, mean=0.5), Figures(0.934, 0.931, 1.50, 0.80)),
    Row(
        one("A = 0, interval 28, L = 5, K = 5", 5, 0, intervals=(28, 28), course_days=5),
        Figures(0.024, 0.953, 0.0, 0.94),
    ),
    Row(
        one("A = 2, interval 28, L = 5, K = 5", 5, 2, intervals=(28, 28), course_days=5),
        Figures(0.651, 0.955, 1.14, 0.94),
    ),
    Row(one("no effect, sd 2, K = 8", 8, sd=2.0), Figures(0.023, 0.958, 0.0, 1.26)),
    # With the floor of the scale further away, the document's half-width comes out: see docs/method.md.
    Row(one("no effect, sd 2, mu 4, K = 8", 8, sd=2.0, mean=4.0), Figures(0.023, 0.958, 0.0, 1.26)),
    # The document names this weak spot and its coverage alone.
    Row(one("no effect, rho 0.9, K = 3", 3, rho=0.9), Figures(0.045, 0.91)),
]

# (returns, possible or returns), each by 3, 5, 8 and 15 completed courses
Ever = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class LookRow:
    cell: Cell
    document: Ever | None = None


LOOKS = [
    LookRow(one("no effect", 15), ((0.003, 0.010, 0.014, 0.014), (0.018, 0.027, 0.032, 0.032))),
    LookRow(one("no effect, rho 0.8", 15, rho=0.8), ((0.006, 0.016, 0.021, 0.022), (0.024, 0.033, 0.037, 0.038))),
    LookRow(
        one("no effect, sd 2, rho 0.8", 15, sd=2.0, rho=0.8),
        ((0.006, 0.028, 0.042, 0.057), (0.029, 0.054, 0.074, 0.093)),
    ),
    LookRow(
        one("no effect, sd 2, rho 0.8, mu 4", 15, sd=2.0, rho=0.8, mean=4.0),
        ((0.006, 0.028, 0.042, 0.057), (0.029, 0.054, 0.074, 0.093)),
    ),
    LookRow(
        one("no effect, random flares", 15, flares=Flares(), mean=2.0, sd=0.9),
        ((0.008, 0.021, 0.027, 0.030), (0.028, 0.045, 0.056, 0.065)),
    ),
    LookRow(
        one("no effect, 35 % missing when well", 15, missing=0.35, missing_how="when_well"),
        ((0.001, 0.008, 0.019, 0.031), (0.008, 0.025, 0.046, 0.057)),
    ),
    LookRow(one("A = 1", 15, 1)),
    LookRow(one("A = 2", 15, 2), ((0.110, 0.455, 0.684, 0.848), (0.345, 0.586, 0.761, 0.870))),
    LookRow(one("A = 3", 15, 3), ((0.349, 0.827, 0.978, 1.000), (0.692, 0.914, 0.986, 1.000))),
    LookRow(one("A = 2, sd 0.8", 15, 2, sd=0.8), ((0.332, 0.675, 0.816, 0.899), (0.565, 0.738, 0.839, 0.904))),
]

WEEKLY = [one("no effect, K = 8", 8), one("A = 2, K = 8", 8, 2)]


def _several(name: str, parts: tuple[Part, ...], **rest: object) -> Cell:
    return replace(Cell(name, parts), **rest)  # type: ignore[arg-type]


_CASE_LIKE = (Part("A", 4, 2.0), Part("B", 4), Part("C", 6))
_NO_EFFECT = (Part("A", 4), Part("B", 4), Part("C", 6))
_SHORT = (Part("A", 3), Part("B", 3))

# Beyond the document's table: several regimens, one-sided at a change under a trend, courses moved for symptoms.
BEYOND = [
    _several("three regimens, no effect", _NO_EFFECT),
    _several("three regimens, A = 2 then none", _CASE_LIKE),
    _several("three regimens, A = 2 then none, trend -4", _CASE_LIKE, trend=-4.0),
    _several("change under a trend of +4, K = 3 and 3", _SHORT, trend=4.0),
    _several("change under a trend of -4, K = 3 and 3", _SHORT, trend=-4.0),
    _several("change without a trend, K = 3 and 3", _SHORT),
    _several("changes after every 2 under a trend of +4", tuple(Part(name, 2) for name in "ABC"), trend=4.0),
    one("moved at a mean of 4, no effect, K = 8", 8, moving=Moving(4.0)),
    one("moved at a mean of 5, no effect, K = 8", 8, moving=Moving(5.0)),
    one("moved at a mean of 6, no effect, K = 8", 8, moving=Moving(6.0)),
    one("moved at a mean of 5, A = 2, K = 8", 8, 2, moving=Moving(5.0)),
]

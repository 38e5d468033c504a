"""From an interval to one of six verdicts. The rules and the reasons for their numbers: the method, "Verdicts"."""

from typing import Literal

from jobs.wearing_off.pooling import Pooled, PooledRegimen
from jobs.wearing_off.thresholds import DEFAULTS, Thresholds

Verdict = Literal["returns", "possible_return", "small_rise", "does_not_return", "unclear", "not_enough_data"]

# Differences of means of whole scores: what lies closer than this to a threshold lies on it.
DIGITS = 9


def interval_verdict(difference: float, low: float, high: float, thresholds: Thresholds = DEFAULTS) -> Verdict:
    """Of a single course, or of a regimen before confirmation. Points."""
    difference, low, high = (round(number, DIGITS) for number in (difference, low, high))
    if low > 0:
        return "returns" if difference >= thresholds.rise else "small_rise"
    if difference < thresholds.rise and high < thresholds.important_rise:
        return "does_not_return"
    return "unclear"


def confirmed(regimen: PooledRegimen, thresholds: Thresholds = DEFAULTS) -> bool:
    """Whether a return shows at 99 %, or already showed without the latest usable course, three still remaining.

    False for a regimen that does not return, too.
    """
    if not _returns(regimen.pooled, thresholds):
        return False
    if round(regimen.pooled.strict_low, DIGITS) > 0:
        return True
    before = regimen.without_latest
    return before is not None and before.courses >= thresholds.fewest_courses and _returns(before, thresholds)


def regimen_verdict(regimen: PooledRegimen | None, thresholds: Thresholds = DEFAULTS) -> Verdict:
    if regimen is None or regimen.provisional or regimen.pooled.courses < thresholds.fewest_courses:
        return "not_enough_data"
    pooled = regimen.pooled
    verdict = interval_verdict(pooled.estimate, pooled.low, pooled.high, thresholds)
    if verdict == "returns" and not confirmed(regimen, thresholds):
        return "possible_return"
    return verdict


def _returns(pooled: Pooled, thresholds: Thresholds) -> bool:
    return interval_verdict(pooled.estimate, pooled.low, pooled.high, thresholds) == "returns"

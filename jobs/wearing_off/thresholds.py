"""The numbers that the method rests on, with its defaults. A team may set others; every function takes them whole.

Windows are not among them: they are definitions (`jobs.wearing_off.windows`), and another window is another question.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Points are of the 0-10 scale, shares lie between 0 and 1.

    `rise`: a mean rise in the week before a course counts as a return from here on. A rise over seven days that
    peaks at 2 points, the meaningful difference in pain (Farrar 2001), has a mean of 1.14.
    `important_rise`: "does not return" needs the interval to end below this.
    `fewest_courses`: usable courses of a regimen before it gets a verdict; as many must remain when a return is
    confirmed without the latest one.
    `ceiling`: from a reference mean of this on, no rise above `rise` fits on the scale.
    `usual_rho`, `usual_rho_pairs`: the correlation of adjacent days that few data are drawn to, and how many pairs
    of days it weighs. `usual_df`: degrees of freedom that the noise within windows adds to that between courses.
    """

    rise: float = 1.0
    important_rise: float = 1.5
    fewest_courses: int = 3
    confidence: float = 0.95
    strict_confidence: float = 0.99

    usual_rho: float = 0.6
    usual_rho_pairs: int = 30
    largest_rho: float = 0.9
    least_sigma: float = 0.5
    least_spread: float = 0.5
    usual_df: int = 4

    onset_rise: float = 1.0
    worse_margin: float = 1.0

    fewest_answered: float = 0.65
    largest_gap: float = 0.25
    ceiling: float = 9.0


DEFAULTS = Thresholds()

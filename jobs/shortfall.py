"""What was given beside what was planned: pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Amount:
    """Of a course: infusion days, and the dose on each, in g/kg."""

    days: int
    dose: float

    @property
    def total(self) -> float:
        """In g/kg, without what binary fractions add to it."""
        return round(self.days * self.dose, 6)


@dataclass(frozen=True)
class Shortfall:
    """A course that was given in part."""

    planned: Amount
    given: Amount


def of(planned: Amount, given: Amount) -> Shortfall | None:
    """On fewer days, or with a lower dose; None where it was neither."""
    is_one = given.days < planned.days or given.dose < planned.dose
    return Shortfall(planned, given) if is_one else None

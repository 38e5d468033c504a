"""How much of everything: the whole, or a twentieth to see whether the bench itself runs."""

_divisor = 1


def quick() -> None:
    """From now on a twentieth; what is measured so is not worth writing down."""
    global _divisor  # noqa: PLW0603  (set once, by the command line)
    _divisor = 20


def of(many: int) -> int:
    return max(many // _divisor, 1)

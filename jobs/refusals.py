"""What is refused, as a text key with its arguments: the face translates."""


class Refusal(Exception):  # noqa: N818  (the house's word for it)
    """A request that cannot be met as it stands; nothing was changed."""

    def __init__(self, key: str, **arguments: object) -> None:
        self.key, self.arguments = key, arguments
        super().__init__(key)

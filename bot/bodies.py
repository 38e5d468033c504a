"""What a server reads of a request's body: no more than it said beforehand."""

from starlette.requests import Request
from starlette.types import Message


class BodyTooLargeError(Exception):
    """Of the body no more was read than shows that it is larger than it may be."""


def bounded(request: Request, most: int) -> Request:
    """The same request; reading its body raises BodyTooLargeError beyond `most` bytes, said beforehand or not."""
    said = request.headers.get("content-length", "")
    read = 0

    async def receive() -> Message:
        nonlocal read
        if said.isdecimal() and int(said) > most:
            raise BodyTooLargeError
        message = await request.receive()
        read += len(message.get("body", b""))
        if read > most:
            raise BodyTooLargeError
        return message

    return Request(request.scope, receive)

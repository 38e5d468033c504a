"""A command typed within the tests' own process, which must not keep what belongs to the command's."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_as_it_was() -> Iterator[None]:
    """A command sets what belongs to its process; here that is the tests' own."""
    mask = os.umask(0)
    os.umask(mask)
    levels = {name: logging.getLogger(name).level for name in (None, *logging.root.manager.loggerDict)}
    handlers, raising = list(logging.root.handlers), logging.raiseExceptions
    try:
        yield
    finally:
        os.umask(mask)
        logging.root.handlers[:], logging.raiseExceptions = handlers, raising
        for name in (None, *logging.root.manager.loggerDict):
            logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))

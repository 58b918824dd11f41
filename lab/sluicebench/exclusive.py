"""One lab or bench at a time: they share the machine, and figures taken beside another one mean nothing."""

import contextlib
import fcntl
from typing import Iterator

from sluicebench.sluice import clean
from sluicelab.lab import LOCK


@contextlib.contextmanager
def exclusive() -> Iterator[None]:
    """Holds the machine for the length of the block, before which the remains of a crashed bench are removed."""
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise SystemExit("a lab or a bench is up on this machine already; end that one first") from taken
        clean()
        yield

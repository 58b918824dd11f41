"""Waiting for a condition, with a limit. Nothing in the lab waits for a mere time."""

import time
from typing import Callable, TypeVar

Found = TypeVar("Found")

PAUSE_SECONDS = 0.05
# an answer that comes at all comes within this time, also from a disk and a processor that are busy with others
ANSWER_SECONDS = 10


class NotInTime(AssertionError):
    """A condition did not come true within its limit."""


def eventually(condition: Callable[[], Found], seconds: float, what: str) -> Found:
    """The first true value of the condition; NotInTime with what was awaited after the given seconds."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() >= end:
            raise NotInTime(f"not within {seconds:g} s: {what} (last seen: {found!r})")
        time.sleep(PAUSE_SECONDS)


def throughout(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Holds the caller for the given seconds; NotInTime as soon as the condition is not true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not condition():
            raise NotInTime(f"did not hold for {seconds:g} s: {what}")
        time.sleep(PAUSE_SECONDS)

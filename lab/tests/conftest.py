"""What every end-to-end test stands on: a lab with its subscribers online, once per module."""

import random
import signal
from typing import Iterator

import pytest

from sluicelab.lab import Lab
from sluicelab.namespace import Namespace

SEED = 20260101


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab in which every admitted subscriber is online."""
    lab = Lab(progress=print)
    lab.up()
    try:
        lab.clients_up()
        yield lab
    finally:
        lab.down()


@pytest.fixture(scope="module")
def chance() -> random.Random:
    """Chance with a known seed: the same in every run, and never the same MAC for two tests of a module."""
    return random.Random(SEED)


@pytest.fixture(scope="session", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A terminated run cleans up too, and no test leaves a namespace or a pinned object."""

    def end(number: int, _frame: object) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    signal.signal(signal.SIGTERM, end)
    yield
    assert [namespace.name for namespace in Namespace.existing()] == []
    assert Lab.pinned() == []


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failed test shows the end of the appliance's log."""
    outcome = yield
    report = outcome.get_result()
    lab = getattr(item, "funcargs", {}).get("lab")
    if report.failed and lab is not None and lab.appliance.log_file.exists():
        log = lab.appliance.log_file.read_text(errors="replace")
        report.sections.append(("appliance log", log[-4000:]))

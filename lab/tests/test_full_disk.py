"""The disk under the journal is full."""

import os
import pathlib
import random
from typing import Iterator

import pytest

from sluicelab.cpe import Cpe, random_mac
from sluicelab.lab import Lab
from sluicelab.namespace import run
from sluicelab.waiting import eventually

DISK = "48m"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab whose journal lies on a small file system of its own."""
    lab = Lab(progress=print)
    lab.up(start=False)
    try:
        journal = lab.appliance.directory / "data/journal"
        journal.mkdir(parents=True)
        run("mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "sluice-lab", journal)
        lab.appliance.start()
        lab.clients_up()
        yield lab
    finally:
        lab.down()


@pytest.fixture
def full(lab: Lab) -> Iterator[pathlib.Path]:
    """The file that takes all the space there was."""
    filler = lab.appliance.directory / "data/journal/filler"
    with filler.open("wb") as out:
        with pytest.raises(OSError):
            while True:
                out.write(bytes(65536))
                out.flush()
    yield filler
    filler.unlink(missing_ok=True)


def test_new_grants_are_refused_with_a_message_and_come_back_with_the_space(
    lab: Lab, full: pathlib.Path, chance: random.Random
) -> None:
    line = lab.admitted[0].plan.line

    def refused() -> bool:
        """Grants may go on while the journal still has room of its own."""
        with Cpe(lab.node.namespace, line, random_mac(chance), chance) as cpe:
            grant = cpe.lease(seconds=1)
            if grant is not None:
                cpe.release(grant)
            return grant is None

    eventually(refused, 60, "a grant is refused")
    eventually(lambda: "journal" in lab.appliance.said().lower() and "full" in lab.appliance.said().lower(), 10,
               "the log says that the journal's disk is full")  # fmt: skip
    for subscriber in lab.admitted:
        subscriber.ping(lab.core.address, count=2)
    assert lab.appliance.alive

    os.unlink(full)
    with Cpe(lab.node.namespace, line, random_mac(chance), chance) as cpe:
        grant = eventually(cpe.lease, 60, "an address when there is room again")
        cpe.release(grant)
    lab.admitted[1].renew()
    lab.admitted[1].online()


def test_sessions_are_the_same_after_a_crash_on_that_disk(lab: Lab) -> None:
    before = {row["mac_address"]: row["ip_address"] for row in lab.appliance.sessions() if row["ip_address"]}
    lab.appliance.kill()
    lab.appliance.start()
    after = {row["mac_address"]: row["ip_address"] for row in lab.appliance.sessions() if row["ip_address"]}
    assert after == before

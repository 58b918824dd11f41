"""The disk under the journal is full."""

import concurrent.futures
import os
import pathlib
import random
import threading
from typing import Iterator

import pytest

from sluicelab.coa import CoaSender
from sluicelab.cpe import Cpe, random_mac
from sluicelab.lab import Lab
from sluicelab.namespace import run
from sluicelab.waiting import eventually

DISK = "16m"
REFUSALS = 3

# The journal goes on in the space that it allocated beforehand: little of it, used up by many who come and go.
SMALL = {
    "sluice.journal": {"redo_megabytes": 1},
    "sluice.session": {"line_frames_per_second": 10_000, "max_sessions_per_line": 1000, "quarantine_seconds": 1},
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab whose journal lies on a small file system of its own."""
    lab = Lab(progress=print)
    lab.up(SMALL, start=False)
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
    lines = [one.plan.line for one in lab.admitted]

    def refused(number: int) -> bool:
        """Grants go on while the journal has room of its own: subscribers come and go until it has none.

        One that is refused among others may leave room for a smaller one, so each line tries more than once.
        """
        refusals = 0
        with Cpe(lab.node.namespace, lines[number], random_mac(chance), chance) as cpe:
            while refusals < REFUSALS and not ended.is_set():
                if (grant := cpe.lease(seconds=1)) is None:
                    refusals += 1
                else:
                    refusals = 0
                    cpe.release(grant)
                cpe.mac = random_mac(chance)
            return refusals == REFUSALS

    ended = threading.Event()
    with concurrent.futures.ThreadPoolExecutor() as threads:
        visits = [threads.submit(refused, number) for number in range(len(lines))]
        done, _ = concurrent.futures.wait(visits, timeout=180)
        ended.set()
    assert len(done) == len(visits) and all(visit.result() for visit in done), "every grant is refused"
    complaints = [line for line in lab.appliance.said().splitlines() if " ERROR " in line and "full" in line]
    assert len(complaints) == 1, "a person must act, and is told once"
    assert "data/journal" in complaints[0]
    for subscriber in lab.admitted:
        subscriber.ping(lab.core.address, count=2)
    assert lab.appliance.alive

    # An end takes less room than a beginning: the first ones may still find it.
    sender = CoaSender(lab.oss.namespace, str(lab.topology.gateway.management.ip), lab.radius.secret)
    gone = []
    for other in lab.admitted[2:]:
        gone.append(other)
        session = lab.appliance.session_of(other.plan.mac)["session_id"]
        answer = sender.disconnect(f'Acct-Session-Id = "{session}"')
        assert not other.reaches(lab.core.address)
        if answer.code == "Disconnect-NAK":
            break
    assert (answer.code, answer.cause) == ("Disconnect-NAK", "Session-Context-Not-Removable")

    os.unlink(full)
    eventually(
        lambda: [one for one in lab.radius.records_of(other.plan) if one.session == session and one.status == "Stop"],
        20,
        "the end that the disk refused is told when there is room again",
    )
    for subscriber in gone:
        lab.again_online(subscriber)
    with Cpe(lab.node.namespace, lines[0], random_mac(chance), chance) as cpe:
        grant = eventually(cpe.lease, 60, "an address when there is room again")
        cpe.release(grant)
    renewing, noted = lab.admitted[1], lab.admitted[1].lease_noted_at()
    renewing.renew()
    eventually(lambda: renewing.has_lease() and renewing.lease_noted_at() > noted, 20, "the lease is renewed")


def test_sessions_are_the_same_after_a_crash_on_that_disk(lab: Lab) -> None:
    def addresses() -> dict[str, str]:
        return {row["mac_address"]: row["ip_address"] for row in lab.appliance.sessions() if row["ip_address"]}

    known = {one.plan.mac: one.address() for one in lab.admitted}
    eventually(lambda: addresses() == known, 60, "those who came and went are gone")
    lab.appliance.kill()
    lab.appliance.start()
    eventually(lambda: addresses() == known, 10, "the same sessions as before")

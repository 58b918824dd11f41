"""RADIUS is away, has another secret, or is played by somebody else."""

import random
from typing import Iterator

import pytest

from sluicelab import packets
from sluicelab.cpe import Cpe, Tap, random_mac
from sluicelab.forger import Forger
from sluicelab.lab import Lab
from sluicelab.radius import AccountingRecord
from sluicelab.waiting import eventually


@pytest.fixture
def newcomer(lab: Lab, chance: random.Random) -> Iterator[Cpe]:
    """A device that the gateway does not know, on a line that RADIUS knows."""
    with Cpe(lab.node.namespace, lab.admitted[0].plan.line, random_mac(chance), chance) as cpe:
        yield cpe
        if cpe.held is not None:
            cpe.release(cpe.held)


def test_while_radius_is_away_the_online_renew_the_new_wait_and_accounting_comes_later(
    lab: Lab, newcomer: Cpe, chance: random.Random
) -> None:
    leaver = Cpe(lab.node.namespace, lab.admitted[1].plan.line, random_mac(chance), chance)
    grant = leaver.lease()
    assert grant is not None
    eventually(lambda: _of(lab, leaver.mac), 10, "the start of the one that will leave")
    lab.radius.stop()
    known = len(lab.radius.records())

    leaver.release(grant)
    eventually(lambda: lab.appliance.session_of(leaver.mac) is None, 20, "the session of the one that left is closed")
    leaver.close()
    for subscriber in lab.admitted:
        noted = subscriber.lease_noted_at()
        subscriber.renew()
        eventually(
            lambda: subscriber.has_lease() and subscriber.lease_noted_at() > noted, 20, f"{subscriber.plan.name} renewed"
        )
        subscriber.ping(lab.core.address, count=1)
    assert newcomer.discover(seconds=2, tries=2) is None

    lab.radius.start()
    eventually(lambda: [one for one in _of(lab, leaver.mac) if one.status == "Stop"], 60, "the stop is accounted")
    stop = [record for record in _of(lab, leaver.mac) if record.status == "Stop"]
    assert len(stop) == 1
    assert stop[0].number("Acct-Delay-Time") >= 1
    late = lab.radius.records()[known:]
    for record in late:
        # what happened before the server was back says so, to the second
        happened = record.number("Timestamp") - record.number("Acct-Delay-Time")
        if noted := record.epoch("Event-Timestamp"):
            assert abs(happened - noted) <= 4, "three times are cut to whole seconds"
    assert newcomer.lease() is not None


def test_a_wrong_secret_admits_nobody_and_harms_nobody_online(lab: Lab, newcomer: Cpe) -> None:
    right = lab.radius.secret
    lab.radius.stop()
    lab.radius.secret = "wrong"
    lab.radius.configure()
    lab.radius.start()
    try:
        assert newcomer.discover(seconds=2, tries=2) is None
        for subscriber in lab.admitted:
            subscriber.ping(lab.core.address, count=1)
    finally:
        lab.radius.stop()
        lab.radius.secret = right
        lab.radius.configure()
        lab.radius.start()
    assert eventually(lambda: newcomer.lease(seconds=2), 30, "the newcomer is admitted with the right secret")


def test_forged_answers_admit_nobody_and_the_true_late_one_does(lab: Lab, newcomer: Cpe, chance: random.Random) -> None:
    outsider = Cpe(lab.node.namespace, lab.rejected[0].plan.line, random_mac(chance), chance)
    known = len(lab.radius.records())
    lab.radius.freeze()
    try:
        with Forger(lab.oss.namespace, "eth0", b"a guess") as forger:
            assert outsider.discover(seconds=2, tries=2) is None
            assert newcomer.discover(seconds=2, tries=2) is None
            assert forger.forged > 0
    finally:
        lab.radius.thaw()
    assert outsider.discover(seconds=2, tries=2) is None
    assert eventually(lambda: newcomer.lease(seconds=2), 30, "the newcomer is admitted by the server itself")
    eventually(lambda: len(lab.radius.records()) > known + len(lab.admitted), 30, "accounting that was forged away is sent again")
    outsider.close()


def test_an_answer_that_comes_twice_changes_nothing(lab: Lab, newcomer: Cpe) -> None:
    with Tap(lab.gateway, "mgmt0") as heard, Tap(lab.oss.namespace, "eth0") as repeater:
        grant = newcomer.lease()
        assert grant is not None
        answers = []
        for frame in heard.frames(1):
            datagram = packets.Datagram.decode(frame.payload)
            if datagram is not None and datagram.source_port == lab.topology.oss.auth_port:
                answers.append(packets.ethernet(frame.source, frame.target, frame.kind, frame.payload))
        assert answers
        for answer in answers * 5:
            repeater.send(answer)
    assert lab.appliance.session_of(newcomer.mac)["ip_address"] == grant.address
    starts = lambda: [record for record in _of(lab, newcomer.mac) if record.status == "Start"]  # noqa: E731
    assert len(eventually(starts, 10, "the start is accounted")) == 1


def _of(lab: Lab, mac: str) -> list[AccountingRecord]:
    return [
        record
        for record in lab.radius.records()
        if record.text("Calling-Station-Id").lower().replace("-", ":") == mac
    ]

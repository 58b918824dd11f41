"""Subscribers whose policy blocks them or keeps them in a walled garden, from the settings to the packet."""

from typing import Iterator

import pytest

from sluicelab.lab import HOME, Lab
from sluicelab.namespace import CommandFailed
from sluicelab.subscriber import Subscriber
from sluicelab.topology import Topology
from sluicelab.waiting import eventually

ELSEWHERE = "203.0.113.80"
WALLED, BLOCKED = "guest", "business-100mbps"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab in which two policies were replaced by the operator."""
    lab = Lab(progress=print)
    core = Topology.read(HOME / "topology.yaml").core
    lab.up(
        {
            "sluice.garden~arrears": {
                "name": "arrears",
                "allowed": f"{core.address.ip} udp/{core.echo_port}, 192.0.2.0/24 any",
                "portal": f"{core.address.ip}:{core.web_port}",
            },
            f"sluice.qos~{WALLED}": {"name": WALLED, "garden": "arrears"},
            f"sluice.qos~{BLOCKED}": {"name": BLOCKED, "blocked": "true"},
        }
    )
    try:
        lab.clients_up()
        yield lab
    finally:
        lab.down()


@pytest.fixture
def walled(lab: Lab) -> Subscriber:
    return _with_policy(lab, WALLED)


def test_a_walled_browser_is_shown_the_portal_whatever_it_asks_for(lab: Lab, walled: Subscriber) -> None:
    assert _fetched(walled, ELSEWHERE) == 20_000
    assert _fetched(walled, "198.51.100.99") == 20_000
    assert _fetched(walled, lab.core.address) == 20_000


def test_what_the_garden_does_not_allow_is_refused_and_counted(lab: Lab, walled: Subscriber) -> None:
    before = lab.appliance.drops()
    with pytest.raises(CommandFailed):
        walled.ping(lab.core.address, count=1)
    with pytest.raises(CommandFailed):
        _fetched(walled, f"{lab.core.address}:{lab.topology.core.iperf_port}")
    after = lab.appliance.drops()
    reason = "drop: to what a walled garden does not allow"
    assert after[reason] > before.get(reason, 0)
    assert [row["name"] for row in lab.appliance.table("qos:gardens")] == ["arrears"]


def test_a_blocked_subscriber_has_an_address_and_reaches_nothing(lab: Lab) -> None:
    blocked = _with_policy(lab, BLOCKED)
    assert blocked.address()
    with pytest.raises(CommandFailed):
        blocked.ping(lab.core.address, count=1)
    with pytest.raises(CommandFailed):
        _fetched(blocked, lab.core.address)
    noted = blocked.lease_noted_at()
    blocked.renew()
    eventually(lambda: blocked.has_lease() and blocked.lease_noted_at() > noted, 20, "the blocked one renewed")


def test_the_others_notice_nothing(lab: Lab) -> None:
    for subscriber in lab.admitted:
        if subscriber.plan.policy not in (WALLED, BLOCKED):
            subscriber.ping(lab.core.address, count=1)


def test_walls_stand_while_the_gateway_is_away_and_after_it_is_back(lab: Lab, walled: Subscriber) -> None:
    for stop in (lab.appliance.stop, lab.appliance.kill):
        stop()
        _assert_walled(lab, walled)
        lab.appliance.start()
        _assert_walled(lab, walled)


def _assert_walled(lab: Lab, walled: Subscriber) -> None:
    assert _fetched(walled, ELSEWHERE) == 20_000
    with pytest.raises(CommandFailed):
        walled.ping(lab.core.address, count=1)


def _with_policy(lab: Lab, policy: str) -> Subscriber:
    return next(one for one in lab.admitted if one.plan.policy == policy)


def _fetched(subscriber: Subscriber, host: str) -> int:
    """How many bytes a web client gets of the page /20000; CommandFailed when it gets none."""
    return len(subscriber.namespace.run("curl", "-s", "-f", "--max-time", "8", f"http://{host}/20000"))

"""The appliance without XDP: the profile generic-linux, one untagged line straight at the gateway."""

import dataclasses
import shutil
from typing import Iterator

import pytest

from sluicelab.lab import WORK, Lab
from sluicelab.namespace import CommandFailed, Namespace, link
from sluicelab.subscriber import Subscriber
from sluicelab.topology import Line
from sluicelab.waiting import eventually

ACCESS = "home0"


class DirectLine:
    """Stands where the access node stands, and is only a wire."""

    def __init__(self, gateway: Namespace) -> None:
        self._gateway = gateway

    def add_port(self, _line: Line, namespace: Namespace, device: str) -> str:
        link(namespace, device, self._gateway, ACCESS)
        self._gateway.offload_off(ACCESS, "tx")
        return ACCESS


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab whose appliance is installed with the Linux data plane and not started."""
    lab = Lab(progress=print)
    lab.up(
        {
            "sluice.hardware": {"profile": "generic-linux", "access": ACCESS, "core": "core0"},
            "sluice.dataplane.linux": {"core_gateway": lab.core.address},
            "sluice.session": {"authentication": "none"},
        },
        start=False,
    )
    yield lab
    lab.down()


@pytest.fixture(scope="module")
def subscriber(lab: Lab) -> Iterator[Subscriber]:
    """One subscriber on a wire of its own, online."""
    plan = dataclasses.replace(lab.topology.subscribers[1], number=90)
    one = Subscriber(plan, DirectLine(lab.gateway), WORK)
    shutil.rmtree(one.work, ignore_errors=True)
    one.create()
    lab.appliance.start()
    one.start_client()
    one.online(60)
    yield one
    one.delete()


def entry(lab: Lab, subscriber: Subscriber) -> dict[str, str] | None:
    rows = lab.appliance.table("dataplane:entries")
    return next((row for row in rows if row["mac"] == subscriber.plan.mac), None)


def test_an_untagged_subscriber_gets_an_address_and_reaches_the_core(lab: Lab, subscriber: Subscriber) -> None:
    assert lab.appliance.session_of(subscriber.plan.mac)["ip_address"] == subscriber.address()
    subscriber.ping(lab.core.address, count=5)
    row = entry(lab, subscriber)
    assert (row["state"], row["up_packets"], row["down_packets"]) == ("open", "5", "5")
    assert subscriber.reaches(subscriber.lease().router), "the gateway answers"


def test_a_renewal_is_answered_where_no_data_plane_does_it(lab: Lab, subscriber: Subscriber) -> None:
    noted, address = subscriber.lease_noted_at(), subscriber.address()
    subscriber.renew()
    eventually(lambda: subscriber.lease_noted_at() > noted, 20, "the subscriber renewed")
    assert subscriber.address() == address
    subscriber.ping(lab.core.address, count=5)


def test_another_address_of_the_network_is_refused(lab: Lab, subscriber: Subscriber) -> None:
    lease = subscriber.lease()
    stolen = lease.address.rsplit(".", 1)[0] + ".250"
    subscriber.namespace.ip("address", "add", f"{stolen}/{lease.prefix}", "dev", "eth0")
    before = lab.appliance.drops()["drop: unknown source"]
    with pytest.raises(CommandFailed):
        subscriber.namespace.run("ping", "-n", "-c", "2", "-i", "0.2", "-W", "1", "-I", stolen, lab.core.address)
    assert lab.appliance.drops()["drop: unknown source"] >= before + 2
    subscriber.namespace.ip("address", "del", f"{stolen}/{lease.prefix}", "dev", "eth0")


def test_a_killed_appliance_is_not_missed_and_finds_its_subscriber(lab: Lab, subscriber: Subscriber) -> None:
    session = lab.appliance.session_of(subscriber.plan.mac)["session_id"]
    lab.appliance.kill()
    subscriber.ping(lab.core.address, count=5)
    lab.appliance.start()
    found = eventually(lambda: lab.appliance.session_of(subscriber.plan.mac), 30, "the session is recovered")
    assert found["session_id"] == session
    subscriber.ping(lab.core.address, count=5)
    assert int(entry(lab, subscriber)["up_packets"]) >= 15, "the counters went on"


def test_nothing_passes_when_the_subscriber_is_gone(lab: Lab, subscriber: Subscriber) -> None:
    address = subscriber.address()
    subscriber.release()
    eventually(lambda: entry(lab, subscriber) is None, 10, "the entry is removed")
    subscriber.namespace.ip("address", "add", f"{address}/22", "dev", "eth0")
    subscriber.namespace.ip("route", "replace", "default", "via", str(lab.topology.pools[0].gateway), "dev", "eth0")
    assert not subscriber.reaches(lab.core.address)

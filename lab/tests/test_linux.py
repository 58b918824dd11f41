"""The appliance without XDP: the profile generic-linux, one untagged line straight at the gateway."""

import dataclasses
import json
import shutil
from typing import Iterator

import pytest

from sluicelab import packets, tracing
from sluicelab.cpe import Tap
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


def findings(lab: Lab) -> list[dict]:
    """What dataplane:check finds, whatever its exit status."""
    try:
        return json.loads(lab.appliance.shell("dataplane:check --json").splitlines()[0])["data"]
    except CommandFailed as failure:
        return json.loads(failure.output.splitlines()[0])["data"]


def test_entry_is_shown_as_the_kernel_has_it(lab: Lab, subscriber: Subscriber) -> None:
    (shown,) = json.loads(lab.appliance.shell(f"dataplane:entry --json {subscriber.address()}"))["data"]
    assert (shown["mac"], shown["state"]) == (subscriber.plan.mac, "open")
    assert int(shown["upload_packets"]) > 0 and int(shown["kernel_number"]) > 0
    assert "online" in shown["kernel_sets"] and subscriber.address() in shown["kernel_routes"]


def test_trace_shows_both_directions_and_what_did_not_get_through(lab: Lab, subscriber: Subscriber) -> None:
    gateway_mac = lab.gateway.interface(ACCESS)["address"]
    forged = packets.ethernet(
        subscriber.plan.mac, gateway_mac, packets.ETH_IPV4,
        packets.udp("192.0.2.1", 4000, lab.core.address, 9, b"forged"),
    )  # fmt: skip

    def act() -> None:
        subscriber.ping(lab.core.address, count=3, size=tracing.MEANT_BYTES)
        with Tap(subscriber.namespace, "eth0") as line:
            line.send(forged)

    shown = tracing.traced(lab, subscriber, act)
    up = [frame for frame in shown if frame["direction"] == "up" and "ICMP 8" in frame["frame"]]
    down = [frame for frame in shown if frame["direction"] == "down" and "ICMP 0" in frame["frame"]]
    assert len(up) == len(down) == 3
    assert {frame["verdict"] for frame in up} == {"forwarded to the core"}
    assert {frame["verdict"] for frame in down} == {"forwarded to a subscriber"}
    (refused,) = [frame for frame in shown if "192.0.2.1" in frame["frame"]]
    assert refused["dropped"] and refused["verdict"] == "drop: not seen to leave"


def test_capture_is_read_by_tcpdump(lab: Lab, subscriber: Subscriber) -> None:
    ping = lambda: subscriber.ping(lab.core.address, count=3, size=tracing.MEANT_BYTES)  # noqa: E731
    told, file = tracing.captured(lab, subscriber, "linux.pcapng", ping)
    assert told["lost"] == 0
    read = tracing.read(file)
    assert read.count("ICMP echo request") == read.count("ICMP echo reply") == 3
    assert subscriber.plan.mac in read


def test_check_finds_what_is_taken_out_of_a_set_behind_the_gateways_back(lab: Lab, subscriber: Subscriber) -> None:
    assert findings(lab) == []
    (shown,) = json.loads(lab.appliance.shell(f"dataplane:entry --json {subscriber.address()}"))["data"]
    element = ("element", "inet", "sluice", "online", "{", shown["kernel_number"], "}")
    lab.gateway.run("nft", "delete", *element)
    found = {(one["what"], one["finding"]) for one in findings(lab)}
    lab.gateway.run("nft", "add", *element)
    assert ("online", "is missing in the kernel") in found
    assert ("state", "stopped in the data plane, open in the engine") in found
    assert findings(lab) == []


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

"""Subscribers that came online, seen from the other end of the wire."""

import concurrent.futures

from sluicelab import books, packets
from sluicelab.cpe import Tap
from sluicelab.lab import Lab
from sluicelab.waiting import eventually, throughout

ICMP, REPLY, REQUEST = 1, 0, 8


def test_every_admitted_subscriber_has_its_own_address_of_the_pool(lab: Lab) -> None:
    (pool,) = lab.topology.pools
    leases = [subscriber.lease() for subscriber in lab.admitted]
    addresses = [lease.address for lease in leases]
    assert len(set(addresses)) == len(addresses)
    for subscriber, lease in zip(lab.admitted, leases):
        assert subscriber.address() == lease.address
        assert lease.router == lease.server == str(pool.gateway)
        assert lease.prefix == pool.network.prefixlen
        assert lease.seconds == pool.lease_seconds


def test_packets_reach_the_core_untagged_from_the_granted_address(lab: Lab) -> None:
    gateway_mac = lab.gateway.interface("core0")["address"]
    core_mac = lab.core.namespace.interface("eth0")["address"]
    for subscriber in lab.admitted:
        with Tap(lab.core.namespace, "eth0") as tap:
            subscriber.ping(lab.core.address, count=1)
            frame = next(one for one in tap.frames(2) if _is_echo(one, REQUEST))
        assert frame.tags == ()
        assert (frame.source, frame.target) == (gateway_mac, core_mac)
        assert ".".join(map(str, frame.payload[12:16])) == subscriber.address()
        assert frame.payload[8] == 63, "one hop less than the subscriber sent"


def test_answers_reach_the_line_with_both_tags_and_the_subscribers_mac(lab: Lab) -> None:
    trunk_mac = lab.gateway.interface("trunk0")["address"]
    for subscriber in lab.admitted:
        with Tap(lab.node.namespace, "up0") as tap:
            subscriber.ping(lab.core.address, count=1)
            frame = next(one for one in tap.frames(2) if _is_echo(one, REPLY))
        assert frame.tags == (subscriber.plan.line.svlan, subscriber.plan.line.cvlan)
        assert (frame.source, frame.target) == (trunk_mac, subscriber.plan.mac)


def test_every_book_has_the_same_address_and_the_same_bytes(lab: Lab) -> None:
    with concurrent.futures.ThreadPoolExecutor() as threads:
        work = {one.plan.name: threads.submit(books.exercise, lab, one) for one in lab.admitted}
        round_trips = {name: done.result() for name, done in work.items()}
    rows = books.settle(lab, round_trips, seconds=40)
    assert all(row.agrees for row in rows), "\n" + books.table(rows)


def test_radius_heard_one_start_per_subscriber_with_its_class_and_line(lab: Lab) -> None:
    for subscriber in lab.admitted:
        starts = [record for record in lab.radius.records_of(subscriber.plan) if record.status == "Start"]
        assert len(starts) == 1
        assert starts[0].octets("Class") == subscriber.plan.name.encode()
        assert starts[0].text("Framed-IP-Address") == subscriber.address()
        assert starts[0].octets("ADSL-Agent-Circuit-Id") == subscriber.plan.line.circuit_id.encode()
        assert starts[0].octets("ADSL-Agent-Remote-Id") == subscriber.plan.line.remote_id.encode()


def test_a_line_unknown_to_radius_stays_out(lab: Lab) -> None:
    (outsider,) = lab.rejected
    name = outsider.plan.user_name(lab.topology.gateway.id)
    eventually(lambda: name in lab.radius.said(), 20, "RADIUS was asked about the line")
    throughout(lambda: not outsider.has_lease(), 3, "no address on the line")
    assert lab.radius.records_of(outsider.plan) == []
    assert not [row for row in lab.appliance.sessions() if row["mac_address"] == outsider.plan.mac and row["ip_address"]]


def test_a_spoofed_source_is_dropped_and_counted_and_its_owner_goes_on(lab: Lab) -> None:
    thief, owner = lab.admitted[0], lab.admitted[1]
    before = lab.appliance.session_of(owner.plan.mac)["spoofed"]
    trunk_mac = lab.gateway.interface("trunk0")["address"]
    forged = packets.ethernet(
        thief.plan.mac, trunk_mac, packets.ETH_IPV4,
        packets.udp(owner.address(), 4000, lab.core.address, lab.topology.core.echo_port, b"forged" * 10),
        (thief.plan.line.svlan, thief.plan.line.cvlan),
    )  # fmt: skip
    with Tap(lab.core.namespace, "eth0") as core, Tap(lab.node.namespace, "up0") as trunk:
        for _ in range(20):
            trunk.send(forged)
        owner.ping(lab.core.address, count=2)
        assert not [frame for frame in core.frames(1) if b"forged" in frame.payload]
    assert lab.appliance.session_of(owner.plan.mac)["spoofed"] == before + 20


def test_a_source_that_nobody_was_granted_is_dropped(lab: Lab) -> None:
    subscriber = lab.admitted[0]
    trunk_mac = lab.gateway.interface("trunk0")["address"]
    with Tap(lab.core.namespace, "eth0") as core, Tap(lab.node.namespace, "up0") as trunk:
        for source in ("10.64.3.250", "192.0.2.1", "127.0.0.1", lab.core.address):
            packet = packets.udp(source, 4000, lab.core.address, 9, b"nobody" * 10)
            line = subscriber.plan.line
            trunk.send(packets.ethernet(subscriber.plan.mac, trunk_mac, packets.ETH_IPV4, packet, (line.svlan, line.cvlan)))
        assert not [frame for frame in core.frames(1) if b"nobody" in frame.payload]


def _is_echo(frame: packets.Frame, kind: int) -> bool:
    """Whether it is a ping's; other lines renew their leases meanwhile."""
    return frame.kind == packets.ETH_IPV4 and (frame.payload[9], frame.payload[20]) == (ICMP, kind)

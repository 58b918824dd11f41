"""What no honest subscriber sends: it is counted with its reason, and nobody else notices."""

import random

from sluicelab import packets
from sluicelab.cpe import Cpe, Tap, random_mac
from sluicelab.lab import Lab
from sluicelab.sequence import SequenceRun
from sluicelab.waiting import eventually

FLOOD = 10_000
GARBAGE = 5_000


def test_a_flood_of_discovers_from_one_line_costs_the_others_nothing(lab: Lab, chance: random.Random) -> None:
    line, other = lab.admitted[0].plan.line, lab.admitted[1]
    with SequenceRun(other.namespace, lab.core.address, lab.topology.core.echo_port) as run:
        with Cpe(lab.node.namespace, line, random_mac(chance), chance) as flooder:
            for _ in range(FLOOD):
                flooder.mac = random_mac(chance)
                flooder.send(flooder.message(packets.DISCOVER))
        with Cpe(lab.node.namespace, lab.admitted[2].plan.line, random_mac(chance), chance) as newcomer:
            grant = eventually(newcomer.lease, 20, "a newcomer on another line gets an address after the flood")
            newcomer.release(grant)
        noted = other.lease_noted_at()
        other.renew()
        eventually(lambda: other.lease_noted_at() > noted, 20, "another subscriber renewed")
        loss = run.stop()
    assert loss.missing == ()
    held = [row for row in lab.appliance.sessions() if row["circuit_id"] == line.circuit_id]
    assert len(held) <= lab.topology.gateway.max_sessions_per_line
    storms = [row for row in lab.appliance.table("dataplane:storms") if row["class"] == "DHCP"]
    assert [(row["s_vlan"], row["c_vlan"]) for row in storms] == [(str(line.svlan), str(line.cvlan))]
    assert lab.appliance.drops()["drop: more DHCP than a line may send"] == int(storms[0]["dropped"])
    lab.admitted[0].ping(lab.core.address, count=2)


def test_one_mac_on_two_lines_is_two_subscribers(lab: Lab, chance: random.Random) -> None:
    mac = random_mac(chance)
    lines = [lab.admitted[0].plan.line, lab.admitted[3].plan.line]
    cpes = [Cpe(lab.node.namespace, line, mac, chance) for line in lines]
    grants = [eventually(cpe.lease, 60, f"an address on {cpe.line.circuit_id}") for cpe in cpes]
    assert grants[0].address != grants[1].address
    trunk_mac = lab.gateway.interface("trunk0")["address"]
    for line, grant in zip(lines, grants):
        ask = packets.udp(grant.address, 4000, lab.core.address, lab.topology.core.echo_port, bytes(64))
        with Tap(lab.node.namespace, "up0") as tap:
            tap.send(packets.ethernet(mac, trunk_mac, packets.ETH_IPV4, ask, (line.svlan, line.cvlan)))
            answer = next((frame for frame in tap.frames(10) if frame.target == mac), None)
        assert answer is not None
        assert answer.tags == (line.svlan, line.cvlan), "the answer came on the line that asked"
    for cpe, grant in zip(cpes, grants):
        cpe.release(grant)
        cpe.close()


def test_broken_frames_are_counted_by_reason_and_disturb_nobody(lab: Lab, chance: random.Random) -> None:
    sender = lab.admitted[0]
    trunk_mac = lab.gateway.interface("trunk0")["address"]
    tags = (sender.plan.line.svlan, sender.plan.line.cvlan)
    packet = packets.udp(sender.address(), 4000, lab.core.address, 9, b"broken" * 20)
    whole = packets.ethernet(sender.plan.mac, trunk_mac, packets.ETH_IPV4, packet, tags)
    broken = [whole[:length] for length in range(14, len(whole))]
    for at in range(10, 20):
        flipped = bytearray(packet)
        flipped[at] ^= 0x55
        broken.append(packets.ethernet(sender.plan.mac, trunk_mac, packets.ETH_IPV4, bytes(flipped), tags))
    for _ in range(GARBAGE):
        head = b"" if chance.random() < 0.5 else whole[: chance.choice((14, 18, 22, 30))]
        broken.append((head + chance.randbytes(chance.randrange(14, 1500)))[:1514])
    before = lab.appliance.drops()
    with (
        SequenceRun(lab.admitted[1].namespace, lab.core.address, lab.topology.core.echo_port) as run,
        Tap(lab.node.namespace, "up0") as tap,
        Tap(lab.core.namespace, "eth0") as core,
    ):
        for frame in broken:
            tap.send(frame)
        assert not [frame for frame in core.frames(1) if b"broken" in frame.payload]
        loss = run.stop()
    after = lab.appliance.drops()
    more = {reason: after[reason] - before.get(reason, 0) for reason in after if after[reason] > before.get(reason, 0)}
    assert sum(more.values()) >= len(broken), "every frame is counted"
    assert len(more) >= 5, f"told apart by reason: {more}"
    assert loss.missing == ()
    sender.ping(lab.core.address, count=2)


def test_broken_dhcp_messages_grant_nothing_and_later_good_ones_do(lab: Lab, chance: random.Random) -> None:
    with Cpe(lab.node.namespace, lab.admitted[4].plan.line, random_mac(chance), chance) as cpe:
        whole = cpe.message(packets.DISCOVER).encode()
        for length in range(0, len(whole), 3):
            cpe.send_raw(cpe.frame(whole[:length]))
        for _ in range(1000):
            broken = bytearray(whole)
            for _ in range(chance.randrange(1, 8)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            cpe.send_raw(cpe.frame(bytes(broken)))
        frame = bytearray(cpe.frame(whole))
        frame[60] ^= 0xFF  # inside the datagram: its checksum is wrong
        cpe.send_raw(bytes(frame))
        grant = eventually(cpe.lease, 60, "an address after broken messages")
        cpe.release(grant)
    for subscriber in lab.admitted:
        subscriber.ping(lab.core.address, count=1)


"""Policies of the operator on the wire, at both ends, and changed while packets pass."""

import dataclasses
import json
import struct
from typing import Callable, Iterator

import pytest

from sluicelab import packets
from sluicelab.accessnode import TRUNK
from sluicelab.core import DEVICE as CORE_DEVICE
from sluicelab.cpe import Tap
from sluicelab.lab import HOME, Lab
from sluicelab.subscriber import Subscriber
from sluicelab.topology import Topology
from sluicelab.waiting import eventually

PAGE_BYTES = 20_000
IPV4_HEADER, UDP_HEADERS, TCP, SYN, OPTION_SEGMENT = 20, 28, 6, 2, 2
EF, AF11, CS1, CS2 = 46, 10, 8, 16
POLICED_KBPS = {"down": 12_000, "up": 5_000}
SETTINGS: dict[str, dict[str, object]] = {
    "sluice.qos~voice": {
        "download_kbps": 20_000, "upload_kbps": 20_000, "dscp_down": "EF", "dscp_up": "AF11", "priority": 3,
        "max_segment_size": 1300,
    },
    "sluice.qos~metered": {
        "download_kbps": POLICED_KBPS["down"], "upload_kbps": POLICED_KBPS["up"],
        "download_burst_kbytes": 30, "upload_burst_kbytes": 20,
    },
    "sluice.qos~lax": {"identity": "log_only"},
    "sluice.qos~live": {"dscp_down": "CS1"},
}  # fmt: skip
POLICIES = ["voice", "metered", "lax", "live", "unlimited", "Silver"]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab whose subscribers have policies of the operator."""
    topology = Topology.read(HOME / "topology.yaml")
    policies = iter(POLICIES)
    plans = [dataclasses.replace(plan, policy=next(policies, None)) for plan in topology.subscribers]
    lab = Lab(dataclasses.replace(topology, subscribers=tuple(plans)), progress=print)
    garden = {
        "allowed": f"{topology.core.address.ip} udp/{topology.core.echo_port}",
        "portal": f"{topology.core.address.ip}:{topology.core.web_port}",
    }
    lab.up({**SETTINGS, "sluice.garden~arrears": garden})
    try:
        lab.clients_up()
        yield lab
    finally:
        lab.down()


def test_marks_of_a_policy_are_in_the_frames_at_both_ends(lab: Lab) -> None:
    voice = _with_policy(lab, "voice")
    down, up = _both_ends(lab, voice, lambda: voice.ping(lab.core.address, count=5))
    assert len(down) >= 5 and len(up) >= 5
    assert {frame.tags for frame in down} == {(voice.plan.line.svlan, voice.plan.line.cvlan)}
    assert {frame.priorities for frame in down} == {(3, 3)}
    assert {_dscp(frame) for frame in down} == {EF}
    assert {_dscp(frame) for frame in up} == {AF11}
    assert {packets.checksum(frame.payload[:IPV4_HEADER]) for frame in down + up} == {0}


def test_without_marks_packets_keep_their_dscp_and_frames_have_its_priority(lab: Lab) -> None:
    plain = _with_policy(lab, "unlimited")

    def ping() -> None:
        plain.namespace.run("ping", "-n", "-c", "3", "-i", "0.2", "-Q", str(CS2 << 2), lab.core.address)

    down, up = _both_ends(lab, plain, ping)
    assert {_dscp(frame) for frame in down + up} == {CS2}
    assert {frame.priorities for frame in down} == {(CS2 >> 3, CS2 >> 3)}


@pytest.mark.parametrize("direction", ["down", "up"])
def test_policed_udp_passes_at_the_rate_of_the_policy(lab: Lab, direction: str) -> None:
    metered = _with_policy(lab, "metered")
    seconds, size = 5, 1200
    command = ["iperf3", "-c", lab.core.address, "-p", str(lab.topology.core.iperf_port), "-u", "-J",
               "-b", f"{POLICED_KBPS[direction] * 2}K", "-t", str(seconds), "-l", str(size)]  # fmt: skip
    told = json.loads(metered.namespace.run(*command, *(["-R"] if direction == "down" else []), seconds=60))
    total = told["end"]["sum"]
    received = total["packets"] - total["lost_packets"]
    kbps = received * (size + UDP_HEADERS) * 8 / total["seconds"] / 1000
    assert kbps == pytest.approx(POLICED_KBPS[direction], rel=0.04), total


def test_what_was_over_the_rate_is_counted_by_policy_and_direction(lab: Lab) -> None:
    session = _session(lab, "metered")
    rows = {(row["policy"], row["direction"]): int(row["packets"]) for row in lab.appliance.table("qos:dropped")}
    assert session["input_dropped"] > 100 and session["output_dropped"] > 100
    assert rows["metered", "download"] == session["input_dropped"]
    assert rows["metered", "upload"] == session["output_dropped"]
    assert rows["voice", "download"] == 0


def test_segments_that_a_connection_offers_are_small_enough_in_both_directions(lab: Lab) -> None:
    voice = _with_policy(lab, "voice")
    down, up = _both_ends(lab, voice, lambda: _fetched(voice, lab.core.address))
    assert [_segment(frame) for frame in up if _segment(frame)] == [1300]
    assert [_segment(frame) for frame in down if _segment(frame)] == [1300]
    assert {_valid_tcp(frame) for frame in down + up if frame.payload[9] == TCP} == {True}


def test_a_foreign_mac_is_forwarded_and_counted_where_the_policy_only_logs(lab: Lab) -> None:
    lax, strict = _with_policy(lab, "lax"), _with_policy(lab, "unlimited")
    trunk_mac = lab.gateway.interface("trunk0")["address"]
    with Tap(lab.core.namespace, CORE_DEVICE) as core, Tap(lab.node.namespace, TRUNK) as trunk:
        for subscriber in (strict, lax):
            line = subscriber.plan.line
            packet = packets.udp(subscriber.address(), 4000, lab.core.address, 9, b"from another device")
            trunk.send(
                packets.ethernet(
                    "02:00:00:00:00:99", trunk_mac, packets.ETH_IPV4, packet, (line.svlan, line.cvlan)
                )
            )
        seen = {packets.Datagram.decode(frame.payload) for frame in core.frames(1)}
    assert {datagram.source for datagram in seen if datagram and datagram.target_port == 9} == {lax.address()}
    eventually(lambda: _session(lab, "lax")["spoofed"] >= 1, 5, "the foreign MAC is counted")


def test_policies_are_shown_with_their_sessions(lab: Lab) -> None:
    rows = {row["name"]: row for row in lab.appliance.table("qos:policies")}
    assert {name: rows[name]["sessions"] for name in POLICIES} == dict.fromkeys(POLICIES, "1")
    voice = rows["voice"]
    assert (voice["dscp_down"], voice["dscp_up"], voice["priority"]) == ("46", "10", "3")
    assert (voice["segment"], voice["origin"], voice["access"]) == ("1300", "own", "open")
    assert rows["lax"]["identity"] == "log_only" and rows["Gold"]["sessions"] == "0"


def test_a_file_that_makes_no_sense_changes_nothing_and_is_named(lab: Lab) -> None:
    before = _session(lab, "live")["download_bps"]
    _write(lab, "sluice.qos-live", {"dscp_down": 77})
    complaint = "etc/sluice.qos-live.cfg: dscp_down = 77, expected 0..63"
    eventually(lambda: complaint in lab.appliance.shell("sluice:status"), 10, "the file is complained of")
    assert _session(lab, "live")["download_bps"] == before
    _write(lab, "sluice.qos-live", {"dscp_down": "CS1"})
    eventually(lambda: complaint not in lab.appliance.shell("sluice:status"), 10, "the file is right again")


def _both_ends(lab: Lab, subscriber: Subscriber, act: Callable[[], object]) -> tuple[list, list]:
    """The frames to the subscriber on the trunk, and from him at the core, while something is done."""
    with Tap(lab.node.namespace, TRUNK) as trunk, Tap(lab.core.namespace, CORE_DEVICE) as core:
        act()
        down = [frame for frame in trunk.frames(0.5) if _is_ipv4(frame, 16, subscriber.address())]
        up = [frame for frame in core.frames(0.5) if _is_ipv4(frame, 12, subscriber.address())]
    return down, up


def _is_ipv4(frame: packets.Frame, at: int, address: str) -> bool:
    """Whether the packet has this address at an offset of its header, and is no DHCP."""
    if frame.kind != packets.ETH_IPV4 or ".".join(map(str, frame.payload[at : at + 4])) != address:
        return False
    datagram = packets.Datagram.decode(frame.payload)
    return datagram is None or datagram.target_port not in (packets.DHCP_SERVER, packets.DHCP_CLIENT)


def _dscp(frame: packets.Frame) -> int:
    return frame.payload[1] >> 2


def _segment(frame: packets.Frame) -> int:
    """The segment size that a SYN offers (RFC 9293, 3.7.1); 0 for everything else."""
    tcp = frame.payload[IPV4_HEADER:]
    if frame.payload[9] != TCP or not tcp[13] & SYN:
        return 0
    options = tcp[20 : (tcp[12] >> 4) * 4]
    while options and options[0]:
        length = 1 if options[0] == 1 else options[1]
        if options[0] == OPTION_SEGMENT:
            return struct.unpack_from("!H", options, 2)[0]
        options = options[length:]
    return 0


def _valid_tcp(frame: packets.Frame) -> bool:
    packet = frame.payload[: struct.unpack_from("!H", frame.payload, 2)[0]]
    pseudo = packet[12:20] + struct.pack("!BBH", 0, TCP, len(packet) - IPV4_HEADER)
    return packets.checksum(pseudo + packet[IPV4_HEADER:]) == 0


def _write(lab: Lab, pid: str, settings: dict[str, object]) -> None:
    """A file of settings, in place at once as an editor does it."""
    file = lab.appliance.directory / f"etc/{pid}.cfg"
    fresh = file.with_suffix(".new")
    fresh.write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
    fresh.replace(file)


def _session(lab: Lab, policy: str) -> dict:
    return lab.appliance.session_of(_with_policy(lab, policy).plan.mac)


def _with_policy(lab: Lab, policy: str) -> Subscriber:
    return next(one for one in lab.admitted if one.plan.policy == policy)


def _fetched(subscriber: Subscriber, host: str) -> int:
    """How many bytes a web client gets of a page; CommandFailed when it gets none."""
    said = subscriber.namespace.run("curl", "-s", "-f", "--max-time", "8", f"http://{host}/{PAGE_BYTES}")
    return len(said)

"""Policies of the operator on the wire, at both ends, and changed while packets pass."""

import dataclasses
import json
import struct
import threading
import time
from typing import Callable, Iterator

import pytest

from sluicelab import packets
from sluicelab.accessnode import TRUNK
from sluicelab.core import DEVICE as CORE_DEVICE
from sluicelab.cpe import Tap
from sluicelab.iperf import policed_kbit
from sluicelab.lab import HOME, Lab
from sluicelab.namespace import CommandFailed
from sluicelab.sequence import NUMBER, SequenceRun
from sluicelab.subscriber import Subscriber
from sluicelab.topology import Topology
from sluicelab.waiting import eventually

ELSEWHERE = "203.0.113.80"
PAGE_BYTES = 20_000
IPV4_HEADER, TCP, SYN, OPTION_SEGMENT = 20, 6, 2, 2
EF, AF11, CS1, CS2 = 46, 10, 8, 16
FOREIGN_PORT = 4009
SOON = 20  # seconds on a busy machine; on a quiet one two: a file counts when it is the same in two looks at etc/
POLICED_KBPS = {"down": 12_000, "up": 6_000}
POLICED_BURST_KBYTES = 150  # holds the rate while a busy machine lets the sender wait
SETTINGS: dict[str, dict[str, object]] = {
    "sluice.qos~voice": {
        "download_kbps": 20_000, "upload_kbps": 20_000, "dscp_down": "EF", "dscp_up": "AF11", "priority": 3,
        "max_segment_size": 1300,
    },
    "sluice.qos~metered": {
        "download_kbps": POLICED_KBPS["down"], "upload_kbps": POLICED_KBPS["up"],
        "download_burst_kbytes": POLICED_BURST_KBYTES, "upload_burst_kbytes": POLICED_BURST_KBYTES,
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
    rate = POLICED_KBPS[direction]
    measured = []
    while not measured or (measured[-1] < 0.97 * rate and len(measured) < 6):  # a stalled sender offers too little
        measured.append(round(policed_kbit(lab, metered, direction, rate, POLICED_BURST_KBYTES * 1000)))
    print(f"{direction}: {measured} kbit/s of {rate}")
    assert max(measured) <= 1.03 * rate
    assert measured[-1] >= 0.97 * rate


def test_what_was_over_the_rate_is_counted_by_policy_and_direction(lab: Lab) -> None:
    session = _session(lab, "metered")
    assert session["input_dropped"] > 100 and session["output_dropped"] > 100

    def is_the_sum() -> bool:
        now = _session(lab, "metered")
        return _dropped(lab, "metered") == {"download": now["input_dropped"], "upload": now["output_dropped"]}

    eventually(is_the_sum, 40, "the policy dropped what its only session dropped")
    assert _dropped(lab, "voice") == {"download": 0, "upload": 0}


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
            packet = packets.udp(subscriber.address(), 4000, lab.core.address, FOREIGN_PORT, b"from another")
            trunk.send(
                packets.ethernet(
                    "02:00:00:00:00:99", trunk_mac, packets.ETH_IPV4, packet, (line.svlan, line.cvlan)
                )
            )
        seen = {packets.Datagram.decode(frame.payload) for frame in core.frames(1)}
    assert {datagram.source for datagram in seen if datagram and datagram.target_port == FOREIGN_PORT} == {lax.address()}
    eventually(lambda: _session(lab, "lax")["spoofed"] >= 1, 5, "the foreign MAC is counted")


def test_policies_are_shown_with_their_sessions(lab: Lab) -> None:
    rows = {row["name"]: row for row in lab.appliance.table("qos:policies")}
    assert {name: rows[name]["sessions"] for name in POLICIES} == dict.fromkeys(POLICIES, "1")
    voice = rows["voice"]
    assert (voice["dscp_down"], voice["dscp_up"], voice["priority"]) == ("46", "10", "3")
    assert (voice["segment"], voice["origin"], voice["access"]) == ("1300", "own", "open")
    assert rows["lax"]["identity"] == "log_only" and rows["Gold"]["sessions"] == "0"


def test_a_changed_file_is_soon_on_the_wire_and_no_packet_is_lost(lab: Lab) -> None:
    live = _with_policy(lab, "live")
    with _Marks(lab, live) as marks, _numbered(lab, live) as run:
        marks.await_down(CS1, SOON)
        for dscp, kbps in ((CS2, 30_000), (EF, 60_000), (CS1, 90_000)):
            written = time.monotonic()
            _write(lab, "sluice.qos-live", {"dscp_down": dscp, "download_kbps": kbps, "upload_kbps": kbps})
            print(f"file to wire: {marks.await_down(dscp, SOON) - written:.3f} s")
            assert _session(lab, "live")["download_bps"] == kbps * 1000
        loss = run.stop()
    assert loss.missing == () and loss.sent > 50


def test_a_file_that_makes_no_sense_changes_nothing_and_is_named(lab: Lab) -> None:
    before = _session(lab, "live")["download_bps"]
    _write(lab, "sluice.qos-live", {"dscp_down": 77})
    complaint = "etc/sluice.qos-live.cfg: dscp_down = 77, expected 0..63"
    eventually(lambda: complaint in lab.appliance.shell("sluice:status"), 10, "the file is complained of")
    assert _session(lab, "live")["download_bps"] == before
    _write(lab, "sluice.qos-live", {"dscp_down": "CS1"})
    eventually(lambda: complaint not in lab.appliance.shell("sluice:status"), 10, "the file is right again")


def test_the_policy_of_a_removed_file_becomes_the_default_and_comes_back(lab: Lab) -> None:
    live = _with_policy(lab, "live")
    file = lab.appliance.directory / "etc/sluice.qos-live.cfg"
    text = file.read_text()
    with _Marks(lab, live) as marks, _numbered(lab, live) as run:
        marks.await_down(CS1, SOON)
        removed = time.monotonic()
        file.unlink()
        print(f"file to wire: {marks.await_down(0, SOON) - removed:.3f} s")
        eventually(lambda: lab.appliance.session_of(live.plan.mac)["policy"] == "unlimited", SOON, "the default policy")
        file.write_text(text)
        marks.await_down(CS1, SOON)
        loss = run.stop()
    assert loss.missing == ()
    assert lab.appliance.session_of(live.plan.mac)["policy"] == "live"


def test_other_defaults_reach_sessions_without_a_restart_of_the_engine(lab: Lab) -> None:
    plain = _with_policy(lab, "unlimited")
    with _numbered(lab, plain) as run:
        _write(lab, "sluice.qos.default", {"mtu": 1400})
        eventually(lambda: _row(lab, "unlimited")["mtu"] == "1400", SOON, "the default holds")
        _, up = _both_ends(lab, plain, lambda: _fetched(plain, lab.core.address))
        assert [_segment(frame) for frame in up if _segment(frame)] == [1360]
        _write(lab, "sluice.qos.default", {})
        eventually(lambda: _row(lab, "unlimited")["mtu"] == "", SOON, "the default is gone")
        loss = run.stop()
    assert loss.missing == ()
    assert lab.appliance.said().count("shards") == 1


def test_the_shell_changes_policy_and_rates_and_says_so_when_it_is_done(lab: Lab) -> None:
    live = _with_policy(lab, "live")
    who = lab.appliance.session_of(live.plan.mac)["session_id"]
    with _Marks(lab, live) as marks, _numbered(lab, live) as run:
        marks.await_down(CS1, SOON)
        assert "policy voice now" in lab.appliance.shell(f"session:policy {who} voice")
        assert marks.of_answer(run.sent + 1) == EF, "what is sent after the word has the new mark"
        told = json.loads(lab.appliance.shell(f"session:rates --json --download 7000 --upload 0 {who}"))["data"]
        assert told == {"session_id": who, "policy": "voice", "download_bps": 7_000_000, "upload_bps": None,
                        "access": "open"}  # fmt: skip
        lab.appliance.shell(f"session:reauthenticate {who}")
        marks.await_down(CS1, SOON)
        loss = run.stop()
    assert loss.missing == ()
    back = lab.appliance.session_of(live.plan.mac)
    assert back["session_id"] == who and back["policy"] == "live"
    assert back["download_bps"] is None and back["upload_bps"] is None


def test_a_name_that_is_nothing_is_refused_and_changes_nothing(lab: Lab) -> None:
    before = _session(lab, "Silver")
    for command in ("session:policy {} nowhere", "session:garden {} nowhere"):
        with pytest.raises(CommandFailed, match="There is no such policy or walled garden"):
            lab.appliance.shell(command.format(before["session_id"]))
    assert _session(lab, "Silver")["download_bps"] == before["download_bps"]


def test_a_session_is_blocked_walled_and_let_go_by_shell(lab: Lab) -> None:
    silver = _with_policy(lab, "Silver")
    address = silver.address()
    silver.ping(lab.core.address, count=1)
    assert "access blocked" in lab.appliance.shell(f"session:block {address}")
    assert not silver.reaches(lab.core.address)
    assert "access open" in lab.appliance.shell(f"session:unblock {address}")
    silver.ping(lab.core.address, count=1)
    assert "access walled" in lab.appliance.shell(f"session:garden {address} arrears")
    assert _fetched(silver, ELSEWHERE) == PAGE_BYTES  # the portal
    assert not silver.reaches(lab.core.address)
    lab.appliance.shell(f"session:garden {address} off")
    silver.ping(lab.core.address, count=1)
    assert silver.address() == address


def test_a_changed_garden_holds_for_those_in_it(lab: Lab) -> None:
    silver = _with_policy(lab, "Silver")
    core = lab.topology.core
    lab.appliance.shell(f"session:garden {silver.address()} arrears")
    assert not silver.reaches(lab.core.address)
    echo = f"{core.address.ip} udp/{core.echo_port}"
    with _numbered(lab, silver) as run:
        _write(lab, "sluice.garden-arrears", {"allowed": f"{echo}, {core.address.ip} icmp"})
        eventually(lambda: silver.reaches(lab.core.address), SOON, "the garden has a ping now")
        loss = run.stop()
    assert loss.missing == ()
    lab.appliance.shell(f"session:garden {silver.address()} off")


def test_what_the_shell_changed_survives_a_crash(lab: Lab) -> None:
    silver = _with_policy(lab, "Silver")
    lab.appliance.shell(f"session:policy {silver.address()} voice")
    lab.appliance.shell(f"session:block {silver.address()}")
    lab.appliance.kill()
    lab.appliance.start()
    session = lab.appliance.session_of(silver.plan.mac)
    assert (session["policy"], session["access"]) == ("voice", "blocked")
    assert not silver.reaches(lab.core.address)
    lab.appliance.shell(f"session:unblock {silver.address()}")
    silver.ping(lab.core.address, count=1)


class _Marks:
    """Looks at every frame to one subscriber and notes the DSCP that was seen last, and that of every numbered answer."""

    def __init__(self, lab: Lab, subscriber: Subscriber) -> None:
        self._address = subscriber.address()
        self._echo_port = lab.topology.core.echo_port
        self._tap = Tap(lab.node.namespace, TRUNK)
        self._latest: tuple[int, float] = (-1, 0.0)
        self._of_answers: dict[int, int] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def __enter__(self) -> "_Marks":
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._tap.close()

    def await_down(self, dscp: int, seconds: float) -> float:
        """When a frame with this mark was seen that is no older than the call."""
        since = time.monotonic()

        def marked() -> float:
            latest, at = self._latest
            return at if latest == dscp and at >= since else 0.0

        return eventually(marked, seconds, f"frames with DSCP {dscp}")

    def of_answer(self, number: int) -> int:
        """The mark of the answer to this number of a SequenceRun."""
        eventually(lambda: number in self._of_answers, SOON, f"the answer to number {number}")
        return self._of_answers[number]

    def _look(self) -> None:
        while not self._ending.is_set():
            for frame in self._tap.frames(0.2):
                if _is_ipv4(frame, 16, self._address):
                    self._latest = (_dscp(frame), time.monotonic())
                    datagram = packets.Datagram.decode(frame.payload)
                    if datagram is not None and datagram.source_port == self._echo_port:
                        self._of_answers[NUMBER.unpack_from(datagram.payload)[0]] = _dscp(frame)


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


def _numbered(lab: Lab, subscriber: Subscriber) -> SequenceRun:
    return SequenceRun(subscriber.namespace, lab.core.address, lab.topology.core.echo_port)


def _write(lab: Lab, pid: str, settings: dict[str, object]) -> None:
    """A file of settings, in place at once as an editor does it."""
    file = lab.appliance.directory / f"etc/{pid}.cfg"
    fresh = file.with_suffix(".new")
    fresh.write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
    fresh.replace(file)


def _session(lab: Lab, policy: str) -> dict:
    return lab.appliance.session_of(_with_policy(lab, policy).plan.mac)


def _row(lab: Lab, policy: str) -> dict[str, str]:
    return next(row for row in lab.appliance.table("qos:policies") if row["name"] == policy)


def _dropped(lab: Lab, policy: str) -> dict[str, int]:
    """Packets that were over the rate of a policy, by direction."""
    rows = lab.appliance.table("qos:dropped")
    return {row["direction"]: int(row["packets"]) for row in rows if row["policy"] == policy}


def _with_policy(lab: Lab, policy: str) -> Subscriber:
    return next(one for one in lab.admitted if one.plan.policy == policy)


def _fetched(subscriber: Subscriber, host: str) -> int:
    """How many bytes a web client gets of a page; CommandFailed when it gets none."""
    said = subscriber.namespace.run("curl", "-s", "-f", "--max-time", "8", f"http://{host}/{PAGE_BYTES}")
    return len(said)

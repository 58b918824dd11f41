"""The operator's tools for the data plane: what they show is what is on the wire and in the kernel."""

import json
import pathlib
import stat

import pytest

from sluicelab import packets, tracing
from sluicelab.appliance import PINS
from sluicelab.cpe import Tap
from sluicelab.lab import Lab
from sluicelab.namespace import CommandFailed, run
from sluicelab.waiting import eventually

ENTRY_BYTES, UP_LIMIT_AT, HALVES_APART, SESSION_AT = 256, 24, 192, 192


def entry(lab: Lab, who: str) -> dict:
    (only,) = json.loads(lab.appliance.shell(f"dataplane:entry --json {who}"))["data"]
    return only


def findings(lab: Lab) -> list[dict]:
    """What dataplane:check finds, whatever its exit status."""
    try:
        return json.loads(lab.appliance.shell("dataplane:check --json").splitlines()[0])["data"]
    except CommandFailed as failure:
        return json.loads(failure.output.splitlines()[0])["data"]


def pinned_map(name: str) -> pathlib.Path:
    (path,) = PINS.glob(f"*/map_{name}")
    return path


def hexadecimal(data: bytes) -> list[str]:
    return [f"{byte:02x}" for byte in data]


def test_entry_shows_the_line_and_the_counters_of_a_subscriber(lab: Lab) -> None:
    subscriber = lab.admitted[0]
    subscriber.ping(lab.core.address, count=1)
    for who in (subscriber.address(), subscriber.plan.mac, lab.appliance.session_of(subscriber.plan.mac)["session_id"]):
        shown = entry(lab, who)
        assert shown["address"] == subscriber.address()
        assert shown["mac"] == subscriber.plan.mac
        assert shown["state"] == "open"
        assert shown["line"] == f"0:{subscriber.plan.line.svlan}.{subscriber.plan.line.cvlan}"
        assert int(shown["upload_packets"]) > 0 and int(shown["download_packets"]) > 0
        assert int(shown["kernel_index"]) > 0
        assert shown.get("kernel_lease_address", subscriber.address()) == subscriber.address()


def test_trace_of_a_pinging_subscriber_shows_both_directions_and_a_forged_source(lab: Lab) -> None:
    subscriber, neighbour = lab.admitted[0], lab.admitted[1]
    line = subscriber.plan.line
    trunk_mac = lab.gateway.interface("trunk0")["address"]
    forged = packets.ethernet(
        subscriber.plan.mac, trunk_mac, packets.ETH_IPV4,
        packets.udp("192.0.2.1", 4000, lab.core.address, 9, b"forged"), (line.svlan, line.cvlan),
    )  # fmt: skip

    def act() -> None:
        for pinging in (subscriber, neighbour):
            pinging.ping(lab.core.address, count=3, size=tracing.MEANT_BYTES)
        with Tap(lab.node.namespace, "up0") as trunk:
            trunk.send(forged)

    shown = tracing.traced(lab, subscriber, act)
    up = [frame for frame in shown if frame["direction"] == "up" and "ICMP 8" in frame["frame"]]
    down = [frame for frame in shown if frame["direction"] == "down" and "ICMP 0" in frame["frame"]]
    assert len(up) == len(down) == 3
    assert {frame["verdict"] for frame in up} == {"forwarded to the core"}
    assert {frame["verdict"] for frame in down} == {"forwarded to a subscriber"}
    assert all(f"vlan {line.svlan} vlan {line.cvlan}" in frame["frame"] for frame in up + down)
    (refused,) = [frame for frame in shown if "192.0.2.1" in frame["frame"]]
    assert refused["dropped"] and refused["verdict"] == "drop: source address of no open session"
    assert not [frame for frame in shown if neighbour.address() in frame["frame"]]


def test_capture_is_read_by_tcpdump_with_tags_and_both_directions(lab: Lab) -> None:
    subscriber = lab.admitted[0]
    line = subscriber.plan.line
    ping = lambda: subscriber.ping(lab.core.address, count=3, size=tracing.MEANT_BYTES)  # noqa: E731
    told, file = tracing.captured(lab, subscriber, "lab.pcapng", ping)
    assert pathlib.Path(told["file"]) == file and file.stat().st_size == told["bytes"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    read = tracing.read(file)
    assert read.count("ICMP echo request") == read.count("ICMP echo reply") == 3
    assert f"vlan {line.svlan}" in read and f"vlan {line.cvlan}" in read and subscriber.plan.mac in read


def test_check_finds_nothing_in_a_healthy_gateway(lab: Lab) -> None:
    assert findings(lab) == []
    assert lab.appliance.shell("dataplane:check").strip() == "0 findings"


def test_check_finds_an_entry_whose_rate_was_changed_behind_the_gateways_back(lab: Lab) -> None:
    subscriber = lab.admitted[0]
    index = int(entry(lab, subscriber.address())["kernel_index"])
    key, path = hexadecimal(index.to_bytes(4, "little")), pinned_map("subscribers")
    before = _value(path, key)
    changed = bytearray(before)
    half = 8 + HALVES_APART * (changed[0] & 1)
    changed[half + UP_LIMIT_AT : half + UP_LIMIT_AT + 4] = (40_960_000).to_bytes(4, "little")
    try:
        run("bpftool", "map", "update", "pinned", path, "key", "hex", *key, "value", "hex", *hexadecimal(changed))
        (finding,) = findings(lab)
        assert finding["what"] == "upload limit"
        with pytest.raises(CommandFailed):
            run(*lab.appliance.shell_command(), "dataplane:check")
    finally:
        run("bpftool", "map", "update", "pinned", path, "key", "hex", *key, "value", "hex", *hexadecimal(before))
    eventually(lambda: findings(lab) == [], 20, "the books agree again")


def test_check_finds_an_entry_that_is_gone_and_one_that_is_nobodys(lab: Lab) -> None:
    subscriber = lab.admitted[0]
    session = lab.appliance.session_of(subscriber.plan.mac)["session_id"]
    index = int(entry(lab, subscriber.address())["kernel_index"])
    key, path = hexadecimal(index.to_bytes(4, "little")), pinned_map("subscribers")
    spare = hexadecimal((index + 20).to_bytes(4, "little"))
    before, free = _value(path, key), _value(path, spare)
    moved = bytearray(before)
    moved[SESSION_AT : SESSION_AT + 8] = (0xDEAD).to_bytes(8, "little")
    try:
        run("bpftool", "map", "update", "pinned", path, "key", "hex", *key, "value", "hex", *["00"] * ENTRY_BYTES)
        run("bpftool", "map", "update", "pinned", path, "key", "hex", *spare, "value", "hex", *hexadecimal(moved))
        found = {(one["session"], one["finding"]) for one in findings(lab)}
        assert (session, "open session without an entry in the data plane") in found
        assert ("000000000000dead", "entry in the data plane without a session") in found
    finally:
        run("bpftool", "map", "update", "pinned", path, "key", "hex", *spare, "value", "hex", *hexadecimal(free))
        run("bpftool", "map", "update", "pinned", path, "key", "hex", *key, "value", "hex", *hexadecimal(before))
    eventually(lambda: findings(lab) == [], 20, "the books agree again")


def _value(path: pathlib.Path, key: list[str]) -> bytes:
    told = json.loads(run("bpftool", "-j", "map", "lookup", "pinned", path, "key", "hex", *key))
    return bytes(int(byte, 16) for byte in told["value"])

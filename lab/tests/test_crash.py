"""The JVM is killed while subscribers work. Tests of this module build on each other, in order."""

import dataclasses

import pytest

from sluicelab import pings
from sluicelab.lab import Lab
from sluicelab.sequence import SequenceRun
from sluicelab.waiting import eventually

pytestmark = pytest.mark.usefixtures("crash")


@dataclasses.dataclass
class Before:
    """What was known before the crash, by MAC."""

    sessions: dict[str, dict]
    starts: int
    losses: dict[str, object] = dataclasses.field(default_factory=dict)
    pings: dict[str, str] = dataclasses.field(default_factory=dict)


@pytest.fixture(scope="module")
def crash(lab: Lab) -> Before:
    """kill -9 under ping, iperf3 and numbered datagrams; everything stopped again when the JVM is back."""
    address, plan = lab.core.address, lab.topology.core
    before = Before({}, 0)
    runs = {one.plan.name: SequenceRun(one.namespace, address, plan.echo_port) for one in lab.admitted}
    pinging = {
        one.plan.name: one.namespace.start("ping", "-n", "-i", "0.05", address, log=one.work / "ping.log")
        for one in lab.admitted
    }
    first = lab.admitted[0]
    iperf = first.namespace.start(
        "iperf3", "-c", address, "-u", "-b", "4M", "-t", "600", "--forceflush", log=first.work / "iperf3.log"
    )
    eventually(lambda: all(run.received > 200 for run in runs.values()), 20, "traffic on every line")
    before.sessions = {row["mac_address"]: row for row in lab.appliance.sessions() if row["ip_address"]}
    before.starts = sum(record.status == "Start" for record in lab.radius.records())
    lab.appliance.kill()
    marks = {name: run.received for name, run in runs.items()}
    eventually(lambda: all(run.received > marks[name] + 600 for name, run in runs.items()), 30, "traffic without a JVM")
    assert not lab.appliance.alive
    lab.appliance.start()
    marks = {name: run.received for name, run in runs.items()}
    eventually(lambda: all(run.received > marks[name] + 600 for name, run in runs.items()), 30, "traffic after the restart")
    iperf.stop()
    for name, ping in pinging.items():
        ping.interrupt()
        before.pings[name] = ping.said()
    before.losses = {name: run.stop() for name, run in runs.items()}
    return before


def test_not_one_packet_is_lost(crash: Before) -> None:
    for name, loss in crash.losses.items():
        assert loss.missing == (), f"{name}: {loss}"
        assert loss.duplicates == 0
        assert loss.sent > 1500, "the run was long enough to mean something"


def test_not_one_ping_is_lost(crash: Before) -> None:
    for name, said in crash.pings.items():
        assert pings.lost(said) == [], f"{name}: {said[-300:]}"


def test_the_same_sessions_with_the_same_addresses_are_there(lab: Lab, crash: Before) -> None:
    after = {row["mac_address"]: row for row in lab.appliance.sessions() if row["ip_address"]}
    assert after.keys() == crash.sessions.keys()
    for mac, row in after.items():
        for field in ("session_id", "ip_address", "username", "policy", "session_start"):
            assert row[field] == crash.sessions[mac][field]


def test_counters_never_go_back(lab: Lab, crash: Before) -> None:
    for row in lab.appliance.sessions():
        if row["ip_address"]:
            for counter in ("input_octets", "output_octets", "input_packets", "output_packets"):
                assert row[counter] >= crash.sessions[row["mac_address"]][counter]
    for subscriber in lab.admitted:
        counted = [record.up_bytes for record in lab.radius.records_of(subscriber.plan)]
        assert counted == sorted(counted)


def test_no_second_start_is_accounted(lab: Lab, crash: Before) -> None:
    interims = {one.plan.name: len(lab.radius.records_of(one.plan)) for one in lab.admitted}
    eventually(
        lambda: all(len(lab.radius.records_of(one.plan)) > interims[one.plan.name] + 1 for one in lab.admitted),
        8 + 3 * lab.topology.gateway.interim_seconds,
        "interims after the restart",
    )
    assert sum(record.status == "Start" for record in lab.radius.records()) == crash.starts
    assert not [record for record in lab.radius.records() if record.status == "Stop"]


def test_the_event_stream_has_no_hole_and_no_second_start(lab: Lab) -> None:
    events = lab.oss.redis.events()
    starts = [event["session_id"] for event in events if event["event_type"] == "SESSION_START"]
    assert len(set(starts)) == len(starts) == len(lab.admitted)


def test_clients_renew_after_the_restart(lab: Lab) -> None:
    for subscriber in lab.admitted:
        noted, address = subscriber.lease_noted_at(), subscriber.address()
        subscriber.renew()
        eventually(lambda: subscriber.has_lease() and subscriber.lease_noted_at() > noted, 20, f"{subscriber.plan.name} renewed")
        assert subscriber.lease().address == address

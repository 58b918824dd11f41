"""
The machine loses its power: the JVM is killed, what the kernel had is gone (programs, maps, links), and the next start is
another boot. Tests of this module build on each other, in order.
"""

import concurrent.futures
import dataclasses
import time
from typing import Iterator

import pytest

from sluicelab import books
from sluicelab.lab import Lab
from sluicelab.radius import AccountingRecord
from sluicelab.subscriber import Subscriber
from sluicelab.waiting import eventually, throughout

SHORT_SECONDS = 40  # the lease of those whose session may live no longer
LOST, LIVING = (0, 3), (1, 2, 4, 5)
QUIET_SECONDS = 3


@dataclasses.dataclass
class Reboot:
    """What was known before the first power cut, by MAC."""

    sessions: dict[str, dict] = dataclasses.field(default_factory=dict)
    last: dict[str, AccountingRecord] = dataclasses.field(default_factory=dict)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab in which some subscribers have a lease that a power cut outlasts."""
    lab = Lab(progress=print)
    lab.radius.replies = {lab.admitted[who].plan: [f"Session-Timeout = {SHORT_SECONDS}"] for who in LOST}
    lab.up()
    try:
        lab.clients_up()
        yield lab
    finally:
        lab.down()


@pytest.fixture(scope="module")
def reboot(lab: Lab) -> Reboot:
    """Traffic, its interim records, the power cut, and the start after the short leases are over."""
    reboot = Reboot()
    with concurrent.futures.ThreadPoolExecutor() as threads:
        for done in [threads.submit(books.exercise, lab, subscriber) for subscriber in lab.admitted]:
            done.result()
    reboot.sessions = {row["mac_address"]: row for row in lab.appliance.sessions() if row["ip_address"]}
    for subscriber in lab.admitted:
        reboot.last[subscriber.plan.mac] = eventually(
            lambda: _interim_of_all_traffic(lab, subscriber), 20, f"{subscriber.plan.name} is accounted"
        )
    for who in LOST:
        lab.admitted[who].crash_client()
    began = max(lab.admitted[who].lease_noted_at() for who in LOST)
    lab.appliance.cut_power()
    assert not lab.admitted[LIVING[0]].reaches(lab.core.address), "nothing is forwarded without the machine"
    eventually(lambda: time.time() > began + SHORT_SECONDS + 1, SHORT_SECONDS + 5, "the short leases are over")
    lab.appliance.start()
    return reboot


def test_who_did_not_live_through_it_gets_one_stop_with_nas_reboot_and_the_last_known_counters(
    lab: Lab, reboot: Reboot
) -> None:
    for who in LOST:
        subscriber = lab.admitted[who]
        last = reboot.last[subscriber.plan.mac]
        stop = eventually(lambda: _stops(lab, subscriber), 20, f"{subscriber.plan.name} is stopped")[0]
        assert stop.text("Acct-Terminate-Cause") == "NAS-Reboot"
        assert stop.session == reboot.sessions[subscriber.plan.mac]["session_id"] == last.session
        assert (stop.up_bytes, stop.down_bytes) == (last.up_bytes, last.down_bytes)
        assert stop.up_bytes > books.UP_BYTES and stop.down_bytes > books.DOWN_BYTES
        assert stop.text("Framed-IP-Address") == last.text("Framed-IP-Address")
        assert stop.text("Class") == last.text("Class") != ""
        assert not subscriber.reaches(lab.core.address)


def test_who_has_a_lease_goes_on_with_session_address_and_counters(lab: Lab, reboot: Reboot) -> None:
    after = {row["mac_address"]: row for row in lab.appliance.sessions() if row["ip_address"]}
    assert after.keys() == {lab.admitted[who].plan.mac for who in LIVING}
    for who in LIVING:
        subscriber = lab.admitted[who]
        mac = subscriber.plan.mac
        for field in ("session_id", "ip_address", "username", "policy", "session_start"):
            assert after[mac][field] == reboot.sessions[mac][field]
        subscriber.ping(lab.core.address, count=2)
        records = lab.radius.records_of(subscriber.plan)
        assert [record.status for record in records].count("Start") == 1
        later = eventually(lambda: _later(lab, subscriber, reboot), 20, f"{subscriber.plan.name} is accounted again")
        assert later.up_bytes > reboot.last[mac].up_bytes, "the pings come on top"
        counted = [record.up_bytes for record in lab.radius.records_of(subscriber.plan)]
        assert counted == sorted(counted)
    assert lab.appliance.shell("dataplane:check") != ""


def test_accounting_is_not_told_to_begin_anew_while_sessions_go_on(lab: Lab, reboot: Reboot) -> None:
    records = lab.radius.records()
    assert records[0].status == "Accounting-On"
    assert [record.status for record in records].count("Accounting-On") == 1, "it would end them at the server"


def test_no_stop_is_told_twice_by_further_starts(lab: Lab, reboot: Reboot) -> None:
    lab.appliance.kill()
    lab.appliance.start()
    lab.appliance.cut_power()
    lab.appliance.start()
    throughout(lambda: lab.appliance.alive, QUIET_SECONDS, "records that wait are sent")
    stops = [record for record in lab.radius.records() if record.status == "Stop"]
    assert sorted(stop.session for stop in stops) == sorted(
        reboot.sessions[lab.admitted[who].plan.mac]["session_id"] for who in LOST
    )
    events = [event for event in lab.oss.redis.events() if event["event_type"] == "SESSION_STOP"]
    assert len({event["seq"] for event in events}) == len(LOST)
    for who in LIVING:
        lab.admitted[who].ping(lab.core.address, count=1)


def test_who_was_lost_comes_back_as_a_new_session(lab: Lab, reboot: Reboot) -> None:
    subscriber = lab.admitted[LOST[0]]
    subscriber.forget()
    subscriber.start_client()
    subscriber.online(30)
    subscriber.ping(lab.core.address, count=2)
    session = lab.appliance.session_of(subscriber.plan.mac)
    assert session["session_id"] != reboot.sessions[subscriber.plan.mac]["session_id"]


def test_with_no_survivor_every_stop_comes_before_accounting_on_and_no_start_before_it(lab: Lab, reboot: Reboot) -> None:
    here = {row["session_id"]: row["mac_address"] for row in lab.appliance.sessions() if row["ip_address"]}
    known = len(lab.radius.records())
    for subscriber in lab.admitted:
        subscriber.crash_client()
    began = max(subscriber.lease_noted_at() for subscriber in lab.admitted)
    lab.appliance.cut_power()
    lease = lab.topology.pools[0].lease_seconds
    eventually(lambda: time.time() > began + lease + 1, lease + 5, "all leases are over")
    lab.appliance.start()
    on = lambda: [one for one in lab.radius.records()[known:] if one.status == "Accounting-On"]  # noqa: E731
    eventually(on, 30, "Accounting-On")
    subscriber = lab.admitted[LIVING[0]]
    subscriber.forget()
    subscriber.start_client()
    subscriber.online(30)
    eventually(lambda: lab.radius.records()[-1].status == "Start", 20, "the first session of the new boot is accounted")
    told = [record for record in lab.radius.records()[known:] if record.status != "Interim-Update"]
    assert [record.status for record in told] == ["Stop"] * len(here) + ["Accounting-On", "Start"]
    assert {record.session for record in told[: len(here)]} == set(here)
    assert {record.text("Acct-Terminate-Cause") for record in told[: len(here)]} == {"NAS-Reboot"}


def _stops(lab: Lab, subscriber: Subscriber) -> list[AccountingRecord]:
    return [record for record in lab.radius.records_of(subscriber.plan) if record.status == "Stop"]


def _interim_of_all_traffic(lab: Lab, subscriber: Subscriber) -> AccountingRecord | None:
    """The last record once it has every byte of the interface."""
    last = lab.radius.records_of(subscriber.plan)[-1]
    used = subscriber.traffic()
    return last if (last.up_bytes, last.down_bytes) == (used.up_bytes, used.down_bytes) else None


def _later(lab: Lab, subscriber: Subscriber, reboot: Reboot) -> AccountingRecord | None:
    last = lab.radius.records_of(subscriber.plan)[-1]
    return last if last.up_bytes > reboot.last[subscriber.plan.mac].up_bytes else None

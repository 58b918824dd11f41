"""Session-Timeout, Idle-Timeout, Termination-Action and Acct-Interim-Interval, as FreeRADIUS grants them, act."""

import concurrent.futures
from typing import Iterator

import pytest

from sluicelab.coa import CoaSender
from sluicelab.lab import Lab
from sluicelab.radius import AccountingRecord
from sluicelab.subscriber import Subscriber
from sluicelab.waiting import eventually, throughout

SESSION_SECONDS = 14
IDLE_SECONDS = 4
INTERIM_SECONDS = 2
ASK_SECONDS = 12
SLACK_SECONDS = 3  # of clocks in whole seconds, and of a busy machine

GRANTS = (
    (f"Session-Timeout = {SESSION_SECONDS}",),
    (f"Idle-Timeout = {IDLE_SECONDS}",),
    (f"Acct-Interim-Interval := {INTERIM_SECONDS}",),
    (),
    # of a dhclient: udhcpc takes no lease as short as this session time for what it is, and renews too late
    (f"Session-Timeout = {ASK_SECONDS}", "Termination-Action = RADIUS-Request", "State = 0x00cafe01"),
)

# What the last of them is granted who brings the State of the accept before (RFC 2865, 5.24)
RETURNING = (
    "State == 0x00cafe01, Auth-Type := Accept\n\tFilter-Id = guest, State = 0xbeef",
    "State == 0xbeef, Auth-Type := Accept\n\tFilter-Id = business-100mbps",
)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab in which the first subscribers have short times; nobody is online yet."""
    lab = Lab(progress=print)
    lab.radius.replies = {subscriber.plan: list(granted) for subscriber, granted in zip(lab.admitted, GRANTS)}
    lab.radius.rules = {lab.admitted[4].plan: list(RETURNING)}
    lab.up()
    try:
        yield lab
    finally:
        lab.down()


def test_session_timeout_ends_the_session_on_time_and_its_packets(lab: Lab) -> None:
    subscriber = _online(lab, 0)
    noted = subscriber.lease_noted_at()
    shown = lab.appliance.session_of(subscriber.plan.mac)
    assert 0 < shown["timers"]["session-timeout"] <= SESSION_SECONDS
    # the lease is as long as the session may live: renewed once, it does not end before the session time does
    eventually(lambda: subscriber.lease_noted_at() > noted, SESSION_SECONDS, "the client renewed")
    subscriber.crash_client()
    subscriber.ping(lab.core.address, count=1)
    stop = _stop(lab, subscriber, SESSION_SECONDS + SLACK_SECONDS)
    assert stop.text("Acct-Terminate-Cause") == "Session-Timeout"
    assert abs(stop.number("Acct-Session-Time") - SESSION_SECONDS) <= 1  # both ends are cut to whole seconds
    assert not subscriber.reaches(lab.core.address)


def test_idle_timeout_spares_who_sends_and_ends_who_is_silent(lab: Lab) -> None:
    subscriber = _online(lab, 1)
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        pings = threads.submit(subscriber.ping, lab.core.address, 6 * IDLE_SECONDS, 0.5)  # three times the idle time
        session = lab.appliance.session_of(subscriber.plan.mac)["session_id"]
        pings.result()
    subscriber.crash_client()
    stop = _stop(lab, subscriber, IDLE_SECONDS + 1 + SLACK_SECONDS)
    assert (stop.session, stop.text("Acct-Terminate-Cause")) == (session, "Idle-Timeout")
    assert stop.number("Acct-Session-Time") >= 4 * IDLE_SECONDS - 1
    assert stop.number("Acct-Input-Packets") >= 6 * IDLE_SECONDS
    assert not subscriber.reaches(lab.core.address)


def test_interim_records_come_at_the_interval_that_radius_grants(lab: Lab) -> None:
    subscriber = _online(lab, 2)
    session = lab.appliance.session_of(subscriber.plan.mac)["session_id"]

    def interims() -> list[AccountingRecord]:
        records = lab.radius.records_of(subscriber.plan)
        return [one for one in records if one.status == "Interim-Update" and one.session == session]

    eventually(lambda: len(interims()) >= 5, 5 * INTERIM_SECONDS + SLACK_SECONDS, "five interim records")
    times = [record.number("Acct-Session-Time") for record in interims()[:5]]
    assert times == sorted(times)
    assert all(abs(later - earlier - INTERIM_SECONDS) <= 1 for earlier, later in zip(times, times[1:])), times


def test_termination_action_asks_radius_again_and_the_subscriber_stays_online(lab: Lab) -> None:
    subscriber = _online(lab, 4)
    session = lab.appliance.session_of(subscriber.plan.mac)["session_id"]
    asked = lab.radius.accepted(subscriber.plan)
    eventually(lambda: lab.radius.accepted(subscriber.plan) > asked, ASK_SECONDS + SLACK_SECONDS, "RADIUS is asked again")
    stopped = [record for record in lab.radius.records_of(subscriber.plan) if record.status == "Stop"]
    assert stopped == []
    throughout(lambda: subscriber.reaches(lab.core.address), 2, "packets pass on")
    after = lab.appliance.session_of(subscriber.plan.mac)
    assert (after["session_id"], after["policy"]) == (session, "guest"), "RADIUS has seen the State of its accept"
    sender = CoaSender(lab.oss.namespace, str(lab.topology.gateway.management.ip), lab.radius.secret)
    again = sender.coa(f'Acct-Session-Id = "{session}"', 'Cisco-AVPair = "subscriber:command=reauthenticate"')
    assert again.code == "CoA-ACK"
    assert lab.appliance.session_of(subscriber.plan.mac)["policy"] == "business-100mbps"


def _online(lab: Lab, number: int) -> Subscriber:
    subscriber = lab.admitted[number]
    subscriber.start_client()
    subscriber.online(60)
    subscriber.ping(lab.core.address, count=1)
    return subscriber


def _stop(lab: Lab, subscriber: Subscriber, seconds: float) -> AccountingRecord:
    def stops() -> list[AccountingRecord]:
        return [record for record in lab.radius.records_of(subscriber.plan) if record.status == "Stop"]

    return eventually(stops, seconds, f"{subscriber.plan.name} is accounted as stopped")[0]

"""
The JVM is killed again and again, at moments that a seed chooses, while subscribers come and go: while it starts, while it
recovers, while it serves. Tests of this module build on each other, in order. LAB_FULL=1: 200 kills. LAB_SEED=N: another
seed than the printed one.
"""

import collections
import dataclasses
import os
import random
import time
from typing import Iterator

import pytest

from sluicelab.churn import Churn
from sluicelab.lab import Lab
from sluicelab.radius import AccountingRecord
from sluicelab.waiting import eventually, throughout

FULL = bool(os.environ.get("LAB_FULL"))
KILLS, MOST_SECONDS = (200, 5400) if FULL else (12, 200)
ONLINE, NEW_PER_SECOND = 40, 8
LONGEST_LIFE_SECONDS = 20  # most of it is start-up on a busy machine


@dataclasses.dataclass
class Trial:
    """What was seen on the way."""

    seed: int
    churn: Churn
    kills: int = 0
    served: int = 0
    check: str = ""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab whose lines have room for everybody."""
    lab = Lab(progress=print)
    lab.radius.replies = {one.plan: ['Framed-IPv6-Pool = "link"'] for one in lab.admitted}
    lab.up(
        {
            "sluice.session": {"max_sessions_per_line": 4 * ONLINE, "delegated_ipv6_prefix_pool": "home"},
            "sluice.pools.prefix~link": {"name": "link", "network": "2001:db8:1::/57", "length": 64},
            "sluice.pools.prefix~home": {"name": "home", "network": "2001:db8:a000::/48", "length": 56},
        }
    )
    try:
        lab.clients_up()
        yield lab
    finally:
        lab.down()


@pytest.fixture(scope="module")
def trial(lab: Lab) -> Trial:
    """Kills under churn; then a start that is left alone."""
    seed = int(os.environ.get("LAB_SEED") or time.time())
    print(f"LAB_SEED={seed}")
    chance = random.Random(seed)
    pings = [one.namespace.start("ping", "-n", "-i", "0.05", lab.core.address, log=one.work / "ping.log") for one in lab.admitted]
    began = time.monotonic()
    with Churn(lab, seed, ONLINE, NEW_PER_SECOND) as churn:
        trial = Trial(seed, churn)
        while trial.kills < KILLS and time.monotonic() - began < MOST_SECONDS:
            throughout(lambda: lab.appliance.alive, chance.uniform(0.2, LONGEST_LIFE_SECONDS), "the JVM lives until it is killed")
            trial.served += trial.churn.count
            lab.appliance.kill()
            trial.kills += 1
            lab.appliance.launch()
        lab.appliance.kill()
        lab.appliance.start()
        served = churn.count
        eventually(lambda: churn.count > served, 60, "subscribers come and go after the last kill")
    for ping in pings:
        ping.stop()
    trial.check = lab.appliance.shell("dataplane:check")
    return trial


def records_by_session(lab: Lab) -> dict[str, list[AccountingRecord]]:
    sessions: dict[str, list[AccountingRecord]] = {}
    for record in lab.radius.records():
        if record.status in ("Start", "Interim-Update", "Stop"):
            sessions.setdefault(record.session, []).append(record)
    return sessions


def test_killed_often_enough_and_never_two_had_one_address(trial: Trial) -> None:
    assert trial.kills >= (KILLS if FULL else 8), f"LAB_SEED={trial.seed}"
    assert trial.churn.count > 10
    assert trial.churn.duplicates() == [], f"LAB_SEED={trial.seed}"


def test_never_two_had_one_prefix(lab: Lab, trial: Trial) -> None:
    having: dict[str, str] = {}
    seen = 0
    for event in sorted(lab.oss.redis.events(), key=lambda event: int(event["seq"])):
        for prefix in filter(None, (event.get("framed_prefix"), event.get("delegated_prefix"))):
            seen += 1
            if event["event_type"] == "SESSION_STOP":
                having.pop(prefix, None)
            else:
                holder = having.setdefault(prefix, event["session_id"])
                assert holder == event["session_id"], f"{prefix}, LAB_SEED={trial.seed}"
    assert seen > 100


def test_sessions_store_and_data_plane_agree_after_the_last_start(trial: Trial) -> None:
    assert trial.check != "", f"LAB_SEED={trial.seed}"  # it exits with 1 when something does not fit


def test_nothing_is_left_when_everybody_is_gone(lab: Lab, trial: Trial) -> None:
    for subscriber in lab.subscribers:
        subscriber.crash_client()
    lab.appliance.shell("session:drain --yes")
    eventually(lambda: lab.appliance.sessions() == [], 30, f"no session is left, LAB_SEED={trial.seed}")
    assert lab.appliance.shell("dataplane:check") != ""
    assert lab.appliance.table("dataplane:entries") == []
    for pool in lab.appliance.table("pools:list"):
        assert int(pool["held"]) == 0, pool


def test_every_session_has_one_start_and_one_stop(lab: Lab, trial: Trial) -> None:
    def open_ones() -> set[str]:
        records = records_by_session(lab)
        return {session for session, many in records.items() if many[-1].status != "Stop"}

    eventually(lambda: not open_ones(), 60, f"every session is stopped in accounting, LAB_SEED={trial.seed}")
    events = collections.Counter(
        (event["session_id"], event["event_type"])
        for event in {event["seq"]: event for event in lab.oss.redis.events()}.values()
        if event["event_type"] in ("SESSION_START", "SESSION_STOP")
    )
    started = {session for session, kind in events if kind == "SESSION_START"}
    assert started == {session for session, kind in events if kind == "SESSION_STOP"}
    assert set(events.values()) == {1}
    assert started == records_by_session(lab).keys()


def test_no_counter_goes_back_and_none_is_invented(lab: Lab, trial: Trial) -> None:
    used: dict[str, list[int]] = {}
    for session, records in records_by_session(lab).items():
        for counter in ("up_bytes", "down_bytes"):
            counted = [getattr(record, counter) for record in records]
            assert counted == sorted(counted), f"session {session}, LAB_SEED={trial.seed}"
        used.setdefault(records[-1].text("Calling-Station-Id").lower(), []).append(records[-1].up_bytes)
    for subscriber in lab.admitted:
        sums = used[subscriber.plan.mac]
        sent = subscriber.traffic().up_bytes
        assert 0 < sum(sums) <= sent, subscriber.plan.name
        if len(sums) == 1:
            assert sum(sums) == sent, f"{subscriber.plan.name}, LAB_SEED={trial.seed}"

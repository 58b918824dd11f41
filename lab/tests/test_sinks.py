"""Redis and PostgreSQL are away while subscribers come and go; afterwards every event is there."""

import collections
import os
import random
import time

import pytest

from sluicelab.cpe import Cpe, random_mac
from sluicelab.lab import Lab
from sluicelab.waiting import eventually

# The ten-minute form with LAB_FULL=1; what it proves beyond the short one is the size of the spool.
AWAY_SECONDS = 600 if os.environ.get("LAB_FULL") else 15


@pytest.fixture(scope="module")
def churned(lab: Lab) -> list[str]:
    """MAC addresses of the sessions that were opened and closed while both sinks were away."""
    chance = random.Random(7)
    eventually(lambda: len(lab.oss.redis.events()) >= len(lab.admitted), 20, "events before the outage")
    lab.oss.redis.stop()
    lab.oss.postgresql.stop()
    macs = []
    end = time.monotonic() + AWAY_SECONDS
    while time.monotonic() < end or len(macs) < 20:
        line = lab.admitted[len(macs) % len(lab.admitted)].plan.line
        with Cpe(lab.node.namespace, line, random_mac(chance), chance) as cpe:
            grant = cpe.lease()
            assert grant is not None, f"no lease while the sinks were away, after {len(macs)} sessions"
            cpe.release(grant)
            macs.append(cpe.mac)
    lab.oss.redis.start()
    lab.oss.postgresql.start()
    return macs


def test_the_stream_has_every_event_of_the_outage(lab: Lab, churned: list[str]) -> None:
    def stopped() -> bool:
        stops = {event["mac_address"] for event in lab.oss.redis.events() if event["event_type"] == "SESSION_STOP"}
        return stops.issuperset(churned)

    eventually(stopped, 60, "every stop of the outage is in Redis")
    kinds = collections.Counter(
        (mac, kind)
        for mac, kind, _ in {(one.get("mac_address"), one["event_type"], one["seq"]) for one in lab.oss.redis.events()}
    )
    for mac in churned:
        assert kinds[mac, "SESSION_START"] == 1
        assert kinds[mac, "SESSION_STOP"] == 1


def test_the_stream_has_no_hole_and_every_session_in_order(lab: Lab, churned: list[str]) -> None:
    events = lab.oss.redis.events()
    assert churned
    by_instance: dict[str, set[int]] = {}
    for event in events:
        by_instance.setdefault(event["bng_instance_id"], set()).add(int(event["seq"]))
    for instance, seen in by_instance.items():
        holes = set(range(min(seen), max(seen) + 1)) - seen
        assert not holes, f"{instance}: {sorted(holes)[:10]}"
    first_seen: dict[str, dict[int, None]] = {}
    for event in events:
        if event.get("session_id"):
            first_seen.setdefault(event["session_id"], {}).setdefault(int(event["seq"]))
    for session, order in first_seen.items():
        assert list(order) == sorted(order), session


def test_postgresql_has_the_same_events_as_the_stream(lab: Lab, churned: list[str]) -> None:
    def events() -> list[dict]:
        return lab.oss.postgresql.table("session_events")

    def complete() -> bool:
        stops = {str(row["mac_address"]) for row in events() if row["event_type"] == "SESSION_STOP"}
        return stops.issuperset(churned)

    eventually(complete, 60, "every stop of the outage is in PostgreSQL")
    newest = max(row["seq"] for row in events())
    eventually(lambda: max(int(one["seq"]) for one in lab.oss.redis.events()) >= newest, 20, "Redis is as far")
    stream = {
        (one["bng_instance_id"], int(one["seq"]), one["event_type"])
        for one in lab.oss.redis.events()
        if one["event_type"].startswith("SESSION_") and int(one["seq"]) <= newest
    }
    rows = [(str(row["bng_instance_id"]), row["seq"], row["event_type"]) for row in events() if row["seq"] <= newest]
    assert len(rows) == len(set(rows)), "no event twice"
    assert {row for row in rows if row[2].startswith("SESSION_")} == stream


def test_active_and_past_sessions_are_kept_apart(lab: Lab, churned: list[str]) -> None:
    active = {str(row["mac_address"]) for row in lab.oss.postgresql.table("sessions_active")}
    past = [str(row["mac_address"]) for row in lab.oss.postgresql.table("sessions_history")]
    assert active == {one.plan.mac for one in lab.admitted}
    gone = set(churned)
    assert sorted(mac for mac in past if mac in gone) == sorted(churned)


def test_radius_accounting_did_not_miss_them_either(lab: Lab, churned: list[str]) -> None:
    def stops() -> list[str]:
        return [record.text("Calling-Station-Id").lower() for record in lab.radius.records() if record.status == "Stop"]

    eventually(lambda: len(stops()) >= len(churned), 30, "every stop is accounted")
    assert sorted(stops()) == sorted(churned)

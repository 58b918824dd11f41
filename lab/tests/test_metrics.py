"""What Prometheus reads is what docs/METRICS.md says, and moves when something happens. Tests build on each other, in order."""

import pathlib
import random
import re
from typing import Iterator

import pytest

from sluicelab import packets
from sluicelab.cpe import Cpe, random_mac
from sluicelab.lab import Lab
from sluicelab.metrics import Metrics
from sluicelab.waiting import eventually

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs/METRICS.md"
ROW = re.compile(r"^\| `(bng_\w+)` \| (counter|gauge|histogram) \| ([^|]*) \|", re.MULTILINE)
POOL, SERVER = "residential", "lab"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab whose accounting has little room: some interim records that wait are a hundredth of it, and alarming."""
    lab = Lab(progress=print)
    lab.up({"sluice.journal": {"max_megabytes": 1}, "sluice.radius.accounting": {"alarm_percent": 1}})
    try:
        lab.clients_up()
        yield lab
    finally:
        lab.down()


def test_what_is_served_is_what_is_documented(lab: Lab) -> None:
    documented = {
        name: (kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in ROW.findall(DOCUMENT.read_text())
    }
    lab.appliance.table("qos:dropped")  # a round of readings now, instead of within half a minute
    now = lab.appliance.metrics()
    assert {name: (kind, now.labels[name]) for name, kind in now.types.items()} == documented
    listed = {row["name"] for row in lab.appliance.table("metrics:list")}
    assert listed == set(documented)


def test_sessions_and_addresses_move_with_a_subscriber(lab: Lab) -> None:
    online = len(lab.admitted)
    subscriber = lab.admitted[0]
    before = lab.appliance.metrics()
    assert before.value("bng_session_active", type="dhcp4", state="open") == online
    assert before.value("bng_session_total", type="dhcp4", outcome="opened") >= online
    held = before.value("bng_pool_allocated_ips", pool=POOL)
    free = before.value("bng_pool_available_ips", pool=POOL)
    assert before.value("bng_pool_utilization_ratio", pool=POOL) == held / (held + free)
    assert before.value("bng_dhcp_requests_total", path="slow", result="ack") >= online

    subscriber.release()
    ended = before.value("bng_session_total", outcome="ended")
    _until(lab, lambda now: now.value("bng_session_active", state="open") == online - 1)
    _until(lab, lambda now: now.value("bng_session_total", outcome="ended") == ended + 1)
    _until(lab, lambda now: now.value("bng_session_active", state="closing") == 0)
    gone = _until(lab, lambda now: now.value("bng_pool_allocated_ips", pool=POOL) == held - 1)
    assert gone.value("bng_pool_available_ips", pool=POOL) == free + 1
    assert gone.value("bng_pool_utilization_ratio", pool=POOL) == (held - 1) / (held + free)
    assert gone.value("bng_dhcp_requests_total", result="released") == before.value("bng_dhcp_requests_total", result="released") + 1

    subscriber.forget()
    subscriber.start_client()
    subscriber.online()
    after = lab.appliance.metrics()
    assert after.value("bng_session_active", type="dhcp4", state="open") == online
    for name, labels in (
        ("bng_session_total", {"outcome": "opened"}),
        ("bng_radius_requests_total", {"type": "auth", "result": "accept", "server": SERVER}),
        ("bng_dhcp_requests_total", {"result": "offer"}),
        ("bng_dhcp_requests_total", {"result": "ack"}),
    ):
        assert after.value(name, **labels) > before.value(name, **labels), (name, labels)
    _until(lab, lambda now: _accounted(now) >= _accounted(before) + 2)


def test_who_was_offered_an_address_is_starting_until_he_takes_it(lab: Lab, chance: random.Random) -> None:
    online = len(lab.admitted)

    def are(starting: int, open_ones: int) -> None:
        states = {"starting": starting, "open": open_ones}
        _until(lab, lambda now: states == {s: now.value("bng_session_active", type="dhcp4", state=s) for s in states})

    for stranger in lab.rejected:
        stranger.crash_client()  # who is refused begins again and again
    are(0, online)
    with Cpe(lab.node.namespace, lab.admitted[0].plan.line, random_mac(chance), chance) as cpe:
        offer = cpe.discover()
        assert offer is not None
        are(1, online)
        answer = cpe.request(offer)
        assert answer is not None and answer.kind == packets.ACK
        are(0, online + 1)
        cpe.release(offer)
    are(0, online)


def test_round_trips_to_the_server_are_a_histogram(lab: Lab) -> None:
    before = lab.appliance.metrics()
    for kind in ("auth", "acct"):
        count = before.value("bng_radius_latency_seconds_count", type=kind, server=SERVER)
        assert count >= len(lab.admitted)
        assert before.value("bng_radius_latency_seconds_bucket", type=kind, server=SERVER, le="+Inf") == count
        assert before.value("bng_radius_latency_seconds_bucket", type=kind, server=SERVER, le="1") >= count - 1
        seconds = before.value("bng_radius_latency_seconds_sum", type=kind, server=SERVER)
        assert 0 < seconds < count
    _until(
        lab,
        lambda now: now.value("bng_radius_latency_seconds_count", type="acct") > before.value("bng_radius_latency_seconds_count", type="acct")
        and now.value("bng_radius_latency_seconds_sum", type="acct") > before.value("bng_radius_latency_seconds_sum", type="acct"),
    )


def test_what_the_kernel_answers_is_the_fast_path_of_dhcp(lab: Lab) -> None:
    subscriber = next(one for one in lab.admitted if one.plan.client == "udhcpc")
    before = lab.appliance.metrics()
    fast = before.value("bng_dhcp_requests_total", path="fast", result="ack")
    noted = subscriber.lease_noted_at()
    subscriber.renew()
    eventually(lambda: subscriber.lease_noted_at() > noted, 20, "the lease is renewed")
    after = lab.appliance.metrics()
    assert after.value("bng_dhcp_requests_total", path="fast", result="ack") > fast
    assert after.value("bng_dhcp_requests_total", path="slow", result="nak") == before.value(
        "bng_dhcp_requests_total", path="slow", result="nak"
    )


def test_refused_subscribers_are_counted(lab: Lab) -> None:
    lab.rejected[0].crash_client()
    before = lab.appliance.metrics()
    lab.rejected[0].start_client()
    after = _until(lab, lambda now: _rejected(now) > _rejected(before))
    _until(lab, lambda now: now.value("bng_session_total", outcome="failed") > before.value("bng_session_total", outcome="failed"))
    assert after.value("bng_resilience_partition_state") == 0
    lab.rejected[0].crash_client()


def test_drops_of_a_policy_move(lab: Lab) -> None:
    limited = next(one for one in lab.admitted if one.plan.policy == "guest")
    before = lab.appliance.metrics().value("bng_qos_packets_dropped_total", policy=limited.plan.policy, direction="upload")
    limited.namespace.run("ping", "-q", "-f", "-l", "60", "-w", "4", "-s", "1400", lab.core.address, seconds=20)
    lab.appliance.table("qos:dropped")  # a round of readings now, instead of within half a minute
    now = lab.appliance.metrics().value("bng_qos_packets_dropped_total", policy=limited.plan.policy, direction="upload")
    assert now > before


def test_the_state_of_degraded_operation_is_seen_and_goes(lab: Lab) -> None:
    before = lab.appliance.metrics()
    assert before.value("bng_resilience_partition_state") == 0
    assert before.value("bng_radius_server_up", server=SERVER) == 2
    lab.radius.stop()
    subscriber = lab.admitted[1]
    subscriber.release()
    subscriber.forget()
    subscriber.start_client()
    away = _until(lab, lambda now: now.value("bng_resilience_partition_state") == 1)
    assert away.value("bng_radius_server_up", type="auth", server=SERVER) == 0
    missed = lambda now: now.value("bng_radius_timeouts_total") + now.value("bng_radius_requests_total", result="unreachable")  # noqa: E731
    _until(lab, lambda now: missed(now) > missed(before))
    _until(lab, lambda now: now.value("bng_accounting_spool_records", reader="radius") >= 1)
    _until(lab, lambda now: now.value("bng_accounting_spool_age_seconds", reader="radius") >= 1)
    assert before.value("bng_accounting_alarm", reader="radius") == 0
    assert before.value("bng_accounting_spool_ratio", reader="radius") == 0
    full = _until(lab, lambda now: now.value("bng_accounting_alarm", reader="radius") == 1, 120)
    assert full.value("bng_accounting_spool_ratio", reader="radius") >= 0.01

    lab.radius.start()
    _until(lab, lambda now: now.value("bng_resilience_partition_state") == 0)
    subscriber.online(60)
    _until(lab, lambda now: now.value("bng_radius_server_up", server=SERVER) == 2)
    _until(lab, lambda now: now.value("bng_accounting_spool_records", reader="radius") == 0)
    _until(lab, lambda now: now.value("bng_accounting_alarm", reader="radius") == 0)
    _until(lab, lambda now: now.value("bng_accounting_spool_ratio", reader="radius") == 0)


def test_a_reader_costs_no_more_when_it_reads_often_and_no_series_is_a_subscriber(lab: Lab) -> None:
    series = lab.appliance.metrics().series()
    for _ in range(50):
        assert lab.appliance.metrics().series() == series
    text = " ".join(str(row) for row in lab.appliance.table("metrics:list"))
    for subscriber in lab.admitted:
        assert subscriber.plan.mac not in text and subscriber.address() not in text


def _until(lab: Lab, holds, seconds: float = 30) -> Metrics:  # noqa: ANN001
    """The first reading for which that holds, in time."""

    def look() -> Metrics | None:
        now = lab.appliance.metrics()
        return now if holds(now) else None

    return eventually(look, seconds, "the metrics")


def _accounted(now: Metrics) -> float:
    return now.value("bng_radius_requests_total", type="acct", result="accounted", server=SERVER)


def _rejected(now: Metrics) -> float:
    return now.value("bng_radius_requests_total", type="auth", result="reject", server=SERVER)

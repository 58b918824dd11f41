"""What Prometheus reads is what docs/METRICS.md says, and moves when something happens. Tests build on each other, in order."""

import pathlib
import re

from sluicelab.lab import Lab
from sluicelab.metrics import Metrics
from sluicelab.waiting import eventually

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs/METRICS.md"
ROW = re.compile(r"^\| `(bng_\w+)` \| (counter|gauge|histogram) \| ([^|]*) \|", re.MULTILINE)
POOL, SERVER = "residential", "lab"


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
    gone = _until(lab, lambda now: now.value("bng_session_active", state="open") == online - 1)
    assert gone.value("bng_session_total", outcome="ended") == before.value("bng_session_total", outcome="ended") + 1
    gone = _until(lab, lambda now: now.value("bng_pool_allocated_ips", pool=POOL) == held - 1)
    assert gone.value("bng_pool_available_ips", pool=POOL) == free + 1
    assert gone.value("bng_pool_utilization_ratio", pool=POOL) == (held - 1) / (held + free)
    assert gone.value("bng_dhcp_requests_total", result="released") == before.value("bng_dhcp_requests_total", result="released") + 1
    assert gone.value("bng_session_active", state="closing") == 0

    subscriber.forget()
    subscriber.start_client()
    subscriber.online()
    after = lab.appliance.metrics()
    assert after.value("bng_session_active", type="dhcp4", state="open") == online
    assert after.value("bng_session_active", type="dhcp4", state="starting") >= 0
    for name, labels in (
        ("bng_session_total", {"outcome": "opened"}),
        ("bng_radius_requests_total", {"type": "auth", "result": "accept", "server": SERVER}),
        ("bng_dhcp_requests_total", {"result": "offer"}),
        ("bng_dhcp_requests_total", {"result": "ack"}),
    ):
        assert after.value(name, **labels) > before.value(name, **labels), (name, labels)
    _until(lab, lambda now: _accounted(now) >= _accounted(before) + 2)


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
    assert lab.appliance.metrics().value("bng_accounting_alarm", reader="radius") == 0

    lab.radius.start()
    _until(lab, lambda now: now.value("bng_resilience_partition_state") == 0)
    subscriber.online(60)
    _until(lab, lambda now: now.value("bng_radius_server_up", server=SERVER) == 2)
    _until(lab, lambda now: now.value("bng_accounting_spool_records", reader="radius") == 0)


def test_a_reader_costs_no_more_when_it_reads_often_and_no_series_is_a_subscriber(lab: Lab) -> None:
    series = lab.appliance.metrics().series()
    for _ in range(50):
        assert lab.appliance.metrics().series() == series
    text = " ".join(str(row) for row in lab.appliance.table("metrics:list"))
    for subscriber in lab.admitted:
        assert subscriber.plan.mac not in text and subscriber.address() not in text


def _until(lab: Lab, holds) -> Metrics:  # noqa: ANN001
    """The first reading for which that holds, within 30 s."""

    def look() -> Metrics | None:
        now = lab.appliance.metrics()
        return now if holds(now) else None

    return eventually(look, 30, "the metrics")


def _accounted(now: Metrics) -> float:
    return now.value("bng_radius_requests_total", type="acct", result="accounted", server=SERVER)


def _rejected(now: Metrics) -> float:
    return now.value("bng_radius_requests_total", type="auth", result="reject", server=SERVER)

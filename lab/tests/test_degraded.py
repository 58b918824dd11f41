"""No RADIUS server answers: what each realm gets, and what becomes of it. Tests build on each other, in order."""

import itertools
import json
import random
import re
import socket
import time
from typing import Iterator

import pytest

from sluicelab import packets
from sluicelab.cpe import Cpe, Grant, random_mac
from sluicelab.lab import Lab
from sluicelab.subscriber import Subscriber
from sluicelab.waiting import eventually

# subscribers by what the realm of their line says; a realm is a circuit-id here
CACHED, QUEUED, ALLOWED, DENIED, STRANGER, ONLINE = range(6)
NETWORK_NAME = "residential"
RATE = 4
NORMAL_SECONDS, SHORT_SECONDS = 900, 300
LOGIN = re.compile(r"^(\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}) : Auth: .*Login OK: \[(.*?)\] \(from", re.MULTILINE)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Every line is a realm of its own; 40 addresses; everybody is online."""
    lab = Lab(progress=print)
    gateway = lab.topology.gateway
    lab.radius.user_name = lambda plan: f"{gateway.id}@{plan.line.circuit_id}"

    def realm(who: int, mode: str, **more: object) -> dict[str, object]:
        return {"realm": lab.admitted[who].plan.line.circuit_id, "radius_down": mode, **more}

    lab.up(
        {
            "sluice.session": {
                "user_name": "{bng}@{circuit-id}",
                "max_sessions_per_line": 40,
                "setup_seconds": 20,
                "probe_seconds": 1,
                "reauthentications_per_second": RATE,
                "short_lease_seconds": SHORT_SECONDS,
            },
            "sluice.session.realm~one": realm(CACHED, "cached"),
            "sluice.session.realm~two": realm(QUEUED, "queue", queue_seconds=300),
            "sluice.session.realm~three": realm(ALLOWED, "allow", radius_down_policy="guest"),
            "sluice.session.realm~five": realm(STRANGER, "cached"),
            f"sluice.pools-{NETWORK_NAME}": {
                "exclude": "10.64.0.2-10.64.0.9,10.64.0.50-10.64.3.254",
                "lease_seconds": NORMAL_SECONDS,
            },
        }
    )
    try:
        lab.clients_up()
        yield lab
    finally:
        lab.down()


def test_each_realm_is_treated_as_its_file_says(lab: Lab) -> None:
    away = [lab.admitted[who] for who in (CACHED, QUEUED, DENIED, ALLOWED, STRANGER)]
    for subscriber in away:
        subscriber.release()
        subscriber.forget()
    lab.radius.stop()
    for subscriber in away:
        subscriber.start_client()

    for who, state, policy in (
        (CACHED, "cached", lab.admitted[CACHED].plan.policy),
        (ALLOWED, "default", "guest"),
        (STRANGER, "cached", lab.admitted[STRANGER].plan.policy),
    ):
        subscriber = lab.admitted[who]
        subscriber.online(60)
        subscriber.ping(lab.core.address, count=2)
        session = lab.appliance.session_of(subscriber.plan.mac)
        assert (session["auth_state"], session["policy"]) == (state, policy)
    assert not lab.admitted[QUEUED].has_lease() and not lab.admitted[DENIED].has_lease()
    lab.admitted[ONLINE].ping(lab.core.address, count=2)
    assert lab.appliance.session_of(lab.admitted[ONLINE].plan.mac)["auth_state"] == "authenticated"

    # whoever asked a moment later than the others waits for an answer a moment longer
    eventually(lambda: _state(lab)["Of these queued by their realm"] == "1", 30, "one is queued")
    away = lab.appliance.metrics()
    assert away.value("bng_resilience_partition_state") == 1
    assert away.value("bng_resilience_sessions", state="cached") == 2
    assert away.value("bng_resilience_sessions", state="default") == 1
    assert away.value("bng_resilience_subscribers_waiting") >= 1
    assert _state(lab)["State"] == "degraded"
    assert "No RADIUS server has answered since" in lab.appliance.shell("sluice:status")
    assert len(_events(lab, "DEGRADED_START")) == 1


def test_the_default_policy_limits_in_the_data_plane(lab: Lab) -> None:
    assert 5 < _megabits(lab, lab.admitted[ALLOWED]) < 11.5


def test_everything_is_as_before_when_the_gateway_crashed_meanwhile(lab: Lab) -> None:
    before = {row["mac_address"]: row["session_id"] for row in lab.appliance.sessions() if row["ip_address"]}
    since = _state(lab)["Degraded since"]
    lab.appliance.kill()
    for who in (CACHED, ALLOWED, ONLINE):
        lab.admitted[who].ping(lab.core.address, count=1)
    lab.appliance.start()
    after = {row["mac_address"]: row["session_id"] for row in lab.appliance.sessions() if row["ip_address"]}
    assert after == before
    assert _state(lab)["Degraded since"] == since, "it is the same outage"
    assert lab.appliance.session_of(lab.admitted[CACHED].plan.mac)["auth_state"] == "cached"

    remembered = lab.admitted[CACHED]
    remembered.release()
    remembered.forget()
    remembered.start_client()
    remembered.online(30)
    session = lab.appliance.session_of(remembered.plan.mac)
    assert (session["auth_state"], session["policy"]) == ("cached", remembered.plan.policy)
    remembered.ping(lab.core.address, count=2)


def test_leases_are_short_when_the_pool_passes_ninety_percent(lab: Lab, crowd: list[Cpe], chance: random.Random) -> None:
    line = lab.admitted[ALLOWED].plan.line

    def newcomer() -> int:
        crowd.append(cpe := Cpe(lab.node.namespace, line, random_mac(chance), chance))
        return _lease(cpe)

    assert {newcomer() for _ in range(28)} == {NORMAL_SECONDS}
    assert _used(lab) < 90
    while _used(lab) < 90:
        newcomer()
    assert newcomer() == SHORT_SECONDS
    assert _state(lab)["Pools with short leases"] == NETWORK_NAME
    first = crowd[0]

    def renewed() -> int:
        assert first.held is not None
        answer = first.request(first.held)
        assert answer is not None and answer.kind == packets.ACK
        return int.from_bytes(answer.option(51))

    eventually(lambda: renewed() == SHORT_SECONDS, 20, "leases that XDP renewed in full come back")


def test_when_servers_return_the_marked_are_asked_about_at_the_rate_and_changed_live(lab: Lab, crowd: list[Cpe]) -> None:
    stranger = lab.admitted[STRANGER]
    lab.radius.strangers = {stranger.plan}
    lab.radius.configure()
    marked = [row for row in lab.appliance.sessions() if row["auth_state"] in ("cached", "default")]
    assert len(marked) >= 25
    known = len(lab.radius.records())
    assert _metric(lab, "bng_resilience_sessions") == len(marked)
    lab.radius.start()

    eventually(lambda: 0 < _metric(lab, "bng_resilience_reauthentications_due") < len(marked), 30, "some are asked about")
    lab.admitted[QUEUED].online(30)
    eventually(lambda: _state(lab)["Re-authentications to do"] == "0", 60, "everybody was asked about")
    eventually(lambda: not _marked(lab), 10, "nobody is marked any more")
    for gauge in ("sessions", "reauthentications_due", "subscribers_waiting", "partition_state"):
        eventually(lambda: _metric(lab, f"bng_resilience_{gauge}") == 0, 10, f"{gauge} are gone")
    names = {row["username"] for row in marked}
    logins = sorted(time.mktime(time.strptime(at)) for at, name in LOGIN.findall(lab.radius.said()) if name in names)
    assert len(logins) >= len(marked) - 1, "all but the stranger"
    for (first, since), (last, until) in itertools.combinations(enumerate(logins), 2):
        assert last - first + 1 <= RATE * (until - since + 2), "the seconds are whole ones, and a second's worth may come late"

    changed = lab.admitted[ALLOWED]
    session = lab.appliance.session_of(changed.plan.mac)
    assert (session["auth_state"], session["policy"]) == ("authenticated", changed.plan.policy)
    assert _megabits(lab, changed) > 15, "without a word of the client"
    assert lab.appliance.session_of(stranger.plan.mac) is None
    assert not stranger.reaches(lab.core.address)
    stop = lambda: [one for one in lab.radius.records()[known:] if one.status == "Stop"]  # noqa: E731
    eventually(lambda: [one for one in stop() if one.text("Calling-Station-Id") == stranger.plan.mac], 20, "its end is accounted")

    assert _state(lab)["State"] == "normal"
    (end,) = _events(lab, "DEGRADED_END")
    assert int(end["degraded_seconds"]) > 10
    assert len(_events(lab, "DEGRADED_START")) == 1, "one outage, whatever restarted meanwhile"
    lab.admitted[QUEUED].ping(lab.core.address, count=1)
    lab.admitted[DENIED].online(120)


def test_leases_are_of_their_length_again(lab: Lab, crowd: list[Cpe]) -> None:
    last = crowd[-1]
    assert last.held is not None
    answer = last.request(last.held)
    assert answer is not None and answer.kind == packets.ACK
    assert int.from_bytes(answer.option(51)) == NORMAL_SECONDS


@pytest.fixture(scope="module")
def crowd(lab: Lab) -> Iterator[list[Cpe]]:
    """Devices that came during the outage."""
    devices: list[Cpe] = []
    yield devices
    for device in devices:
        device.close()


def _lease(cpe: Cpe) -> int:
    """Brings a device online; the seconds of its lease."""
    offer = cpe.discover()
    assert offer is not None
    answer = cpe.request(offer)
    assert answer is not None and answer.kind == packets.ACK
    server = answer.option(packets.OPTION_SERVER)
    cpe.held = Grant(answer.your_address, socket.inet_ntoa(server))
    return int.from_bytes(answer.option(51))


def _state(lab: Lab) -> dict[str, str]:
    return {row["what"]: row["value"] for row in lab.appliance.table("session:degraded")}


def _metric(lab: Lab, name: str) -> float:
    return lab.appliance.metrics().value(name)


def _marked(lab: Lab) -> list[dict]:
    return [row for row in lab.appliance.sessions() if row["auth_state"] in ("cached", "default")]


def _used(lab: Lab) -> float:
    (pool,) = [row for row in lab.appliance.table("pools:list") if row["pool"] == NETWORK_NAME]
    return 100 * int(pool["held"]) / int(pool["addresses"])


def _events(lab: Lab, kind: str) -> list[dict]:
    return eventually(
        lambda: [event for event in lab.oss.redis.events() if event["event_type"] == kind], 20, f"{kind} in the stream"
    )


def _megabits(lab: Lab, subscriber: Subscriber) -> float:
    """What a subscriber gets by TCP in three seconds, after the burst."""
    plan = lab.topology.core
    said = subscriber.namespace.run(
        "iperf3", "-c", lab.core.address, "-p", str(plan.iperf_port), "-R", "-t", "3", "-O", "1", "-J"
    )
    return json.loads(said)["end"]["sum_received"]["bits_per_second"] / 1e6

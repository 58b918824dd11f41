"""IPv6 prefixes from the pools that FreeRADIUS names: taken, kept, changed and given back. Tests go in order."""

import ipaddress
import json
from typing import Iterator

import pytest

from sluicelab.lab import Lab
from sluicelab.namespace import CommandFailed, Namespace
from sluicelab.radius import AccountingRecord
from sluicelab.waiting import eventually

# subscribers by what their accept says
FIRST, SECOND, NAMED, LATE, LAST, EMPTY = range(6)
LINK, HOME, FEW, LATER = "2001:db8:1::/48", "2001:db8:a000::/40", "2001:db8:f::/64", "2001:db8:e::/48"
OWN = "2001:db8:a000:700::/56"  # a prefix of the pool, given to one by name
BOTH = ('Framed-IPv6-Pool = "link"', 'Delegated-IPv6-Prefix-Pool = "home"')
REPLIES = {
    FIRST: BOTH,
    SECOND: BOTH,
    NAMED: (f"Delegated-IPv6-Prefix = {OWN}", *BOTH),
    LATE: ('Delegated-IPv6-Prefix-Pool = "later"',),
    LAST: ('Framed-IPv6-Pool = "few"',),
    EMPTY: ('Framed-IPv6-Pool = "few"',),
}
IP6_CORE, IP6_ROUTER = "2001:db8:c0::2", "2001:db8:c0::1"
FRAMED, DELEGATED = "Framed-IPv6-Prefix", "Delegated-IPv6-Prefix"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    lab = Lab(progress=print)
    lab.radius.replies = {lab.admitted[who].plan: list(replies) for who, replies in REPLIES.items()}
    lab.up(
        {
            "sluice.pools.prefix~link": {"name": "link", "network": LINK, "length": 64},
            "sluice.pools.prefix~home": {"name": "home", "network": HOME, "length": 56},
            "sluice.pools.prefix~few": {"name": "few", "network": FEW, "length": 64},
            "sluice.dataplane.xdp": {"core_gateway6": IP6_ROUTER},
        },
        start=False,
    )
    try:
        for namespace, device, address in (
            (lab.gateway, "core0", f"{IP6_CORE}/64"),
            (lab.core.namespace, "eth0", f"{IP6_ROUTER}/64"),
        ):
            _address6(namespace, device, address)
        for network in (LINK, HOME, FEW, LATER):
            lab.core.namespace.ip("-6", "route", "add", network, "via", IP6_CORE)
        lab.appliance.start()
        for who in (FIRST, SECOND, NAMED, LATE, LAST):
            lab.admitted[who].start_client()
            lab.admitted[who].online()
        yield lab
    finally:
        lab.down()


@pytest.fixture(scope="module")
def prefixes(lab: Lab) -> dict[int, dict[str, str]]:
    """What each subscriber has when everybody has come online, by attribute."""
    return {who: _prefixes(lab, who) for who in (FIRST, SECOND, NAMED)}


def test_everybody_gets_prefixes_of_his_own_out_of_the_named_pools(lab: Lab, prefixes: dict) -> None:
    for who in (FIRST, SECOND):
        framed, delegated = (ipaddress.IPv6Network(prefixes[who][kind]) for kind in (FRAMED, DELEGATED))
        assert framed.prefixlen == 64 and framed.subnet_of(ipaddress.IPv6Network(LINK))
        assert delegated.prefixlen == 56 and delegated.subnet_of(ipaddress.IPv6Network(HOME))
    assert prefixes[NAMED][DELEGATED] == OWN
    every = [prefix for mine in prefixes.values() for prefix in mine.values()]
    assert len(every) == len(set(every)) == 6
    assert {row["pool"]: row["held"] for row in lab.appliance.table("pools:list")} == {
        "residential": "5", "link": "3", "home": "3", "few": "1",
    }  # fmt: skip
    figures = lab.appliance.metrics()
    assert figures.value("bng_pool_allocated_ips", pool="home") == 3
    assert figures.value("bng_pool_available_ips", pool="home") == 2**16 - 3
    assert figures.value("bng_pool_utilization_ratio", pool="few") == 1


def test_packets_of_the_prefixes_pass_whole_in_both_directions_and_no_others(lab: Lab, prefixes: dict) -> None:
    for who in (FIRST, SECOND):
        _routed(lab, who)
    for who, other in ((FIRST, SECOND), (SECOND, FIRST)):
        for kind in (FRAMED, DELEGATED):
            source = _inside(prefixes[who][kind])
            eventually(lambda: _pings(lab, who, source, 1), 20, f"IPv6 of {source} goes to the core and back")
            assert _pings(lab, who, source, 5)
            assert not _pings(lab, who, _inside(prefixes[other][kind]), 1), "of another subscriber's prefix"
        assert not _pings(lab, who, "2001:db8:a0ff:ff00::1", 1), "of nobody's prefix"


def test_an_empty_pool_costs_its_prefix_alone(lab: Lab) -> None:
    lab.admitted[EMPTY].start_client()
    lab.admitted[EMPTY].online()
    lab.admitted[EMPTY].ping(lab.core.address, count=2)
    assert _prefixes(lab, EMPTY) == {}
    assert "pool few is exhausted" in lab.appliance.said()
    assert _counted(lab, "IPv6 prefixes not had: pool exhausted or unknown") >= 1
    assert "Pool few has 0 of 1 prefixes left." in lab.appliance.shell("sluice:status")


def test_accounting_and_events_carry_the_prefixes(lab: Lab, prefixes: dict) -> None:
    plan = lab.admitted[FIRST].plan
    records = eventually(
        lambda: (found := _records(lab, FIRST)) and found[-1].status == "Interim-Update" and found, 20, "an interim record"
    )
    for record in records:
        assert {kind: record.text(kind) for kind in (FRAMED, DELEGATED)} == prefixes[FIRST]
    starts = lambda: [  # noqa: E731
        event for event in lab.oss.redis.events() if event["event_type"] == "SESSION_START" and event["mac_address"] == plan.mac
    ]
    event = eventually(starts, 20, "its start is in the stream")[0]
    assert (event["framed_prefix"], event["delegated_prefix"]) == tuple(prefixes[FIRST][kind] for kind in (FRAMED, DELEGATED))


def test_a_pool_that_comes_later_changes_nothing_for_the_others_and_gives_when_asked(lab: Lab, prefixes: dict) -> None:
    late = lab.admitted[LATE]
    assert _prefixes(lab, LATE) == {}
    file = lab.appliance.directory / "etc/sluice.pools.prefix-later.cfg"
    file.write_text(f"name = later\nnetwork = {LATER}\nlength = 60\n")
    eventually(lambda: _is_back(lab, late.plan.mac), 30, "the pool is there, and the sessions again")
    assert {who: _prefixes(lab, who) for who in prefixes} == prefixes
    assert _pings(lab, FIRST, _inside(prefixes[FIRST][DELEGATED]), 3)
    lab.appliance.shell(f"session:reauthenticate {late.plan.mac}")
    got = eventually(lambda: _prefixes(lab, LATE), 10, "the prefix of the new pool")
    assert ipaddress.IPv6Network(got[DELEGATED]).subnet_of(ipaddress.IPv6Network(LATER))
    _routed(lab, LATE)
    eventually(lambda: _pings(lab, LATE, _inside(got[DELEGATED]), 1), 20, "IPv6 of the new pool passes")


def test_after_a_kill_everybody_has_his_prefixes_and_nobody_else(lab: Lab, prefixes: dict) -> None:
    held = _held(lab)
    lab.appliance.kill()
    assert _pings(lab, FIRST, _inside(prefixes[FIRST][FRAMED]), 3)
    lab.appliance.start()
    assert {who: _prefixes(lab, who) for who in prefixes} == prefixes
    assert _held(lab) == held
    for who in (FIRST, SECOND):
        assert _pings(lab, who, _inside(prefixes[who][DELEGATED]), 3)
    assert lab.appliance.shell("dataplane:check") != ""


@pytest.mark.parametrize("bundle", ["sluice.pools", "sluice.session"])
def test_a_bundle_that_begins_anew_takes_nothing_from_anybody(lab: Lab, prefixes: dict, bundle: str) -> None:
    held = _held(lab)
    lab.appliance.shell(f"bundle:restart {bundle}")
    eventually(lambda: _is_back(lab, lab.admitted[FIRST].plan.mac), 30, "pools and sessions are there again")
    assert {who: _prefixes(lab, who) for who in prefixes} == prefixes
    assert _held(lab) == held
    assert _pings(lab, FIRST, _inside(prefixes[FIRST][DELEGATED]), 3)


def test_what_a_subscriber_leaves_is_free_and_his_again_when_he_comes_back(lab: Lab, prefixes: dict) -> None:
    first, before = lab.admitted[FIRST], _held(lab)
    lab.appliance.shell(f"session:disconnect {lab.appliance.session_of(first.plan.mac)['session_id']}")
    first.crash_client()
    eventually(lambda: _records(lab, FIRST)[-1].status == "Stop", 20, "the end is accounted")
    stop = _records(lab, FIRST)[-1]
    assert {kind: stop.text(kind) for kind in (FRAMED, DELEGATED)} == prefixes[FIRST]
    assert {pool: before[pool] - held for pool, held in _held(lab).items()} == {
        "residential": 1, "link": 1, "home": 1, "few": 0, "later": 0,
    }  # fmt: skip
    assert not _pings(lab, FIRST, _inside(prefixes[FIRST][DELEGATED]), 1)
    lab.again_online(first)
    assert _prefixes(lab, FIRST) == prefixes[FIRST]
    eventually(lambda: _pings(lab, FIRST, _inside(prefixes[FIRST][DELEGATED]), 1), 20, "IPv6 passes again")


def test_a_prefix_that_becomes_free_is_had_by_who_went_without(lab: Lab) -> None:
    last = lab.admitted[LAST]
    lab.appliance.shell(f"session:disconnect {lab.appliance.session_of(last.plan.mac)['session_id']}")
    last.crash_client()
    eventually(lambda: _held(lab)["few"] == 0, 10, "the prefix is free")
    lab.appliance.shell(f"session:reauthenticate {lab.admitted[EMPTY].plan.mac}")
    assert eventually(lambda: _prefixes(lab, EMPTY), 10, "the prefix has an owner") == {FRAMED: FEW}


def test_nothing_is_held_when_everybody_has_left(lab: Lab) -> None:
    for subscriber in lab.admitted:
        subscriber.crash_client()
    lab.appliance.shell("session:drain --yes")
    eventually(lambda: lab.appliance.sessions() == [], 30, "no session is left")
    assert set(_held(lab).values()) == {0}
    assert lab.appliance.table("dataplane:entries") == []


def _prefixes(lab: Lab, who: int) -> dict[str, str]:
    """What the shell shows of a subscriber, by attribute; empty before he has a session."""
    session = lab.appliance.session_of(lab.admitted[who].plan.mac)
    if session is None:
        return {}
    shown = json.loads(lab.appliance.shell(f"session:show --json {session['session_id']}"))["data"]["attributes"]
    said = dict(line.split(" = ", 1) for line in shown)
    return {kind: said[kind] for kind in (FRAMED, DELEGATED) if kind in said}


def _held(lab: Lab) -> dict[str, int]:
    return {row["pool"]: int(row["held"]) for row in lab.appliance.table("pools:list")}


def _is_back(lab: Lab, mac: str) -> bool:
    """Whether pools and session engine have begun anew with the new pool; commands are missing meanwhile."""
    try:
        return "later" in _held(lab) and lab.appliance.session_of(mac) is not None
    except CommandFailed:
        return False


def _counted(lab: Lab, counter: str) -> int:
    (row,) = (row for row in lab.appliance.table("session:counters") if row["counter"] == counter)
    return int(row["value"])


def _records(lab: Lab, who: int) -> list[AccountingRecord]:
    return lab.radius.records_of(lab.admitted[who].plan)


def _inside(prefix: str) -> str:
    """An address that the subscriber takes out of his prefix."""
    return str(ipaddress.IPv6Network(prefix)[0x5A])


def _routed(lab: Lab, who: int) -> None:
    """A subscriber's way out; nobody needs to answer for it yet: its neighbour entry is written by hand."""
    namespace, gateway = lab.admitted[who].namespace, "fe80::1"
    for device in ("eth0", "lo"):
        namespace.run("sh", "-c", f"echo 0 > /proc/sys/net/ipv6/conf/{device}/disable_ipv6")
    trunk = lab.gateway.interface("trunk0")["address"]
    namespace.ip("neighbour", "replace", gateway, "lladdr", trunk, "dev", "eth0", "nud", "permanent")
    namespace.ip("-6", "route", "replace", "default", "via", gateway, "dev", "eth0")


def _pings(lab: Lab, who: int, source: str, count: int) -> bool:
    """Whether all pings from an address, which the subscriber takes for it, are answered with the bytes sent."""
    said = lab.admitted[who].namespace.run(
        "sh",
        "-c",
        f"ip -6 address replace {source}/128 dev lo nodad;"
        f" ping -6 -n -c {count} -i 0.1 -W 1 -s 1200 -p 5a5aa5a5 -I {source} {IP6_ROUTER}; true",
    )
    return f" {count} received" in said and "wrong data" not in said


def _address6(namespace: Namespace, device: str, address: str) -> None:
    namespace.run("sh", "-c", f"echo 0 > /proc/sys/net/ipv6/conf/{device}/disable_ipv6")
    namespace.ip("address", "add", address, "dev", device, "nodad")

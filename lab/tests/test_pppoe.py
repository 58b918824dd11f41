"""Real pppd with rp-pppoe dials the running appliance over Q-in-Q. Every test has lines of its own."""

import ipaddress
import json
import random
import re
import struct
from typing import Iterator

import pytest

from sluicelab import packets, pings, pppoeterms
from sluicelab import pppoeframes as ppp
from sluicelab.coa import CoaSender
from sluicelab.cpe import random_mac
from sluicelab.dialin import LINES, TAP, DialIn
from sluicelab.lab import Lab
from sluicelab.pppd import Pppd
from sluicelab.pppoeframes import Discovery, PppoeClient
from sluicelab.radius import AccountingRecord, Dialer
from sluicelab.topology import Line
from sluicelab.waiting import eventually, throughout

ECHO_SECONDS, ECHO_MISSES = 1, 3
METHODS = {
    "CHAP": "",
    "MS-CHAPv2": "refuse-chap",
    "PAP": "refuse-chap refuse-mschap refuse-mschap-v2",
}
PROOFS = {"CHAP": "auth chap MD5", "MS-CHAPv2": "auth chap MS-v2", "PAP": "rcvd [PAP AuthAck"}
REFUSALS = {"CHAP": "CHAP Failure", "MS-CHAPv2": "CHAP Failure", "PAP": "PAP AuthNak"}
WRONG = "not-the-password"
LARGE, DUAL, SIX, FIXED, REFUSED, AWAY, PULLED, KILLED, DISCONNECTED, COUNTED, CRASHED, POOLED, EMPTY, FLOODED = range(3, 17)
CHALLENGED = {17: "", 18: "refuse-chap"}
SENDER = 19
EQUAL = len(LINES) - 1  # S-VLAN equal to C-VLAN
IP6_CORE, IP6_ROUTER = "2001:db8:c0::2", "2001:db8:c0::1"
POOL = "2001:db8:a000::/56"
PREFIX = {DUAL: "2001:db8:1:4::", SIX: "2001:db8:1:5::"}
ADDRESS = "10.64.2.200"
REASON = "this line owes us money"
REPLIES = {
    **{number: (f"Framed-IPv6-Prefix = {prefix}/64",) for number, prefix in PREFIX.items()},
    POOLED: ('Delegated-IPv6-Prefix-Pool = "home"',),
    EMPTY: ('Delegated-IPv6-Prefix-Pool = "nowhere"',),
    FIXED: (f"Framed-IP-Address = {ADDRESS}", 'Reply-Message = "good to see you"'),
    REFUSED: (f'Reply-Message = "{REASON}"',),
}
SETTINGS = {
    "mru_max": 1500,
    "echo_seconds": ECHO_SECONDS,
    "echo_misses": ECHO_MISSES,
    "restart_milliseconds": 1000,
}
RECHALLENGE_SECONDS = 2
FLOOD = 10_000


@pytest.fixture(scope="module")
def dialin() -> Iterator[DialIn]:
    changes = {
        "sluice.pppoe": SETTINGS,
        "sluice.pools.prefix~home": {"name": "home", "network": POOL, "length": 60},
        "sluice.dataplane.xdp": {"core_gateway6": IP6_ROUTER},
    }
    with DialIn.up(changes, REPLIES, before=_core_speaks_ip6) as dialin:
        yield dialin


@pytest.fixture(scope="module")
def lab(dialin: DialIn) -> Lab:
    return dialin.lab


@pytest.mark.parametrize("number, method", enumerate(METHODS))
def test_pppd_comes_online_with_every_method_and_leaves(dialin: DialIn, lab: Lab, number: int, method: str) -> None:
    pppd = dialin.pppd(number)
    pppd.dial(METHODS[method] + " usepeerdns")
    address = pppd.online()
    session = eventually(lambda: dialin.session(number), 10, "the session is shown")
    assert (session["ip_address"], session["username"]) == (address, dialin.user(number))
    row = eventually(lambda: _row(lab, number, "open"), 10, "it is shown as open")
    assert (row["address"], row["user"], row["session"]) == (address, dialin.user(number), session["session_id"])
    assert PROOFS[method] in pppd.log()
    assert pppd.mtu() == 1492
    assert f"primary   DNS address {lab.topology.pools[0].dns[0]}" in pppd.log()
    _pass_whole(lab, pppd, address, 1492)
    pppd.hang_up()
    eventually(lambda: dialin.no_session(number), 10, "the session is closed")
    assert "rcvd [LCP TermAck" in pppd.log()
    records = _accounted(lab, number, "Stop")
    start, stop = records[0], records[-1]
    assert start.status == "Start"
    for record in (start, stop):
        assert (record.text("Service-Type"), record.text("Framed-Protocol")) == ("Framed-User", "PPP")
        assert record.text("Framed-IP-Address") == address
        assert record.text("NAS-Port-Type") == "PPPoEoQinQ"
    assert stop.text("Acct-Terminate-Cause") == "User-Request"


def test_packets_of_1500_bytes_pass_whole_for_who_asks(dialin: DialIn, lab: Lab) -> None:
    pppd = dialin.pppd(LARGE)
    pppd.dial("mtu 1500 mru 1500")
    address = pppd.online()
    assert pppd.mtu() == 1500
    _pass_whole(lab, pppd, address, 1500)
    pppd.hang_up()


def test_a_line_whose_vlans_are_equal_dials(dialin: DialIn, lab: Lab) -> None:
    pppd = dialin.pppd(EQUAL)
    pppd.dial()
    pppd.online()
    assert pppd.ping(lab.core.address).received == 3
    pppd.hang_up()


def test_both_families_pass_with_the_prefix_of_radius(dialin: DialIn, lab: Lab) -> None:
    pppd = dialin.pppd(DUAL)
    pppd.dial("+ipv6")
    pppd.online()
    eventually(pppd.link_local, 10, "IPv6CP is up")
    assert pppd.ping(lab.core.address).received == 3
    eventually(lambda: _ping6(dialin, pppd, PREFIX[DUAL] + "1", 1), 20, "IPv6 passes")
    assert _ping6(dialin, pppd, PREFIX[DUAL] + "1", 5)
    assert not _ping6(dialin, pppd, PREFIX[SIX] + "1", 1), "of another subscriber's prefix"
    pppd.hang_up()


def test_ip6_alone_passes(dialin: DialIn, lab: Lab) -> None:
    pppd = dialin.pppd(SIX)
    pppd.dial("+ipv6 noip")
    eventually(pppd.link_local, 20, "IPv6CP is up")
    eventually(lambda: _ping6(dialin, pppd, PREFIX[SIX] + "1", 1), 20, "IPv6 passes")
    assert pppd.address() == ""
    sender = CoaSender(lab.oss.namespace, str(lab.topology.gateway.management.ip), lab.radius.secret)
    assert sender.coa(f"Framed-IPv6-Prefix = {PREFIX[DUAL]}/64", "Filter-Id = guest").cause == "Session-Context-Not-Found"
    assert sender.coa(f"Framed-IPv6-Prefix = {PREFIX[SIX]}/64", "Filter-Id = guest").code == "CoA-ACK"
    assert lab.appliance.session_of(DialIn.mac(SIX))["policy"] == "guest"
    pppd.hang_up()


def test_ip6_alone_passes_with_a_prefix_of_a_pool_which_is_accounted_and_given_back(dialin: DialIn, lab: Lab) -> None:
    pppd = dialin.pppd(POOLED)
    pppd.dial("+ipv6 noip")
    eventually(pppd.link_local, 20, "IPv6CP is up")
    start = eventually(lambda: lab.radius.records_named(DialIn.user(POOLED)), 20, "it is accounted")[0]
    prefix = start.text("Delegated-IPv6-Prefix")
    assert start.status == "Start"
    assert ipaddress.IPv6Network(prefix).subnet_of(ipaddress.IPv6Network(POOL))
    source = str(ipaddress.IPv6Network(prefix)[0x15A])
    eventually(lambda: _ping6(dialin, pppd, source, 1), 20, "IPv6 passes")
    assert not _ping6(dialin, pppd, str(ipaddress.IPv6Network(POOL)[-1]), 1), "of a prefix that nobody has"
    assert _held(lab, "home") == 1
    pppd.hang_up()
    eventually(lambda: _held(lab, "home") == 0, 10, "the prefix is given back")
    assert _accounted(lab, POOLED, "Stop")[-1].text("Delegated-IPv6-Prefix") == prefix


def test_a_pool_that_does_not_exist_costs_ip6_and_leaves_ip4(dialin: DialIn, lab: Lab) -> None:
    pppd = dialin.pppd(EMPTY)
    pppd.dial("+ipv6")
    pppd.online()
    assert pppd.ping(lab.core.address).received == 3
    pppd.hang_up()


def test_the_address_and_the_message_of_radius_come_to_the_peer(dialin: DialIn) -> None:
    pppd = dialin.pppd(FIXED)
    pppd.dial()
    assert pppd.online() == ADDRESS
    assert "good to see you" in pppd.log()
    pppd.hang_up()


@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_password_is_refused_with_the_reason_of_radius(dialin: DialIn, lab: Lab, method: str) -> None:
    pppd = dialin.pppd(REFUSED, WRONG)
    pppd.dial(METHODS[method])
    pppd.ended()
    assert REASON in pppd.log()
    eventually(lambda: dialin.no_session(REFUSED), 10, "no session is left")
    rows = json.loads(lab.appliance.shell(f"pppoe:trace --json {DialIn.mac(REFUSED)}"))["data"]
    trace = "\n".join(f"{row['way']} {row['packet']}" for row in rows)
    said = ("^in PADR", "^out PADS", "^in LCP ConfReq", f"^out {REFUSALS[method]} [^\n]*{REASON}")
    assert re.search(".*".join(said), trace, re.MULTILINE | re.DOTALL), trace
    assert DialIn.user(REFUSED) in trace, "who it was is shown, and with what password is not"
    assert WRONG not in trace + str(lab.appliance.table("pppoe:negotiations"))


def test_while_radius_is_away_nobody_new_comes_in_and_then_who_persists_does(dialin: DialIn, lab: Lab) -> None:
    lab.radius.stop()
    pppd = dialin.pppd(AWAY)
    try:
        pppd.dial("persist maxfail 0 holdoff 1")
        pppd.says("rcvd [LCP ConfAck")
        pppd.says("sent [CHAP Response")
        eventually(lambda: _row(lab, AWAY, "authentication"), 10, "it is shown as waiting for that")
        throughout(lambda: not pppd.address(), 5, "nobody says who it is")
    finally:
        lab.radius.start()
    pppd.online(40)
    pppd.hang_up()


def test_a_pulled_cable_is_found_in_time_and_who_persists_comes_back(dialin: DialIn, lab: Lab) -> None:
    pppd = dialin.pppd(PULLED)
    pppd.dial("persist maxfail 0 holdoff 1 lcp-echo-interval 1 lcp-echo-failure 3")
    pppd.online()
    eventually(lambda: dialin.session(PULLED), 10, "the session is shown")
    lab.node.plug(TAP, False)
    try:
        eventually(lambda: dialin.no_session(PULLED), ECHO_SECONDS * (ECHO_MISSES + 2) + 5, "the dead peer is found")
        stop = _accounted(lab, PULLED, "Stop")[-1]
    finally:
        lab.node.plug(TAP)
    assert stop.text("Acct-Terminate-Cause") == "Lost-Carrier"
    eventually(lambda: dialin.session(PULLED), 40, "it has dialled again")
    assert pppd.ping(lab.core.address).received == 3
    pppd.hang_up()


def test_sessions_go_on_when_the_gateway_is_killed(dialin: DialIn, lab: Lab) -> None:
    pppd = dialin.pppd(KILLED)
    pppd.dial("lcp-echo-interval 1 lcp-echo-failure 20")
    address = pppd.online()
    before = eventually(lambda: dialin.session(KILLED), 10, "the session is shown")
    output = "/run/numbered.log"
    pid = pppd.guest.launch(f"ping -n -i 0.05 -I {pppd.interface} {lab.core.address}", output)
    eventually(lambda: "icmp_seq=50" in pppd.guest.read(output), 20, "pings pass")
    lab.appliance.kill()
    lab.appliance.start()
    mark = pppd.guest.read(output).count("icmp_seq")
    eventually(lambda: pppd.guest.read(output).count("icmp_seq") > mark + 100, 30, "pings pass after the restart")
    pppd.guest.run(f"kill -INT {pid}; while [ -d /proc/{pid} ]; do sleep 0.1; done")
    said = pppd.guest.read(output)
    assert pings.lost(said) == [], said[-300:]
    after = eventually(lambda: dialin.session(KILLED), 10, "the session is there again")
    assert {key: after[key] for key in ("session_id", "ip_address", "username")} == {
        key: before[key] for key in ("session_id", "ip_address", "username")
    }
    assert pppd.address() == address
    assert pppd.log().count("PADI") == 1, "it did not dial again"
    answered = _echoes_answered(lab)  # pppd does not log them once it is up
    eventually(lambda: _echoes_answered(lab) > answered + 1, 20, "the gateway asks for echoes again")
    assert dialin.session(KILLED)["session_id"] == before["session_id"]
    pppd.hang_up()
    eventually(lambda: dialin.no_session(KILLED), 10, "the session is closed")


def test_a_disconnect_request_is_a_terminate_request_and_a_padt(dialin: DialIn, lab: Lab) -> None:
    pppd = dialin.pppd(DISCONNECTED)
    pppd.dial()
    pppd.online()
    session = eventually(lambda: dialin.session(DISCONNECTED), 10, "the session is shown")
    sender = CoaSender(lab.oss.namespace, str(lab.topology.gateway.management.ip), lab.radius.secret)
    assert sender.coa(f"Acct-Session-Id = {session['session_id']}", "Filter-Id = guest").code == "CoA-ACK"
    assert dialin.session(DISCONNECTED)["policy"] == "guest"
    assert pppd.ping(lab.core.address).received == 3
    assert sender.disconnect(f"Acct-Session-Id = {session['session_id']}").code == "Disconnect-ACK"
    pppd.ended()
    assert "rcvd [LCP TermReq" in pppd.log()
    eventually(lambda: dialin.no_session(DISCONNECTED), 10, "the session is closed")
    assert _accounted(lab, DISCONNECTED, "Stop")[-1].text("Acct-Terminate-Cause") == "Admin-Reset"


def test_a_device_dials_while_another_line_floods_discovery(dialin: DialIn, lab: Lab, chance: random.Random) -> None:
    pppd = dialin.pppd(FLOODED)
    line = Line("tagging", "flood", LINES[0].svlan, 4000)
    with PppoeClient(lab.node.namespace, line, random_mac(chance), chance) as attacker:
        attacker.discover()
        pppd.dial()
        for number in range(FLOOD):
            attacker.send(Discovery(ppp.PADI, ((ppp.SERVICE_NAME, b""),)), packets.BROADCAST)
            attacker.send(Discovery(ppp.PADR, ((ppp.SERVICE_NAME, b""), (ppp.AC_COOKIE, number.to_bytes(28)))))
            attacker.send(Discovery(ppp.PADT, session=number % 0xFFFE + 1))
        pppd.online()
    assert lab.appliance.drops()["drop: more PPPoE discovery than a line may send"] > FLOOD, "it was a flood"
    assert pppd.ping(lab.core.address).received == 3
    assert pppd.log().count("PADI") == 1
    pppd.hang_up()


def test_who_sends_packets_and_answers_no_echo_stays_until_he_is_silent(lab: Lab, dialin: DialIn, chance: random.Random) -> None:
    line = Line("tagging", "sends", LINES[0].svlan, 4001)
    with PppoeClient(lab.node.namespace, line, random_mac(chance), chance) as client:
        client.open(DialIn.user(SENDER), DialIn.password(SENDER))
        packet = packets.udp(client.address, 4000, lab.core.address, lab.topology.core.echo_port, bytes(64))

        def stays() -> bool:
            client.send_ppp(struct.pack("!H", ppp.IPV4) + packet)
            return not client.terminated(seconds=0.2)

        throughout(stays, 2 * ECHO_SECONDS * (ECHO_MISSES + 1), "its packets say that it is there")
        assert client.terminated(seconds=ECHO_SECONDS * (ECHO_MISSES + 2) + 5), "and nothing else does"
    stop = _accounted(lab, SENDER, "Stop")[-1]
    assert stop.text("Acct-Terminate-Cause") == "Lost-Carrier"


def test_who_is_challenged_again_answers_and_who_can_no_more_is_let_go(dialin: DialIn, lab: Lab) -> None:
    pppoeterms.hold(lab, SETTINGS | {"rechallenge_seconds": RECHALLENGE_SECONDS})
    pppds = {number: dialin.pppd(number) for number in CHALLENGED}
    for number, pppd in pppds.items():
        pppd.dial(CHALLENGED[number])
    for pppd in pppds.values():
        pppd.online()
        eventually(lambda: pppd.log().count("rcvd [CHAP Success") >= 3, 40, "it has proved itself three times")
        assert len(set(re.findall(r"rcvd \[CHAP Challenge id=(\w+)", pppd.log()))) >= 3
        assert pppd.ping(lab.core.address).received == 3
        assert pppd.log().count("PADI") == 1
    known = lab.radius.dialers
    _let_radius_know(lab, [])
    try:
        for number, pppd in pppds.items():
            pppd.ended()
            assert "rcvd [CHAP Failure" in pppd.log()
            assert _accounted(lab, number, "Stop")[-1].text("Acct-Terminate-Cause") == "Reauthentication-Failure"
    finally:
        _let_radius_know(lab, known)
    pppoeterms.hold(lab, SETTINGS)


def test_every_book_has_the_same_bytes(dialin: DialIn, lab: Lab) -> None:
    pppd = dialin.pppd(COUNTED)
    pppd.dial()
    pppd.online()
    session = eventually(lambda: dialin.session(COUNTED), 10, "the session is shown")
    negotiated = pppd.traffic()
    up, down = _megabits(dialin, lab, pppd), _megabits(dialin, lab, pppd, "-R")
    assert min(up, down) > 5, (up, down)
    assert pppd.ping(lab.core.address, 20, 1000).received == 20
    counted = tuple(now - before for now, before in zip(pppd.traffic(), negotiated))  # less IPCP

    def shown() -> tuple[int, int]:
        row = dialin.session(COUNTED)
        return row["output_octets"], row["input_octets"]

    eventually(lambda: shown() == counted, 10, f"the data plane has counted {counted}, shows {shown()}")
    pppd.hang_up()
    stop = _accounted(lab, COUNTED, "Stop")[-1]
    assert stop.session == session["session_id"]
    assert (stop.up_bytes, stop.down_bytes) == counted


def test_a_device_that_crashes_dials_again_at_once(dialin: DialIn, lab: Lab) -> None:
    pppd = dialin.pppd(CRASHED)
    pppd.dial()
    pppd.online()
    pppd.crash()
    eventually(lambda: dialin.no_session(CRASHED), 15, "its kernel sends PADT, or echoes find it")
    pppd.dial()
    pppd.online()
    pppd.hang_up()


def test_32_dial_at_once_and_all_pass(dialin: DialIn, lab: Lab) -> None:
    all_of_them = [dialin.pppd(number) for number in range(32)]
    for number, pppd in enumerate(all_of_them):
        pppd.dial(list(METHODS.values())[number % len(METHODS)])
    addresses = [pppd.online(60) for pppd in all_of_them]
    assert len(set(addresses)) == 32
    assert [pppd.ping(lab.core.address, 2).received for pppd in all_of_them] == [2] * 32
    for pppd in all_of_them[:4]:
        assert _megabits(dialin, lab, pppd) > 1
    for pppd in all_of_them:
        pppd.guest.run(f"kill -TERM {pppd.pid}")
    eventually(lambda: not lab.appliance.sessions(), 30, "all have left")
    assert lab.appliance.shell("dataplane:check") != ""
    assert lab.appliance.table("dataplane:entries") == []
    assert [pool for pool in lab.appliance.table("pools:list") if int(pool["held"])] == []


def _pass_whole(lab: Lab, pppd: Pppd, address: str, size: int) -> None:
    """Packets of that size pass in both directions, whoever sends first, and none of them in pieces."""
    ping = pppd.ping(lab.core.address, 3, size - 28)
    assert ping.received == ping.sent == 3
    pppd.guest.run(f"ip route replace {lab.core.address} dev {pppd.interface}")
    said = lab.core.namespace.run("ping", "-n", "-c", "3", "-i", "0.2", "-M", "do", "-s", str(size - 28), address)
    assert " 3 received" in said


def _row(lab: Lab, number: int, stage: str) -> dict[str, str] | None:
    """The device's row of the PPPoE sessions, when its stage is that one."""
    rows = lab.appliance.table("pppoe:sessions")
    return next((row for row in rows if (row["mac"], row["stage"]) == (DialIn.mac(number), stage)), None)


def _held(lab: Lab, pool: str) -> int:
    return next(int(row["held"]) for row in lab.appliance.table("pools:list") if row["pool"] == pool)


def _echoes_answered(lab: Lab) -> int:
    (row,) = (row for row in lab.appliance.table("pppoe:counters") if row["counter"] == "LCP echo requests answered by the peer")
    return int(row["value"])


def _let_radius_know(lab: Lab, dialers: list[Dialer]) -> None:
    lab.radius.stop()
    lab.radius.dialers = dialers
    lab.radius.configure()
    lab.radius.start()


def _accounted(lab: Lab, number: int, status: str) -> list[AccountingRecord]:
    """The records of a user, once the newest has the status."""

    def records() -> list[AccountingRecord]:
        found = lab.radius.records_named(DialIn.user(number))
        return found if found and found[-1].status == status else []

    return eventually(records, 20, f"{status} of {DialIn.user(number)} is accounted")


def _core_speaks_ip6(lab: Lab) -> None:
    lab.speak_ip6(IP6_CORE, IP6_ROUTER, [*(f"{prefix}/64" for prefix in PREFIX.values()), POOL])


def _ping6(dialin: DialIn, pppd: Pppd, source: str, count: int) -> bool:
    """Whether all pings from an address, which the device takes for it, are answered."""
    said = dialin.guest.run(
        f"ip -6 address replace {source}/128 dev {pppd.interface} nodad; ip -6 route replace {IP6_ROUTER} dev {pppd.interface};"
        f" ping -6 -n -c {count} -i 0.1 -W 1 -s 1200 -I {source} {IP6_ROUTER}; true"
    )
    return f" {count} received" in said


def _megabits(dialin: DialIn, lab: Lab, pppd: Pppd, *options: str) -> float:
    """What iperf3 measures over TCP, of what was received."""
    said = dialin.guest.run(
        f"iperf3 -c {lab.core.address} -p {lab.topology.core.iperf_port} --bind-dev {pppd.interface} -J -t 2 {' '.join(options)}",
        seconds=60,
    )
    return json.loads(said)["end"]["sum_received"]["bits_per_second"] / 1e6

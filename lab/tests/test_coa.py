"""Other systems end and change sessions while they run (RFC 5176): radclient asks, the data plane shows what came of it."""

import dataclasses
import datetime
import json
import random
from typing import Iterator

import pytest

from sluicelab import packets
from sluicelab.coa import DISCONNECT, CoaSender
from sluicelab.cpe import Cpe, random_mac
from sluicelab.lab import Lab
from sluicelab.namespace import CommandFailed
from sluicelab.subscriber import Subscriber
from sluicelab.topology import SubscriberPlan
from sluicelab.waiting import eventually, throughout

ELSEWHERE = "203.0.113.80"
RESIDUAL = "Residual-Context-Removed"
MOVED = "10.64.1.99"
ONT_REALM, ONT_MAC = "fibre.example", "02:5b:00:00:00:0f"
ONT_USER = f"ALCL1234ABCD@{ONT_REALM}"
SHORT_INTERIM_SECONDS = 2
MAY_CHANGE, STRANGER = "198.18.255.3", "198.18.255.4"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab with a walled garden, a client that may only change, and addresses for it and for a stranger."""
    lab = Lab(progress=print)
    core = lab.topology.core
    ont = _ont(lab)
    others = lab.radius.user_name
    lab.radius.user_name = lambda plan: ONT_USER if plan == ont else others(plan)
    lab.radius.rules = {ont: ["Auth-Type := Accept\n\tFilter-Id = residential-50mbps"]}
    lab.up(
        {
            "sluice.session": {"user_name": "{ont-serial}@{realm}", "realm": ONT_REALM},
            "sluice.garden~arrears": {
                "name": "arrears",
                "allowed": f"{core.address.ip} udp/{core.echo_port}",
                "portal": f"{core.address.ip}:{core.web_port}",
            },
            "sluice.coa.client~changer": {"hosts": MAY_CHANGE, "secret": "radius", "disconnect": "false"},
        }
    )
    try:
        for address in (MAY_CHANGE, STRANGER):
            lab.oss.namespace.ip("address", "add", f"{address}/24", "dev", "eth0")
        lab.clients_up()
        yield lab
    finally:
        lab.down()


@pytest.fixture(scope="module")
def sender(lab: Lab) -> CoaSender:
    return CoaSender(lab.oss.namespace, str(lab.topology.gateway.management.ip), lab.radius.secret)


def test_a_rate_is_changed_under_running_traffic(lab: Lab, sender: CoaSender) -> None:
    one = lab.admitted[2]
    assert sender.coa(_id(lab, one), 'Mikrotik-Rate-Limit = "5M/10M"').code == "CoA-ACK"
    assert 8 < _megabits_down(lab, one) < 12
    assert sender.coa(_id(lab, one), 'Mikrotik-Rate-Limit = "5M/50M"').code == "CoA-ACK"
    assert 40 < _megabits_down(lab, one) < 60
    assert sender.coa(_id(lab, one), "Filter-Id = guest").code == "CoA-ACK"
    assert 8 < _megabits_down(lab, one) < 12  # the policy's own rate, not the one that was given before


def test_a_policy_is_changed_by_its_name(lab: Lab, sender: CoaSender) -> None:
    one = lab.admitted[1]
    assert sender.coa(f"Framed-IP-Address = {one.address()}", "Filter-Id = guest").code == "CoA-ACK"
    assert 8 < _megabits_down(lab, one) < 12
    assert lab.appliance.session_of(one.plan.mac)["policy"] == "guest"


def test_upload_and_download_are_changed_apart_by_the_policies_of_erx(lab: Lab, sender: CoaSender) -> None:
    one = lab.admitted[5]
    download = _entry(lab, one.plan.mac)["download_limit"]
    assert sender.coa(_id(lab, one), 'ERX-Ingress-Policy-Name = "guest"').code == "CoA-ACK"
    assert _entry(lab, one.plan.mac)["download_limit"] == download
    assert 4 < _megabits_up(lab, one) < 6
    assert _megabits_down(lab, one) > 20
    assert sender.coa(_id(lab, one), 'ERX-Egress-Policy-Name = "guest"').code == "CoA-ACK"
    assert 8 < _megabits_down(lab, one) < 12
    assert 4 < _megabits_up(lab, one) < 6
    answer = sender.coa(_id(lab, one), 'ERX-Ingress-Policy-Name = "no-such-policy"')
    assert (answer.code, answer.cause) == ("CoA-NAK", "Invalid-Attribute-Value")


def test_a_line_is_called_by_the_serial_of_its_ont_and_the_realm(
    lab: Lab, sender: CoaSender, chance: random.Random
) -> None:
    ont = _ont(lab)
    assert lab.appliance.session_of(lab.admitted[1].plan.mac)["username"] == lab.admitted[1].plan.user_name("bng-01")
    with Cpe(lab.node.namespace, ont.line, ONT_MAC, chance) as device:
        grant = eventually(lambda: device.lease(seconds=5), 30, "the ONT is known to RADIUS by its serial")
        session = lab.appliance.session_of(ONT_MAC)
        assert (session["username"], session["policy"]) == (ONT_USER, "residential-50mbps")
        assert sender.coa(f'User-Name = "{ONT_USER}"', "Filter-Id = guest").code == "CoA-ACK"
        assert lab.appliance.session_of(ONT_MAC)["policy"] == "guest"
        device.release(grant)
    told = lambda: [record.status for record in lab.radius.records_named(ONT_USER)]  # noqa: E731
    eventually(lambda: told()[:1] == ["Start"] and told()[-1:] == ["Stop"], 20, "it is accounted by that name")


def test_walls_and_blocks_are_put_up_and_taken_away(lab: Lab, sender: CoaSender) -> None:
    one = lab.admitted[3]
    mac = one.plan.mac.upper().replace(":", "-")
    assert sender.coa(f'Calling-Station-Id = "{mac}"', 'Filter-Id = "garden:arrears"').code == "CoA-ACK"
    assert len(_fetched(one, ELSEWHERE)) == 20_000
    assert not one.reaches(lab.core.address)
    assert sender.coa(f'Calling-Station-Id = "{one.plan.mac}"', "Filter-Id = blocked").code == "CoA-ACK"
    assert not one.reaches(lab.core.address)
    with pytest.raises(CommandFailed):
        _fetched(one, lab.core.address)
    assert sender.coa(_id(lab, one), "Filter-Id = open").code == "CoA-ACK"
    one.ping(lab.core.address, count=2)


def test_a_disconnect_stops_what_flows_and_is_accounted(lab: Lab, sender: CoaSender) -> None:
    one = lab.admitted[0]
    flow = one.namespace.start(
        "iperf3", "-c", lab.core.address, "-b", "4M", "-t", "60", log=one.work / "iperf3-coa.log"
    )  # fmt: skip
    eventually(lambda: lab.appliance.session_of(one.plan.mac)["output_octets"] > 500_000, 15, "the flow flows")
    one.crash_client()  # its renewal may be due in these seconds and begin a new session
    answer = sender.disconnect(
        f'User-Name = "{one.plan.user_name(lab.topology.gateway.id)}"',
        f'NAS-Port-Id = "0:{one.plan.line.tags}"',
        f'NAS-Identifier = "{lab.topology.gateway.id}"',
        "Message-Authenticator = 0x00",
        "Proxy-State = 0x01",
        "Proxy-State = 0x02",
    )
    assert answer.code == "Disconnect-ACK"
    assert answer.attributes["Proxy-State"] == ("0x01", "0x02")
    passed = lab.core.namespace.interface("eth0")["stats64"]["rx"]["bytes"]
    throughout(lambda: not one.reaches(lab.core.address), 3, "nothing of the one that was cut off passes")
    assert lab.core.namespace.interface("eth0")["stats64"]["rx"]["bytes"] - passed < 100_000
    flow.kill()
    assert lab.appliance.session_of(one.plan.mac) is None
    stop = eventually(lambda: [r for r in lab.radius.records_of(one.plan) if r.status == "Stop"], 20, "the Stop")
    assert stop[-1].text("Acct-Terminate-Cause") == "Admin-Reset"
    lab.again_online(one)


def test_a_request_sent_again_is_done_once(lab: Lab, sender: CoaSender) -> None:
    one = lab.admitted[4]
    session = lab.appliance.session_of(one.plan.mac)["session_id"]
    answers = sender.twice(DISCONNECT, session)
    assert answers[0] == answers[1]
    assert answers[0][0] == 41
    eventually(lambda: _stops(lab, one), 20, "the Stop")
    assert len(_stops(lab, one)) == 1
    lab.again_online(one)


def test_radius_is_asked_again(lab: Lab, sender: CoaSender) -> None:
    one = lab.admitted[1]
    asked = lab.radius.said().count("Login OK")
    assert sender.coa(_id(lab, one), 'Cisco-AVPair = "subscriber:command=reauthenticate"').code == "CoA-ACK"
    assert lab.radius.said().count("Login OK") == asked + 1
    assert lab.appliance.session_of(one.plan.mac)["policy"] == one.plan.policy
    answer = sender.coa(_id(lab, one), "Service-Type = Authorize-Only", "State = 0xcafe")
    assert (answer.code, answer.cause) == ("CoA-NAK", "Request-Initiated")
    assert answer.attributes["Service-Type"] == ("Authorize-Only",)
    assert answer.attributes["State"] == ("0xcafe",)
    eventually(lambda: lab.radius.said().count("Login OK") == asked + 2, 10, "RADIUS is asked")


def test_times_are_changed(lab: Lab, sender: CoaSender) -> None:
    one = lab.admitted[5]
    times = ("Session-Timeout = 7200", "Idle-Timeout = 1800", "Acct-Interim-Interval = 900")
    assert sender.coa(_id(lab, one), *times).code == "CoA-ACK"
    timers = lab.appliance.session_of(one.plan.mac)["timers"]
    assert 7000 < timers["session-timeout"] <= 7200
    assert timers["idle"] <= 1800
    assert timers["interim"] <= lab.topology.gateway.interim_seconds, "the next record is not put off"
    _interims_come_as_asked(lab, sender, one)
    start = datetime.datetime.fromisoformat(lab.appliance.session_of(one.plan.mac)["session_start"])
    age = int((datetime.datetime.now(datetime.UTC) - start).total_seconds())
    assert sender.coa(_id(lab, one), f"Session-Timeout = {age + 15}", "Idle-Timeout = 0").code == "CoA-ACK"
    assert "idle" not in lab.appliance.session_of(one.plan.mac)["timers"]
    eventually(lambda: _stops(lab, one), 30, "the Stop")
    assert _stops(lab, one)[-1].text("Acct-Terminate-Cause") == "Session-Timeout"
    lab.again_online(one)


def test_a_session_time_that_is_over_already_ends_the_session_and_is_acknowledged(lab: Lab, sender: CoaSender) -> None:
    one = lab.admitted[5]
    session = lab.appliance.session_of(one.plan.mac)["session_id"]
    assert sender.coa(f'Acct-Session-Id = "{session}"', "Session-Timeout = 1").code == "CoA-ACK"
    stop = eventually(
        lambda: [record for record in _stops(lab, one) if record.session == session], 20, "the session is accounted as over"
    )
    assert stop[0].text("Acct-Terminate-Cause") == "Session-Timeout"
    assert not one.reaches(lab.core.address)
    lab.again_online(one)


def test_each_error_has_its_cause(lab: Lab, sender: CoaSender) -> None:
    one = lab.admitted[3]
    session, blocked = _id(lab, one), "Filter-Id = blocked"
    for cause, answer in {
        "Unsupported-Attribute": sender.coa(session, blocked, "Called-Station-Id = x"),
        "Missing-Attribute": sender.coa(blocked),
        "NAS-Identification-Mismatch": sender.coa(session, blocked, "NAS-Identifier = bng-99"),
        "Invalid-Request": sender.coa(session, blocked, "Filter-Id = open"),
        "Unsupported-Service": sender.coa(session, "Service-Type = Framed-User"),
        "Invalid-Attribute-Value": sender.coa(session, "Filter-Id = no-such-policy"),
        "Administratively-Prohibited": sender.disconnect(session, f"Packet-Src-IP-Address = {MAY_CHANGE}"),
        "Session-Context-Not-Found": sender.disconnect('Acct-Session-Id = "00000000000000ff"'),
    }.items():
        assert (answer.code[-3:], answer.cause) == ("NAK", cause)
    assert sender.coa(session, 'Filter-Id = "garden:nowhere"').cause == "Invalid-Attribute-Value"
    assert sender.coa(session, f"Framed-IP-Address = {lab.admitted[2].address()}", blocked).cause == (
        "Session-Context-Not-Found"
    )
    one.ping(lab.core.address, count=2)


def test_a_session_that_is_not_up_yet_is_residual_context(lab: Lab, sender: CoaSender, chance: random.Random) -> None:
    lab.radius.freeze()
    try:
        with Cpe(lab.node.namespace, lab.admitted[3].plan.line, random_mac(chance), chance) as waiting:
            assert waiting.discover(seconds=1, tries=1) is None
            answer = sender.disconnect(f'Calling-Station-Id = "{waiting.mac}"')
    finally:
        lab.radius.thaw()
    assert (answer.code, answer.cause) == ("Disconnect-ACK", RESIDUAL)


def test_another_address_that_radius_grants_is_had_at_the_next_request(
    lab: Lab, sender: CoaSender, chance: random.Random
) -> None:
    plan = lab.admitted[4].plan

    def says(replies: list[str]) -> None:
        lab.radius.stop()
        lab.radius.replies[plan] = replies
        lab.radius.configure()
        lab.radius.start()

    with Cpe(lab.node.namespace, plan.line, random_mac(chance), chance) as device:
        held = device.lease()
        assert held is not None
        says([f"Framed-IP-Address = {MOVED}"])
        session = lab.appliance.session_of(device.mac)["session_id"]
        asked = sender.coa(f'Acct-Session-Id = "{session}"', 'Cisco-AVPair = "subscriber:command=reauthenticate"')
        assert asked.code == "CoA-ACK"
        assert lab.appliance.session_of(device.mac)["ip_address"] == held.address, "nothing can take it from the client"
        answer = device.request(held)
        assert answer is not None and answer.kind == packets.NAK
        eventually(lambda: device.lease() is not None, 20, "the client begins anew")
        assert device.held is not None and device.held.address == MOVED
        answer = device.request(device.held)
        assert answer is not None and answer.kind == packets.ACK
        device.release(device.held)
        says([])


def test_sessions_that_agree_are_not_chosen_between(lab: Lab, sender: CoaSender, chance: random.Random) -> None:
    one = lab.admitted[3]
    with Cpe(lab.node.namespace, one.plan.line, random_mac(chance), chance) as second:
        grant = second.lease()
        assert grant is not None
        user = f'User-Name = "{one.plan.user_name(lab.topology.gateway.id)}"'
        assert sender.disconnect(user).cause == "Multiple-Session-Selection-Unsupported"
        assert sender.disconnect(user, f"Framed-IP-Address = {grant.address}").code == "Disconnect-ACK"
    one.ping(lab.core.address, count=1)


def test_what_is_not_of_a_client_or_not_of_now_gets_no_answer(lab: Lab, sender: CoaSender) -> None:
    session = _id(lab, lab.admitted[3])
    quick = ("-t", "1")
    for attributes, secret in (
        (session, "another secret"),
        (f"{session}, Packet-Src-IP-Address = {STRANGER}", None),
        (f'{session}, Event-Timestamp = "Jan  1 2026 00:00:00 UTC"', None),
    ):
        assert "No reply from server" in sender.radclient("disconnect", attributes, *quick, secret=secret)
    counted = {row["result"]: int(row["count"]) for row in lab.appliance.table("coa:counters")}
    assert counted["from an address that is no client's"] == 1
    assert counted["authenticator is wrong: forged, or another secret"] == 1
    assert counted["Event-Timestamp is not of now"] == 1
    assert {row["client"]: row["state"] for row in lab.appliance.table("coa:clients")} == {
        "oss": "heard",
        "changer": "heard",
    }
    lab.admitted[3].ping(lab.core.address, count=1)


def test_settings_are_changed_while_it_runs(lab: Lab, sender: CoaSender) -> None:
    session, nobody = _id(lab, lab.admitted[3]), 'Acct-Session-Id = "00000000000000ff"'
    lab.appliance.configure({"sluice.coa": {"disconnect": "false", "requests_per_second": 5}})
    eventually(
        lambda: sender.disconnect(nobody).cause == "Unsupported-Extension", 20, "disconnects are switched off"
    )
    said = sender.radclient("coa", f"{session}, Filter-Id = open", "-c", "30", "-p", "30")
    assert said.count("Received CoA-ACK") >= 1
    assert said.count("Error-Cause = Resources-Unavailable") >= 10
    lab.admitted[3].ping(lab.core.address, count=1)


def _interims_come_as_asked(lab: Lab, sender: CoaSender, one: Subscriber) -> None:
    """The records after the next one, first with an interval that is longer than that of RADIUS, then with a shorter one."""
    session, interval = lab.appliance.session_of(one.plan.mac)["session_id"], lab.topology.gateway.interim_seconds

    def due() -> int:
        return lab.appliance.session_of(one.plan.mac)["timers"]["interim"]

    def ages() -> list[int]:
        records = [record for record in lab.radius.records_of(one.plan) if record.session == session]
        return sorted({record.number("Acct-Session-Time") for record in records if record.status == "Interim-Update"})

    eventually(lambda: due() > interval, 2 * interval, "the record after the next one is far away")
    known = len(ages())
    assert sender.coa(_id(lab, one), f"Acct-Interim-Interval = {SHORT_INTERIM_SECONDS}").code == "CoA-ACK"
    eventually(lambda: len(ages()) >= known + 3, 3 * interval, "three more records")
    first, second, third = ages()[known : known + 3]
    assert max(second - first, third - second) <= SHORT_INTERIM_SECONDS + 1, (first, second, third)


def _ont(lab: Lab) -> SubscriberPlan:
    """A device behind an ONT whose serial number the access node writes into the circuit-id, digits small."""
    plan = lab.admitted[2].plan
    line = dataclasses.replace(plan.line, circuit_id="1/0/9 FSAN:ALCL1234abcd", cvlan=9)
    return dataclasses.replace(plan, line=line, mac=ONT_MAC)


def _entry(lab: Lab, mac: str) -> dict[str, str]:
    """What the data plane has of a device."""
    (only,) = json.loads(lab.appliance.shell(f"dataplane:entry --json {mac}"))["data"]
    return only


def _id(lab: Lab, one: Subscriber) -> str:
    return f'Acct-Session-Id = "{lab.appliance.session_of(one.plan.mac)["session_id"]}"'


def _stops(lab: Lab, one: Subscriber) -> list:
    return [record for record in lab.radius.records_of(one.plan) if record.status == "Stop"]


def _megabits_down(lab: Lab, one: Subscriber) -> float:
    """What arrives of 80 Mbit/s of UDP towards the subscriber, for three seconds."""
    return _megabits(lab, one, "80M", "-R")


def _megabits_up(lab: Lab, one: Subscriber) -> float:
    """What arrives of 10 Mbit/s from the subscriber; of more, the words of iperf3 itself would be lost."""
    return _megabits(lab, one, "10M")


def _megabits(lab: Lab, one: Subscriber, offered: str, *direction: str) -> float:
    said = one.namespace.run(
        "iperf3", "-c", lab.core.address, "-u", *direction, "-b", offered, "-l", "1400", "-t", "3", "-O", "1", "--json"
    )  # fmt: skip
    end = json.loads(said)["end"]
    received = end.get("sum_received") or end["sum"]
    return received["bits_per_second"] / 1e6 * (1 - received.get("lost_percent", 0) / 100 if "sum_received" not in end else 1)


def _fetched(one: Subscriber, host: str) -> str:
    """The page /20000 as a web client gets it; CommandFailed when it gets none."""
    return one.namespace.run("curl", "-s", "-f", "--max-time", "8", f"http://{host}/20000")

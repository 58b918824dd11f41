"""The lab's own PPPoE, proven against the concentrator of rp-pppoe, without the appliance."""

import json
import random
from typing import Iterator

import pytest

from sluicebench.generator import build_pppoeload
from sluicelab import pppoeframes as ppp
from sluicelab.lab import WORK, Lab
from sluicelab.pppd import Concentrator, Pppd
from sluicelab.pppoeframes import PppoeClient
from sluicelab.topology import Line
from sluicelab.uml import MTU, Guest

METHODS = ("pap", "chap", "mschap-v2")
LINES = tuple(Line("tagging", f"line-{cvlan}", 300, cvlan) for cvlan in (10, 11, 12, 300))
TAP, REFERENCE_TAP = "tap0", "tap1"
LOADED = 3  # devices of the generator, on lines of its own
USER, PASSWORD = "somebody", "secret"


@pytest.fixture(scope="module")
def wires() -> Iterator[Lab]:
    """The networks of the lab; where the appliance would be is a bridge to a tap."""
    lab = Lab()
    lab.wires_up()
    try:
        lab.node.add_tagged_port(TAP, LINES)
        for words in (("tuntap", "add", "dev", REFERENCE_TAP, "mode", "tap"), ("link", "add", "bridge", "type", "bridge")):
            lab.gateway.ip(*words)
        for device in (REFERENCE_TAP, "bridge"):
            lab.gateway.ip("link", "set", device, "mtu", str(MTU), "up")
        for device in (REFERENCE_TAP, "trunk0"):
            lab.gateway.ip("link", "set", device, "master", "bridge")
        yield lab
    finally:
        lab.down()


@pytest.fixture(scope="module")
def guest(wires: Lab) -> Iterator[Guest]:
    with Guest("cpe", wires.node.namespace, TAP, WORK) as guest:
        for number, line in enumerate(LINES):
            guest.add_line(f"line{number}", line, f"02:5c:00:00:00:{number:02x}")
        yield guest


@pytest.fixture(scope="module")
def reference(wires: Lab) -> Iterator[tuple[Concentrator, list[str]]]:
    """A concentrator on every line, each with its method; the addresses of their own."""
    with Guest("reference", wires.gateway, REFERENCE_TAP, WORK) as guest:
        concentrator = Concentrator(guest)
        concentrator.secrets({USER: PASSWORD} | {f"u{number:07}": f"p{number:07}" for number in range(LOADED)})
        own = []
        for number, line in enumerate(LINES):
            guest.add_line(f"line{number}", line, f"02:5d:00:00:00:{number:02x}")
            own.append(concentrator.serve(f"line{number}", f"require-{METHODS[number % len(METHODS)]}"))
        for number in range(LOADED):
            guest.add_line(f"load{number}", Line("tagging", f"load-{number}", 100, 2 + number), f"02:5d:00:00:01:{number:02x}")
            concentrator.serve(f"load{number}", "require-chap")
        yield concentrator, own


@pytest.fixture
def client(wires: Lab, reference: object) -> Iterator[PppoeClient]:
    with PppoeClient(wires.node.namespace, LINES[1], "02:5c:00:00:01:01", random.Random(1)) as client:
        client.open(USER, PASSWORD)
        yield client
        client.hang_up()


@pytest.mark.parametrize("number", range(len(LINES)))
def test_pppd_dials_with_every_method_and_large_pings_pass(reference, guest: Guest, number: int) -> None:
    pppd = Pppd(guest, number, f"line{number}", USER, PASSWORD)
    pppd.dial()
    assert pppd.online() == f"10.99.{number + 1}.10"
    ping = pppd.ping(reference[1][number], 3, 1464)
    assert (ping.sent, ping.received) == (3, 3)
    assert min(pppd.traffic()) >= 3 * 1492
    pppd.hang_up()
    assert "sent [LCP TermReq" in pppd.log()


def test_a_wrong_password_is_refused_and_the_reason_shown(reference, guest: Guest) -> None:
    pppd = Pppd(guest, 9, "line2", USER, "wrong")
    pppd.dial()
    pppd.ended()
    assert "M=Access denied" in pppd.log()


def test_a_pulled_cable_is_found_by_echoes(wires: Lab, reference, guest: Guest) -> None:
    pppd = Pppd(guest, 0, "line0", USER, PASSWORD)
    pppd.dial("lcp-echo-interval 1 lcp-echo-failure 2")
    pppd.online()
    wires.node.plug(TAP, False)
    try:
        pppd.ended()
    finally:
        wires.node.plug(TAP)
    assert "No response to 2 echo-requests" in pppd.log()


def test_frames_of_our_own_open_a_session_and_are_echoed(client: PppoeClient) -> None:
    assert client.address.startswith("10.99.2.")
    assert client.echo(b"more").data == client.peer_magic.to_bytes(4) + b"more"


def test_the_reference_rejects_codes_and_protocols_that_nobody_knows(client: PppoeClient) -> None:
    client.send_control(ppp.LCP, 99, b"what?")
    rejected = client.control(ppp.LCP, ppp.CODE_REJECT)
    assert rejected.data[:2] == bytes((99, rejected.data[1])) and rejected.data[4:] == b"what?"
    client.send_ppp(bytes.fromhex("80ff") + b"what?")
    assert client.control(ppp.LCP, ppp.PROTOCOL_REJECT).data == bytes.fromhex("80ff") + b"what?"


def test_an_echo_shorter_than_its_magic_number_does_the_reference_no_harm(client: PppoeClient) -> None:
    for length in range(4):
        client.send_control(ppp.LCP, ppp.ECHO_REQUEST, bytes(length))
    assert client.echo() is not None


def test_a_wrong_password_by_frames_is_refused(wires: Lab, reference) -> None:
    with PppoeClient(wires.node.namespace, LINES[0], "02:5c:00:00:01:02", random.Random(2)) as client:
        client.connect()
        client.link_up()
        assert client.authenticate(USER, "wrong").code == ppp.PAP_NAK


def test_the_load_generator_dials_the_reference(wires: Lab, reference) -> None:
    program = build_pppoeload(WORK)
    command = (program, "--device", "up0", "--devices", str(LOADED), "--window", "2", "--hold", "2", "--echo", "1",
               "--churn", "2", "--churn-rate", "2")  # fmt: skip
    said = json.loads(wires.node.namespace.run(*command, seconds=60))
    assert (said["set_up"], said["lost"], said["refused"], said["bad"], said["flaps"]) == (LOADED, 0, 0, 0, 0), said
    assert said["echoes"] == said["echo_replies"] >= LOADED
    assert said["redialled"] >= 1 and said["opened"] > LOADED
    assert said["open"] == 0 and said["closed"] >= LOADED
    assert said["latency_us"]["discovery"]["p50"] <= said["latency_us"]["setup"]["p50"]

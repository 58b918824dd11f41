"""The generator of PPPoE devices: it takes right answers, and no wrong one."""

import dataclasses
import json
import pathlib
from typing import Callable, Iterator

import pytest

from sluicebench import responder
from sluicebench.generator import Generator, WrongReplies, build_pppoeload
from sluicebench.pppoeresponder import OTHER_MAC, PppoeResponder, Reply, Spoil, at, fine
from sluicebench.responder import DEVICE
from sluicelab import pppoeframes as ppp
from sluicelab.namespace import Namespace
from sluicelab.pppoeframes import Control, Discovery, options

DEVICES = 4
PATIENT = ("--restart", "2")  # where every answer is awaited, also of a server that stalls
Load = Callable[..., dict]


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Namespace, Namespace, pathlib.Path]]:
    """Server, devices, and the directory of the compiled generator."""
    with responder.bed() as (server, devices):
        work = tmp_path_factory.mktemp("pppoeload")
        build_pppoeload(work)
        yield server, devices, work


@pytest.fixture
def load(bed: tuple[Namespace, Namespace, pathlib.Path]) -> Load:
    """Runs the generator against a server whose answers are spoilt, and gives its report."""
    server, devices, work = bed

    def run(spoil: Spoil, *options: str) -> dict:
        how = options or ("--window", str(DEVICES))
        with PppoeResponder(server, DEVICE, spoil):
            command = (build_pppoeload(work), "--device", DEVICE, "--devices", str(DEVICES), "--restart", "0.2", "--tries", "2")
            return json.loads(devices.run(*command, *how))

    return run


def without(reply: Reply, tag: int) -> Reply:
    return reply.but(tags=tuple(item for item in reply.packet.tags if item[0] != tag))


def with_value(reply: Reply, tag: int, value: bytes) -> Reply:
    return reply.but(tags=tuple((kind, value if kind == tag else old) for kind, old in reply.packet.tags))


def with_option(reply: Reply, kind: int, value: bytes) -> Reply:
    items = ((known, value if known == kind else old) for known, old in reply.packet.options)
    return reply.but(data=options(*items))


def without_option(reply: Reply, kind: int) -> Reply:
    return reply.but(data=options(*(item for item in reply.packet.options if item[0] != kind)))


def other_line(reply: Reply) -> Reply:
    return dataclasses.replace(reply, tags=(reply.tags[0], reply.tags[1] + 1))


def from_elsewhere(reply: Reply) -> Reply:
    return dataclasses.replace(reply, source=OTHER_MAC)


def in_place_of(protocol: int, code: int, data: bytes = b"") -> Spoil:
    """Something else at this step."""
    return lambda reply: dataclasses.replace(reply, packet=Control(protocol, code, 1, data))


def own_magic(reply: Reply) -> Reply:
    """The device's magic number as that of the server: it came as the Host-Uniq, and asks for itself in LCP."""
    return with_option(reply, ppp.MAGIC, magics[reply.target])


magics: dict[str, bytes] = {}


def learning(spoil: Spoil) -> Spoil:
    """Remembers the magic number that each device calls itself by."""

    def learned(reply: Reply) -> Reply | list[Reply] | None:
        if reply.step == "pads":
            magics[reply.target] = reply.packet.tag(ppp.HOST_UNIQ)
        return spoil(reply)

    return learned


# By name: what the generator has to say about it, at which step, and how it is spoilt. Nobody comes up.
WRONG: dict[str, tuple[str, str, Spoil]] = {
    "PADO of another version": ("pppoe_header", "pado", lambda reply: reply.but(version_type=0x12)),
    "PADO longer than its frame": ("pppoe_header", "pado", lambda reply: reply.but(length=400)),
    "PADO whose tag ends behind it": ("discovery_tags", "pado", lambda reply: reply.but(length=5)),
    "PADO without AC-Name": ("discovery_tags", "pado", lambda reply: without(reply, ppp.AC_NAME)),
    "PADO without Service-Name": ("discovery_tags", "pado", lambda reply: without(reply, ppp.SERVICE_NAME)),
    "PADO without Host-Uniq": ("host_uniq", "pado", lambda reply: without(reply, ppp.HOST_UNIQ)),
    "PADO with another Host-Uniq": ("host_uniq", "pado", lambda reply: with_value(reply, ppp.HOST_UNIQ, b"12345")),
    "PADO with a session": ("session_id", "pado", lambda reply: reply.but(session=7)),
    "PADO with an endless cookie": ("ac_cookie", "pado", lambda reply: with_value(reply, ppp.AC_COOKIE, bytes(65))),
    "PADO from a group": ("source", "pado", lambda reply: dataclasses.replace(reply, source="03:00:00:00:00:01")),
    "PADO to somebody else": ("destination", "pado", lambda reply: dataclasses.replace(reply, target=OTHER_MAC)),
    "PADO on another line": ("line", "pado", other_line),
    "PADS of session 0": ("session_id", "pads", lambda reply: reply.but(session=0)),
    "PADS of session 65535": ("session_id", "pads", lambda reply: reply.but(session=0xFFFF)),
    "PADS without Service-Name": ("discovery_tags", "pads", lambda reply: without(reply, ppp.SERVICE_NAME)),
    "LCP from elsewhere": ("source", "lcp_request", from_elsewhere),
    "LCP without magic number": ("magic_number", "lcp_request", lambda reply: without_option(reply, ppp.MAGIC)),
    "LCP with magic number 0": ("magic_number", "lcp_request", lambda reply: with_option(reply, ppp.MAGIC, bytes(4))),
    "LCP with the device's magic number": ("magic_number", "lcp_request", own_magic),
    "LCP whose option ends behind it": ("options", "lcp_request", lambda reply: reply.but(data=b"\x05\x06\x01")),
    "LCP shorter than it says": ("control_packet", "lcp_request", lambda reply: reply.but(length=200)),
    "LCP of an unknown code": ("control_packet", "lcp_request", in_place_of(ppp.LCP, 77)),
    "IP before the link is up": ("protocol", "lcp_request", in_place_of(ppp.IPV4, 0x45, bytes(16))),
    "challenge before the link is up": ("out_of_order", "lcp_request", in_place_of(ppp.CHAP, ppp.CHAP_CHALLENGE, b"\x01x")),
    "IPCP before the link is up": ("out_of_order", "lcp_request", in_place_of(ppp.IPCP, ppp.CONFIGURE_REQUEST)),
    "LCP Ack of another request": ("identifier", "lcp_ack", lambda reply: reply.but(identifier=reply.packet.identifier ^ 1)),
    "LCP Ack without magic number": ("options", "lcp_ack", lambda reply: without_option(reply, ppp.MAGIC)),
    "LCP Ack of another magic number": ("options", "lcp_ack", lambda reply: with_option(reply, ppp.MAGIC, b"abcd")),
    "empty challenge": ("options", "challenge", lambda reply: reply.but(data=b"\x00")),
    "challenge that ends behind it": ("options", "challenge", lambda reply: reply.but(data=b"\x10abc")),
    "success without a challenge": ("out_of_order", "challenge", in_place_of(ppp.CHAP, ppp.CHAP_SUCCESS)),
    "verdict that is none": ("control_packet", "success", lambda reply: reply.but(code=9)),
    "IPCP before the verdict": ("out_of_order", "challenge", in_place_of(ppp.IPCP, ppp.CONFIGURE_REQUEST)),
    "gateway without address": ("address", "ipcp_request", lambda reply: with_option(reply, ppp.IP_ADDRESS, bytes(4))),
    "no address": ("address", "ipcp_nak", lambda reply: dataclasses.replace(
        reply, packet=Control(ppp.IPCP, ppp.CONFIGURE_ACK, reply.packet.identifier, options((ppp.IP_ADDRESS, bytes(4)))))),
    "Nak without a better value": ("options", "ipcp_nak", lambda reply: reply.but(data=b"")),
    "address rejected": ("address", "ipcp_nak", lambda reply: reply.but(code=ppp.CONFIGURE_REJECT)),
    "IPCP Ack of another address": ("options", "ipcp_ack", lambda reply: with_option(reply, ppp.IP_ADDRESS, b"\x0a\x09\x01\xc8")),
    "IPCP Ack of another request": ("identifier", "ipcp_ack", lambda reply: reply.but(identifier=reply.packet.identifier ^ 1)),
}  # fmt: skip


@pytest.mark.parametrize("how", [("--window", "2"), ("--rate", "100"), ("--window", "2", "--first", "3998")])
def test_right_answers_set_every_device_up(load: Load, how: tuple[str, ...]) -> None:
    report = load(fine, *how, *PATIENT)
    counts = [report[name] for name in ("started", "set_up", "lost", "refused", "flaps", "closed", "open", "bad")]
    assert counts == [DEVICES, DEVICES, 0, 0, 0, DEVICES, 0, 0]
    assert 0 < report["latency_us"]["discovery"]["p50"] <= report["latency_us"]["setup"]["p99"]


def test_held_devices_hear_their_echoes_and_dial_again(load: Load) -> None:
    report = load(fine, "--window", "4", "--hold", "0.5", "--echo", "0.1", "--churn", "0.5", "--churn-rate", "20", *PATIENT)
    assert report["bad"] == report["flaps"] == report["lost"] == 0
    assert report["echo_replies"] == report["echoes"] > 0
    assert report["opened"] == DEVICES + report["redialled"] > DEVICES


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answer_is_counted_by_its_reason_and_sets_nobody_up(load: Load, name: str) -> None:
    reason, step, spoil = WRONG[name]
    report = load(learning(at(step, spoil)))
    assert list(report["bad_frames"]) == [reason]
    assert report["bad"] >= DEVICES - 1  # of the last line there is no next one
    assert report["set_up"] < DEVICES if reason == "line" else report["set_up"] == 0


@pytest.mark.parametrize(("address", "reason", "wrong"), [
    (b"\xc0\x00\x02\x01", "address", DEVICES),
    (b"\x0a\x09\x01\xc8", "duplicate_address", DEVICES - 1),
])  # fmt: skip
def test_address_of_a_stranger_or_of_another_device_is_counted(load: Load, address: bytes, reason: str, wrong: int) -> None:
    assert load(naming(address))["bad_frames"] == {reason: wrong}


def naming(address: bytes) -> Spoil:
    """Names everybody this address and agrees to it."""
    named: set[str] = set()

    def spoil(reply: Reply) -> Reply:
        if reply.step != "ipcp_nak":
            return reply
        code = ppp.CONFIGURE_ACK if reply.target in named else ppp.CONFIGURE_NAK
        named.add(reply.target)
        return reply.but(code=code, data=options((ppp.IP_ADDRESS, address)))

    return spoil


def test_frames_of_another_session_are_disowned_and_bring_nobody_up(bed: tuple[Namespace, Namespace, pathlib.Path]) -> None:
    server, devices, work = bed
    with PppoeResponder(server, DEVICE, at("lcp_request", lambda reply: dataclasses.replace(reply, session=100))) as responder:
        command = (build_pppoeload(work), "--device", DEVICE, "--devices", "1", "--window", "1", "--restart", "0.2", "--tries", "2")
        report = json.loads(devices.run(*command))
    assert responder.hung_up == [100]
    assert (report["set_up"], report["lost"], report["late"], report["bad"]) == (0, 1, 1, 0)


def test_echo_reply_of_another_magic_number_is_counted_and_a_missing_one_is_missed(load: Load) -> None:
    how = ("--window", "4", "--hold", "0.3", "--echo", "0.2", *PATIENT)
    report = load(at("echo_reply", lambda reply: reply.but(data=b"wxyz")), *how)
    assert set(report["bad_frames"]) == {"magic_number"} and report["echo_replies"] == 0 < report["echoes"]
    report = load(at("echo_reply", lambda reply: None), *how)
    assert report["echo_replies"] == report["bad"] == 0 < report["echoes"]


@pytest.mark.parametrize("end", [
    lambda reply: Discovery(ppp.PADT, session=reply.session),
    lambda reply: Control(ppp.LCP, ppp.TERMINATE_REQUEST, 99),
])  # fmt: skip
def test_session_that_the_server_ends_is_a_flap(load: Load, end: Callable[[Reply], Discovery | Control]) -> None:
    spoil = at("ipcp_ack", lambda reply: [reply, dataclasses.replace(reply, packet=end(reply))])
    report = load(spoil, "--window", "4", "--hold", "0.2", *PATIENT)
    assert (report["set_up"], report["flaps"], report["open"], report["bad"]) == (DEVICES, DEVICES, 0, 0)


@pytest.mark.parametrize("spoil", [
    at("pads", lambda reply: reply.but(session=0, tags=(*reply.packet.tags, (ppp.AC_SYSTEM_ERROR, b"full")))),
    at("success", lambda reply: reply.but(code=ppp.CHAP_FAILURE)),
])  # fmt: skip
def test_refusal_is_counted_and_is_no_wrong_answer(load: Load, spoil: Spoil) -> None:
    report = load(spoil, "--window", "4", *PATIENT)
    assert (report["set_up"], report["refused"], report["lost"], report["bad"]) == (0, DEVICES, 0, 0)


@pytest.mark.parametrize(("step", "stage"), [
    ("pado", "padi"), ("pads", "padr"), ("lcp_ack", "lcp"), ("challenge", "authentication"), ("ipcp_nak", "ipcp"),
])  # fmt: skip
def test_silence_loses_every_device_where_it_was(load: Load, step: str, stage: str) -> None:
    report = load(at(step, lambda reply: None))
    assert (report["set_up"], report["lost"], report["bad"]) == (0, DEVICES, 0)
    assert report["lost_in"][stage] == DEVICES


def test_end_that_nobody_confirms_is_counted(load: Load) -> None:
    report = load(at("terminate_ack", lambda reply: None), "--window", "4", *PATIENT)
    assert (report["set_up"], report["terminate_unanswered"], report["open"]) == (DEVICES, DEVICES // 2, 0)


def test_bench_ends_with_one_wrong_answer(bed: tuple[Namespace, Namespace, pathlib.Path]) -> None:
    server, devices, work = bed
    generator = Generator(devices, DEVICE, work, tagged=True)
    with PppoeResponder(server, DEVICE, fine):
        assert generator.dial(range(DEVICES), "--window", DEVICES).set_up == DEVICES
    once = iter((b"abcd",))
    spoil = at("lcp_ack", lambda reply: with_option(reply, ppp.MAGIC, next(once, reply.packet.option(ppp.MAGIC))))
    with PppoeResponder(server, DEVICE, spoil), pytest.raises(WrongReplies, match="1 wrong frames: .*options"):
        generator.dial(range(DEVICES), "--window", DEVICES)

"""PPPoE and PPP that no real client would send, byte by byte, against the running appliance."""

import dataclasses
import itertools
import random
import socket
import struct
import threading
import time
from collections import Counter
from typing import Callable, Iterator

import pytest

from sluicelab import packets
from sluicelab import pppoeframes as ppp
from sluicelab.core import DEVICE
from sluicelab.cpe import Tap, random_mac
from sluicelab.lab import Lab
from sluicelab.pppoeframes import Control, Discovery, PppoeClient, options
from sluicelab.radius import Dialer
from sluicelab.topology import Line
from sluicelab.waiting import ANSWER_SECONDS, eventually

SVLAN, NAMED_SVLAN = 400, 401
USERS = 120
DESCRIBED, RATES = "described", ("Actual-Data-Rate-Upstream == 10000000", "Actual-Data-Rate-Downstream == 50000000")
ECHO_SECONDS = 30
SLOT_SECONDS = 30  # a cookie is good in its slot and in the next one
EMPTY_SERVICE = (ppp.SERVICE_NAME, b"")
UNKNOWN_SESSIONS = 2000
FLOOD, FLOOD_BURST, FLOOD_PAUSE_SECONDS, NEWCOMERS = 20_000, 20, 0.002, 4
ETHERNET_SEGMENT, SESSION_SEGMENT = 1460, 1452  # of TCP, largest
SETUP_SECONDS = 15  # more than RADIUS takes to be called silent
DUAL, PREFIX = "both-families", "2001:db8:7::"
IP6_CORE, IP6_ROUTER = "2001:db8:c0::2", "2001:db8:c0::1"

NewClient = Callable[..., PppoeClient]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    lab = Lab(progress=print)
    lab.radius.dialers = [
        *(Dialer(f"frame{number}", "secret") for number in range(USERS)),
        Dialer(DUAL, "secret", replies=(f"Framed-IPv6-Prefix = {PREFIX}/64",)),
        Dialer(DESCRIBED, "secret", demands=RATES),
    ]
    lab.up(
        {
            "sluice.pppoe": {"restart_milliseconds": 1000, "echo_seconds": ECHO_SECONDS},
            "sluice.pppoe.profile~named": {
                "name": "named",
                "svlans": NAMED_SVLAN,
                "ac_name": "other-name",
                "service_names": "internet, voice",
            },
            "sluice.dataplane.xdp": {"core_gateway6": IP6_ROUTER},
            "sluice.session": {"setup_seconds": SETUP_SECONDS, "probe_seconds": 1},
        },
        start=False,
    )
    try:
        lab.speak_ip6(IP6_CORE, IP6_ROUTER, [f"{PREFIX}/64"])
        lab.appliance.start()
        yield lab
    finally:
        lab.down()


@dataclasses.dataclass(frozen=True)
class Early:
    """A device that took a cookie when the tests began, and when that was, monotonic seconds."""

    client: PppoeClient
    cookie: bytes
    taken: float


@pytest.fixture(scope="module", autouse=True)
def early(lab: Lab, chance: random.Random) -> Early:
    client = PppoeClient(lab.node.namespace, Line("tagging", "early", SVLAN, 4000), random_mac(chance), chance)
    return Early(client, client.discover().tag(ppp.AC_COOKIE), time.monotonic())


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """Each client has a number of its own: its line and its user."""
    return itertools.count()


@pytest.fixture
def client_on(lab: Lab, chance: random.Random, numbers: Iterator[int]) -> Iterator[NewClient]:
    """Makes clients on lines that nobody else has; they hang up at the end."""
    made = []

    def make(line: Line | None = None, mac: str = "") -> PppoeClient:
        number = next(numbers)
        client = PppoeClient(
            lab.node.namespace, line or Line("tagging", f"line-{number}", SVLAN, 2 + number), mac or random_mac(chance), chance
        )
        client.user = f"frame{number}"
        made.append(client)
        return client

    yield make
    for client in made:
        if client.session:
            client.hang_up()
        client.close()


@pytest.fixture
def client(client_on: NewClient) -> PppoeClient:
    return client_on()


def opened(client: PppoeClient) -> PppoeClient:
    client.open(client.user, "secret")
    return client


def linked(client: PppoeClient) -> PppoeClient:
    """LCP is up, nothing is proved."""
    client.connect()
    client.link_up()
    return client


def authenticated(client: PppoeClient) -> PppoeClient:
    verdict = linked(client).authenticate(client.user, "secret")
    assert verdict.code == ppp.CHAP_SUCCESS
    return client


def counted(lab: Lab, text: str) -> int:
    """The sum of the counters whose name has the text."""
    return sum(int(row["value"]) for row in lab.appliance.table("pppoe:counters") if text in row["counter"])


def alive(client: PppoeClient) -> bool:
    return client.echo() is not None


# discovery


def test_an_offer_echoes_what_is_to_be_echoed_and_nothing_else(lab: Lab, client: PppoeClient) -> None:
    uniq, relay = bytes(range(64)), b"relay\0session"
    offer = client.discover(
        EMPTY_SERVICE, (ppp.HOST_UNIQ, uniq), (ppp.RELAY_SESSION_ID, relay), (0x7777, b"unknown"), (ppp.END_OF_LIST, b"")
    )
    assert offer.session == 0
    assert offer.tag(ppp.HOST_UNIQ) == uniq
    assert offer.tag(ppp.RELAY_SESSION_ID) == relay
    assert offer.tag(ppp.AC_NAME) == lab.topology.gateway.id.encode()
    assert offer.tag(ppp.SERVICE_NAME) == b""
    assert len(offer.tag(ppp.AC_COOKIE)) >= 16
    assert 0x7777 not in {kind for kind, _ in offer.tags}


def test_what_identifies_a_device_comes_back_byte_by_byte_in_every_answer(lab: Lab, client_on: NewClient) -> None:
    client = client_on(Line("tagging", "echo", NAMED_SVLAN, 3))
    identities = ((ppp.HOST_UNIQ, bytes(range(256)) * 4), (ppp.RELAY_SESSION_ID, bytes(range(12))))

    def kept(answer: Discovery) -> tuple[bytes | None, ...]:
        return tuple(answer.tag(kind) for kind, _ in identities)

    offer = client.discover(EMPTY_SERVICE, *identities)
    cookie = (ppp.AC_COOKIE, offer.tag(ppp.AC_COOKIE))
    refused = client.request((ppp.SERVICE_NAME, b"nonsense"), *identities, cookie)
    confirmed = client.request((ppp.SERVICE_NAME, b"voice"), cookie, *identities)
    assert kept(offer) == kept(refused) == kept(confirmed) == tuple(value for _, value in identities)
    assert (refused.session, confirmed.session != 0, confirmed.tag(ppp.SERVICE_NAME)) == (0, True, b"voice")
    before = counted(lab, "would not fit")
    assert client.discover(EMPTY_SERVICE, (ppp.HOST_UNIQ, bytes(1460)), seconds=0.2) is None
    assert counted(lab, "would not fit") == before + 1


def test_what_the_access_node_says_of_a_line_goes_to_radius(lab: Lab, client: PppoeClient) -> None:
    circuit, remote = b"access-node eth 1/1:100", b"remote-77"
    rates = (0x81, struct.pack("!I", 10_000)), (0x82, struct.pack("!I", 50_000))  # kbit/s, to RADIUS bit/s
    parts = ((1, circuit), (2, remote), *rates)
    tag = (ppp.VENDOR, struct.pack("!I", 3561) + b"".join(bytes((kind, len(value))) + value for kind, value in parts))
    client.connect(EMPTY_SERVICE, tag)
    client.link_up()
    assert client.authenticate(DESCRIBED, "secret").code == ppp.CHAP_SUCCESS, "RADIUS has seen the rates"
    client.network_up()
    assert alive(client)
    _passes(lab, client)
    row = lab.appliance.session_of(client.mac)
    assert (row["circuit_id"], row["remote_id"]) == (circuit.decode(), remote.decode())
    client.hang_up()

    def statuses() -> list[str]:
        return [one.status for one in lab.radius.records_named(DESCRIBED) if one.status != "Interim-Update"]

    eventually(lambda: statuses() == ["Start", "Stop"], 10, "it is accounted")
    for record in lab.radius.records_named(DESCRIBED):
        assert record.octets("ADSL-Agent-Circuit-Id") == circuit
        assert record.octets("ADSL-Agent-Remote-Id") == remote
    client.session = 0


@pytest.mark.parametrize("lie", [b"\1\xff", b"\1", b"\1\2ab\2", b""])
def test_a_line_that_is_badly_described_is_served(client: PppoeClient, lie: bytes) -> None:
    client.connect(EMPTY_SERVICE, (ppp.VENDOR, struct.pack("!I", 3561) + lie))
    client.link_up()


def test_every_offer_has_another_cookie(client: PppoeClient) -> None:
    cookies = {client.discover().tag(ppp.AC_COOKIE) for _ in range(5)}
    assert len(cookies) == 5


def test_only_services_of_the_profile_are_offered_there(client_on: NewClient) -> None:
    client = client_on(Line("tagging", "named", NAMED_SVLAN, 2))
    assert client.discover((ppp.SERVICE_NAME, b"nonsense"), seconds=1) is None
    offer = client.discover()
    assert offer.tag(ppp.AC_NAME) == b"other-name"
    assert {value for kind, value in offer.tags if kind == ppp.SERVICE_NAME} >= {b"internet", b"voice"}
    refused = client.request((ppp.SERVICE_NAME, b"nonsense"), (ppp.AC_COOKIE, offer.tag(ppp.AC_COOKIE)))
    assert refused.session == 0 and refused.tag(ppp.SERVICE_NAME_ERROR) is not None
    assert client.request((ppp.SERVICE_NAME, b"voice"), (ppp.AC_COOKIE, offer.tag(ppp.AC_COOKIE))).session != 0


def test_a_request_that_comes_twice_is_one_session(lab: Lab, client: PppoeClient) -> None:
    cookie = (ppp.AC_COOKIE, client.discover().tag(ppp.AC_COOKIE))
    answers = {client.request(EMPTY_SERVICE, cookie, (ppp.HOST_UNIQ, b"one")).session for _ in range(3)}
    assert len(answers) == 1 and answers != {0} and answers != {0xFFFF}
    assert len([row for row in lab.appliance.sessions() if row["mac_address"] == client.mac]) == 1


def test_forged_cookies_begin_nothing(lab: Lab, client_on: NewClient) -> None:
    client, other_line = client_on(), client_on()
    right = client.discover().tag(ppp.AC_COOKIE)
    other_mac = client_on(client.line)
    before = counted(lab, "cookie was not given")
    spoilt = [bytes((right[0] ^ 1,)) + right[1:], right[:-1] + bytes((right[-1] ^ 1,)), right[:-1], right + b"\0", bytes(28), b""]
    for cookie in spoilt:
        assert client.request(EMPTY_SERVICE, (ppp.AC_COOKIE, cookie), seconds=0.3) is None
    for thief in (other_line, other_mac):
        thief.server = client.server
        assert thief.request(EMPTY_SERVICE, (ppp.AC_COOKIE, right), seconds=0.3) is None
    assert client.request(EMPTY_SERVICE, seconds=0.3) is None
    assert counted(lab, "cookie was not given") == before + len(spoilt) + 2
    assert client.request(EMPTY_SERVICE, (ppp.AC_COOKIE, right)).session != 0


def _asks(attacker: PppoeClient, number: int) -> None:
    if number % 2:
        attacker.send(Discovery(ppp.PADI, (EMPTY_SERVICE,)), packets.BROADCAST)
    else:
        attacker.send(Discovery(ppp.PADR, (EMPTY_SERVICE, (ppp.AC_COOKIE, number.to_bytes(28)))))


def _ends_what_others_have(attacker: PppoeClient, number: int) -> None:
    if number % 2:
        attacker.send(Discovery(ppp.PADT, session=number % 0xFFFE + 1))
    else:
        attacker.send_ppp(Control(ppp.LCP, ppp.TERMINATE_REQUEST, 1).encode(), session=number % 0xFFFE + 1)


class Flood:
    """An attacker sends number after number, from a thread of its own until the block ends."""

    def __init__(self, attacker: PppoeClient, send: Callable[[PppoeClient, int], None]) -> None:
        self.sent = 0
        self._send = lambda: send(attacker, self.sent)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="flood")

    def __enter__(self) -> "Flood":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(FLOOD_PAUSE_SECONDS):
            for _ in range(FLOOD_BURST):
                self._send()
                self.sent += 1


@pytest.mark.parametrize("send", [_asks, _ends_what_others_have])
def test_a_flood_on_one_line_costs_the_others_nothing(
    lab: Lab, client_on: NewClient, send: Callable[[PppoeClient, int], None]
) -> None:
    attacker, victim = client_on(), opened(client_on())
    attacker.discover()
    before = len(lab.appliance.sessions())

    def a_newcomer_opens_meanwhile() -> bool:
        newcomer, sent = client_on(), flood.sent
        opened(newcomer)
        newcomer.hang_up()
        return flood.sent > sent + FLOOD_BURST

    with Flood(attacker, send) as flood:
        for number in range(1, NEWCOMERS + 1):
            eventually(lambda: flood.sent >= FLOOD * number / NEWCOMERS, 60, "the flood flows")
            assert alive(victim)
            eventually(a_newcomer_opens_meanwhile, 60, "somebody comes in while the attacker sends")
    assert alive(victim)
    eventually(lambda: len(lab.appliance.sessions()) <= before, 10, "no session came of it")


# What lies, by the counter that has to have it, of PPPoE or of the data plane.
LIES: tuple[tuple[str, Callable[[PppoeClient], None]], ...] = (
    ("Dropped: length goes beyond the frame", lambda client: _padi(client, EMPTY_SERVICE, length=1400)),
    ("Dropped: tag goes beyond the packet", lambda client: _padi(client, EMPTY_SERVICE, length=2)),
    ("Dropped: tag goes beyond the packet", lambda client: _padi(client, EMPTY_SERVICE, length=8, trailer=b"\1\3\3\xe7")),
    ("Dropped: session id that does not go with the code", lambda client: _padi(client, EMPTY_SERVICE, session=7)),
    ("Dropped: session id that does not go with the code", lambda client: client.send(Discovery(ppp.PADT))),
    ("Dropped: version and type are not 1", lambda client: _padi(client, EMPTY_SERVICE, version_type=0x21)),
    ("Dropped: not exactly one Service-Name", lambda client: _padi(client)),
    ("Dropped: not exactly one Service-Name", lambda client: _padi(client, EMPTY_SERVICE, EMPTY_SERVICE)),
    ("Dropped: code that no subscriber sends", lambda client: client.send(Discovery(0x42, (EMPTY_SERVICE,)))),
    ("Dropped: code that no subscriber sends", lambda client: client.send(Discovery(ppp.PADS, (EMPTY_SERVICE,)))),
    ("Dropped: PPP-Max-Payload is not two bytes", lambda client: _padi(client, EMPTY_SERVICE, (ppp.MAX_PAYLOAD, b"\5"))),
    ("Dropped: PADI longer than 1484 bytes", lambda client: _padi(client, EMPTY_SERVICE, (0x7777, bytes(1471)))),
    ("Dropped: PADR without AC-Cookie", lambda client: client.send(Discovery(ppp.PADR, (EMPTY_SERVICE,)))),
    ("drop: shorter than its PPPoE length", lambda client: client.send_ppp(b"\xc0\x21\x09\x01", length=1000)),
    ("drop: PPPoE version, type, code or session wrong", lambda client: client.send_ppp(b"", length=0)),
    ("drop: PPPoE version, type, code or session wrong", lambda client: client.send_ppp(b"\xc0", length=1)),
    ("drop: PPPoE version, type, code or session wrong", lambda client: client.send_ppp(b"\xc0\x21", version_type=0x12)),
    ("drop: PPP protocol compressed or impossible", lambda client: client.send_ppp(b"\x21\x45\0\0")),
    ("drop: PPP protocol compressed or impossible", lambda client: client.send_ppp(b"\xc0\x22\1\1\0\4")),
    ("drop: LCP length wrong", lambda client: _lcp(client, ppp.ECHO_REQUEST, bytes(4), 400)),
    ("drop: LCP length wrong", lambda client: _lcp(client, ppp.ECHO_REQUEST, bytes(4), 3)),
    ("Dropped: PPP control packet of less than four bytes", lambda client: client.send_ppp(b"\xc0\x21\1\1\0")),
    ("Dropped: PPP length field smaller than the header", lambda client: _lcp(client, ppp.CONFIGURE_REQUEST, bytes(4), 3)),
    ("Dropped: PPP length field smaller than the header", lambda client: _lcp(client, ppp.TERMINATE_REQUEST, b"", 0)),
    ("Dropped: PPP length field beyond the end of the frame", lambda client: _lcp(client, ppp.TERMINATE_REQUEST, b"", 5)),
    ("Dropped: PPP option shorter than its header", lambda client: _lcp(client, ppp.CONFIGURE_REQUEST, bytes((1, 0)))),
    ("Dropped: PPP option shorter than its header", lambda client: _lcp(client, ppp.CONFIGURE_REQUEST, bytes((1, 1)))),
    ("Dropped: PPP option shorter than its header", lambda client: _lcp(client, ppp.CONFIGURE_REQUEST, bytes((1,)))),
    ("Dropped: PPP option beyond the end of the packet", lambda client: _lcp(client, ppp.CONFIGURE_REQUEST, bytes((1, 9, 0)))),
    ("Dropped: PPP reject that does not say of what", lambda client: _lcp(client, ppp.PROTOCOL_REJECT, b"\x80")),
    ("Dropped: PAP or CHAP packet whose fields do not fit in it", lambda client: _response(client, bytes((17,)) + bytes(16))),
    ("Dropped: PAP or CHAP packet whose fields do not fit in it", lambda client: _response(client, b"")),
    ("LCP echoes ignored, shorter than their magic number", lambda client: _lcp(client, ppp.ECHO_REQUEST, bytes(3))),
    ("LCP echoes ignored, shorter than their magic number", lambda client: _lcp(client, ppp.ECHO_REPLY, b"")),
)


def _padi(client: PppoeClient, *tags: ppp.Item, **lies: object) -> None:
    client.send(Discovery(ppp.PADI, tags, **lies), packets.BROADCAST)


def _lcp(client: PppoeClient, code: int, data: bytes, length: int | None = None) -> None:
    client.send_ppp(Control(ppp.LCP, code, 1, data, length).encode())


def _response(client: PppoeClient, data: bytes) -> None:
    client.send_control(ppp.CHAP, ppp.CHAP_RESPONSE, data, 1)


def test_whatever_lies_about_a_length_is_counted_by_its_name_and_harms_nobody(lab: Lab, client: PppoeClient) -> None:
    opened(client)

    def values() -> dict[str, int]:
        return {row["counter"]: int(row["value"]) for row in lab.appliance.table("pppoe:counters")} | lab.appliance.drops()

    before = values()
    for _, send in LIES:
        send(client)
    assert client.discovery(ppp.PADO, 0.2) is None
    assert client.control(ppp.LCP, seconds=0.001) is None
    after = values()
    lies = Counter(counter for counter, _ in LIES)
    assert {counter: after[counter] - before[counter] for counter in lies} == lies
    assert alive(client)


def test_padding_behind_the_length_is_no_payload(client: PppoeClient) -> None:
    offer = Discovery(ppp.PADI, (EMPTY_SERVICE,), trailer=struct.pack("!HH", ppp.HOST_UNIQ, 4) + b"evil")
    client.send(offer, packets.BROADCAST)
    assert client.discovery(ppp.PADO).tag(ppp.HOST_UNIQ) is None


def test_a_line_whose_vlans_are_equal_opens(lab: Lab, client_on: NewClient) -> None:
    client = opened(client_on(Line("tagging", "equal", SVLAN, SVLAN)))
    assert alive(client)
    _passes(lab, client)


# a session and what is none


def test_a_frame_of_no_session_is_answered_by_padt_and_no_more_often_than_is_good(client: PppoeClient) -> None:
    client.discover()
    client.session = 0x1234
    client.send_control(ppp.LCP, ppp.ECHO_REQUEST, bytes(4))
    assert client.terminated()
    for number in range(UNKNOWN_SESSIONS):
        client.send_ppp(Control(ppp.LCP, ppp.ECHO_REQUEST, 1, bytes(4)).encode(), session=number + 1)
    answers = 0
    while client.discovery(ppp.PADT, 1) is not None:
        answers += 1
    assert 0 < answers < UNKNOWN_SESSIONS / 2
    client.session = 0


def test_data_of_no_session_is_answered_by_padt_too(lab: Lab, client: PppoeClient) -> None:
    client.discover()
    client.session = 0x1235
    client.send_ppp(struct.pack("!H", ppp.IPV4) + _icmp_echo("10.64.3.250", lab.core.address))
    assert client.terminated()
    client.session = 0


def test_a_padt_of_somebody_else_ends_nothing(client_on: NewClient) -> None:
    client = opened(client_on())
    stranger = client_on(client.line)
    stranger.server, stranger.session = client.server, client.session
    stranger.hang_up()
    elsewhere = client_on(mac=client.mac)
    elsewhere.server, elsewhere.session = client.server, client.session
    elsewhere.hang_up()
    assert alive(client)
    stranger.session = elsewhere.session = 0


def test_a_session_of_another_line_is_no_session(client_on: NewClient) -> None:
    client = opened(client_on())
    thief = client_on(mac=client.mac)
    thief.server, thief.session = client.server, client.session
    assert thief.echo(seconds=1) is None
    assert thief.terminated()
    assert alive(client)
    thief.session = 0


def test_a_padt_ends_the_session_at_once(lab: Lab, client: PppoeClient) -> None:
    opened(client)
    client.hang_up()
    eventually(lambda: lab.appliance.session_of(client.mac) is None, 5, "the session is closed")
    assert client.echo(seconds=0.5) is None
    client.session = 0


def test_two_sessions_of_one_device_are_two(lab: Lab, client_on: NewClient) -> None:
    first = opened(client_on())
    second = opened(client_on(first.line, first.mac))
    assert first.session != second.session and first.address != second.address
    first.hang_up()
    eventually(lambda: len([row for row in lab.appliance.sessions() if row["mac_address"] == first.mac]) == 1, 5, "one is closed")
    assert alive(second)
    first.session = 0


def test_packets_of_an_open_session_pass_both_ways(lab: Lab, client: PppoeClient) -> None:
    _passes(lab, opened(client))


def test_both_ends_of_a_tcp_connection_are_told_what_fits_into_the_session(lab: Lab, client: PppoeClient) -> None:
    _passes(lab, opened(client))
    ask = packets.tcp_syn(client.address, 4000, lab.core.address, lab.topology.core.web_port, ETHERNET_SEGMENT)
    with Tap(lab.core.namespace, DEVICE) as core:
        client.send_ppp(struct.pack("!H", ppp.IPV4) + ask)
        ip4 = (frame.payload for frame in core.frames(ANSWER_SECONDS) if frame.kind == packets.ETH_IPV4)
        asked = next((packet for packet in ip4 if packet[9] == packets.TCP), None)
    answer = client.next(lambda one: isinstance(one, bytes) and one[9] == packets.TCP, ANSWER_SECONDS)
    assert asked is not None and answer is not None
    assert (packets.largest_segment(asked), packets.largest_segment(answer)) == (SESSION_SEGMENT, SESSION_SEGMENT)


def test_a_source_that_is_not_the_sessions_own_does_not_pass(lab: Lab, client: PppoeClient) -> None:
    opened(client)
    client.send_ppp(struct.pack("!H", ppp.IPV4) + _icmp_echo("10.64.3.250", lab.core.address))
    assert client.next(lambda one: isinstance(one, bytes), 1) is None
    assert alive(client)


# LCP


def test_an_unknown_option_is_rejected_as_it_is(client: PppoeClient) -> None:
    client.connect()
    strange = options((99, b"what?"), (13, b"\x06"), (7, b""), (8, b""), (2, bytes(4)))
    wanted = options((ppp.MRU, b"\x05\xd4"), (ppp.MAGIC, b"abcd")) + strange
    identifier = client.send_control(ppp.LCP, ppp.CONFIGURE_REQUEST, wanted)
    rejected = client.control(ppp.LCP, ppp.CONFIGURE_REJECT)
    assert (rejected.identifier, rejected.data) == (identifier, strange)


@pytest.mark.parametrize("mru", [b"\x00\x10", b"\x23\x28", b"\x05"])
def test_a_bad_mru_gets_a_better_one(client: PppoeClient, mru: bytes) -> None:
    client.connect()
    client.send_control(ppp.LCP, ppp.CONFIGURE_REQUEST, options((ppp.MRU, mru)))
    assert client.control(ppp.LCP, ppp.CONFIGURE_NAK).data == options((ppp.MRU, b"\x05\xd4"))


def test_a_peer_that_says_what_it_hears_is_a_loop(lab: Lab, client: PppoeClient) -> None:
    before = counted(lab, "looped")
    client.connect()
    for _ in range(40):
        packet = client.next(lambda one: isinstance(one, Control) or one.code == ppp.PADT, 5)
        if not isinstance(packet, Control):
            break
        client.send_ppp(packet.encode())
    else:
        pytest.fail("the session goes on")
    assert counted(lab, "looped") == before + 1
    client.session = 0


def test_a_magic_number_of_zero_and_ours_get_another(client: PppoeClient) -> None:
    client.connect()
    own = client.control(ppp.LCP, ppp.CONFIGURE_REQUEST).option(ppp.MAGIC)
    for magic in (bytes(4), own):
        client.send_control(ppp.LCP, ppp.CONFIGURE_REQUEST, options((ppp.MAGIC, magic)))
        assert client.control(ppp.LCP, ppp.CONFIGURE_NAK).option(ppp.MAGIC) not in (None, bytes(4), own)


def test_an_unknown_code_and_an_unknown_protocol_are_rejected(client: PppoeClient) -> None:
    opened(client)
    identifier = client.send_control(ppp.LCP, 77, b"what?")
    rejected = client.control(ppp.LCP, ppp.CODE_REJECT)
    assert rejected.data == bytes((77, identifier, 0, 9)) + b"what?"
    client.send_ppp(bytes.fromhex("80fd") + b"\x01\x01\x00\x04")
    assert client.control(ppp.LCP, ppp.PROTOCOL_REJECT).data == bytes.fromhex("80fd01010004")


def test_before_lcp_is_open_other_protocols_get_no_answer(client: PppoeClient) -> None:
    client.connect()
    assert client.echo(seconds=0.5) is None
    client.send_control(ppp.IPCP, ppp.CONFIGURE_REQUEST, options((ppp.IP_ADDRESS, bytes(4))))
    client.send_control(ppp.CHAP, ppp.CHAP_RESPONSE, bytes((16,)) + bytes(16) + b"frame0")
    client.send_ppp(bytes.fromhex("80fd") + b"\x01\x01\x00\x04")
    client.forget()
    client.link_up()
    assert client.authenticate(client.user, "secret").code == ppp.CHAP_SUCCESS


def test_a_method_that_is_not_there_is_answered_by_the_next_one_and_refusing_all_ends_the_link(client: PppoeClient) -> None:
    client.connect()
    seen = []
    while (packet := client.next(lambda one: True, 5)) is not None:
        if isinstance(packet, Discovery) or packet.code == ppp.TERMINATE_REQUEST:
            break
        if packet.code == ppp.CONFIGURE_REQUEST:
            method = packet.option(ppp.AUTHENTICATION)
            if method not in seen:
                seen.append(method)
            client.send_control(ppp.LCP, ppp.CONFIGURE_NAK, options((ppp.AUTHENTICATION, b"\xc0\x99")), packet.identifier)
    assert seen == [ppp.CHAP_MD5, ppp.MS_CHAP_V2, bytes((0xC0, 0x23))]
    assert packet is not None
    client.session = 0


def test_an_echo_shorter_than_its_magic_number_gets_no_answer_and_harms_nobody(client: PppoeClient) -> None:
    opened(client)
    for length in range(4):
        client.send_control(ppp.LCP, ppp.ECHO_REQUEST, bytes(length))
    assert client.control(ppp.LCP, ppp.ECHO_REPLY, seconds=1) is None
    assert alive(client)


def test_an_echo_is_answered_with_the_gateways_magic_number_and_the_same_data(client: PppoeClient) -> None:
    opened(client)
    assert client.echo(b"0123456789" * 20).data == client.peer_magic.to_bytes(4) + b"0123456789" * 20


def test_an_echo_with_the_gateways_own_magic_number_gets_no_answer(lab: Lab, client: PppoeClient) -> None:
    opened(client)
    before = counted(lab, "Own magic numbers received")
    client.send_control(ppp.LCP, ppp.ECHO_REQUEST, client.peer_magic.to_bytes(4))
    eventually(lambda: counted(lab, "Own magic numbers received") == before + 1, 5, "it is counted")
    assert client.control(ppp.LCP, ppp.ECHO_REPLY, seconds=0.001) is None
    assert alive(client)


def test_an_answer_to_no_request_is_ignored(client: PppoeClient) -> None:
    client.connect()
    theirs = client.control(ppp.LCP, ppp.CONFIGURE_REQUEST)
    for code in (ppp.CONFIGURE_ACK, ppp.CONFIGURE_NAK, ppp.CONFIGURE_REJECT):
        client.send_control(ppp.LCP, code, theirs.data, (theirs.identifier + 100) % 256)
    client.send_control(ppp.LCP, ppp.CONFIGURE_ACK, options((ppp.MRU, b"\x05\xdc")), theirs.identifier)
    client.send_control(ppp.LCP, ppp.CONFIGURE_REJECT, options((99, b"x")), theirs.identifier)
    client.forget()
    client.link_up()


def test_a_terminate_request_is_acknowledged_and_the_session_ends(lab: Lab, client: PppoeClient) -> None:
    opened(client)
    identifier = client.send_control(ppp.LCP, ppp.TERMINATE_REQUEST, b"bye")
    assert client.control(ppp.LCP, ppp.TERMINATE_ACK).identifier == identifier
    assert client.terminated()
    eventually(lambda: lab.appliance.session_of(client.mac) is None, 5, "the session is closed")
    client.session = 0


def test_who_negotiates_lcp_anew_proves_himself_anew_and_keeps_his_address(client: PppoeClient) -> None:
    address = opened(client).address
    client.forget()
    client.link_up()
    assert client.authenticate(client.user, "secret").code == ppp.CHAP_SUCCESS
    client.network_up()
    assert client.address == address
    assert alive(client)


def test_a_rejected_code_that_is_needed_ends_the_link_and_another_does_not(client: PppoeClient) -> None:
    opened(client)
    client.send_control(ppp.LCP, ppp.CODE_REJECT, bytes((42, 1, 0, 4)))
    assert alive(client)
    client.send_control(ppp.LCP, ppp.CODE_REJECT, bytes((ppp.CONFIGURE_REQUEST, 1, 0, 4)))
    assert client.terminated()
    client.session = 0


@pytest.mark.parametrize("protocol", [ppp.LCP, ppp.IPCP])
def test_a_rejected_protocol_that_is_needed_ends_the_link_and_another_does_not(client: PppoeClient, protocol: int) -> None:
    opened(client)
    for other in (0x80FD, ppp.CHAP, ppp.IPV6CP):
        client.send_control(ppp.LCP, ppp.PROTOCOL_REJECT, struct.pack("!H", other) + b"\1\1\0\4")
        assert alive(client)
    client.send_control(ppp.LCP, ppp.PROTOCOL_REJECT, struct.pack("!H", protocol) + b"\1\1\0\4")
    if protocol == ppp.IPCP:
        goodbye = client.control(ppp.IPCP, ppp.TERMINATE_REQUEST)
        client.send_control(ppp.IPCP, ppp.TERMINATE_ACK, b"", goodbye.identifier)
    assert client.control(ppp.LCP, ppp.TERMINATE_REQUEST) is not None
    assert client.terminated()
    client.session = 0


# authentication


def test_nothing_opens_without_a_proof(lab: Lab, client: PppoeClient) -> None:
    linked(client)
    client.send_control(ppp.IPCP, ppp.CONFIGURE_REQUEST, options((ppp.IP_ADDRESS, bytes(4))))
    client.send_control(ppp.CHAP, ppp.CHAP_SUCCESS, b"welcome")
    words = b"".join(bytes((len(word),)) + word for word in (client.user.encode(), b"secret"))
    client.send_control(ppp.PAP, ppp.PAP_REQUEST, words)
    assert client.control(ppp.IPCP, seconds=1) is None
    assert client.control(ppp.PAP, ppp.PAP_ACK, seconds=0.2) is None
    assert not lab.appliance.session_of(client.mac)["ip_address"]


def test_a_response_to_another_challenge_is_ignored(client: PppoeClient) -> None:
    linked(client)
    challenge = client.control(ppp.CHAP, ppp.CHAP_CHALLENGE)
    client.send_control(ppp.CHAP, ppp.CHAP_RESPONSE, bytes((16,)) + bytes(16) + b"frame0", (challenge.identifier + 1) % 256)
    assert client.control(ppp.CHAP, ppp.CHAP_SUCCESS, ppp.CHAP_FAILURE, seconds=0.5) is None
    client.answer_challenge(client.user, "secret")  # it comes again
    assert client.control(ppp.CHAP, ppp.CHAP_SUCCESS, ppp.CHAP_FAILURE).code == ppp.CHAP_SUCCESS


def test_a_wrong_password_ends_the_session(lab: Lab, client: PppoeClient) -> None:
    verdict = linked(client).authenticate(client.user, "wrong")
    assert verdict.code == ppp.CHAP_FAILURE
    assert client.terminated(6)
    eventually(lambda: lab.appliance.session_of(client.mac) is None, 5, "the session is closed")
    client.session = 0


@pytest.mark.parametrize("name", [b"", b"a\0b", b"\xff\xfe", b"x" * 250])
def test_a_name_that_nobody_can_have_is_refused(client: PppoeClient, name: bytes) -> None:
    linked(client)
    challenge = client.control(ppp.CHAP, ppp.CHAP_CHALLENGE)
    client.send_control(ppp.CHAP, ppp.CHAP_RESPONSE, bytes((16,)) + bytes(16) + name, challenge.identifier)
    assert client.control(ppp.CHAP, ppp.CHAP_FAILURE, seconds=5) is not None


# IPCP


def test_whatever_address_is_asked_for_the_granted_one_is_named(lab: Lab, client: PppoeClient) -> None:
    authenticated(client)
    named = set()
    for wish in ("0.0.0.0", "192.0.2.77", "255.255.255.255"):
        client.send_control(ppp.IPCP, ppp.CONFIGURE_REQUEST, options((ppp.IP_ADDRESS, socket.inet_aton(wish))))
        named.add(client.control(ppp.IPCP, ppp.CONFIGURE_NAK).option(ppp.IP_ADDRESS))
    assert len(named) == 1
    client.network_up()
    assert {socket.inet_aton(client.address)} == named
    assert lab.appliance.session_of(client.mac)["ip_address"] == client.address


def test_name_servers_are_told_and_wins_and_compression_are_rejected(lab: Lab, client: PppoeClient) -> None:
    authenticated(client)
    refused = options((ppp.PRIMARY_WINS, bytes(4)), (2, b"\x00\x2d\x0f\x01"))
    wanted = options((ppp.IP_ADDRESS, bytes(4)), (ppp.PRIMARY_DNS, bytes(4)))
    client.send_control(ppp.IPCP, ppp.CONFIGURE_REQUEST, wanted + refused)
    assert client.control(ppp.IPCP, ppp.CONFIGURE_REJECT).data == refused
    client.send_control(ppp.IPCP, ppp.CONFIGURE_REQUEST, wanted)
    better = client.control(ppp.IPCP, ppp.CONFIGURE_NAK)
    assert better.option(ppp.PRIMARY_DNS) == socket.inet_aton(lab.topology.pools[0].dns[0])


def test_who_insists_on_another_address_is_not_told_for_ever(client: PppoeClient) -> None:
    authenticated(client)
    wish = options((ppp.IP_ADDRESS, socket.inet_aton("192.0.2.77")))
    codes = []
    while not codes or (codes[-1] == ppp.CONFIGURE_NAK and len(codes) < 20):
        client.send_control(ppp.IPCP, ppp.CONFIGURE_REQUEST, wish)
        codes.append(client.control(ppp.IPCP, ppp.CONFIGURE_NAK, ppp.CONFIGURE_REJECT).code)
    assert codes[-1] == ppp.CONFIGURE_REJECT


def test_a_peer_that_naks_for_ever_is_given_up(client: PppoeClient) -> None:
    authenticated(client)
    for _ in range(60):
        packet = client.next(lambda one: isinstance(one, Discovery) or one.protocol == ppp.IPCP, 5)
        if packet is None or isinstance(packet, Discovery):
            break
        if packet.code == ppp.CONFIGURE_REQUEST:
            wish = options((ppp.IP_ADDRESS, socket.inet_aton("192.0.2.1")))
            client.send_control(ppp.IPCP, ppp.CONFIGURE_NAK, wish, packet.identifier)
    else:
        pytest.fail("it goes on for ever")


def test_a_peer_that_closes_ipcp_and_has_nothing_else_is_let_go(lab: Lab, client: PppoeClient) -> None:
    opened(client)
    client.send_control(ppp.LCP, ppp.PROTOCOL_REJECT, struct.pack("!H", ppp.IPV6CP))
    identifier = client.send_control(ppp.IPCP, ppp.TERMINATE_REQUEST)
    assert client.control(ppp.IPCP, ppp.TERMINATE_ACK).identifier == identifier
    assert client.control(ppp.LCP, ppp.TERMINATE_REQUEST, seconds=5).data == b"No network protocol"
    assert client.terminated()
    eventually(lambda: lab.appliance.session_of(client.mac) is None, 5, "the session is closed")
    client.session = 0


def test_ipv4_ends_with_ipcp_and_ipv6_goes_on(lab: Lab, client: PppoeClient) -> None:
    client.user = DUAL
    opened(client).network6_up()
    session = lab.appliance.session_of(client.mac)
    _passes(lab, client)
    _passes6(client)
    client.send_control(ppp.IPCP, ppp.TERMINATE_REQUEST)
    assert client.control(ppp.IPCP, ppp.TERMINATE_ACK) is not None
    client.send_ppp(struct.pack("!H", ppp.IPV4) + _icmp_echo(client.address, lab.core.address))
    assert client.next(lambda one: isinstance(one, bytes), 1) is None
    _passes6(client)
    assert lab.appliance.session_of(client.mac)["ip_address"] in ("", None)
    eventually(lambda: not lab.radius.records_named(DUAL)[-1].text("Framed-IP-Address"), 10, "accounting knows of no address")
    assert lab.radius.records_named(DUAL)[-1].status == "Interim-Update"
    assert int(lab.radius.records_named(DUAL)[-1].number("Acct-Input-Packets")) >= 2
    client.network_up()
    _passes(lab, client)
    client.send_control(ppp.IPV6CP, ppp.TERMINATE_REQUEST)
    assert client.control(ppp.IPV6CP, ppp.TERMINATE_ACK) is not None
    client.send_ppp(_icmp6_echo())
    assert client.next(lambda one: isinstance(one, bytes), 1) is None
    _passes(lab, client)
    assert lab.appliance.session_of(client.mac)["session_id"] == session["session_id"]


def test_a_link_whose_last_network_protocol_ends_is_ended(client: PppoeClient) -> None:
    opened(client)
    client.send_control(ppp.IPCP, ppp.TERMINATE_REQUEST)
    assert client.terminated()
    client.session = 0


def test_who_proves_himself_while_radius_is_away_is_told_that_nobody_can_say(lab: Lab, client_on: NewClient) -> None:
    waits = linked(client_on())
    lab.radius.stop()
    try:
        waits.answer_challenge(waits.user, "secret")
        assert waits.control(ppp.CHAP, seconds=5) is None, "it is not refused at once"
        failure = waits.control(ppp.CHAP, ppp.CHAP_SUCCESS, ppp.CHAP_FAILURE, seconds=SETUP_SECONDS)
        assert (failure.code, failure.data) == (ppp.CHAP_FAILURE, b"Authentication is not possible now")
        assert waits.terminated()
        waits.session = 0
    finally:
        lab.radius.start()
    comes = linked(client_on())
    assert comes.authenticate(comes.user, "secret").code == ppp.CHAP_SUCCESS


def test_a_stale_cookie_is_refused_with_a_reason(early: Early) -> None:
    eventually(lambda: time.monotonic() > early.taken + 2 * SLOT_SECONDS, 2 * SLOT_SECONDS + 5, "the cookie is stale")
    refused = early.client.request(EMPTY_SERVICE, (ppp.AC_COOKIE, early.cookie))
    assert refused.session == 0 and refused.tag(ppp.GENERIC_ERROR) is not None
    early.client.close()


def test_nothing_is_left_in_the_end(lab: Lab) -> None:
    eventually(lambda: not lab.appliance.sessions(), 30, "no session is left")
    assert lab.appliance.shell("dataplane:check") != ""
    assert lab.appliance.table("dataplane:entries") == []


def _icmp_echo(source: str, target: str) -> bytes:
    body = struct.pack("!BBHHH", 8, 0, 0, 77, 1) + b"sluice" * 8
    body = body[:2] + struct.pack("!H", packets.checksum(body)) + body[4:]
    return packets.ipv4(source, target, 1, body)


def _passes(lab: Lab, client: PppoeClient) -> None:
    """A ping of the core is answered, in a frame of this session; the first may be quicker than our last Configure-Ack."""
    ping = struct.pack("!H", ppp.IPV4) + _icmp_echo(client.address, lab.core.address)
    answer = _answer(client, ping)
    assert answer[12:16] == socket.inet_aton(lab.core.address) and answer[20] == 0


def _answer(client: PppoeClient, ping: bytes) -> bytes:
    for _ in range(10):
        client.send_ppp(ping)
        if (answer := client.next(lambda one: isinstance(one, bytes), 1)) is not None:
            return answer
    pytest.fail("no packet passes")


def _icmp6_echo() -> bytes:
    return struct.pack("!H", ppp.IPV6) + packets.icmp6_echo(PREFIX + "1", IP6_ROUTER, b"sluice" * 8)


def _passes6(client: PppoeClient) -> None:
    """The same of IPv6."""
    answer = _answer(client, _icmp6_echo())
    assert answer[8:24] == socket.inet_pton(socket.AF_INET6, IP6_ROUTER) and answer[40] == 129

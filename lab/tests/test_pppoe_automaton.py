"""
Every cell of the table of RFC 1661, 4.1, that a peer can reach, on the wire: LCP, IPCP (RFC 1332) and IPv6CP (RFC 5072), each
event in all of its forms; and behind each cell the state, by what only that state says. What the gateway does otherwise is
written down in OVER. Then frames that chance has broken. LAB_FULL=1: ten times as many. LAB_SEED=N: others.
"""

import itertools
import os
import random
import socket
import struct
from collections import Counter
from typing import Callable, Iterator

import pytest

from sluicelab import pppfuzz
from sluicelab import pppoeframes as ppp
from sluicelab.cpe import random_mac
from sluicelab.lab import Lab
from sluicelab.pppautomaton import (
    ACK_RCVD,
    ACK_SENT,
    CELLS,
    CLOSED,
    CLOSING,
    GONE,
    NAKS_MAX,
    NOBODYS_CODE,
    OPENED,
    REQ_SENT,
    STATES,
    STOPPED,
    STOPPING,
    Cell,
    Negotiator,
)
from sluicelab.pppoeframes import Control, PppoeClient, options
from sluicelab.radius import Dialer
from sluicelab.topology import Line
from sluicelab.waiting import eventually

SVLAN = 500
SEED = int(os.environ.get("LAB_SEED", "1661"))
ROUNDS = 200 if os.environ.get("LAB_FULL") else 20
FRAMES_OF_SESSION, FRAMES_OF_END, FRAMES_OF_DISCOVERY = 150, 20, 80  # of each device
USER, PASSWORD = "automaton", "secret"
RESTART_MILLISECONDS = 1500
CONFIGURE_TRIES, TERMINATE_TRIES = NAKS_MAX, 2
INTERFACE_ID = 1
PROTOCOLS = {"LCP": ppp.LCP, "IPCP": ppp.IPCP, "IPv6CP": ppp.IPV6CP}
NETWORK_STATES = (CLOSED, STOPPED, CLOSING, STOPPING, REQ_SENT, ACK_RCVD, ACK_SENT, OPENED)
LINK_STATES = (CLOSING, REQ_SENT, ACK_RCVD, ACK_SENT, OPENED)

Form = Callable[[Negotiator], None]
NewClient = Callable[[], PppoeClient]

# A link that is over takes its session along at once (docs/DECISIONS.md). `gone` is the PADT.
OVER = {
    ("RTR", OPENED): Cell((GONE, "sta"), OPENED),
    ("RXJ-", OPENED): Cell(("str",), CLOSING),
    **{(event, CLOSING): Cell((GONE,), CLOSED) for event in ("RTA", "RXJ-")},
    **{("RXJ-", state): Cell((GONE,), STOPPED) for state in (REQ_SENT, ACK_RCVD, ACK_SENT)},
}
# Whose IPCP ends gives his address back, and gets one anew with his next request; the table holds all the same.
TABLES = {"LCP": CELLS | OVER, "IPCP": CELLS, "IPv6CP": CELLS}


def _sends(code: int, data: bytes = b"") -> Form:
    return lambda peer: peer.send(code, data)


def _answers(code: int, data: bytes | None = None, identifier: int = 0) -> Form:
    """An answer to the gateway's request; its own options when none are given, its identifier and so many more."""
    return lambda peer: peer.send(
        code, peer.asked.data if data is None else data, (peer.asked.identifier + identifier) % 256
    )


def _raw(length: int, data: bytes = b"") -> Form:
    """A Configure-Request whose length is what it is."""
    return lambda peer: peer.client.send_ppp(Control(peer.protocol, ppp.CONFIGURE_REQUEST, 7, data, length).encode())


def _rejected_protocol(protocol: int | None) -> Form:
    """A Protocol-Reject of LCP; of the protocol itself when none is given."""
    return lambda peer: peer.client.send_control(ppp.LCP, ppp.PROTOCOL_REJECT, struct.pack("!H", protocol or peer.protocol))


# Event and form of it.
FORMS: dict[str, tuple[str, Form]] = {
    "unknown option": ("RCR-", lambda peer: peer.cause("RCR-")),
    "request": ("RCR+", lambda peer: peer.cause("RCR+")),
    "ack": ("RCA", lambda peer: peer.cause("RCA")),
    "nak": ("RCN", lambda peer: peer.cause("RCN")),
    "reject": ("RCN", lambda peer: peer.send(ppp.CONFIGURE_REJECT, options(peer.asked.options[0]), peer.asked.identifier)),
    "terminate": ("RTR", lambda peer: peer.cause("RTR")),
    "terminate with words": ("RTR", _sends(ppp.TERMINATE_REQUEST, b"User request")),
    "terminate-ack": ("RTA", lambda peer: peer.cause("RTA")),
    "code 0": ("RUC", _sends(0)),
    "unknown code": ("RUC", _sends(NOBODYS_CODE, b"what?")),
    "unknown code of full length": ("RUC", _sends(NOBODYS_CODE, bytes(1400))),
    "reject of an unknown code": ("RXJ+", lambda peer: peer.cause("RXJ+")),
    "reject of code 1": ("RXJ-", lambda peer: peer.cause("RXJ-")),
    "reject of code 7": ("RXJ-", _sends(ppp.CODE_REJECT, bytes((ppp.CODE_REJECT, 1, 0, 4)))),
    "ack of another request": ("invalid", _answers(ppp.CONFIGURE_ACK, identifier=100)),
    "nak of another request": ("invalid", _answers(ppp.CONFIGURE_NAK, identifier=100)),
    "reject of another request": ("invalid", _answers(ppp.CONFIGURE_REJECT, identifier=100)),
    "ack of other options": ("invalid", _answers(ppp.CONFIGURE_ACK, options((NOBODYS_CODE, b"")))),
    "ack of nothing": ("invalid", _answers(ppp.CONFIGURE_ACK, b"")),
    "nak of nothing": ("invalid", _answers(ppp.CONFIGURE_NAK, b"")),
    "reject of what was not asked for": ("invalid", _answers(ppp.CONFIGURE_REJECT, options((NOBODYS_CODE, b"")))),
    "nak with a bad option": ("invalid", _answers(ppp.CONFIGURE_NAK, bytes((3, 9, 0)))),
    "option of length 0": ("invalid", _sends(ppp.CONFIGURE_REQUEST, bytes((3, 0)))),
    "option of length 1": ("invalid", _sends(ppp.CONFIGURE_REQUEST, bytes((3, 1)))),
    "option of one byte": ("invalid", _sends(ppp.CONFIGURE_REQUEST, bytes((3,)))),
    "option beyond the end": ("invalid", _sends(ppp.CONFIGURE_REQUEST, bytes((3, 6, 0, 0, 0)))),
    "length 0": ("invalid", _raw(0)),
    "length 3": ("invalid", _raw(3)),
    "length beyond the frame": ("invalid", _raw(60, bytes(50))),
    "no length": ("invalid", lambda peer: peer.client.send_ppp(struct.pack("!HBB", peer.protocol, 1, 7))),
    "code-reject of nothing": ("invalid", _sends(ppp.CODE_REJECT)),
}
OF_LCP: dict[str, tuple[str, Form]] = {
    "bad value": ("RCR-", _sends(ppp.CONFIGURE_REQUEST, options((ppp.MRU, b"\0\x10")))),
    "echo": ("RXR", lambda peer: peer.cause("RXR")),
    "echo-reply": ("invalid", _sends(ppp.ECHO_REPLY, bytes(4))),
    "echo of three bytes": ("invalid", _sends(ppp.ECHO_REQUEST, bytes(3))),
    "discard-request": ("invalid", _sends(11, bytes(4))),
    "identification": ("invalid", _sends(12, bytes(4) + b"somebody")),
    "reject of an unknown protocol": ("invalid", _rejected_protocol(0x80FD)),
    "protocol-reject of nothing": ("invalid", _sends(ppp.PROTOCOL_REJECT)),
}
OF_NETWORK: dict[str, tuple[str, Form]] = {
    "protocol-reject": ("RXJ-", _rejected_protocol(None)),
    "reject of another protocol": ("invalid", _rejected_protocol(0x80FD)),
    "code that only LCP has": ("RUC", _sends(ppp.ECHO_REQUEST, bytes(4))),
}
OF_ONE = {
    "LCP": OF_LCP,
    "IPCP": OF_NETWORK | {"bad value": ("RCR-", _sends(ppp.CONFIGURE_REQUEST, options((ppp.IP_ADDRESS, b"\xff" * 4))))},
    "IPv6CP": OF_NETWORK | {"bad value": ("RCR-", _sends(ppp.CONFIGURE_REQUEST, options((INTERFACE_ID, bytes(8)))))},
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    lab = Lab(progress=print)
    # with a prefix, a session goes on without IPv4 too
    lab.radius.dialers = [Dialer(USER, PASSWORD, replies=('Framed-IPv6-Pool = "links"',))]
    lab.up(
        {
            "sluice.pppoe": {
                "restart_milliseconds": RESTART_MILLISECONDS,
                "configure_tries": CONFIGURE_TRIES,
                "terminate_tries": TERMINATE_TRIES,
            },
            "sluice.session": {"line_frames_per_second": 1_000_000, "line_answers_per_second": 1_000_000},
            "sluice.dataplane.xdp": {"punt_line_per_second": 0},
            "sluice.pools.prefix~links": {"name": "links", "network": "2001:db8:9000::/48", "length": 64},
        }
    )
    try:
        yield lab
    finally:
        lab.down()


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count(2)


@pytest.fixture
def new_client(lab: Lab, chance: random.Random, numbers: Iterator[int]) -> Iterator[NewClient]:
    """Makes clients on lines of their own; they hang up at the end."""
    made = []

    def make() -> PppoeClient:
        number = next(numbers)
        line = Line("tagging", f"line-{number}", SVLAN, number)
        made.append(PppoeClient(lab.node.namespace, line, random_mac(chance), chance))
        return made[-1]

    yield make
    for client in made:
        if client.session:
            client.hang_up()
        client.close()


def peer_of(client: PppoeClient, name: str) -> Negotiator:
    """The gateway has sent its first request of that protocol."""
    client.connect()
    if name == "LCP":
        good = options((ppp.MRU, struct.pack("!H", 1492)), (ppp.MAGIC, struct.pack("!I", client.magic)))
        return Negotiator(client, ppp.LCP, good, options((ppp.MAGIC, b"else")))
    client.link_up()
    assert client.authenticate(USER, PASSWORD).code == ppp.CHAP_SUCCESS
    if name == "IPv6CP":
        return Negotiator(client, ppp.IPV6CP, options((INTERFACE_ID, b"somebody")), options((INTERFACE_ID, b"anywhere")))
    client.send_control(ppp.IPCP, ppp.CONFIGURE_REQUEST, options((ppp.IP_ADDRESS, bytes(4))))
    granted = client.control(ppp.IPCP, ppp.CONFIGURE_NAK)
    elsewhere = options((ppp.IP_ADDRESS, socket.inet_aton("192.0.2.1")))
    return Negotiator(client, ppp.IPCP, granted.data, elsewhere)


@pytest.mark.parametrize(
    "name, state",
    [(name, state) for name in PROTOCOLS for state in (LINK_STATES if name == "LCP" else NETWORK_STATES)],
    ids=lambda value: STATES.get(value, value),
)
def test_every_event_has_what_the_table_says(new_client: NewClient, name: str, state: int) -> None:
    cells, wrong = TABLES[name], {}
    for form, (event, send) in (FORMS | OF_ONE[name]).items():
        client = new_client()
        peer = peer_of(client, name).bring_to(state)
        cell = cells[event, state]
        send(peer)
        said = peer.said(cell.sent)
        if said != cell.sent:
            wrong[form] = f"says {said}, not {cell.sent}"
        elif GONE not in said and (other := peer.is_in(cell.state, cells)):
            wrong[form] = other
        client.hang_up()
    assert wrong == {}


def test_who_comes_back_to_ip4_gets_an_address(lab: Lab, new_client: NewClient) -> None:
    peer = peer_of(new_client(), "IPCP")
    peer.cause("RXJ-")
    eventually(lambda: lab.appliance.session_of(peer.client.mac)["ip_address"] is None, 5, "the address is given back")
    peer.send(ppp.CONFIGURE_REQUEST, options((ppp.IP_ADDRESS, bytes(4))))
    assert peer.said(("scn", "scr")) == ("scn", "scr"), "it is named at once"
    peer.client.network_up()
    assert peer.client.address != "0.0.0.0"
    eventually(lambda: lab.appliance.session_of(peer.client.mac)["ip_address"] == peer.client.address, 5, "it is shown")


def test_what_nobody_answers_is_repeated_so_often_and_then_given_up(new_client: NewClient) -> None:
    waiting = [
        (name, state, peer_of(new_client(), name).bring_to(state))
        for name in PROTOCOLS
        for state in (REQ_SENT, ACK_RCVD, ACK_SENT, CLOSING)
    ]
    for name, state, peer in waiting:
        code, repeats = ppp.CONFIGURE_REQUEST, CONFIGURE_TRIES - (state != ACK_RCVD)  # Ack-Rcvd began to count anew
        if state == CLOSING:
            code, repeats = ppp.TERMINATE_REQUEST, TERMINATE_TRIES - 1
        for _ in range(repeats):
            again = peer.client.control(peer.protocol, code, seconds=5)
            assert again is not None, f"{name} in {STATES[state]} is not repeated"
            assert code != ppp.CONFIGURE_REQUEST or again == peer.asked
        if name != "LCP":
            goodbye = peer.client.control(ppp.LCP, ppp.TERMINATE_REQUEST, seconds=10)
            assert goodbye.data == b"No network protocol", "the other one did not come up either"
        assert peer.client.terminated(10)
        assert peer.client.control(peer.protocol, code, seconds=0.01) is None
        peer.client.session = 0


def test_frames_that_chance_has_broken_are_accounted_for_and_harm_nobody(lab: Lab, new_client: NewClient) -> None:
    chance = random.Random(SEED)
    print(f"LAB_SEED={SEED}, {ROUNDS} devices")
    victim, bystander = new_client(), new_client()
    address = victim.open(USER, PASSWORD)
    attackers = [new_client() for _ in range(ROUNDS)]
    cookies = [_brought(attacker, number % 4) for number, attacker in enumerate(attackers)]

    def storm(frames: Callable[[int], list[pppfuzz.Payload]], count: int) -> tuple[int, int]:
        """Every attacker sends as many broken ones of its frames; how many these were, and how many of them XDP may answer."""
        sent = echoes = 0
        for number, attacker in enumerate(attackers):
            whole = frames(number)
            for _ in range(count):
                kind, payload = chance.choice(whole)
                payload = pppfuzz.broken(chance, payload)
                if not pppfuzz.is_data(kind, payload):
                    attacker.send_raw(kind, payload)
                    sent += 1
                    echoes += pppfuzz.may_be_echo(kind, payload)
            assert bystander.discover() is not None, "others are offered a session"
            sent += 1
            assert victim.echo() is not None
        return sent, echoes

    books = [_books(lab)]
    session_sent, session_echoes = (
        sum(both)
        for both in zip(
            storm(lambda number: pppfuzz.negotiation(attackers[number]), FRAMES_OF_SESSION),
            storm(lambda number: pppfuzz.farewell(attackers[number]), FRAMES_OF_END),
        )
    )
    books.append(_books(lab))
    discovery_sent, _ = storm(lambda number: pppfuzz.discovery(attackers[number], cookies[number]), FRAMES_OF_DISCOVERY)
    books.append(_books(lab))
    session, discovery = (after - before for before, after in itertools.pairwise(books))
    assert session_sent - session_echoes <= session["taken"] + session["refused in XDP"] <= session_sent, session
    assert discovery["taken"] + discovery["refused in XDP"] == discovery_sent, discovery
    assert discovery["discovery"] + discovery["refused before"] == discovery["taken"], discovery
    reasons = [row["counter"] for row in lab.appliance.table("pppoe:counters") if int(row["value"]) > 0]
    print(len(reasons), reasons)
    assert len(reasons) >= 30, reasons
    for attacker in attackers:
        attacker.forget()  # what the gateway has said to all that can be read
    assert "ERROR" not in lab.appliance.log_file.read_text(errors="replace")
    assert _counted(lab, "session:counters", "Steps that failed by a defect") == 0
    assert victim.echo() is not None
    assert lab.appliance.session_of(victim.mac)["ip_address"] == address
    eventually(lambda: _online(lab) == [victim.mac], 20, "nobody else is online")
    victim.hang_up()
    eventually(lambda: not lab.appliance.sessions(), 20, "no session is left")
    assert lab.appliance.shell("dataplane:check") != ""
    assert lab.appliance.table("dataplane:entries") == []


def _brought(client: PppoeClient, stage: int) -> bytes:
    """To discovery, to LCP, to authentication, to an open session; a cookie of this device."""
    if stage == 3:
        client.open(USER, PASSWORD)
    elif stage > 0:
        client.connect()
        if stage == 2:
            client.link_up()
    return client.discover().tag(ppp.AC_COOKIE)


def _books(lab: Lab) -> Counter[str]:
    """Frames from subscribers by where they ended; each in one of these."""
    by_discovery = (" received", "PADR received again", "PADT ignored", "Dropped: ")
    found: Counter[str] = Counter()
    for row in lab.appliance.table("pppoe:counters"):
        if row["stage"] == "discovery" and any(text in row["counter"] for text in by_discovery):
            found["discovery"] += int(row["value"])
    for row in lab.appliance.table("session:counters"):
        if row["counter"] == "Frames received":
            found["taken"] += int(row["value"])
        elif row["counter"].startswith("Frames dropped: ") and "malformed" not in row["counter"]:
            found["refused before"] += int(row["value"])
    for reason, packets in lab.appliance.drops().items():
        if any(text in reason for text in ("PPP", "LCP", "control plane")):
            found["refused in XDP"] += packets
    return found


def _online(lab: Lab) -> list[str]:
    return [row["mac_address"] for row in lab.appliance.sessions() if row["ip_address"]]


def _counted(lab: Lab, table: str, counter: str) -> int:
    return next(int(row["value"]) for row in lab.appliance.table(table) if row["counter"] == counter)

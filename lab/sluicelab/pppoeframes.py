"""PPPoE and PPP frame by frame, every field free: for what no real client would send (RFC 2516, 1661, 1332, 1334, 1994)."""

import dataclasses
import hashlib
import random
import socket
import struct
import time
from typing import Callable

from sluicelab import packets
from sluicelab.accessnode import TRUNK
from sluicelab.cpe import Tap
from sluicelab.namespace import Namespace
from sluicelab.topology import Line
from sluicelab.waiting import ANSWER_SECONDS, NotInTime

ETH_DISCOVERY, ETH_SESSION = 0x8863, 0x8864
PADO, PADI, PADR, PADS, PADT = 0x07, 0x09, 0x19, 0x65, 0xA7
END_OF_LIST, SERVICE_NAME, AC_NAME, HOST_UNIQ, AC_COOKIE = 0x0000, 0x0101, 0x0102, 0x0103, 0x0104
VENDOR, RELAY_SESSION_ID, MAX_PAYLOAD = 0x0105, 0x0110, 0x0120
SERVICE_NAME_ERROR, AC_SYSTEM_ERROR, GENERIC_ERROR = 0x0201, 0x0202, 0x0203

IPV4, IPV6, LCP, PAP, CHAP, IPCP, IPV6CP = 0x0021, 0x0057, 0xC021, 0xC023, 0xC223, 0x8021, 0x8057
CONFIGURE_REQUEST, CONFIGURE_ACK, CONFIGURE_NAK, CONFIGURE_REJECT = 1, 2, 3, 4
TERMINATE_REQUEST, TERMINATE_ACK, CODE_REJECT, PROTOCOL_REJECT, ECHO_REQUEST, ECHO_REPLY = 5, 6, 7, 8, 9, 10
MRU, AUTHENTICATION, MAGIC = 1, 3, 5
INTERFACE_ID, IP_ADDRESS, PRIMARY_DNS, PRIMARY_WINS, SECONDARY_DNS = 1, 3, 129, 130, 131
CHAP_CHALLENGE, CHAP_RESPONSE, CHAP_SUCCESS, CHAP_FAILURE = 1, 2, 3, 4
PAP_REQUEST, PAP_ACK, PAP_NAK = 1, 2, 3
CHAP_MD5, MS_CHAP_V2 = bytes((0xC2, 0x23, 5)), bytes((0xC2, 0x23, 0x81))
RESTART_SECONDS = 1
HEADER = struct.Struct("!BBHH")

Item = tuple[int, bytes]


@dataclasses.dataclass(frozen=True)
class Discovery:
    """A discovery packet. `length` lies when it is given; the trailer is behind what the length covers."""

    code: int
    tags: tuple[Item, ...] = ()
    session: int = 0
    version_type: int = 0x11
    length: int | None = None
    trailer: bytes = b""

    def tag(self, kind: int) -> bytes | None:
        return next((value for known, value in self.tags if known == kind), None)

    def encode(self) -> bytes:
        body = b"".join(struct.pack("!HH", kind, len(value)) + value for kind, value in self.tags)
        length = len(body) if self.length is None else self.length
        return HEADER.pack(self.version_type, self.code, self.session, length) + body + self.trailer

    @staticmethod
    def decode(payload: bytes) -> "Discovery":
        """ValueError when it is none."""
        version_type, code, session, body = _head(payload)
        tags, at = [], 0
        while at < len(body):
            if len(body) < at + 4 or len(body) < at + 4 + struct.unpack_from("!H", body, at + 2)[0]:
                raise ValueError("tag beyond the end")
            kind, length = struct.unpack_from("!HH", body, at)
            tags.append((kind, body[at + 4 : at + 4 + length]))
            at += 4 + length
        return Discovery(code, tuple(tags), session, version_type)


@dataclasses.dataclass(frozen=True)
class Control:
    """A packet of LCP, of an authentication or of a network protocol. `length` lies when it is given."""

    protocol: int
    code: int
    identifier: int
    data: bytes = b""
    length: int | None = None

    @property
    def options(self) -> tuple[Item, ...]:
        """The data as options; ValueError when they do not fit."""
        found, at = [], 0
        while at < len(self.data):
            if len(self.data) < at + 2 or self.data[at + 1] < 2 or len(self.data) < at + self.data[at + 1]:
                raise ValueError("option beyond the end")
            found.append((self.data[at], self.data[at + 2 : at + self.data[at + 1]]))
            at += self.data[at + 1]
        return tuple(found)

    def option(self, kind: int) -> bytes | None:
        return next((value for known, value in self.options if known == kind), None)

    def encode(self) -> bytes:
        length = 4 + len(self.data) if self.length is None else self.length
        return struct.pack("!HBBH", self.protocol, self.code, self.identifier, length) + self.data

    @staticmethod
    def decode(ppp: bytes) -> "Control":
        """ValueError when it is none."""
        if len(ppp) < 6 or struct.unpack_from("!H", ppp, 4)[0] not in range(4, len(ppp) - 1):
            raise ValueError("no control packet")
        protocol, code, identifier, length = struct.unpack_from("!HBBH", ppp)
        return Control(protocol, code, identifier, ppp[6 : 2 + length])


def _head(payload: bytes) -> tuple[int, int, int, bytes]:
    if len(payload) < HEADER.size:
        raise ValueError("ends in its header")
    version_type, code, session, length = HEADER.unpack_from(payload)
    if len(payload) < HEADER.size + length:
        raise ValueError("shorter than it says")
    return version_type, code, session, payload[HEADER.size : HEADER.size + length]


def options(*items: Item) -> bytes:
    """Options of LCP, IPCP or IPv6CP."""
    return b"".join(bytes((kind, 2 + len(value))) + value for kind, value in items)


class PppoeClient:
    """
    One device on one line, as seen behind the access node. What it was sent and nobody has asked for yet is kept in order.
    It answers nothing by itself.
    """

    def __init__(self, node: Namespace, line: Line, mac: str, chance: random.Random) -> None:
        self.line = line
        self.tags: tuple[int, ...] = (line.svlan, line.cvlan)  # one alone on a VLAN that many share
        self.mac = mac
        self.server = packets.BROADCAST
        self.session = 0
        self.magic = chance.getrandbits(32)
        self.peer_magic = 0
        self.authentication = b""
        self.address = "0.0.0.0"
        self._identifier = chance.randrange(1, 200)
        self._unread: list[Discovery | Control | bytes] = []
        self._tap = Tap(node, TRUNK)

    def close(self) -> None:
        self._tap.close()

    def __enter__(self) -> "PppoeClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # sending

    def send_raw(self, kind: int, payload: bytes, target: str | None = None) -> None:
        """A frame of this device and line with any payload, padded as Ethernet pads."""
        payload = payload.ljust(46, b"\0")
        for vlan, tag in zip(reversed(self.tags), (packets.ETH_CTAG, packets.ETH_STAG)):
            kind, payload = tag, struct.pack("!HH", vlan, kind) + payload
        self._tap.send(packets.ethernet(self.mac, target or self.server, kind, payload))

    def send(self, discovery: Discovery, target: str | None = None) -> None:
        self.send_raw(ETH_DISCOVERY, discovery.encode(), target)

    def send_ppp(self, ppp: bytes, session: int | None = None, length: int | None = None, version_type: int = 0x11) -> None:
        """Anything in a session; its own when none is given."""
        length = len(ppp) if length is None else length
        number = self.session if session is None else session
        self.send_raw(ETH_SESSION, HEADER.pack(version_type, 0, number, length) + ppp)

    def send_control(self, protocol: int, code: int, data: bytes = b"", identifier: int | None = None) -> int:
        """A control packet; gives its identifier."""
        if identifier is None:
            self._identifier = identifier = (self._identifier + 1) % 256
        self.send_ppp(Control(protocol, code, identifier, data).encode())
        return identifier

    # receiving

    def next(self, matches: Callable[[Discovery | Control | bytes], bool], seconds: float = ANSWER_SECONDS):
        """The first unread thing that matches, None when none comes; the others stay unread. IP packets are bytes."""
        end = time.monotonic() + seconds
        seen = 0
        while True:
            for at in range(seen, len(self._unread)):
                if matches(self._unread[at]):
                    return self._unread.pop(at)
            seen = len(self._unread)
            left = end - time.monotonic()
            if left <= 0:
                return None
            self._read(left)

    def discovery(self, code: int, seconds: float = ANSWER_SECONDS) -> Discovery | None:
        return self.next(lambda one: isinstance(one, Discovery) and one.code == code, seconds)

    def control(self, protocol: int, *codes: int, seconds: float = ANSWER_SECONDS) -> Control | None:
        """The next packet of the protocol with one of the codes, any when none is given."""
        return self.next(
            lambda one: isinstance(one, Control) and one.protocol == protocol and (not codes or one.code in codes), seconds
        )

    def unread(self, packet: Control) -> None:
        """Puts back what was looked at and not answered."""
        self._unread.append(packet)

    def forget(self) -> None:
        """Everything unread, and what is on its way for a moment, is thrown away."""
        self.next(lambda one: False, 0.2)
        self._unread.clear()

    def _read(self, seconds: float) -> None:
        if (data := self._tap.receive(seconds)) is None:
            return
        try:
            frame = packets.Frame.decode(data)
            if frame.tags != self.tags or frame.target not in (self.mac, packets.BROADCAST):
                return
            if frame.kind == ETH_DISCOVERY:
                self._unread.append(Discovery.decode(frame.payload))
                if frame.source != self.server and self._unread[-1].code in (PADO, PADS):
                    self.server = frame.source
            elif frame.kind == ETH_SESSION:
                _, _, session, ppp = _head(frame.payload)
                if session == self.session:
                    self._unread.append(ppp[2:] if int.from_bytes(ppp[:2]) in (IPV4, IPV6) else Control.decode(ppp))
        except ValueError as reason:
            raise AssertionError(f"a frame that no peer may send ({reason}): {data.hex()}") from reason

    # the way up, step by step

    def discover(self, *tags: Item, seconds: float = ANSWER_SECONDS) -> Discovery | None:
        """PADI with these tags (an empty Service-Name when none are given); the PADO, None when none comes."""
        self.send(Discovery(PADI, tags or ((SERVICE_NAME, b""),)), packets.BROADCAST)
        return self.discovery(PADO, seconds)

    def request(self, *tags: Item, seconds: float = ANSWER_SECONDS) -> Discovery | None:
        """PADR with these tags; the PADS, whose session is this device's from now on."""
        self.send(Discovery(PADR, tags))
        if (answer := self.discovery(PADS, seconds)) is not None and answer.session != 0:
            self.session = answer.session
        return answer

    def connect(self, *tags: Item) -> None:
        """Discovery to its end."""
        tags = tags or ((SERVICE_NAME, b""),)
        offer = self._given(self.discover(*tags), "PADO")
        self._given(self.request(*tags, (AC_COOKIE, offer.tag(AC_COOKIE))), "PADS")

    def link_up(self, *more: Item, mru: int = 1492) -> None:
        """LCP to Opened both ways: whatever the peer requests is acknowledged, ours must be."""
        wanted = options((MRU, struct.pack("!H", mru)), (MAGIC, struct.pack("!I", self.magic)), *more)
        for packet in self._negotiate(LCP, wanted):
            self.authentication = packet.option(AUTHENTICATION) or b""
            self.peer_magic = int.from_bytes(packet.option(MAGIC) or b"")

    def authenticate(self, user: str, password: str) -> Control:
        """PAP or CHAP-MD5, as the peer asked; its verdict."""
        if self.authentication == bytes((0xC0, 0x23)):
            words = b"".join(bytes((len(word),)) + word for word in (user.encode(), password.encode()))
            self.send_control(PAP, PAP_REQUEST, words)
            return self._given(self.control(PAP, PAP_ACK, PAP_NAK, seconds=5), "verdict")
        self.answer_challenge(user, password)
        return self._given(self.control(CHAP, CHAP_SUCCESS, CHAP_FAILURE, seconds=5), "verdict")

    def answer_challenge(self, user: str, password: str) -> None:
        """A CHAP-MD5 response to the challenge that comes (RFC 1994, 4.1)."""
        challenge = self._given(self.control(CHAP, CHAP_CHALLENGE), "challenge")
        value = challenge.data[1 : 1 + challenge.data[0]]
        digest = hashlib.md5(bytes((challenge.identifier,)) + password.encode() + value).digest()
        self.send_control(CHAP, CHAP_RESPONSE, bytes((16,)) + digest + user.encode(), challenge.identifier)

    def network_up(self, *more: Item) -> None:
        """IPCP to Opened both ways; takes the address that the peer names."""
        self._negotiate(IPCP, options((IP_ADDRESS, socket.inet_aton(self.address)), *more))

    def network6_up(self) -> None:
        """IPv6CP to Opened both ways."""
        self._negotiate(IPV6CP, options((INTERFACE_ID, struct.pack("!II", 0x0200_0000, self.magic))))

    def open(self, user: str, password: str) -> str:
        """From PADI to an address, which it gives."""
        self.connect()
        self.link_up()
        verdict = self.authenticate(user, password)
        if (verdict.protocol, verdict.code) not in ((PAP, PAP_ACK), (CHAP, CHAP_SUCCESS)):
            raise AssertionError(f"refused: {verdict}")
        self.network_up()
        return self.address

    def echo(self, data: bytes = b"", seconds: float = ANSWER_SECONDS) -> Control | None:
        """An LCP Echo-Request with our magic number and more; the reply to it."""
        identifier = self.send_control(LCP, ECHO_REQUEST, struct.pack("!I", self.magic) + data)
        return self.next(
            lambda one: isinstance(one, Control) and (one.protocol, one.code, one.identifier) == (LCP, ECHO_REPLY, identifier),
            seconds,
        )

    def terminated(self, seconds: float = ANSWER_SECONDS) -> bool:
        """Whether the peer ends this session with a PADT."""
        return self.next(
            lambda one: isinstance(one, Discovery) and (one.code, one.session) == (PADT, self.session), seconds
        ) is not None

    def hang_up(self) -> None:
        """PADT, and nothing is awaited."""
        self.send(Discovery(PADT, session=self.session))

    def _negotiate(self, protocol: int, wanted: bytes, seconds: float = 10) -> list[Control]:
        """Requests and acknowledges until both sides are content; gives the peer's requests that were acknowledged."""
        acknowledged: list[Control] = []
        identifier, content, end = self.send_control(protocol, CONFIGURE_REQUEST, wanted), False, time.monotonic() + seconds
        while not (content and acknowledged):
            packet = self.control(protocol, seconds=RESTART_SECONDS)
            if packet is None:
                if time.monotonic() > end:
                    raise NotInTime(f"{protocol:#x}: not agreed in {seconds:g} s; unread: {self._unread}")
                self.send_control(protocol, CONFIGURE_REQUEST, wanted, identifier)
                continue
            if packet.code == CONFIGURE_REQUEST:
                acknowledged.append(packet)
                self.send_control(protocol, CONFIGURE_ACK, packet.data, packet.identifier)
            elif packet.identifier != identifier:
                continue
            elif packet.code == CONFIGURE_ACK:
                content = True
                if protocol == IPCP:
                    self.address = socket.inet_ntoa(packet.option(IP_ADDRESS))
            elif packet.code in (CONFIGURE_NAK, CONFIGURE_REJECT):
                wanted = _corrected(Control(protocol, 1, 0, wanted), packet)
                identifier = self.send_control(protocol, CONFIGURE_REQUEST, wanted)
        return acknowledged

    def _given(self, answer, what: str):
        if answer is None:
            raise NotInTime(f"{self.mac}: no {what}; unread: {self._unread}")
        return answer


def _corrected(asked: Control, answer: Control) -> bytes:
    """What is asked for next: with the values of a Nak, without what was rejected."""
    if answer.code == CONFIGURE_REJECT:
        return options(*(item for item in asked.options if item not in answer.options))
    better = dict(answer.options)
    return options(*((kind, better.get(kind, value)) for kind, value in asked.options))

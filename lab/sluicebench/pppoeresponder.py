"""A PPPoE server for tests of the load generator: its answers are right, or wrong in one way that a test names."""

import dataclasses
import hashlib
import ipaddress
import socket
from typing import Callable

from sluicebench.tapserver import TapServer
from sluicelab import packets
from sluicelab import pppoeframes as ppp
from sluicelab.namespace import Namespace
from sluicelab.pppoeframes import ETH_DISCOVERY, ETH_SESSION, HEADER, Control, Discovery, options

SERVER_MAC, OTHER_MAC = "02:00:00:00:00:01", "02:00:00:00:00:99"
GATEWAY = "10.9.0.1"
ADDRESSES = ipaddress.IPv4Network("10.9.1.0/24")
OWN_MAGIC = 0x11223344
COOKIE = bytes(range(16))
CHALLENGE = bytes(range(100, 116))


@dataclasses.dataclass(frozen=True)
class Reply:
    """
    A packet on its way to a device, with everything that a test may spoil.

    :param step: what it is: pado, pads, lcp_request, lcp_ack, challenge, success, ipcp_request, ipcp_nak, ipcp_ack,
        echo_reply, terminate_ack
    """

    step: str
    packet: Discovery | Control
    session: int
    target: str
    tags: tuple[int, ...]
    source: str = SERVER_MAC

    def frame(self) -> bytes:
        kind, payload = ETH_DISCOVERY, self.packet.encode()
        if isinstance(self.packet, Control):
            kind, payload = ETH_SESSION, HEADER.pack(0x11, 0, self.session, len(payload)) + payload
        return packets.ethernet(self.source, self.target, kind, payload.ljust(46, b"\0"), self.tags)

    def but(self, **fields: object) -> "Reply":
        """The same with other fields of the packet."""
        return dataclasses.replace(self, packet=dataclasses.replace(self.packet, **fields))


Spoil = Callable[[Reply], "Reply | list[Reply] | None"]


def fine(reply: Reply) -> Reply:
    return reply


def at(step: str, spoil: Spoil) -> Spoil:
    """Spoils one step alone."""
    return lambda reply: spoil(reply) if reply.step == step else reply


@dataclasses.dataclass
class Device:
    """What the server knows of one device."""

    session: int
    address: str
    acknowledged: bool = False  # our Configure-Request of ppp.LCP by the device
    content: bool = False  # with its own


class PppoeResponder(TapServer):
    """A PPPoE server with nothing but a table; `spoil` sees every reply last. It says nothing twice."""

    def __init__(self, namespace: Namespace, device: str, spoil: Spoil) -> None:
        self.hung_up: list[int] = []  # sessions of which a ppp.PADT came
        super().__init__(namespace, device)
        self._spoil = spoil
        self._free = ADDRESSES.hosts()
        self._devices: dict[str, Device] = {}

    def _answer(self, frame: packets.Frame) -> None:
        if frame.kind == ETH_DISCOVERY:
            self._discover(frame, Discovery.decode(frame.payload))
        elif frame.kind == ETH_SESSION:
            _, _, session, length = HEADER.unpack_from(frame.payload)
            known = self._devices.get(frame.source)
            if known is not None and known.session == session:
                self._control(frame, known, Control.decode(frame.payload[HEADER.size : HEADER.size + length]))

    def _send(self, frame: packets.Frame, step: str, packet: Discovery | Control, session: int = 0) -> None:
        spoilt = self._spoil(Reply(step, packet, session, frame.source, frame.tags))
        for reply in spoilt if isinstance(spoilt, list) else [spoilt]:
            if reply is not None:
                self._tap.send(reply.frame())

    def _discover(self, frame: packets.Frame, asked: Discovery) -> None:
        if asked.code == ppp.PADT:
            self.hung_up.append(asked.session)
        same = ((ppp.SERVICE_NAME, asked.tag(ppp.SERVICE_NAME) or b""), (ppp.HOST_UNIQ, asked.tag(ppp.HOST_UNIQ) or b""))
        if asked.code == ppp.PADI:
            self._send(frame, "pado", Discovery(ppp.PADO, ((ppp.AC_NAME, b"responder"), (ppp.AC_COOKIE, COOKIE), *same)))
        elif asked.code == ppp.PADR and asked.tag(ppp.AC_COOKIE) == COOKIE:
            device = Device(1 + len(self._devices), str(next(self._free)))
            self._devices[frame.source] = device
            self._send(frame, "pads", Discovery(ppp.PADS, same, device.session))
            wanted = options((ppp.MRU, b"\x05\xd4"), (ppp.AUTHENTICATION, ppp.CHAP_MD5), (ppp.MAGIC, OWN_MAGIC.to_bytes(4)))
            self._send(frame, "lcp_request", Control(ppp.LCP, ppp.CONFIGURE_REQUEST, 1, wanted), device.session)

    def _control(self, frame: packets.Frame, device: Device, asked: Control) -> None:
        def send(step: str, code: int, data: bytes, protocol: int = asked.protocol, identifier: int = asked.identifier) -> None:
            self._send(frame, step, Control(protocol, code, identifier, data), device.session)

        match (asked.protocol, asked.code):
            case (ppp.LCP, ppp.CONFIGURE_REQUEST):
                send("lcp_ack", ppp.CONFIGURE_ACK, asked.data)
                device.content = True
                self._challenge(send, device)
            case (ppp.LCP, ppp.CONFIGURE_ACK):
                device.acknowledged = True
                self._challenge(send, device)
            case (ppp.LCP, ppp.ECHO_REQUEST):
                send("echo_reply", ppp.ECHO_REPLY, OWN_MAGIC.to_bytes(4))
            case (ppp.LCP, ppp.TERMINATE_REQUEST):
                send("terminate_ack", ppp.TERMINATE_ACK, b"")
            case (ppp.CHAP, ppp.CHAP_RESPONSE) if is_right(asked):
                send("success", ppp.CHAP_SUCCESS, b"")
                send("ipcp_request", ppp.CONFIGURE_REQUEST, options((ppp.IP_ADDRESS, socket.inet_aton(GATEWAY))), ppp.IPCP, 1)
            case (ppp.CHAP, ppp.CHAP_RESPONSE):
                send("success", ppp.CHAP_FAILURE, b"")
            case (ppp.IPCP, ppp.CONFIGURE_REQUEST):
                own = options((ppp.IP_ADDRESS, socket.inet_aton(device.address)))
                agreed = asked.option(ppp.IP_ADDRESS) == socket.inet_aton(device.address)
                send(*(("ipcp_ack", ppp.CONFIGURE_ACK, asked.data) if agreed else ("ipcp_nak", ppp.CONFIGURE_NAK, own)))

    @staticmethod
    def _challenge(send: Callable[..., None], device: Device) -> None:
        if device.content and device.acknowledged:
            send("challenge", ppp.CHAP_CHALLENGE, bytes((len(CHALLENGE),)) + CHALLENGE + b"responder", ppp.CHAP, 7)


def is_right(response: Control) -> bool:
    """Whether device u0000012 has proved that it knows the password p0000012 (RFC 1994, 4.1)."""
    length = response.data[0]
    user = response.data[1 + length :].decode()
    wanted = hashlib.md5(bytes((response.identifier,)) + f"p{user[1:]}".encode() + CHALLENGE).digest()
    return response.data[1 : 1 + length] == wanted

"""A DHCP server for tests of the load generators: its answers are right, or wrong in one way that a test names."""

import contextlib
import dataclasses
import ipaddress
import socket
import struct
from typing import Callable, Iterator

from sluicebench.tapserver import TapServer
from sluicelab import packets
from sluicelab.namespace import BENCH_PREFIX, Namespace, link
from sluicelab.packets import Dhcp

DEVICE = "eth0"
SERVER, OTHER_SERVER = "10.9.0.1", "10.9.0.2"
ADDRESSES = ipaddress.IPv4Network("10.9.1.0/24")
SERVER_MAC = "02:00:00:00:00:01"
OPTION_LEASE = 51


@dataclasses.dataclass(frozen=True)
class Answer:
    """A reply on its way out, with everything that a test may spoil."""

    message: Dhcp
    target: str
    tags: tuple[int, int] | None

    def frame(self) -> bytes:
        address = self.message.your_address
        packet = packets.udp(SERVER, packets.DHCP_SERVER, address, packets.DHCP_CLIENT, self.message.encode())
        return packets.ethernet(SERVER_MAC, self.target, packets.ETH_IPV4, packet, self.tags)


Spoil = Callable[[Answer], Answer | bytes | None]


class Responder(TapServer):
    """A DHCP server with nothing but a table; `spoil` sees every answer last."""

    def __init__(self, namespace: Namespace, device: str, spoil: Spoil) -> None:
        super().__init__(namespace, device)
        self._spoil = spoil
        self._free = ADDRESSES.hosts()
        self._leases: dict[str, str] = {}

    def _answer(self, frame: packets.Frame) -> None:
        datagram = packets.Datagram.decode(frame.payload)
        assert datagram is not None and datagram.target_port == packets.DHCP_SERVER
        request = Dhcp.decode(datagram.payload)
        address = self._leases.setdefault(request.mac, "") or str(next(self._free))
        self._leases[request.mac] = address
        kind = packets.OFFER if request.kind == packets.DISCOVER else packets.ACK
        options = (
            (packets.OPTION_TYPE, bytes((kind,))),
            (packets.OPTION_SERVER, socket.inet_aton(SERVER)),
            (OPTION_LEASE, struct.pack("!I", 3600)),
            *((code, value) for code, value in request.options if code == packets.OPTION_AGENT),
        )
        reply = dataclasses.replace(request, request=False, your_address=address, options=options)
        spoilt = self._spoil(Answer(reply, request.mac, frame.tags or None))
        if spoilt is not None:
            self._tap.send(spoilt if isinstance(spoilt, bytes) else spoilt.frame())


@contextlib.contextmanager
def bed() -> Iterator[tuple[Namespace, Namespace]]:
    """Two namespaces with a link: of the server, of the clients."""
    server, clients = (Namespace(BENCH_PREFIX + name) for name in ("gen-server", "gen-clients"))
    try:
        for namespace in (server, clients):
            namespace.create()
        link(server, DEVICE, clients, DEVICE, 1600)
        for namespace in (server, clients):
            namespace.offload_off(DEVICE, "tx", "gro")
        yield server, clients
    finally:
        for namespace in (server, clients):
            if namespace.path.exists():
                namespace.delete()


def with_option(answer: Answer, code: int, value: bytes) -> Answer:
    """The answer with another value of an option that it has."""
    options = tuple((known, value if known == code else old) for known, old in answer.message.options)
    return changed(answer, options=options)


def without_option(answer: Answer, code: int) -> Answer:
    return changed(answer, options=tuple(option for option in answer.message.options if option[0] != code))


def changed(answer: Answer, **fields: object) -> Answer:
    return dataclasses.replace(answer, message=dataclasses.replace(answer.message, **fields))


def flipped(answer: Answer, offset: int) -> bytes:
    """The frame with one byte changed, counted from the IPv4 header behind two tags."""
    frame = bytearray(answer.frame())
    frame[22 + offset] ^= 0x01
    return bytes(frame)


def other_tags(answer: Answer) -> Answer:
    return dataclasses.replace(answer, tags=(answer.tags[0], answer.tags[1] + 1))


SPOILT: dict[str, Spoil] = {
    "unknown_xid": lambda answer: changed(answer, xid=answer.message.xid ^ 0x00800000),
    "chaddr": lambda answer: changed(answer, mac="02:00:00:00:00:99"),
    "tags": other_tags,
    "option_82": lambda answer: without_option(answer, packets.OPTION_AGENT),
    "message_type": lambda answer: with_option(answer, packets.OPTION_TYPE, bytes((packets.DECLINE,))),
    "server_id": lambda answer: without_option(answer, packets.OPTION_SERVER),
    "yiaddr": lambda answer: changed(answer, your_address="0.0.0.0"),
    "lease_time": lambda answer: without_option(answer, OPTION_LEASE),
    "destination": lambda answer: dataclasses.replace(answer, target="02:00:00:00:00:99"),
    "dhcp_header": lambda answer: changed(answer, request=True),
    "ip_checksum": lambda answer: flipped(answer, 8),
    "udp_checksum": lambda answer: flipped(answer, 20 + 8 + 100),
}

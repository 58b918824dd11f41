"""Frames on the trunk written by hand, for what no real client would send: floods, forgeries, broken messages."""

import contextlib
import dataclasses
import random
import socket
import struct
import time
from typing import Iterator

from sluicelab import packets
from sluicelab.accessnode import TRUNK
from sluicelab.namespace import Namespace
from sluicelab.snooping import SOL_PACKET, packet_socket
from sluicelab.topology import Line
from sluicelab.waiting import ANSWER_SECONDS

PACKET_AUXDATA = 8
TAG_VALID = 1 << 4
AUXDATA = struct.Struct("=IIIHHHH")
ANY = "0.0.0.0"
EVERYBODY = "255.255.255.255"
DATA_PORT = 4000


class Tap:
    """A raw socket on a device of a namespace that gives and takes whole frames, outer tag included."""

    def __init__(self, namespace: Namespace, device: str) -> None:
        with namespace.entered():
            self._socket = packet_socket(device)
        self._socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)

    def send(self, frame: bytes) -> None:
        self._socket.send(frame)

    def receive(self, seconds: float) -> bytes | None:
        """The next frame, None when none comes in time."""
        self._socket.settimeout(max(seconds, 0.001))
        try:
            data, ancillary, _, _ = self._socket.recvmsg(65535, socket.CMSG_SPACE(AUXDATA.size))
        except TimeoutError:
            return None
        for level, kind, value in ancillary:
            status, _, _, _, _, tci, tpid = AUXDATA.unpack(value[: AUXDATA.size])
            if (level, kind) == (SOL_PACKET, PACKET_AUXDATA) and status & TAG_VALID:
                data = data[:12] + struct.pack("!HH", tpid, tci) + data[12:]
        return data

    def frames(self, seconds: float) -> Iterator[packets.Frame]:
        """Every frame that comes in the given time and can be taken apart."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if (data := self.receive(left)) is not None:
                with contextlib.suppress(ValueError):
                    yield packets.Frame.decode(data)

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> "Tap":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclasses.dataclass(frozen=True)
class Grant:
    """An address that the gateway offered or acknowledged, and by whom."""

    address: str
    server: str


class Cpe:
    """One device on one line that speaks DHCP frame by frame, as seen behind the access node (tags, option 82)."""

    def __init__(self, node: Namespace, line: Line, mac: str, chance: random.Random) -> None:
        self.line = line
        self.mac = mac
        self.held: Grant | None = None
        self._chance = chance
        self._tap = Tap(node, TRUNK)

    def close(self) -> None:
        self._tap.close()

    def __enter__(self) -> "Cpe":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def message(self, kind: int, *options: tuple[int, bytes], client_address: str = ANY) -> packets.Dhcp:
        """A request of this device with option 82 of its line."""
        agent = packets.relay_agent(self.line.circuit_id, self.line.remote_id)
        return packets.Dhcp(
            True,
            self._chance.getrandbits(32),
            self.mac,
            ((packets.OPTION_TYPE, bytes((kind,))), *options, (packets.OPTION_AGENT, agent)),
            client_address=client_address,
        )

    def frame(self, payload: bytes, source: str = ANY, target: str = EVERYBODY) -> bytes:
        """The payload as a DHCP datagram of this device, with the tags of its line."""
        packet = packets.udp(source, packets.DHCP_CLIENT, target, packets.DHCP_SERVER, payload)
        tags = (self.line.svlan, self.line.cvlan)
        return packets.ethernet(self.mac, packets.BROADCAST, packets.ETH_IPV4, packet, tags)

    def send(self, message: packets.Dhcp, source: str = ANY, target: str = EVERYBODY) -> None:
        self._tap.send(self.frame(message.encode(), source, target))

    def send_raw(self, frame: bytes) -> None:
        self._tap.send(frame)

    def send_data(self, gateway_mac: str, target: str, port: int, payload: bytes) -> None:
        """A UDP datagram from the address that it holds."""
        packet = packets.udp(self.held.address, DATA_PORT, target, port, payload)
        tags = (self.line.svlan, self.line.cvlan)
        self._tap.send(packets.ethernet(self.mac, gateway_mac, packets.ETH_IPV4, packet, tags))

    def ask(self, message: packets.Dhcp, seconds: float = ANSWER_SECONDS) -> packets.Dhcp | None:
        """Sends the message and gives the answer to it; None when there is none in time."""
        self.send(message)
        for frame in self._tap.frames(seconds):
            datagram = packets.Datagram.decode(frame.payload)
            if frame.tags != (self.line.svlan, self.line.cvlan) or datagram is None:
                continue
            if datagram.target_port == packets.DHCP_CLIENT:
                with contextlib.suppress(ValueError):
                    answer = packets.Dhcp.decode(datagram.payload)
                    if answer.xid == message.xid and not answer.request:
                        return answer
        return None

    def discover(self, seconds: float = 3, tries: int = 3) -> Grant | None:
        """The gateway's offer, None when it makes none."""
        for _ in range(tries):
            if offer := self.ask(self.message(packets.DISCOVER), seconds):
                return _grant(offer)
        return None

    def request(self, offer: Grant, seconds: float = ANSWER_SECONDS) -> packets.Dhcp | None:
        """Takes an offer: ACK, NAK or no answer."""
        return self.ask(
            self.message(
                packets.REQUEST,
                (packets.OPTION_REQUESTED, socket.inet_aton(offer.address)),
                (packets.OPTION_SERVER, socket.inet_aton(offer.server)),
            ),
            seconds,
        )

    def lease(self, seconds: float = ANSWER_SECONDS) -> Grant | None:
        """DISCOVER, OFFER, REQUEST, ACK; None when the gateway does not grant."""
        offer = self.discover(seconds)
        answer = self.request(offer, seconds) if offer else None
        self.held = _grant(answer) if answer is not None and answer.kind == packets.ACK else None
        return self.held

    def decline(self, grant: Grant) -> None:
        """Says that somebody else has the address already."""
        self.send(
            self.message(
                packets.DECLINE,
                (packets.OPTION_REQUESTED, socket.inet_aton(grant.address)),
                (packets.OPTION_SERVER, socket.inet_aton(grant.server)),
            )
        )

    def release(self, grant: Grant) -> None:
        server = (packets.OPTION_SERVER, socket.inet_aton(grant.server))
        self.send(self.message(packets.RELEASE, server, client_address=grant.address), source=grant.address)
        self.held = None


def random_mac(chance: random.Random) -> str:
    """A locally administered unicast address."""
    return packets.mac_text(bytes((0x02, 0xAA)) + chance.randbytes(4))


def _grant(message: packets.Dhcp) -> Grant:
    server = message.option(packets.OPTION_SERVER)
    return Grant(message.your_address, socket.inet_ntoa(server) if server else ANY)

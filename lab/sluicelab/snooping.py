"""The DHCP snooping agent of the access node: inserts option 82 upstream, as TR-101 access nodes do.

Runs in the access node's namespace: `python3 -m sluicelab.snooping TRUNK PORTS.json`. The JSON maps the name
of a port's device to {"tags": [s, c], "circuit_id": …, "remote_id": …}. What a subscriber put into option 82
itself is not trusted: such a message is dropped, as is one that is no DHCP.
"""

import ctypes
import json
import pathlib
import socket
import struct
import sys

from sluicelab import packets

ETH_P_ALL = 0x0003
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
SO_RCVBUFFORCE = 33  # more than the machine allows to others than root
SO_ATTACH_FILTER = 26
LISTENING = "listening"

# ldh [12]; jeq IPv4; ldb [23]; jeq UDP; ldxb 4*([14]&0xf); ldh [x+16]; jeq 67; ret all; ret none
UPSTREAM_DHCP = (
    (0x28, 0, 0, 12), (0x15, 0, 6, packets.ETH_IPV4), (0x30, 0, 0, 23), (0x15, 0, 4, packets.UDP),
    (0xB1, 0, 0, 14), (0x48, 0, 0, 16), (0x15, 0, 1, packets.DHCP_SERVER), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0),
)  # fmt: skip


def packet_socket(device: str | None = None, *, receives: bool = True) -> socket.socket:
    """A raw socket for whole frames of one device, or of all; what leaves the machine is not seen."""
    raw = socket.socket(
        socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL) if receives and device is None else 0
    )
    raw.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    raw.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
    if device is not None:
        raw.bind((device, ETH_P_ALL if receives else 0))
    return raw


def attach_filter(raw: socket.socket, program: tuple[tuple[int, int, int, int], ...]) -> None:
    """Lets only the frames through that the classic BPF program accepts."""
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    raw.setsockopt(
        socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", len(program), ctypes.addressof(code))
    )


class SnoopingAgent:
    """One thread, one socket for all ports: what comes in from a port leaves on the trunk with option 82."""

    def __init__(self, trunk: str, ports: dict[str, dict]) -> None:
        self._ports = ports
        self._trunk = packet_socket(trunk, receives=False)
        self._access = packet_socket()
        attach_filter(self._access, UPSTREAM_DHCP)

    def serve(self) -> None:
        print(LISTENING, flush=True)
        while True:
            data, (device, *_) = self._access.recvfrom(65535)
            if device in self._ports:
                try:
                    self._trunk.send(self.relayed(data, self._ports[device]))
                except (ValueError, IndexError, OSError) as reason:
                    print(f"{device}: dropped: {reason}", flush=True)

    def relayed(self, data: bytes, port: dict) -> bytes:
        """The frame for the trunk; ValueError when the message cannot be passed on."""
        frame = packets.Frame.decode(data)
        datagram = packets.Datagram.decode(frame.payload)
        if frame.tags or datagram is None:
            raise ValueError("no whole untagged UDP datagram")
        if packets.Dhcp.decode(datagram.payload).option(packets.OPTION_AGENT) is not None:
            raise ValueError("option 82 from a subscriber")
        message = packets.insert_relay_agent(datagram.payload, port["circuit_id"], port["remote_id"])
        packet = packets.udp(
            datagram.source, datagram.source_port, datagram.target, datagram.target_port, message
        )
        return packets.ethernet(frame.source, frame.target, packets.ETH_IPV4, packet, tuple(port["tags"]))


if __name__ == "__main__":
    SnoopingAgent(sys.argv[1], json.loads(pathlib.Path(sys.argv[2]).read_text())).serve()

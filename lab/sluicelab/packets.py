"""Frames as the access node and the tests see them: Ethernet, tags, IPv4, UDP and DHCP, byte by byte."""

import dataclasses
import socket
import struct

ETH_IPV4, ETH_ARP, ETH_CTAG, ETH_STAG = 0x0800, 0x0806, 0x8100, 0x88A8
TCP, UDP = 6, 17
ICMP6 = 58
DHCP_SERVER, DHCP_CLIENT = 67, 68
DHCP_MAGIC = b"\x63\x82\x53\x63"
BROADCAST = "ff:ff:ff:ff:ff:ff"
DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
OPTION_REQUESTED, OPTION_TYPE, OPTION_SERVER, OPTION_AGENT, OPTION_END = 50, 53, 54, 82, 255


def mac_bytes(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def mac_text(mac: bytes) -> str:
    return mac.hex(":")


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(source: str, target: str, protocol: int, payload: bytes, ttl: int = 64, identity: int = 0) -> bytes:
    """An IPv4 packet without options."""
    addresses = socket.inet_aton(source) + socket.inet_aton(target)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), identity, 0, ttl, protocol, 0) + addresses
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ipv6(source: str, target: str, next_header: int, payload: bytes, hops: int = 64) -> bytes:
    """An IPv6 packet without extension headers."""
    return struct.pack("!IHBB", 6 << 28, len(payload), next_header, hops) + _ip6(source) + _ip6(target) + payload


def icmp6_echo(source: str, target: str, data: bytes) -> bytes:
    """An Echo Request of ICMPv6 (RFC 4443, 4.1)."""
    body = struct.pack("!BBHHH", 128, 0, 0, 77, 1) + data
    pseudo = _ip6(source) + _ip6(target) + struct.pack("!II", len(body), ICMP6)
    return ipv6(source, target, ICMP6, body[:2] + struct.pack("!H", checksum(pseudo + body)) + body[4:])


def _ip6(address: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6, address)


def udp(source: str, source_port: int, target: str, target_port: int, payload: bytes) -> bytes:
    """An IPv4 packet with a UDP datagram, both checksums right."""
    head = struct.pack("!HHHH", source_port, target_port, 8 + len(payload), 0)
    pseudo = socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!BBH", 0, UDP, len(head + payload))
    total = checksum(pseudo + head + payload) or 0xFFFF
    return ipv4(source, target, UDP, head[:6] + struct.pack("!H", total) + payload)


def tcp_syn(source: str, source_port: int, target: str, target_port: int, largest: int) -> bytes:
    """An IPv4 packet that asks for a TCP connection, whose largest segment (RFC 9293, 3.7.1) is behind another option."""
    head = struct.pack("!HHIIBBHHH", source_port, target_port, 1, 0, 7 << 4, 2, 65535, 0, 0)
    segment = head + struct.pack("!BBBBBBH", 1, 3, 3, 7, 2, 4, largest)
    pseudo = socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!BBH", 0, TCP, len(segment))
    return ipv4(source, target, TCP, segment[:16] + struct.pack("!H", checksum(pseudo + segment)) + segment[18:])


def largest_segment(packet: bytes) -> int:
    """What an IPv4 packet with SYN says of it, 0 when it does not; ValueError when a checksum is wrong."""
    head = (packet[0] & 0x0F) * 4
    segment = packet[head : struct.unpack_from("!H", packet, 2)[0]]
    pseudo = packet[12:20] + struct.pack("!BBH", 0, TCP, len(segment))
    if checksum(packet[:head]) or checksum(pseudo + segment):
        raise ValueError("checksum")
    at, end = 20, (segment[12] >> 4) * 4
    while at < end and segment[at] != 0:
        if segment[at] == 2:
            return struct.unpack_from("!H", segment, at + 2)[0]
        at += 1 if segment[at] == 1 else segment[at + 1]
    return 0


def ethernet(source: str, target: str, kind: int, payload: bytes, tags: tuple[int, int] | None = None) -> bytes:
    """A frame, with S-tag and C-tag when tags are given."""
    head = mac_bytes(target) + mac_bytes(source)
    if tags is not None:
        head += struct.pack("!HHHH", ETH_STAG, tags[0], ETH_CTAG, tags[1])
    return head + struct.pack("!H", kind) + payload


@dataclasses.dataclass(frozen=True)
class Frame:
    """A received frame taken apart: addresses, tags from the outside in, and what follows them."""

    target: str
    source: str
    tags: tuple[int, ...]
    kind: int
    payload: bytes
    priorities: tuple[int, ...] = ()  # 802.1p of each tag

    @staticmethod
    def decode(data: bytes) -> "Frame":
        """ValueError when the frame ends inside its header."""
        at, tags, priorities = 12, [], []
        while True:
            if len(data) < at + 2:
                raise ValueError("frame ends in its header")
            (kind,) = struct.unpack_from("!H", data, at)
            at += 2
            if kind not in (ETH_STAG, ETH_CTAG):
                macs = mac_text(data[:6]), mac_text(data[6:12])
                return Frame(*macs, tuple(tags), kind, data[at:], tuple(priorities))
            if len(data) < at + 2:
                raise ValueError("frame ends in a tag")
            (tci,) = struct.unpack_from("!H", data, at)
            tags.append(tci & 0x0FFF)
            priorities.append(tci >> 13)
            at += 2


@dataclasses.dataclass(frozen=True)
class Datagram:
    """A UDP datagram out of an IPv4 packet."""

    source: str
    target: str
    source_port: int
    target_port: int
    payload: bytes

    @staticmethod
    def decode(packet: bytes) -> "Datagram | None":
        """None when the packet is no whole, unfragmented UDP datagram."""
        if len(packet) < 28 or packet[0] >> 4 != 4 or packet[9] != UDP or packet[6] & 0x3F or packet[7]:
            return None
        head = (packet[0] & 0x0F) * 4
        (total,) = struct.unpack_from("!H", packet, 2)
        if len(packet) < total or total < head + 8:
            return None
        source_port, target_port, length = struct.unpack_from("!HHH", packet, head)
        return Datagram(
            socket.inet_ntoa(packet[12:16]),
            socket.inet_ntoa(packet[16:20]),
            source_port,
            target_port,
            packet[head + 8 : head + length],
        )


@dataclasses.dataclass(frozen=True)
class Dhcp:
    """A DHCP message: the fixed fields that the lab needs, and its options in order."""

    request: bool
    xid: int
    mac: str
    options: tuple[tuple[int, bytes], ...]
    client_address: str = "0.0.0.0"
    your_address: str = "0.0.0.0"
    broadcast: bool = True

    @property
    def kind(self) -> int:
        return (self.option(OPTION_TYPE) or b"\0")[0]

    def option(self, code: int) -> bytes | None:
        return next((value for known, value in self.options if known == code), None)

    def with_option(self, code: int, value: bytes) -> "Dhcp":
        return dataclasses.replace(self, options=(*self.options, (code, value)))

    def encode(self) -> bytes:
        """The message, padded to the 300 bytes of BOOTP."""
        fixed = struct.pack("!BBBBIHH", 1 if self.request else 2, 1, 6, 0, self.xid, 0, 0x8000 if self.broadcast else 0)
        fixed += socket.inet_aton(self.client_address) + socket.inet_aton(self.your_address) + bytes(8)
        fixed += mac_bytes(self.mac) + bytes(10) + bytes(192) + DHCP_MAGIC
        options = b"".join(bytes((code, len(value))) + value for code, value in self.options)
        return (fixed + options + bytes((OPTION_END,))).ljust(300, b"\0")

    @staticmethod
    def decode(data: bytes) -> "Dhcp":
        """ValueError when it is no DHCP message."""
        if len(data) < 241 or data[236:240] != DHCP_MAGIC or data[2] != 6:
            raise ValueError("no DHCP message")
        options, at = [], 240
        while at < len(data) and data[at] != OPTION_END:
            if data[at] == 0:
                at += 1
                continue
            if at + 1 >= len(data) or at + 2 + data[at + 1] > len(data):
                raise ValueError("option beyond the end")
            options.append((data[at], data[at + 2 : at + 2 + data[at + 1]]))
            at += 2 + data[at + 1]
        return Dhcp(
            data[0] == 1,
            struct.unpack_from("!I", data, 4)[0],
            mac_text(data[28:34]),
            tuple(options),
            socket.inet_ntoa(data[12:16]),
            socket.inet_ntoa(data[16:20]),
            bool(data[10] & 0x80),
        )


def relay_agent(circuit_id: str, remote_id: str) -> bytes:
    """The value of option 82 (RFC 3046) as an access node inserts it."""
    parts = ((1, circuit_id.encode()), (2, remote_id.encode()))
    return b"".join(bytes((code, len(text))) + text for code, text in parts)


def insert_relay_agent(message: bytes, circuit_id: str, remote_id: str) -> bytes:
    """The DHCP message with option 82 before its end, everything else as it was; ValueError when it has no end."""
    at = 240
    while at < len(message) and message[at] != OPTION_END:
        at += 1 if message[at] == 0 else 2 + message[at + 1]
    if at >= len(message):
        raise ValueError("no end option")
    value = relay_agent(circuit_id, remote_id)
    return (message[:at] + bytes((OPTION_AGENT, len(value))) + value + bytes((OPTION_END,))).ljust(300, b"\0")

"""Frames of PPPoE as a client would send them at any stage, and the same broken by chance."""

import random
import socket
import struct

from sluicelab import pppoeframes as ppp
from sluicelab.pppoeframes import Control, Discovery, PppoeClient, options

Payload = tuple[int, bytes]  # EtherType and what follows it

TR101 = struct.pack("!I", 3561) + options((1, b"access-node eth 1/1:100"), (2, b"remote"), (0x81, bytes(4)))
EDGES = (0, 1, 2, 3, 4, 5, 0x7F, 0x80, 0xFE, 0xFF)


def discovery(client: PppoeClient, cookie: bytes) -> list[Payload]:
    """What a client says in discovery, and its PADT."""
    nothing, name = (ppp.SERVICE_NAME, b""), (ppp.SERVICE_NAME, b"internet")
    proof = (ppp.AC_COOKIE, cookie)
    packets = (
        Discovery(ppp.PADI, (nothing, (ppp.HOST_UNIQ, b"uniq" * 4))),
        Discovery(ppp.PADI, (name, (ppp.VENDOR, TR101), (ppp.MAX_PAYLOAD, b"\x05\xdc"), (ppp.END_OF_LIST, b""))),
        Discovery(ppp.PADR, (nothing, proof, (ppp.RELAY_SESSION_ID, b"relay"))),
        Discovery(ppp.PADR, (name, proof, (ppp.HOST_UNIQ, b"u"), (ppp.VENDOR, TR101))),
        Discovery(ppp.PADT, ((ppp.GENERIC_ERROR, b"bye"),), session=client.session or 1),
    )
    return [(ppp.ETH_DISCOVERY, one.encode()) for one in packets]


def negotiation(client: PppoeClient) -> list[Payload]:
    """What a client says in its session and what does not end it: every code of every control protocol."""
    wishes = {
        ppp.LCP: options((ppp.MRU, b"\x05\xd4"), (ppp.AUTHENTICATION, ppp.CHAP_MD5), (ppp.MAGIC, b"abcd")),
        ppp.IPCP: options((ppp.IP_ADDRESS, socket.inet_aton(client.address)), (ppp.PRIMARY_DNS, bytes(4)), (2, b"\0\x2d\x0f\1")),
        ppp.IPV6CP: options((1, b"somebody")),
    }
    configure = range(ppp.CONFIGURE_REQUEST, ppp.CONFIGURE_REJECT + 1)
    return _of(
        client,
        *(Control(protocol, code, code, wish) for protocol, wish in wishes.items() for code in configure),
        *(Control(ppp.LCP, code, 1, b"magic and more") for code in range(ppp.ECHO_REQUEST, 14)),
        Control(ppp.CHAP, ppp.CHAP_RESPONSE, 1, bytes((16,)) + bytes(16) + b"somebody"),
        Control(ppp.CHAP, ppp.CHAP_RESPONSE, 1, bytes((49,)) + bytes(49) + b"somebody"),
        Control(ppp.CHAP, ppp.CHAP_CHALLENGE, 1, bytes((16,)) + bytes(16) + b"somebody"),
        Control(ppp.PAP, ppp.PAP_REQUEST, 1, b"\x08somebody\x06secret"),
        Control(0x80FD, ppp.CONFIGURE_REQUEST, 1, options((17, b"\0\0\0\1"))),
    )


def farewell(client: PppoeClient) -> list[Payload]:
    """What may end a session or a protocol of it."""
    terminate = (ppp.TERMINATE_REQUEST, ppp.TERMINATE_ACK)
    return _of(
        client,
        *(Control(one, code, 1) for one in (ppp.LCP, ppp.IPCP, ppp.IPV6CP) for code in terminate),
        *(Control(one, ppp.CODE_REJECT, 1, bytes((ppp.CONFIGURE_REQUEST, 1, 0, 4))) for one in (ppp.LCP, ppp.IPCP)),
        *(Control(ppp.LCP, ppp.PROTOCOL_REJECT, 1, struct.pack("!H", one)) for one in (ppp.IPV6CP, ppp.IPCP, ppp.CHAP, ppp.LCP)),
    )


def _of(client: PppoeClient, *packets: Control) -> list[Payload]:
    whole = [packet.encode() for packet in packets]
    return [(ppp.ETH_SESSION, ppp.HEADER.pack(0x11, 0, client.session or 1, len(one)) + one) for one in whole]


def broken(chance: random.Random, payload: bytes) -> bytes:
    """The payload with one to four things done to it."""
    data = bytearray(payload)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data))
        match chance.randrange(7):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at] = chance.choice(EDGES)
            case 2:
                data[at] = chance.randrange(256)
            case 3:
                del data[max(at, 6) :]
            case 4:
                data += chance.randbytes(chance.randrange(1, 64))
            case 5:
                data[at:at] = data[at : at + chance.randrange(1, 16)]
            case 6:
                data[4:6] = struct.pack("!H", chance.choice((0, 1, 2, 3, 5, len(data) - 7, len(data) - 5, 1500, 0xFFFF)) % 65536)
    return bytes(data[:1490])


def is_data(kind: int, payload: bytes) -> bool:
    """Whether the data plane takes it for a packet of IP and not of PPP."""
    return kind == ppp.ETH_SESSION and payload[6:8] in (b"\x00\x21", b"\x00\x57")


def may_be_echo(kind: int, payload: bytes) -> bool:
    """Whether the data plane may answer it by itself."""
    return kind == ppp.ETH_SESSION and payload[6:9] == struct.pack("!HB", ppp.LCP, ppp.ECHO_REQUEST)

"""Somebody on the management network who answers RADIUS requests without knowing the secret."""

import hashlib
import hmac
import struct
import threading

from sluicelab import packets
from sluicelab.cpe import Tap
from sluicelab.namespace import Namespace

ACCESS_REQUEST, ACCESS_ACCEPT, ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE = 1, 2, 4, 5
FILTER_ID, MESSAGE_AUTHENTICATOR = 11, 80
HEAD = struct.Struct("!BBH16s")


class Forger:
    """Accepts everything, in the server's name, with answers made with a wrong secret, until it is closed."""

    def __init__(self, namespace: Namespace, device: str, secret: bytes) -> None:
        self.forged = 0
        self._secret = secret
        self._tap = Tap(namespace, device)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="forger", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ending.set()
        self._thread.join()
        self._tap.close()

    def __enter__(self) -> "Forger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        while not self._ending.is_set():
            for frame in self._tap.frames(0.2):
                datagram = packets.Datagram.decode(frame.payload)
                if datagram is None or len(datagram.payload) < HEAD.size:
                    continue
                code, identifier, _, authenticator = HEAD.unpack_from(datagram.payload)
                if code in (ACCESS_REQUEST, ACCOUNTING_REQUEST):
                    answer = self._answer(code + 1, identifier, authenticator)
                    packet = packets.udp(
                        datagram.target, datagram.target_port, datagram.source, datagram.source_port, answer
                    )
                    self._tap.send(packets.ethernet(frame.target, frame.source, packets.ETH_IPV4, packet))
                    self.forged += 1

    def _answer(self, code: int, identifier: int, request: bytes) -> bytes:
        """A reply as RFC 2865, 3 and RFC 3579, 3.2 want it, but for the secret."""
        attributes = bytes((FILTER_ID, 11)) + b"unlimited" if code == ACCESS_ACCEPT else b""
        length = HEAD.size + len(attributes) + 18
        unsigned = attributes + bytes((MESSAGE_AUTHENTICATOR, 18))
        proof = hmac.digest(self._secret, HEAD.pack(code, identifier, length, request) + unsigned + bytes(16), "md5")
        attributes = unsigned + proof
        digest = hashlib.md5(HEAD.pack(code, identifier, length, request) + attributes + self._secret).digest()
        return HEAD.pack(code, identifier, length, digest) + attributes

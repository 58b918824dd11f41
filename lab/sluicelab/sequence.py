"""Numbered UDP datagrams to the core and back: which number was lost, in which direction.

Echo: `python3 -m sluicelab.sequence echo ADDRESS PORT`. The echo puts a count of its own behind the sender's
number, so that a missing answer can be told from a missing question.
"""

import dataclasses
import socket
import struct
import sys
import threading
import time

from sluicelab.namespace import Namespace
from sluicelab.snooping import SO_RCVBUFFORCE

NUMBER = struct.Struct("!QQ")
RECEIVE_BUFFER = 8 << 20


@dataclasses.dataclass(frozen=True)
class Loss:
    """What became of the numbers of one run."""

    sent: int
    received: int
    missing: tuple[int, ...]
    duplicates: int


class SequenceRun:
    """Sends numbers at a steady rate from a namespace until it is stopped, and notes those that come back."""

    def __init__(self, namespace: Namespace, target: str, port: int, per_second: int = 200, source: str = "") -> None:
        with namespace.entered():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        self._socket.bind((source, 0))
        self._socket.connect((target, port))
        self._socket.settimeout(0.2)
        self._pause = 1 / per_second
        self._sent = 0
        self._received: list[int] = []
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._send, self._receive)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> "SequenceRun":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def sent(self) -> int:
        return self._sent

    @property
    def received(self) -> int:
        return len(self._received)

    def stop(self) -> Loss:
        """Stops sending, waits for the answers under way, and says what is missing."""
        self._ending.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()
        seen = set(self._received)
        missing = tuple(number for number in range(self._sent) if number not in seen)
        return Loss(self._sent, len(seen), missing, len(self._received) - len(seen))

    def _send(self) -> None:
        due = time.monotonic()
        while not self._ending.is_set():
            self._socket.send(NUMBER.pack(self._sent, 0) + bytes(100))
            self._sent += 1
            due += self._pause
            time.sleep(max(0.0, due - time.monotonic()))

    def _receive(self) -> None:
        quiet_until_end = 0
        while quiet_until_end < 5:
            try:
                data = self._socket.recv(2048)
                self._received.append(NUMBER.unpack_from(data)[0])
            except (TimeoutError, ConnectionRefusedError):
                quiet_until_end += self._ending.is_set()


def echo(address: str, port: int) -> None:
    """Sends every datagram back, with the number of datagrams so far."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    server.bind((address, port))
    count = 0
    while True:
        data, sender = server.recvfrom(2048)
        count += 1
        if len(data) >= NUMBER.size:
            server.sendto(NUMBER.pack(NUMBER.unpack_from(data)[0], count) + data[NUMBER.size :], sender)


if __name__ == "__main__":
    echo(sys.argv[2], int(sys.argv[3]))

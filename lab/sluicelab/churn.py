"""Subscribers that come and go all the time, frame by frame, on the lines that RADIUS knows."""

import dataclasses
import random
import threading
import time

from sluicelab.cpe import Cpe, random_mac
from sluicelab.lab import Lab

DATAGRAM_BYTES, DATAGRAMS_MOST = 128, 8
HEADERS_BYTES = 28  # of IPv4 and UDP


@dataclasses.dataclass(frozen=True)
class Granted:
    """An address that a device was given, from the ACK until it gave it back or the lease was over, monotonic seconds."""

    mac: str
    address: str
    since: float
    until: float


class Churn:
    """
    So many devices per second take a lease, send a few datagrams, and give one back when there are as many as there may be.
    Each of its threads has chance of its own, so that one seed gives one order of devices per thread.
    """

    def __init__(self, lab: Lab, seed: int, online: int, per_second: float, threads: int = 4) -> None:
        self.past: list[Granted] = []
        self.sent: dict[str, int] = {}  # by MAC, IPv4 bytes of who had a lease
        self.refused = 0
        self._lines = [subscriber.plan.line for subscriber in lab.admitted]
        self._node = lab.node.namespace
        self._gateway_mac = lab.gateway.interface("trunk0")["address"]
        self._echo = lab.core.address, lab.topology.core.echo_port
        self._lease_seconds = lab.topology.pools[0].lease_seconds
        self._online = online // threads
        self._pause = threads / per_second
        self._end = threading.Event()
        self._lock = threading.Lock()
        self._failures: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._run, args=(random.Random(seed * 1000 + number),), name=f"churn-{number}")
            for number in range(threads)
        ]

    def __enter__(self) -> "Churn":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def count(self) -> int:
        """Leases that were given back so far."""
        with self._lock:
            return len(self.past)

    def stop(self) -> None:
        """Ends the threads; devices that are online go without a word."""
        self._end.set()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def duplicates(self) -> list[tuple[Granted, Granted]]:
        """Pairs that held one address at one time."""
        by_address: dict[str, list[Granted]] = {}
        for granted in sorted(self.past, key=lambda one: one.since):
            by_address.setdefault(granted.address, []).append(granted)
        return [
            (one, other)
            for many in by_address.values()
            for one, other in zip(many, many[1:])
            if other.since < one.until and other.mac != one.mac
        ]

    def _run(self, chance: random.Random) -> None:
        held: list[tuple[Cpe, Granted]] = []
        try:
            while not self._end.wait(self._pause):
                if len(held) >= self._online:
                    self._leave(*held.pop(chance.randrange(len(held))))
                cpe = Cpe(self._node, chance.choice(self._lines), random_mac(chance), chance)
                granted = self._come(cpe, chance)
                if granted is None:
                    cpe.close()
                else:
                    held.append((cpe, granted))
        except BaseException as failure:  # handed to whoever stops it
            self._failures.append(failure)
        finally:
            for cpe, granted in held:
                self._note(granted)
                cpe.close()

    def _come(self, cpe: Cpe, chance: random.Random) -> Granted | None:
        grant = cpe.lease(seconds=1)
        now = time.monotonic()
        if grant is None:
            with self._lock:
                self.refused += 1
            return None
        datagrams = chance.randint(1, DATAGRAMS_MOST)
        with self._lock:
            self.sent[cpe.mac] = datagrams * DATAGRAM_BYTES
        for _ in range(datagrams):
            cpe.send_data(self._gateway_mac, *self._echo, bytes(DATAGRAM_BYTES - HEADERS_BYTES))
        return Granted(cpe.mac, grant.address, now, now + self._lease_seconds)

    def _leave(self, cpe: Cpe, granted: Granted) -> None:
        self._note(dataclasses.replace(granted, until=min(granted.until, time.monotonic())))
        cpe.release(cpe.held)
        cpe.close()

    def _note(self, granted: Granted) -> None:
        with self._lock:
            self.past.append(granted)

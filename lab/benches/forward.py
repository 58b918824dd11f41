"""Packets per second through our data plane, through kernel ip_forward and through nftables masquerade, on one core.

IPv4 and IPv6. Masquerade is a peer of IPv4 alone: nobody translates IPv6 towards subscribers that have prefixes.
"""

# packages: gcc libc6-dev clang libbpf-dev bpftool nftables

import collections
import itertools
import os
import statistics
import sys

from sluicebench.exclusive import exclusive
from sluicebench.forwarding import Rig, Tools, Traffic
from sluicebench.sluice import clean
from sluicelab.figures import Figures, bench_arguments
from sluicelab.lab import WORK

SIZES = (64, 512, 1500)
FAMILIES = (4, 6)
PEERS = {4: ("ip_forward", "masquerade"), 6: ("ip_forward",)}
PREFIX_LENGTHS = (56, 64)
SUBSCRIBERS = {"1k": 1_000, "100k": 100_000, "1m": 1_000_000}
SHAPES = ("qinq", "pppoe")
SOURCES = ("native", "packet")
DIRECTIONS = ("up", "down")
FLOWS = 1_000  # of the kernel: its route does not know how many there are, its connection tracking is best with few
SECONDS = 0.4
LEAST_SHARE = {"native": 0.99, "packet": 0.5}  # less is not a slow gateway but one that drops for another reason
IDLE_LOAD = 0.5


def main() -> int:
    parser = bench_arguments(__doc__.partition("\n")[0])
    parser.add_argument("--families", nargs="+", type=int, choices=FAMILIES, default=list(FAMILIES), help="IP versions")
    parser.add_argument("--prefix-length", type=int, choices=PREFIX_LENGTHS, default=56, help="IPv6 (default 56)")
    parser.add_argument("--subscribers", nargs="+", choices=SUBSCRIBERS, default=list(SUBSCRIBERS), help="how many installed")
    parser.add_argument("--bytes", nargs="+", type=int, choices=SIZES, default=list(SIZES), help="of the IP packet")
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES), help="of the access side")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"length of a window (default {SECONDS})")
    arguments = parser.parse_args()
    figures = Figures("forward")
    with exclusive():
        if (load := os.getloadavg()[0]) > IDLE_LOAD:
            say(f"this machine is busy with other things (load {load:.1f}): expect low and noisy figures")
        try:
            rigs = Rigs(Tools(WORK / "bench/forward"), arguments.prefix_length)
            for number in range(1, arguments.runs + 1):
                say(f"run {number} of {arguments.runs}")
                for family in arguments.families:
                    run = Run(rigs, figures, family, arguments.bytes, arguments.seconds)
                    run.measure(arguments.subscribers, arguments.shapes)
        finally:
            clean()
    figures.report(arguments.json)
    return 0


def say(line: str) -> None:
    print(f"forward: {line}", file=sys.stderr, flush=True)


class Rigs:
    """Ours and each peer between interfaces of its own, all made the same way."""

    def __init__(self, tools: Tools, prefix_length: int) -> None:
        self.ours = Rig("ours", tools, prefix_length)
        self.peers = {
            "ip_forward": Rig("fwd", tools, prefix_length),
            "masquerade": Rig("nat", tools, prefix_length, masquerade=True),
        }
        for rig in (self.ours, *self.peers.values()):
            rig.up()


class Run:
    """Everything of one family once: each window of ours directly behind one of each peer."""

    def __init__(self, rigs: Rigs, figures: Figures, family: int, sizes: list[int], seconds: float) -> None:
        self._rigs = rigs
        self._figures = figures
        self._family = family
        self._suffix = "_ip6" if family == 6 else ""
        self._kinds = list(itertools.product(DIRECTIONS, sizes, SOURCES))
        self._seconds = seconds

    def measure(self, numbers: list[str], shapes: list[str]) -> None:
        peers: dict[str, list[float]] = collections.defaultdict(list)
        for name, shape in itertools.product(numbers, shapes):
            subscribers = SUBSCRIBERS[name]
            maps_bytes = self._rigs.ours.ours(self._family, shape, subscribers)
            self._add(f"bytes_per_subscriber_{shape}_{name}", maps_bytes / subscribers, "bytes")
            for direction, size, source in self._kinds:
                rates = {}
                for peer in PEERS[self._family]:
                    traffic = Traffic(self._family, "plain", direction, source, size, FLOWS)
                    rates[peer] = self._rate(self._rigs.peers[peer], traffic)
                    peers[f"packets_per_s_{peer}_{direction}_{size}_{source}"].append(rates[peer])
                rate = self._rate(self._rigs.ours, Traffic(self._family, shape, direction, source, size, subscribers))
                kind = f"{direction}_{shape}_{size}_{name}_{source}"
                self._add(f"packets_per_s_{kind}", rate, "1/s")
                for peer, others in rates.items():
                    self._add(f"ratio_to_{peer}_{kind}", rate / others, "ratio")
        for figure, many in peers.items():
            self._add(figure, statistics.median(many), "1/s")

    def _add(self, figure: str, value: float, unit: str) -> None:
        self._figures.add(figure + self._suffix, value, unit)

    def _rate(self, rig: Rig, traffic: Traffic) -> float:
        passed = rig.send(traffic, self._seconds)
        least = LEAST_SHARE[traffic.source]
        for arrived, sent in ((passed.right, passed.inspected), (passed.arrived, passed.sent)):
            if arrived < least * sent:
                raise AssertionError(f"{arrived} of {sent} arrived: {traffic}")
        return passed.per_second


if __name__ == "__main__":
    sys.exit(main())

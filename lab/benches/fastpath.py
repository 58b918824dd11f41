"""Renewals per second and latency: the kernel's answers, our Java path and Kea's, by turns, in one run.

A renewal is a REQUEST with ciaddr (rebinding) of a client that has a lease, and its ACK. Every reply is checked: the first
of a client field by field, the others byte by byte against it. Figures with the suffix _one_cpu have generator and
kernel on one processor, those with _across the kernel's polling on another. Requests come from a packet socket, for which
the kernel copies each into a buffer and again for XDP, and polls for each; with _native they are native frames, as of a
driver with XDP (BPF_PROG_TEST_RUN live frames), checked in XDP too. _java is our server with fast_path=false, as
shipped (a lease is on the medium before its ACK leaves), _kea is Kea, which writes a lease and does not force it there.
"""

# packages: kea-dhcp4-server gcc libc6-dev clang libbpf-dev

import contextlib
import dataclasses
import functools
import sys
from typing import Iterator

from sluicebench.exclusive import exclusive
from sluicebench.kea import KeaGateway
from sluicebench.sluice import SluiceGateway, clean
from sluicelab.figures import Figures, bench_arguments
from sluicelab.lab import WORK

FIRST_CLIENT = 100_000
NETWORK = "10.128.0.0/16"
GENERATOR_CPU, OTHER_CPU = 0, 1
WINDOW = 64
Gateway = SluiceGateway | KeaGateway


@dataclasses.dataclass(frozen=True)
class Load:
    """How much is asked of a server."""

    clients: int
    warm_up: int  # renewals
    seconds: float  # of a loop
    single: int  # renewals one after the other
    single_native: int
    single_server: int  # of a server, which takes longer
    sustained: float = 0.001  # the most renewals that may be lost
    steps: tuple[float, ...] = (1.2, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)  # of the closed loop's rate
    kept: float = 0.98  # of the rate; a generator that is late loses nothing

    @property
    def numbers(self) -> range:
        """Of the clients, which renew in turn."""
        return range(FIRST_CLIENT, FIRST_CLIENT + self.clients)


FULL = Load(clients=10_000, warm_up=20_000, seconds=2, single=50_000, single_native=500_000, single_server=5_000)
QUICK = Load(
    clients=1_000, warm_up=2_000, seconds=0.2, single=500, single_native=500, single_server=100,
    sustained=0.5, steps=(0.3, 0.1), kept=0.5,
)  # fmt: skip


def main() -> int:
    parser = bench_arguments(__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a moment of each server: whether it runs")
    arguments = parser.parse_args()
    load = QUICK if arguments.quick else FULL
    figures = Figures("fastpath")
    with exclusive():
        for number in range(1, arguments.runs + 1):
            say(f"run {number} of {arguments.runs}")
            ours = measure_fast_path(figures, load)
            java = measure(figures, "_java", SluiceGateway(WORK / "bench", network=NETWORK, fast_path=False), load)
            kea = measure(figures, "_kea", KeaGateway(WORK / "bench"), load)
            figures.add("ratio_to_java", ours / java, "ratio")
            figures.add("ratio_to_kea", ours / kea, "ratio")
    figures.report(arguments.json)
    return 0


def say(line: str) -> None:
    print(f"fastpath: {line}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def up(gateway: Gateway) -> Iterator[Gateway]:
    try:
        gateway.up()
        yield gateway
    finally:
        gateway.down()
        clean()


def measure_fast_path(figures: Figures, load: Load) -> float:
    """On one processor, then across two; gives the renewals per second on one."""
    with up(SluiceGateway(WORK / "bench", network=NETWORK)) as gateway:
        rate = measure_rate(figures, "_one_cpu", gateway, load)
        measure_latency(figures, "_one_cpu", gateway, load, load.single)
        measure_rate(figures, "_native_one_cpu", gateway, load, native=True)
        measure_latency(figures, "_native_one_cpu", gateway, load, load.single_native, native=True)
        gateway.poll_on(OTHER_CPU)
        measure_rate(figures, "_across", gateway, load)
        measure_latency(figures, "_across", gateway, load, load.single)
        measure_latency(figures, "_native_across", gateway, load, load.single, native=True)
    return rate


def measure(figures: Figures, suffix: str, gateway: Gateway, load: Load) -> float:
    with up(gateway):
        rate = measure_rate(figures, suffix, gateway, load)
        measure_latency(figures, suffix, gateway, load, load.single_server)
    return rate


def measure_rate(
    figures: Figures, suffix: str, gateway: Gateway, load: Load, *, native: bool = False
) -> float:
    """The highest rate of an open loop of which next to nothing is lost, searched downwards from a closed loop's."""
    renew = functools.partial(gateway.generator.renew, load.numbers, native=native)
    renew(load.warm_up, GENERATOR_CPU, "--window", WINDOW)
    short = renew(load.warm_up, GENERATOR_CPU, "--window", WINDOW)
    renewals = max(load.warm_up, int(short.per_s * load.seconds))
    closed = renew(renewals, GENERATOR_CPU, "--window", WINDOW)
    figures.add("renewals_per_s_closed" + suffix, closed.per_s, "1/s")
    for share in load.steps:
        rate = closed.per_s * share
        opened = renew(int(rate * load.seconds), GENERATOR_CPU, "--rate", rate)
        if opened.lost_share <= load.sustained and opened.per_s >= rate * load.kept:
            figures.add("renewals_per_s" + suffix, opened.per_s, "1/s")
            say(f"renewals_per_s{suffix}: {opened.per_s:,.0f}")
            return opened.per_s
    raise AssertionError(f"{gateway.name} loses renewals at {load.steps[-1]:.0%} of {closed.per_s:.0f} 1/s: {opened}")


def measure_latency(
    figures: Figures, suffix: str, gateway: Gateway, load: Load, renewals: int, *, native: bool = False
) -> None:
    """One request in flight; the generator never sleeps, so that only the server's wake-up is in the figure."""
    outcome = gateway.generator.renew(load.numbers, renewals, GENERATOR_CPU, "--window", 1, "--spin", native=native)
    if outcome.lost:
        raise AssertionError(f"{gateway.name} lost {outcome.lost} of {outcome.sent} renewals one after the other")
    figures.add("latency_p50_us" + suffix, outcome.p50_us, "us")
    figures.add("latency_p99_us" + suffix, outcome.p99_us, "us")
    say(f"latency{suffix}: p50 {outcome.p50_us:.2f} us, p99 {outcome.p99_us:.2f} us")


if __name__ == "__main__":
    sys.exit(main())

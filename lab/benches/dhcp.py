"""Set-ups per second and latency of DHCP: our Java path and Kea, by turns, in one run.

A set-up is DISCOVER, OFFER, REQUEST, ACK of a client that was never seen before, every reply checked. Both servers have
written a lease before its ACK leaves. Ours has also forced it to the medium, which Kea never does; figures with the
suffix _interval are ours without that, as Kea works. _radius is with FreeRADIUS, which authenticates and accounts each
session.
"""

# packages: kea-dhcp4-server gcc libc6-dev

import contextlib
import dataclasses
import os
import sys
from typing import Iterator

from sluicebench.exclusive import exclusive
from sluicebench.kea import KeaGateway
from sluicebench.sluice import SluiceGateway, clean
from sluicebench.usage import cpu_seconds, rss_bytes
from sluicelab.figures import Figures, bench_arguments
from sluicelab.lab import WORK
from sluicelab.waiting import eventually

FIRST_SESSIONS = 2_000  # bring everything to its size that is not a session's
SESSIONS = 10_000  # at which memory is looked at
SMALL_NETWORK = "10.128.0.0/18"  # for which the data plane has room then
WINDOW = 64
LATENCY_RATE = 2_000
RADIUS_LINES = 250_000
IDLE_LOAD = 0.5
SETTLE_SECONDS = 60

Gateway = SluiceGateway | KeaGateway


@dataclasses.dataclass(frozen=True)
class Load:
    """How long a server is loaded."""

    warm_up: int  # set-ups, so that a server is measured as it is after a day, not after its first minute
    clients: int  # of the closed loop
    step_seconds: float
    latency_seconds: float
    steps: tuple[float, ...] = (1.7, 1.4, 1.2, 1.0, 0.85, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)  # of its rate
    sustained: float = 0.001  # the most set-ups that may be lost


FULL = Load(warm_up=50_000, clients=20_000, step_seconds=2, latency_seconds=5)
QUICK = Load(
    warm_up=200, clients=500, step_seconds=0.3, latency_seconds=0.3, steps=(0.3, 0.1), sustained=0.5
)  # fmt: skip


def main() -> int:
    parser = bench_arguments(__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a moment of ours and of Kea alone: whether it runs")
    arguments = parser.parse_args()
    load = QUICK if arguments.quick else FULL
    figures = Figures("dhcp")
    with exclusive():
        say_if_busy()
        for number in range(1, arguments.runs + 1):
            say(f"run {number} of {arguments.runs}")
            if not arguments.quick:
                measure_memory(figures, "", SluiceGateway(WORK / "bench", network=SMALL_NETWORK))
                measure_memory(figures, "_kea", KeaGateway(WORK / "bench"))
            ours = measure(figures, "", SluiceGateway(WORK / "bench"), load)
            peers = measure(figures, "_kea", KeaGateway(WORK / "bench"), load)
            if not arguments.quick:
                measure(figures, "_interval", SluiceGateway(WORK / "bench", sync="interval"), load)
                measure(figures, "_radius", SluiceGateway(WORK / "bench", RADIUS_LINES), load)
            figures.add("ratio_to_kea", ours / peers, "ratio")
    figures.report(arguments.json)
    return 0


def say(line: str) -> None:
    print(f"dhcp: {line}", file=sys.stderr, flush=True)


def say_if_busy() -> None:
    others = os.getloadavg()[0]
    if others > IDLE_LOAD:
        say(f"this machine is busy with other things (load {others:.1f}): expect low and noisy figures")


def measure(figures: Figures, suffix: str, gateway: Gateway, load: Load) -> float:
    """Rate and latency of one server that starts with nothing; gives its set-ups per second."""
    with up(gateway):
        rate = measure_rate(figures, suffix, gateway, load)
        measure_latency(figures, suffix, gateway, load)
    say(f"setups_per_s{suffix}: {rate:,.0f}")
    return rate


@contextlib.contextmanager
def up(gateway: Gateway) -> Iterator[None]:
    try:
        gateway.up()
        yield
    finally:
        gateway.down()
        clean()


def measure_memory(figures: Figures, suffix: str, gateway: Gateway) -> None:
    """What a session adds on the way to 10,000 of them, and what it all comes to then."""
    more = SESSIONS - FIRST_SESSIONS
    with up(gateway):
        gateway.generator.window(FIRST_SESSIONS, WINDOW)
        before = gateway.held_bytes()
        gateway.generator.window(more, WINDOW)
        figures.add("bytes_per_session" + suffix, (gateway.held_bytes() - before) / more, "bytes")
        figures.add("rss_mb" + suffix, rss_bytes(gateway.pid) / 1e6, "MB")


def measure_rate(figures: Figures, suffix: str, gateway: Gateway, load: Load) -> float:
    """
    The highest rate of an open loop of which the server loses next to nothing, searched downwards from more than what a
    closed loop reaches; and the processor time of a set-up under the closed loop.
    """
    gateway.generator.window(load.warm_up, WINDOW)
    before = cpu_seconds(gateway.pid)
    closed = gateway.generator.window(load.clients, WINDOW)
    figures.add("cpu_us_per_setup" + suffix, (cpu_seconds(gateway.pid) - before) * 1e6 / closed.bound, "us")
    figures.add("setups_per_s_closed" + suffix, closed.setups_per_s, "1/s")
    for share in load.steps:
        settle(gateway)
        opened = gateway.generator.rate(closed.setups_per_s * share, load.step_seconds)
        if opened.lost_share <= load.sustained:
            figures.add("setups_per_s" + suffix, opened.setups_per_s, "1/s")
            return opened.setups_per_s
    raise AssertionError(f"{gateway.name} loses set-ups at {load.steps[-1]:.0%} of {closed.setups_per_s:.0f} 1/s: {opened}")


def settle(gateway: Gateway) -> None:
    """Waits until the server has done what the load before left to do, accounting above all."""
    used = cpu_seconds(gateway.pid)

    def rests() -> bool:
        nonlocal used
        before, used = used, cpu_seconds(gateway.pid)
        return used == before

    eventually(rests, SETTLE_SECONDS, f"{gateway.name} rests")


def measure_latency(figures: Figures, suffix: str, gateway: Gateway, load: Load) -> None:
    """From the time at which a DISCOVER was due to the ACK, at a rate that every server here bears."""
    settle(gateway)
    outcome = gateway.generator.rate(LATENCY_RATE, load.latency_seconds)
    figures.add("latency_p50_us" + suffix, outcome.p50_us, "us")
    figures.add("latency_p99_us" + suffix, outcome.p99_us, "us")


if __name__ == "__main__":
    sys.exit(main())

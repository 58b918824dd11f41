"""Set-ups per second and latency of DHCP: our Java path and Kea, by turns, in one run.

A set-up is DISCOVER, OFFER, REQUEST, ACK of a client that was never seen before, every reply checked. Both servers have
written a lease before its ACK leaves. Ours has also forced it to the medium, which Kea never does; figures with the
suffix _interval are ours without that, as Kea works. _radius is with FreeRADIUS, which authenticates and accounts each
session.
"""

# packages: kea-dhcp4-server gcc libc6-dev

import contextlib
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
WARM_UP = 50_000  # so that a server is measured as it is after a day, not after its first minute
WINDOW = 64
CAPACITY_CLIENTS = 20_000
STEP_SECONDS = 2
STEPS = (1.7, 1.4, 1.2, 1.0, 0.85, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)  # of what the closed loop reached
SUSTAINED = 0.001  # the most set-ups that may be lost
LATENCY_RATE = 2_000
LATENCY_SECONDS = 5
RADIUS_LINES = 250_000
IDLE_LOAD = 0.5
SETTLE_SECONDS = 60

Gateway = SluiceGateway | KeaGateway


def main() -> int:
    arguments = bench_arguments(__doc__.partition("\n")[0]).parse_args()
    figures = Figures("dhcp")
    with exclusive():
        say_if_busy()
        for number in range(1, arguments.runs + 1):
            say(f"run {number} of {arguments.runs}")
            measure_memory(figures, "", SluiceGateway(WORK / "bench", network=SMALL_NETWORK))
            measure_memory(figures, "_kea", KeaGateway(WORK / "bench"))
            ours = measure(figures, "", SluiceGateway(WORK / "bench"))
            peers = measure(figures, "_kea", KeaGateway(WORK / "bench"))
            measure(figures, "_interval", SluiceGateway(WORK / "bench", sync="interval"))
            measure(figures, "_radius", SluiceGateway(WORK / "bench", RADIUS_LINES))
            figures.add("ratio_to_kea", ours / peers, "ratio")
    figures.report(arguments.json)
    return 0


def say(line: str) -> None:
    print(f"dhcp: {line}", file=sys.stderr, flush=True)


def say_if_busy() -> None:
    load = os.getloadavg()[0]
    if load > IDLE_LOAD:
        say(f"this machine is busy with other things (load {load:.1f}): expect low and noisy figures")


def measure(figures: Figures, suffix: str, gateway: Gateway) -> float:
    """Rate and latency of one server that starts with nothing; gives its set-ups per second."""
    with up(gateway):
        rate = measure_rate(figures, suffix, gateway)
        measure_latency(figures, suffix, gateway)
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


def measure_rate(figures: Figures, suffix: str, gateway: Gateway) -> float:
    """
    The highest rate of an open loop of which the server loses next to nothing, searched downwards from more than what a
    closed loop reaches; and the processor time of a set-up under the closed loop.
    """
    gateway.generator.window(WARM_UP, WINDOW)
    before = cpu_seconds(gateway.pid)
    closed = gateway.generator.window(CAPACITY_CLIENTS, WINDOW)
    figures.add("cpu_us_per_setup" + suffix, (cpu_seconds(gateway.pid) - before) * 1e6 / closed.bound, "us")
    figures.add("setups_per_s_closed" + suffix, closed.setups_per_s, "1/s")
    for share in STEPS:
        settle(gateway)
        opened = gateway.generator.rate(closed.setups_per_s * share, STEP_SECONDS)
        if opened.lost_share <= SUSTAINED:
            figures.add("setups_per_s" + suffix, opened.setups_per_s, "1/s")
            return opened.setups_per_s
    raise AssertionError(f"{gateway.name} loses set-ups at {STEPS[-1]:.0%} of {closed.setups_per_s:.0f} 1/s: {opened}")


def settle(gateway: Gateway) -> None:
    """Waits until the server has done what the load before left to do, accounting above all."""
    used = cpu_seconds(gateway.pid)

    def rests() -> bool:
        nonlocal used
        before, used = used, cpu_seconds(gateway.pid)
        return used == before

    eventually(rests, SETTLE_SECONDS, f"{gateway.name} rests")


def measure_latency(figures: Figures, suffix: str, gateway: Gateway) -> None:
    """From the time at which a DISCOVER was due to the ACK, at a rate that every server here bears."""
    settle(gateway)
    outcome = gateway.generator.rate(LATENCY_RATE, LATENCY_SECONDS)
    figures.add("latency_p50_us" + suffix, outcome.p50_us, "us")
    figures.add("latency_p99_us" + suffix, outcome.p99_us, "us")


if __name__ == "__main__":
    sys.exit(main())

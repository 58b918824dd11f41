"""PPPoE set-ups per second to fully open, with CHAP-MD5 and FreeRADIUS, at 1,000 and at 10,000 sessions.

A set-up is PADI, PADO, PADR, PADS, LCP both ways, CHAP by RADIUS and IPCP both ways, of a device that was never seen before,
every field checked. Then the sessions are held with echoes, some hang up and dial again all the time (--churn), and all hang
up. What ends by itself is a flap; nothing may be left in the end.
"""

# packages: gcc libc6-dev

import dataclasses
import os
import sys
from typing import Callable

from sluicebench.exclusive import exclusive
from sluicebench.generator import Dialled
from sluicebench.sluice import SluiceGateway, clean
from sluicelab.figures import Figures, bench_arguments
from sluicelab.lab import WORK
from sluicelab.waiting import eventually

STEPS = {"1k": 1_000, "10k": 10_000}
QUICK_STEPS = {"50": 50}
NETWORK = "10.128.0.0/17"
WINDOW = 64
LATENCY_RATE = 500
ECHO_SECONDS = 5
SETTLE_SECONDS = 90
IDLE_LOAD = 0.5


@dataclasses.dataclass(frozen=True)
class Load:
    """How long a gateway is loaded; times in seconds."""

    warm_up: int  # devices that dial before anything is measured
    hold: float
    churn: float
    churn_rate: float
    latency: float


FULL = Load(warm_up=5_000, hold=20, churn=60, churn_rate=100, latency=10)
QUICK = Load(warm_up=20, hold=1, churn=1, churn_rate=10, latency=0.1)


def main() -> int:
    parser = bench_arguments(__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a moment with 50 devices: whether it runs")
    parser.add_argument("--churn", type=float, default=60, help="seconds in which devices come and go (default 60)")
    parser.add_argument("--most", type=int, default=max(STEPS.values()), help="stop after so many sessions")
    arguments = parser.parse_args()
    load = QUICK if arguments.quick else dataclasses.replace(FULL, churn=arguments.churn)
    steps = {name: sessions for name, sessions in STEPS.items() if sessions <= arguments.most}
    steps = QUICK_STEPS if arguments.quick else steps
    figures = Figures("pppoe")
    with exclusive():
        if os.getloadavg()[0] > IDLE_LOAD:
            say(f"this machine is busy with other things (load {os.getloadavg()[0]:.1f}): expect low and noisy figures")
        for number in range(1, arguments.runs + 1):
            say(f"run {number} of {arguments.runs}")
            measure_run(figures, steps, load)
    figures.report(arguments.json)
    return 0


def say(line: str) -> None:
    print(f"pppoe: {line}", file=sys.stderr, flush=True)


def measure_run(figures: Figures, steps: dict[str, int], load: Load) -> None:
    """One gateway that starts with nothing."""
    gateway = SluiceGateway(WORK / "bench", network=NETWORK, dialers=load.warm_up + 2 * sum(steps.values()))
    first = 0

    def dial(count: int, *how: object) -> Dialled:
        nonlocal first
        first += count
        return gateway.generator.dial(range(first - count, first), *how, "--process", gateway.pid, seconds=load.churn + 300)

    try:
        gateway.up()
        dial(load.warm_up, "--window", WINDOW)
        for name, sessions in steps.items():
            empty(gateway)
            measure(figures, name, sessions, load, dial)
        empty(gateway)
        gateway.check()
    finally:
        gateway.down()
        clean()


def measure(figures: Figures, name: str, sessions: int, load: Load, dial: Callable[..., Dialled]) -> None:
    """As many as can be, in a closed loop; they are held, come and go, and all leave. Then others at a rate that is low."""
    full = dial(
        sessions, "--window", WINDOW, "--hold", load.hold, "--echo", ECHO_SECONDS,
        "--churn", load.churn, "--churn-rate", load.churn_rate,
    )  # fmt: skip
    say(f"{name}: {full}")
    slow = dial(min(sessions, int(LATENCY_RATE * load.latency)), "--rate", LATENCY_RATE)
    say(f"{name}: {slow}")
    figures.add(f"setups_per_s_{name}", full.setups_per_s, "1/s")
    figures.add(f"cpu_us_per_setup_{name}", full.processor_s * 1e6 / full.set_up, "us")
    figures.add(f"latency_p50_us_{name}", slow.p50_us, "us")
    figures.add(f"latency_p99_us_{name}", slow.p99_us, "us")
    figures.add(f"lost_{name}", full.lost + full.refused + slow.lost + slow.refused, "devices")
    figures.add(f"flaps_{name}", full.flaps + slow.flaps, "sessions")
    figures.add(f"echoes_lost_{name}", full.echoes - full.echo_replies, "echoes")
    figures.add(f"redialled_{name}", full.redialled, "devices")


def empty(gateway: SluiceGateway) -> None:
    """Waits until nobody and nothing is held any more."""
    eventually(lambda: not gateway.leaks(), SETTLE_SECONDS, "nothing is left")


if __name__ == "__main__":
    sys.exit(main())

"""PPPoE set-ups per second to fully open, with CHAP-MD5 and FreeRADIUS, at 1,000 and at 10,000 sessions.

A set-up is PADI, PADO, PADR, PADS, LCP both ways, CHAP by RADIUS and IPCP both ways, of a device that was never seen before,
every field checked. Then the sessions are held with echoes, some hang up and dial again all the time (--churn), and all hang
up. What ends by itself is a flap. In the end no session, address, entry or timer may be left: else the bench fails.
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
from sluicelab.waiting import NotInTime, eventually

STEPS = {"1k": 1_000, "10k": 10_000}
QUICK_STEPS = {"50": 50}
NETWORK = "10.128.0.0/17"
WINDOW = 64
LATENCY_RATE = 500
ECHO_SECONDS = 5
SETTLE_SECONDS = 90
SHORT_CHURN_SECONDS = 60
IDLE_LOAD = 0.5


@dataclasses.dataclass(frozen=True)
class Load:
    """How long a gateway is loaded; times in seconds."""

    # devices that dial before anything else, all at once, then the next ones: so a gateway is measured as it is after a day
    warm_up: tuple[int, ...]
    hold: float
    churn: float  # of the most sessions; of fewer a minute is enough
    churn_rate: float
    latency: float


FULL = Load(warm_up=5 * (10_000,), hold=20, churn=60, churn_rate=100, latency=10)
QUICK = Load(warm_up=(20,), hold=1, churn=1, churn_rate=10, latency=0.1)


def main() -> int:
    parser = bench_arguments(__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a moment with 50 devices: whether it runs")
    parser.add_argument("--churn", type=float, default=60, help="seconds in which many come and go (default 60)")
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
    gateway = SluiceGateway(WORK / "bench", network=NETWORK, dialers=sum(load.warm_up) + 2 * sum(steps.values()))
    first = 0

    def dial(count: int, *how: object) -> Dialled:
        nonlocal first
        first += count
        processes = ("--process", gateway.pid, "--process", gateway.radius_pid)
        return gateway.generator.dial(range(first - count, first), *how, *processes, seconds=load.churn + 300)

    try:
        gateway.up()
        warm_up(figures, gateway, load.warm_up, dial)
        for name, sessions in steps.items():
            churn = load.churn if sessions == max(steps.values()) else min(load.churn, SHORT_CHURN_SECONDS)
            measure(figures, name, sessions, dataclasses.replace(load, churn=churn), dial)
            empty(gateway)
            say(f"{name}: nothing is left")
        gateway.check()
    finally:
        gateway.down()
        clean()


def warm_up(figures: Figures, gateway: SluiceGateway, groups: tuple[int, ...], dial: Callable[..., Dialled]) -> None:
    """The first of them find a gateway that has just started."""
    for number, devices in enumerate(groups):
        done = dial(devices, "--window", WINDOW)
        say(f"warm-up: {done}")
        if number == 0:
            figures.add("setups_per_s_cold", done.setups_per_s, "1/s")
            figures.add("cpu_us_per_setup_cold", done.processor_us[0], "us")
            figures.add("lost_cold", done.lost + done.refused, "devices")
        empty(gateway)


def measure(figures: Figures, name: str, sessions: int, load: Load, dial: Callable[..., Dialled]) -> None:
    """As many as can be, in a closed loop; they are held, come and go, and all leave. Then others at a rate that is low."""
    full = dial(
        sessions, "--window", WINDOW, "--hold", load.hold, "--echo", ECHO_SECONDS,
        "--churn", load.churn, "--churn-rate", load.churn_rate,
    )  # fmt: skip
    say(f"{name}: {full}")
    slow = dial(min(sessions, int(LATENCY_RATE * load.latency)), "--rate", LATENCY_RATE)
    say(f"{name}: {slow}")
    gateway, radius = full.processor_us
    figures.add(f"setups_per_s_{name}", full.setups_per_s, "1/s")
    figures.add(f"cpu_us_per_setup_{name}", gateway, "us")
    figures.add(f"cpu_us_per_setup_{name}_radius", radius, "us")
    figures.add(f"cpu_us_per_setup_{name}_generator", full.own_processor_us, "us")
    figures.add(f"latency_p50_us_{name}", slow.p50_us, "us")
    figures.add(f"latency_p99_us_{name}", slow.p99_us, "us")
    figures.add(f"lost_{name}", full.lost + full.refused + slow.lost + slow.refused, "devices")
    figures.add(f"flaps_{name}", full.flaps + slow.flaps, "sessions")
    figures.add(f"echoes_lost_{name}", full.echoes - full.echo_replies, "echoes")
    figures.add(f"redialled_{name}", full.redialled, "devices")


def empty(gateway: SluiceGateway) -> None:
    """Waits until nobody and nothing is held any more."""
    try:
        eventually(lambda: not gateway.leaks(), SETTLE_SECONDS, "nothing is left")
    except NotInTime as late:
        raise AssertionError(f"{SETTLE_SECONDS} s after all have left there are {', '.join(gateway.leaks())}") from late


if __name__ == "__main__":
    sys.exit(main())

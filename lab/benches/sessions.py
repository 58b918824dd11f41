"""What many sessions cost: one gateway fills up to 10,000, 50,000 and 100,000 of them with accounting on.

FreeRADIUS authenticates and accounts every one. The generator's clients come once and stay; nobody renews and nobody leaves.
"""

# packages: gcc libc6-dev

import sys
import time

from sluicebench.exclusive import exclusive
from sluicebench.sluice import SluiceGateway, clean
from sluicebench.usage import cpu_seconds, rss_bytes
from sluicelab.figures import Figures, bench_arguments
from sluicelab.lab import WORK
from sluicelab.waiting import eventually

STEPS = {"10k": 10_000, "50k": 50_000, "100k": 100_000}
PIECE = 10_000  # clients of one load of the generator
NETWORK = "10.128.0.0/15"  # room for 131,070
WINDOW = 64
ACCOUNTED_SECONDS = 300
SPARE_LINES = 20_000  # the probes at the start use up some
SWEEP_SECONDS = 150  # within it every session is compared with the data plane once, which happens every two minutes


def main() -> int:
    parser = bench_arguments(__doc__.partition("\n")[0])
    parser.add_argument("--most", type=int, default=max(STEPS.values()), help="stop after so many sessions")
    arguments = parser.parse_args()
    steps = {name: sessions for name, sessions in STEPS.items() if sessions <= arguments.most}
    steps = steps or {str(arguments.most): arguments.most}
    figures = Figures("sessions")
    with exclusive():
        for number in range(1, arguments.runs + 1):
            print(f"sessions: run {number} of {arguments.runs}", file=sys.stderr, flush=True)
            gateway = SluiceGateway(WORK / "bench", max(steps.values()) + SPARE_LINES, network=NETWORK)
            try:
                gateway.up()
                for name, sessions in steps.items():
                    measure(figures, name, gateway, sessions)
                if arguments.most >= max(STEPS.values()):
                    hold(figures, list(steps)[-1], gateway)
            finally:
                gateway.down()
                clean()
    figures.report(arguments.json)
    return 0


def measure(figures: Figures, name: str, gateway: SluiceGateway, sessions: int) -> None:
    """Fills the gateway up to so many sessions and looks what it took."""
    before, long_before, bound, seconds = cpu_seconds(gateway.pid), gateway.long_turns(), 0, 0.0
    while (missing := sessions - gateway.sessions()) > 0:
        outcome = gateway.generator.window(min(missing, PIECE), WINDOW)
        if outcome.bound == 0:
            raise AssertionError(f"nobody gets in at {gateway.sessions()} sessions: {outcome}")
        bound += outcome.bound
        seconds += outcome.bound / outcome.setups_per_s
    full = time.monotonic()
    eventually(gateway.accounted, ACCOUNTED_SECONDS, "RADIUS has every record")
    figures.add(f"setups_per_s_{name}", bound / seconds, "1/s")
    figures.add(f"cpu_us_per_setup_{name}", (cpu_seconds(gateway.pid) - before) * 1e6 / bound, "us")
    figures.add(f"turn_max_ms_{name}", gateway.longest_turn_ms(), "ms")
    figures.add(f"turns_over_50_ms_{name}", gateway.long_turns() - long_before, "turns")
    figures.add(f"rss_mb_{name}", rss_bytes(gateway.pid) / 1e6, "MB")
    figures.add(f"held_mb_{name}", gateway.held_bytes() / 1e6, "MB")
    figures.add(f"accounted_s_{name}", time.monotonic() - full, "s")


def hold(figures: Figures, name: str, gateway: SluiceGateway) -> None:
    """Looks what all those sessions cost while nothing happens but interims and the comparison with the data plane."""
    long_before, before = gateway.long_turns(), cpu_seconds(gateway.pid)
    time.sleep(SWEEP_SECONDS)
    figures.add(f"held_cpu_percent_{name}", (cpu_seconds(gateway.pid) - before) / SWEEP_SECONDS * 100, "%")
    figures.add(f"held_turns_over_50_ms_{name}", gateway.long_turns() - long_before, "turns")


if __name__ == "__main__":
    sys.exit(main())

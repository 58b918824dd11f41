"""Boot of the appliance: from exec of bin/sluice to the first OFFER, and what it then takes of memory."""

# packages: gcc libc6-dev

import sys

from sluicebench.exclusive import exclusive
from sluicebench.sluice import SluiceGateway, clean
from sluicebench.usage import cpu_seconds, rss_bytes
from sluicelab.figures import Figures, bench_arguments
from sluicelab.lab import WORK

NETWORK = "10.128.0.0/20"
SESSIONS = 1_000
WINDOW = 16


def main() -> int:
    parser = bench_arguments(__doc__)
    parser.add_argument("--sessions", type=int, default=SESSIONS, help=f"that the warm start finds (default {SESSIONS})")
    arguments = parser.parse_args()
    figures = Figures("boot")
    with exclusive():
        for number in range(1, arguments.runs + 1):
            print(f"boot: run {number} of {arguments.runs}", file=sys.stderr, flush=True)
            measure(figures, arguments.sessions)
    figures.report(arguments.json)
    return 0


def measure(figures: Figures, sessions: int) -> None:
    """Cold is the first start after the installation; warm is the next one, which finds sessions, data and pins."""
    gateway = SluiceGateway(WORK / "bench", network=NETWORK)
    try:
        gateway.prepare()
        for start in ("cold", "warm"):
            figures.add(f"boot_s_{start}", gateway.start(), "s")
            figures.add(f"boot_cpu_s_{start}", cpu_seconds(gateway.pid), "s")
            figures.add(f"rss_mb_{start}", rss_bytes(gateway.pid) / 1e6, "MB")
            gateway.generator.window(sessions, WINDOW)
            gateway.stop()
    finally:
        gateway.down()
        clean()


if __name__ == "__main__":
    sys.exit(main())

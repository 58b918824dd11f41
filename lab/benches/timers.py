"""A million timers on the wheel of a shard: rates of arming, expiry and cancelling, and the longest turn.

The peer is java.util.concurrent.ScheduledThreadPoolExecutor, what a Java program ordinarily takes, with one thread and
removal of what is cancelled. Each is measured in a JVM of its own, by turns, with the same heap and collector.
"""

import json
import os
import pathlib
import shutil
import sys

from sluicebench.exclusive import exclusive
from sluicelab.appliance import DISTRIBUTION, REPOSITORY
from sluicelab.figures import Figures, bench_arguments
from sluicelab.lab import WORK
from sluicelab.namespace import run

SOURCES = REPOSITORY / "lab/bench-src/timers"
TIMERS = 1_000_000
UNITS = {"us": "us", "s": "1/s"}
COMPARED = ("arms", "rearms", "cancels", "storm_expiries")


def main() -> int:
    parser = bench_arguments(__doc__.partition("\n")[0])
    parser.add_argument("--timers", type=int, default=TIMERS, help=f"how many are armed (default {TIMERS})")
    arguments = parser.parse_args()
    figures = Figures("timers")
    work = WORK / "bench"
    java = pathlib.Path(os.environ["SLUICE_JAVA_HOME"]) / "bin"
    with exclusive():
        class_path = build(java, work)
        for number in range(1, arguments.runs + 1):
            print(f"timers: run {number} of {arguments.runs}", file=sys.stderr, flush=True)
            ours, peers = (load(java, class_path, name, arguments.timers) for name in ("TimerLoad", "ExecutorLoad"))
            for suffix, said in (("", ours), ("_executor", peers)):
                for figure, value in said.items():
                    figures.add(figure + suffix, value, UNITS[figure.rsplit("_", 1)[1]])
            for what in COMPARED:
                figures.add(f"ratio_to_executor_{what}", ours[f"{what}_per_s"] / peers[f"{what}_per_s"], "ratio")
        shutil.rmtree(work, ignore_errors=True)
    figures.report(arguments.json)
    return 0


def load(java: pathlib.Path, class_path: str, name: str, timers: int) -> dict[str, float]:
    """What one of the loads measured."""
    memory = ("-Xms1g", "-Xmx1g", "-XX:+UseSerialGC")
    return json.loads(run(java / "java", *memory, "-cp", class_path, name, str(timers), seconds=300))


def build(java: pathlib.Path, work: pathlib.Path) -> str:
    """The loads against the bundles of the built appliance; the class path of all."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    built = max(REPOSITORY.glob(DISTRIBUTION), key=lambda file: file.stat().st_mtime)
    run("tar", "-xzf", built, "--strip-components=1", "-C", work)
    (loop,) = work.glob("system/**/sluice-loop-*.jar")
    run(java / "javac", "-cp", loop, "-d", work / "classes", *sorted(SOURCES.glob("*.java")))
    return f"{loop}:{work / 'classes'}"


if __name__ == "__main__":
    sys.exit(main())

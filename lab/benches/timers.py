"""A million timers on the wheel of a shard: rates of arming, expiry and cancelling, and the longest turn."""

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

SOURCE = REPOSITORY / "lab/bench-src/timers/TimerLoad.java"
UNITS = {"us": "us", "s": "/s"}


def main() -> int:
    arguments = bench_arguments(__doc__).parse_args()
    figures = Figures("timers")
    work = WORK / "bench"
    java = pathlib.Path(os.environ["SLUICE_JAVA_HOME"]) / "bin"
    with exclusive():
        class_path = build(java, work)
        for number in range(1, arguments.runs + 1):
            print(f"timers: run {number} of {arguments.runs}", file=sys.stderr, flush=True)
            said = run(java / "java", "-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-cp", class_path, "TimerLoad")
            for figure, value in json.loads(said).items():
                figures.add(figure, value, UNITS[figure.rsplit("_", 1)[1]])
        shutil.rmtree(work, ignore_errors=True)
    figures.report(arguments.json)
    return 0


def build(java: pathlib.Path, work: pathlib.Path) -> str:
    """The load against the bundles of the built appliance; the class path of both."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    built = max(REPOSITORY.glob(DISTRIBUTION), key=lambda file: file.stat().st_mtime)
    run("tar", "-xzf", built, "--strip-components=1", "-C", work)
    (loop,) = work.glob("system/**/sluice-loop-*.jar")
    run(java / "javac", "-cp", loop, "-d", work / "classes", SOURCE)
    return f"{loop}:{work / 'classes'}"


if __name__ == "__main__":
    sys.exit(main())

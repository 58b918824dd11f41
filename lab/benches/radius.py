"""Authentications and accounting records per second of our RADIUS client and of radclient, by turns, in one run.

Both ask one FreeRADIUS that the lab configures (users from a file, accounting into a detail file), with 256 requests
under way. Ours is the client of the appliance with nothing around it: it makes each request, signs it, checks the
reply and reads the attributes. radclient only sends what stands ready in a file.
"""

# packages: freeradius freeradius-utils

import json
import os
import pathlib
import sys
import time

from sluicebench.exclusive import exclusive
from sluicebench.sluice import RUN, clean
from sluicelab.appliance import Appliance
from sluicelab.figures import Figures, bench_arguments
from sluicelab.lab import HOME, WORK
from sluicelab.namespace import BENCH_PREFIX, Namespace, run
from sluicelab.radius import Radius
from sluicelab.topology import Topology

WINDOW = 256
WARM_UP = 20_000
REQUESTS = 60_000
ADDRESS, SECRET = "127.0.0.1", "bench-secret"
SOURCES = HOME / "bench-src/radiusload"
JARS = (
    "sluice/**/*.jar",
    "io/netty/**/*.jar",
    "org/ops4j/pax/logging/pax-logging-api/**/*.jar",
    "org/apache/felix/org.apache.felix.framework/**/*.jar",  # for the log
)
MESSAGE_AUTHENTICATOR = "Message-Authenticator = 0x00"


def main() -> int:
    arguments = bench_arguments(__doc__.partition("\n")[0])
    arguments.add_argument("--requests", type=int, default=REQUESTS, help=f"of each kind (default {REQUESTS})")
    arguments = arguments.parse_args()
    figures = Figures("radius")
    with exclusive():
        try:
            bench = Bench(Topology.read(HOME / "topology.yaml"), arguments.requests)
            for number in range(1, arguments.runs + 1):
                print(f"radius: run {number} of {arguments.runs}", file=sys.stderr, flush=True)
                bench.measure(figures)
        finally:
            clean()
    figures.report(arguments.json)
    return 0


class Bench:
    """FreeRADIUS in a namespace of its own, both clients beside it."""

    def __init__(self, topology: Topology, requests: int) -> None:
        self._requests = requests
        self._namespace = Namespace(BENCH_PREFIX + "oss")
        self._namespace.create()
        RUN.mkdir(mode=0o711)
        self._server = Radius(topology, self._namespace, RUN / "radius", SECRET)
        self._server.address = self._server.gateway = ADDRESS
        self._server.configure()
        self._server.start()
        self._user = self._server.user_name(topology.admitted[0])
        self._class_path = self._compiled(topology)
        self._java = pathlib.Path(os.environ["SLUICE_JAVA_HOME"]) / "bin/java"

    def measure(self, figures: Figures) -> None:
        """Both kinds by both clients."""
        for kind, port in (("auth", self._server.auth_port), ("acct", self._server.acct_port)):
            ours = self._ours(kind)
            rate = self._requests / ours["seconds"]
            peer = self._requests / self._radclient(kind, port)
            figures.add(f"{kind}_per_s", rate, "1/s")
            figures.add(f"{kind}_per_s_radclient", peer, "1/s")
            figures.add("ratio_to_radclient" + ("" if kind == "auth" else "_acct"), rate / peer, "ratio")
            figures.add(f"{kind}_latency_p50_us", ours["p50_us"], "us")
            figures.add(f"{kind}_latency_p99_us", ours["p99_us"], "us")

    def _ours(self, kind: str) -> dict[str, float]:
        said = self._namespace.run(
            self._java, "-XX:+UseSerialGC", "-Xmx256m", "-cp", self._class_path, "sluice.radius.RadiusLoad",
            ADDRESS, str(self._server.auth_port), str(self._server.acct_port), SECRET, self._user,
            kind, str(min(WARM_UP, self._requests)), str(self._requests), str(WINDOW),
            seconds=300,
        )  # fmt: skip
        outcome = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
        if outcome["failed"]:
            raise AssertionError(f"{outcome['failed']} of {self._requests} requests came to nothing")
        return outcome

    def _radclient(self, kind: str, port: int) -> float:
        """Seconds for as many requests, of which reading its file is a small part."""
        file = RUN / f"{kind}.requests"
        file.write_text("\n\n".join(self._request(kind, number) for number in range(self._requests)) + "\n")
        command = ("radclient", "-q", "-p", str(WINDOW), "-r", "3", "-t", "3")
        one = RUN / f"{kind}.one"
        one.write_text(self._request(kind, 0) + "\n")
        self._namespace.run(*command, "-f", one, f"{ADDRESS}:{port}", kind, SECRET)
        records = len(self._server.written())
        began = time.monotonic()
        self._namespace.run(*command, "-f", file, f"{ADDRESS}:{port}", kind, SECRET, seconds=300)
        seconds = time.monotonic() - began
        if kind == "acct" and len(self._server.written()) - records < self._requests:
            raise AssertionError("FreeRADIUS has fewer records than radclient sent")
        return seconds

    def _request(self, kind: str, number: int) -> str:
        common = [f'User-Name = "{self._user}"', 'NAS-Identifier = "bench"', f"NAS-Port = {number}",
                  f'Acct-Session-Id = "{number:016x}"', 'Calling-Station-Id = "02:db:00:00:00:00"']  # fmt: skip
        own = {
            "auth": [MESSAGE_AUTHENTICATOR, "Service-Type = Framed-User", 'NAS-Port-Id = "0:100.2"'],
            "acct": ["Acct-Status-Type = Start", "Acct-Delay-Time = 0", "Framed-IP-Address = 10.128.0.1"],
        }[kind]
        return "\n".join(common + own)

    def _compiled(self, topology: Topology) -> str:
        """The class path of the load generator: itself, and the jars of the appliance as it is shipped."""
        appliance = Appliance(topology, self._namespace, WORK / "bench", {})
        appliance.install()
        system = appliance.directory / "system"
        jars = [jar for pattern in JARS for jar in sorted(system.glob(pattern))]
        classes = WORK / "bench/radiusload"
        javac = pathlib.Path(os.environ["SLUICE_JAVA_HOME"]) / "bin/javac"
        path = ":".join(str(jar) for jar in jars)
        run(javac, "-proc:none", "-d", classes, "-cp", path, *sorted(SOURCES.rglob("*.java")))
        return f"{classes}:{path}"


if __name__ == "__main__":
    sys.exit(main())

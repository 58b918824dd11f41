"""Ours: the appliance as it is shipped, between the generator's trunk, a core link and, if asked for, FreeRADIUS."""

import dataclasses
import ipaddress
import os
import pathlib
import re
import secrets
import shutil
import time

from sluicebench.generator import Generator, outcome
from sluicelab.appliance import Appliance, Configuration
from sluicelab.lab import BPFFS, HOME, WORK
from sluicelab.namespace import BENCH_PREFIX, Namespace, Process, link, run
from sluicelab.radius import Dialer, Radius
from sluicelab.topology import Line, Pool, SubscriberPlan, Topology

TRUNK, CORE, MANAGEMENT, LOAD, DEVICE = "trunk0", "core0", "mgmt0", "up0", "eth0"
TRUNK_MTU = 1600
NETWORK = "10.128.0.0/13"
PINS = BPFFS / "sluice-bench"
RUN = pathlib.Path("/run/sluice-bench")
LINES_PER_NODE = 4000  # as the generator numbers them
FIRST_SVLAN, FIRST_CVLAN = 100, 2
POLICY = "residential-100mbps"
PROBES_PER_SECOND = 100
START_SECONDS = 60
OWN_TIMERS_MAX = 3  # of a shard: comparing with the data plane, taking leases back, answers to strays that wait
Rows = list[dict[str, str]]
TOTAL = re.compile(r"^Total\s+\d+\s+(\d+)", re.MULTILINE)


class SluiceGateway:
    """
    The appliance in its own namespaces, as shipped; telemetry has no sinks.

    :param radius_lines: how many lines FreeRADIUS knows; 0 means no RADIUS at all
    :param sync: when the journal forces what it writes to the medium: `commit`, as shipped, before the ACK leaves;
        `interval` a moment later, so that a power cut may take what `kill -9` cannot
    :param network: of the subscribers; the data plane has room for so many
    :param fast_path: whether clients that have a lease are answered in the kernel
    :param dialers: how many devices FreeRADIUS lets dial PPPoE; no probe asks for an OFFER then
    """

    name = "sluice"

    def __init__(
        self,
        work: pathlib.Path,
        radius_lines: int = 0,
        sync: str = "commit",
        network: str = NETWORK,
        fast_path: bool = True,
        dialers: int = 0,
    ) -> None:
        self._work = work
        self._fast_path = fast_path
        self._sync = sync
        self._topology = _topology(radius_lines, ipaddress.IPv4Network(network))
        self._capacity = self._topology.pools[0].network.num_addresses
        self._with_radius = radius_lines + dialers > 0
        self._dialers = dialers
        self._gateway, self._core, self._oss, self._load = (
            Namespace(BENCH_PREFIX + name) for name in ("bng", "core", "oss", "load")
        )
        self._secret = secrets.token_hex(16)
        self._radius = Radius(self._topology, self._oss, RUN / "radius", self._secret)
        self._radius.dialers = [Dialer(f"u{number:07}", f"p{number:07}", POLICY) for number in range(dialers)]
        keys = {"radius": self._secret, "redis": "unused", "postgresql": "unused"}
        self._appliance = Appliance(self._topology, self._gateway, work, keys)
        self.generator: Generator

    @property
    def pid(self) -> int:
        return self._appliance.pid

    @property
    def radius_pid(self) -> int:
        return self._radius.pid

    def up(self) -> None:
        """Everything from nothing, with empty data; returns when it answers."""
        self.prepare()
        if self._dialers:
            self._appliance.start()
        else:
            self.start()

    def prepare(self) -> None:
        """Networks, FreeRADIUS and the installed appliance, which is not started."""
        self._networks()
        if self._with_radius:
            RUN.mkdir(mode=0o711)
            self._radius.configure()
            self._radius.start()
        self._appliance.install()
        self._appliance.configure(self._changes())
        if not self._with_radius:
            (self._appliance.directory / "etc/sluice.radius.server-lab.cfg").unlink()
        self.generator = Generator(self._load, LOAD, self._work, tagged=True)

    def start(self) -> float:
        """Starts the JVM while clients ask all the time; gives the seconds from exec to the first OFFER."""
        command = self.generator.command_until_offer(PROBES_PER_SECOND, START_SECONDS)
        self.generator.used += PROBES_PER_SECOND * START_SECONDS
        report = self._work / "probe.json"
        report.unlink(missing_ok=True)
        probe = Process(command, report)
        began = time.monotonic()
        self._appliance.launch()
        probe.wait(START_SECONDS + 5)
        offered = outcome(probe.said()).first_offer_at
        if offered == 0:
            raise AssertionError(f"no OFFER within {START_SECONDS} s\n{self._appliance.said()[-3000:]}")
        return offered - began

    def stop(self) -> None:
        """An orderly shutdown; data and pins stay."""
        self._appliance.stop()

    def down(self) -> None:
        if self._appliance.alive:
            self._appliance.stop()
        clean()

    def poll_on(self, cpu: int) -> None:
        """The trunk is polled by a thread of its own on this processor, no more by whoever sends into it."""
        name = self._gateway.name
        run("ip", "netns", "exec", name, "sh", "-c", f"echo 1 > /sys/class/net/{TRUNK}/threaded")
        threads = [
            comm.parent.name
            for comm in pathlib.Path("/proc").glob("[0-9]*/comm")
            if comm.read_text().startswith(f"napi/{TRUNK}-"[:15])
        ]
        for thread in threads:
            run("taskset", "-pc", str(cpu), thread)
        if not threads:
            raise AssertionError(f"{TRUNK} has no thread that polls it")

    def held_bytes(self) -> int:
        """Memory that its sessions and everything else hold: live objects after a full collection."""
        jcmd = pathlib.Path(os.environ["SLUICE_JAVA_HOME"]) / "bin/jcmd"
        return int(TOTAL.search(run(jcmd, str(self.pid), "GC.class_histogram")).group(1))

    def longest_turn_ms(self) -> float:
        """The longest turn of a session shard since the start."""
        return max(int(row["longest_turn_s"]) for row in self._appliance.table("session:shards")) / 1000

    def long_turns(self) -> int:
        """Turns of session shards that took longer than 50 ms since the start."""
        return sum(int(row["turns_over_50_ms"]) for row in self._appliance.table("session:shards"))

    def accounted(self) -> bool:
        """Whether RADIUS has every record that there is."""
        row = self._appliance.table("radius:accounting")[0]
        return row["state"] == "delivering" and row["read_and_waiting"] == "0" and int(row["oldest_s"]) < 2

    def sessions(self) -> int:
        """How many sessions the shards own."""
        return sum(int(row["sessions"]) for row in self._appliance.table("session:shards"))

    def leaks(self) -> list[str]:
        """What is held although nobody is there: sessions, their timers, addresses, entries of the kernel."""
        return left(
            self._appliance.table("session:shards"),
            self._appliance.table("pools:list"),
            self._appliance.table("dataplane:entries"),
        )

    def check(self) -> None:
        """Compares sessions, disk and kernel; CommandFailed when they do not fit together."""
        self._appliance.shell("dataplane:check")

    def _networks(self) -> None:
        if not BPFFS.is_mount():
            run("mount", "-t", "bpf", "bpf", BPFFS)
        for namespace in (self._gateway, self._core, self._oss, self._load):
            namespace.create()
        link(self._gateway, TRUNK, self._load, LOAD, TRUNK_MTU)
        link(self._gateway, CORE, self._core, DEVICE)
        link(self._gateway, MANAGEMENT, self._oss, DEVICE)
        self._gateway.offload_off(TRUNK, "tx", "gro")
        self._gateway.offload_off(CORE, "tx", "gro")
        for namespace, device in ((self._load, LOAD), (self._core, DEVICE)):
            # polled by NAPI, so that what a native XDP program redirects here arrives
            namespace.run("ethtool", "-K", device, "tx", "off", "gro", "on")
        gateway = self._topology.gateway
        for namespace, device, address in (
            (self._gateway, CORE, gateway.core),
            (self._gateway, MANAGEMENT, gateway.management),
            (self._core, DEVICE, self._topology.core.address),
            (self._oss, DEVICE, self._topology.oss.address),
        ):
            namespace.ip("address", "add", str(address), "dev", device)
        self._gateway.ip("link", "set", TRUNK, "promisc", "on")

    def _changes(self) -> Configuration:
        return {
            "sluice.session": {"authentication": "radius" if self._with_radius else "none"},
            "sluice.dataplane.xdp": {
                "pin_directory": PINS,
                "capacity": self._capacity,
                "fast_path": str(self._fast_path).lower(),
            },
            "sluice.journal": {"sync": self._sync},
            # who went without a word is found soon
            "sluice.pppoe": {"echo_seconds": 5},
            "sluice.telemetry": {"redis_host": "", "postgresql_host": ""},
        }


def left(shards: Rows, pools: Rows, entries: Rows) -> list[str]:
    """What these tables show although nobody is there."""
    held = {what: sum(int(shard[what]) for shard in shards) for what in ("sessions", "starting", "timers")}
    held["chores too many"] = sum(max(0, int(shard["chores"]) - OWN_TIMERS_MAX) for shard in shards)
    held["addresses"] = sum(int(pool["held"]) for pool in pools)
    held["entries"] = len(entries)
    return [f"{count} {what}" for what, count in held.items() if count]


def clean() -> None:
    """Removes whatever a bench made, of this run or of a crashed one."""
    for namespace in Namespace.existing(BENCH_PREFIX):
        namespace.delete()
    run("rm", "-rf", PINS, RUN)


def _topology(radius_lines: int, network: ipaddress.IPv4Network) -> Topology:
    """The lab's topology with one big pool and the lines of the generator."""
    lab = Topology.read(HOME / "topology.yaml")
    pool = Pool("bench", network, network[1], "", ("198.18.0.1",), "lab.example", 86400)
    lines = tuple(
        Line(f"olt-{node}", f"1/0/{port}", FIRST_SVLAN + node, FIRST_CVLAN + port)
        for node, port in (divmod(number, LINES_PER_NODE) for number in range(radius_lines))
    )
    plans = tuple(
        SubscriberPlan(number, line, "02:db:00:00:00:00", "dhclient", POLICY) for number, line in enumerate(lines)
    )
    gateway = dataclasses.replace(lab.gateway, interim_seconds=300)
    return dataclasses.replace(lab, gateway=gateway, pools=(pool,), lines=lines, subscribers=plans)

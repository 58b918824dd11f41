"""The rig of the forward bench: one gateway namespace that is ours or the kernel's, a sender and a sink on its two links."""

import dataclasses
import json
import os
import pathlib
import shutil
import sysconfig

from sluicebench.sluice import PINS
from sluicelab.appliance import DISTRIBUTION, REPOSITORY
from sluicelab.lab import BPFFS
from sluicelab.namespace import BENCH_PREFIX, Namespace, link, run

SOURCES = pathlib.Path(__file__).parent.parent / "bench-src/forward"
WARNINGS = ("-Wall", "-Wextra", "-Werror")
TRUNK, CORE, LOAD, SERVER = "trunk0", "core0", "up0", "net0"  # the first two at the gateway
TRUNK_MTU = 1600  # 1500 with two tags and PPPoE
NEXT_HOP, CORE_ADDRESS = "10.99.0.2", "10.99.0.1/24"
RELAY, TRUNK_ADDRESS = "100.64.0.2", "100.64.0.1/30"
SUBSCRIBERS_NETWORK, SERVERS_NETWORK = "10.128.0.0/12", "198.51.100.0/24"
MASQUERADE = """table ip bench { chain out { type nat hook postrouting priority srcnat; oifname core0 masquerade; }; }"""


@dataclasses.dataclass(frozen=True)
class Traffic:
    """What is sent: shape of the access side (plain, qinq, pppoe), direction, source (native, packet), bytes of IP."""

    shape: str
    direction: str
    source: str
    ip_bytes: int
    subscribers: int


@dataclasses.dataclass(frozen=True)
class Passed:
    """Frames of one window."""

    sent: int
    arrived: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.arrived / self.seconds


class Rig:
    """
    Two veth pairs. Sender, gateway and sink share one processor, so a rate is what one core forwards. What is there to make
    the peer fast and not ours: neighbours are permanent, it gets its frames without tags, which it could not take off
    here, its sink is in the stack, where its own frames need no copy, and devices do GRO only where frames would be dropped
    without.
    """

    def __init__(self, work: pathlib.Path) -> None:
        self._work = work / "forward"
        self._access, self._gateway, self._core = (Namespace(BENCH_PREFIX + name) for name in ("acc", "bng", "core"))
        self._ours = False

    def up(self) -> None:
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(parents=True)
        self._build()
        if not BPFFS.is_mount():
            run("mount", "-t", "bpf", "bpf", BPFFS)
        for namespace in (self._access, self._gateway, self._core):
            namespace.create()
        link(self._gateway, TRUNK, self._access, LOAD, TRUNK_MTU)
        link(self._gateway, CORE, self._core, SERVER)
        for device, address in ((TRUNK, TRUNK_ADDRESS), (CORE, CORE_ADDRESS)):
            self._gateway.ip("address", "add", address, "dev", device)
        for device, neighbour, peer in ((TRUNK, RELAY, self._mac(self._access, LOAD)), (CORE, NEXT_HOP, self._mac(self._core, SERVER))):
            self._gateway.ip("neighbour", "add", neighbour, "lladdr", peer, "dev", device, "nud", "permanent")
        self._gateway.ip("route", "add", SUBSCRIBERS_NETWORK, "via", RELAY)
        self._gateway.ip("route", "add", SERVERS_NETWORK, "via", NEXT_HOP)
        self._gateway.run("sysctl", "-qw", "net.ipv4.ip_forward=1", *(
            f"net.ipv4.conf.{device}.rp_filter=0" for device in ("all", TRUNK, CORE)
        ))  # fmt: skip

    def kernel(self, *, masquerade: bool) -> None:
        """The kernel forwards from now on."""
        run("rm", "-rf", PINS)
        self._ours = False
        self._gateway.run("nft", "flush", "ruleset")
        if masquerade:
            self._gateway.run("nft", "-f", "-", text=MASQUERADE)

    def ours(self, shape: str, subscribers: int) -> int:
        """Our programs forward from now on, with so many subscribers installed; gives the bytes of all maps."""
        self.kernel(masquerade=False)
        self._ours = True
        # the network and two addresses that are nobody's
        bits = max(6, (subscribers + 2).bit_length())
        words = (PINS, NEXT_HOP, shape, str(subscribers), f"10.128.0.0/{32 - bits}")
        java = pathlib.Path(os.environ["SLUICE_JAVA_HOME"]) / "bin/java"
        self._gateway.run(
            java, "--enable-native-access=ALL-UNNAMED", "-cp", self._class_path, "sluice.dataplane.xdp.SubscriberFiller",
            *words, seconds=120,
        )  # fmt: skip
        maps = (json.loads(run("bpftool", "-j", "map", "show", "pinned", path)) for path in PINS.glob("*/map_*"))
        return sum(int(found["bytes_memlock"]) for found in maps)

    def send(self, traffic: Traffic, seconds: float) -> Passed:
        """One window of traffic through whatever forwards now."""
        up = traffic.direction == "up"
        source, device, gateway_device = (self._access, LOAD, TRUNK) if up else (self._core, SERVER, CORE)
        sink, sink_device, gateway_sink = (self._core, SERVER, CORE) if up else (self._access, LOAD, TRUNK)
        shape = traffic.shape if up and self._ours else "plain"
        # a veth takes native frames only when it is polled: by a program, or by GRO
        polled = traffic.source == "native" and not self._ours
        self._gateway.run("ethtool", "-K", gateway_device, "gro", "on" if polled else "off")
        self._gateway.run("ethtool", "-K", gateway_sink, "gro", "off")
        for namespace, end in ((source, device), (sink, sink_device)):
            namespace.run("ethtool", "-K", end, "tx", "off", "gro", "off")
        report = json.loads(run(
            self._program, self._object, traffic.source, shape, traffic.direction, str(traffic.subscribers),
            str(traffic.ip_bytes), str(seconds), source.name, device, self._mac(self._gateway, gateway_device),
            sink.name, sink_device, "native" if self._ours else "generic",
        ))  # fmt: skip
        return Passed(**report)

    @staticmethod
    def _mac(namespace: Namespace, device: str) -> str:
        return namespace.interface(device)["address"]

    def _build(self) -> None:
        """Sender and sink from their sources, the filler against the bundles of the built appliance."""
        self._program, self._object = self._work / "forwardload", self._work / "traffic.o"
        run("gcc", "-O2", *WARNINGS, "-Wconversion", "-o", self._program, SOURCES / "forwardload.c", "-lbpf")
        run("clang", "-O2", "-g", *WARNINGS, "-target", "bpf", "-mcpu=v3",
            f"-I/usr/include/{sysconfig.get_config_var('MULTIARCH')}", "-c", SOURCES / "traffic.bpf.c", "-o", self._object)  # fmt: skip
        built = max(REPOSITORY.glob(DISTRIBUTION), key=lambda file: file.stat().st_mtime)
        run("tar", "-xzf", built, "--strip-components=1", "-C", self._work)
        patterns = ("sluice-*", "pax-logging-api-*", "org.apache.felix.framework-*")
        jars = [jar for pattern in patterns for jar in self._work.glob(f"system/**/{pattern}.jar")]
        classes = self._work / "classes"
        javac = pathlib.Path(os.environ["SLUICE_JAVA_HOME"]) / "bin/javac"
        bundles = ":".join(map(str, jars))
        run(javac, "-cp", bundles, "-d", classes, SOURCES / "SubscriberFiller.java")
        self._class_path = f"{bundles}:{classes}"

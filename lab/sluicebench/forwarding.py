"""The rigs of the forward bench: a gateway namespace that is ours or the kernel's, a sender and a sink on its two links."""

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
NEXT_HOP6, CORE_ADDRESS6 = "2001:db8:fffd::2", "2001:db8:fffd::1/64"
RELAY6, TRUNK_ADDRESS6 = "2001:db8:fffe::2", "2001:db8:fffe::1/64"
SUBSCRIBERS_NETWORK6, SERVERS_NETWORK6 = "2001:db8::/36", "2001:db8:ffff::/48"
SUBSCRIBERS_MAC = "0:0:0:0:0:0"  # stands for that of the frame's subscriber
SERVERS_MAC = "02:db:00:00:00:00"
MASQUERADE = """table ip bench { chain out { type nat hook postrouting priority srcnat; oifname core0 masquerade; }; }"""


@dataclasses.dataclass(frozen=True)
class Traffic:
    """
    What is sent: IP version, shape of the access side (plain, qinq, pppoe), direction, source (native, packet), bytes of
    the IP packet.
    """

    family: int
    shape: str
    direction: str
    source: str
    ip_bytes: int
    subscribers: int


@dataclasses.dataclass(frozen=True)
class Passed:
    """Frames of one window, and of those few before it that were compared byte by byte; a wrong one ends the bench."""

    sent: int
    arrived: int
    seconds: float
    inspected: int
    right: int

    @property
    def per_second(self) -> float:
        return self.arrived / self.seconds


class Tools:
    """Sender and sink, built from their sources, and the filler, against the bundles of the built appliance."""

    def __init__(self, work: pathlib.Path) -> None:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        self.program, self.object = work / "forwardload", work / "traffic.o"
        run("gcc", "-O2", *WARNINGS, "-Wconversion", "-o", self.program, SOURCES / "forwardload.c", "-lbpf")
        run("clang", "-O2", "-g", *WARNINGS, "-target", "bpf", "-mcpu=v3",
            f"-I/usr/include/{sysconfig.get_config_var('MULTIARCH')}", "-c", SOURCES / "traffic.bpf.c", "-o", self.object)  # fmt: skip
        built = max(REPOSITORY.glob(DISTRIBUTION), key=lambda file: file.stat().st_mtime)
        run("tar", "-xzf", built, "--strip-components=1", "-C", work)
        patterns = ("sluice-*", "pax-logging-api-*", "org.apache.felix.framework-*")
        jars = [jar for pattern in patterns for jar in work.glob(f"system/**/{pattern}.jar")]
        classes, bundles = work / "classes", ":".join(map(str, jars))
        home = pathlib.Path(os.environ["SLUICE_JAVA_HOME"])
        run(home / "bin/javac", "-cp", bundles, "-d", classes, SOURCES / "SubscriberFiller.java")
        self.filler = (
            home / "bin/java", "--enable-native-access=ALL-UNNAMED", "-cp", f"{bundles}:{classes}",
            "sluice.dataplane.xdp.SubscriberFiller",
        )  # fmt: skip


class Rig:
    """
    Two veth pairs. Sender, gateway and sink share one processor, so a rate is what one core forwards. What is there to make
    the peer fast and not ours: neighbours are permanent, it gets its frames without tags, which it could not take off
    here, its sink is in the stack, where its own frames need no copy, and devices do GRO only where frames would be dropped
    without.

    The kernel forwards until :meth:`ours`.

    :param name: in the names of its namespaces, of at most four letters
    :param prefix_length: of the IPv6 prefix that is delegated to each subscriber, 56 or 64
    :param masquerade: whether the kernel translates
    """

    def __init__(self, name: str, tools: Tools, prefix_length: int, *, masquerade: bool = False) -> None:
        self._tools = tools
        self._prefix_length = prefix_length
        self._access, self._gateway, self._core = (
            Namespace(f"{BENCH_PREFIX}{name}-{place}") for place in ("acc", "bng", "core")
        )
        self._masquerade = masquerade
        self._ours = False
        self._macs: dict[str, str] = {}

    def up(self) -> None:
        if not BPFFS.is_mount():
            run("mount", "-t", "bpf", "bpf", BPFFS)
        for namespace in (self._access, self._gateway, self._core):
            namespace.create()
        link(self._gateway, TRUNK, self._access, LOAD, TRUNK_MTU)
        link(self._gateway, CORE, self._core, SERVER)
        self._route(TRUNK, TRUNK_ADDRESS, RELAY, SUBSCRIBERS_NETWORK, self._mac(self._access, LOAD))
        self._route(CORE, CORE_ADDRESS, NEXT_HOP, SERVERS_NETWORK, self._mac(self._core, SERVER))
        for device in (TRUNK, CORE):
            self._gateway.ip("link", "set", device, "addrgenmode", "none")
            self._gateway.run("sysctl", "-qw", f"net.ipv6.conf.{device}.disable_ipv6=0")
        self._route(TRUNK, TRUNK_ADDRESS6, RELAY6, SUBSCRIBERS_NETWORK6, self._mac(self._access, LOAD), "nodad")
        self._route(CORE, CORE_ADDRESS6, NEXT_HOP6, SERVERS_NETWORK6, self._mac(self._core, SERVER), "nodad")
        self._gateway.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", *(
            f"net.ipv4.conf.{device}.rp_filter=0" for device in ("all", TRUNK, CORE)
        ))  # fmt: skip
        if self._masquerade:
            self._gateway.run("nft", "-f", "-", text=MASQUERADE)

    def _route(self, device: str, address: str, neighbour: str, network: str, mac: str, *words: str) -> None:
        self._gateway.ip("address", "add", address, "dev", device, *words)
        self._gateway.ip("neighbour", "add", neighbour, "lladdr", mac, "dev", device, "nud", "permanent")
        self._gateway.ip("route", "add", network, "via", neighbour)

    def ours(self, family: int, shape: str, subscribers: int) -> int:
        """
        Our programs forward from now on, with so many subscribers installed; gives the bytes of all maps. With family 6
        each has its IPv4 address and a delegated prefix.
        """
        run("rm", "-rf", PINS)
        self._ours = True
        # the network and two addresses that are nobody's
        bits = max(6, (subscribers + 2).bit_length())
        prefix_length = self._prefix_length if family == 6 else 0
        words = (PINS, NEXT_HOP, NEXT_HOP6, shape, str(subscribers), f"10.128.0.0/{32 - bits}", str(prefix_length))
        self._gateway.run(*self._tools.filler, *words, seconds=120)
        maps = (json.loads(run("bpftool", "-j", "map", "show", "pinned", path)) for path in PINS.glob("*/map_*"))
        return sum(int(found["bytes_memlock"]) for found in maps)

    def send(self, traffic: Traffic, seconds: float) -> Passed:
        """One window of traffic through whatever forwards now."""
        up = traffic.direction == "up"
        source, device, gateway_device = (self._access, LOAD, TRUNK) if up else (self._core, SERVER, CORE)
        sink, sink_device, gateway_sink = (self._core, SERVER, CORE) if up else (self._access, LOAD, TRUNK)
        # a veth takes native frames only when it is polled: by a program, or by GRO
        polled = traffic.source == "native" and not self._ours
        self._gateway.run("ethtool", "-K", gateway_device, "gro", "on" if polled else "off")
        self._gateway.run("ethtool", "-K", gateway_sink, "gro", "off")
        for namespace, end in ((source, device), (sink, sink_device)):
            namespace.run("ethtool", "-K", end, "tx", "off", "gro", "off")
        access, core = self._access_place(traffic, up), self._core_place(up)
        report = json.loads(run(
            self._tools.program, self._tools.object, traffic.source, traffic.direction, str(traffic.subscribers),
            str(self._prefix_length if traffic.family == 6 else 0), str(traffic.ip_bytes), str(seconds),
            source.name, device, *(access if up else core), sink.name, sink_device, *(core if up else access),
            CORE_ADDRESS.partition("/")[0] if up and self._masquerade else "0.0.0.0",
            "native" if self._ours else "generic",
        ))  # fmt: skip
        return Passed(**report)

    def _access_place(self, traffic: Traffic, up: bool) -> tuple[str, str, str]:
        """Shape, source and destination of frames on the access side. The kernel gets and gives them without tags."""
        ours = self._mac(self._gateway, TRUNK)
        if up:
            return traffic.shape if self._ours else "plain", SUBSCRIBERS_MAC, ours
        return (traffic.shape, ours, SUBSCRIBERS_MAC) if self._ours else ("plain", ours, self._mac(self._access, LOAD))

    def _core_place(self, up: bool) -> tuple[str, str, str]:
        """The same on the core side."""
        ours = self._mac(self._gateway, CORE)
        return ("plain", ours, self._mac(self._core, SERVER)) if up else ("plain", SERVERS_MAC, ours)

    def _mac(self, namespace: Namespace, device: str) -> str:
        if device not in self._macs:
            self._macs[device] = namespace.interface(device)["address"]
        return self._macs[device]

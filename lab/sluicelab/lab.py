"""The whole lab: everything up in order, everything down whatever happened."""

import contextlib
import fcntl
import ipaddress
import pathlib
import secrets
import shutil
from typing import Callable, Iterable, TextIO

from sluicelab import accessnode, appliance
from sluicelab.accessnode import AccessNode
from sluicelab.appliance import Appliance, Configuration
from sluicelab.core import Core
from sluicelab.namespace import Namespace, run
from sluicelab.oss import Oss
from sluicelab.radius import Radius
from sluicelab.subscriber import Subscriber
from sluicelab.topology import Topology
from sluicelab.waiting import eventually

HOME = pathlib.Path(__file__).parent.parent
WORK = HOME / ".work"
# Files of servers that run as unprivileged users, who may not be able to reach the repository.
RUN = pathlib.Path("/run/sluice-lab")
LOCK = pathlib.Path("/run/sluice-lab.lock")
BPFFS = pathlib.Path("/sys/fs/bpf")


class LabIsUp(RuntimeError):
    """Another lab runs on this machine; its namespaces are in use."""


class Lab:
    """One lab on one machine. `up` and `down` are called by one thread; a crashed lab is cleaned by the next `up`."""

    def __init__(self, topology: Topology | None = None, progress: Callable[[str], None] = lambda line: None) -> None:
        self.topology = topology or Topology.read(HOME / "topology.yaml")
        self._progress = progress
        self._lock: TextIO | None = None
        self.gateway = Namespace("sl-bng")
        self.node = AccessNode(WORK)
        self.core = Core(self.topology, WORK)
        keys = {name: secrets.token_hex(16) for name in ("radius", "redis", "postgresql")}
        self.oss = Oss(self.topology, RUN, keys["redis"], keys["postgresql"])
        self.radius = Radius(self.topology, self.oss.namespace, RUN / "radius", keys["radius"])
        self.appliance = Appliance(self.topology, self.gateway, WORK, keys)
        self.subscribers = [Subscriber(plan, self.node, WORK) for plan in self.topology.subscribers]

    @property
    def admitted(self) -> list[Subscriber]:
        """The subscribers that RADIUS knows."""
        return [subscriber for subscriber in self.subscribers if subscriber.plan.admitted]

    @property
    def rejected(self) -> list[Subscriber]:
        return [subscriber for subscriber in self.subscribers if not subscriber.plan.admitted]

    def up(self, changes: Configuration | None = None, *, start: bool = True) -> None:
        """
        Everything but the DHCP clients; what was half up is down again when this fails.

        :param changes: settings of the appliance that differ from the topology's
        :param start: whether the appliance is started too
        """
        self._take_lock()
        self.clean()
        try:
            self._networks()
            self._servers()
            self.appliance.install()
            self.appliance.configure(changes)
            if start:
                self.appliance.start()
                self._progress("the appliance answers")
        except BaseException:
            self.down()
            raise

    def speak_ip6(self, core: str, router: str, prefixes: Iterable[str]) -> None:
        """
        IPv6 between gateway and core, and the way back to the subscribers' prefixes.

        :param core: address of the gateway there
        :param router: address of the core, which `core_gateway6` of the data plane has to name
        """
        for namespace, device, address in ((self.gateway, "core0", core), (self.core.namespace, "eth0", router)):
            namespace.run("sh", "-c", f"echo 0 > /proc/sys/net/ipv6/conf/{device}/disable_ipv6")
            namespace.ip("address", "add", f"{address}/64", "dev", device, "nodad")
        for prefix in prefixes:
            self.core.namespace.ip("-6", "route", "add", prefix, "via", core)

    def wires_up(self) -> None:
        """The networks and nothing else: for what is proven without the appliance."""
        self._take_lock()
        self.clean()
        try:
            self._networks()
        except BaseException:
            self.down()
            raise

    def clients_up(self, seconds: float = 60) -> None:
        """Starts every DHCP client and waits for the addresses of those that RADIUS knows."""
        for subscriber in self.subscribers:
            subscriber.start_client()
        for subscriber in self.admitted:
            subscriber.online(seconds)
        self._progress(f"{len(self.admitted)} subscribers online")

    def again_online(self, subscriber: Subscriber) -> None:
        """A device that lost its session without knowing asks anew, as after a failed renewal."""
        subscriber.forget()
        subscriber.start_client()
        subscriber.online()
        eventually(
            lambda: self.appliance.session_of(subscriber.plan.mac), 10, f"{subscriber.plan.name} has a session again"
        )
        subscriber.ping(self.core.address, count=1)

    def down(self) -> None:
        """Leaves no namespace, process, mount or pinned object behind; without an `up` before it does nothing."""
        if self._lock is not None:
            self.clean()
            self._lock.close()
            self._lock = None

    @staticmethod
    def clean() -> None:
        """Removes whatever a lab made, of this run or of a crashed one."""
        for namespace in Namespace.existing():
            namespace.delete()
        for mount in pathlib.Path("/proc/self/mounts").read_text().splitlines():
            if mount.split()[1].startswith(f"{WORK}/"):
                run("umount", mount.split()[1])
        for pins in Lab.pinned():
            run("rm", "-rf", pins)
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(RUN)

    @staticmethod
    def pinned() -> list[pathlib.Path]:
        """The directories of pinned objects of a lab that are there now."""
        return [pins for pins in (appliance.PINS, accessnode.PINS) if pins.exists()]

    def _take_lock(self) -> None:
        self._lock = LOCK.open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            self._lock.close()
            self._lock = None
            raise LabIsUp("a lab is up on this machine already; end that one first") from taken

    def _networks(self) -> None:
        RUN.mkdir(mode=0o711)
        WORK.mkdir(exist_ok=True)
        for name in ("access-node", "core", *(plan.name for plan in self.topology.subscribers)):
            shutil.rmtree(WORK / name, ignore_errors=True)
        if not BPFFS.is_mount():
            run("mount", "-t", "bpf", "bpf", BPFFS)
        self.gateway.create()
        self.node.create(self.gateway, "trunk0")
        self.core.create(self.gateway, "core0")
        self.oss.create(self.gateway, "mgmt0")
        for device, address in (("core0", self.topology.gateway.core), ("mgmt0", self.topology.gateway.management)):
            self._address(device, address)
        self.gateway.run("ip", "link", "set", "trunk0", "promisc", "on")
        self.gateway.offload_off("trunk0", "tx", "gro")
        self.gateway.offload_off("core0", "tx", "gro")
        for subscriber in self.subscribers:
            subscriber.create()
        self.node.start_agent()
        self._progress(f"access node with {len(self.subscribers)} Q-in-Q ports, core and management networks")

    def _address(self, device: str, address: ipaddress.IPv4Interface) -> None:
        self.gateway.ip("address", "add", str(address), "dev", device)

    def _servers(self) -> None:
        self.core.start_servers()
        self.oss.start()
        self.radius.configure()
        self.radius.start()
        self._progress("FreeRADIUS, Redis, PostgreSQL, iperf3 and web server")

"""A subscriber: a namespace with one interface, a real DHCP client, and what it sees of the network."""

import dataclasses
import json
import pathlib
import re
import signal

from sluicelab.accessnode import AccessNode
from sluicelab.namespace import Namespace, Process
from sluicelab.topology import SubscriberPlan
from sluicelab.waiting import eventually

DEVICE = "eth0"
ETHERNET_HEADER = 14
SCRIPT = pathlib.Path(__file__).parent.parent / "scripts/dhcp-client"

# The client runs in a mount namespace of its own with a resolv.conf of its own, whatever its script does.
PRIVATE = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'


@dataclasses.dataclass(frozen=True)
class Lease:
    """What the DHCP client was granted, as its script noted it."""

    address: str
    prefix: int
    router: str
    seconds: int
    server: str


@dataclasses.dataclass(frozen=True)
class Traffic:
    """IPv4 bytes and packets of one subscriber; up is from the subscriber, DHCP is not in it."""

    up_bytes: int
    down_bytes: int
    up_packets: int
    down_packets: int


class Subscriber:
    """Namespace `sl-cN` behind one line."""

    def __init__(self, plan: SubscriberPlan, node: AccessNode, work: pathlib.Path) -> None:
        self.plan = plan
        self.namespace = Namespace(plan.name)
        self._node = node
        self.work = work / plan.name
        self._lease_file = self.work / "lease.json"
        self._port = ""
        self._client: Process | None = None

    def create(self) -> None:
        """Makes namespace and port; the client is started apart."""
        self.work.mkdir(parents=True, exist_ok=True)
        (self.work / "resolv.conf").write_text("")
        self.namespace.create()
        self._port = self._node.add_port(self.plan.line, self.namespace, DEVICE)
        self.namespace.ip("link", "set", DEVICE, "address", self.plan.mac)
        self.namespace.offload_off(DEVICE, "tx", "tso", "gso", "gro")

    def start_client(self) -> None:
        """Starts the DHCP client; it goes on in the background, as on a subscriber's own router."""
        if self._client is not None and self._client.alive:
            raise RuntimeError(f"{self.plan.name}: its DHCP client runs already")
        files = {"lf": self.work / "dhclient.leases", "pf": self.work / "dhclient.pid"}
        command = {
            "dhclient": ["dhclient", "-4", "-d", "-cf", "/dev/null", "-sf", SCRIPT, "-lf", files["lf"],
                         "-pf", files["pf"], "-e", f"SLUICE_LEASE={self._lease_file}", DEVICE],
            "udhcpc": ["udhcpc", "-f", "-i", DEVICE, "-s", SCRIPT, "-t", "5", "-T", "1", "-A", "2"],
        }[self.plan.client]  # fmt: skip
        self._client = self.namespace.start(
            "unshare", "-m", "--propagation", "private", "sh", "-c", PRIVATE, self.work / "resolv.conf", *command,
            log=self.work / "client.log",
            environment={"SLUICE_LEASE": str(self._lease_file)},
        )  # fmt: skip

    def online(self, seconds: float = 30) -> Lease:
        """Waits until the client has an address."""
        eventually(self._lease_file.exists, seconds, f"{self.plan.name} ({self.plan.client}) has an address")
        return self.lease()

    def has_lease(self) -> bool:
        return self._lease_file.exists()

    def lease(self) -> Lease:
        return Lease(**json.loads(self._lease_file.read_text()))

    def lease_noted_at(self) -> float:
        """When the client's script last noted a grant, seconds of the file system's clock: it grows with renewals."""
        return self._lease_file.stat().st_mtime

    def renew(self) -> None:
        """Makes the client renew now: udhcpc by its signal, dhclient by starting again with the lease it knows."""
        if self.plan.client == "udhcpc":
            self._client.signal(signal.SIGUSR1)
        else:
            self.crash_client()
            self.start_client()

    def release(self) -> None:
        """Gives the address back, then ends the client."""
        if self.plan.client == "udhcpc":
            self._client.signal(signal.SIGUSR2)
            eventually(lambda: not self.has_lease(), 10, f"{self.plan.name} released")
        else:
            self.crash_client()
            self.namespace.run("dhclient", "-4", "-r", "-cf", "/dev/null", "-sf", SCRIPT,
                               "-lf", self.work / "dhclient.leases", "-pf", self.work / "dhclient.pid",
                               "-e", f"SLUICE_LEASE={self._lease_file}", DEVICE)  # fmt: skip
        self.crash_client()

    def crash_client(self) -> None:
        """Ends the client without a word to the server."""
        if self._client is not None:
            self._client.kill()
            self._client = None

    def forget(self) -> None:
        """As after a factory reset: no client, no address, no known lease."""
        self.crash_client()
        self.namespace.ip("-4", "address", "flush", "dev", DEVICE)
        for name in ("lease.json", "dhclient.leases", "dhclient.pid"):
            (self.work / name).unlink(missing_ok=True)

    def address(self) -> str:
        """The address on the interface; empty when there is none."""
        shown = json.loads(self.namespace.ip("-json", "-4", "address", "show", "dev", DEVICE))
        return next((info["local"] for entry in shown for info in entry.get("addr_info", ())), "")

    def ping(self, target: str, count: int = 5, interval: float = 0.2, size: int = 56) -> float:
        """Mean round trip in milliseconds; CommandFailed when not every answer came. Size is of the payload."""
        said = self.namespace.run("ping", "-n", "-c", str(count), "-i", f"{interval:g}", "-W", "2", "-s", str(size), target)
        if f" {count} received" not in said:
            raise AssertionError(f"{self.plan.name}: {said.splitlines()[-2]}")
        return float(re.search(r"= [\d.]+/([\d.]+)/", said).group(1))

    def reaches(self, target: str) -> bool:
        """Whether one ping of the target is answered within a second."""
        return "1 received" in self.namespace.run("sh", "-c", f"ping -n -c 1 -W 1 {target} || true")

    def traffic(self) -> Traffic:
        """
        What the interface itself counted, as IPv4 bytes: driver counters less the Ethernet headers, less the frames
        that are no subscriber traffic, which the access node counts on the port.
        """
        device = self.namespace.interface(DEVICE)["stats64"]
        control = self._node.control_frames(self._port)
        up = device["tx"]["packets"] - control.up_frames
        down = device["rx"]["packets"] - control.down_frames
        return Traffic(
            device["tx"]["bytes"] - control.up_bytes - ETHERNET_HEADER * up,
            device["rx"]["bytes"] - control.down_bytes - ETHERNET_HEADER * down,
            up,
            down,
        )

    def delete(self) -> None:
        if self.namespace.path.exists():
            self.namespace.delete()

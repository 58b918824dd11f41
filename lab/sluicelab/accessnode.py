"""The access node: subscriber ports on one side, the Q-in-Q trunk to the gateway on the other."""

import dataclasses
import json
import pathlib
import struct
import sysconfig
from typing import Iterable

from sluicelab.namespace import Namespace, Process, link, run
from sluicelab.snooping import LISTENING
from sluicelab.topology import Line
from sluicelab.waiting import eventually

TRUNK = "up0"
TRUNK_MTU = 1600  # 1500 and two tags, with room for PPPoE; native XDP on veth refuses 9000
SOURCE = pathlib.Path(__file__).parent.parent / "bpf/accessnode.bpf.c"
PINS = pathlib.Path("/sys/fs/bpf/sluicelab")


@dataclasses.dataclass(frozen=True)
class ControlFrames:
    """Frames of a port that are no subscriber traffic (ARP, DHCP, not IPv4); bytes from the Ethernet header on."""

    up_frames: int
    up_bytes: int
    down_frames: int
    down_bytes: int


class AccessNode:
    """Namespace `sl-acc`: cls_bpf puts the tags of a port on and takes them off, an agent inserts option 82."""

    def __init__(self, work: pathlib.Path) -> None:
        self.namespace = Namespace("sl-acc")
        self._work = work / "access-node"
        self._ports: dict[str, Line] = {}
        self._agent: Process | None = None

    def create(self, gateway: Namespace, trunk: str) -> None:
        """Makes the namespace, the trunk to the gateway, and loads the programs."""
        self._work.mkdir(parents=True, exist_ok=True)
        self.namespace.create()
        link(self.namespace, TRUNK, gateway, trunk, TRUNK_MTU)
        program = self._work / "accessnode.o"
        multiarch = sysconfig.get_config_var("MULTIARCH")
        run("clang", "-O2", "-g", "-Wall", "-Werror", "-target", "bpf", f"-I/usr/include/{multiarch}",
            "-c", SOURCE, "-o", program)  # fmt: skip
        run("bpftool", "prog", "loadall", program, PINS, "pinmaps", PINS / "maps")
        self.namespace.run("ip", "link", "set", TRUNK, "promisc", "on")
        self.namespace.run("ip", "link", "set", TRUNK, "xdpdrv", "pinned", PINS / "pass")
        self.namespace.offload_off(TRUNK, "tx", "gro", "txvlan", "tx-vlan-stag-hw-insert")
        self._attach(TRUNK, "from_trunk")
        self._update("trunk", 0, struct.pack("=I", self.namespace.interface_index(TRUNK)))

    def add_port(self, line: Line, subscriber: Namespace, device: str) -> str:
        """Connects a subscriber's device to a new port with the tags of the line; gives the port's device."""
        port = f"port{len(self._ports) + 1}"
        link(self.namespace, port, subscriber, device)
        self.namespace.offload_off(port, "tx", "gro")
        index = self.namespace.interface_index(port)
        tags = line.svlan << 16 | line.cvlan
        self._update("control_of", index, bytes(32))
        self._update("tags_of", index, struct.pack("=I", tags))
        self._update("port_of", tags, struct.pack("=I", index))
        self._attach(port, "from_port")
        self._ports[port] = line
        return port

    def add_tagged_port(self, port: str, lines: Iterable[Line]) -> None:
        """
        Makes a tap on which all the lines are with their tags, for a device that does its own. DHCP snooping is not for
        it; nobody must have these lines already.
        """
        self.namespace.ip("tuntap", "add", "dev", port, "mode", "tap")
        self.namespace.ip("link", "set", port, "mtu", str(TRUNK_MTU), "up")
        index = struct.pack("=I", self.namespace.interface_index(port))
        for line in lines:
            self._update("port_of", line.svlan << 16 | line.cvlan, index)
        self.plug(port)
        self._attach(port, "from_tagged_port")

    def plug(self, port: str, connected: bool = True) -> None:
        """Puts the cable of a tagged port in, or pulls it: neither side sees its own link go down."""
        self._update("tagged", self.namespace.interface_index(port), struct.pack("=I", connected))

    def start_agent(self) -> None:
        """Starts DHCP snooping for the ports that exist now."""
        ports = self._work / "ports.json"
        ports.write_text(
            json.dumps(
                {
                    port: {
                        "tags": [line.svlan, line.cvlan],
                        "circuit_id": line.circuit_id,
                        "remote_id": line.remote_id,
                    }
                    for port, line in self._ports.items()
                }
            )
        )
        self._agent = self.namespace.start(
            "/usr/bin/python3", "-m", "sluicelab.snooping", TRUNK, ports, log=self._work / "agent.log"
        )
        eventually(lambda: LISTENING in self._agent.said(), 10, "DHCP snooping agent listens")

    def control_frames(self, port: str) -> ControlFrames:
        """What the port carried besides subscriber traffic since it exists."""
        key = struct.pack("=I", self.namespace.interface_index(port)).hex(" ").split()
        entry = json.loads(run("bpftool", "-j", "map", "lookup", "pinned", PINS / "maps/control_of",
                               "key", "hex", *key))  # fmt: skip
        return ControlFrames(*struct.unpack("=4Q", bytes(int(byte, 16) for byte in entry["value"])))

    def delete(self) -> None:
        """Removes namespace and pins; what is not there is no error."""
        if self.namespace.path.exists():
            self.namespace.delete()
        run("rm", "-rf", PINS)

    def _attach(self, device: str, program: str) -> None:
        self.namespace.run("tc", "qdisc", "add", "dev", device, "clsact")
        self.namespace.run(
            "tc", "filter", "add", "dev", device, "ingress", "bpf", "direct-action", "object-pinned", PINS / program
        )

    @staticmethod
    def _update(table: str, key: int, value: bytes) -> None:
        run("bpftool", "map", "update", "pinned", PINS / "maps" / table,
            "key", "hex", *struct.pack("=I", key).hex(" ").split(), "value", "hex", *value.hex(" ").split())  # fmt: skip

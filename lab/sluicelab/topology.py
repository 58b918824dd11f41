"""The lab as written in topology.yaml: values only, refused at reading when they do not fit together."""

import dataclasses
import ipaddress
import pathlib
import re
from typing import Any

import yaml

MAC = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")
CLIENTS = ("dhclient", "udhcpc")


class BadTopology(ValueError):
    """The topology file cannot be used; the message says which entry and why."""


@dataclasses.dataclass(frozen=True)
class Gateway:
    """What the appliance is told about itself."""

    id: str
    profile: str
    core: ipaddress.IPv4Interface
    management: ipaddress.IPv4Interface
    interim_seconds: int
    quarantine_seconds: int
    max_sessions_per_line: int


@dataclasses.dataclass(frozen=True)
class CoreHost:
    """The host on the core side that every subscriber talks to."""

    address: ipaddress.IPv4Interface
    web_port: int
    iperf_port: int
    echo_port: int


@dataclasses.dataclass(frozen=True)
class OssHost:
    """The host on the management network that runs FreeRADIUS, Redis and PostgreSQL."""

    address: ipaddress.IPv4Interface
    auth_port: int
    acct_port: int
    redis_port: int
    postgresql_port: int
    database: str
    user: str


@dataclasses.dataclass(frozen=True)
class Pool:
    """One address pool of the appliance."""

    name: str
    network: ipaddress.IPv4Network
    gateway: ipaddress.IPv4Address
    exclude: str
    dns: tuple[str, ...]
    domain: str
    lease_seconds: int

    def __post_init__(self) -> None:
        if self.gateway not in self.network:
            raise BadTopology(f"pool {self.name}: gateway {self.gateway} is outside {self.network}")


@dataclasses.dataclass(frozen=True)
class Line:
    """One access line: a port of an access node, with its two tags and its option 82."""

    remote_id: str
    circuit_id: str
    svlan: int
    cvlan: int

    def __post_init__(self) -> None:
        for vlan in (self.svlan, self.cvlan):
            if not 1 <= vlan <= 4094:
                raise BadTopology(f"line {self.circuit_id}: VLAN {vlan}, expected 1..4094")
        for text in (self.remote_id, self.circuit_id):
            if not 1 <= len(text.encode()) <= 63:
                raise BadTopology(f"line {self.circuit_id}: identifiers have 1 to 63 bytes")

    @property
    def tags(self) -> str:
        return f"{self.svlan}.{self.cvlan}"


@dataclasses.dataclass(frozen=True)
class SubscriberPlan:
    """One subscriber: who stands behind a line and what RADIUS is to say about it."""

    number: int
    line: Line
    mac: str
    client: str
    policy: str | None

    def __post_init__(self) -> None:
        if not MAC.fullmatch(self.mac):
            raise BadTopology(f"subscriber {self.number}: MAC {self.mac}, expected aa:bb:cc:dd:ee:ff")
        if self.client not in CLIENTS:
            raise BadTopology(f"subscriber {self.number}: client {self.client}, expected one of {CLIENTS}")

    @property
    def name(self) -> str:
        """Name of the subscriber's namespace."""
        return f"sl-c{self.number}"

    @property
    def admitted(self) -> bool:
        """Whether RADIUS knows the line."""
        return self.policy is not None

    def user_name(self, bng_id: str) -> str:
        return f"{bng_id}/{self.line.remote_id}/{self.line.circuit_id}"


@dataclasses.dataclass(frozen=True)
class Topology:
    """Everything in topology.yaml."""

    gateway: Gateway
    core: CoreHost
    oss: OssHost
    pools: tuple[Pool, ...]
    lines: tuple[Line, ...]
    subscribers: tuple[SubscriberPlan, ...]

    def __post_init__(self) -> None:
        tags = [line.tags for line in self.lines]
        if len(set(tags)) != len(tags):
            raise BadTopology("two ports share a pair of tags")
        if len({plan.line for plan in self.subscribers}) != len(self.subscribers):
            raise BadTopology("two subscribers share a line")

    @property
    def admitted(self) -> tuple[SubscriberPlan, ...]:
        return tuple(plan for plan in self.subscribers if plan.admitted)

    @staticmethod
    def read(file: pathlib.Path) -> "Topology":
        """Reads the file; BadTopology names the entry that cannot be used."""
        try:
            return _topology(yaml.safe_load(file.read_text()))
        except (KeyError, TypeError, ValueError, yaml.YAMLError) as reason:
            raise BadTopology(f"{file.name}: {reason}") from reason


def _topology(tree: dict[str, Any]) -> Topology:
    lines = tuple(
        Line(node["remote_id"], port["circuit_id"], node["svlan"], port["cvlan"])
        for node in tree["access_nodes"]
        for port in node["ports"]
    )
    by_circuit = {line.circuit_id: line for line in lines}
    gateway, core, oss = dict(tree["gateway"]), dict(tree["core"]), tree["oss"]
    for key in ("core", "management"):
        gateway[key] = ipaddress.IPv4Interface(gateway[key])
    core["address"] = ipaddress.IPv4Interface(core["address"])
    return Topology(
        Gateway(**gateway),
        CoreHost(**core),
        OssHost(
            ipaddress.IPv4Interface(oss["address"]),
            oss["radius"]["auth_port"],
            oss["radius"]["acct_port"],
            oss["redis"]["port"],
            oss["postgresql"]["port"],
            oss["postgresql"]["database"],
            oss["postgresql"]["user"],
        ),
        tuple(_pool(entry) for entry in tree["pools"]),
        lines,
        tuple(
            SubscriberPlan(number, by_circuit[entry["line"]], entry["mac"], entry["client"], entry.get("policy"))
            for number, entry in enumerate(tree["subscribers"], start=1)
        ),
    )


def _pool(entry: dict[str, Any]) -> Pool:
    return Pool(
        entry["name"],
        ipaddress.IPv4Network(entry["network"]),
        ipaddress.IPv4Address(entry["gateway"]),
        entry.get("exclude", ""),
        tuple(entry["dns"]),
        entry["domain"],
        entry["lease_seconds"],
    )

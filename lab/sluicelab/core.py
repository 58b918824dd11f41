"""The core host: where the subscribers' traffic goes to."""

import ipaddress
import pathlib

from sluicelab.namespace import Namespace, Process, link
from sluicelab.topology import Topology
from sluicelab.waiting import eventually

DEVICE = "eth0"


class Core:
    """Namespace `sl-core`: a web server, an iperf3 server and a UDP echo behind the gateway's core address."""

    def __init__(self, topology: Topology, work: pathlib.Path) -> None:
        self.namespace = Namespace("sl-core")
        self._topology = topology
        self._work = work / "core"
        self._servers: list[Process] = []

    @property
    def address(self) -> str:
        return str(self._topology.core.address.ip)

    def create(self, gateway: Namespace, device: str) -> None:
        """Makes the namespace, its link to the gateway and the routes to the subscribers' networks."""
        self.namespace.create()
        link(self.namespace, DEVICE, gateway, device)
        # polled by NAPI, so that what a native XDP program redirects here arrives
        self.namespace.run("ethtool", "-K", DEVICE, "tx", "off", "gro", "on")
        self.namespace.ip("address", "add", str(self._topology.core.address), "dev", DEVICE)
        for pool in self._topology.pools:
            self.route(pool.network)

    def route(self, network: ipaddress.IPv4Network) -> None:
        self.namespace.ip("route", "replace", str(network), "via", str(self._topology.gateway.core.ip))

    def start_servers(self) -> None:
        """Starts iperf3, web and echo, and waits until each listens."""
        plan = self._topology.core
        servers = {
            plan.iperf_port: ("iperf3", "-s", "-p", str(plan.iperf_port)),
            plan.web_port: ("/usr/bin/python3", "-m", "sluicelab.web", self.address, str(plan.web_port)),
            plan.echo_port: ("/usr/bin/python3", "-m", "sluicelab.sequence", "echo", self.address, str(plan.echo_port)),
        }
        for port, command in servers.items():
            self._servers.append(self.namespace.start(*command, log=self._work / f"{port}.log"))
        for port in servers:
            eventually(lambda: f":{port} " in self.namespace.run("ss", "-Hnltu"), 10, f"core port {port} listens")

    def delete(self) -> None:
        if self.namespace.path.exists():
            self.namespace.delete()

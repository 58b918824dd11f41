"""The peer: ISC Kea's DHCPv4 server with a lease file, as Debian ships it."""

import contextlib
import json
import pathlib
import shutil
from typing import Iterator

from sluicebench.generator import Generator
from sluicebench.usage import rss_bytes
from sluicelab.namespace import BENCH_PREFIX, Namespace, Process, link
from sluicelab.waiting import eventually

ACCESS, LOAD = "acc0", "up0"
NETWORK, GATEWAY, POOL = "10.128.0.0/12", "10.128.0.1", "10.128.0.10-10.143.255.250"
BUFFER_BYTES = 4 << 20
RMEM_DEFAULT = pathlib.Path("/proc/sys/net/core/rmem_default")


@contextlib.contextmanager
def receive_buffer(size: int) -> Iterator[None]:
    """
    Sockets made within the block have this receive buffer. Kea sets none of its own and loses bursts that it could
    serve; the setting belongs to the whole machine, so it is put back at once.
    """
    before = RMEM_DEFAULT.read_text()
    RMEM_DEFAULT.write_text(str(size))
    try:
        yield
    finally:
        RMEM_DEFAULT.write_text(before)


class KeaGateway:
    """
    Kea on one link with the generator. Memfile with persist=true writes every lease before its ACK; no clean-up of the
    file while measured; one thread, which is as fast as two on a machine of two cores. It speaks no Q-in-Q, so its
    clients are untagged; everything else they say is the same.
    """

    name = "kea"

    def __init__(self, work: pathlib.Path) -> None:
        self._work = work / "kea"
        self._server = Namespace(f"{BENCH_PREFIX}kea")
        self._load = Namespace(f"{BENCH_PREFIX}kea-load")
        self._process: Process | None = None
        self.generator: Generator

    @property
    def pid(self) -> int:
        return self._process.pid

    def up(self) -> None:
        """Starts with an empty lease database; returns when it answers."""
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(parents=True)
        self._server.create()
        self._load.create()
        link(self._server, ACCESS, self._load, LOAD)
        self._server.offload_off(ACCESS, "tx", "gro")
        self._load.offload_off(LOAD, "tx", "gro")
        self._server.ip("address", "add", f"{GATEWAY}/{NETWORK.partition('/')[2]}", "dev", ACCESS)
        configuration = self._work / "kea.json"
        configuration.write_text(json.dumps(self._configuration(), indent=1))
        self.generator = Generator(self._load, LOAD, self._work.parent, tagged=False)
        with receive_buffer(BUFFER_BYTES):
            self._process = self._server.start(
                "kea-dhcp4", "-c", configuration, log=self._work / "kea.log",
                environment={"KEA_PIDFILE_DIR": str(self._work), "KEA_LOCKFILE_DIR": str(self._work)},
            )  # fmt: skip
            eventually(lambda: self.generator.window(1, 1).bound == 1, 20, "Kea answers")

    def down(self) -> None:
        if self._process is not None:
            self._process.stop()
        for namespace in (self._server, self._load):
            if namespace.path.exists():
                namespace.delete()

    def held_bytes(self) -> int:
        """Memory that its sessions and everything else hold."""
        return rss_bytes(self.pid)

    def _configuration(self) -> dict:
        lease_file = str(self._work / "leases.csv")
        routers = {"name": "routers", "data": GATEWAY}
        subnet = {"subnet": NETWORK, "interface": ACCESS, "pools": [{"pool": POOL}], "option-data": [routers]}
        return {
            "Dhcp4": {
                "interfaces-config": {"interfaces": [ACCESS], "dhcp-socket-type": "raw"},
                "lease-database": {"type": "memfile", "persist": True, "name": lease_file, "lfc-interval": 0},
                "multi-threading": {"enable-multi-threading": False},
                "ddns-send-updates": False,
                "valid-lifetime": 86400,
                "option-data": [
                    {"name": "domain-name-servers", "data": "198.18.0.1"},
                    {"name": "domain-name", "data": "lab.example"},
                ],
                "subnet4": [subnet],
                "loggers": [{"name": "kea-dhcp4", "severity": "WARN", "output_options": [{"output": "stdout"}]}],
            }
        }

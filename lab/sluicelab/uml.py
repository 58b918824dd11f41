"""Guests: whole Linux machines with PPP and VLANs, which this machine's kernel does not have, each as one process."""

import base64
import os
import pathlib
import select
import signal
import subprocess
import time

from sluicelab.namespace import CommandFailed, Namespace, run
from sluicelab.topology import Line
from sluicelab.waiting import NotInTime

SOURCES = pathlib.Path(__file__).parent.parent / "uml"
MEMORY = "128M"
MTU = 1600  # room for a PPPoE frame with 1500 bytes of IP below two tags
BOOT_SECONDS = 30
READY = "=ready"


class Guest:
    """
    A user-mode Linux whose only network device is a tap of a namespace. Its root is this machine's, read-only; what it
    writes is lost with it. One thread uses it.
    """

    def __init__(self, name: str, namespace: Namespace, tap: str, work: pathlib.Path) -> None:
        self.name = name
        self._namespace = namespace
        self._tap = tap
        self._work = work / "uml"
        self._said = b""
        self._popen: subprocess.Popen | None = None

    def start(self) -> None:
        """Boots, and returns when the guest takes commands."""
        self._work.mkdir(parents=True, exist_ok=True)
        nic = f"vec0:transport=tap,ifname={self._tap},depth=128,gro=0,mtu={MTU}"
        command = self._namespace.command(
            "linux.uml", f"mem={MEMORY}", "quiet", f"uml_dir={self._work}/", f"umid={self.name}-{os.getpid()}",
            "rootfstype=hostfs", "rootflags=/", "ro", f"init={SOURCES / 'init'}", nic, "con=null", "con0=fd:0,fd:1",
        )  # fmt: skip
        with (self._work / f"{self.name}.log").open("wb") as log:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "LD_PRELOAD": str(self._preload()), "TMPDIR": "/dev/shm"},
            )
        while self._line(BOOT_SECONDS) != READY:
            pass

    def run(self, command: str, seconds: float = 30) -> str:
        """What a command of the guest's shell wrote; CommandFailed when its status is not 0."""
        self._popen.stdin.write(base64.b64encode(command.encode()) + b"\n")
        self._popen.stdin.flush()
        while not (line := self._line(seconds)).startswith("="):
            pass
        status, _, said = line[1:].partition(" ")
        output = base64.b64decode(said).decode(errors="replace")
        if status != "0":
            raise CommandFailed(f"{self.name}: {command}: {status}: {output[-2000:]}", int(status), output)
        return output

    def launch(self, command: str, log: str) -> int:
        """Starts a command that goes on in the background; gives its pid in the guest. Its output is in the file."""
        return int(self.run(f"setsid {command} > {log} 2>&1 < /dev/null & echo $!"))

    def read(self, file: str) -> str:
        """A file of the guest; empty when it is not there."""
        return self.run(f"cat {file} 2>/dev/null || true")

    def add_line(self, device: str, line: Line, mac: str) -> None:
        """A device of the guest on the line: outer tag 0x88a8, inner tag 0x8100, as any router behind a tagging ONT."""
        outer = f"s{line.svlan}"
        self.run(
            f"[ -e /sys/class/net/{outer} ] || {{ ip link add link vec0 name {outer} type vlan proto 802.1ad id {line.svlan}"
            f" && echo 1 > /proc/sys/net/ipv6/conf/{outer}/disable_ipv6 && ip link set {outer} up; }};"
            f" ip link add link {outer} name {device} address {mac} type vlan id {line.cvlan} &&"
            f" echo 1 > /proc/sys/net/ipv6/conf/{device}/disable_ipv6 && ip link set {device} up"
        )

    def stop(self, seconds: float = 5) -> None:
        """Ends the guest as a power cut does; nothing it would say is said."""
        if self._popen is None:
            return
        self._popen.stdin.close()  # its init ends then, and the machine with it
        try:
            self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait(seconds)
        self._popen.stdout.close()
        self._popen = None

    def __enter__(self) -> "Guest":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _preload(self) -> pathlib.Path:
        """The library without which a guest does not start on every processor, compiled when its source is newer."""
        source, library = SOURCES / "xstate.c", self._work / "xstate.so"
        if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
            run("gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", library, source)
        return library

    def _line(self, seconds: float) -> str:
        """The next line on the guest's console."""
        end = time.monotonic() + seconds
        while b"\n" not in self._said:
            left = end - time.monotonic()
            if left <= 0:
                raise NotInTime(f"{self.name} says nothing for {seconds:g} s: {self._said[-500:]!r}")
            if select.select([self._popen.stdout], [], [], left)[0]:
                more = os.read(self._popen.stdout.fileno(), 65536)
                if not more:
                    raise AssertionError(f"{self.name} ended: {self._said[-500:]!r}")
                self._said += more
        line, _, self._said = self._said.partition(b"\n")
        return line.decode(errors="replace").rstrip("\r")

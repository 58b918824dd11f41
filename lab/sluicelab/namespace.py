"""Network namespaces and the processes in them.

A namespace is entered with `nsenter --net`: `ip netns exec` and `tc -n` would remount /sys and hide bpffs.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import signal
import subprocess
from typing import Any, Iterator, Sequence

from sluicelab.waiting import NotInTime, eventually

PREFIX = "sl-"
BENCH_PREFIX = "slb-"
RUN_NETNS = pathlib.Path("/run/netns")
CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


class CommandFailed(RuntimeError):
    """
    A command ended with an error; the message holds the command and what it said, `status` how it ended, `output` what
    it wrote to its standard output before.
    """

    def __init__(self, message: str, status: int = 1, output: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.output = output


def run(*command: str | os.PathLike, text: str | None = None, seconds: float = 60) -> str:
    """Runs a command to its end and gives its standard output; CommandFailed when it is not 0."""
    words = [str(word) for word in command]
    done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode != 0:
        said = done.stderr.strip() or done.stdout.strip()
        raise CommandFailed(f"{' '.join(words)}: {done.returncode}: {said}", done.returncode, done.stdout)
    return done.stdout


class Process:
    """A process that the lab started; its output goes to a file."""

    def __init__(self, command: Sequence[str], log: pathlib.Path, environment: dict[str, str] | None = None) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self.log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **(environment or {})},
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    def signal(self, number: signal.Signals) -> None:
        if self.alive:
            self._popen.send_signal(number)

    def wait(self, seconds: float) -> int:
        """The exit status; subprocess.TimeoutExpired when the process lives longer."""
        return self._popen.wait(seconds)

    def stop(self, seconds: float = 10) -> None:
        """Asks the process to end, and ends it when it does not within the given seconds."""
        self.signal(signal.SIGTERM)
        try:
            self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def interrupt(self, seconds: float = 10) -> None:
        """Ctrl-C: the process says what it has to say, then ends."""
        self.signal(signal.SIGINT)
        self.wait(seconds)

    def kill(self) -> None:
        """kill -9, and waits until the process is gone."""
        self.signal(signal.SIGKILL)
        self.wait(10)

    def said(self) -> str:
        """The output so far."""
        return self.log.read_text(errors="replace")


class Namespace:
    """One network namespace `sl-NAME`, or `slb-NAME` of a bench, and everything that runs in it."""

    def __init__(self, name: str) -> None:
        if not name.startswith((PREFIX, BENCH_PREFIX)):
            raise ValueError(f"namespace {name}, expected {PREFIX}… or {BENCH_PREFIX}…")
        self.name = name
        self.path = RUN_NETNS / name

    @staticmethod
    def existing(prefix: str = PREFIX) -> list["Namespace"]:
        """The namespaces of a lab (or of a bench) on this machine, of this or of an earlier run."""
        if not RUN_NETNS.is_dir():
            return []
        return [Namespace(entry.name) for entry in sorted(RUN_NETNS.iterdir()) if entry.name.startswith(prefix)]

    def create(self) -> None:
        run("ip", "netns", "add", self.name)
        self.ip("link", "set", "lo", "up")
        self.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")

    def delete(self) -> None:
        """Ends every process in the namespace and removes it; its links go with it."""
        self.end_processes()
        run("ip", "netns", "delete", self.name)

    def command(self, *command: str | os.PathLike) -> list[str]:
        return ["nsenter", f"--net={self.path}", *map(str, command)]

    def run(self, *command: str | os.PathLike, text: str | None = None, seconds: float = 60) -> str:
        return run(*self.command(*command), text=text, seconds=seconds)

    def ip(self, *words: str) -> str:
        return run("ip", "-n", self.name, *words)

    def start(
        self, *command: str | os.PathLike, log: pathlib.Path, environment: dict[str, str] | None = None
    ) -> Process:
        return Process(self.command(*command), log, environment)

    def offload_off(self, device: str, *features: str) -> None:
        """Switches off what would leave checksums, segments or tags to hardware that veth does not have."""
        self.run("ethtool", "-K", device, *(word for feature in features for word in (feature, "off")))

    def interface(self, device: str) -> dict[str, Any]:
        """The device as `ip -json -statistics link` shows it."""
        return json.loads(self.ip("-json", "-statistics", "link", "show", "dev", device))[0]

    def interface_index(self, device: str) -> int:
        return self.interface(device)["ifindex"]

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """The calling thread is in the namespace for the length of the block; its sockets stay there."""
        with open("/proc/thread-self/ns/net", "rb") as home, open(self.path, "rb") as there:
            _set_namespace(there.fileno())
            try:
                yield
            finally:
                _set_namespace(home.fileno())

    def processes(self) -> list[int]:
        """Every process whose network namespace is this one."""
        try:
            here = self.path.stat().st_ino
        except FileNotFoundError:
            return []
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    if (entry / "ns/net").stat().st_ino == here:
                        found.append(int(entry.name))
        return found

    def end_processes(self, seconds: float = 10) -> None:
        """Asks every process in the namespace to end (also those that a test has stopped), then ends those left."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
                    os.kill(pid, signal.SIGCONT)
            with contextlib.suppress(NotInTime):
                eventually(lambda: not self.processes(), seconds, f"no process in {self.name}")
                return
        raise CommandFailed(f"processes that cannot be ended in {self.name}: {self.processes()}")


def _set_namespace(descriptor: int) -> None:
    if _LIBC.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def link(left: Namespace, left_device: str, right: Namespace, right_device: str, mtu: int = 1500) -> None:
    """A veth pair between two namespaces, up at both ends."""
    run("ip", "link", "add", left_device, "mtu", str(mtu), "netns", left.name, "type", "veth",
        "peer", "name", right_device, "mtu", str(mtu), "netns", right.name)  # fmt: skip
    left.ip("link", "set", left_device, "up")
    right.ip("link", "set", right_device, "up")

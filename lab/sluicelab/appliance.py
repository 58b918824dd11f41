"""The appliance: the real distribution, unpacked, configured for the lab, run in the gateway's namespace."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import uuid
from typing import Iterator

from sluicelab.metrics import Metrics
from sluicelab.namespace import CommandFailed, Namespace, Process, run
from sluicelab.topology import Topology
from sluicelab.waiting import NotInTime, eventually

REPOSITORY = pathlib.Path(__file__).parent.parent.parent
DISTRIBUTION = "karaf-assembly/target/sluice-*.tar.gz"
OPERATOR = "lab"
PINS = pathlib.Path("/sys/fs/bpf/sluice")
BOOT_ID = pathlib.Path("/proc/sys/kernel/random/boot_id")

# The appliance runs in a mount namespace of its own in which the machine has another boot id.
ANOTHER_BOOT = f'mount --bind "$0" {BOOT_ID} && exec "$@"'

Configuration = dict[str, dict[str, object]]


class Appliance:
    """
    One installed appliance. It survives `kill` and `start` as a box survives a power cut: same directory, same namespace,
    same pins.
    """

    def __init__(self, topology: Topology, namespace: Namespace, work: pathlib.Path, secrets: dict[str, str]) -> None:
        self.directory = work / "appliance"
        self._topology = topology
        self._namespace = namespace
        self._work = work
        self._secrets = secrets
        self._key = work / "shell_key"
        self._process: Process | None = None
        self._starts = 0
        self._boots = 0

    @property
    def log_file(self) -> pathlib.Path:
        return self.directory / "data/log/sluice.log"

    @property
    def _boot_file(self) -> pathlib.Path:
        return self._work / "boot_id"

    @property
    def pid(self) -> int:
        """Of the JVM."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    def install(self) -> None:
        """Unpacks the newest distribution over whatever an earlier lab left, and gives the operator a key."""
        built = sorted(REPOSITORY.glob(DISTRIBUTION), key=lambda file: file.stat().st_mtime)
        if not built:
            raise FileNotFoundError(f"no {DISTRIBUTION}; lab/run builds it")
        shutil.rmtree(self.directory, ignore_errors=True)
        for console in self._work.glob("console-*.log"):
            console.unlink()
        self.directory.mkdir(parents=True)
        run("tar", "-xzf", built[-1], "--strip-components=1", "-C", self.directory)
        for half in (self._key, self._key.with_suffix(".pub")):
            half.unlink(missing_ok=True)
        run("ssh-keygen", "-q", "-t", "ecdsa", "-b", "256", "-N", "", "-C", OPERATOR, "-f", self._key)
        run(self.directory / "bin/sluice", "authorize", OPERATOR, self._key.with_suffix(".pub"))

    def configure(self, changes: Configuration | None = None) -> None:
        """Writes etc/ for the topology; `changes` sets keys of single files on top. None as a value removes a key."""
        settings = self._settings()
        for pid, values in (changes or {}).items():
            settings.setdefault(pid, {}).update(values)
        etc = self.directory / "etc"
        for pid, values in settings.items():
            lines = [f"{key} = {value}\n" for key, value in values.items() if value is not None]
            # The file of the configuration PID~NAME is PID-NAME.cfg: so Karaf's file install wants it.
            (etc / f"{pid.replace('~', '-')}.cfg").write_text("".join(lines))
        directory = etc / "secrets"
        directory.mkdir(mode=0o700, exist_ok=True)
        for name, secret in self._secrets.items():
            self._private(directory / name, secret)

    def reconfigure(self, pid: str, settings: dict[str, object]) -> None:
        """Other settings in place of all of one file, while it runs; they hold a moment later."""
        file = self.directory / f"etc/{pid.replace('~', '-')}.cfg"
        fresh = file.with_suffix(".new")
        fresh.write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
        fresh.replace(file)

    def keep(self, secrets: dict[str, str]) -> None:
        """Further secrets, which the settings may name."""
        for name, secret in secrets.items():
            self._private(self.directory / "etc/secrets" / name, secret)

    def start(self, seconds: float = 180) -> None:
        """Starts the JVM and waits until the shell answers."""
        self.launch()
        with contextlib.suppress(NotInTime):
            eventually(lambda: self._answers() or not self.alive, seconds, "the appliance answers")
        if not self.alive or not self._answers():
            what = "does not answer" if self.alive else "ended by itself"
            raise AssertionError(f"the appliance {what}\n{self.said()[-3000:]}")

    def launch(self) -> None:
        """Starts the JVM and does not wait."""
        self._starts += 1
        boot = ("unshare", "-m", "--propagation", "private", "sh", "-c", ANOTHER_BOOT, self._boot_file) if self._boots else ()
        self._process = self._namespace.start(
            *boot,
            self.directory / "bin/sluice",
            log=self._work / f"console-{self._starts}.log",
            environment={"JAVA_HOME": os.environ["SLUICE_JAVA_HOME"]},
        )

    def kill(self) -> None:
        """kill -9: a power cut for the control plane."""
        self._process.kill()

    def cut_power(self) -> None:
        """As `kill`, and what the kernel kept for it is gone too; the next start is another boot of the machine."""
        self.kill()
        run("rm", "-rf", PINS)
        self._boots += 1
        self._boot_file.write_text(f"{uuid.uuid4()}\n")

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """The JVM gets no processor time within the block, and does not know it."""
        self._process.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.signal(signal.SIGCONT)

    def stop(self) -> None:
        """An orderly shutdown."""
        self._process.stop(seconds=60)

    def wait(self, seconds: float) -> int:
        """The exit status of an appliance that ends by itself."""
        return self._process.wait(seconds)

    def said(self) -> str:
        """Console and log so far."""
        log = self.log_file.read_text(errors="replace") if self.log_file.exists() else ""
        return self.console() + log

    def console(self) -> str:
        """What the running, or the last, JVM wrote to its terminal."""
        return self._process.said()

    def shell_command(self) -> list[str]:
        """How to open the operator's shell from the host."""
        return self._namespace.command(self.directory / "bin/sluice-shell", "-i", self._key, "-l", OPERATOR)

    def shell(self, command: str) -> str:
        """What the shell prints for one command; CommandFailed when it refuses."""
        return run(*self.shell_command(), command, seconds=30)

    def sessions(self) -> list[dict]:
        """Every session as `session:list --json` shows it; input is towards the subscriber, as in the event stream."""
        return json.loads(self.shell("session:list --json"))["data"]

    def session_of(self, mac: str) -> dict | None:
        """The session of a device, None when there is none."""
        return next((session for session in self.sessions() if session["mac_address"] == mac), None)

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of one of the appliance's tables by column; each is a command of its own name."""
        return json.loads(self.shell(f"{name} --json"))["data"]

    def table_when_there(self, name: str, seconds: float = 60) -> list[dict[str, str]]:
        """The same once it has rows: a bundle that begins anew takes its commands with it for a moment."""

        def rows() -> list[dict[str, str]]:
            try:
                return self.table(name)
            except CommandFailed:
                return []

        return eventually(rows, seconds, f"{name} has rows")

    def metrics(self) -> Metrics:
        """What Prometheus would read now."""
        return Metrics(self._namespace.run("curl", "-s", "-S", "-f", "--max-time", "5", "http://127.0.0.1:9464/metrics"))

    def drops(self) -> dict[str, int]:
        """Frames that the data plane dropped, by reason."""
        return {row["reason"]: int(row["packets"]) for row in self.table("dataplane:drops")}

    def _answers(self) -> bool:
        try:
            self.sessions()
            return True
        except (CommandFailed, ValueError):
            return False

    def _settings(self) -> Configuration:
        """File name without .cfg -> keys."""
        gateway, oss = self._topology.gateway, self._topology.oss
        address = str(oss.address.ip)
        pools = {
            f"sluice.pools-{pool.name}": {
                "name": pool.name,
                "network": pool.network,
                "gateway": pool.gateway,
                "exclude": pool.exclude,
                "dns": ",".join(pool.dns),
                "domain": pool.domain,
                "lease_seconds": pool.lease_seconds,
            }
            for pool in self._topology.pools
        }
        return {
            "sluice.hardware": {
                "profile": gateway.profile,
                "bng_id": gateway.id,
                "nas_ip": gateway.management.ip,
            },
            **pools,
            "sluice.session": {
                "authentication": "radius",
                "interim_seconds": gateway.interim_seconds,
                "max_sessions_per_line": gateway.max_sessions_per_line,
                "quarantine_seconds": gateway.quarantine_seconds,
            },
            "sluice.radius": {
                "dead_seconds": 2,
            },
            "sluice.radius.server-lab": {
                "host": address,
                "auth_port": oss.auth_port,
                "acct_port": oss.acct_port,
                "secret": "radius",
                "timeout_ms": 1000,
                "retries": 3,
                "require_message_authenticator": "true",
            },
            "sluice.coa.client~oss": {
                "hosts": address,
                "secret": "radius",
            },
            "sluice.dataplane.xdp": {
                "core_gateway": self._topology.core.address.ip,
                "pin_directory": PINS,
            },
            "sluice.telemetry": {
                "redis_host": address,
                "redis_port": oss.redis_port,
                "redis_secret": "redis",
                "postgresql_host": address,
                "postgresql_port": oss.postgresql_port,
                "postgresql_database": oss.database,
                "postgresql_user": oss.user,
                "postgresql_secret": "postgresql",
            },
        }

    @staticmethod
    def _private(file: pathlib.Path, text: str) -> None:
        """A file that only root reads, from its first moment on."""
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write(text)

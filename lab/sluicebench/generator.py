"""dhcpload: our DHCP load generator, built from lab/bench-src when needed."""

import dataclasses
import json
import pathlib
import sysconfig

from sluicelab.namespace import Namespace, run

SOURCES = pathlib.Path(__file__).parent.parent / "bench-src"
RENEWLOAD = SOURCES / "renewload"
PPPOELOAD = SOURCES / "pppoeload"
EXCHANGE = RENEWLOAD / "exchange.bpf.c"
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")


class WrongReplies(AssertionError):
    """A server answered with something that no client may accept; its figures would mean nothing."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What one load came to. Latencies are in microseconds, from the time at which the DISCOVER was due to the ACK."""

    started: int
    bound: int
    refused: int
    lost: int
    setups_per_s: float
    p50_us: float
    p99_us: float
    first_offer_at: float

    @property
    def lost_share(self) -> float:
        return 1 - self.bound / self.started


@dataclasses.dataclass(frozen=True)
class Renewals:
    """What renewals came to. Latencies are in microseconds, from the time at which a REQUEST was due to its ACK."""

    sent: int
    answered: int
    lost: int
    per_s: float
    p50_us: float
    p99_us: float

    @property
    def lost_share(self) -> float:
        return 1 - self.answered / self.sent


@dataclasses.dataclass(frozen=True)
class Dialled:
    """What devices that dialled came to. Latencies are in microseconds, from the time at which a PADI was due."""

    started: int
    set_up: int
    setups_per_s: float
    p50_us: float
    p99_us: float
    flaps: int
    lost: int
    refused: int
    open: int
    redialled: int
    echoes: int
    echo_replies: int
    processor_s: list[float]  # of each process that was asked for, while they dialled
    own_processor_s: float  # of the generator itself

    @property
    def lost_share(self) -> float:
        return 1 - self.set_up / self.started

    @property
    def processor_us(self) -> list[float]:
        """For a set-up, of each process that was asked for."""
        return [seconds * 1e6 / self.set_up for seconds in self.processor_s]

    @property
    def own_processor_us(self) -> float:
        return self.own_processor_s * 1e6 / self.set_up


class Generator:
    """Loads one server through one device. Every load takes clients that no earlier one had."""

    def __init__(self, namespace: Namespace, device: str, work: pathlib.Path, *, tagged: bool) -> None:
        self._namespace = namespace
        self._device = device
        self._program = build(work)
        self._work = work
        self._tagged = tagged
        self.used = 0

    def window(self, clients: int, window: int, seconds: float = 60) -> Outcome:
        """Closed loop: so many clients under way at any time."""
        return self._load("--clients", clients, "--window", window, "--seconds", seconds, clients=clients)

    def rate(self, per_second: float, seconds: float) -> Outcome:
        """Open loop: a new client every 1/per_second, whatever the server does."""
        clients = int(per_second * seconds)
        return self._load("--clients", clients, "--rate", per_second, "--seconds", seconds + 1, clients=clients)

    def renew(self, clients: range, renewals: int, cpu: int, *how: object, native: bool = False) -> Renewals:
        """
        Clients that are set up, if they are not, and then renew in turn, from one processor.

        :param how: `--window N`, closed loop, or `--rate PER_SECOND`, open loop; `--spin`
        :param native: requests are native frames, as of a driver with XDP, and not packets of a socket
        """
        if native:
            how = (*how, "--native", build_exchange(self._work))
        tags = () if self._tagged else ("--untagged",)
        words = ("--device", self._device, "--first", clients.start, "--clients", len(clients))
        command = self._namespace.command(build_renewload(self._work), *map(str, (*words, "--renewals", renewals, *tags, *how)))
        said = json.loads(run("taskset", "-c", str(cpu), *command, seconds=180))
        if said["bad"] or said["bound"] != len(clients):
            raise WrongReplies(f"{said['bound']} clients have a lease; wrong replies: {said['bad_replies']}")
        latency = said["latency_us"]
        return Renewals(
            said["sent"], said["answered"], said["lost"], said["renewals_per_s"], latency["p50"], latency["p99"]
        )

    def dial(self, devices: range, *how: object, seconds: float = 180) -> Dialled:
        """
        Devices that dial PPPoE.

        :param how: `--window N`, closed loop, or `--rate PER_SECOND`, open loop; `--hold`, `--churn`, `--stay`;
            `--process` for each process whose processor time is wanted
        """
        words = ("--device", self._device, "--first", devices.start, "--devices", len(devices), *how)
        command = self._namespace.command(build_pppoeload(self._work), *map(str, words))
        said = json.loads(run(*command, seconds=seconds))
        if said["bad"]:
            raise WrongReplies(f"{said['bad']} wrong frames: {said['bad_frames']}")
        setup = said["latency_us"]["setup"]
        same = {field.name: said[field.name] for field in dataclasses.fields(Dialled) if field.name in said}
        return Dialled(p50_us=setup["p50"], p99_us=setup["p99"], **same)

    def command_until_offer(self, per_second: float, seconds: float) -> list[str]:
        """The command of an open loop that ends with the first OFFER."""
        clients = int(per_second * seconds)
        return self._command("--clients", clients, "--rate", per_second, "--seconds", seconds, "--first-offer")

    def _command(self, *options: object) -> list[str]:
        tags = () if self._tagged else ("--untagged",)
        words = ("--device", self._device, "--first", self.used, *tags, *options)
        return self._namespace.command(self._program, *map(str, words))

    def _load(self, *options: object, clients: int) -> Outcome:
        command = self._command(*options)
        self.used += clients
        return outcome(run(*command, seconds=180))


def build(work: pathlib.Path) -> pathlib.Path:
    """The program that sets clients up."""
    return _compiled(work / "dhcpload", sorted(SOURCES.glob("*.[ch]")))


def build_renewload(work: pathlib.Path) -> pathlib.Path:
    """The program whose clients renew."""
    shared = [source for source in sorted(SOURCES.glob("*.[ch]")) if source.name != "dhcpload.c"]
    own = [source for source in sorted(RENEWLOAD.glob("*.[ch]")) if source != EXCHANGE]
    return _compiled(work / "renewload", [*shared, *own], "-lbpf")


def build_pppoeload(work: pathlib.Path) -> pathlib.Path:
    """The program whose devices dial PPPoE."""
    shared = [source for name in ("arguments", "clock", "histogram", "lines", "port", "xid") for source in sorted(SOURCES.glob(f"{name}.[ch]"))]
    return _compiled(work / "pppoeload", [*shared, *sorted(PPPOELOAD.glob("*.[ch]"))], "-lm")


def build_exchange(work: pathlib.Path) -> pathlib.Path:
    """The programs that make and check renewals as native frames."""
    compiled = work / "exchange.o"
    if _is_older(compiled, [EXCHANGE, *RENEWLOAD.glob("*.h"), *SOURCES.glob("*.h")]):
        headers = (f"-I/usr/include/{sysconfig.get_config_var('MULTIARCH')}", f"-I{SOURCES}")
        run("clang", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-target", "bpf", "-mcpu=v3", *headers,
            "-c", EXCHANGE, "-o", compiled)  # fmt: skip
    return compiled


def _compiled(program: pathlib.Path, sources: list[pathlib.Path], *libraries: str) -> pathlib.Path:
    """Compiled anew when a source is newer."""
    if _is_older(program, sources):
        code = (source for source in sources if source.suffix == ".c")
        run("gcc", "-O2", "-g", *WARNINGS, "-o", program, *code, *libraries)
    return program


def _is_older(built: pathlib.Path, sources: list[pathlib.Path]) -> bool:
    built.parent.mkdir(parents=True, exist_ok=True)
    return not built.exists() or built.stat().st_mtime < max(source.stat().st_mtime for source in sources)


def outcome(report: str) -> Outcome:
    """Reads the generator's report; WrongReplies when a reply was not the right one for its client."""
    said = json.loads(report)
    if said["bad"]:
        raise WrongReplies(f"{said['bad']} wrong replies: {said['bad_replies']}")
    setup = said["latency_us"]["setup"]
    return Outcome(
        said["started"], said["bound"], said["refused"], said["lost"],
        said["setups_per_s"], setup["p50"], setup["p99"], said["first_offer_at"],
    )  # fmt: skip

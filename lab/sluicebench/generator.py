"""dhcpload: our DHCP load generator, built from lab/bench-src when needed."""

import dataclasses
import json
import pathlib

from sluicelab.namespace import Namespace, run

SOURCES = pathlib.Path(__file__).parent.parent / "bench-src"
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


class Generator:
    """Loads one server through one device. Every load takes clients that no earlier one had."""

    def __init__(self, namespace: Namespace, device: str, work: pathlib.Path, *, tagged: bool) -> None:
        self._namespace = namespace
        self._device = device
        self._program = build(work)
        self._renewload = build_renewload(work)
        self._tagged = tagged
        self.used = 0

    def window(self, clients: int, window: int, seconds: float = 60) -> Outcome:
        """Closed loop: so many clients under way at any time."""
        return self._load("--clients", clients, "--window", window, "--seconds", seconds, clients=clients)

    def rate(self, per_second: float, seconds: float) -> Outcome:
        """Open loop: a new client every 1/per_second, whatever the server does."""
        clients = int(per_second * seconds)
        return self._load("--clients", clients, "--rate", per_second, "--seconds", seconds + 1, clients=clients)

    def renew(self, clients: range, renewals: int, cpu: int, *how: object) -> Renewals:
        """
        Clients that are set up, if they are not, and then renew in turn, from one processor.

        :param how: `--window N`, closed loop, or `--rate PER_SECOND`, open loop; `--spin`
        """
        tags = () if self._tagged else ("--untagged",)
        words = ("--device", self._device, "--first", clients.start, "--clients", len(clients))
        command = self._namespace.command(self._renewload, *map(str, (*words, "--renewals", renewals, *tags, *how)))
        said = json.loads(run("taskset", "-c", str(cpu), *command, seconds=180))
        if said["bad"] or said["bound"] != len(clients):
            raise WrongReplies(f"{said['bound']} clients have a lease; wrong replies: {said['bad_replies']}")
        latency = said["latency_us"]
        return Renewals(
            said["sent"], said["answered"], said["lost"], said["renewals_per_s"], latency["p50"], latency["p99"]
        )

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
    return _compiled(work / "renewload", [*shared, SOURCES / "renewload/renewload.c"])


def _compiled(program: pathlib.Path, sources: list[pathlib.Path]) -> pathlib.Path:
    """Compiled anew when a source is newer."""
    work = program.parent
    if not program.exists() or program.stat().st_mtime < max(source.stat().st_mtime for source in sources):
        work.mkdir(parents=True, exist_ok=True)
        run("gcc", "-O2", "-g", *WARNINGS, "-o", program, *(source for source in sources if source.suffix == ".c"))
    return program


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

"""FreeRADIUS with the lab's lines as its users and the detail file as its accounting record."""

import calendar
import dataclasses
import pathlib
import signal
import time
from typing import Callable, Iterable

from sluicelab.namespace import Namespace, Process, run
from sluicelab.topology import SubscriberPlan, Topology
from sluicelab.waiting import eventually

ACCOUNT = "freerad"
READY = "Ready to process requests"
# The gateway sends a record again after a second without an answer; further apart, it is told a second time.
REPEAT_SECONDS = 5

CONFIGURATION = """\
base = {base}
prefix = /usr
name = radiusd
logdir = ${{base}}/log
radacctdir = ${{base}}/log
run_dir = ${{base}}/log
libdir = /usr/lib/freeradius
pidfile = ${{run_dir}}/radiusd.pid
max_request_time = 5
cleanup_delay = 1
max_requests = 65536
hostname_lookups = no
proxy_requests = no
log {{
    destination = stdout
    auth = yes
}}
security {{
    max_attributes = 200
    reject_delay = 0
    status_server = yes
    allow_vulnerable_openssl = yes
}}
thread pool {{
    start_servers = 2
    max_servers = 4
    min_spare_servers = 1
    max_spare_servers = 3
    max_requests_per_server = 0
}}
{more}
client gateway {{
    ipaddr = {gateway}
    secret = {secret}
    require_message_authenticator = yes
}}
modules {{
    pap {{
    }}
    chap {{
    }}
    mschap {{
        use_mppe = no
        with_ntdomain_hack = no
    }}
    files {{
        filename = ${{base}}/users
        key = "%{{User-Name}}"
    }}
    detail {{
        filename = ${{radacctdir}}/detail
        permissions = 0600
        header = "%t"
        locking = yes
    }}
    always ok {{
        rcode = ok
    }}
}}
instantiate {{
}}
server default {{
    listen {{
        type = auth
        ipaddr = {address}
        port = {auth_port}
    }}
    listen {{
        type = acct
        ipaddr = {address}
        port = {acct_port}
    }}
    authorize {{
        files
        chap
        mschap
        pap
    }}
    authenticate {{
        Auth-Type PAP {{
            pap
        }}
        Auth-Type CHAP {{
            chap
        }}
        Auth-Type MS-CHAP {{
            mschap
        }}
    }}
    preacct {{
        ok
    }}
    accounting {{
        detail
    }}
    post-auth {{
        update reply {{
            Message-Authenticator := 0x00
        }}
        Post-Auth-Type REJECT {{
            update reply {{
                Message-Authenticator := 0x00
            }}
        }}
    }}
}}
"""


@dataclasses.dataclass(frozen=True)
class AccountingRecord:
    """One accounting request as the detail file holds it; every attribute with its values in order."""

    attributes: dict[str, tuple[str, ...]]

    def text(self, attribute: str) -> str:
        """The first value; empty when the attribute is not there."""
        return self.attributes.get(attribute, ("",))[0]

    def octets(self, attribute: str) -> bytes:
        """The first value of an attribute that FreeRADIUS writes as 0x…"""
        return bytes.fromhex(self.text(attribute).removeprefix("0x"))

    def number(self, attribute: str) -> int:
        return int(self.text(attribute) or 0)

    def epoch(self, attribute: str) -> int:
        """A date as FreeRADIUS writes it (`Nov 21 2026 03:54:43 UTC`), in seconds; 0 when it is not there."""
        text = self.text(attribute)
        if not text:
            return 0
        return calendar.timegm(time.strptime(text.removesuffix(" UTC"), "%b %d %Y %H:%M:%S"))

    @property
    def status(self) -> str:
        """Start, Interim-Update, Stop, Accounting-On or Accounting-Off."""
        return self.text("Acct-Status-Type")

    @property
    def session(self) -> str:
        return self.text("Acct-Session-Id")

    @property
    def up_bytes(self) -> int:
        """From the subscriber: what RADIUS calls input."""
        return self.number("Acct-Input-Gigawords") << 32 | self.number("Acct-Input-Octets")

    @property
    def down_bytes(self) -> int:
        return self.number("Acct-Output-Gigawords") << 32 | self.number("Acct-Output-Octets")

    @staticmethod
    def once(records: "Iterable[AccountingRecord]") -> "list[AccountingRecord]":
        """
        Less those that are another's repetition: a server that is slow to answer hears a record again, with another
        Acct-Delay-Time and thus as another request (RFC 2866, 5.2).
        """
        delays: dict[tuple, int] = {}
        found = []
        for record in records:
            said = tuple(item for item in record.attributes.items() if item[0] not in ("Timestamp", "Acct-Delay-Time"))
            delay = record.number("Acct-Delay-Time")
            if said not in delays or delay - delays[said] > REPEAT_SECONDS:
                found.append(record)
            delays[said] = delay
        return found

    @staticmethod
    def parse(detail: str) -> "list[AccountingRecord]":
        """The whole records of a detail file; one that is still being written is left out."""
        records = []
        for block in detail.split("\n\n")[: detail.count("\n\n")]:
            values: dict[str, list[str]] = {}
            for line in block.splitlines():
                if line.startswith("\t") and " = " in line:
                    name, value = line.strip().split(" = ", 1)
                    values.setdefault(name, []).append(_unquoted(value))
            if values:
                records.append(AccountingRecord({name: tuple(found) for name, found in values.items()}))
        return records


@dataclasses.dataclass(frozen=True)
class Dialer:
    """
    A subscriber with a name and a password; `replies` is what else an accept says, `demands` what the request has to have, as
    the users file writes it.
    """

    user: str
    password: str
    policy: str = "unlimited"
    replies: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()

    def entry(self, interim: int) -> str:
        items = (f"Filter-Id = {_quoted(self.policy)}", f"Acct-Interim-Interval = {interim}", *self.replies)
        checks = (*self.demands, f"Cleartext-Password := {_quoted(self.password)}")
        return f"{_quoted(self.user)} {', '.join(checks)}\n\t" + ",\n\t".join(items) + "\n"


class Radius:
    """FreeRADIUS in the OSS namespace."""

    def __init__(self, topology: Topology, namespace: Namespace, directory: pathlib.Path, secret: str) -> None:
        self.secret = secret
        # how the appliance names a line; whoever changes the template there changes this before `configure`
        self.user_name: Callable[[SubscriberPlan], str] = lambda plan: plan.user_name(topology.gateway.id)
        # lines that FreeRADIUS does not know although the topology does
        self.strangers: set[SubscriberPlan] = set()
        # what else an accept says, by subscriber, as the users file writes it
        self.replies: dict[SubscriberPlan, list[str]] = {}
        # entries of the users file that go before the subscriber's own, less the name with which they begin
        self.rules: dict[SubscriberPlan, list[str]] = {}
        # who dials with a password; the line is not looked at
        self.dialers: list[Dialer] = []
        # where it listens and who may ask; further listeners and clients, as radiusd.conf writes them
        self.address = str(topology.oss.address.ip)
        self.auth_port, self.acct_port = topology.oss.auth_port, topology.oss.acct_port
        self.gateway = str(topology.gateway.management.ip)
        self.more = ""
        self._topology = topology
        self._namespace = namespace
        self._directory = directory
        self._process: Process | None = None
        self._starts = 0

    @property
    def detail_file(self) -> pathlib.Path:
        return self._directory / "log/detail"

    @property
    def pid(self) -> int:
        return self._process.pid

    def configure(self) -> None:
        """Writes configuration and users; takes effect at the next start."""
        (self._directory / "log").mkdir(parents=True, exist_ok=True)
        (self._directory / "radiusd.conf").write_text(
            CONFIGURATION.format(
                base=self._directory,
                gateway=self.gateway,
                secret=self.secret,
                address=self.address,
                auth_port=self.auth_port,
                acct_port=self.acct_port,
                more=self.more,
            )
        )
        interim = self._topology.gateway.interim_seconds
        known = [plan for plan in self._topology.admitted if plan not in self.strangers]
        rules = [f"{_quoted(self.user_name(plan))} {rule}" for plan, rules in self.rules.items() for rule in rules]
        users = rules + [_user(plan, self.user_name(plan), interim, self.replies.get(plan, [])) for plan in known]
        users += [dialer.entry(interim) for dialer in self.dialers]
        (self._directory / "users").write_text("\n".join(users) + "\nDEFAULT Auth-Type := Reject\n")
        run("chown", "-R", f"{ACCOUNT}:{ACCOUNT}", self._directory)
        run("chmod", "-R", "u=rwX,go=", self._directory)

    def start(self) -> None:
        """Starts the server and waits until it is ready."""
        self._starts += 1
        self._process = self._namespace.start(
            "setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups",
            "freeradius", "-f", "-P", "-d", self._directory, "-n", "radiusd", "-l", "stdout",
            log=self._directory / f"log/radiusd-{self._starts}.log",
            environment={"TZ": "UTC"},
        )  # fmt: skip
        try:
            eventually(lambda: READY in self._process.said(), 15, "FreeRADIUS is ready")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self._process.said()[-2000:]}") from late

    def stop(self) -> None:
        self._process.stop()

    def freeze(self) -> None:
        """The server takes no request any more, and answers those that wait when it is thawed."""
        self._process.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.signal(signal.SIGCONT)

    def said(self) -> str:
        return self._process.said()

    def accepted(self, plan: SubscriberPlan) -> int:
        """How often this subscriber was accepted since the server started."""
        return self.said().count(f"Login OK: [{self.user_name(plan)}")

    def records(self) -> list[AccountingRecord]:
        """Everything accounted so far, oldest first; what was only sent again is there once."""
        return AccountingRecord.once(self.written())

    def written(self) -> list[AccountingRecord]:
        """The same, and what was sent again as often as it came."""
        if not self.detail_file.exists():
            return []
        return AccountingRecord.parse(self.detail_file.read_text(errors="surrogateescape"))

    def records_named(self, user: str) -> list[AccountingRecord]:
        """Of everybody who called himself so."""
        return [record for record in self.records() if record.text("User-Name") == user]

    def records_of(self, plan: SubscriberPlan) -> list[AccountingRecord]:
        return self.records_named(self.user_name(plan))


def _user(plan: SubscriberPlan, user_name: str, interim: int, further: list[str]) -> str:
    name = _quoted(user_name)
    identity = f"0x{plan.name.encode().hex()}"
    return (
        f"{name} Auth-Type := Accept\n"
        f"\tFilter-Id = {_quoted(plan.policy or '')},\n"
        f"\tClass = {identity},\n"
        f"\tAcct-Interim-Interval = {interim}"
    ) + "".join(f",\n\t{attribute}" for attribute in further) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return text

"""Real PPPoE in a guest: `pppd` with rp-pppoe, and `pppoe-server` as a concentrator to compare ours with."""

import dataclasses
import re

from sluicelab.namespace import CommandFailed
from sluicelab.uml import Guest
from sluicelab.waiting import eventually

# Quick to give up and to try again, so that tests need not wait; a test's own options come behind and win.
OPTIONS = (
    "plugin rp-pppoe.so nic-{device} unit {unit} user {user} password {password} logfile {log} debug nodetach noauth"
    " noipdefault noipv6 nodefaultroute mtu 1492 mru 1492 lcp-restart 1 ipcp-restart 1 chap-restart 1 lcp-echo-interval 0"
)


@dataclasses.dataclass(frozen=True)
class Ping:
    """What came of pings."""

    sent: int
    received: int


class Pppd:
    """One pppd on one device of a guest; its interface is `ppp` and the unit's number."""

    def __init__(self, guest: Guest, unit: int, device: str, user: str, password: str) -> None:
        self.guest = guest
        self.unit = unit
        self.interface = f"ppp{unit}"
        self._log = f"/run/{self.interface}.log"
        self._known = OPTIONS.format(device=device, unit=unit, user=user, password=password, log=self._log)
        self.pid = 0

    def dial(self, options: str = "") -> None:
        """Starts it with further options, such as `refuse-chap`, `+ipv6`, `persist`; does not wait."""
        self.guest.run(f"rm -f {self._log}")
        self.pid = self.guest.launch(f"pppd {self._known} {options}", f"/run/{self.interface}.out")

    def log(self) -> str:
        """What it logged since it was started: every packet that it sent and got, taken apart."""
        return self.guest.read(self._log)

    def online(self, seconds: float = 20) -> str:
        """Waits until the interface has an address, and gives it."""
        return self._until(self.address, seconds, "has an address")

    def says(self, text: str, seconds: float = 20) -> None:
        """Waits until the log has the text."""
        self._until(lambda: text in self.log(), seconds, f"says {text!r}")

    def _until(self, condition, seconds: float, what: str):
        try:
            return eventually(condition, seconds, f"{self.interface} {what}")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.log()[-3000:]}") from late

    @property
    def alive(self) -> bool:
        return self.guest.run(f"[ -d /proc/{self.pid} ] && echo alive || true") != ""

    def ended(self, seconds: float = 20) -> None:
        """Waits until pppd has ended by itself."""
        self._until(lambda: not self.alive, seconds, "has ended")

    def address(self) -> str:
        """The IPv4 address of the interface, empty when there is none."""
        found = re.search(r"inet ([\d.]+)", self._shown("-4"))
        return found.group(1) if found else ""

    def peer(self) -> str:
        """The address of the other end."""
        return re.search(r"peer ([\d.]+)", self._shown("-4")).group(1)

    def link_local(self) -> str:
        """The link-local IPv6 address, empty when there is none."""
        found = re.search(r"inet6 (fe80:[0-9a-f:]+)", self._shown("-6"))
        return found.group(1) if found else ""

    def mtu(self) -> int:
        return int(re.search(r"mtu (\d+)", self._shown("-4")).group(1))

    def traffic(self) -> tuple[int, int]:
        """Bytes up and down that the interface counted, without any header of PPP."""
        statistics = f"/sys/class/net/{self.interface}/statistics"
        up, down = self.guest.run(f"cat {statistics}/tx_bytes {statistics}/rx_bytes").split()
        return int(up), int(down)

    def ping(self, target: str, count: int = 3, size: int = 56, *options: str) -> Ping:
        """Pings through this session, with the bit that forbids fragments; size is of the ICMP payload."""
        said = self.guest.run(
            f"ping -n -I {self.interface} -c {count} -i 0.1 -W 2 -s {size} -M do {' '.join(options)} {target} || true",
            seconds=30 + 2 * count,
        )
        found = re.search(r"(\d+) packets transmitted, (\d+) received", said)
        if found is None:
            raise AssertionError(f"{self.interface}: {said}")
        return Ping(int(found.group(1)), int(found.group(2)))

    def hang_up(self, seconds: float = 10) -> None:
        """Ends the session as a subscriber does who switches it off: Terminate-Request, then PADT."""
        self.guest.run(f"kill -TERM {self.pid} 2>/dev/null || true")
        self.ended(seconds)

    def crash(self) -> None:
        """Ends pppd without a word to anybody but what its kernel says by itself."""
        self.guest.run(f"kill -KILL {self.pid} 2>/dev/null || true")

    def _shown(self, family: str) -> str:
        try:
            return self.guest.run(f"ip {family} address show dev {self.interface}")
        except CommandFailed:
            return ""


class Concentrator:
    """rp-pppoe's server, one per device of a guest; its addresses are 10.99.UNIT.0/24 with 10.99.UNIT.1 for itself."""

    LOG = "/run/concentrator.log"

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._count = 0

    def secrets(self, users: dict[str, str]) -> None:
        lines = "".join(f'"{user}" * "{password}" *\\n' for user, password in users.items())
        self._guest.run(f"printf '{lines}' > /etc/ppp/chap-secrets; cp /etc/ppp/chap-secrets /etc/ppp/pap-secrets")

    def serve(self, device: str, options: str, name: str = "reference") -> str:
        """Serves on the device with options of pppd; gives the server's own address."""
        self._count += 1
        own = f"10.99.{self._count}.1"
        file = f"/run/server-{device}"
        self._guest.run(f"printf '{options}\\nlogfile {self.LOG}\\ndebug\\nnodetach\\n' > {file}")
        self._guest.launch(
            f"pppoe-server -F -I {device} -C {name} -L {own} -R 10.99.{self._count}.10 -N 50 -O {file}", f"{file}.log"
        )
        heard = "awk 'NR > 1 && $4 == \"8863\"' /proc/net/packet | wc -l"
        try:
            eventually(lambda: int(self._guest.run(heard)) == self._count, 10, f"pppoe-server listens on {device}")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self._guest.read(f'{file}.log')}") from late
        return own

    def log(self) -> str:
        return self._guest.read(self.LOG)

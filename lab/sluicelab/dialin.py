"""A lab whose subscribers dial: one guest with many lines, and everything that FreeRADIUS knows of who dials there."""

import contextlib
from typing import Callable, Iterator

from sluicelab.appliance import Configuration
from sluicelab.lab import WORK, Lab
from sluicelab.pppd import Pppd
from sluicelab.radius import Dialer
from sluicelab.topology import Line
from sluicelab.uml import Guest

SVLAN = 300
TAP = "tap0"
LINES = tuple(Line("tagging", f"line-{cvlan}", SVLAN, cvlan) for cvlan in range(1, 33)) + (
    Line("tagging", "line-equal", SVLAN, SVLAN),
)


class DialIn:
    """Devices that dial, one on each line; number N is user `dialN` with password `secretN`, interface `pppN`."""

    def __init__(self, lab: Lab, guest: Guest) -> None:
        self.lab = lab
        self.guest = guest

    @staticmethod
    def mac(number: int) -> str:
        return f"02:5c:00:00:00:{number:02x}"

    @staticmethod
    def user(number: int) -> str:
        return f"dial{number}"

    @staticmethod
    def password(number: int) -> str:
        return f"secret{number}"

    def pppd(self, number: int, password: str = "") -> Pppd:
        return Pppd(self.guest, number, f"line{number}", self.user(number), password or self.password(number))

    def session(self, number: int) -> dict | None:
        """As the appliance shows it, once it is open."""
        row = self.lab.appliance.session_of(self.mac(number))
        return row if row and row["ip_address"] else None

    def no_session(self, number: int) -> bool:
        return self.lab.appliance.session_of(self.mac(number)) is None

    @staticmethod
    @contextlib.contextmanager
    def up(
        changes: Configuration,
        replies: dict[int, tuple[str, ...]] | None = None,
        before: Callable[[Lab], None] = lambda lab: None,
    ) -> Iterator["DialIn"]:
        """
        A lab with the appliance and the guest.

        :param replies: what RADIUS says besides the usual, by number
        :param before: done when everything is up but the appliance
        """
        lab = Lab(progress=print)
        lab.radius.dialers = [
            Dialer(DialIn.user(number), DialIn.password(number), replies=(replies or {}).get(number, ()))
            for number in range(len(LINES))
        ]
        lab.up(changes, start=False)
        try:
            before(lab)
            lab.appliance.start()
            lab.node.add_tagged_port(TAP, LINES)
            with Guest("cpe", lab.node.namespace, TAP, WORK) as guest:
                for number, line in enumerate(LINES):
                    guest.add_line(f"line{number}", line, DialIn.mac(number))
                yield DialIn(lab, guest)
        finally:
            lab.down()

"""Other settings of PPPoE while the appliance runs."""

import itertools
import random

from sluicelab import pppoeframes as ppp
from sluicelab.lab import Lab
from sluicelab.pppoeframes import PppoeClient
from sluicelab.topology import Line
from sluicelab.waiting import eventually

ASKER = Line("tagging", "asker", 4000, 4000)
_names = itertools.count(1)


def hold(lab: Lab, settings: dict[str, object]) -> None:
    """Writes sluice.pppoe.cfg and returns when offers show it, by a name that the gateway gets for that."""
    name = f"terms-{next(_names)}"
    lab.appliance.reconfigure("sluice.pppoe", {**settings, "ac_name": name})
    with PppoeClient(lab.node.namespace, ASKER, "02:aa:00:00:00:01", random.Random(1)) as asker:

        def shown() -> bool:
            offer = asker.discover(seconds=0.5)
            return offer is not None and offer.tag(ppp.AC_NAME) == name.encode()

        eventually(shown, 30, "offers show the settings")

"""UDP of iperf3 through a policer."""

import json

from sluicelab.lab import Lab
from sluicelab.subscriber import Subscriber

SECONDS = 2
PAYLOAD_BYTES = 1200
HEADER_BYTES = 28


def policed_kbit(lab: Lab, subscriber: Subscriber, direction: str, kbit: int, burst_bytes: int) -> float:
    """What came of twice the rate, as the policer counts: IP packets, less the burst that was saved up before.

    Nothing when the two ends of iperf3 lost each other's words in the flood, which says nothing of the rate.

    :param direction: "down" or "up"
    :param kbit: the rate of the policer in kbit/s; the result is in kbit/s too
    """
    command = ["iperf3", "-c", lab.core.address, "-p", str(lab.topology.core.iperf_port), "-u", "-J",
               "-b", f"{kbit * 2}K", "-t", str(SECONDS), "-l", str(PAYLOAD_BYTES)]  # fmt: skip
    end = json.loads(subscriber.namespace.run(*command, *(["-R"] if direction == "down" else [])))["end"]
    if "sum" not in end:
        return 0
    told = end["sum"]
    received = (told["packets"] - told["lost_packets"]) * (PAYLOAD_BYTES + HEADER_BYTES) - burst_bytes
    return received * 8 / told["seconds"] / 1000

"""What the operator's tools show of frames, from a moment at which they are known to look at them."""

import concurrent.futures
import json
import pathlib
from typing import Callable

from sluicelab.lab import Lab
from sluicelab.namespace import run
from sluicelab.subscriber import Subscriber
from sluicelab.waiting import NotInTime, eventually

SECONDS = 10  # of a capture
LEADS = (2, 5, 10)  # seconds from asking for a trace to what it is for: a shell session takes its time to open
MEANT_BYTES = 400  # in a ping that counts; smaller ones show that the tool looks


def traced(lab: Lab, subscriber: Subscriber, act: Callable[[], object]) -> list[dict]:
    """
    The frames of a subscriber while something is done, less the small pings around it. What is shown comes when the trace
    has ended; it is repeated with more time unless it has small pings both before and behind.
    """
    for lead in LEADS:
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            command = f"dataplane:trace --json --seconds {2 * lead + 4} {subscriber.address()}"
            trace = threads.submit(lab.appliance.shell, command)
            subscriber.ping(lab.core.address, count=5 * lead)
            act()
            subscriber.ping(lab.core.address, count=1)
            shown = [json.loads(line) for line in trace.result(60).splitlines() if line.startswith("{")]
        small = ["ICMP" in frame["frame"] and frame["length"] < MEANT_BYTES for frame in shown]
        if small and small[0] and small[-1]:
            return [frame for frame, asks in zip(shown, small) if not asks]
    raise NotInTime(f"no trace had begun after {LEADS[-1]} s")


def captured(lab: Lab, subscriber: Subscriber, name: str, act: Callable[[], object]) -> tuple[dict, pathlib.Path]:
    """What the tool says of a capture during which something is done, and its file, which grows as frames come."""
    file = lab.appliance.directory / "data/captures" / name
    sizes = {0}

    def grows() -> bool:
        subscriber.ping(lab.core.address, count=1)
        sizes.add(file.stat().st_size if file.exists() else 0)
        return len(sizes) > 2

    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        command = f"dataplane:pcap --json --seconds {SECONDS} {subscriber.address()} {name}"
        capture = threads.submit(lab.appliance.shell, command)
        eventually(grows, 30, "the capture sees frames")
        act()
        return json.loads(capture.result(60).splitlines()[0])["data"], file


def read(file: pathlib.Path) -> str:
    """A capture as tcpdump tells it, less the small pings."""
    lines = run("tcpdump", "-e", "-n", "-r", file).splitlines()
    return "\n".join(line for line in lines if "ICMP" not in line or f"length {MEANT_BYTES + 8}" in line)

"""What a ping that was interrupted has said."""

import re

SENT = re.compile(r"(\d+) packets transmitted")
ANSWERED = re.compile(r"icmp_seq=(\d+) ttl")


def lost(said: str) -> list[int]:
    """The numbers that were not answered, less the last one: ping does not wait for its answer when it is interrupted."""
    found = SENT.search(said)
    if found is None:
        raise AssertionError(f"no summary: {said[-300:]}")
    return sorted(set(range(1, int(found.group(1)))) - set(map(int, ANSWERED.findall(said))))

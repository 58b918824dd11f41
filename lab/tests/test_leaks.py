"""What the benches look at when all have left: it shows what is held, and that nothing is left of devices that came and went."""

import pytest

from sluicebench.exclusive import exclusive
from sluicebench.sluice import SluiceGateway, clean, left
from sluicelab.lab import WORK
from sluicelab.waiting import eventually

DEVICES = 40
DEAD_PEER_SECONDS = 60  # echoes every 5 s, three without an answer, and a slow machine
SHARD = {"sessions": "0", "starting": "0", "timers": "0", "chores": "2"}
POOL = {"pool": "bench", "held": "0"}


def test_nothing_is_left_where_nothing_is_held() -> None:
    assert left([SHARD, SHARD], [POOL], []) == []


@pytest.mark.parametrize("held", ["sessions", "starting", "timers"])
def test_one_of_a_shard_is_left(held: str) -> None:
    assert left([SHARD, SHARD | {held: "1"}], [POOL], []) == [f"1 {held}"]


def test_timer_of_a_shard_is_left_when_it_has_more_than_it_needs() -> None:
    assert left([SHARD | {"chores": "5"}], [POOL], []) == ["2 chores too many"]


def test_address_and_entry_are_left() -> None:
    assert left([SHARD], [POOL | {"held": "3"}], [{"address": "10.0.0.1"}]) == ["3 addresses", "1 entries"]


def test_gateway_shows_what_it_holds_and_lets_go_of_all_of_it() -> None:
    """One device goes without a word, the others come and go by turns and by every way there is."""
    with exclusive():
        gateway = SluiceGateway(WORK / "bench", network="10.128.0.0/24", dialers=DEVICES + 1)
        try:
            gateway.up()
            gateway.generator.dial(range(DEVICES, DEVICES + 1), "--window", 1, "--stay")
            assert {held.partition(" ")[2] for held in gateway.leaks()} == {"sessions", "timers", "addresses", "entries"}
            churn = gateway.generator.dial(range(DEVICES), "--window", 8, "--churn", 5, "--churn-rate", 40)
            assert churn.redialled > DEVICES and churn.flaps == churn.lost == churn.open == 0
            eventually(lambda: gateway.leaks() == [], DEAD_PEER_SECONDS, "nothing is left")
            gateway.check()
        finally:
            gateway.down()
            clean()

"""The appliance without XDP behind the access node: the profile generic-linux, Q-in-Q: what test_online.py demands, and a storm."""

from typing import Iterator

import pytest
from test_bad_input import test_a_flood_of_discovers_from_one_line_costs_the_others_nothing
from test_online import (
    test_a_source_that_nobody_was_granted_is_dropped,
    test_a_spoofed_source_is_dropped_and_counted_and_its_owner_goes_on,
    test_answers_reach_the_line_with_both_tags_and_the_subscribers_mac,
    test_every_admitted_subscriber_has_its_own_address_of_the_pool,
    test_every_book_has_the_same_address_and_the_same_bytes,
    test_packets_reach_the_core_untagged_from_the_granted_address,
)

from sluicelab.lab import Lab

__all__ = [
    "test_a_flood_of_discovers_from_one_line_costs_the_others_nothing",
    "test_a_source_that_nobody_was_granted_is_dropped",
    "test_a_spoofed_source_is_dropped_and_counted_and_its_owner_goes_on",
    "test_answers_reach_the_line_with_both_tags_and_the_subscribers_mac",
    "test_every_admitted_subscriber_has_its_own_address_of_the_pool",
    "test_every_book_has_the_same_address_and_the_same_bytes",
    "test_packets_reach_the_core_untagged_from_the_granted_address",
]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab on the Linux data plane, shaped, in which every admitted subscriber is online."""
    lab = Lab(progress=print)
    lab.up(
        {
            "sluice.hardware": {"profile": "generic-linux", "access": "trunk0", "core": "core0"},
            "sluice.dataplane.linux": {"core_gateway": lab.core.address, "shaping": "htb"},
        }
    )
    try:
        lab.clients_up()
        yield lab
    finally:
        lab.down()


def test_the_gateway_answers_its_subscribers_on_their_lines(lab: Lab) -> None:
    for subscriber in lab.admitted:
        assert subscriber.reaches(subscriber.lease().router), "ARP and echo with both tags"

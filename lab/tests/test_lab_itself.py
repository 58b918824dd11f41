"""The lab's own parts that can be wrong without anybody noticing: codecs, the topology, the detail file."""

import random
import socket

import pytest

from sluicelab import packets
from sluicelab.figures import Figures
from sluicelab.lab import HOME
from sluicelab.radius import AccountingRecord
from sluicelab.topology import BadTopology, Line, Topology
from sluicelab.waiting import NotInTime, eventually

DISCOVER = packets.Dhcp(True, 0x12345678, "02:5b:00:00:00:01", ((packets.OPTION_TYPE, bytes((packets.DISCOVER,))),))


def test_topology_file_is_complete() -> None:
    topology = Topology.read(HOME / "topology.yaml")
    assert len(topology.admitted) >= 4
    assert any(not plan.admitted for plan in topology.subscribers)
    assert {plan.client for plan in topology.admitted} == {"dhclient", "udhcpc"}
    assert any(line.svlan == line.cvlan for line in topology.lines)


def test_vlan_out_of_range_is_refused() -> None:
    with pytest.raises(BadTopology, match="VLAN 4095"):
        Line("node", "1/0/1", 100, 4095)


def test_dhcp_message_survives_a_round_trip_and_is_padded() -> None:
    data = DISCOVER.encode()
    assert len(data) == 300
    assert packets.Dhcp.decode(data) == DISCOVER


def test_option_82_goes_before_the_end_and_leaves_the_rest_alone() -> None:
    data = packets.insert_relay_agent(DISCOVER.encode(), "1/0/1", "node")
    message = packets.Dhcp.decode(data)
    assert len(data) == 300
    assert message.option(packets.OPTION_AGENT) == b"\x01\x051/0/1\x02\x04node"
    assert message.options[:-1] == DISCOVER.options


def test_every_truncation_of_a_dhcp_message_is_refused_or_read() -> None:
    data = DISCOVER.encode()
    for length in range(241):
        with pytest.raises(ValueError):
            packets.Dhcp.decode(data[:length])


def test_checksums_of_a_datagram_are_right() -> None:
    packet = packets.udp("10.64.0.10", 68, "10.64.0.1", 67, random.Random(1).randbytes(301))
    pseudo = packet[12:20] + b"\0\x11" + packet[24:26]
    assert packets.checksum(packet[:20]) == 0
    assert packets.checksum(pseudo + packet[20:]) == 0
    assert socket.inet_ntoa(packet[16:20]) == "10.64.0.1"


def test_detail_records_have_gigawords_and_quotes_and_half_a_record_waits() -> None:
    detail = (
        "Mon Jan  1 00:00:00 2026\n\tAcct-Status-Type = Stop\n\tUser-Name = \"a/\\\"b\\\"\"\n"
        "\tAcct-Input-Octets = 5\n\tAcct-Input-Gigawords = 1\n\tClass = 0x01\n\tClass = 0x02\n\n"
        "Mon Jan  1 00:00:01 2026\n\tAcct-Status-Type = Sta"
    )
    (record,) = AccountingRecord.parse(detail)
    assert record.status == "Stop"
    assert record.text("User-Name") == 'a/"b"'
    assert record.up_bytes == (1 << 32) + 5
    assert record.attributes["Class"] == ("0x01", "0x02")


def test_figures_hold_the_median_of_all_runs() -> None:
    figures = Figures("dhcp")
    for value in (3.0, 1.0, 2.0):
        figures.add("setups_per_s", value, "1/s")
    assert figures.as_json()["figures"]["setups_per_s"] == {"value": 2.0, "min": 1.0, "max": 3.0, "unit": "1/s", "runs": 3}


def test_a_condition_that_stays_false_says_what_was_awaited() -> None:
    with pytest.raises(NotInTime, match="the moon"):
        eventually(lambda: False, 0.1, "the moon")

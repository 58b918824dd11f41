"""A user has one session and the newest replaces it, while FreeRADIUS names the same address, or prefix too, for each."""

import itertools
import random
from typing import Iterator

import pytest

from sluicelab import pppoeframes as ppp
from sluicelab.cpe import random_mac
from sluicelab.lab import Lab
from sluicelab.pppoeframes import PppoeClient
from sluicelab.radius import Dialer
from sluicelab.topology import Line
from sluicelab.waiting import eventually

SVLAN = 620
PASSWORD = "secret"
FOUR, BOTH = "four", "both"
PREFIX = "Framed-IPv6-Prefix = 2001:db8:1:77::/64"
ADDRESSES = {FOUR: "10.64.2.202", BOTH: "10.64.2.203"}
REPLIES = {FOUR: (), BOTH: (PREFIX,)}
DIALS = 4


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    lab = Lab(progress=print)
    lab.radius.dialers = [
        Dialer(user, PASSWORD, replies=(f"Framed-IP-Address = {ADDRESSES[user]}", *REPLIES[user])) for user in ADDRESSES
    ]
    lab.up({"sluice.session": {"max_sessions_per_user": 1, "user_full": "replace"}})
    try:
        yield lab
    finally:
        lab.down()


@pytest.mark.parametrize("number, user", enumerate(ADDRESSES))
def test_the_newest_session_has_what_radius_names_each_time(lab: Lab, chance: random.Random, number: int, user: str) -> None:
    """From line to line, as a technician does, and never with a word of goodbye."""
    lines = (Line("tagging", f"redial-{cvlan}", SVLAN, cvlan) for cvlan in itertools.count(1 + number * DIALS))
    clients = [PppoeClient(lab.node.namespace, next(lines), random_mac(chance), chance) for _ in range(DIALS)]
    for former, client in zip([None, *clients], clients):
        client.connect()
        client.link_up()
        assert client.authenticate(user, PASSWORD).code == ppp.CHAP_SUCCESS
        if user == BOTH:
            client.network6_up()
        client.network_up()
        assert client.address == ADDRESSES[user]
        assert client.echo() is not None
        assert former is None or former.terminated()
    sessions = [row for row in lab.appliance.sessions() if row["username"] == user]
    assert [(row["mac_address"], row["ip_address"]) for row in sessions] == [(clients[-1].mac, ADDRESSES[user])]
    clients[-1].hang_up()
    eventually(lambda: not lab.appliance.sessions(), 10, "it is closed")
    causes = [record.text("Acct-Terminate-Cause") for record in lab.radius.records_named(user) if record.status == "Stop"]
    assert causes == ["Port-Preempted"] * (DIALS - 1) + ["User-Request"]
    for client in clients:
        client.close()

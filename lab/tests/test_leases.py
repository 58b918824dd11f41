"""The life of a lease after its grant: released, declined, asked for again, taken by somebody else."""

import random
import socket

from sluicelab import packets
from sluicelab.cpe import Cpe, Grant, Tap, random_mac
from sluicelab.lab import Lab
from sluicelab.waiting import eventually


def test_a_release_closes_the_session_and_stops_the_accounting_with_its_cause(lab: Lab) -> None:
    for subscriber in lab.admitted[:2]:
        address = subscriber.address()
        subscriber.ping(lab.core.address, count=3)
        subscriber.release()
        stops = lambda: [one for one in lab.radius.records_of(subscriber.plan) if one.status == "Stop"]  # noqa: E731
        (stop,) = eventually(stops, 20, f"stop of {subscriber.plan.name}")
        assert stop.text("Acct-Terminate-Cause") == "User-Request"
        assert stop.text("Framed-IP-Address") == address
        assert stop.up_bytes >= 3 * 84
        assert lab.appliance.session_of(subscriber.plan.mac) is None
        subscriber.forget()
        subscriber.start_client()
        subscriber.online()
        subscriber.ping(lab.core.address, count=1)


def test_a_released_address_forwards_nothing_more(lab: Lab, chance: random.Random) -> None:
    line = lab.admitted[2].plan.line
    with Cpe(lab.node.namespace, line, random_mac(chance), chance) as cpe:
        grant = cpe.lease()
        assert grant is not None
        cpe.release(grant)
        eventually(lambda: lab.appliance.session_of(cpe.mac) is None, 10, "the session is closed")
        trunk_mac = lab.gateway.interface("trunk0")["address"]
        packet = packets.udp(grant.address, 4000, lab.core.address, 9, b"afterwards" * 6)
        with Tap(lab.core.namespace, "eth0") as core:
            cpe.send_raw(packets.ethernet(cpe.mac, trunk_mac, packets.ETH_IPV4, packet, (line.svlan, line.cvlan)))
            assert not [frame for frame in core.frames(1) if b"afterwards" in frame.payload]


def test_a_declined_address_is_nobodys_for_the_time_of_its_quarantine(lab: Lab, chance: random.Random) -> None:
    lines = [one.plan.line for one in lab.admitted]
    with Cpe(lab.node.namespace, lines[0], random_mac(chance), chance) as cpe:
        declined = cpe.lease()
        assert declined is not None
        cpe.decline(declined)
        eventually(lambda: lab.appliance.session_of(cpe.mac) is None, 10, "the declined session is closed")
        again = eventually(cpe.lease, 20, "another address for the one that declined")
        assert again.address != declined.address
        cpe.release(again)
    for line in lines:
        with Cpe(lab.node.namespace, line, random_mac(chance), chance) as other:
            grant = eventually(other.lease, 20, "an address for somebody else")
            assert grant.address != declined.address
            other.release(grant)


def test_a_request_for_an_address_that_is_not_ours_is_refused(lab: Lab, chance: random.Random) -> None:
    taken = lab.admitted[0].address()
    with Cpe(lab.node.namespace, lab.admitted[1].plan.line, random_mac(chance), chance) as cpe:
        offer = cpe.discover()
        assert offer is not None
        for wrong in (taken, "192.0.2.77"):
            answer = cpe.request(Grant(wrong, offer.server))
            assert answer is not None and answer.kind == packets.NAK
    assert lab.admitted[0].reaches(lab.core.address)


def test_an_offer_that_another_server_won_is_given_up(lab: Lab, chance: random.Random) -> None:
    with Cpe(lab.node.namespace, lab.admitted[1].plan.line, random_mac(chance), chance) as cpe:
        offer = cpe.discover()
        assert offer is not None
        assert cpe.request(Grant(offer.address, "192.0.2.1"), seconds=1) is None
        eventually(lambda: not (lab.appliance.session_of(cpe.mac) or {}).get("ip_address"), 10, "no address is held")


def test_a_device_that_reboots_keeps_its_address(lab: Lab) -> None:
    subscriber = next(one for one in lab.admitted if one.plan.client == "dhclient")
    address, noted = subscriber.address(), subscriber.lease_noted_at()
    subscriber.renew()  # dhclient starts again with the lease it knows: INIT-REBOOT
    eventually(lambda: subscriber.has_lease() and subscriber.lease_noted_at() > noted, 20, "acknowledged again")
    assert subscriber.lease().address == address
    subscriber.ping(lab.core.address, count=1)


def test_a_device_that_forgot_everything_gets_the_same_address_on_its_line(lab: Lab) -> None:
    for subscriber in lab.admitted[2:4]:
        address = subscriber.address()
        subscriber.forget()
        subscriber.start_client()
        assert subscriber.online().address == address
        starts = [one for one in lab.radius.records_of(subscriber.plan) if one.status == "Start"]
        assert len({one.session for one in starts}) == len(starts)


def test_agent_and_client_identifiers_come_back(lab: Lab, chance: random.Random) -> None:
    with Cpe(lab.node.namespace, lab.admitted[5].plan.line, random_mac(chance), chance) as cpe:
        identifier = b"\x00sluice lab"
        message = cpe.message(packets.DISCOVER, (61, identifier))
        offer = eventually(lambda: cpe.ask(message), 10, "an offer")
        assert offer.option(61) == identifier
        assert offer.option(packets.OPTION_AGENT) == packets.relay_agent(cpe.line.circuit_id, cpe.line.remote_id)
        assert offer.option(1) == socket.inet_aton(str(lab.topology.pools[0].network.netmask))

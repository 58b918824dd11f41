"""Clients renew while the control plane is away: the kernel answers, and the control plane finds it when it is back."""

import concurrent.futures
import random
import socket
import struct
import time

from sluicelab import packets
from sluicelab.cpe import Cpe, Grant, random_mac
from sluicelab.lab import Lab
from sluicelab.waiting import eventually

OPTION_LEASE = 51
LEASE_SECONDS = 60  # the shortest that the server gives
RENEWED_BY_KERNEL = "DHCP REQUEST of a known lease answered"


def renewals(lab: Lab) -> int:
    """REQUESTs that the kernel has answered."""
    return int(next(row["value"] for row in lab.appliance.table("dataplane:status") if row["item"] == RENEWED_BY_KERNEL))


def ask_for_more(cpe: Cpe, grant: Grant) -> packets.Dhcp | None:
    """Rebinding, with the lease time that the client always asks for."""
    wish = (OPTION_LEASE, struct.pack("!I", LEASE_SECONDS))
    return cpe.ask(cpe.message(packets.REQUEST, wish, client_address=grant.address), 5)


def renewed_in_kernel(lab: Lab, cpe: Cpe, grant: Grant) -> None:
    """Asks for more until the kernel is who grants it: the lease is handed to it a moment after the answer before."""

    def by_kernel() -> bool:
        before, answer = renewals(lab), ask_for_more(cpe, grant)
        assert answer is not None and answer.kind == packets.ACK
        return renewals(lab) == before + 1

    eventually(by_kernel, 15, "the kernel grants")


def short_lease(cpe: Cpe) -> Grant:
    offer = eventually(cpe.discover, 20, "an offer")
    answer = cpe.ask(
        cpe.message(
            packets.REQUEST,
            (packets.OPTION_REQUESTED, socket.inet_aton(offer.address)),
            (packets.OPTION_SERVER, socket.inet_aton(offer.server)),
            (OPTION_LEASE, struct.pack("!I", LEASE_SECONDS)),
        )
    )
    assert answer is not None and answer.kind == packets.ACK
    assert struct.unpack("!I", answer.option(OPTION_LEASE))[0] == LEASE_SECONDS
    return offer


def test_real_clients_renew_while_the_jvm_stands_still(lab: Lab) -> None:
    before = renewals(lab)
    with lab.appliance.standing_still():
        for subscriber in lab.admitted:
            noted, address = subscriber.lease_noted_at(), subscriber.address()
            subscriber.renew()
            eventually(
                lambda: subscriber.has_lease() and subscriber.lease_noted_at() > noted,
                20,
                f"{subscriber.plan.name} ({subscriber.plan.client}) renewed",
            )
            assert subscriber.lease().address == address
    assert renewals(lab) >= before + len(lab.admitted)


def test_a_lease_renewed_only_in_the_kernel_outlives_its_first_end(lab: Lab, chance: random.Random) -> None:
    line = lab.admitted[0].plan.line
    with Cpe(lab.node.namespace, line, random_mac(chance), chance) as cpe:
        grant = short_lease(cpe)
        granted = time.monotonic()
        lab.appliance.kill()
        time.sleep(max(0, granted + LEASE_SECONDS / 2 - time.monotonic()))
        answer = ask_for_more(cpe, grant)
        renewed = time.monotonic()
        assert answer is not None and answer.kind == packets.ACK
        assert answer.your_address == answer.client_address == grant.address
        assert struct.unpack("!I", answer.option(OPTION_LEASE))[0] == LEASE_SECONDS
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            start = threads.submit(lab.appliance.start)
            while not concurrent.futures.wait([start], timeout=10).done:  # a busy machine may take longer than a lease
                if ask_for_more(cpe, grant) is not None:
                    renewed = time.monotonic()
            start.result()
        time.sleep(max(0, granted + LEASE_SECONDS + 5 - time.monotonic()))
        session = lab.appliance.session_of(cpe.mac)
        assert session is not None and session["ip_address"] == grant.address, "the first end of the lease is past"
        assert time.monotonic() < renewed + LEASE_SECONDS
        again = ask_for_more(cpe, grant)
        assert again is not None and again.kind == packets.ACK, "Java answers on the terms that the kernel gave"
        renewed_in_kernel(lab, cpe, grant)
        answered = renewals(lab)
        cpe.release(grant)
        eventually(lambda: lab.appliance.session_of(cpe.mac) is None, 10, "the released session is closed")
        assert ask_for_more(cpe, grant) is None or renewals(lab) == answered, "the kernel answers no released lease"


def test_the_table_of_leases_shows_what_the_kernel_granted(lab: Lab, chance: random.Random) -> None:
    line = lab.admitted[1].plan.line
    with Cpe(lab.node.namespace, line, random_mac(chance), chance) as cpe:
        grant = short_lease(cpe)
        ends = lambda: next(  # noqa: E731
            row["ends"] for row in lab.appliance.table("dhcp:leases") if row["address"] == grant.address
        )
        first = ends()
        time.sleep(2)
        renewed_in_kernel(lab, cpe, grant)
        assert ends() > first
        cpe.release(grant)

"""
The data plane is taken out of the kernel on request, and comes back. Tests of this module build on each other, in order:
first with force while subscribers are online, then as an operator takes a gateway out of service.
"""

import json
import pathlib

import pytest

from sluicelab import books
from sluicelab.appliance import PINS
from sluicelab.lab import Lab
from sluicelab.namespace import CommandFailed, run
from sluicelab.radius import AccountingRecord
from sluicelab.subscriber import Subscriber
from sluicelab.waiting import eventually

BUNDLE = "sluice.dataplane.xdp"
INTERFACES = ("trunk0", "core0")


def pins(kind: str = "*") -> list[pathlib.Path]:
    """What is pinned of our data plane: `map_*`, `link_*`."""
    return sorted(PINS.glob(f"*/{kind}"))


def interfaces_with_programs(lab: Lab) -> list[str]:
    return [device for device in INTERFACES if "xdp" in lab.gateway.interface(device)]


def held() -> dict[str, set[int]]:
    """Kernel objects behind our pins: ids of maps, and of programs on interfaces."""
    shown = {kind: [json.loads(run("bpftool", "-j", kind, "show", "pinned", pin)) for pin in pins(f"{kind}_*")]
             for kind in ("map", "link")}  # fmt: skip
    return {"map": {one["id"] for one in shown["map"]}, "prog": {one["prog_id"] for one in shown["link"]}}


def left(before: dict[str, set[int]]) -> dict[str, set[int]]:
    """Which of these objects the kernel still has, whoever holds them."""
    return {kind: {one["id"] for one in json.loads(run("bpftool", "-j", kind, "show"))} & ids
            for kind, ids in before.items()}  # fmt: skip


def record_of(lab: Lab, subscriber: Subscriber, status: str) -> AccountingRecord:
    """The newest record if it is of that kind and has everything that the subscriber's interface has counted."""

    def found() -> AccountingRecord | None:
        traffic = subscriber.traffic()
        last = lab.radius.records_of(subscriber.plan)[-1]
        exact = (last.up_bytes, last.down_bytes) == (traffic.up_bytes, traffic.down_bytes)
        return last if last.status == status and exact else None

    return eventually(found, 3 * lab.topology.gateway.interim_seconds, f"{status} of {subscriber.plan.name} has every byte")


@pytest.fixture(scope="module")
def removed_by_force(lab: Lab) -> dict[str, set[int]]:
    """Kernel objects of before. Every subscriber has sent and received; then nothing is on its way any more."""
    for subscriber in lab.admitted:
        books.exercise(lab, subscriber)
    before = held()
    assert before["map"] and before["prog"] and interfaces_with_programs(lab) == list(INTERFACES)
    return before


def test_removal_asks_for_force_while_there_are_entries_and_for_the_word_that_it_is_meant(
    lab: Lab, removed_by_force: dict[str, set[int]]
) -> None:
    for words, complaint in (("", "There are"), ("--yes", "--force"), ("--force", "--yes")):
        with pytest.raises(CommandFailed, match=complaint):
            lab.appliance.shell(f"dataplane:remove {words}")
    assert held() == removed_by_force
    for subscriber in lab.admitted:
        assert subscriber.reaches(lab.core.address)


def test_removal_by_force_leaves_no_pin_and_no_program_and_ends_forwarding(
    lab: Lab, removed_by_force: dict[str, set[int]]
) -> None:
    said = lab.appliance.shell("dataplane:remove --yes --force")
    assert f"{len(lab.admitted)} entries are forgotten" in said
    assert pins() == []
    assert interfaces_with_programs(lab) == []


def test_last_counters_reach_accounting_after_removal_by_force_too(lab: Lab) -> None:
    for subscriber in lab.admitted:
        record = record_of(lab, subscriber, "Interim-Update")
        assert record.up_bytes > books.UP_BYTES and record.down_bytes > books.DOWN_BYTES
    for subscriber in lab.admitted:
        assert not subscriber.reaches(lab.core.address)


def test_killed_program_leaves_no_map_behind_after_removal(lab: Lab, removed_by_force: dict[str, set[int]]) -> None:
    lab.appliance.kill()
    eventually(lambda: not any(left(removed_by_force).values()), 10, "no map and no program is left in the kernel")
    assert pins() == []


def test_restart_brings_sessions_addresses_and_counters_back(lab: Lab) -> None:
    known = {one.plan.name: lab.radius.records_of(one.plan)[-1] for one in lab.admitted}
    lab.appliance.start()
    assert interfaces_with_programs(lab) == list(INTERFACES)
    for subscriber in lab.admitted:
        before = known[subscriber.plan.name]
        eventually(lambda: subscriber.reaches(lab.core.address), 20, f"{subscriber.plan.name} reaches the core without asking")
        session = lab.appliance.session_of(subscriber.plan.mac)
        assert session["session_id"] == before.session
        assert session["ip_address"] == before.text("Framed-IP-Address") == subscriber.address()
        assert session["output_octets"] > before.up_bytes and session["input_octets"] > before.down_bytes


@pytest.fixture(scope="module")
def taken_out_of_service(lab: Lab) -> tuple[dict[str, set[int]], dict[str, AccountingRecord]]:
    """Kernel objects while they were there, and the records of the sessions that the operator has ended."""
    for subscriber in lab.admitted:
        books.exercise(lab, subscriber)
    before = held()
    lab.appliance.shell("session:drain --yes")
    stops = {}
    for subscriber in lab.admitted:
        eventually(lambda: lab.radius.records_of(subscriber.plan)[-1].status == "Stop", 20, f"Stop of {subscriber.plan.name}")
        stops[subscriber.plan.name] = lab.radius.records_of(subscriber.plan)[-1]
    assert held() == before, "the last counters are accounted while the data plane is still there"
    return before, stops


def test_final_counters_are_accounted_before_the_data_plane_goes(
    lab: Lab, taken_out_of_service: tuple[dict[str, set[int]], dict[str, AccountingRecord]]
) -> None:
    _, stops = taken_out_of_service
    known: dict[str, dict[str, str]] = {}

    def all_told() -> bool:
        events = lab.oss.redis.events()
        known.update({event["session_id"]: event for event in events if event["event_type"] == "SESSION_STOP"})
        return known.keys() >= {stop.session for stop in stops.values()}

    eventually(all_told, 20, "every end is in the stream")
    for subscriber in lab.admitted:
        stop = stops[subscriber.plan.name]
        earlier = [record for record in lab.radius.records_of(subscriber.plan) if record.status == "Interim-Update"]
        assert stop.text("Acct-Terminate-Cause") == "Admin-Reboot"
        assert stop.up_bytes >= earlier[-1].up_bytes and stop.down_bytes >= earlier[-1].down_bytes
        assert stop.up_bytes > 2 * books.UP_BYTES and stop.down_bytes > 2 * books.DOWN_BYTES
        event = known[stop.session]
        # in the event stream input is towards the subscriber
        assert (int(event["output_octets"]), int(event["input_octets"])) == (stop.up_bytes, stop.down_bytes)


def test_drained_gateway_is_removed_without_force_and_a_stopped_bundle_holds_no_map(
    lab: Lab, taken_out_of_service: tuple[dict[str, set[int]], dict[str, AccountingRecord]]
) -> None:
    before, _ = taken_out_of_service
    assert "0 entries are forgotten" in lab.appliance.shell("dataplane:remove --yes")
    assert pins() == []
    assert interfaces_with_programs(lab) == []
    lab.appliance.shell(f"bundle:stop {BUNDLE}")
    eventually(lambda: not any(left(before).values()), 20, "no map and no program is left in the kernel")
    assert pins() == [] and lab.appliance.alive


def test_started_bundle_brings_service_back(lab: Lab) -> None:
    lab.appliance.shell(f"bundle:start {BUNDLE}")
    eventually(lambda: interfaces_with_programs(lab) == list(INTERFACES), 20, "programs are on the interfaces")
    eventually(lambda: resumed(lab), 30, "the gateway takes sessions again")
    for subscriber in lab.admitted:
        subscriber.forget()
        subscriber.start_client()
    for subscriber in lab.admitted:
        subscriber.online()
        eventually(lambda: subscriber.reaches(lab.core.address), 10, f"{subscriber.plan.name} reaches the core")


def resumed(lab: Lab) -> bool:
    """The engine comes back a moment after its data plane."""
    try:
        lab.appliance.shell("session:resume")
        return True
    except CommandFailed:
        return False

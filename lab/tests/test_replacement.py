"""
The data plane's bundle is restarted and replaced while subscribers work, by versions with the same and with another layout
of the maps. Tests of this module build on each other.
"""

import contextlib
import json
import pathlib

import pytest

from sluicelab import books, relaid
from sluicelab.appliance import PINS
from sluicelab.lab import Lab
from sluicelab.namespace import CommandFailed, run
from sluicelab.sequence import Loss, SequenceRun
from sluicelab.waiting import eventually

BUNDLE = "sluice.dataplane.xdp"
NEXT_VERSION, RELAID_VERSION, LAST_VERSION = "1.0.1", "1.0.2", "1.0.3"
FEWEST = 300  # numbers of each line that must come back while the bundle changes, to mean something


def programs() -> dict[str, int]:
    """The program of each link, by the link's name; those are left out that are on their way from one layout to another."""
    found = {}
    for path in sorted(PINS.glob("*/link_*")):
        with contextlib.suppress(CommandFailed):
            found[path.name] = json.loads(run("bpftool", "-j", "link", "show", "pinned", path))["prog_id"]
    return found


def layouts() -> list[str]:
    """The layouts of maps that are pinned."""
    return sorted(path.name for path in PINS.iterdir())


def entry_bytes() -> int:
    """The size of a subscriber's entry in the map that is pinned."""
    return json.loads(run("bpftool", "-j", "map", "show", "pinned", next(PINS.glob("*/map_subscribers"))))["bytes_value"]


def shipped(lab: Lab) -> pathlib.Path:
    return next(lab.appliance.directory.glob("system/sluice/sluice-dataplane-xdp/*/*.jar"))


def bundle_state(lab: Lab) -> str:
    return lab.appliance.shell(f"bundle:list -s --no-format | grep {BUNDLE}")


def during(lab: Lab, command: str) -> dict[str, Loss]:
    """Numbered datagrams of every subscriber while the command runs, and until its programs are on the interfaces."""
    address, port = lab.core.address, lab.topology.core.echo_port
    before = programs()
    assert before, "the programs are on the interfaces"
    runs = {one.plan.name: SequenceRun(one.namespace, address, port) for one in lab.admitted}
    eventually(lambda: all(one.received > FEWEST for one in runs.values()), 20, "traffic on every line")
    lab.appliance.shell(command)
    eventually(lambda: all(programs().get(link, old) != old for link, old in before.items()), 60, "programs replaced")
    lab.appliance.table_when_there("dataplane:status")
    marks = {name: one.received for name, one in runs.items()}
    eventually(lambda: all(one.received > marks[name] + FEWEST for name, one in runs.items()), 20, "traffic afterwards")
    return {name: one.stop() for name, one in runs.items()}


def check(losses: dict[str, Loss]) -> None:
    for name, loss in losses.items():
        assert loss.missing == (), f"{name}: {loss}"
        assert loss.duplicates == 0


@pytest.fixture(scope="module")
def sessions(lab: Lab) -> dict[str, dict]:
    """What was known before anything was replaced, by MAC."""
    return {row["mac_address"]: row for row in lab.appliance.sessions() if row["ip_address"]}


def test_restart_of_the_bundle_replaces_the_programs_and_loses_nothing(lab: Lab, sessions: dict[str, dict]) -> None:
    assert sessions
    check(during(lab, f"bundle:restart {BUNDLE}"))


def test_new_version_of_the_bundle_replaces_the_programs_and_loses_nothing(lab: Lab, tmp_path: pathlib.Path) -> None:
    update = relaid.with_version(shipped(lab), NEXT_VERSION, tmp_path / "sluice-dataplane-xdp.jar")
    check(during(lab, f"bundle:update {BUNDLE} file:{update}"))
    assert NEXT_VERSION in bundle_state(lab)


def test_version_with_another_layout_takes_the_maps_over_and_loses_nothing(lab: Lab, tmp_path: pathlib.Path) -> None:
    before, bytes_before = layouts(), entry_bytes()
    update = relaid.with_layout(shipped(lab), RELAID_VERSION, lab.appliance.directory / "system/sluice", tmp_path)
    check(during(lab, f"bundle:update {BUNDLE} file:{update}"))
    assert RELAID_VERSION in bundle_state(lab)
    assert len(before) == len(layouts()) == 1 and layouts() != before, "maps and links of the former layout are gone"
    assert entry_bytes() == bytes_before + relaid.GROWTH
    assert lab.appliance.log_file.read_text().count(f"maps of layout {before[0]} are copied") == 1


def test_former_layout_comes_back_and_loses_nothing(lab: Lab, tmp_path: pathlib.Path) -> None:
    before = layouts()
    update = relaid.with_version(shipped(lab), LAST_VERSION, tmp_path / "sluice-dataplane-xdp.jar")
    check(during(lab, f"bundle:update {BUNDLE} file:{update}"))
    assert LAST_VERSION in bundle_state(lab)
    assert len(layouts()) == 1 and layouts() != before


def test_sessions_and_counters_go_on(lab: Lab, sessions: dict[str, dict]) -> None:
    eventually(
        lambda: {row["mac_address"] for row in lab.appliance.sessions() if row["ip_address"]} == sessions.keys(),
        30,
        "the same subscribers are online",
    )
    for row in lab.appliance.sessions():
        before = sessions.get(row["mac_address"])
        if before is not None:
            for field in ("session_id", "ip_address", "session_start"):
                assert row[field] == before[field]
            for counter in ("input_octets", "output_octets", "input_packets", "output_packets"):
                assert row[counter] > before[counter]


def test_every_byte_is_counted_once_whatever_layout_counted_it(lab: Lab) -> None:
    round_trips = {one.plan.name: books.exercise(lab, one) for one in lab.admitted}
    rows = books.settle(lab, round_trips, 4 * lab.topology.gateway.interim_seconds)
    assert all(row.agrees for row in rows), books.table(rows)


def test_clients_renew_afterwards(lab: Lab) -> None:
    for subscriber in lab.admitted:
        noted, address = subscriber.lease_noted_at(), subscriber.address()
        subscriber.renew()
        eventually(lambda: subscriber.has_lease() and subscriber.lease_noted_at() > noted, 20, f"{subscriber.plan.name} renewed")
        assert subscriber.lease().address == address

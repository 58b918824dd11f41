"""The data plane's bundle is restarted and replaced while subscribers work. Tests of this module build on each other."""

import json
import pathlib
import zipfile

import pytest

from sluicelab.appliance import PINS
from sluicelab.lab import Lab
from sluicelab.namespace import run
from sluicelab.sequence import Loss, SequenceRun
from sluicelab.waiting import eventually

BUNDLE = "sluice.dataplane.xdp"
NEXT_VERSION = "1.0.1"
MANIFEST = "META-INF/MANIFEST.MF"
FEWEST = 300  # numbers of each line that must come back while the bundle changes, to mean something


def programs() -> dict[str, int]:
    """The program of each link, by the link's pin."""
    return {
        path.name: json.loads(run("bpftool", "-j", "link", "show", "pinned", path))["prog_id"]
        for path in sorted(PINS.glob("*/link_*"))
    }


def with_version(bundle: pathlib.Path, version: str, made: pathlib.Path) -> pathlib.Path:
    """The same bundle under another version."""
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == MANIFEST:
                lines = content.decode().splitlines(keepends=True)
                content = "".join(
                    f"Bundle-Version: {version}\r\n" if line.startswith("Bundle-Version:") else line for line in lines
                ).encode()
            new.writestr(entry, content)
    return made


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
    eventually(lambda: lab.appliance.table("dataplane:status"), 60, "the data plane is back")
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
    shipped = next(lab.appliance.directory.glob("system/sluice/sluice-dataplane-xdp/*/*.jar"))
    update = with_version(shipped, NEXT_VERSION, tmp_path / "sluice-dataplane-xdp.jar")
    check(during(lab, f"bundle:update {BUNDLE} file:{update}"))
    assert NEXT_VERSION in bundle_state(lab)


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


def test_clients_renew_afterwards(lab: Lab) -> None:
    for subscriber in lab.admitted:
        noted, address = subscriber.lease_noted_at(), subscriber.address()
        subscriber.renew()
        eventually(lambda: subscriber.has_lease() and subscriber.lease_noted_at() > noted, 20, f"{subscriber.plan.name} renewed")
        assert subscriber.lease().address == address

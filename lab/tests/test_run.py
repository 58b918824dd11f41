"""lab/run as a person runs it."""

import pathlib
import signal
import sys
from typing import Iterator

import pytest

from sluicelab.appliance import PINS
from sluicelab.lab import HOME, RUN, Lab
from sluicelab.namespace import Namespace, Process
from sluicelab.waiting import eventually


def start(log: pathlib.Path, *arguments: str) -> Process:
    return Process([sys.executable, "-m", "sluicelab", *arguments], log)


def left_over() -> list[str]:
    """Namespaces, pins and directories of a lab."""
    found = [namespace.name for namespace in Namespace.existing()]
    found += [str(pins) for pins in Lab.pinned()]
    found += [str(line) for line in pathlib.Path("/proc/mounts").read_text().splitlines() if str(HOME) in line]
    return found + ([str(RUN)] if RUN.exists() else [])


@pytest.fixture
def cleaned() -> Iterator[None]:
    yield
    Lab.clean()


@pytest.mark.usefixtures("cleaned")
def test_check_exits_with_0_and_leaves_nothing(tmp_path: pathlib.Path) -> None:
    run = start(tmp_path / "check.log", "--check")
    assert run.wait(180) == 0, run.said()
    assert run.said().count("  agrees\n") == len(Lab().admitted), run.said()
    assert left_over() == []


@pytest.mark.usefixtures("cleaned")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_lab_that_stays_up_ends_cleanly_when_it_is_asked_to(tmp_path: pathlib.Path, number: signal.Signals) -> None:
    run = start(tmp_path / "run.log")
    eventually(lambda: "Ctrl-C ends the lab" in run.said() or not run.alive, 180, "the lab is up")
    assert run.alive, run.said()
    pids = [pid for namespace in Namespace.existing() for pid in namespace.processes()]
    assert len(pids) > 10
    second = start(tmp_path / "second.log")
    assert second.wait(30) == 2, "a second lab does not touch the first"
    run.signal(number)
    assert run.wait(60) == 0, run.said()
    assert left_over() == []
    assert not [pid for pid in pids if pathlib.Path(f"/proc/{pid}").exists()]


@pytest.mark.usefixtures("cleaned")
def test_the_next_lab_cleans_up_after_one_that_was_killed(tmp_path: pathlib.Path) -> None:
    run = start(tmp_path / "killed.log")
    eventually(lambda: "the appliance answers" in run.said() or not run.alive, 120, "the appliance is up")
    run.kill()
    assert left_over(), "a killed lab leaves its namespaces"
    lab = Lab()
    lab.up(start=False)
    assert PINS not in Lab.pinned(), "the new lab starts from nothing"
    lab.down()
    assert left_over() == []

"""
How many sessions a line, a user name and a device get, how many are set up at once and how fast: what is too much is counted
by its name, and who must go for a newer one is gone from the data plane. Tests build on each other, in order.

A user is an access node here, so that lines share a user name.
"""

import contextlib
import dataclasses
import random
from typing import Iterator

import pytest

from sluicelab import packets
from sluicelab.cpe import Cpe, random_mac
from sluicelab.lab import Lab
from sluicelab.radius import AccountingRecord
from sluicelab.sequence import SequenceRun
from sluicelab.subscriber import Subscriber
from sluicelab.waiting import eventually, throughout

PER_LINE, PER_USER, PER_MAC = 2, 3, 1
STARTING, SETUPS_PER_MINUTE, FRAMES_PER_SECOND = 5, 4, 20
SETTINGS = {
    "user_name": "{remote-id}",
    "max_sessions_per_line": PER_LINE,
    "max_sessions_per_user": PER_USER,
    "max_sessions_per_mac": PER_MAC,
    "reject_hold_seconds": 1,
    "interim_seconds": 5,
    "shards": 2,
}
REPLACE = {"line_full": "replace", "user_full": "replace", "mac_full": "replace"}
SETUP = {
    "max_sessions_per_line": 40,
    "max_sessions_per_user": 0,
    "max_sessions_per_mac": 0,
    "max_starting": STARTING,
    "line_setups_per_minute": SETUPS_PER_MINUTE,
    "line_frames_per_second": FRAMES_PER_SECOND,
    "shards": 1,
    "setup_seconds": 20,
}


@dataclasses.dataclass(frozen=True)
class Case:
    """
    A limit that is reached. Lines are numbers of admitted subscribers, 0 to 2 behind one access node, 3 to 5 behind another.

    :param oldest: the real client that came first
    :param others: lines of those who fill the limit up
    :param newcomer: line of the one too many
    :param same_device: whether the newcomer is the oldest one's device
    :param refusal: the counter of newcomers that are refused
    """

    name: str
    oldest: int
    others: tuple[int, ...]
    newcomer: int
    same_device: bool
    refusal: str

    def __str__(self) -> str:
        return self.name


CASES = (
    Case("line", 1, (1,), 1, False, "Frames dropped: line has its number of sessions"),
    Case("user", 1, (1, 2), 0, False, "Sessions refused: user name has its number of sessions"),
    Case("device", 3, (), 4, True, "Sessions refused: device has its number of sessions"),
)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab in which one session too many is refused; nobody is online."""
    lab = Lab(progress=print)
    lab.radius.user_name = lambda plan: plan.line.remote_id
    lab.up({"sluice.session": SETTINGS})
    try:
        yield lab
    finally:
        lab.down()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_too_many_is_refused_and_the_others_go_on(lab: Lab, chance: random.Random, case: Case) -> None:
    with _reached(lab, chance, case) as (oldest, others), _newcomer(lab, chance, case) as newcomer:
        counted = _counted(lab, case.refusal)
        with _numbered(lab, oldest) as run:
            assert newcomer.discover(seconds=1) is None
            assert _counted(lab, case.refusal) > counted
            loss = run.stop()
        assert loss.missing == ()
        assert len(_online(lab)) == 1 + len(others)
        if not case.same_device:
            others[-1].release(others[-1].held)
            assert eventually(lambda: newcomer.lease(1), 20, "the newcomer has the place that became free")
            oldest.ping(lab.core.address, count=1)


def test_the_oldest_ones_go_on_when_the_settings_say_replace(lab: Lab) -> None:
    subscriber = lab.admitted[1]
    _start(lab, subscriber)
    with _numbered(lab, subscriber) as run:
        _configure(lab, {**SETTINGS, **REPLACE})
        loss = run.stop()
    assert loss.missing == ()
    _leave(lab, [subscriber], [])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_oldest_goes_for_the_newcomer_and_its_flows_stop(lab: Lab, chance: random.Random, case: Case) -> None:
    with _reached(lab, chance, case) as (oldest, others), _newcomer(lab, chance, case) as newcomer:
        ended = lab.appliance.session_of(oldest.plan.mac)
        preempted = _counted(lab, "Sessions told to end for a newer one")
        oldest.crash_client()  # it would come back and be the newcomer
        with _numbered(lab, oldest) as run:
            eventually(lambda: run.received > 50, 10, "its packets pass")
            assert eventually(lambda: newcomer.lease(1), 20, "the newcomer has an address")
            later = run.sent + 1
            eventually(lambda: run.sent > later + 200, 10, "it goes on sending")
            loss = run.stop()
        assert set(loss.missing) >= set(range(later, loss.sent)), "nothing passes when the newcomer has its address"
        stop = eventually(lambda: _stops(lab, ended), 20, "its end is accounted")
        assert [one.text("Acct-Terminate-Cause") for one in stop] == ["Port-Preempted"]
        assert stop[0].down_bytes > 0
        assert ended["session_id"] not in {row["session_id"] for row in lab.appliance.sessions()}
        assert len(_online(lab)) == 1 + len(others), "nobody else went"
        assert _counted(lab, "Sessions told to end for a newer one") == preempted + 1
        assert lab.appliance.shell("dataplane:check") != ""


def test_a_line_begins_only_so_many_sessions_a_minute(lab: Lab, chance: random.Random) -> None:
    _configure(lab, {**SETTINGS, **SETUP})
    dropped = "Frames dropped: line begins too many sessions"
    with contextlib.ExitStack() as devices:
        fast = [devices.enter_context(_device(lab, chance, 3)) for _ in range(SETUPS_PER_MINUTE + 1)]
        assert all(device.lease() for device in fast[:-1])
        assert _counted(lab, dropped) == 0
        assert fast[-1].discover(seconds=1, tries=2) is None
        assert _counted(lab, dropped) > 0
        other = devices.enter_context(_device(lab, chance, 4))
        assert other.lease(), "another line has its own"
        _leave(lab, [], [*fast[:-1], other])


def test_a_line_that_sends_too_many_frames_costs_the_others_nothing(lab: Lab, chance: random.Random) -> None:
    dropped, frames = "Frames dropped: line sends too many", 10 * FRAMES_PER_SECOND
    before = _counted(lab, dropped)
    with _device(lab, chance, 5) as loud, _device(lab, chance, 4) as quiet:
        for _ in range(frames):
            loud.send(loud.message(packets.DISCOVER))
        eventually(lambda: _counted(lab, dropped) > before + frames / 2, 10, "they are counted")
        assert quiet.lease()
        _leave(lab, [], [quiet])


def test_only_so_many_sessions_are_set_up_at_once(lab: Lab, chance: random.Random) -> None:
    dropped = "Frames dropped: too many sessions being set up"
    waiting = _counted(lab, dropped)
    subscriber = lab.admitted[4]
    _start(lab, subscriber)
    with contextlib.ExitStack() as devices:
        crowd = [devices.enter_context(_device(lab, chance, line)) for line in (0, 1, 2) for _ in range(3)]
        lab.radius.freeze()
        try:
            for device in crowd:
                device.send(device.message(packets.DISCOVER))
            eventually(lambda: _counted(lab, dropped) >= waiting + len(crowd) - STARTING, 10, "one too many is counted")
            throughout(lambda: len(lab.appliance.sessions()) <= 1 + STARTING, 1, "no more than so many are set up")
            subscriber.ping(lab.core.address, count=2)
        finally:
            lab.radius.thaw()
        late = crowd[-1]
        assert eventually(lambda: late.lease(1), 60, "who was too many has an address later")
        _leave(lab, [subscriber], [late])


@contextlib.contextmanager
def _reached(lab: Lab, chance: random.Random, case: Case) -> Iterator[tuple[Subscriber, list[Cpe]]]:
    """The oldest one and the others are online, which is as many as may be; nobody is afterwards."""
    oldest = lab.admitted[case.oldest]
    try:
        _start(lab, oldest)
        with contextlib.ExitStack() as devices:
            others = [devices.enter_context(_device(lab, chance, line)) for line in case.others]
            for other in others:
                assert other.lease()
            assert len(_online(lab)) == 1 + len(others)
            yield oldest, others
    finally:
        _leave(lab, [oldest], [])


@contextlib.contextmanager
def _newcomer(lab: Lab, chance: random.Random, case: Case) -> Iterator[Cpe]:
    with _device(lab, chance, case.newcomer) as newcomer:
        if case.same_device:
            newcomer.mac = lab.admitted[case.oldest].plan.mac
        yield newcomer


def _device(lab: Lab, chance: random.Random, line: int) -> Cpe:
    return Cpe(lab.node.namespace, lab.admitted[line].plan.line, random_mac(chance), chance)


def _start(lab: Lab, subscriber: Subscriber) -> None:
    subscriber.start_client()
    subscriber.online(60)
    subscriber.ping(lab.core.address, count=1)


def _leave(lab: Lab, subscribers: list[Subscriber], devices: list[Cpe]) -> None:
    """Everybody goes, and those who are still known as well."""
    for device in devices:
        device.release(device.held)
    for subscriber in subscribers:
        subscriber.forget()
    for row in _online(lab):
        lab.appliance.shell(f"session:disconnect {row['session_id']}")
    eventually(lambda: _online(lab) == [], 20, "nobody is online")


def _configure(lab: Lab, settings: dict[str, object]) -> None:
    """Changes the settings of the engine; returns when the new one has taken over."""
    engines = _engines(lab)
    lab.appliance.reconfigure("sluice.session", settings)
    eventually(lambda: _engines(lab) > engines, 30, "an engine with the new settings")
    lab.appliance.table_when_there("session:shards")


def _engines(lab: Lab) -> int:
    return lab.appliance.log_file.read_text(errors="replace").count(" recovered, ")


def _online(lab: Lab) -> list[dict]:
    return [row for row in lab.appliance.sessions() if row["ip_address"]]


def _counted(lab: Lab, label: str) -> int:
    return next(int(row["value"]) for row in lab.appliance.table("session:counters") if row["counter"] == label)


def _stops(lab: Lab, session: dict) -> list[AccountingRecord]:
    return [one for one in lab.radius.records() if one.status == "Stop" and one.session == session["session_id"]]


def _numbered(lab: Lab, subscriber: Subscriber) -> SequenceRun:
    return SequenceRun(subscriber.namespace, lab.core.address, lab.topology.core.echo_port)

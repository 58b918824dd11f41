"""
The accounting server is away while subscribers come and go, and a second system gets a copy of everything. Tests of this
module build on each other, in order. LAB_FULL=1: ten minutes and 500 subscribers instead of one and 100.

FreeRADIUS runs three times: who authenticates stays, or nobody could come; who is accounted to goes away; who gets the
copy goes away at another time.
"""

import collections
import dataclasses
import datetime
import os
import time
from typing import Iterator

import pytest

from sluicelab import books
from sluicelab.churn import Churn
from sluicelab.lab import RUN, Lab
from sluicelab.radius import AccountingRecord, Radius
from sluicelab.waiting import eventually, throughout

FULL = bool(os.environ.get("LAB_FULL"))
AWAY_SECONDS, ONLINE = (600, 500) if FULL else (60, 100)
SEED = 4711
PER_SECOND = 400 if FULL else 150
NEW_PER_SECOND = 8
WINDOW_SECONDS = 10
TRUNCATED_SECONDS = 4  # three times are cut to whole seconds, and one of them is of a busy server
KINDS = {"SESSION_START": "Start", "SESSION_UPDATE": "Interim-Update", "SESSION_STOP": "Stop"}
ACCOUNTING_PORT, COPY_PORT = 1823, 1833

Key = tuple[str, str, int]


@dataclasses.dataclass
class Trial:
    """The servers, and what was seen on the way."""

    accounting: Radius
    copy: Radius
    away: tuple[float, float] = (0, 0)
    readings: dict[str, dict] = dataclasses.field(default_factory=dict)
    churn: Churn | None = None


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab whose lines have room for everybody; everything else as in the others."""
    lab = Lab(progress=print)
    address = str(lab.topology.oss.address.ip)
    server = {"host": address, "secret": "radius", "timeout_ms": 1000, "retries": 3}
    lab.up(
        {
            "sluice.session": {"max_sessions_per_line": 2 * ONLINE},
            "sluice.radius.server-lab": {"acct_port": 0},
            "sluice.radius.server-books": {**server, "auth_port": 0, "acct_port": ACCOUNTING_PORT},
            "sluice.radius.copy-billing": {**server, "acct_port": COPY_PORT},
            "sluice.radius.accounting": {"records_per_second": PER_SECOND},
        },
        start=False,
    )
    try:
        yield lab
    finally:
        lab.down()


def second_server(lab: Lab, name: str, port: int) -> Radius:
    """One more FreeRADIUS, that accounts on another port."""
    oss = dataclasses.replace(lab.topology.oss, auth_port=port - 1, acct_port=port)
    topology = dataclasses.replace(lab.topology, oss=oss)
    radius = Radius(topology, lab.oss.namespace, RUN / name, lab.radius.secret)
    radius.configure()
    radius.start()
    return radius


@pytest.fixture(scope="module")
def trial(lab: Lab) -> Trial:
    """Churn, traffic and releases while nobody takes accounting; then everything delivered."""
    trial = Trial(second_server(lab, "books", ACCOUNTING_PORT), second_server(lab, "billing", COPY_PORT))
    lab.appliance.start()
    lab.clients_up()
    eventually(lambda: starts(trial.accounting) >= len(lab.admitted), 30, "accounting before the outage")
    with Churn(lab, SEED, ONLINE, NEW_PER_SECOND) as churn:
        trial.churn = churn
        began = time.time()
        trial.accounting.stop()
        throughout(lambda: lab.appliance.alive, AWAY_SECONDS / 2, "the appliance works without its server")
        for subscriber in lab.admitted:
            books.exercise(lab, subscriber)
        trial.copy.stop()
        throughout(lambda: lab.appliance.alive, AWAY_SECONDS / 2, "the appliance works without both")
    trial.readings = {row["mac_address"]: row for row in lab.appliance.sessions()}
    for subscriber in lab.admitted:
        subscriber.release()
    trial.away = (began, time.time())
    trial.accounting.start()
    eventually(lambda: caught_up(lab, "radius"), 60 + AWAY_SECONDS, "everything is accounted")
    trial.copy.start()
    eventually(lambda: caught_up(lab, "radius-billing"), 60 + AWAY_SECONDS, "everything is copied")
    return trial


def starts(radius: Radius) -> int:
    return sum(record.status == "Start" for record in radius.records())


def row_of(lab: Lab, reader: str) -> dict[str, str]:
    return next(row for row in lab.appliance.table("radius:accounting") if row["reader"] == reader)


def caught_up(lab: Lab, reader: str) -> bool:
    """Nothing older than a turn of interims waits."""
    row = row_of(lab, reader)
    return row["state"] == "delivering" and int(row["read_and_waiting"]) < 20 and int(row["oldest_s"]) < 3


def happened(record: AccountingRecord) -> int:
    return record.number("Timestamp") - record.number("Acct-Delay-Time")


def keys(radius: Radius) -> collections.Counter[Key]:
    """Every session record: session, kind, second in which it happened."""
    return collections.Counter(
        (record.session, record.status, record.epoch("Event-Timestamp"))
        for record in radius.records()
        if record.status in KINDS.values()
    )


def expected(lab: Lab, until: float) -> set[Key]:
    """What the event stream says should be accounted; the stream has its own way out of the appliance."""
    found = set()
    for event in lab.oss.redis.events():
        if event["event_type"] in KINDS:
            second = int(epoch(event))
            if second < until:
                found.add((event["session_id"], KINDS[event["event_type"]], second))
    return found


def epoch(event: dict[str, str]) -> float:
    return datetime.datetime.fromisoformat(event["session_last_update"].replace("Z", "+00:00")).timestamp()


def test_not_one_record_is_lost(lab: Lab, trial: Trial) -> None:
    assert trial.churn is not None and trial.churn.count > ONLINE
    wanted = expected(lab, trial.away[1])
    assert len(wanted) > 3 * ONLINE
    eventually(lambda: not wanted - keys(trial.accounting).keys(), 60, "every event is accounted")
    lost = row_of(lab, "radius")
    assert (lost["set_aside"], lost["given_up"]) == ("0", "0")


def test_every_record_says_how_late_it_is(trial: Trial) -> None:
    late = 0
    for record in trial.accounting.records():
        if noted := record.epoch("Event-Timestamp"):
            assert abs(happened(record) - noted) <= TRUNCATED_SECONDS, record
            late += record.number("Acct-Delay-Time") > 10
    assert late > ONLINE


def test_no_seconds_see_more_than_the_rate(trial: Trial) -> None:
    """Ten at a time: a server that stalls for a moment writes in one second what came in two."""
    for radius in (trial.accounting, trial.copy):
        seconds = collections.Counter(record.number("Timestamp") for record in radius.records())
        windows = {since: sum(seconds[since + more] for more in range(WINDOW_SECONDS)) for since in seconds}
        assert max(windows.values()) <= PER_SECOND * WINDOW_SECONDS * 1.1, seconds
        assert max(seconds.values()) > PER_SECOND / 2, "what had waited came faster than it arose"


def test_records_of_a_session_are_in_order_and_its_counters_never_go_back(trial: Trial) -> None:
    sessions: dict[str, list[AccountingRecord]] = {}
    for record in trial.accounting.records():
        if record.status in KINDS.values():
            sessions.setdefault(record.session, []).append(record)
    for records in sessions.values():
        times = [record.epoch("Event-Timestamp") for record in records]
        assert times == sorted(times)
        assert [record.status for record in records].count("Start") == 1
        assert records[0].status == "Start"
        assert "Stop" not in [record.status for record in records[:-1]]
        for counter in ("up_bytes", "down_bytes"):
            counted = [getattr(record, counter) for record in records]
            assert counted == sorted(counted)


def test_final_counters_are_the_last_readings_of_the_data_plane(lab: Lab, trial: Trial) -> None:
    stops = {record.session: record for record in trial.accounting.records() if record.status == "Stop"}
    for subscriber in lab.admitted:
        reading = trial.readings[subscriber.plan.mac]
        stop = stops[reading["session_id"]]
        assert stop.up_bytes > books.UP_BYTES and stop.down_bytes > books.DOWN_BYTES
        assert (stop.up_bytes, stop.down_bytes) == (reading["output_octets"], reading["input_octets"])
        assert stop.number("Acct-Input-Packets") == reading["output_packets"]
        assert stop.number("Acct-Output-Packets") == reading["input_packets"]
        assert stop.text("Class") != "" and stop.text("Framed-IP-Address") == reading["ip_address"]


def test_every_byte_of_those_who_came_and_went_is_in_their_stop(trial: Trial) -> None:
    stops = {
        record.text("Calling-Station-Id").lower(): record.up_bytes
        for record in trial.accounting.records()
        if record.status == "Stop"
    }
    sent = {mac: octets for mac, octets in trial.churn.sent.items() if mac in stops}
    assert len(sent) > ONLINE
    assert {mac: stops[mac] for mac in sent} == sent


def test_the_second_system_has_a_copy_of_every_record(lab: Lab, trial: Trial) -> None:
    wanted = expected(lab, trial.away[1])
    eventually(lambda: not wanted - keys(trial.copy).keys(), 60, "every event is copied")


def test_gateway_says_when_it_begins_and_when_it_ends(lab: Lab, trial: Trial) -> None:
    assert trial.accounting.records()[0].status == "Accounting-On"
    lab.appliance.shell("session:drain --yes")
    for radius in (trial.accounting, trial.copy):
        eventually(lambda: radius.records()[-1].status == "Accounting-Off", 30, "Accounting-Off is the last")
    stopped = {record.session for record in trial.accounting.records() if record.status == "Stop"}
    started = {record.session for record in trial.accounting.records() if record.status == "Start"}
    assert stopped == started, "no session without Stop"
    lab.appliance.shell("session:resume")
    eventually(lambda: trial.accounting.records()[-1].status == "Accounting-On", 30, "Accounting-On after it")

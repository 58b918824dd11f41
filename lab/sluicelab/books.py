"""Four books about the same traffic: the subscriber's own counters, the data plane, RADIUS and PostgreSQL."""

import dataclasses
from typing import TYPE_CHECKING

from sluicelab import web
from sluicelab.subscriber import Subscriber
from sluicelab.waiting import NotInTime, eventually

if TYPE_CHECKING:
    from sluicelab.lab import Lab

DOWN_BYTES, UP_BYTES = 1_000_000, 200_000
BOOKS = ("client", "data plane", "RADIUS", "PostgreSQL")


@dataclasses.dataclass(frozen=True)
class Entry:
    """What one book says of a subscriber: its address and its IPv4 bytes."""

    address: str
    up: int
    down: int


@dataclasses.dataclass(frozen=True)
class Row:
    """One subscriber in every book; a book that does not know it has no entry."""

    subscriber: Subscriber
    round_trip: float
    entries: dict[str, Entry]

    @property
    def agrees(self) -> bool:
        """Every book has the subscriber, with one address, the same bytes, and no fewer than were sent."""
        found = set(self.entries.values())
        entry = next(iter(found), None)
        return (
            len(self.entries) == len(BOOKS)
            and len(found) == 1
            and entry is not None
            and entry.address != ""
            and entry.up > UP_BYTES
            and entry.down > DOWN_BYTES
        )


def exercise(lab: "Lab", subscriber: Subscriber) -> float:
    """Sends a known volume through the subscriber's line, slower than any policy; gives the round trip in milliseconds."""
    round_trip = subscriber.ping(lab.core.address)
    with subscriber.namespace.entered():
        web.transfer(lab.core.address, lab.topology.core.web_port, DOWN_BYTES, UP_BYTES)
    return round_trip


def compare(lab: "Lab", round_trips: dict[str, float]) -> list[Row]:
    """Reads every book once. The keys of `round_trips` are names of subscribers."""
    sessions = {session["mac_address"]: session for session in lab.appliance.sessions()}
    active = {str(row["mac_address"]): row for row in lab.oss.postgresql.table("sessions_active")}
    rows = []
    for subscriber in lab.admitted:
        traffic = subscriber.traffic()
        entries = {"client": Entry(subscriber.address(), traffic.up_bytes, traffic.down_bytes)}
        for book, known in (("data plane", sessions), ("PostgreSQL", active)):
            if session := known.get(subscriber.plan.mac):
                # in the event stream and its tables input is towards the subscriber
                entries[book] = Entry(
                    str(session["ip_address"]), session["output_octets"], session["input_octets"]
                )
        records = lab.radius.records_of(subscriber.plan)
        if records:
            entries["RADIUS"] = Entry(records[-1].text("Framed-IP-Address"), records[-1].up_bytes, records[-1].down_bytes)
        rows.append(Row(subscriber, round_trips[subscriber.plan.name], entries))
    return rows


def settle(lab: "Lab", round_trips: dict[str, float], seconds: float) -> list[Row]:
    """The books once they agree, or as they are after the given seconds: interims arrive in their own time."""
    last: list[Row] = []

    def agreed() -> list[Row]:
        last[:] = compare(lab, round_trips)
        return last if all(row.agrees for row in last) else []

    try:
        return eventually(agreed, seconds, "every book agrees")
    except NotInTime:
        return last


def table(rows: list[Row]) -> str:
    """One line per subscriber, bytes as up/down."""
    lines = [("line", "tags", "MAC", "address", "policy", "rtt ms", *(f"{book} up/down" for book in BOOKS), "")]
    for row in rows:
        plan = row.subscriber.plan
        entries = [row.entries.get(book) for book in BOOKS]
        addresses = {entry.address for entry in entries if entry}
        lines.append(
            (
                f"{plan.line.remote_id} {plan.line.circuit_id}",
                plan.line.tags,
                plan.mac,
                " ".join(sorted(addresses)) or "-",
                plan.policy or "-",
                f"{row.round_trip:.3f}",
                *(f"{entry.up}/{entry.down}" if entry else "-" for entry in entries),
                "agrees" if row.agrees else "DIFFERS",
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines
    )

"""`lab/run`: the lab as a command."""

import argparse
import concurrent.futures
import shlex
import signal
import sys
import threading

from sluicelab import books
from sluicelab.lab import Lab, LabIsUp


class Ended(BaseException):
    """Somebody asked the lab to end."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="lab/run", description="A small Internet provider on this machine.")
    parser.add_argument("--check", action="store_true", help="compare every counter, then take everything down")
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    lab = Lab(progress=_say)
    try:
        lab.up()
        lab.clients_up()
        agreed = _compare(lab)
        if not arguments.check:
            _stay(lab)
        return 0 if agreed or not arguments.check else 1
    except LabIsUp as reason:
        _say(str(reason))
        return 2
    except Ended:
        return 0 if not arguments.check else 130
    except (AssertionError, RuntimeError, OSError) as reason:
        _say(f"failed: {reason}")
        return 1
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        lab.down()


def _compare(lab: Lab) -> bool:
    _say("ping, download and upload on every line")
    with concurrent.futures.ThreadPoolExecutor() as threads:
        work = {one.plan.name: threads.submit(books.exercise, lab, one) for one in lab.admitted}
        round_trips = {name: done.result() for name, done in work.items()}
    _say("waiting until interims and rows have arrived")
    rows = books.settle(lab, round_trips, seconds=12 + 4 * lab.topology.gateway.interim_seconds)
    print(books.table(rows), flush=True)
    inside = [one.plan.line.circuit_id for one in lab.rejected if one.has_lease()]
    for line in inside:
        _say(f"line {line} is unknown to RADIUS and has an address")
    agreed = bool(rows) and all(row.agrees for row in rows) and not inside
    _say("every row agrees" if agreed else "the books differ")
    return agreed


def _stay(lab: Lab) -> None:
    _say(f"the operator's shell: {shlex.join(lab.appliance.shell_command())}")
    _say("a subscriber's network: nsenter --net=/run/netns/sl-c1 ping " + lab.core.address)
    _say("Ctrl-C ends the lab")
    ended = threading.Event()
    while lab.appliance.alive:
        ended.wait(0.5)
    _say(f"the appliance has ended; its log is {lab.appliance.log_file}")


def _end(number: int, _frame: object) -> None:
    raise Ended(signal.Signals(number).name)


def _say(line: str) -> None:
    print(f"lab: {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

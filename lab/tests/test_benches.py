"""Every bench runs from its first line to its last with as little load as it can; what it measures then means nothing."""

import json
import pathlib
import subprocess
import sys

import pytest

from sluicelab.lab import HOME
from sluicelab.namespace import BENCH_PREFIX, Namespace

SECONDS = 180  # of a machine that has much else to do; each takes less than 30 on a quiet one

SMALLEST = {
    "boot": ("--sessions", "50"),
    "dhcp": ("--quick",),
    "fastpath": ("--quick",),
    "forward": ("--subscribers", "1k", "--shapes", "pppoe", "--bytes", "64", "--seconds", "0.02"),
    "pppoe": ("--quick",),
    "radius": ("--requests", "1000"),
    "sessions": ("--most", "500"),
    "timers": ("--timers", "20000"),
}

FIGURES = {
    "boot": {"boot_s_cold", "boot_s_warm"},
    "dhcp": {"setups_per_s", "setups_per_s_kea", "ratio_to_kea"},
    "fastpath": {"renewals_per_s_one_cpu", "renewals_per_s_native_one_cpu", "ratio_to_java", "ratio_to_kea"},
    "forward": {
        f"{figure}_{direction}_pppoe_64_1k_{source}{family}"
        for figure in ("packets_per_s", "ratio_to_ip_forward")
        for direction in ("up", "down")
        for source in ("native", "packet")
        for family in ("", "_ip6")
    }
    | {"bytes_per_subscriber_pppoe_1k", "bytes_per_subscriber_pppoe_1k_ip6"},
    "pppoe": {"setups_per_s_50", "cpu_us_per_setup_50", "lost_50", "flaps_50", "echoes_lost_50"},
    "radius": {"auth_per_s", "acct_per_s", "ratio_to_radclient", "ratio_to_radclient_acct"},
    "sessions": {"setups_per_s_500", "held_mb_500"},
    "timers": {"arms_per_s", "expiries_per_s", "ratio_to_executor_rearms", "ratio_to_executor_storm_expiries"},
}


def test_every_bench_there_is_runs_here() -> None:
    assert {file.stem for file in (HOME / "benches").glob("*.py")} == set(SMALLEST) == set(FIGURES)


@pytest.mark.parametrize("bench", sorted(SMALLEST))
def test_bench_runs_and_has_its_figures(bench: str, tmp_path: pathlib.Path) -> None:
    report = tmp_path / "figures.json"
    command = (HOME / f"benches/{bench}.py", "--runs", "1", "--json", report, *SMALLEST[bench])
    done = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(report.read_text())
    assert told["bench"] == bench
    assert FIGURES[bench] <= set(told["figures"])
    assert all(figure["value"] >= 0 and figure["runs"] == 1 for figure in told["figures"].values())
    assert Namespace.existing(BENCH_PREFIX) == []

"""What a process costs: processor time and memory, as the kernel counts them."""

import os
import pathlib

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
AFTER_NAME = 2  # fields of /proc/PID/stat before these are the pid and the name in brackets
UTIME, STIME = 14 - 1 - AFTER_NAME, 15 - 1 - AFTER_NAME


def cpu_seconds(pid: int) -> float:
    """Processor time of the process so far, all threads, user and system."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[UTIME]) + int(fields[STIME])) / TICKS_PER_SECOND


def rss_bytes(pid: int) -> int:
    """Memory of the process that is in RAM now."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)

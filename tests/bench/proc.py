"""What /proc knows of processes: their CPU time and memory, and the machine's.

A process counts with all it started: the kernel adds a child's time to its parent's once
the child has ended and been waited for.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def cpu_seconds(*processes: int) -> list[float]:
    """CPU time each has used so far, user and system, with its descendants."""
    own: dict[int, float] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for folder in _PROC.glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(folder.name)
        # After the name: state, parent, …; the times are fields 14 to 17 of proc(5).
        children[int(fields[1])].append(pid)
        own[pid] = sum(int(each) for each in fields[11:15]) / _TICKS

    def with_descendants(pid: int) -> float:
        return own.get(pid, 0.0) + sum(with_descendants(each) for each in children[pid])

    return [with_descendants(each) for each in processes]


def resident_mb(pid: int) -> float:
    """Resident memory of one process, MB (10⁶ bytes)."""
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ProcessLookupError(pid)


def machine_seconds() -> float:
    """CPU time the machine has been busy, what its host took from it included."""
    fields = [int(each) for each in (_PROC / "stat").read_text().split("\n")[0].split()[1:9]]
    user, nice, system, _idle, _iowait, irq, softirq, stolen = fields
    return (user + nice + system + irq + softirq + stolen) / _TICKS

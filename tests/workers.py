"""How many tests run at once."""

import math
import os
from pathlib import Path

# What a container may use of the machine's cores: "200000 100000" is two of them, "max 100000" all.
CPU_MAX = Path("/sys/fs/cgroup/cpu.max")
LEAST, MOST = 4, 8


def workers_here() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return workers_for(cores, CPU_MAX.read_text() if CPU_MAX.exists() else "max")


def workers_for(cores: int, cpu_max: str) -> int:
    """Two more than there are cores, since a test now and then waits for a process; each takes up to 0.8 GB of memory.

    `cpu_max`: as version 2 of Linux's control groups says it.
    """
    quota, _, period = cpu_max.strip().partition(" ")
    if quota != "max":
        cores = min(cores, math.ceil(int(quota) / int(period)))
    return min(max(cores + 2, LEAST), MOST)

"""How soon a system answers after its start, and the memory it takes."""

from __future__ import annotations

from bench.workload import Goal, Lacks, Measure, Measured, Site, Workload

# What it would measure cannot be measured while the others run: see bench/course.py.
READY = Workload(
    "ready", "ready after start", "s", "lower",
    lambda site: _not_while_running(), {"mlflow": Goal(10, 10)},
)  # fmt: skip


def memory(site: Site) -> Measure:
    """What the whole tree takes, pages that processes share counted once, in MiB."""

    def measure(number: int) -> Measured:
        found = site.system.tree.memory()
        return Measured(
            found.pss_bytes / 1024**2,
            details={
                "rss_mib": found.rss_bytes / 1024**2,
                "processes": found.processes,
            },
        )

    return measure


IDLE = Workload(
    "memory", "memory of the whole tree, once it is quiet (PSS)", "MiB", "lower",
    memory, {"mlflow": Goal(15, 15)},
)  # fmt: skip

AFTER = Workload(
    "memory-after", "memory after all workloads (PSS)", "MiB", "lower", memory
)


def _not_while_running() -> Measure:
    raise Lacks("it runs already")

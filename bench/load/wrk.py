"""wrk, which can make more requests than any of the systems answers.

Its latencies are corrected for answers that kept it from asking (`stats_correct`).
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.load.result import LoadResult

# Stands in a body for the number of the request; as many digits as it has characters.
NUMBER = "@" * 8
_FIRST_NUMBER = 10_000_000
_SCRIPT = Path(__file__).parent / "post.lua"
_MICROSECONDS = 1_000_000


def post(
    address: str,
    path: str,
    bodies: Sequence[str],
    *,
    headers: Mapping[str, str],
    connections: int,
    seconds: float,
    stretch: int = 0,
) -> LoadResult:
    """Post `bodies` in turn over each of `connections` for so many seconds.

    stretch  moves the numbers that fill NUMBER a million on, so that several stretches
             never send the same
    """
    given = [part for header in headers.items() for part in header]
    first = _FIRST_NUMBER + stretch * 1_000_000
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as prepared:
        prepared.write("\n".join(bodies))
        prepared.flush()
        text, cpu_s = _output([
            *("wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s"),
            *("--timeout", "60s", "-s", str(_SCRIPT), address, "--"),
            *(prepared.name, path, str(first), *given),
        ])  # fmt: skip
    return parsed(text, cpu_s)


def parsed(text: str, cpu_s: float) -> LoadResult:
    """What post.lua has written at the end."""
    _, marker, report = text.rpartition("REPORT ")
    if not marker:
        raise RuntimeError(f"wrk reported nothing:\n{text}")
    found: dict[str, Any] = json.loads(report)
    return LoadResult(
        requests=found["requests"] - found["refused"],
        failed=found["refused"] + found["broken"],
        duration_s=found["duration_us"] / _MICROSECONDS,
        p50_ms=found["p50_us"] / 1000,
        p99_ms=found["p99_us"] / 1000,
        client_cpu_s=cpu_s,
        received_bytes=found["bytes"],
    )


def version() -> str:
    """As wrk says it."""
    said = subprocess.run(["wrk", "-v"], capture_output=True, text=True)
    return said.stdout.split()[1]


def _output(command: Sequence[str]) -> tuple[str, float]:
    """What a program prints, and its processor time in seconds."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        text = program.stdout.read()
        _, status, usage = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode:
        raise RuntimeError(f"wrk ended with {program.returncode}:\n{text}")
    return text, usage.ru_utime + usage.ru_stime

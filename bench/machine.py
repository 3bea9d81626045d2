"""What a result was taken on: the machine and the versions of everything."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

from bench.load import wrk
from bench.systems import postgres

_PROJECT = Path(__file__).parents[1]


def machine() -> dict[str, object]:
    """Processor, cores, memory and kernel."""
    cpu = _found(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory_kib = _found(r"MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text())
    return {
        "cpu": cpu or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory_kib or 0) / 1024**2, 1),
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", ""),
    }


def versions() -> dict[str, str]:
    """Of what all systems share; their own are added by the course."""
    return {
        "python": platform.python_version(),
        "nginx": _said("nginx", "-v").rpartition("/")[2],
        "postgresql": postgres.version(),
        "wrk": wrk.version(),
        "commit": _said("git", "-C", str(_PROJECT), "describe", "--always", "--dirty"),
    }


def _said(*command: str) -> str:
    """What a program prints, to whichever output; empty if it is not there."""
    try:
        said = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return (said.stdout or said.stderr).strip()


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1].strip() if match else ""

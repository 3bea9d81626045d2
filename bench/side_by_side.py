"""Two systems in turns: started, asked by wrk, compared by the median of the rounds."""

from __future__ import annotations

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

_START_S = 120


def compare(
    title: str,
    systems: Sequence[str],
    rounds: int,
    measure: Callable[[str, int], float],
) -> None:
    """Print medians, each round's figure, and the first system's ratio to the second.

    measure  is given a system and the number of the round, from 0
    """
    rates: dict[str, list[float]] = {system: [] for system in systems}
    for number in range(rounds):
        for system in systems:
            rates[system].append(measure(system, number))
    print(title)
    for system, found in rates.items():
        spread = ", ".join(f"{rate:,.1f}" for rate in found)
        print(f"  {system:<12} {statistics.median(found):>12,.1f}   ({spread})")
    ours, theirs = (statistics.median(rates[system]) for system in systems)
    ratio = f"{ours / theirs:.1f}x" if theirs else "the peer answered nothing in time"
    print(f"  ratio        {ratio:>13}", flush=True)


def requests_a_second(
    name: str,
    address: str,
    *,
    connections: int,
    seconds: int,
    script: Path,
    given: Sequence[str],
) -> float:
    """What wrk counts, answers that were no 200 included but mentioned.

    script  says what wrk sends
    given   the script's arguments
    """
    command = [
        "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s",
        "-s", str(script), address, "--", *given,
    ]  # fmt: skip
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if failed is not None:
        print(f"  {name}: {failed[1]} answers were no 200", file=sys.stderr)
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if found is None:
        raise RuntimeError(f"wrk said nothing of requests:\n{text}")
    return float(found[1])


@contextmanager
def running(
    command: Sequence[str], log: Path, url: str, environment: Mapping[str, str]
) -> Generator[None]:
    """A program of our own, once `url` answers; it and what it started end after."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait(url, process)
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        # The peer leaves helpers of its own behind.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        with suppress(requests.RequestException):
            if requests.get(url, timeout=5).ok:
                return
        time.sleep(0.2)
    raise RuntimeError(f"nothing answers at {url}")


def free_port() -> int:
    """A port that nothing listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port

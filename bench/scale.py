"""How much is seeded and how long is measured."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Scale:
    """The size of everything; the defaults are those of the goals.

    seconds           length of one round of requests
    rounds            each system is measured so often, in turn with the others
    runs              of the experiment that is searched, W5
    large_runs        of the one searched as well where it can be seeded; 0 for none
    large_for         systems it is seeded in
    points            of one metric, W6
    artifact_bytes    of the file that goes up and down, W7
    quiet_s           a system is quiet when it did next to nothing for so long
    calls             of a client's loop
    loop_s            after so many seconds a client's loop stops early
    background_calls  of a client's loop that does not wait
    background_s      after so many seconds it stops early; a client may need many times
                      as long until all has arrived
    files             small ones, in the folder that goes up and down
    """

    seconds: float = 5
    rounds: int = 3
    runs: int = 10_000
    large_runs: int = 100_000
    large_for: tuple[str, ...] = ("trackgate",)
    points: int = 1_000_000
    artifact_bytes: int = 1024 * MIB
    quiet_s: float = 3
    calls: int = 2_000
    loop_s: float = 15
    background_calls: int = 100_000
    background_s: float = 3
    files: int = 1_000


QUICK = Scale(
    seconds=2,
    rounds=1,
    runs=300,
    large_runs=0,
    points=50_000,
    artifact_bytes=64 * MIB,
    calls=200,
    loop_s=2,
    background_calls=10_000,
    background_s=0.3,
    files=100,
)

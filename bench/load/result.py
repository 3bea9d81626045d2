"""What one stretch of load came to."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class LoadResult:
    """Requests that were sent one after the other over some connections.

    requests        answered with 200
    failed          answered with something else, or not at all
    client_cpu_s    processor time of the load generator itself
    received_bytes  of all answers
    """

    requests: int
    failed: int
    duration_s: float
    p50_ms: float
    p99_ms: float
    client_cpu_s: float
    received_bytes: int

    @classmethod
    def of(
        cls,
        waits_ms: Sequence[float],
        failed: int,
        duration_s: float,
        client_cpu_s: float,
        received_bytes: int,
    ) -> LoadResult:
        """From how long each request took, those that failed among them."""
        return cls(
            requests=len(waits_ms) - failed,
            failed=failed,
            duration_s=duration_s,
            p50_ms=statistics.median(waits_ms),
            p99_ms=percentile(waits_ms, 0.99),
            client_cpu_s=client_cpu_s,
            received_bytes=received_bytes,
        )

    @property
    def rate(self) -> float:
        """Successful requests a second."""
        return self.requests / self.duration_s if self.duration_s else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed."""
    place = math.ceil(share * len(values))
    return sorted(values)[max(0, place - 1)]

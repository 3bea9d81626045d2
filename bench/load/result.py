"""What one stretch of load came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LoadResult:
    """Requests that were sent one after the other over some connections.

    requests       answered with 200
    failed         answered with something else, or not at all
    client_cpu_s   processor time of the load generator itself
    received_bytes of all answers
    """

    requests: int
    failed: int
    duration_s: float
    p50_ms: float
    p99_ms: float
    client_cpu_s: float
    received_bytes: int

    @property
    def rate(self) -> float:
        """Successful requests a second."""
        return self.requests / self.duration_s if self.duration_s else 0.0

"""When a request is sent again, and after how long."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum

import requests
from trackgate_wire import experiments, runs
from urllib3.exceptions import NewConnectionError

from trackgate.settings import Settings

LONGEST_WAIT_S = 120.0

# MLflow's client repeats the same ones (`utils/request_utils.py`).
_REPEATED = frozenset({408, 429, 500, 502, 503, 504})
# The request was not carried out: it came too early, or found no server to do it.
# A 502 leaves a small doubt (the server may have died between its work and its
# answer), but it is what every restart looks like behind a proxy.
_NOT_DONE = frozenset({429, 502, 503})

# Sent twice these would make two things; all others may arrive twice.
_ONCE_ONLY = frozenset(
    {
        runs.CREATE_RUN.path,
        runs.LOG_MODEL.path,
        experiments.CREATE_EXPERIMENT.path,
    }
)


class Failure(Enum):
    """How an attempt failed that brought no answer."""

    NOT_SENT = "no connection"
    BROKEN = "the connection broke or fell silent"
    HOPELESS = "trying again cannot help"


def may_repeat(path: str) -> bool:
    """Whether an endpoint's call does no harm when it arrives twice."""
    return path not in _ONCE_ONLY


def classify(error: requests.RequestException) -> Failure:
    """What a failed attempt means for another one."""
    if isinstance(error, requests.exceptions.SSLError):
        return Failure.HOPELESS
    if isinstance(
        error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError
    ):
        return Failure.NOT_SENT
    if isinstance(
        error,
        requests.exceptions.ReadTimeout | requests.exceptions.ChunkedEncodingError,
    ):
        return Failure.BROKEN
    if isinstance(error, requests.exceptions.ConnectionError):
        cause = error.args[0] if error.args else None
        refused = isinstance(getattr(cause, "reason", None), NewConnectionError)
        return Failure.NOT_SENT if refused else Failure.BROKEN
    return Failure.HOPELESS


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, and how long apart; times in seconds."""

    max_retries: int
    factor_s: float
    jitter_s: float
    respect_retry_after: bool

    @classmethod
    def of(cls, settings: Settings) -> RetryPolicy:
        """The policy that the settings ask for."""
        return cls(
            settings.max_retries,
            settings.backoff_factor_s,
            settings.backoff_jitter_s,
            settings.respect_retry_after,
        )

    def after_failure(
        self, attempt: int, failure: Failure, *, repeatable: bool
    ) -> bool:
        """Whether attempt number `attempt` (from 1), which failed, is not the last."""
        if attempt > self.max_retries or failure is Failure.HOPELESS:
            return False
        return repeatable or failure is Failure.NOT_SENT

    def after_answer(self, attempt: int, status: int, *, repeatable: bool) -> bool:
        """Whether to ask again after the HTTP status `status`."""
        if attempt > self.max_retries:
            return False
        return status in (_REPEATED if repeatable else _NOT_DONE)

    def wait_s(self, attempt: int, retry_after: str | None = None) -> float:
        """How long to wait after attempt number `attempt`.

        The first repetition comes almost at once, for a hiccup; then the waits
        double. What the server asks for in Retry-After is kept, within bounds.
        """
        asked = _retry_after_s(retry_after) if self.respect_retry_after else None
        if asked is not None:
            return min(asked, LONGEST_WAIT_S)
        growing = 0.0 if attempt == 1 else self.factor_s * 2 ** (attempt - 1)
        # Not for secrets, only to keep many clients from coming back together.
        jitter = random.random() * self.jitter_s  # noqa: S311
        return min(growing, LONGEST_WAIT_S) + jitter


def _retry_after_s(value: str | None) -> float | None:
    """Seconds or a date, as RFC 9110 §10.2.3 has it; None where it is neither."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None

"""When a request is sent again, and after how long."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import requests
from trackgate_wire import (
    experiments,
    logged_models,
    model_versions,
    registered_models,
    runs,
)
from urllib3.exceptions import NewConnectionError

from trackgate.errors import TrackgateError
from trackgate.settings import Settings

LONGEST_WAIT_S = 120.0

# MLflow's client repeats the same ones (`utils/request_utils.py`).
_REPEATED = frozenset({408, 429, 500, 502, 503, 504})
# The request was not carried out: it came too early, or found no server to do it.
# A 502 leaves a small doubt (the server may have died between its work and its
# answer), but it is what every restart looks like behind a proxy.
_NOT_DONE = frozenset({429, 502, 503})

_NOT_SENT = (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError)
_BROKEN = (
    requests.exceptions.ConnectionError,
    requests.exceptions.ReadTimeout,
    requests.exceptions.ChunkedEncodingError,
)
_HOPELESS = (requests.exceptions.SSLError,)

# Sent twice these would make two things, or fail the second time though they were
# done; a stage moved again might undo what somebody else did meanwhile. All others
# may arrive twice.
_ONCE_ONLY = frozenset(
    {
        runs.CREATE_RUN.path,
        runs.LOG_MODEL.path,
        experiments.CREATE_EXPERIMENT.path,
        logged_models.CREATE_LOGGED_MODEL.path,
        registered_models.CREATE_REGISTERED_MODEL.path,
        registered_models.RENAME_REGISTERED_MODEL.path,
        model_versions.CREATE_MODEL_VERSION.path,
        model_versions.TRANSITION_MODEL_VERSION_STAGE.path,
    }
)


@dataclass(frozen=True, slots=True)
class Setback:
    """An attempt that brought nothing.

    said         what happened, for the log
    error        makes the error to raise from the words for how often it was tried
    is_passing   another attempt may fare better
    is_not_done  the request was certainly, or (502) very likely, not carried out
    retry_after  the header of that name
    """

    said: str
    error: Callable[[str], TrackgateError]
    is_passing: bool
    is_not_done: bool
    retry_after: str | None = None


def may_repeat(path: str) -> bool:
    """Whether an endpoint's call does no harm when it arrives twice."""
    return path not in _ONCE_ONLY


def after_failure(
    failure: requests.RequestException, error: Callable[[str], TrackgateError]
) -> Setback:
    """What it means that no answer came."""
    if isinstance(failure, _NOT_SENT) or _was_refused(failure):
        return Setback("no connection", error, is_passing=True, is_not_done=True)
    passing = isinstance(failure, _BROKEN) and not isinstance(failure, _HOPELESS)
    said = "the connection broke or fell silent"
    return Setback(said, error, is_passing=passing, is_not_done=False)


def after_answer(
    status: int, retry_after: str | None, error: TrackgateError
) -> Setback:
    """What an answer other than 2xx means."""
    return Setback(
        f"answered {status}",
        lambda _: error,
        is_passing=status in _REPEATED,
        is_not_done=status in _NOT_DONE,
        retry_after=retry_after,
    )


def _was_refused(failure: requests.RequestException) -> bool:
    cause = failure.args[0] if failure.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


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

    def tries_again(self, attempt: int, setback: Setback, *, repeatable: bool) -> bool:
        """Whether attempt number `attempt` (from 1) was not the last."""
        if attempt > self.max_retries or not setback.is_passing:
            return False
        return repeatable or setback.is_not_done

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

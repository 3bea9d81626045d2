"""What displays ask of the server: soon, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from trackgate.client import TrackingClient
from trackgate.entities import Run
from trackgate.errors import TemporarilyUnavailable, TrackgateError
from trackgate.fluent import session
from trackgate.fluent.active_run import ActiveRun
from trackgate.notebooks.sparklines import Spot, in_order
from trackgate.settings import Settings

AnswerT = TypeVar("AnswerT")

# A cell must not hang because its last line is a run and the server is away.
_CONNECT_S, _ANSWER_S = 2.0, 5.0
# About one for each unit of the picture's width.
_POINTS = 120


class Reader:
    """Asks a server, each thing once, and nothing more after it did not answer."""

    def __init__(self, client: TrackingClient | None) -> None:
        self._client = client

    @classmethod
    def of(cls, shown: object = None) -> Reader:
        """A reader of the server that an active run is on, or else of the chosen one.

        It has no answers where no server is named.
        """
        try:
            return cls(TrackingClient(settings=_hasty(_settings_of(shown))))
        except TrackgateError:
            return cls(None)

    def ask(self, question: Callable[[TrackingClient], AnswerT]) -> AnswerT | None:
        """The answer; None where the server has none, or cannot be reached."""
        if self._client is None:
            return None
        try:
            return question(self._client)
        except TemporarilyUnavailable:
            self._client = None
        except TrackgateError:
            pass
        return None

    def page(self, *segments: str) -> str | None:
        """The address of a page; None where no browser would find it."""
        uri = self._client.tracking_uri if self._client else ""
        if not uri.startswith(("http://", "https://")):
            return None
        return "/".join((uri, *(quote(one, safe="") for one in segments)))

    def run(self, run_id: str | None) -> Run | None:
        """A run as it is now."""
        return self.ask(lambda client: client.get_run(run_id)) if run_id else None

    def history(self, run_id: str, key: str) -> list[Spot]:
        """Evenly thinned points of a metric: by step, else one after the other."""
        points = self.ask(
            lambda client: client.get_metric_history_bulk_interval(
                [run_id], key, max_results=_POINTS
            )
        )
        spots = [(float(point.step), point.value) for point in points or ()]
        has_steps = len({step for step, _ in spots}) > 1
        return spots if has_steps else in_order([value for _, value in spots])


def _settings_of(shown: object) -> Settings:
    if isinstance(shown, ActiveRun):
        return shown.client.connection.settings
    return session.settings()


def _hasty(settings: Settings) -> Settings:
    return replace(
        settings, max_retries=0, connect_timeout_s=_CONNECT_S, timeout_s=_ANSWER_S
    )

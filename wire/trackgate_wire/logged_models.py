"""Logged models: as much of the protocol as clients need to list artifacts.

Clients of MLflow 3 ask for a run's logged models whenever they list or download its
artifacts. Creating them comes with the model registry.
"""

from __future__ import annotations

from typing import Any

import msgspec

from trackgate_wire import limits
from trackgate_wire.endpoint import Access, Endpoint, Message
from trackgate_wire.scalars import Int64


class SearchLoggedModels(Message, frozen=True, kw_only=True):
    experiment_ids: list[str] = []
    filter: str | None = None
    datasets: list[dict[str, Any]] = []
    max_results: Int64 = limits.LOGGED_MODELS_PER_PAGE
    order_by: list[dict[str, Any]] = []
    page_token: str | None = None


class LoggedModelsPage(Message, frozen=True, kw_only=True):
    """One page; without `next_page_token` it is the last."""

    models: list[dict[str, Any]] = msgspec.field(default_factory=list[dict[str, Any]])
    next_page_token: str | None = None


SEARCH_LOGGED_MODELS = Endpoint(
    "POST",
    "mlflow/logged-models/search",
    SearchLoggedModels,
    LoggedModelsPage,
    Access.READ,
)

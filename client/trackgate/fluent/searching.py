"""Find runs, as a data frame or as a list."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, overload

from trackgate_wire import limits

from trackgate import tables
from trackgate.entities import Run, ViewType
from trackgate.errors import InvalidParameterValue
from trackgate.fluent import session
from trackgate.fluent.experiments import search_experiments
from trackgate.fluent.paging import all_pages

if TYPE_CHECKING:
    # It ships no types.
    from pandas import DataFrame  # type: ignore[import-untyped]

_logger = logging.getLogger("trackgate")
_MOST = 100_000


@overload
def search_runs(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: ViewType | str | int = ViewType.ACTIVE_ONLY,
    max_results: int = _MOST,
    order_by: Sequence[str] | None = None,
    output_format: Literal["pandas"] = "pandas",
    search_all_experiments: bool = False,
    experiment_names: Sequence[str] | None = None,
) -> DataFrame: ...


@overload
def search_runs(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: ViewType | str | int = ViewType.ACTIVE_ONLY,
    max_results: int = _MOST,
    order_by: Sequence[str] | None = None,
    *,
    output_format: Literal["list"],
    search_all_experiments: bool = False,
    experiment_names: Sequence[str] | None = None,
) -> list[Run]: ...


def search_runs(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: ViewType | str | int = ViewType.ACTIVE_ONLY,
    max_results: int = _MOST,
    order_by: Sequence[str] | None = None,
    output_format: str = "pandas",
    search_all_experiments: bool = False,
    experiment_names: Sequence[str] | None = None,
) -> DataFrame | list[Run]:
    """The first `max_results` runs that match; those of the current experiment.

    experiment_ids, experiment_names  those of other experiments; not both
    search_all_experiments            those of all, where none is named
    output_format                     "pandas" for a data frame, or "list"
    """
    tables.check_output(output_format)
    where = _experiments(experiment_ids, experiment_names, search_all_experiments)
    runs = _pages(where, filter_string, run_view_type, max_results, order_by)
    return runs if output_format == "list" else tables.runs_frame(runs)


def _experiments(
    ids: Sequence[str] | None, names: Sequence[str] | None, everywhere: bool
) -> list[str]:
    if ids and names:
        raise InvalidParameterValue(
            "Give either `experiment_ids` or `experiment_names`, and not both."
        )
    if ids:
        return [ids] if isinstance(ids, str) else [str(one) for one in ids]
    if names:
        return _ids_of(names)
    if everywhere:
        return [found.experiment_id for found in search_experiments()]
    return [session.experiment_id()]


def _ids_of(names: Sequence[str]) -> list[str]:
    client = session.client()
    ids: list[str] = []
    for name in names:
        found = client.get_experiment_by_name(name)
        if found is None:
            _logger.warning("There is no experiment named %r.", name)
        else:
            ids.append(found.experiment_id)
    return ids


def _pages(
    experiment_ids: list[str],
    filter_string: str,
    run_view_type: ViewType | str | int,
    max_results: int,
    order_by: Sequence[str] | None,
) -> list[Run]:
    if not experiment_ids:
        return []
    client = session.client()
    return all_pages(
        lambda size, token: client.search_runs(
            experiment_ids, filter_string, run_view_type, size, order_by, token
        ),
        max_results,
        limits.RUNS_PER_PAGE_DEFAULT,
    )

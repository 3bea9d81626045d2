"""Data frames: runs and models that were found, and tables logged as artifacts.

pandas is loaded when one of these is called, and not required before.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackgate.entities import LoggedModel, Run
from trackgate.errors import InvalidParameterValue

if TYPE_CHECKING:
    # It ships no types.
    from pandas import DataFrame  # type: ignore[import-untyped]

_ENDINGS = (".json", ".parquet")
_INFO = ("run_id", "experiment_id", "status", "artifact_uri")
_TIMES = ("start_time", "end_time")


def pandas() -> Any:
    """pandas; raises ImportError saying what to install."""
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        raise ImportError(
            "This needs pandas: pip install pandas. In searches,"
            " output_format='list' does without."
        ) from error


def check_output(output_format: str) -> None:
    """Look before a search, which may take long.

    Raises InvalidParameterValue where it is neither "pandas" nor "list", ImportError
    where pandas is wanted and missing.
    """
    if output_format not in ("pandas", "list"):
        raise InvalidParameterValue(
            f"output_format is {output_format!r}; it must be 'pandas' or 'list'."
        )
    if output_format == "pandas":
        pandas()


def runs_frame(runs: Sequence[Run]) -> DataFrame:
    """One row a run; columns as MLflow names them: `metrics.m`, `params.p`, `tags.t`.

    Times are UTC. What a run does not have is NaN among metrics and None elsewhere.
    """
    pd = pandas()
    columns: dict[str, Any] = {
        name: [str(getattr(run.info, name)) for run in runs] for name in _INFO
    }
    for name in _TIMES:
        times = [getattr(run.info, name) for run in runs]
        columns[name] = pd.to_datetime(times, unit="ms", utc=True)
    columns |= _columns("metrics", [run.data.metrics for run in runs], float("nan"))
    columns |= _columns("params", [run.data.params for run in runs], None)
    columns |= _columns("tags", [run.data.tags for run in runs], None)
    return pd.DataFrame(columns)


def models_frame(models: Sequence[LoggedModel]) -> DataFrame:
    """One row a logged model, one column for each of its attributes.

    Parameters, tags and metrics are dictionaries and lists in their columns.
    """
    names = [one.name for one in fields(LoggedModel)]
    rows = [{name: getattr(model, name) for name in names} for model in models]
    return pandas().DataFrame(rows, columns=names)


def _columns(
    kind: str, rows: Sequence[Mapping[str, Any]], missing: object
) -> dict[str, list[Any]]:
    keys = dict.fromkeys(key for row in rows for key in row)
    return {f"{kind}.{key}": [row.get(key, missing) for row in rows] for key in keys}


def as_frame(data: Mapping[str, Any] | DataFrame) -> DataFrame:
    """A table from a data frame, from columns, or from one row of plain values."""
    pd = pandas()
    if not isinstance(data, pd.DataFrame | Mapping):
        raise InvalidParameterValue("A table is a pandas.DataFrame or a dictionary.")
    try:
        return pd.DataFrame(data)
    except ValueError:
        return pd.DataFrame([data])


def check_table_name(artifact_file: str) -> None:
    """Tables end in .json or .parquet; raises InvalidParameterValue."""
    if not artifact_file.endswith(_ENDINGS):
        raise InvalidParameterValue(
            f"A table's file ends in {' or '.join(_ENDINGS)}, not {artifact_file!r}."
        )


def write(frame: Any, path: Path) -> None:
    """Write a table in the format its name ends with."""
    if path.suffix == ".json":
        frame.to_json(path, orient="split", index=False, date_format="iso")
    else:
        frame.to_parquet(path, index=False)


def read(path: Path) -> DataFrame:
    """Read a table that `write` has written."""
    if path.suffix == ".json":
        return pandas().read_json(path, orient="split")
    return pandas().read_parquet(path)


def with_columns(frame: Any, run: Run, columns: Sequence[str]) -> DataFrame:
    """The table with columns of `runs_frame` that say which run it is of.

    A column that the table has already gets an underscore after its name.
    """
    described: Any = runs_frame([run])
    for column in columns:
        name = f"{column}_" if column in frame else column
        frame[name] = described[column].iloc[0]
    return frame


def stacked(frames: Iterable[DataFrame]) -> DataFrame:
    """One table under the other, numbered anew."""
    return pandas().concat(list(frames), ignore_index=True)

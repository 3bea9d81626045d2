"""Content types of requests, and the tables that are not JSON: CSV and Parquet."""

from __future__ import annotations

import io
from typing import Any

from trackgate.errors import BadRequest, InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.column_types import DataType
from trackgate.models.schema import ColSpec, Schema
from trackgate.serving.columns import typed

JSON = "application/json"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
ALL = (JSON, CSV, PARQUET)

# A small file may say that it holds a huge table.
_MOST_CELLS = 50_000_000


class UnsupportedMedia(Exception):
    """A content type that is not taken; the text says which are."""


def media_type(header: str) -> str:
    """One of ALL; raises UnsupportedMedia for others and other charsets."""
    kind, *parameters = (part.strip() for part in header.split(";"))
    for parameter in filter(None, parameters):
        name, _, value = parameter.partition("=")
        name, value = name.strip().lower(), value.strip().strip('"').lower()
        if name != "charset":
            raise UnsupportedMedia(
                f"The content type has the parameter {name!r}; only 'charset' is known."
            )
        if value not in ("utf-8", "utf8"):
            raise UnsupportedMedia(f"The charset is {value!r}; only UTF-8 is read.")
    if kind.lower() not in ALL:
        raise UnsupportedMedia(
            f"The content type is {kind!r}; these are read: {', '.join(ALL)}."
        )
    return kind.lower()


def from_csv(body: bytes, schema: Schema | None) -> Any:
    """A data frame; the first line names the columns.

    Raises BadRequest, and InvalidParameterValue naming a wrong date or wrong bytes.
    """
    pandas = libraries.load("pandas")
    kinds = _column_types(schema)
    dtypes = {name: _CSV_TYPES.get(kind, kind.numpy_name) for name, kind in kinds}
    try:
        text = body.decode("utf-8-sig")
        frame = pandas.read_csv(io.StringIO(text), dtype=dtypes)
    except (ValueError, OverflowError, TypeError) as error:
        # Errors of pandas' parser are ValueErrors too.
        raise BadRequest(f"The body is no CSV that the model takes: {error}.") from None
    for name, kind in kinds:
        if kind in _CSV_TYPES and kind is not DataType.string and name in frame:
            values = frame[name].astype(object)
            frame[name] = typed(name, values.where(values.notna(), None).tolist(), kind)
    return frame


# Types that are text in CSV; the first two are converted afterwards.
_CSV_TYPES = {
    DataType.datetime: "str",
    DataType.binary: "str",
    DataType.string: "str",
}


def _column_types(schema: Schema | None) -> list[tuple[Any, DataType]]:
    """Names and plain types of the columns that the signature has."""
    if schema is None or not schema.has_input_names():
        return []
    return [
        (spec.name, spec.type)
        for spec in schema.inputs
        if isinstance(spec, ColSpec) and isinstance(spec.type, DataType)
    ]


def from_parquet(body: bytes) -> Any:
    """A data frame; raises BadRequest, and UnsupportedMedia without pyarrow."""
    try:
        parquet = libraries.load("pyarrow.parquet")
    except ImportError:
        raise UnsupportedMedia(
            f"{PARQUET} cannot be read: pyarrow is not installed beside the model."
        ) from None
    try:
        file = parquet.ParquetFile(io.BytesIO(body))
        cells = file.metadata.num_rows * file.metadata.num_columns
        if cells > _MOST_CELLS:
            raise InvalidParameterValue(
                f"The table has {cells:,} values; at most {_MOST_CELLS:,} are read."
            )
        return file.read().to_pandas()
    except InvalidParameterValue:
        raise
    except Exception as error:
        # pyarrow's own errors are of many kinds: also what the file says about its
        # columns for pandas may be wrong (KeyError), or its codec lacking here.
        raise BadRequest(
            f"The body is no Parquet file that can be read: {type(error).__name__}:"
            f" {error}."
        ) from None

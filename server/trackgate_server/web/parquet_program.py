"""Reads the Parquet file that standard input is, and says its first rows in JSON.

Run by `parquet_tables`: `python -m trackgate_server.web.parquet_program < file`.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from typing import Any

from trackgate_server.web.artifact_tables import MOST_COLUMNS, MOST_LETTERS, MOST_ROWS

_MEMORY_BYTES = 2 * 1024**3
_CPU_S = 15
# Rows come in groups, each of which may have to be unpacked as a whole.
_GROUP_BYTES = 256 * 1024 * 1024


def main() -> None:
    """Read, say, end."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    parquet: Any = import_module("pyarrow.parquet")
    sys.stdout.write(json.dumps(_said(parquet.ParquetFile(sys.stdin.buffer))))


def _said(file: Any) -> dict[str, Any]:
    names = [str(name) for name in file.schema_arrow.names]
    try:
        rows = list(islice(_rows(file, names[:MOST_COLUMNS]), MOST_ROWS))
    except OverflowError as error:
        return {"refused": str(error)}
    return {"columns": names, "rows": rows, "count": file.metadata.num_rows}


def _rows(file: Any, columns: list[str]) -> Iterator[list[str | None]]:
    """The table's rows; raises OverflowError at a group that is too large."""
    for group in range(file.num_row_groups):
        size_bytes = file.metadata.row_group(group).total_byte_size
        if size_bytes > _GROUP_BYTES:
            raise OverflowError(
                f"Its rows come in groups of {size_bytes:,} bytes, too many to be read."
            )
        for batch in file.iter_batches(MOST_ROWS, [group], columns, use_threads=False):
            values = [[_plain(value) for value in one.to_pylist()] for one in batch]
            yield from (list(row) for row in zip(*values, strict=True))


def _plain(value: object) -> str | None:
    return None if value is None else str(value)[: MOST_LETTERS + 1]


if __name__ == "__main__":
    main()

"""Reads the Parquet file that standard input is, and says its first rows in JSON.

Run by `parquet_tables`: `python -m trackgate_server.web.parquet_program < file`.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from importlib import import_module
from typing import Any

from trackgate_server.web.artifact_tables import MOST_COLUMNS, MOST_LETTERS, MOST_ROWS

_MEMORY_BYTES = 2 * 1024**3
_CPU_S = 15
# Rows come from groups, which are decoded as a whole.
_GROUP_BYTES = 256 * 1024 * 1024


def main() -> None:
    """Read, say, end."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    sys.stdout.write(json.dumps(_first_rows()))


def _first_rows() -> dict[str, Any]:
    parquet: Any = import_module("pyarrow.parquet")

    file: Any = parquet.ParquetFile(sys.stdin.buffer)
    names = [str(name) for name in file.schema_arrow.names]
    shown = names[:MOST_COLUMNS]
    rows: list[list[object]] = []
    for group in range(file.num_row_groups):
        size_bytes = file.metadata.row_group(group).total_byte_size
        if size_bytes > _GROUP_BYTES:
            return {"refused": f"Its rows come in groups of {size_bytes:,} bytes."}
        for batch in file.iter_batches(MOST_ROWS, [group], shown, use_threads=False):
            rows += _rows(batch)
            if len(rows) >= MOST_ROWS:
                break
        if len(rows) >= MOST_ROWS:
            break
    count = file.metadata.num_rows
    return {"columns": names, "rows": rows[:MOST_ROWS], "count": count}


def _rows(batch: Any) -> list[list[object]]:
    columns = [[_plain(value) for value in column.to_pylist()] for column in batch]
    return [list(row) for row in zip(*columns, strict=True)]


def _plain(value: object) -> object:
    if value is None:
        return None
    return str(value)[: MOST_LETTERS + 1]


if __name__ == "__main__":
    main()

"""A file from the web, by plain HTTP: nothing that we log in with is sent there."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import requests

from trackgate.errors import ExecutionException
from trackgate.projects.addresses import userinfo, without_secrets

_BLOCK_BYTES = 256 * 1024
# To connect, and between two parts of the answer.
_PATIENCE_S = (10, 60)


def download_web_file(
    uri: str, folder: Path, *, limit_bytes: int | None = None
) -> Path:
    """Download a file under its last name, and return where it is.

    uri          http or https; a name and password in it are used, and never shown
    limit_bytes  of which more is not taken

    Raises ExecutionException where it cannot be had.
    """
    target = folder / _name(uri)
    shown = without_secrets(uri)
    # Without them in the address, errors and redirections do not show them either.
    who, address = userinfo(uri)
    try:
        with requests.get(
            address, auth=who, stream=True, timeout=_PATIENCE_S
        ) as answer:
            if not answer.ok:
                raise ExecutionException(
                    f"{shown} was answered with {answer.status_code}."
                )
            _pour(answer, target, limit_bytes, shown)
    except requests.RequestException as error:
        # Its text may have the query in it, where signatures and tokens stand.
        reason = type(error).__name__
        raise ExecutionException(f"{shown} cannot be fetched: {reason}.") from None
    return target


def _pour(
    answer: requests.Response, target: Path, limit_bytes: int | None, shown: str
) -> None:
    with target.open("xb") as file:
        for block in answer.iter_content(_BLOCK_BYTES):
            file.write(block)
            if limit_bytes is not None and file.tell() > limit_bytes:
                raise ExecutionException(
                    f"{shown} has more than {limit_bytes} bytes, and is not taken."
                )


def _name(uri: str) -> str:
    path = re.split(r"[?#]", uri, maxsplit=1)[0]
    last = unquote(path).rstrip("/").rpartition("/")[2]
    usable = last not in ("", ".", "..") and "\0" not in last
    return last.encode()[-200:].decode(errors="ignore") if usable else "file"

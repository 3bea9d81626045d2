"""settings.json of the data folder: what later commands must know again."""

from __future__ import annotations

import json
from typing import cast

from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.whole_file import write_whole

_URI = "backend_store_uri"
_ADDRESS = "address"


def remember_backend_store(data: DataFolder, uri: str) -> None:
    """Keep the database's address (it may hold a password: mode 0600).

    The default one is not written down, so that the folder can be moved.
    """
    _remember(data, _URI, "" if uri == data.default_backend_store_uri else uri)


def remembered_backend_store(data: DataFolder) -> str | None:
    """The database's address if it is not the default one."""
    return _read(data).get(_URI)


def remember_address(data: DataFolder, address: str) -> None:
    """Keep the address people use, for whoever is told it next."""
    _remember(data, _ADDRESS, address)


def remembered_address(data: DataFolder) -> str | None:
    """The address people use, as it was set up last."""
    return _read(data).get(_ADDRESS)


def _remember(data: DataFolder, name: str, value: str) -> None:
    """Set one entry, or take it away where the value is empty."""
    before = _read(data)
    after = {**before, name: value}
    if not value:
        del after[name]
    if after != before:
        write_whole(data.settings, json.dumps(after))


def _read(data: DataFolder) -> dict[str, str]:
    try:
        text = data.settings.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return cast("dict[str, str]", json.loads(text))

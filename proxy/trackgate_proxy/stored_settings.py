"""settings.json of the data folder: what later commands must know again."""

from __future__ import annotations

import json
import os

from trackgate_proxy.data_folder import SECRET_MODE, DataFolder

_URI = "backend_store_uri"


def remember_backend_store(data: DataFolder, uri: str) -> None:
    """Keep the database's address (it may hold a password: mode 0600).

    The default one is not written down, so that the folder can be moved.
    """
    if uri == data.default_backend_store_uri:
        data.settings.unlink(missing_ok=True)
        return
    beside = data.settings.with_name("settings.json.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET_MODE)
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump({_URI: uri}, file)
    beside.replace(data.settings)


def remembered_backend_store(data: DataFolder) -> str | None:
    """The database's address if it is not the default one."""
    try:
        text = data.settings.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return json.loads(text).get(_URI)

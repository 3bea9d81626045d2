"""How a project is run, as somebody gives it: checked and read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from trackgate.errors import InvalidParameterValue
from trackgate.projects.jobs import EnvironmentManager, Options
from trackgate.serving.json_values import is_object

BackendConfig = Mapping[str, Any] | str | os.PathLike[str]
"""A backend's settings, or a `.json` file of them."""


def options_of(
    *,
    env_manager: EnvironmentManager | None,
    docker_args: Mapping[str, str | bool] | None,
    storage_dir: str | os.PathLike[str] | None,
    build_image: bool | None,
    docker_auth: Mapping[str, str] | None,
    backend_config: BackendConfig | None,
) -> Options:
    """What a backend is told, from arguments of `trackgate.projects.run`.

    A storage folder is made. Raises InvalidParameterValue for an environment manager
    that is none and for settings that cannot be read.
    """
    known = get_args(EnvironmentManager)
    if env_manager is not None and env_manager not in known:
        raise InvalidParameterValue(
            f"No environment manager is called {env_manager!r}; there are"
            f" {', '.join(known)}."
        )
    return Options(
        env_manager=env_manager,
        docker_args=dict(docker_args or {}),
        storage_dir=_folder(storage_dir),
        build_image=build_image,
        docker_auth=docker_auth,
        config=_config(backend_config),
    )


def _folder(given: str | os.PathLike[str] | None) -> Path | None:
    if given is None:
        return None
    folder = Path(given).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _config(given: BackendConfig | None) -> dict[str, Any]:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return dict(given)
    try:
        found = json.loads(Path(given).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidParameterValue(
            f"The backend's settings in {os.fspath(given)!r} cannot be read: {error}"
        ) from None
    if not is_object(found):
        raise InvalidParameterValue(
            f"The backend's settings in {os.fspath(given)!r} are no JSON object."
        )
    return found

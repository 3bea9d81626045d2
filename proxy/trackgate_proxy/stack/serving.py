"""The keeper of served models as a program of the stack.

The keeper belongs to the client's packages, since it loads nothing by itself but
starts what does; here only its command is known.
"""

from __future__ import annotations

import os
import signal
import sys
from urllib.parse import quote

from trackgate_proxy.people.htpasswd import KEEPER_NAME, PeopleError, PeopleFile
from trackgate_proxy.people.rolebook import open_rolebook
from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.site.serving_options import KeepingOptions
from trackgate_proxy.site.settings import ProxySettings
from trackgate_proxy.stack.child import Program

KEEPER_GRACE_S = 4.0
_ROLE = "viewer"
# A person's credentials and the database's; the rest is the keeper's too, such as the
# index that models' packages come from.
_PRIVATE = ("TRACKING_", "MLFLOW_TRACKING_", "TRACKGATE_", "PGPASS")
_ENVIRONMENTS = "TRACKGATE_ENVIRONMENTS"


def keeper_program(settings: ProxySettings, keeping: KeepingOptions) -> Program:
    """How the keeper is started and stopped."""
    return Program(
        name="The keeper of served models",
        command=_command(settings, keeping),
        environment=_environment(settings.data),
        grace_signal=signal.SIGTERM,
        grace_s=KEEPER_GRACE_S,
        sockets=[],
    )


def ensure_keeper_role(data: DataFolder, backend_store_uri: str | None) -> None:
    """Let the keeper read at the tracking server.

    Raises PeopleError where somebody can log in under its name, or when the roles
    cannot be reached.
    """
    if KEEPER_NAME in PeopleFile(data.htpasswd).names():
        raise PeopleError(
            f"A person is named {KEEPER_NAME}, and served models are read under that "
            f"name. Remove the person: trackgate users remove {KEEPER_NAME}"
        )
    with open_rolebook(data.root, backend_store_uri) as rolebook:
        if rolebook.get_all().get(KEEPER_NAME) != _ROLE:
            rolebook.set(KEEPER_NAME, _ROLE, "trackgate up")


def _command(settings: ProxySettings, keeping: KeepingOptions) -> list[str]:
    data = settings.data
    socket = quote(str(data.serving_socket), safe="")
    return [
        *(sys.executable, "-m", "trackgate.serving.keeper"),
        *("--tracking-uri", f"http+unix://{socket}{settings.static_prefix}"),
        *("--server-socket", str(data.server_socket)),
        *("--sockets", str(data.served_sockets)),
        *("--models", str(data.served_models)),
        *("--log", str(data.log)),
        *("--static-prefix", settings.static_prefix),
        *("--env-manager", keeping.environment_manager),
        *("--workers", str(keeping.workers)),
        *("--timeout", str(settings.serve_timeout_s)),
        *("--max-body", str(settings.serve_body_bytes)),
        "--",
        *(model.uri for model in settings.served),
    ]


def _environment(data: DataFolder) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_PRIVATE)}
    folder = os.environ.get(_ENVIRONMENTS) or str(data.environments)
    return kept | {_ENVIRONMENTS: folder}

"""gunicorn, run from our settings."""

from __future__ import annotations

import gc
import ipaddress
import logging.config
import os
from importlib import import_module
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from trackgate_wire.errors import TrackgateError

from trackgate_server.arbiter import DrainingArbiter
from trackgate_server.draining import DrainingWorker
from trackgate_server.logs import LOGGING
from trackgate_server.settings import Settings
from trackgate_server.slots import Slots

_log = logging.getLogger(__name__)

# nginx cuts idle upstream connections first, so that none is closed under a request.
_KEEPALIVE_S = 75
_GRACEFUL_STOP_S = 8


class UnsafeAddress(Exception):
    """The server would be open to a network without anybody checking who calls."""


class _Gunicorn(BaseApplication):
    def __init__(self, settings: Settings, slots: Slots | None) -> None:
        self._settings = settings
        self._slots = slots
        self._address = _address(settings, slots)
        super().__init__()

    def load_config(self) -> None:
        for name, value in _configuration(self._settings, self._address).items():
            self.cfg.set(name, value)
        if self._slots is not None:
            self._share_in(self._slots)

    def load(self) -> Any:
        from trackgate_server.http.app import create_app  # noqa: PLC0415 - heavy

        return create_app(self._settings)

    def run(self) -> None:
        """Serve until a signal asks to stop."""
        DrainingArbiter(self, self._slots).run()

    def _share_in(self, slots: Slots) -> None:
        """Take slots as soon as a worker can answer."""

        def let_go(_arbiter: object, _worker: object) -> None:
            slots.let_go()

        def take(_worker: object) -> None:
            if not slots.take():
                _log.warning("There are more servers than slots; raise --slots.")

        self.cfg.set("post_fork", let_go)
        self.cfg.set("post_worker_init", take)


def run(settings: Settings) -> None:
    """Bring the database up to date and serve until SIGTERM.

    Raises UnsafeAddress for an address that is neither loopback nor protected,
    UnsafeSlots for such a folder of slots, ValueError for settings that contradict each
    other, and SystemExit where the database cannot be brought up to date.
    """
    logging.config.dictConfig(LOGGING)
    check_address(settings)
    os.umask(0o077)
    _make_folder(settings.data_dir, "--data-dir names it.")
    if not settings.artifacts_in_s3:
        hint = "--artifacts-destination names it; a bucket's begins with s3://."
        _make_folder(settings.artifact_root, hint)
    slots = _open_slots(settings)
    upgrading = _start_upgrade(settings)
    _load_once()
    _wait_for(upgrading)
    _Gunicorn(settings, slots).run()


def _make_folder(folder: Path, hint: str) -> None:
    """A private folder; raises ValueError, which ends with the hint."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"The folder {folder} cannot be made: {error.strerror}. {hint}"
        ) from error


def _open_slots(settings: Settings) -> Slots | None:
    if not settings.slots_dir:
        return None
    if settings.socket:
        raise ValueError(
            "--socket and --slots-dir exclude each other: with slots the server"
            " listens on a socket in that folder. Leave one of them out."
        )
    return Slots(Path(settings.slots_dir), settings.slots)


def _load_once() -> None:
    """Import the application before the workers are forked.

    They share its memory, and none imports it again: not the second one, nor one
    that replaces another. What they open, they open themselves.
    """
    import_module("trackgate_server.http.app")
    # A collection would write into each shared object, and so copy it.
    gc.collect()
    gc.freeze()


def _start_upgrade(settings: Settings) -> int:
    """Upgrade in a process of its own, whose number this is.

    What it opens does not get into the workers, and it uses another core while the
    application is imported here.
    """
    child = os.fork()
    if child == 0:
        os._exit(_upgrade(settings))
    return child


def _wait_for(upgrading: int) -> None:
    _, status = os.waitpid(upgrading, 0)
    if status != 0:
        raise SystemExit(1)


def _upgrade(settings: Settings) -> int:
    from trackgate_server.blobs import opening  # noqa: PLC0415 - heavy
    from trackgate_server.store import migrate  # noqa: PLC0415
    from trackgate_server.store.database import DatabaseRefused  # noqa: PLC0415

    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        opening.require_usable(settings)
        database, done = migrate.open_upgraded(settings)
    except Exception as error:
        if isinstance(error, DatabaseRefused | TrackgateError | ValueError):
            _log.error("%s", error)
        else:
            _log.exception("The database cannot be brought up to date.")
        return 1
    database.close()
    if done.changed:
        _log.info("%s", done)
    return 0


def check_address(settings: Settings) -> None:
    """Raises UnsafeAddress unless a socket, a key or loopback protects the server."""
    if settings.behind_proxy or _is_loopback(settings.host):
        return
    raise UnsafeAddress(
        f"Refusing to listen on {settings.host}: without a proxy in front anybody there"
        " could read and write everything. Use `trackgate up`, or --socket, or"
        " --proxy-key-file."
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _address(settings: Settings, slots: Slots | None) -> str:
    """Where to listen, as gunicorn writes it; with slots, this enters their folder."""
    if slots is not None:
        return f"unix:{slots.enter()}"
    if settings.socket:
        return f"unix:{settings.socket}"
    return f"{settings.host}:{settings.port}"


def _configuration(settings: Settings, address: str) -> dict[str, Any]:
    return {
        "bind": address,
        "workers": settings.workers,
        "worker_class": DrainingWorker,
        "threads": settings.threads,
        "keepalive": _KEEPALIVE_S,
        "graceful_timeout": _GRACEFUL_STOP_S,
        # A streamed upload may take as long as it takes.
        "timeout": 0 if not settings.body_spool else 120,
        "umask": 0o077,
        # gunicorn notes these while it is imported, before root becomes the owner.
        "user": os.geteuid(),
        "group": os.getegid(),
        # A header with an underscore would be the same key as one with a dash.
        "header_map": "refuse",
        "forwarder_headers": "",
        "limit_request_field_size": 16_380,
        # A hundred run ids in a query string are more than gunicorn's own limit.
        "limit_request_line": 8_190,
        "accesslog": None,
        "logconfig_dict": LOGGING,
        "proc_name": "trackgate-server",
        "control_socket_disable": True,
    }

"""This program's one connection to a Ray cluster."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any

from trackgate.errors import InvalidState, Unreachable
from trackgate.models.libraries import load
from trackgate.projects.backends.ray.settings import RaySettings
from trackgate.projects.backends.ray.tasks import RayTasks

# Read by Ray when it is imported. Many programs print through it: each line is wanted.
_VARIABLES = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_COLOR_PREFIX": "0",
}
# Else Ray kills what guards a program, and not the program, when a worker has to end.
_WORKERS = {"RAY_kill_child_processes_on_worker_exit": "0"}
# Without them, whoever reaches this machine could have its cluster run code. By the
# first, whatever its name, all of Ray's servers listen on loopback only.
_VARIABLES_OF_OWN = {
    **_WORKERS,
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "token",
}
# Jobs' files go through it, and what does not fit goes to disk; 75 MiB is the least.
_STORE_BYTES = 128 * 1024 * 1024
# In which whoever listens at an address has answered.
_ANSWER_S = 10.0
# Within which the last lines arrive that programs have printed.
_LAST_LINES_S = 0.5

_connecting = threading.Lock()
# One at most, by its address: Ray has one connection for each program.
_connected: dict[str | None, RayTasks] = {}


def connect(settings: RaySettings) -> RayTasks:
    """Tasks in the cluster that this program is connected to, else the settings' one.

    Raises Unreachable where there is none, or it does not let us in, and InvalidState
    where this program is connected to another one.
    """
    for name, value in _VARIABLES.items():
        os.environ.setdefault(name, value)
    address = settings.address or os.environ.get("RAY_ADDRESS")
    with _connecting:
        if not address:
            _protect()
        ray = load("ray", extra="ray")
        if not ray.is_initialized():
            _connected.clear()
            with _own_signals():
                _join(ray, address) if address else _start(ray, settings)
        elif address and _connected and address not in _connected:
            raise InvalidState(
                f"This program is connected to another Ray cluster than {address}."
            )
        if not _connected:
            _connected[address] = RayTasks(ray)
        (tasks,) = _connected.values()
        return tasks


def _protect() -> None:
    """Have a cluster that is started from here serve nobody but this program."""
    for name, value in _VARIABLES_OF_OWN.items():
        os.environ.setdefault(name, value)
    if "RAY_AUTH_TOKEN_PATH" not in os.environ:
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))


def _join(ray: Any, address: str) -> None:
    host, _, port = address.rpartition("//")[2].rpartition(":")
    try:
        if host and port.isdigit():
            # Ray would look for minutes, and say nothing of it.
            socket.create_connection((host.strip("[]"), int(port)), _ANSWER_S).close()
        ray.init(
            address=address,
            runtime_env={"env_vars": _WORKERS},
            logging_level="WARNING",
            log_to_driver=True,
        )
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        reason = str(error).splitlines()[0]
        raise Unreachable(f"No Ray cluster answers at {address}: {reason}") from error


def _start(ray: Any, settings: RaySettings) -> None:
    """A cluster on this machine, which ends with this program, however that ends."""
    # Others may read the folder that Ray chooses, and programs' output is in its logs.
    folder = tempfile.mkdtemp(prefix="tg-ray-")
    atexit.register(_end, ray, folder)
    _in_lasting_thread(
        partial(
            ray.init,
            address="local",
            num_cpus=settings.local_cpus,
            object_store_memory=_STORE_BYTES,
            include_dashboard=False,
            logging_level="WARNING",
            log_to_driver=True,
            # Ray opens the folder that it is given to everybody.
            _temp_dir=os.path.join(folder, "r"),
        )
    )


def _in_lasting_thread(start: Callable[[], object]) -> None:
    """Do it in a thread that lasts as long as this program; raises what it raises.

    Linux ends the cluster's processes with the thread that has started them
    (prctl(2), PR_SET_PDEATHSIG), and Ray ends us then.
    """
    if threading.current_thread() is threading.main_thread():
        start()
        return
    started: Future[None] = Future()

    def last() -> None:
        try:
            start()
        except BaseException as error:
            started.set_exception(error)
            return
        started.set_result(None)
        threading.Event().wait()

    threading.Thread(target=last, name="trackgate-ray", daemon=True).start()
    started.result()


def _end(ray: Any, folder: str) -> None:
    if ray.is_initialized():
        time.sleep(_LAST_LINES_S)
        ray.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _own_signals() -> Generator[None]:
    """Undo that Ray has a handler of its own for SIGTERM, which ends the program."""
    former = signal.getsignal(signal.SIGTERM)
    yield
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, former)

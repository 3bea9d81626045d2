"""The lock that a running stack holds on its data folder."""

from __future__ import annotations

import fcntl
import os

from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.stack.stack_error import StackError


def take_lock(data: DataFolder) -> int:
    """Take the data folder's lock, for as long as the descriptor is open.

    Raises StackError while another stack has it.
    """
    descriptor = os.open(data.up_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if try_lock(descriptor, fcntl.LOCK_EX):
        return descriptor
    os.close(descriptor)
    raise StackError(
        f"Another `trackgate up` already runs on {data.root}. Stop it first, or "
        "use another folder with --data-dir."
    )


def is_up(data: DataFolder) -> bool:
    """Whether `trackgate up` runs on the folder: it has options of its own."""
    # Nginx as a unit holds the lock too, but leaves no address.
    if not (data.address.exists() and data.up_lock.exists()):
        return False
    with open(data.up_lock, "rb") as lock:
        return not try_lock(lock.fileno(), fcntl.LOCK_SH)


def try_lock(descriptor: int, kind: int) -> bool:
    """Whether the lock could be had at once.

    kind  fcntl.LOCK_EX or fcntl.LOCK_SH
    """
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

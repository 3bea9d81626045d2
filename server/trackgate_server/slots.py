"""A folder of slots, by which Nginx finds servers that come and go.

    <id>.sock      where a server listens; its id is HOSTNAME-PID
    <id>.alive     locked by the server's main process as long as it lives; holds the
                   time at which it got ready, nothing before
    slot-01.sock   and so on: links to the sockets of servers that are ready, in turns
    lock           held while anything here is changed

Nginx knows the slots only, and tries the next one where nobody listens. So a server
may start, stop or crash without a word to Nginx. The kernel frees the lock of a server
that crashed, which the others see, whatever host names and process numbers their
containers have. Standard library only: the main process stays small.
"""

from __future__ import annotations

import itertools
import os
import re
import socket
import time
from contextlib import suppress
from pathlib import Path

from trackgate_server.slot_folder import SlotFolder, UnsafeSlots, try_lock

_SLOT = re.compile(r"slot-\d+")
_ALIVE = ".alive"
_SOCKET = ".sock"
_LOCK_PATIENCE_S = 10.0
_LEAVE_PATIENCE_S = 1.0


class LostPlace(Exception):
    """Somebody removed this server's names, so nobody can reach it any more."""


class Slots:
    """One server's place in a folder of slots."""

    def __init__(self, folder: Path, count: int) -> None:
        """Open the folder, which is made if it is not there.

        count  slots in it, shared by all servers

        Raises UnsafeSlots unless the folder is this account's own and private.
        """
        if count < 1:
            raise UnsafeSlots(f"{count} slots are too few; set --slots to 1 or more.")
        self._folder = SlotFolder(folder)
        self._count = count
        self._id = ""
        self._alive = -1

    @property
    def id(self) -> str:
        """The server's name here, once it has entered."""
        return self._id

    def enter(self) -> str:
        """Make this server known, as one that is not ready; its socket's address.

        The process that calls this is the server's main process. The address holds in
        this process only. Raises UnsafeSlots when the folder stays locked.
        """
        try:
            with self._folder.locked(_LOCK_PATIENCE_S):
                self._renew()
                self._id, self._alive = self._claim()
        except TimeoutError as error:
            raise UnsafeSlots(f"{error} Another server hangs; end it.") from error
        return self._folder.address(self._id + _SOCKET)

    def let_go(self) -> None:
        """In a forked process: leave it to the main process to be alive."""
        os.close(self._alive)
        self._alive = -1

    def take(self) -> int:
        """Share in the slots from now on; how many it got. May run twice.

        Does nothing when the server has left already.
        """
        with self._folder.locked(_LOCK_PATIENCE_S):
            try:
                descriptor = self._folder.open(self._id + _ALIVE, os.O_RDWR)
            except FileNotFoundError:
                return 0
            with open(descriptor, "r+b") as file:
                if not file.read(1):
                    # One clock for all containers of this machine.
                    now_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
                    file.write(f"{now_ns}\n".encode())
            return self._renew().count(self._id)

    def heal(self) -> None:
        """Give the slots of servers that crashed to others, and remove their files.

        Skipped when somebody else is changing the folder. Raises LostPlace.
        """
        with suppress(TimeoutError), self._folder.locked(0):
            for name in (self._id + _ALIVE, self._id + _SOCKET):
                if not self._folder.exists(name):
                    raise LostPlace(f"{name} was removed from the folder of slots.")
            self._renew()

    def leave(self) -> None:
        """Give the slots to the others; new connections come here no more."""
        # Whatever became of the folder, the server goes on to stop.
        with suppress(OSError), self._folder.locked(_LEAVE_PATIENCE_S):
            self._folder.remove(self._id + _ALIVE)
            self._renew()
        self._folder.remove(self._id + _SOCKET)

    def _claim(self) -> tuple[str, int]:
        """An id that nobody has, and the descriptor whose lock says so."""
        own = f"{host_name()}-{os.getpid()}"
        # Containers with one host name may have the same process numbers.
        further = (f"{own}-{number}" for number in itertools.count(2))
        for server in itertools.chain([own], further):
            if _SLOT.fullmatch(server):
                continue
            descriptor = self._folder.open(server + _ALIVE, os.O_RDWR | os.O_CREAT)
            if try_lock(descriptor):
                return server, descriptor
            os.close(descriptor)
        raise AssertionError("the ids are endless")

    def _renew(self) -> list[str]:
        """Remove the dead and share the slots out; the id that each slot leads to.

        The folder must be locked.
        """
        names = self._folder.names()
        known = {name.removesuffix(_ALIVE) for name in names if name.endswith(_ALIVE)}
        living = {one for one in known if self._is_alive(one)}
        links = {name for name in names if _SLOT.fullmatch(name.removesuffix(_SOCKET))}
        sockets = {name for name in names if name.endswith(_SOCKET)} - links
        for name in sockets - {one + _SOCKET for one in living}:
            self._folder.remove(name)
        for server in known - living:
            self._folder.remove(server + _ALIVE)
        return self._share(sorted(filter(None, map(self._ready, living))), links)

    def _share(self, ready: list[tuple[int, str]], links: set[str]) -> list[str]:
        """Point the slots at the servers in turns, so that all get their part."""
        turns = itertools.cycle(server for _, server in ready)
        plan = dict(zip(map(_slot, range(1, self._count + 1)), turns, strict=False))
        for link, server in plan.items():
            self._folder.point(link, server + _SOCKET)
        # Another server may share out more slots than this one.
        for link in links - plan.keys():
            if not self._folder.exists(link):
                self._folder.remove(link)
        return list(plan.values())

    def _is_alive(self, server: str) -> bool:
        if server == self._id:
            return True
        descriptor = self._folder.open(server + _ALIVE, os.O_RDWR)
        try:
            return not try_lock(descriptor)
        finally:
            os.close(descriptor)

    def _ready(self, server: str) -> tuple[int, str] | None:
        """When a server got ready, and its id; None before."""
        with open(self._folder.open(server + _ALIVE, os.O_RDONLY), "rb") as file:
            since = file.read()
        return (int(since), server) if since else None


def host_name() -> str:
    """This machine's or container's name, as it stands in ids."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())


def _slot(number: int) -> str:
    return f"slot-{number:02}{_SOCKET}"

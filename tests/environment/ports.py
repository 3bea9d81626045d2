"""Ports on the loopback address."""

from __future__ import annotations

import os
import random
import socket

# Below the ports that the system gives to outgoing connections, so that none of those
# takes a port between the moment it is found and the moment it is used.
_FIRST = 20_000
_PER_PROCESS = 1_000
_random = random.Random()


def free_port() -> int:
    """A TCP port that nothing listened on a moment ago, on 127.0.0.1.

    Test processes that run side by side look in different places.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = _FIRST + worker % 12 * _PER_PROCESS
    while True:
        port = _random.randrange(first, first + _PER_PROCESS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port

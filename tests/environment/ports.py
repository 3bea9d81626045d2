"""Ports on the loopback address."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A TCP port that nothing listened on a moment ago, on 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

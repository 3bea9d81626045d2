"""The proxy's commands, but for `setup`, which needs what the others do without."""

from __future__ import annotations

from trackgate_proxy.config.command import proxy
from trackgate_proxy.people.command import users
from trackgate_proxy.stack.command import up
from trackgate_proxy.systemd.command import systemd

__all__ = ["proxy", "systemd", "up", "users"]

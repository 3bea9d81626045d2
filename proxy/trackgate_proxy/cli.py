"""The proxy's commands."""

from __future__ import annotations

from trackgate_proxy.proxy_command import proxy
from trackgate_proxy.systemd_command import systemd
from trackgate_proxy.up_command import up
from trackgate_proxy.users_command import users

__all__ = ["proxy", "systemd", "up", "users"]

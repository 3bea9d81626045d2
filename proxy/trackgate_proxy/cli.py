"""`trackgate users`, `trackgate proxy` and `trackgate up`."""

from __future__ import annotations

from trackgate_proxy.proxy_command import proxy
from trackgate_proxy.up_command import up
from trackgate_proxy.users_command import users

__all__ = ["proxy", "up", "users"]

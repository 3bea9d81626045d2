"""What tells others whether the site is well: open to all, as nobody."""

from __future__ import annotations

from trackgate_proxy.config.locations import UPSTREAM, proxied
from trackgate_proxy.config.rules import refusals
from trackgate_proxy.config.text import block, section
from trackgate_proxy.config.upstreams import next_server
from trackgate_proxy.site.settings import ProxySettings

_PATH = "/health"
# A server that does not say within this that it is well is not.
_PATIENCE_S = 4


def health_locations(settings: ProxySettings) -> str:
    """The site's own answer, also beside its path prefix."""
    paths = dict.fromkeys((_PATH, settings.static_prefix + _PATH))
    return "\n\n".join(
        section(
            "Open: whether the server is up, for whoever watches it.",
            block(
                f"location = {path}",
                "auth_request off;",
                "access_log off;",
                _to_server(settings),
            ),
        )
        for path in paths
    )


def health_server(settings: ProxySettings) -> str:
    """A server for the health check of the container that Nginx runs in.

    It needs neither a certificate nor the site's name.
    """
    if settings.health_port is None:
        return ""
    return section(
        "Nothing but the health, and only for who runs beside Nginx.",
        block(
            "server",
            f"listen 127.0.0.1:{settings.health_port};",
            "access_log off;",
            refusals(),
            block(
                f"location = {_PATH}",
                "limit_except GET { deny all; }",
                "proxy_http_version 1.1;",
                f"proxy_read_timeout {_PATIENCE_S}s;",
                next_server(settings),
                _to_server(settings),
            ),
            block("location /", "return 404;"),
        ),
    )


def _to_server(settings: ProxySettings) -> str:
    target = f"{UPSTREAM}{settings.static_prefix}{_PATH}"
    return f"{proxied(settings)}\nproxy_pass {target};"

"""What the Nginx config holds when models are served; without any, nothing.

Two ways: people's requests to the models, and the keeper's own to the tracking server.
"""

from __future__ import annotations

from trackgate_proxy.config.locations import artifact_files, proxied
from trackgate_proxy.config.text import block, comment, quoted, section
from trackgate_proxy.config.upstreams import next_server
from trackgate_proxy.people.htpasswd import KEEPER_NAME
from trackgate_proxy.site.settings import ProxySettings

SERVE_PATH = "/serve"
# Calls that only read, and are made with POST all the same.
_READING_POSTS = (
    "/api/2.0/mlflow/registered-models/get-latest-versions",
    "/api/2.0/mlflow/logged-models/search",
)
# What a model's process answers to; the first model also at the shortcuts.
_CALLS = ("invocations", "ping", "health", "version")
_SHORTCUTS = ("invocations", "ping")
_KEEPER_UPSTREAM = "trackgate_keeper"
# A model gives up by itself first, and says why.
_PATIENCE_S = 5


def serving_upstreams(settings: ProxySettings) -> str:
    """The keeper's socket, and one path for each model."""
    if not settings.served:
        return ""
    sockets = settings.data.served_sockets
    models = [
        _model_upstream(number, quoted(f"unix:{sockets / f'{number}.sock'}"))
        for number, _ in enumerate(settings.served, start=1)
    ]
    status = quoted(f"unix:{sockets / 'status.sock'}")
    keeper = block(f"upstream {_KEEPER_UPSTREAM}", f"server {status};")
    return section(
        "Each path always leads to the process that serves now. Named twice, because "
        "a connection that meets a process just gone may be made once more; and no "
        "connection is kept, for its process may end before it is used again.",
        *models,
        keeper,
    )


def _model_upstream(number: int, socket: str) -> str:
    server = f"server {socket} max_fails=0;"
    return block(f"upstream {_upstream(number)}", server, server)


def keepers_server(settings: ProxySettings) -> str:
    """The inner server through which the keeper asks for versions and files."""
    if not settings.served:
        return ""
    prefix = settings.static_prefix
    return section(
        "The keeper of served models reads here, under a name of its own and without "
        "a password: only this account can reach the socket.",
        block(
            "server",
            f"listen {quoted(f'unix:{settings.data.serving_socket}')};",
            "access_log off;",
            *(_reading(settings, f"= {prefix}{p}", "POST") for p in _READING_POSTS),
            _reading(settings, f"^~ {prefix}/api/", "GET"),
            artifact_files(settings),
            block(f"location = {prefix}/api", "return 404;"),
            block("location /", "return 404;"),
        ),
    )


def _reading(settings: ProxySettings, match: str, method: str) -> str:
    return block(
        f"location {match}",
        f"limit_except {method} {{ deny all; }}",
        "proxy_http_version 1.1;",
        f"proxy_read_timeout {settings.api_timeout_s}s;",
        next_server(settings),
        proxied(settings, user=quoted(KEEPER_NAME)),
        "proxy_pass http://trackgate;",
    )


def serving_locations(settings: ProxySettings) -> list[str]:
    """The site's locations of models; the keeper answers for all others below."""
    if not settings.served:
        return []
    prefix = settings.static_prefix
    below = prefix + SERVE_PATH
    return [
        section(
            "Served models. Nginx compares the decoded path.",
            *(
                _call(settings, prefix + model.path, number, call)
                for number, model in enumerate(settings.served, start=1)
                for call in _CALLS
            ),
        ),
        *(_call(settings, prefix, 1, call) for call in _SHORTCUTS),
        block(f"location = {below}", _to_keeper(settings)),
        block(f"location ^~ {below}/", _to_keeper(settings)),
    ]


def _call(settings: ProxySettings, path: str, number: int, call: str) -> str:
    patience_s = settings.serve_timeout_s + _PATIENCE_S
    return block(
        f"location = {quoted(f'{path}/{call}')}",
        f"client_max_body_size {settings.serve_body_bytes};",
        f"proxy_read_timeout {patience_s}s;",
        f"proxy_send_timeout {patience_s}s;",
        comment("A model's code must not have Nginx send a file."),
        "proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Charset "
        "X-Accel-Limit-Rate X-Accel-Buffering;",
        _headers(settings),
        f"proxy_pass http://{_upstream(number)}/{call};",
    )


def _to_keeper(settings: ProxySettings) -> str:
    return f"{_headers(settings)}\nproxy_pass http://{_KEEPER_UPSTREAM};"


def _headers(settings: ProxySettings) -> str:
    # The proxy key proves Nginx to the tracking server; it is nobody else's.
    return proxied(settings, user="$tg_user", key='""', connection="close")


def _upstream(number: int) -> str:
    return f"trackgate_model_{number}"

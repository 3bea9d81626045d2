"""Refuses settings that cannot work, or could break out of their place in a config."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from trackgate_proxy.site.data_folder import SOCKET_PATH_BYTES
from trackgate_proxy.site.hosts import HOST, public_host
from trackgate_proxy.site.settings_error import SettingsError

if TYPE_CHECKING:
    from trackgate_proxy.site.settings import ProxySettings

# Their names have two digits.
_MOST_SLOTS = 99
_PREFIX = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_PROXY_KEY = re.compile(r"[A-Za-z0-9_-]{16,256}")
_UPSTREAM = re.compile(r"(unix:/.+|[A-Za-z0-9._-]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5})")
_ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*( [A-Za-z_][A-Za-z0-9_-]*)?")
# In a config file these end a word or start a variable, also inside quotes.
_UNSAFE_IN_PATH = re.compile(r"[\x00-\x1f\x7f$\"'\\{};]")
_AT_LEAST_ONE = (
    "verdict_ttl_s",
    "workers",
    "connections_per_address",
    "serve_body_bytes",
    "serve_timeout_s",
)


def check_settings(settings: ProxySettings) -> None:
    """Raises SettingsError naming the first setting that cannot work."""
    _check_ports(settings)
    _check_numbers(settings)
    _check_site(settings)
    _check_upstreams(settings)
    _check_paths(settings)
    _check_sockets(settings)


def _check_ports(settings: ProxySettings) -> None:
    redirect_port = settings.tls.redirect_port if settings.tls else None
    taken: dict[int, str] = {}
    for name, port in (
        ("port", settings.port),
        ("health_port", settings.health_port),
        ("redirect_port", redirect_port),
    ):
        if port is None:
            continue
        if not 1 <= port <= 65_535:
            raise SettingsError(f"{name} is {port}; it must be 1 to 65535.")
        if port in taken:
            raise SettingsError(
                f"{taken[port]} and {name} are both {port}; change one of them."
            )
        taken[port] = name


def _check_numbers(settings: ProxySettings) -> None:
    if not 1 <= settings.slots <= _MOST_SLOTS:
        raise SettingsError(
            f"slots is {settings.slots}; it must be 1 to {_MOST_SLOTS}."
        )
    for name in _AT_LEAST_ONE:
        value: int | None = getattr(settings, name)
        if value is not None and value < 1:
            raise SettingsError(f"{name} is {value}; it must be at least 1.")


def _check_site(settings: ProxySettings) -> None:
    prefix = settings.static_prefix
    if not _PREFIX.fullmatch(prefix):
        raise SettingsError(
            f"The path prefix {prefix!r} must look like /tracking: "
            "a slash first, none at the end, only letters, digits and . _ ~ -"
        )
    if prefix.startswith("/_"):
        raise SettingsError(
            f"The path prefix {prefix!r} must not begin with /_, below which internal "
            "paths are; choose another one."
        )
    for name in (settings.host, *settings.host_names):
        if not HOST.fullmatch(name):
            raise SettingsError(
                f"The host {name!r} is no host name or address; use 127.0.0.1, or "
                "0.0.0.0 for all addresses of this machine."
            )
    for url in settings.public_urls:
        public_host(url)
    if settings.run_as is not None and not _ACCOUNT.fullmatch(settings.run_as):
        raise SettingsError(
            f"{settings.run_as!r} is not an account name; give one such as www-data, "
            "or with its group: 'www-data adm'."
        )
    twice = [one for one in settings.served if settings.served.count(one) > 1]
    if twice:
        raise SettingsError(
            f"The model {twice[0].uri} is named twice; leave one --serve out."
        )


def _check_upstreams(settings: ProxySettings) -> None:
    for server in settings.servers:
        if not _UPSTREAM.fullmatch(server):
            raise SettingsError(
                f"The upstream {server!r} must be unix:/path or host:port."
            )
    if settings.proxy_key and not _PROXY_KEY.fullmatch(settings.proxy_key):
        raise SettingsError(
            "The proxy key must be 16 to 256 letters, digits, '-' or '_'."
        )
    if settings.has_tcp_upstream and not settings.proxy_key:
        raise SettingsError(
            "An upstream on TCP needs a proxy key (--proxy-key-file): without "
            "one, whoever reaches that port could claim to be anybody."
        )


def _check_paths(settings: ProxySettings) -> None:
    paths = [settings.data.root, settings.data.run, settings.verdicts]
    paths += [settings.artifacts, settings.uploads, *_server_sockets(settings)]
    if settings.tls:
        paths += [settings.tls.certificate, settings.tls.key]
    for path in paths:
        if not path.is_absolute() or _UNSAFE_IN_PATH.search(str(path)):
            raise SettingsError(
                f"The path {str(path)!r} must be absolute and free of quotes, "
                "backslashes, semicolons, braces, '$' and control characters."
            )


def _check_sockets(settings: ProxySettings) -> None:
    data = settings.data
    sockets = [*_server_sockets(settings), data.verdict_socket]
    if settings.served:
        sockets += [data.serving_socket, data.longest_served_socket]
    for socket in sockets:
        if len(bytes(socket)) > SOCKET_PATH_BYTES:
            raise SettingsError(
                f"The socket path {socket} has {len(bytes(socket))} bytes; at most "
                f"{SOCKET_PATH_BYTES} are allowed. Choose a shorter data folder."
            )


def _server_sockets(settings: ProxySettings) -> list[Path]:
    prefix = "unix:"
    return [
        Path(server.removeprefix(prefix))
        for server in settings.servers
        if server.startswith(prefix)
    ]

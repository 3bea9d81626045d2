"""What the generated Nginx config depends on, in one frozen object."""

# ruff: noqa: RUF009 - setting() is a dataclass field, which the rule cannot know

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypeVar

from trackgate_proxy.site.checks import check_settings
from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.site.hosts import bracketed, is_loopback
from trackgate_proxy.site.served_models import ServedModel

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tls:
    """How Nginx speaks HTTPS.

    redirect_port  also listen there without TLS and send everybody to https://
    """

    certificate: Path
    key: Path
    redirect_port: int | None = None


T = TypeVar("T")


def setting(default: T, meaning: str, *, secret: bool = False) -> T:
    """A field with its meaning beside it; secrets stay out of `repr`."""
    return field(default=default, repr=not secret, metadata={"meaning": meaning})


# The reference table in docs/proxy.md is made from these.
@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySettings:
    """Everything the Nginx config is made from.

    Raises SettingsError when a value could not work, or could break out of its
    place in the config.
    """

    data: DataFolder
    host: str = setting(
        "127.0.0.1",
        "Address to listen on: an IP address or `localhost`.",
    )
    port: int = setting(
        8080,
        "Port to listen on.",
    )
    upstreams: tuple[str, ...] = setting(
        (),
        "Servers, each `unix:/path` or `host:port`; default: the slots.",
    )
    slots: int = setting(
        12,
        "Paths in run/servers by which the servers of this machine are found.",
    )
    standby: bool = setting(
        False,
        "Lead requests to the first slot; the others are for when it refuses.",
    )
    proxy_key: str = setting(
        "",
        "Shared secret that proves to a TCP upstream that Nginx is speaking.",
        secret=True,
    )
    static_prefix: str = setting(
        "",
        "Path prefix such as `/tracking`; empty for the root.",
    )
    tls: Tls | None = setting(
        None,
        "Certificate and key; without them the site speaks plain HTTP.",
    )
    public_urls: tuple[str, ...] = setting(
        (),
        "Addresses people use, e.g. `https://track.example`; other hosts get 421.",
    )
    host_names: tuple[str, ...] = setting(
        (),
        "Further host names to answer to, such as the machine's own name.",
    )
    verdict_cache: Path | None = setting(
        None,
        "Folder of cached verdicts, private, on a tmpfs; default: run/verdict.",
    )
    verdict_ttl_s: int = setting(
        8,
        "How long a right password is believed without a new look, in seconds.",
    )
    api_body_bytes: int = setting(
        4 * MIB,
        "Largest body of an API request.",
    )
    artifact_body_bytes: int = setting(
        0,
        "Largest artifact upload; 0 means no limit.",
    )
    body_by_file: bool = setting(
        True,
        "Hand uploads to the server as a file of the spool folder, not as a stream.",
    )
    artifact_root: Path | None = setting(
        None,
        "Folder that X-Accel-Redirect may serve from; default: artifacts.",
    )
    spool: Path | None = setting(
        None,
        "Where uploads are collected, on the artifacts' file system; default: spool.",
    )
    connections_per_address: int = setting(
        200,
        "Requests of one address that may be under way at once; more get 429.",
    )
    api_timeout_s: int = setting(
        120,
        "How long the server may be silent while it answers an API request.",
    )
    upload_timeout_s: int = setting(
        600,
        "How long the server may be silent while it stores an upload.",
    )
    served: tuple[ServedModel, ...] = setting(
        (),
        "Models to answer for below `/serve`; the first one also at `/invocations`.",
    )
    serve_body_bytes: int = setting(
        64 * MIB,
        "Largest input of a served model.",
    )
    serve_timeout_s: int = setting(
        60,
        "How long a served model may take for an answer before it is given up.",
    )
    workers: int = setting(
        2,
        "Nginx worker processes: while one hashes a password the other serves.",
    )
    health_port: int | None = setting(
        None,
        "Port of 127.0.0.1 with nothing but `/health`, in plain HTTP also beside TLS.",
    )
    log_to_streams: bool = setting(
        False,
        "Log to standard output and standard error, not to files below log.",
    )
    answers_on_disk: bool = setting(
        True,
        "Keep what a slow client has not taken yet in run/proxy, to free the server.",
    )
    run_as: str | None = setting(
        None,
        "Account (and group) of the workers; only for an Nginx started by root.",
    )

    def __post_init__(self) -> None:
        check_settings(self)

    @property
    def origin_scheme(self) -> str:
        return "https" if self.tls else "http"

    @property
    def servers(self) -> tuple[str, ...]:
        if self.upstreams:
            return self.upstreams
        numbers = range(1, self.slots + 1)
        return tuple(f"unix:{self.data.slot(number)}" for number in numbers)

    @property
    def artifacts(self) -> Path:
        return self.artifact_root or self.data.artifacts

    @property
    def uploads(self) -> Path:
        return self.spool or self.data.spool

    @property
    def verdicts(self) -> Path:
        return self.verdict_cache or self.data.verdict_cache

    @property
    def has_tcp_upstream(self) -> bool:
        return any(not server.startswith("unix:") for server in self.servers)

    @property
    def listens_on_loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def listen_address(self) -> str:
        """Nginx's spelling of host and port; IPv6 addresses in brackets."""
        return f"{bracketed(self.host)}:{self.port}"


def settings_table() -> list[tuple[str, str, str]]:
    """(name, default, meaning) of every setting, in order, for the docs."""
    return [
        (one.name, repr(one.default), one.metadata["meaning"])
        for one in fields(ProxySettings)
        if one.metadata
    ]

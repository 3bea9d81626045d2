"""The whole Nginx config, rendered from the settings."""

from __future__ import annotations

from pathlib import Path

from trackgate_proxy.config.access_log import access_log
from trackgate_proxy.config.error_pages import error_locations, error_maps, error_pages
from trackgate_proxy.config.health_server import health_locations, health_server
from trackgate_proxy.config.locations import answer_header_maps, locations, site_headers
from trackgate_proxy.config.rules import refusals, rule_maps
from trackgate_proxy.config.served import (
    keepers_server,
    serving_locations,
    serving_upstreams,
)
from trackgate_proxy.config.text import block, comment, quoted, section
from trackgate_proxy.config.tls import (
    plain_http_location,
    plain_http_map,
    redirect_server,
    tls_directives,
)
from trackgate_proxy.config.upstreams import next_server, upstream
from trackgate_proxy.config.verdict import (
    verdict_location,
    verdict_server,
    verdict_upstream,
    verdict_zones,
)
from trackgate_proxy.site.settings import ProxySettings
from trackgate_proxy.whole_file import write_whole


def render(settings: ProxySettings) -> str:
    """The config's text. It holds no secret: a proxy key stands in its own file."""
    parts = (
        comment(
            "Written by Trackgate at each start; changes here are lost. "
            "`trackgate proxy config` prints it."
        ),
        _main(settings),
        block("events", "worker_connections 1024;"),
        block("http", "\n\n".join(_http_parts(settings))),
    )
    return "\n\n".join(parts) + "\n"


def render_proxy_key(settings: ProxySettings) -> str:
    """The file that the config includes for its proxy key."""
    return (
        block('map "" $tg_proxy_key', f"default {quoted(settings.proxy_key)};") + "\n"
    )


def write_config(settings: ProxySettings) -> Path:
    """Write the config, and the proxy key beside it, readable by the owner only.

    A file that says the same already is left alone, for others watch it.
    """
    data = settings.data
    if settings.has_tcp_upstream:
        write_whole(data.proxy_key_config, render_proxy_key(settings))
    write_whole(data.nginx_config, render(settings))
    return data.nginx_config


def _main(settings: ProxySettings) -> str:
    data = settings.data
    error_log = "stderr" if settings.log_to_streams else quoted(data.error_log)
    return "\n".join(
        part
        for part in (
            f"user {settings.run_as};" if settings.run_as else "",
            "daemon off;",
            f"worker_processes {settings.workers};",
            comment("Each proxied request holds two connections and perhaps a file."),
            "worker_rlimit_nofile 4096;",
            f"pid {quoted(data.nginx_pid)};",
            f"error_log {error_log} warn;",
        )
        if part
    )


def _http_parts(settings: ProxySettings) -> list[str]:
    parts = [
        _basics(),
        _temporary_files(settings),
        access_log(settings),
        verdict_zones(settings),
        "limit_conn_zone $binary_remote_addr zone=conn:2m;",
        rule_maps(settings),
        error_maps(settings),
        plain_http_map(settings),
        answer_header_maps(),
        _proxy_key(settings),
        upstream(settings),
        verdict_upstream(settings),
        serving_upstreams(settings),
        verdict_server(settings),
        keepers_server(settings),
        health_server(settings),
        redirect_server(settings),
        _site_server(settings),
    ]
    return [part for part in parts if part]


def _basics() -> str:
    return "\n".join(
        (
            "server_tokens off;",
            "default_type application/octet-stream;",
            "sendfile on;",
            "tcp_nopush on;",
            "keepalive_requests 10000;",
            "absolute_redirect off;",
            comment("Slow or dead clients let go of their connection."),
            "client_header_timeout 10s;",
            "client_body_timeout 30s;",
            "send_timeout 30s;",
            "reset_timedout_connection on;",
            comment(
                "X_Trackgate_User and X-Trackgate-User are one name to a WSGI server, "
                "so names with underscores are dropped."
            ),
            "underscores_in_headers off;",
            "ignore_invalid_headers on;",
            comment("Variables of locations that a request did not pass are empty."),
            "uninitialized_variable_warn off;",
        )
    )


def _temporary_files(settings: ProxySettings) -> str:
    run = settings.data.run
    return section(
        "Nothing is written anywhere else. Large bodies lie where there is room.",
        f"client_body_temp_path {quoted(settings.uploads)};",
        "" if settings.answers_on_disk else "proxy_max_temp_file_size 0;",
        f"proxy_temp_path {quoted(run / 'proxy')};",
        f"fastcgi_temp_path {quoted(run / 'unused')};",
        f"uwsgi_temp_path {quoted(run / 'unused')};",
        f"scgi_temp_path {quoted(run / 'unused')};",
    )


def _proxy_key(settings: ProxySettings) -> str:
    if not settings.has_tcp_upstream:
        return ""
    return section(
        "Sets $tg_proxy_key, which proves to the server that Nginx is speaking.",
        f"include {quoted(settings.data.proxy_key_config)};",
    )


def _site_server(settings: ProxySettings) -> str:
    headers = site_headers(settings)
    parts = (
        _listen(settings),
        tls_directives(settings),
        refusals(),
        error_pages(settings),
        _verdict_for_everything(),
        _request_limits(settings),
        _proxying(settings),
        section("On every answer; what the server says itself stands.", headers),
        verdict_location(settings),
        *serving_locations(settings),
        health_locations(settings),
        locations(settings),
        error_locations(settings, headers),
        plain_http_location(settings),
    )
    return block("server", "\n\n".join(part for part in parts if part))


def _verdict_for_everything() -> str:
    return section(
        "Everything needs the verdict; the open locations say so themselves.",
        "auth_request /_verdict;",
        "auth_request_set $tg_user $upstream_http_x_verified_user;",
        "auth_request_set $tg_limited $upstream_http_x_verdict_limited;",
    )


def _request_limits(settings: ProxySettings) -> str:
    return "\n".join(
        (
            f"limit_conn conn {settings.connections_per_address};",
            "limit_conn_status 429;",
            f"client_max_body_size {settings.api_body_bytes};",
            comment("A batch of 1,000 metrics stays in memory."),
            "client_body_buffer_size 1m;",
        )
    )


def _listen(settings: ProxySettings) -> str:
    tls = " ssl" if settings.tls else ""
    return f"listen {settings.listen_address}{tls};"


def _proxying(settings: ProxySettings) -> str:
    return "\n".join(
        (
            "proxy_http_version 1.1;",
            "proxy_connect_timeout 5s;",
            f"proxy_read_timeout {settings.api_timeout_s}s;",
            f"proxy_send_timeout {settings.api_timeout_s}s;",
            "proxy_buffers 16 64k;",
            "proxy_buffer_size 16k;",
            "proxy_busy_buffers_size 128k;",
            next_server(settings),
            "proxy_hide_header Access-Control-Allow-Origin;",
            "proxy_hide_header Access-Control-Allow-Credentials;",
            "proxy_hide_header Access-Control-Allow-Methods;",
            "proxy_hide_header Access-Control-Allow-Headers;",
            "proxy_hide_header X-Content-Type-Options;",
            "proxy_hide_header Referrer-Policy;",
            "proxy_hide_header X-Request-Id;",
            "proxy_hide_header X-Trackgate-Target;",
        )
    )

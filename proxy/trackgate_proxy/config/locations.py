"""The outer server's locations.

Only `=` and `^~` ones: a regex location outranks a prefix and would open a hole.
Every proxied location writes the whole set of headers, for a `proxy_set_header` in a
location drops all inherited ones.
"""

from __future__ import annotations

from trackgate_proxy.config.text import block, comment, quoted, section
from trackgate_proxy.site.settings import ProxySettings

ACCEL_PREFIX = "/_artifacts"
UPSTREAM = "http://trackgate"
# Routes that take an artifact's bytes, by the protocol of the stock clients.
_API_ROOTS = ("/api/2.0", "/ajax-api/2.0", "/api/3.0", "/ajax-api/3.0")


def locations(settings: ProxySettings) -> str:
    """Every location that is not about passwords, errors or health."""
    prefix = settings.static_prefix
    return "\n\n".join(
        part
        for part in (
            _signed_locations(settings),
            *(_upload_location(settings, match) for match in upload_matches(prefix)),
            artifact_files(settings),
            *(_bare_location(settings, path) for path in bare_paths(prefix)),
            _page_files(settings),
            _site(settings),
        )
        if part
    )


def upload_matches(prefix: str) -> list[str]:
    """Match expressions of the locations whose bodies are artifacts."""
    return [
        match
        for root in _API_ROOTS
        for match in (
            f"^~ {prefix}{root}/mlflow-artifacts/artifacts/",
            f"= {prefix}{root}/mlflow/upload-artifact",
        )
    ]


def bare_paths(prefix: str) -> list[str]:
    """The proxied prefixes without their last slash."""
    return [
        f"{prefix}/signed",
        f"{prefix}/static",
        *(f"{prefix}{root}/mlflow-artifacts/artifacts" for root in _API_ROOTS),
    ]


def site_headers(settings: ProxySettings) -> str:
    """Headers of every answer; what the server says about these itself stands."""
    return "\n".join(_site_headers(settings, "$tg_content_policy", "$tg_cache_control"))


def _site_headers(settings: ProxySettings, policy: str, caching: str) -> list[str]:
    strict = 'add_header Strict-Transport-Security "max-age=63072000" always;'
    return [
        *([strict] if settings.tls else []),
        "add_header X-Content-Type-Options nosniff always;",
        f"add_header Content-Security-Policy {policy} always;",
        f"add_header Cache-Control {caching} always;",
        "add_header Referrer-Policy same-origin always;",
        "add_header X-Request-Id $request_id always;",
    ]


def answer_header_maps() -> str:
    """Defaults for headers that the server may set itself."""
    policy = quoted("default-src 'self'; frame-ancestors 'none'")
    return "\n".join(
        (
            block(
                "map $sent_http_content_security_policy $tg_content_policy",
                'default "";',
                f'"" {policy};',
            ),
            block(
                "map $sent_http_cache_control $tg_cache_control",
                'default "";',
                '"" no-store;',
            ),
            comment(
                "What the server says of a file it hands over; it is lost otherwise."
            ),
            block(
                "map $upstream_http_content_security_policy $tg_artifact_policy",
                "default $upstream_http_content_security_policy;",
                '"" sandbox;',
            ),
            block(
                "map $sent_http_cache_control $tg_artifact_cache_control",
                'default "";',
                '"" "private, no-cache";',
            ),
        )
    )


def proxied(
    settings: ProxySettings,
    *,
    user: str = '""',
    key: str | None = None,
    body_file: str = '""',
    body_length: str = '""',
    signed_path: str = '""',
    signed_method: str = '""',
    connection: str = '""',
) -> str:
    """The whole set of request headers, with what differs between locations.

    An empty value means that the server does not get the header at all, so that
    nothing a client sent under these names ever arrives.
    """
    if key is None:
        key = "$tg_proxy_key" if settings.has_tcp_upstream else '""'
    headers = {
        "X-Trackgate-User": user,
        "X-Trackgate-Proxy": key,
        "X-Trackgate-Body": body_file,
        "X-Trackgate-Body-Length": body_length,
        "X-Trackgate-Signed-Path": signed_path,
        "X-Trackgate-Signed-Method": signed_method,
        "Authorization": '""',
        "Host": "$http_host",
        "X-Forwarded-For": "$remote_addr",
        "X-Forwarded-Proto": "$scheme",
        "X-Forwarded-Host": "$http_host",
        "X-Forwarded-Prefix": '""',
        "X-Real-IP": "$remote_addr",
        "X-Request-Id": "$request_id",
        "Forwarded": '""',
        # Or Nginx closes its connection to the server after each request.
        "Connection": connection,
    }
    return "\n".join(f"proxy_set_header {k} {v};" for k, v in headers.items())


def _signed_locations(settings: ProxySettings) -> str:
    prefix = settings.static_prefix
    checked = block(
        f"location ^~ {prefix}/signed/",
        "auth_request /_signed_verdict;",
        comment("Kept here, for in the check itself $uri is the check's own path."),
        "set $tg_signed_path $uri;",
        _upload_body(settings),
        proxied(settings, **_body_headers(settings)),
        f"proxy_pass {UPSTREAM};",
    )
    check = block(
        "location = /_signed_verdict",
        "internal;",
        "auth_request off;",
        "client_max_body_size 0;",
        "proxy_pass_request_body off;",
        'proxy_set_header Content-Length "";',
        proxied(
            settings, signed_path="$tg_signed_path", signed_method="$request_method"
        ),
        f"proxy_pass {UPSTREAM}{prefix}/signed-verdict;",
    )
    return "\n\n".join(
        (
            section(
                "Signed links carry their permission in the path and need no password. "
                "The server judges them before the body is read.",
                checked,
            ),
            check,
            block(f"location = {prefix}/signed-verdict", "return 404;"),
        )
    )


def _upload_location(settings: ProxySettings, match: str) -> str:
    return block(
        f"location {match}",
        _upload_body(settings),
        proxied(settings, user="$tg_user", **_body_headers(settings)),
        f"proxy_pass {UPSTREAM};",
    )


def _upload_body(settings: ProxySettings) -> str:
    limit = f"client_max_body_size {settings.artifact_body_bytes};"
    timeouts = (
        f"proxy_read_timeout {settings.upload_timeout_s}s;\n"
        f"proxy_send_timeout {settings.upload_timeout_s}s;"
    )
    if not settings.body_by_file:
        return f"{limit}\n{timeouts}\nproxy_request_buffering off;"
    return "\n".join(
        (
            limit,
            timeouts,
            "client_body_in_file_only clean;",
            comment("Small enough to stay in a processor's own cache on its way."),
            "client_body_buffer_size 256k;",
            "proxy_pass_request_body off;",
            'proxy_set_header Content-Length "";',
        )
    )


def _body_headers(settings: ProxySettings) -> dict[str, str]:
    if not settings.body_by_file:
        return {}
    return {"body_file": "$request_body_file", "body_length": "$content_length"}


def _bare_location(settings: ProxySettings, path: str) -> str:
    # Without it Nginx answers 301 to the path with a slash, and asks for no password.
    return block(f"location = {path}", _forward(settings))


def artifact_files(settings: ProxySettings) -> str:
    """The location that the server's X-Accel-Redirect leads to."""
    headers = _site_headers(
        settings, "$tg_artifact_policy", "$tg_artifact_cache_control"
    )
    return section(
        "Files that the server names by X-Accel-Redirect; it has decided who may read "
        "them. Links are not followed, and what a file holds is never run.",
        block(
            f"location ^~ {ACCEL_PREFIX}/",
            "internal;",
            "auth_request off;",
            f"rewrite ^{ACCEL_PREFIX}(/.*)$ $1 break;",
            f"root {quoted(settings.artifacts)};",
            "disable_symlinks on from=$document_root;",
            "types { }",
            "default_type application/octet-stream;",
            *headers,
            "add_header Connection-Allowlist $upstream_http_connection_allowlist;",
        ),
    )


def _page_files(settings: ProxySettings) -> str:
    """Styles and scripts of the pages."""
    return section(
        "Nobody's secrets are in these, so they may be compressed; in a page, a "
        "secret's length could tell what it is (BREACH). A chart's script has 5 MB.",
        block(
            f"location ^~ {settings.static_prefix}/static/",
            "gzip on;",
            "gzip_types text/css text/javascript application/javascript image/svg+xml;",
            "gzip_min_length 1024;",
            "gzip_comp_level 5;",
            "gzip_proxied any;",
            "gzip_vary on;",
            _forward(settings),
        ),
    )


def _site(settings: ProxySettings) -> str:
    prefix = settings.static_prefix
    if not prefix:
        return block("location /", _forward(settings))
    return "\n\n".join(
        (
            block(f"location ^~ {prefix}/", _forward(settings)),
            block(f"location = {prefix}", f"return 302 {prefix}/;"),
            block("location = /", f"return 302 {prefix}/;"),
            block("location /", "return 404;"),
        )
    )


def _forward(settings: ProxySettings) -> str:
    return f"{proxied(settings, user='$tg_user')}\nproxy_pass {UPSTREAM};"

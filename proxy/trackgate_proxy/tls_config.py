"""HTTPS: Mozilla's "intermediate" configuration, version 5.7.

https://wiki.mozilla.org/Security/Server_Side_TLS
"""

from __future__ import annotations

from trackgate_proxy.config_text import block, quoted, section
from trackgate_proxy.hosts import bracketed
from trackgate_proxy.rules import refusals
from trackgate_proxy.settings import ProxySettings

_CIPHERS = ":".join(
    (
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "ECDHE-RSA-CHACHA20-POLY1305",
    )
)


def tls_directives(settings: ProxySettings) -> str:
    """Server-level directives, or nothing without TLS."""
    if settings.tls is None:
        return ""
    return section(
        "Mozilla's intermediate set, with forward secrecy only.",
        f"ssl_certificate {quoted(settings.tls.certificate)};",
        f"ssl_certificate_key {quoted(settings.tls.key)};",
        "ssl_protocols TLSv1.2 TLSv1.3;",
        f"ssl_ciphers {_CIPHERS};",
        "ssl_prefer_server_ciphers off;",
        "ssl_session_timeout 1d;",
        "ssl_session_cache shared:TLS:2m;",
        "ssl_session_tickets off;",
    )


def redirect_server(settings: ProxySettings) -> str:
    """A plain HTTP server that only sends people to https://."""
    tls = settings.tls
    if tls is None or tls.redirect_port is None:
        return ""
    port = "" if settings.port == 443 else f":{settings.port}"
    return block(
        "server",
        f"listen {bracketed(settings.host)}:{tls.redirect_port};",
        refusals(),
        f"return 301 https://$host{port}$request_uri;",
    )

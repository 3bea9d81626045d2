"""HTTPS: Mozilla's "intermediate" configuration, version 5.7.

https://wiki.mozilla.org/Security/Server_Side_TLS
"""

from __future__ import annotations

from trackgate_proxy.config.rules import refusals
from trackgate_proxy.config.text import block, comment, quoted, section, table
from trackgate_proxy.site.hosts import bracketed
from trackgate_proxy.site.settings import ProxySettings

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
# Ends the name of the location that sends people on.
_SENT_ON = "to_https"


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


def plain_http_map(settings: ProxySettings) -> str:
    """What becomes of plain HTTP on the port of HTTPS; nothing without TLS."""
    if settings.tls is None:
        return ""
    return section(
        "Status 497. A page is sent on, at the host it was asked for. An API call is "
        "refused with the reason: sent on, it would go on showing its password to the "
        "network, unnoticed.",
        table(
            '"$tg_form$tg_host_refused"',
            "$tg_plain_http",
            {"default": "497", "~1$": "421", "page0": _SENT_ON},
        ),
    )


def plain_http_location(settings: ProxySettings) -> str:
    """Where a page asked for in plain HTTP is sent on; nothing without TLS."""
    if settings.tls is None:
        return ""
    return block(
        f"location @page_{_SENT_ON}",
        comment("Not for ever: the same port may speak plain HTTP another day."),
        "return 302 https://$http_host$request_uri;",
    )


def redirect_server(settings: ProxySettings) -> str:
    """A plain HTTP server that only sends people to https://."""
    tls = settings.tls
    if tls is None or tls.redirect_port is None:
        return ""
    port = "" if settings.port == 443 else f":{settings.port}"
    bare_host = table(
        "$http_host",
        "$tg_bare_host",
        {"default": '""', r'"~^(?<tg_bare>.+?)(:\d{1,5})?$"': "$tg_bare"},
    )
    server = block(
        "server",
        f"listen {bracketed(settings.host)}:{tls.redirect_port};",
        refusals(),
        f"return 301 https://$tg_bare_host{port}$request_uri;",
    )
    return section(
        "Not $host, which `GET http://another.host/` decides and nobody has checked.",
        bare_host,
        server,
    )

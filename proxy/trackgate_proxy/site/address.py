"""Where people and clients go, as the settings alone tell it."""

from __future__ import annotations

from trackgate_proxy.config.rules import is_wildcard
from trackgate_proxy.site.hosts import bracketed
from trackgate_proxy.site.settings import ProxySettings


def address_of(settings: ProxySettings) -> str:
    """The address for people and clients."""
    if settings.public_urls:
        return settings.public_urls[0].rstrip("/") + settings.static_prefix
    host = "127.0.0.1" if is_wildcard(settings.host) else settings.host
    return (
        f"{settings.origin_scheme}://{bracketed(host)}:{settings.port}"
        f"{settings.static_prefix}"
    )

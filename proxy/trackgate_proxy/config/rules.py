"""Which requests are refused before anything looks at them."""

from __future__ import annotations

import ipaddress
import re

from trackgate_proxy.config.text import section, table
from trackgate_proxy.site.hosts import (
    LOOPBACK_NAMES,
    bracketed,
    public_host,
    public_origin,
)
from trackgate_proxy.site.settings import ProxySettings

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_SAFE_METHODS = ("GET", "HEAD")
_ANY_IPV4 = r"\d{1,3}(\.\d{1,3}){3}"
_ANY_IPV6 = r"\[[0-9a-f:.]+\]"
_ANY_PORT = r"(:\d{1,5})?"


def rule_maps(settings: ProxySettings) -> str:
    """The maps behind the three refusals of `refusals()`."""
    return "\n".join((_host_map(settings), _method_map(), _cross_site_maps(settings)))


def refusals() -> str:
    """Server-level checks; the status finds its answer through error_page."""
    return section(
        "Refused before a password is looked at: foreign host names (DNS rebinding), "
        "methods nobody uses, and changes sent by pages of other sites.",
        "if ($tg_host_refused) { return 421; }",
        "if ($tg_method_refused) { return 405; }",
        "if ($tg_cross_site) { return 403; }",
    )


def _host_map(settings: ProxySettings) -> str:
    patterns = [re.escape(bracketed(name)) for name in host_names(settings)]
    if answers_to_any_address(settings):
        patterns += [_ANY_IPV4, _ANY_IPV6]
    allowed = {f'"~*^{pattern}{_ANY_PORT}$"': "0" for pattern in patterns}
    return section(
        "The Host header as sent; the port may differ, since a container's published "
        "port does. A page that rebinds its DNS name sends that name.",
        table("$http_host", "$tg_host_refused", {"default": "1", **allowed}),
    )


def host_names(settings: ProxySettings) -> list[str]:
    """Names and addresses that a Host header may hold, besides any IP address."""
    own = [settings.host] if not is_wildcard(settings.host) else []
    public = [public_host(url) for url in settings.public_urls]
    names = [*LOOPBACK_NAMES, *own, *settings.host_names, *public]
    return list(dict.fromkeys(name.lower() for name in names))


def answers_to_any_address(settings: ProxySettings) -> bool:
    """Whether every IP address is accepted as Host.

    So on a network without public addresses given: the machine's addresses are not
    known here, and a page whose address is a bare IP has no name to rebind.
    """
    return not settings.public_urls and not settings.listens_on_loopback


def is_wildcard(host: str) -> bool:
    """Whether listening there means on all addresses of the machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _method_map() -> str:
    allowed = dict.fromkeys(METHODS, "0")
    return table("$request_method", "$tg_method_refused", {"default": "1", **allowed})


def _cross_site_maps(settings: ProxySettings) -> str:
    safe = dict.fromkeys(_SAFE_METHODS, "0")
    origins = {
        f'"~*^{re.escape(public_origin(url))} "': "0" for url in settings.public_urls
    }
    return section(
        "Basic credentials go along with whatever page makes a browser send a request, "
        "so a change must not come from another site. Clients that are no browsers "
        "send neither header. No origin is trusted for being local.",
        table("$request_method", "$tg_unsafe", {"default": "1", **safe}),
        table(
            '"$http_origin $scheme://$http_host"',
            "$tg_origin_foreign",
            {
                "default": "1",
                '"~^ "': "0",
                # The site's own pages; the host itself was checked above.
                r'"~*^(\S+) \1$"': "0",
                **origins,
            },
        ),
        table(
            "$http_sec_fetch_site",
            "$tg_site_foreign",
            {"default": "1", '""': "0", '"same-origin"': "0", '"none"': "0"},
        ),
        table(
            '"$tg_unsafe$tg_origin_foreign$tg_site_foreign"',
            "$tg_cross_site",
            {"default": "0", "~^11": "1", "~^1.1": "1"},
        ),
    )

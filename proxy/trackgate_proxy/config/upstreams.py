"""The tracking servers as Nginx sees them, and what it does when one does not answer.

The servers of this machine are found by slots: paths that lead to the sockets of those
that live, kept by the servers themselves. Nginx knows the paths only, so a server may
come or go without a word to it. Servers elsewhere are named one by one.
"""

from __future__ import annotations

from trackgate_proxy.config.text import block, comment, quoted, section
from trackgate_proxy.site.settings import ProxySettings

# Looking for a server takes no time; what took longer was at work.
_SEARCH_S = 2


def upstream(settings: ProxySettings) -> str:
    """The block that names the servers."""
    return _named(settings) if settings.upstreams else _slots(settings)


def next_server(settings: ProxySettings) -> str:
    """When a request goes to another server. Belongs beside each `proxy_pass`."""
    reason = "POST and PATCH are never sent twice once a server has seen them."
    if settings.upstreams:
        return section(
            reason,
            "proxy_next_upstream error timeout;",
            "proxy_next_upstream_tries 3;",
        )
    return section(
        f"{reason} A slot of a dead server refuses at once and has the fewest "
        "connections, so all of those may be tried before a live one.",
        "proxy_next_upstream error;",
        f"proxy_next_upstream_tries {settings.slots};",
        f"proxy_next_upstream_timeout {_SEARCH_S}s;",
    )


def _named(settings: ProxySettings) -> str:
    servers = [f"server {quoted(one)};" for one in settings.servers]
    return block(
        "upstream trackgate",
        "least_conn;" if len(servers) > 1 else "",
        *servers,
        "keepalive 16;",
        comment(
            "Shorter than the server's own, so that Nginx never sends a request on a "
            "connection which the server is closing."
        ),
        "keepalive_timeout 30s;",
    )


def _slots(settings: ProxySettings) -> str:
    first, *others = [f"server {quoted(one)} max_fails=0" for one in settings.servers]
    role = " backup" if settings.standby else ""
    return section(
        "Each path leads to a server that lives; several may lead to the same one. "
        "Which one is dead is the servers' business, so no path is ever given up.",
        block(
            "upstream trackgate",
            "least_conn;",
            f"{first};",
            *(f"{other}{role};" for other in others),
            comment("Of each worker, over all slots."),
            "keepalive 64;",
            comment(
                "A server that is stopping keeps idle connections for longer than "
                "this, so that Nginx never sends a request on one that it closes."
            ),
            "keepalive_timeout 1s;",
        ),
    )

"""Host names and addresses, as settings, URLs and Nginx spell them."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from trackgate_proxy.site.settings_error import SettingsError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")


def public_host(url: str) -> str:
    """The host of a public address, without its port, in lower case."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _unreadable(url) from None
    if parts.username is not None:
        raise SettingsError(
            # Without the address itself, for what stands in it may be a password.
            "The public address must hold no user name and no password: write "
            "https://track.example"
        )
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or not HOST.fullmatch(parts.hostname)
    ):
        raise _unreadable(url)
    return parts.hostname


def public_origin(url: str) -> str:
    """A public address as a browser's Origin header spells it (RFC 6454 §6.2)."""
    parts = urlsplit(url)
    default_port = 443 if parts.scheme == "https" else 80
    port = "" if parts.port in (None, default_port) else f":{parts.port}"
    return f"{parts.scheme}://{bracketed(public_host(url))}{port}"


def _unreadable(url: str) -> SettingsError:
    return SettingsError(
        f"The public address {url!r} must look like https://track.example"
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bracketed(host: str) -> str:
    """The host as a URL spells it: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host else host

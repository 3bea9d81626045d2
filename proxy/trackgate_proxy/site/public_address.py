"""What follows from the address people use: host, TLS, path prefix, origin, port."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from trackgate_proxy.site.hosts import bracketed, is_loopback, public_host
from trackgate_proxy.site.settings_error import SettingsError

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """One address such as `https://track.example/tracking`.

    scheme         `http` or `https`
    host           in lower case, without brackets
    port           the one people connect to, also where the address does not name it
    static_prefix  the path, without a slash at its end; empty for the root
    """

    scheme: str
    host: str
    port: int
    static_prefix: str = ""

    @classmethod
    def parse(cls, url: str) -> PublicAddress:
        """Read an address. Raises SettingsError for all that is no plain address."""
        host = public_host(url)
        parts = urlsplit(url)
        port = _port(url)
        if parts.query or parts.fragment or url.endswith(("?", "#")):
            raise SettingsError(
                f"The public address {url!r} must end with its path: leave out what "
                "follows '?' or '#'."
            )
        if port == 0 or _is_unspecified(host):
            raise SettingsError(
                f"Nobody can connect to the public address {url!r}; name the host and "
                "the port that people use."
            )
        return cls(parts.scheme, host, port, parts.path.rstrip("/"))

    def __str__(self) -> str:
        return self.origin + self.static_prefix

    @property
    def origin(self) -> str:
        """Scheme, host and port as a browser's Origin header spells them."""
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{bracketed(self.host)}{port}"

    @property
    def is_https(self) -> bool:
        return self.scheme == "https"

    @property
    def is_loopback(self) -> bool:
        """Whether only the machine itself can use it."""
        return is_loopback(self.host)


def common_prefix(addresses: Sequence[PublicAddress], given: str) -> str:
    """The one path prefix of all addresses and of the option that names it.

    given  what was said besides the addresses; empty if nothing was
    Raises SettingsError where they differ.
    """
    paths = list(dict.fromkeys(address.static_prefix for address in addresses))
    if len(paths) > 1:
        first, second = (
            next(one for one in addresses if one.static_prefix == path)
            for path in paths[:2]
        )
        raise SettingsError(
            f"The public addresses {first} and {second} have different paths, and the "
            "site is served below one: give all of them the same."
        )
    given = given.rstrip("/")
    if paths and paths[0] and given not in ("", paths[0]):
        raise SettingsError(
            f"The public address {addresses[0]} ends with another path than the static "
            f"prefix {given!r}; leave one of them out."
        )
    return given or "".join(paths)


def _port(url: str) -> int:
    parts = urlsplit(url)
    try:
        return DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    except ValueError as error:
        raise SettingsError(f"The public address {url!r}: {error}.") from error


def _is_unspecified(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False

"""How a site in a container is reached: what `.env` says, and what contradicts itself.

Messages speak of the settings as `.env` names them: PUBLIC_URL, BIND, PORT,
CERTIFICATES, TLS. compose.yaml hands them over.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from trackgate_proxy.site.hosts import bracketed
from trackgate_proxy.site.public_address import PublicAddress
from trackgate_proxy.site.settings_error import SettingsError

TLS_OFF = "off"
_PORT = re.compile(r"[0-9]{1,5}")
_DEFAULT_BIND = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Published:
    """The address and port of the host machine that lead to the container."""

    bind: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Published:
        """Read `<BIND>:<PORT>`. Raises SettingsError naming the setting."""
        bind, _, port = text.rpartition(":")
        bind = bind.removeprefix("[").removesuffix("]") or _DEFAULT_BIND
        try:
            ipaddress.ip_address(bind)
        except ValueError:
            raise SettingsError(
                f"BIND={bind} is no IP address; set BIND=127.0.0.1 for this machine "
                "only, or BIND=0.0.0.0 for the network."
            ) from None
        if not _PORT.fullmatch(port) or not 1 <= int(port) <= 65_535:
            raise SettingsError(f"PORT={port} is no port; set one from 1 to 65535.")
        return cls(bind, int(port))

    @property
    def is_open(self) -> bool:
        """Whether the network can reach it."""
        return not ipaddress.ip_address(self.bind).is_loopback

    def __str__(self) -> str:
        return f"{bracketed(self.bind)}:{self.port}"


@dataclass(frozen=True, slots=True)
class ContainerSite:
    """What was said about the site.

    public        PUBLIC_URL
    published     BIND and PORT; None when compose.yaml is not what starts this
    certificates  CERTIFICATES as it was set; empty for none
    tls           empty, `off` (somebody in front ends TLS) or `self-signed`
    """

    public: PublicAddress | None
    published: Published | None
    certificates: str = ""
    tls: str = ""

    @property
    def speaks_tls(self) -> bool:
        """Whether Nginx here ends TLS."""
        return self.public is not None and self.public.is_https and not self.is_behind

    @property
    def is_behind(self) -> bool:
        """Whether somebody in front ends TLS, at an address of their own."""
        return self.tls == TLS_OFF

    @property
    def address(self) -> str:
        """Where people go."""
        if self.public:
            return str(self.public)
        return f"http://{self.published or Published(_DEFAULT_BIND, 8080)}"

    def check(self) -> None:
        """Raises SettingsError for the first contradiction, with its fix."""
        for refusal in self._contradictions():
            raise SettingsError(refusal)

    def warnings(self) -> Iterator[str]:
        """What works, and should be known."""
        if self.is_behind:
            if self.published and self.published.is_open:
                yield (
                    f"TLS=off and BIND={self.published.bind}: whoever reaches port "
                    f"{self.published.port} directly sends a password in clear. Let "
                    "only the proxy in front reach it."
                )
        elif self.public and not self.public.is_https and not self.public.is_loopback:
            yield (
                f"PUBLIC_URL={self.public} is plain HTTP, so passwords cross the "
                "network in clear. An https:// address would protect them."
            )

    def _contradictions(self) -> Iterator[str]:
        yield from self._about_tls()
        if self.published is not None:
            yield from self._about_the_network(self.published)

    def _about_tls(self) -> Iterator[str]:
        if self.certificates and self.tls:
            yield (
                f"CERTIFICATES={self.certificates} and TLS={self.tls} exclude each "
                "other: leave one of them empty."
            )
        wish = self._wish_for_tls()
        if wish and self.public is None:
            yield (
                f"{wish} is set, but not the address it is for: set "
                "PUBLIC_URL=https://your.host, or leave it empty."
            )
        if wish and self.public and not self.public.is_https:
            yield (
                f"{wish} is set, but PUBLIC_URL={self.public} is plain HTTP: write "
                "https://, or leave the other one empty."
            )

    def _wish_for_tls(self) -> str:
        if self.certificates:
            return f"CERTIFICATES={self.certificates}"
        return "" if self.is_behind or not self.tls else f"TLS={self.tls}"

    def _about_the_network(self, published: Published) -> Iterator[str]:
        if self.public is None:
            if published.is_open:
                yield (
                    f"BIND={published.bind} opens the site to the network without TLS, "
                    "so passwords would cross it in clear: set "
                    "PUBLIC_URL=https://your.host, or BIND=127.0.0.1."
                )
            return
        if self.is_behind:
            return
        yield from _about_reach(self.public, published)
        yield from _about_the_port(self.public, published)


def _about_reach(public: PublicAddress, published: Published) -> Iterator[str]:
    if published.is_open and public.is_loopback:
        yield (
            f"BIND={published.bind} opens the site to the network, but PUBLIC_URL="
            f"{public} is for this machine only: set BIND=127.0.0.1, or the address "
            "that the network uses."
        )
    if not published.is_open and not public.is_loopback:
        yield (
            f"BIND={published.bind} is for this machine only, so nobody could reach "
            f"PUBLIC_URL={public}: set BIND=0.0.0.0, or TLS=off if a proxy on this "
            "machine ends TLS in front."
        )


def _about_the_port(public: PublicAddress, published: Published) -> Iterator[str]:
    if public.port == published.port:
        return
    here = replace(public, port=published.port)
    yield (
        f"PUBLIC_URL={public} means port {public.port}, but PORT={published.port} is "
        f"the one that is open: set PORT={public.port}, or PUBLIC_URL={here}, or "
        f"TLS=off if a proxy in front listens on {public.port}."
    )

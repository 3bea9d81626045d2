"""The options that say how the site is reached, shared by two commands."""

from __future__ import annotations

import functools
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from trackgate_proxy.config.rules import host_names, is_wildcard
from trackgate_proxy.site.container import TLS_OFF
from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.site.public_address import PublicAddress, common_prefix
from trackgate_proxy.site.served_models import ServedModel
from trackgate_proxy.site.serving_options import SERVED_OPTIONS
from trackgate_proxy.site.settings import ProxySettings, Tls
from trackgate_proxy.site.settings_error import SettingsError

SELF_SIGNED = "self-signed"
TLS_CHOICES = (SELF_SIGNED, TLS_OFF)

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False, resolve_path=True)
_OPTIONS = (
    click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        default=Path("data"),
        envvar="TRACKGATE_DATA_DIR",
        show_default=True,
        help="Folder for everything that is kept; made if it is not there.",
    ),
    click.option(
        "--host",
        default="127.0.0.1",
        envvar="TRACKGATE_HOST",
        show_default=True,
        help="Address to listen on; 0.0.0.0 for all of this machine's.",
    ),
    click.option(
        "--port",
        type=click.IntRange(1, 65_535),
        default=8080,
        envvar="TRACKGATE_PORT",
        show_default=True,
    ),
    click.option(
        "--static-prefix",
        default="",
        envvar="TRACKGATE_STATIC_PREFIX",
        help="Serve everything below this path, such as /tracking.",
    ),
    click.option(
        "--public-url",
        "public_urls",
        multiple=True,
        envvar="TRACKGATE_PUBLIC_URL",
        help="Address that people use, such as https://track.example. A path in it is "
        "the static prefix. Repeatable.",
    ),
    click.option(
        "--tls",
        type=click.Choice(TLS_CHOICES),
        envvar="TRACKGATE_TLS",
        help="Speak HTTPS with a certificate made here; off: another proxy in front "
        "ends TLS.",
    ),
    click.option(
        "--tls-cert",
        type=_FILE,
        envvar="TRACKGATE_TLS_CERT",
        help="Speak HTTPS with this certificate (PEM, with its chain).",
    ),
    click.option(
        "--tls-key",
        type=_FILE,
        envvar="TRACKGATE_TLS_KEY",
        help="The certificate's private key (PEM).",
    ),
    click.option(
        "--redirect-port",
        type=click.IntRange(1, 65_535),
        envvar="TRACKGATE_REDIRECT_PORT",
        help="With HTTPS: a plain HTTP port, such as 80, that only redirects.",
    ),
    *SERVED_OPTIONS,
)


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """What a person said about the site on the command line."""

    data_dir: Path
    host: str
    port: int
    static_prefix: str
    public_urls: tuple[str, ...]
    tls: str | None
    tls_cert: Path | None
    tls_key: Path | None
    redirect_port: int | None
    served: tuple[ServedModel, ...]
    serve_body_bytes: int
    serve_timeout_s: int

    @property
    def data(self) -> DataFolder:
        return DataFolder.at(self.data_dir)

    def proxy_settings(self) -> ProxySettings:
        """The settings. Raises SettingsError for what cannot work."""
        addresses = self.public_addresses()
        self._check_tls(addresses)
        # Whoever can answer for the machine's own name in its network needs no
        # rebinding, so the name is as good as an address.
        own_name = () if self.host == "127.0.0.1" else (socket.gethostname(),)
        return ProxySettings(
            data=self.data,
            host=self.host,
            port=self.port,
            static_prefix=common_prefix(addresses, self.static_prefix),
            public_urls=tuple(address.origin for address in addresses),
            host_names=own_name,
            tls=self._tls(),
            served=self.served,
            serve_body_bytes=self.serve_body_bytes,
            serve_timeout_s=self.serve_timeout_s,
        )

    def public_addresses(self) -> list[PublicAddress]:
        """The addresses people use. Raises SettingsError for one that is none."""
        return [PublicAddress.parse(url) for url in self.public_urls]

    def warnings(self, settings: ProxySettings) -> list[str]:
        """What works, and should be known."""
        if settings.listens_on_loopback or settings.tls or self.tls == TLS_OFF:
            return []
        return [
            f"{settings.host} is open to the network without TLS, so passwords cross "
            "it in clear. Use --tls-cert and --tls-key, or --tls self-signed."
        ]

    def ensure_certificate(self, settings: ProxySettings) -> bool:
        """Make the certificate that `--tls self-signed` asks for.

        Returns whether one was made, and not found.
        """
        if self.tls != SELF_SIGNED or settings.tls is None:
            return False
        # A heavy library, and only this wish needs it.
        from trackgate_proxy.site.certificates import ensure_self_signed  # noqa: PLC0415

        names = certificate_names(settings)
        return ensure_self_signed(settings.tls, names, datetime.now(UTC))

    def _tls(self) -> Tls | None:
        if self.tls == SELF_SIGNED:
            return self_signed(self.data, self.redirect_port)
        if self.tls_cert and self.tls_key:
            return Tls(self.tls_cert, self.tls_key, self.redirect_port)
        return None

    def _check_tls(self, addresses: Sequence[PublicAddress]) -> None:
        if bool(self.tls_cert) != bool(self.tls_key):
            raise SettingsError("--tls-cert and --tls-key are needed together.")
        if self.tls and self.tls_cert:
            raise SettingsError(f"--tls {self.tls} and --tls-cert exclude each other.")
        speaks_tls = self.tls == SELF_SIGNED or self.tls_cert
        if self.redirect_port and not speaks_tls:
            raise SettingsError("--redirect-port leads to HTTPS, which is not set up.")
        plain = [address for address in addresses if not address.is_https]
        if plain and speaks_tls:
            raise SettingsError(
                f"--public-url {plain[0]} is plain HTTP, but HTTPS is what is spoken: "
                "write it with https://, or leave the certificate out."
            )


def site_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options; the command gets them as `site`."""
    names = [one.name for one in fields(SiteOptions)]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        site = SiteOptions(**{name: given.pop(name) for name in names})
        command(site=site, **given)

    decorated: Callable[..., None] = run
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def self_signed(data: DataFolder, redirect_port: int | None = None) -> Tls:
    """The certificate and key that are made here."""
    certificate, key = data.tls / "self-signed.pem", data.tls / "self-signed.key"
    return Tls(certificate, key, redirect_port)


def certificate_names(settings: ProxySettings) -> list[str]:
    """Host names and addresses that a certificate made here is good for."""
    names = host_names(settings)
    if is_wildcard(settings.host):
        names.append(_outgoing_address())
    return list(dict.fromkeys(names))


def _outgoing_address() -> str:
    """This machine's address towards the network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # TEST-NET-1 (RFC 5737): routed like the internet, and nobody's.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return probe.getsockname()[0]

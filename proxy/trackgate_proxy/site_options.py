"""The options that say how the site is reached, shared by two commands."""

from __future__ import annotations

import functools
import socket
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from trackgate_proxy.data_folder import DataFolder
from trackgate_proxy.rules import host_names, is_wildcard
from trackgate_proxy.served_models import ServedModel
from trackgate_proxy.serving_options import SERVED_OPTIONS
from trackgate_proxy.settings import ProxySettings, Tls
from trackgate_proxy.settings_error import SettingsError

SELF_SIGNED = "self-signed"

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
        help="Address that people use, such as https://track.example. Repeatable.",
    ),
    click.option(
        "--tls",
        type=click.Choice([SELF_SIGNED]),
        envvar="TRACKGATE_TLS",
        help="Speak HTTPS with a certificate made here.",
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
        self._check_tls()
        # Whoever can answer for the machine's own name in its network needs no
        # rebinding, so the name is as good as an address.
        own_name = () if self.host == "127.0.0.1" else (socket.gethostname(),)
        return ProxySettings(
            data=self.data,
            host=self.host,
            port=self.port,
            static_prefix=self.static_prefix.rstrip("/"),
            public_urls=self.public_urls,
            host_names=own_name,
            tls=self._tls(),
            served=self.served,
            serve_body_bytes=self.serve_body_bytes,
            serve_timeout_s=self.serve_timeout_s,
        )

    def ensure_certificate(self, settings: ProxySettings) -> None:
        """Make the certificate that `--tls self-signed` asks for."""
        if self.tls != SELF_SIGNED or settings.tls is None:
            return
        # A heavy library, and only this wish needs it.
        from trackgate_proxy.certificates import ensure_self_signed  # noqa: PLC0415

        ensure_self_signed(settings.tls, certificate_names(settings), datetime.now(UTC))

    def _tls(self) -> Tls | None:
        if self.tls == SELF_SIGNED:
            folder = self.data.tls
            return Tls(
                folder / "self-signed.pem",
                folder / "self-signed.key",
                self.redirect_port,
            )
        if self.tls_cert and self.tls_key:
            return Tls(self.tls_cert, self.tls_key, self.redirect_port)
        return None

    def _check_tls(self) -> None:
        if bool(self.tls_cert) != bool(self.tls_key):
            raise SettingsError("--tls-cert and --tls-key are needed together.")
        if self.tls and self.tls_cert:
            raise SettingsError("--tls self-signed and --tls-cert exclude each other.")
        if self.redirect_port and not (self.tls or self.tls_cert):
            raise SettingsError("--redirect-port leads to HTTPS, which is not set up.")


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

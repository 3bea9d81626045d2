"""What a set-up has to reach, worked out and checked before anything is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from trackgate_proxy.account import nginx_account
from trackgate_proxy.config.rules import host_names
from trackgate_proxy.site.address import address_of
from trackgate_proxy.site.container import ContainerSite
from trackgate_proxy.site.container_settings import container_settings
from trackgate_proxy.site.given_certificate import NamedFile, check_certificate
from trackgate_proxy.site.options import (
    SELF_SIGNED,
    SiteOptions,
    certificate_names,
)
from trackgate_proxy.site.placement import Placement
from trackgate_proxy.site.settings import ProxySettings


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One site.

    address          where people go
    self_signed_for  host names of a certificate to make; empty for none
    warnings         what works, and should be known
    """

    settings: ProxySettings
    address: str
    self_signed_for: Sequence[str]
    warnings: Sequence[str]


def native_plan(site: SiteOptions, now: datetime) -> SitePlan:
    """The site that these options describe. Raises SettingsError."""
    settings = replace(site.proxy_settings(), run_as=nginx_account())
    names: list[str] = []
    warnings = site.warnings(settings)
    if site.tls == SELF_SIGNED:
        names = certificate_names(settings)
    elif settings.tls is not None:
        warnings += check_certificate(
            NamedFile(settings.tls.certificate, f"--tls-cert {site.tls_cert}"),
            NamedFile(settings.tls.key, f"--tls-key {site.tls_key}"),
            [address.host for address in site.public_addresses()],
            now,
        )
    return SitePlan(settings, address_of(settings), names, warnings)


def container_plan(
    site: SiteOptions, said: ContainerSite, placement: Placement, now: datetime
) -> SitePlan:
    """The site in containers, as `.env` describes it. Raises SettingsError."""
    settings = container_settings(site, said, placement)
    names: list[str] = []
    warnings = list(said.warnings())
    if settings.tls is not None and said.public is not None:
        if said.certificates:
            of = f"of CERTIFICATES={said.certificates}"
            warnings += check_certificate(
                NamedFile(file := settings.tls.certificate, f"{file.name} {of}"),
                NamedFile(file := settings.tls.key, f"{file.name} {of}"),
                [said.public.host],
                now,
            )
        else:
            names = host_names(settings)
    return SitePlan(settings, said.address, names, warnings)

"""What the Nginx config of a site in containers depends on."""

from __future__ import annotations

from dataclasses import replace

from trackgate_proxy.site.container import ContainerSite
from trackgate_proxy.site.options import SiteOptions, self_signed
from trackgate_proxy.site.placement import Placement
from trackgate_proxy.site.settings import ProxySettings, Tls

# As certbot and most others name them.
CERTIFICATE_NAME = "fullchain.pem"
KEY_NAME = "privkey.pem"


def container_settings(
    site: SiteOptions, said: ContainerSite, placement: Placement
) -> ProxySettings:
    """The settings there. Raises SettingsError for what contradicts itself."""
    said.check()
    # TLS follows from what was said, and the place to listen from the placement.
    plain = replace(site, tls=None, tls_cert=None, tls_key=None, redirect_port=None)
    settings = placement.settings(plain.proxy_settings())
    return replace(settings, tls=_container_tls(settings, said, placement))


def _container_tls(
    settings: ProxySettings, said: ContainerSite, placement: Placement
) -> Tls | None:
    if not said.speaks_tls:
        return None
    if not said.certificates:
        return self_signed(settings.data)
    folder = placement.certificates
    return Tls(folder / CERTIFICATE_NAME, folder / KEY_NAME)

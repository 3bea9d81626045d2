"""The options that compose.yaml fills, shared by the commands that place a site."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import click

from trackgate_proxy.site.container import ContainerSite, Published
from trackgate_proxy.site.options import SiteOptions
from trackgate_proxy.site.placement import CONTAINER_VARIABLE
from trackgate_proxy.site.settings_error import SettingsError

_OPTIONS = (
    click.option(
        "--container",
        "is_wanted",
        is_flag=True,
        envvar=CONTAINER_VARIABLE,
        help="Place everything as compose.yaml mounts it.",
    ),
    click.option(
        "--published",
        envvar="TRACKGATE_PUBLISHED",
        help="In a container: the address and port of its machine that lead to it, "
        "such as 127.0.0.1:8080.",
    ),
    click.option(
        "--certificates",
        default="",
        envvar="TRACKGATE_CERTIFICATES",
        help="In a container: what is mounted at /certificates; empty for nothing.",
    ),
)


@dataclass(frozen=True, slots=True)
class ContainerOptions:
    """Whether a site lies in containers, and what `.env` says of it."""

    is_wanted: bool
    published: str | None
    certificates: str

    def said(self, site: SiteOptions) -> ContainerSite:
        """All that was said. Raises SettingsError for what cannot be read."""
        addresses = site.public_addresses()
        if len(addresses) > 1:
            names = " ".join(map(str, addresses))
            raise SettingsError(f"PUBLIC_URL={names} must be one address; leave one.")
        return ContainerSite(
            public=addresses[0] if addresses else None,
            published=Published.parse(self.published) if self.published else None,
            certificates=self.certificates,
            tls=site.tls or "",
        )


def container_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options; the command gets them as `container`."""
    names = [one.name for one in fields(ContainerOptions)]

    @functools.wraps(command)
    def run(*args: Any, **given: Any) -> None:
        container = ContainerOptions(**{name: given.pop(name) for name in names})
        command(*args, container=container, **given)

    decorated: Callable[..., None] = run
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated

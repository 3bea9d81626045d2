"""`trackgate proxy`: the generated Nginx config."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from trackgate_proxy.config.nginx import render, write_config
from trackgate_proxy.site.container_options import ContainerOptions, container_options
from trackgate_proxy.site.container_settings import container_settings
from trackgate_proxy.site.data_folder import ensure_folders
from trackgate_proxy.site.options import SiteOptions, site_options
from trackgate_proxy.site.placement import CONTAINER
from trackgate_proxy.site.settings import ProxySettings
from trackgate_proxy.site.settings_error import SettingsError

_FOLDER = click.Path(path_type=Path, resolve_path=True)


@click.group()
def proxy() -> None:
    """The Nginx in front of the server."""


@proxy.command()
@site_options
@container_options
@click.option(
    "--upstream",
    "upstreams",
    multiple=True,
    help="Server to pass requests to: unix:/path or host:port. Repeatable.",
)
@click.option(
    "--proxy-key-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    envvar="TRACKGATE_PROXY_KEY_FILE",
    help="Secret that servers on TCP demand; written beside the config.",
)
@click.option("--run-as", help="Account of the workers, when root starts Nginx.")
@click.option("--artifact-root", type=_FOLDER, help="Folder that downloads come from.")
@click.option("--spool", type=_FOLDER, help="Folder where uploads are collected.")
@click.option("--verdict-cache", type=_FOLDER, help="Private folder on a tmpfs.")
@click.option(
    "--body-by-file/--body-by-stream",
    default=True,
    show_default=True,
    help="Hand uploads over as files; needs a common file system.",
)
@click.option(
    "--write", is_flag=True, help="Write it into the data folder, do not print it."
)
def config(
    site: SiteOptions,
    upstreams: tuple[str, ...],
    proxy_key_file: Path | None,
    run_as: str | None,
    artifact_root: Path | None,
    spool: Path | None,
    verdict_cache: Path | None,
    body_by_file: bool,
    container: ContainerOptions,
    write: bool,
) -> None:
    """Print the Nginx config that these options lead to."""
    try:
        settings = replace(
            _placed(site, container),
            upstreams=upstreams,
            proxy_key=proxy_key_file.read_text().strip() if proxy_key_file else "",
            run_as=run_as,
            artifact_root=artifact_root,
            spool=spool,
            verdict_cache=verdict_cache,
            body_by_file=body_by_file,
        )
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    if not write:
        click.echo(render(settings), nl=False)
        return
    ensure_folders(settings.data)
    site.ensure_certificate(settings)
    click.echo(f"Wrote {write_config(settings)}")


def _placed(site: SiteOptions, container: ContainerOptions) -> ProxySettings:
    if not container.is_wanted:
        return site.proxy_settings()
    return container_settings(site, container.said(site), CONTAINER)

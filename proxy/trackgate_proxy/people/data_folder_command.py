"""What the commands about people share: their data folder, refusals in one line."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec

import click

from trackgate_proxy.account import become_owner
from trackgate_proxy.people.htpasswd import PeopleError
from trackgate_proxy.site.data_folder import DataFolder, UnsafeFolder
from trackgate_proxy.site.placement import CONTAINER, CONTAINER_VARIABLE

Given = ParamSpec("Given")

_data_dir = click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    default=Path("data"),
    envvar="TRACKGATE_DATA_DIR",
    show_default=True,
    show_envvar=True,
    help="Data folder of the server.",
)
_container = click.option(
    "--container",
    is_flag=True,
    hidden=True,
    envvar=CONTAINER_VARIABLE,
    help="For the containers of compose.yaml, whose other folders are elsewhere.",
)


def for_data_folder(
    function: Callable[Concatenate[DataFolder, Given], None],
) -> Callable[Concatenate[Path, bool, Given], None]:
    """Take --data-dir as its folder, work as its owner, show refusals in one line."""

    @_data_dir
    @_container
    @functools.wraps(function)
    def run(
        data_dir: Path, container: bool, *args: Given.args, **kwargs: Given.kwargs
    ) -> None:
        data = DataFolder.at(data_dir)
        if container:
            data = DataFolder(data.root, CONTAINER.elsewhere)
        os.umask(0o027)
        try:
            become_owner(data.root)
            function(data, *args, **kwargs)
        except (PeopleError, UnsafeFolder) as error:
            raise click.ClickException(str(error)) from error
        except PermissionError as error:
            raise click.ClickException(
                f"{error.filename} cannot be used by this account: {error.strerror}."
            ) from error

    return run

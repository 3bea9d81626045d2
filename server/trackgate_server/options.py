"""What the server's commands share: a flag for each setting, errors in one line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from trackgate_wire.errors import TrackgateError

from trackgate_server.ownership import become_owner
from trackgate_server.settings import (
    Settings,
    from_environment,
    remembering,
    with_public_path,
)

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

# What says where the data are.
PLACES = (
    "data_dir",
    "backend_store_uri",
    "backend_store_password_file",
    "artifacts_destination",
)


def options(*names: str) -> Callable[[CommandT], CommandT]:
    """Flags for settings, so that names, defaults and meanings stand in one place."""

    def decorate(command: CommandT) -> CommandT:
        for item in reversed(dataclasses.fields(Settings)):
            if names and item.name not in names:
                continue
            flag = "--" + item.name.replace("_", "-")
            default: object = item.default
            kind: type[object] = type(default)
            meaning = item.metadata["meaning"]
            if kind is bool:
                flag = f"{flag}/--no-{flag.removeprefix('--')}"
            shape = (
                click.Path(path_type=Path) if isinstance(item.default, Path) else kind
            )
            option = click.option(
                flag, item.name, type=shape, default=None, help=meaning
            )
            command = option(command)
        return command

    return decorate


def chosen_settings(given: dict[str, Any]) -> Settings:
    """Flags over environment over defaults; from here on as the data's owner."""
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        settings = dataclasses.replace(from_environment(), **chosen)
        settings = with_public_path(settings)
        become_owner(settings.data_dir)
        return remembering(settings)
    except ValueError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def one_line_errors() -> Generator[None]:
    """Show what an admin can do something about without a traceback."""
    from trackgate_server.store.database import DatabaseRefused  # noqa: PLC0415 - heavy

    try:
        yield
    except (DatabaseRefused, TrackgateError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from error

"""Options of `trackgate systemd`, and the settings file that stands behind them.

The services read the file alone. So it gives the defaults here, and an option that it
does not repeat is refused; only a file that is not there yet is made from the options.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import click
from click.core import ParameterSource

from trackgate_proxy.site.options import site_options
from trackgate_proxy.site.settings_error import SettingsError
from trackgate_proxy.site.store_option import STORE_VARIABLE
from trackgate_proxy.systemd.settings import Variable, read_settings

SETTINGS_FILE = Path("/etc/trackgate/trackgate.env")
UNIT_FOLDER = Path("/etc/systemd/system")
DATA_FOLDER = "/var/lib/trackgate"
# There is no unit for served models.
_SERVING = re.compile("TRACKGATE_SERVE(_.*)?")
_SAID = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
# What programs read that is no option here.
_FURTHER = (
    Variable("TRACKGATE_FIRST_USER", "Name of the first person, an admin.", "admin"),
    Variable("TRACKGATE_THREADS", "Threads of each process of a server.", "8"),
    Variable(
        "AWS_SHARED_CREDENTIALS_FILE",
        "File with the keys of the artifact store, readable by the account.",
        "/etc/trackgate/s3-credentials",
    ),
    Variable("AWS_REGION", "Region of the artifact store.", ""),
)


def _read_defaults(ctx: click.Context, _: click.Parameter, path: Path) -> Path:
    """Let the settings file stand behind every option that was not given."""
    if ctx.resilient_parsing:
        return path
    try:
        found = read_settings(path)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    said = {
        str(option.name): _split(option, found[name])
        for name, option in _settings(ctx)
        if found.get(name)
    }
    ctx.default_map = {"data_dir": DATA_FOLDER, **said}
    return path


_OWN_OPTIONS = (
    click.option(
        "--workers",
        type=click.IntRange(1),
        default=2,
        envvar="TRACKGATE_WORKERS",
        show_default=True,
        help="Worker processes of each server.",
    ),
    click.option(
        "--backend-store-uri",
        default="",
        envvar=STORE_VARIABLE,
        help="Database; SQLite in the data folder if empty.",
    ),
    click.option(
        "--backend-store-password-file",
        default="",
        envvar="TRACKGATE_BACKEND_STORE_PASSWORD_FILE",
        help="File with the database's password, readable by the account.",
    ),
    click.option(
        "--artifacts-destination",
        default="",
        envvar="TRACKGATE_ARTIFACTS_DESTINATION",
        help="Artifact store s3://BUCKET/PREFIX; in the data folder if empty.",
    ),
    click.option(
        "--s3-endpoint",
        default="",
        envvar="TRACKGATE_S3_ENDPOINT",
        help="Address of an S3-compatible store; Amazon's own if empty.",
    ),
    click.option(
        "--servers",
        type=click.IntRange(1),
        default=2,
        envvar="TRACKGATE_SERVERS",
        show_default=True,
        help="Servers; with two, restarting one after the other loses no request.",
    ),
    click.option(
        "--account",
        default="trackgate",
        envvar="TRACKGATE_ACCOUNT",
        show_default=True,
        help="Account that owns the data and runs everything.",
    ),
    click.option(
        "--settings",
        "settings_file",
        type=click.Path(path_type=Path, dir_okay=False, resolve_path=True),
        default=SETTINGS_FILE,
        show_default=True,
        is_eager=True,
        callback=_read_defaults,
        help="File of all settings and secrets; made if it is not there.",
    ),
    click.option(
        "--write",
        "folder",
        type=click.Path(
            path_type=Path, file_okay=False, exists=True, resolve_path=True
        ),
        help=f"Write the units there, such as {UNIT_FOLDER}; do not print them.",
    ),
)


def systemd_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options; the site's come as `site`, the others by their names."""
    for option in reversed(_OWN_OPTIONS):
        command = option(command)
    return site_options(command)


def variables(ctx: click.Context) -> Iterator[Variable]:
    """Every setting of the file, with what was said in the call itself."""
    for name, option in _settings(ctx):
        if _SERVING.fullmatch(name):
            continue
        value = None
        if ctx.get_parameter_source(str(option.name)) in _SAID:
            value = _text(ctx.params[str(option.name)])
        default = ctx.lookup_default(str(option.name)) or option.default
        yield Variable(
            name, option.help or f"{str(option.name).title()}.", _text(default), value
        )
    yield from _FURTHER


def require_same(ctx: click.Context, path: Path) -> None:
    """Refuse options that the services would not see.

    Raises SettingsError naming the line that the settings file needs.
    """
    found = read_settings(path)
    for name, option in _settings(ctx):
        if ctx.get_parameter_source(str(option.name)) not in _SAID:
            continue
        value = ctx.params[str(option.name)]
        written = option.type_cast_value(ctx, _split(option, found.get(name, "")))
        if written != value:
            raise SettingsError(
                f"{path} must say {name}={_text(value)}, for the services read nothing "
                "else. Write it there and leave the option out."
            )


def _settings(ctx: click.Context) -> Iterator[tuple[str, click.Option]]:
    """Variables' names and the options they stand for."""
    for option in ctx.command.params:
        if isinstance(option, click.Option) and isinstance(option.envvar, str):
            yield option.envvar, option


def _split(option: click.Option, text: str) -> Any:
    return option.type.split_envvar_value(text) if option.multiple else text


def _text(value: Any) -> str:
    """As it stands in the file; empty for what is no single value, such as nothing."""
    if isinstance(value, tuple):
        return " ".join(map(_text, cast("tuple[object, ...]", value)))
    return str(value) if isinstance(value, str | int | Path) else ""

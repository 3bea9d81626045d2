"""The options that say which models are served, and how."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from trackgate_proxy.site.served_models import ServedModel, split_uris
from trackgate_proxy.site.settings import MIB
from trackgate_proxy.site.settings_error import SettingsError

_SIZE = re.compile(r"(\d{1,12}) ?(|[kmg])(i?b)?", re.IGNORECASE)
_FACTORS = {"": 1, "k": 1024, "m": MIB, "g": 1024 * MIB}
ENVIRONMENT_MANAGERS = ("virtualenv", "conda", "local")


class _Model(click.ParamType):  # pyright: ignore[reportMissingTypeArgument] - not generic in click 8.1
    """A model's address; several stand in one variable."""

    name = "uri"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> ServedModel:
        if isinstance(value, ServedModel):
            return value
        try:
            return ServedModel.parse(str(value))
        except SettingsError as error:
            self.fail(str(error), param, ctx)

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        return split_uris(rv)


class _Size(click.ParamType):  # pyright: ignore[reportMissingTypeArgument] - not generic in click 8.1
    """A number of bytes, or of KiB, MiB or GiB with k, m or g behind it."""

    name = "size"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        if isinstance(value, int):
            return value
        found = _SIZE.fullmatch(str(value).strip())
        if found is None or not int(found[1]):
            self.fail(
                f"{value!r} is no size such as 67108864, 512k or 64m.", param, ctx
            )
        return int(found[1]) * _FACTORS[found[2].lower()]


# What the Nginx config depends on too.
SERVED_OPTIONS = (
    click.option(
        "--serve",
        "served",
        type=_Model(),
        multiple=True,
        envvar="TRACKGATE_SERVE",
        help="Also answer for this model, such as 'models:/NAME/Production' or "
        "models:/NAME@ALIAS, below /serve. Repeatable.",
    ),
    click.option(
        "--serve-max-body",
        "serve_body_bytes",
        type=_Size(),
        default="64m",
        envvar="TRACKGATE_SERVE_MAX_BODY",
        show_default=True,
        help="Largest input of a served model: bytes, or with k, m or g.",
    ),
    click.option(
        "--serve-timeout",
        "serve_timeout_s",
        type=click.IntRange(1, 86_400),
        default=60,
        envvar="TRACKGATE_SERVE_TIMEOUT",
        show_default=True,
        help="Seconds after which a model's answer is given up.",
    ),
)
_KEEPING_OPTIONS = (
    click.option(
        "--serve-env-manager",
        type=click.Choice(ENVIRONMENT_MANAGERS),
        default="virtualenv",
        envvar="TRACKGATE_SERVE_ENV_MANAGER",
        show_default=True,
        help="Where served models find their packages; local: where Trackgate is.",
    ),
    click.option(
        "--serve-workers",
        type=click.IntRange(1),
        default=1,
        envvar="TRACKGATE_SERVE_WORKERS",
        show_default=True,
        help="Worker processes of each served model.",
    ),
)


@dataclass(frozen=True, slots=True)
class KeepingOptions:
    """How the processes of served models are started.

    environment_manager  one of ENVIRONMENT_MANAGERS
    workers              processes of each model
    """

    environment_manager: str = "virtualenv"
    workers: int = 1


def keeping_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options; the command gets them under their own names."""
    for option in reversed(_KEEPING_OPTIONS):
        command = option(command)
    return command

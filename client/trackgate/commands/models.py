"""`trackgate models …`: each subcommand's module is loaded when it is used."""

from __future__ import annotations

from importlib import import_module

import click

# Where each subcommand lives, as module:attribute.
_HOMES = {
    "alias": "trackgate.commands.registry:alias",
    "build-docker": "trackgate.commands.model_serving:build_docker",
    "download": "trackgate.commands.registry:download",
    "generate-dockerfile": "trackgate.commands.model_serving:generate_dockerfile",
    "history": "trackgate.commands.registry:history",
    "list": "trackgate.commands.registry:list_models",
    "predict": "trackgate.commands.model_serving:predict",
    "prepare-env": "trackgate.commands.model_serving:prepare_env",
    "register": "trackgate.commands.registry:register",
    "serve": "trackgate.commands.model_serving:serve",
    "transition": "trackgate.commands.registry:transition",
    "versions": "trackgate.commands.registry:versions",
}


class LazyModels(click.Group):
    """Subcommands that need different libraries, none of them before its use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _HOMES:
            return None
        module, _, attribute = _HOMES[cmd_name].partition(":")
        found: object = getattr(import_module(module), attribute)
        return found if isinstance(found, click.Command) else None


@click.group(cls=LazyModels)
def models() -> None:
    """Register models and move them; load, serve and package them."""

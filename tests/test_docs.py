"""What the pages say is so: their blocks run, and nothing is left out."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
from trackgate.cli import main
from trackgate_server.settings import Settings
from trackgate_wire.artifacts import BYTE_ROUTES
from trackgate_wire.endpoints import ENDPOINTS

from tests.fixtures.sites import PASSWORDS, Stack, running_stack

_PROJECT = Path(__file__).parents[1]
_README = (_PROJECT / "README.md").read_text(encoding="utf-8")
_EXAMPLE = (_PROJECT / ".env.example").read_text(encoding="utf-8")
_PAGES = {
    page.name: page.read_text(encoding="utf-8")
    for page in (*_PROJECT.glob("*.md"), *(_PROJECT / "docs").glob("*.md"))
}


@pytest.fixture(scope="module")
def newcomers_stack() -> Iterator[Stack]:
    """A stack that a newcomer's commands may change."""
    with running_stack() as stack:
        yield stack


@pytest.mark.nginx
@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1], ids=["logging", "a model"])
def test_the_readmes_programs_run_as_they_stand(
    newcomers_stack: Stack, tmp_path: Path, number: int
) -> None:
    program = _blocks("python")[number]
    variables = {
        "TRACKING_URI": newcomers_stack.address,
        "TRACKING_USERNAME": "ada",
        "TRACKING_PASSWORD": PASSWORDS["ada"],
    }

    output = _run([sys.executable, "-c", program], variables, tmp_path)

    assert output.startswith("True")


@pytest.mark.nginx
@pytest.mark.slow
def test_the_example_runs_where_its_model_has_versions_already(
    newcomers_stack: Stack, tmp_path: Path
) -> None:
    program = _PROJECT / "examples" / "decision_tree.py"
    variables = {
        "TRACKING_URI": newcomers_stack.address,
        "TRACKING_USERNAME": "ada",
        "TRACKING_PASSWORD": PASSWORDS["ada"],
    }

    for _ in range(2):
        output = _run([sys.executable, str(program)], variables, tmp_path)

    assert re.search(r"Decision Tree [4-9] is in Production", output)


@pytest.mark.nginx
@pytest.mark.slow
def test_the_readmes_commands_run_as_they_stand(
    newcomers_stack: Stack, tmp_path: Path
) -> None:
    (commands,) = _blocks("sh")
    variables = {
        "TRACKGATE_DATA_DIR": str(newcomers_stack.data.root),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }

    output = _run(["sh", "-euxc", commands], variables, tmp_path)

    assert re.search(r"edsger\s+viewer", output)
    assert "grace" not in newcomers_stack.users("list")
    assert re.search(r"edsger\s+editor", newcomers_stack.users("list"))


def test_every_setting_has_its_line() -> None:
    for item in dataclasses.fields(Settings):
        flag = "--" + item.name.replace("_", "-")
        line = f"| `{flag}` | `TRACKGATE_{item.name.upper()}` |"
        assert line in _PAGES["server.md"], flag
        assert item.metadata["meaning"] in _PAGES["server.md"], flag


def test_every_endpoint_has_its_line() -> None:
    for endpoint in ENDPOINTS:
        methods = ", ".join(endpoint.methods)
        line = f"| {methods} | `{endpoint.path}` | {endpoint.access.name} |"
        assert line in _PAGES["endpoints.md"]
    for route in BYTE_ROUTES:
        path = route.path if route.rooted else "/" + route.path
        line = f"| {route.method} | `{path}` | {route.access.name} |"
        assert line in _PAGES["endpoints.md"]


def test_every_command_is_on_a_page() -> None:
    pages = "\n".join(_PAGES.values())
    for words in _commands(main, ("trackgate",)):
        assert " ".join(words) in pages, " ".join(words)


def test_links_between_pages_lead_somewhere() -> None:
    for name, text in _PAGES.items():
        folder = _PROJECT if (_PROJECT / name).exists() else _PROJECT / "docs"
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (folder / target).exists(), f"{name} links to {target}"


def test_every_setting_of_the_containers_is_in_the_example() -> None:
    described = set(re.findall(r"^#?([A-Z0-9_]+)=", _EXAMPLE, re.MULTILINE))
    used: set[str] = set()
    for file in _PROJECT.glob("compose*.yaml"):
        used |= set(re.findall(r"\$\{([A-Z0-9_]+)", file.read_text(encoding="utf-8")))

    assert described == used | {"COMPOSE_FILE"}


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", _README, re.DOTALL)


def _commands(
    command: click.Command, words: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        yield words
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _commands(found, (*words, name))


def _run(command: list[str], variables: Mapping[str, str], folder: Path) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

"""The example program with our client; tests/end_to_end has the others too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.sites import Server, Stack

ARTICLE = Path(__file__).parents[2] / "examples" / "article.py"
TIMEOUT_S = 300


def run_article(
    python: Path | str, package: str, home: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """The program, with nothing but the given variables and a bare home."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(home)}
    return subprocess.run(
        [str(python), str(ARTICLE), package],
        env=bare | variables,
        capture_output=True,
        text=True,
        cwd=home,
        timeout=TIMEOUT_S,
    )


def ours(address: str, name: str = "", password: str = "") -> dict[str, str]:
    return {
        "TRACKING_URI": address,
        "TRACKING_USERNAME": name,
        "TRACKING_PASSWORD": password,
    }


def theirs(*given: str) -> dict[str, str]:
    found = {f"MLFLOW_{name}": value for name, value in ours(*given).items()}
    return {name: value for name, value in found.items() if value}


def test_it_runs_on_a_bare_server(server: Server, tmp_path: Path) -> None:
    done = run_article(sys.executable, "trackgate", tmp_path, ours(server.address))

    assert done.returncode == 0, done.stderr
    assert "files: tree.png, tree.txt" in done.stdout


def test_it_runs_through_nginx_with_the_peers_variables(
    stack: Stack, tmp_path: Path
) -> None:
    variables = theirs(stack.address, "ada", stack.passwords["ada"])

    done = run_article(sys.executable, "trackgate", tmp_path, variables)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "password"), [("", ""), ("ada", "not the right one")])
def test_without_the_right_password_it_says_what_to_set(
    stack: Stack, tmp_path: Path, name: str, password: str
) -> None:
    done = run_article(
        sys.executable, "trackgate", tmp_path, ours(stack.address, name, password)
    )

    assert done.returncode != 0
    last_line = done.stderr.strip().splitlines()[-1]
    assert "Unauthenticated" in last_line
    assert "Set TRACKING_USERNAME and TRACKING_PASSWORD" in last_line

"""Stacks of containers, started as an admin would: in a copy of the project."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from testcontainers.compose import DockerCompose

from tests.fixtures.logins import login_in

PROJECT = Path(__file__).parents[2]
_COMMAND_TIMEOUT_S = 300


class Refused(AssertionError):
    """A command ended with another code than 0; the message is what it said."""


def copy_project(folder: Path) -> None:
    """What a fresh clone would hold, with what is not committed yet.

    It is made under the strictest umask: whoever is not its owner can read no file.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.split("\0"):
        # A deleted file is listed until the deletion is committed.
        if name and (PROJECT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target)
            target.chmod(target.stat().st_mode & 0o700)


@dataclass(frozen=True, slots=True)
class Stack:
    """One project of Compose.

    compose    its commands
    folder     the copy of the project it is started from
    address    where the published port is reached
    passwords  by name; the first user's is there after `start`
    """

    compose: DockerCompose
    folder: Path
    address: str
    passwords: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def prepare(cls, folder: Path, settings: Mapping[str, str]) -> Stack:
        """A copy of the project in `folder`, with these lines in its .env."""
        copy_project(folder)
        lines = [f"{name}={value}\n" for name, value in settings.items()]
        (folder / ".env").write_text("".join(lines))
        address = settings.get("PUBLIC_URL", f"http://127.0.0.1:{settings['PORT']}")
        return cls(DockerCompose(folder), folder, address)

    def start(self, *words: str) -> None:
        """`docker compose up --wait`, and read what setup showed once."""
        try:
            self.run("up", "--wait", "--quiet-pull", *words)
        except Refused as error:
            error.add_note(self.run("logs", "--no-color", "--tail", "30"))
            raise
        shown = login_in(self.logs("setup"))
        if shown:
            self.passwords[shown["USERNAME"]] = shown["PASSWORD"]

    def run(self, *words: str, given: str | None = None) -> str:
        """A command of Compose; what it said. Raises Refused."""
        command = [*self.compose.docker_compose_command(), *words]
        return self._said(command, given)

    def script(self, name: str, *words: str, given: str | None = None) -> str:
        """One of the project's scripts; what it said. Raises Refused."""
        return self._said([str(self.folder / "scripts" / name), *words], given)

    def logs(self, service: str) -> str:
        """Everything a service has said."""
        said = self.run("logs", "--no-color", "--no-log-prefix", service)
        # Compose clears each line of a terminal, also where there is none.
        return said.replace("\x1b[2K", "")

    def add_user(self, name: str, password: str, role: str = "editor") -> None:
        """Add somebody with a password of our own."""
        words = ("add", name, "--role", role, "--password-stdin")
        self.script("users", *words, given=f"{password}\n")
        self.passwords[name] = password

    def containers(self, service: str) -> list[str]:
        """Ids of the service's containers that run."""
        return self.run("ps", "--quiet", service).split()

    def inspect(self, container: str) -> dict[str, Any]:
        """All that the engine knows of a container."""
        found: list[dict[str, Any]] = json.loads(
            self._said(["docker", "inspect", container], None)
        )
        return found[0]

    def inside(self, container: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a container, whatever comes of it."""
        return subprocess.run(
            ["docker", "exec", container, *command],
            capture_output=True,
            text=True,
            timeout=_COMMAND_TIMEOUT_S,
            check=False,
        )

    def neighbour(self, network: str, image: str, program: str) -> str:
        """What a program of bash prints in a container of its own on a network."""
        command = [
            "docker",
            "run",
            "--rm",
            "--network",
            network,
            "--entrypoint",
            "bash",
        ]
        done = subprocess.run(
            [*command, image, "-c", program],
            capture_output=True,
            text=True,
            timeout=_COMMAND_TIMEOUT_S,
            check=False,
        )
        return done.stdout

    def ask(
        self, method: str, path: str, name: str | None = "admin", **given: Any
    ) -> requests.Response:
        """One request through the published port, with somebody's password."""
        auth = (name, self.passwords[name]) if name else None
        return requests.request(
            method, self.address + path, auth=auth, timeout=30, **given
        )

    def remove(self) -> None:
        """End it, with its volumes."""
        self.run("down", "--volumes", "--timeout", "1", "--remove-orphans")

    def _said(self, command: list[str], given: str | None) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_COMMAND_TIMEOUT_S,
            check=False,
        )
        if done.returncode:
            raise Refused(f"{' '.join(command)} said:\n{done.stdout}")
        return done.stdout

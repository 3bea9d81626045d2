"""The Docker engine, by its program `docker`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackgate.environments.building import without_ours
from trackgate.errors import (
    InvalidParameterValue,
    InvalidState,
    NotFound,
    PermissionDenied,
)

_PROGRAM = "docker"
_CONFIGURATION = "config.json"
# Where `docker login` would put what it was told, to stay.
_STORES = frozenset({"credsStore", "credHelpers"})


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that answers.

    program    the path of `docker`
    variables  its environment: DOCKER_HOST, DOCKER_CONFIG and proxies, not ours
    """

    program: str
    variables: Mapping[str, str]

    @classmethod
    def find(cls, advice: str = "") -> Engine:
        """The engine that `docker` speaks to.

        advice  what else to do where there is none, as the end of a sentence

        Raises NotFound without the program, and InvalidState where nothing answers.
        """
        program = shutil.which(_PROGRAM)
        if program is None:
            raise NotFound(f"There is no `docker` on this machine{advice}.")
        engine = cls(program, without_ours(os.environ))
        asked = engine._call("version", "--format", "{{.Server.Version}}")
        if asked.returncode != 0:
            raise InvalidState(f"No Docker engine answers: {asked.stderr.strip()}")
        return engine

    @contextmanager
    def logged_in(self, who: Mapping[str, str] | None) -> Generator[Engine]:
        """The same engine, for somebody whom a registry knows.

        who  `username`, `password` and perhaps `registry`; None changes nothing

        They are forgotten afterwards, and kept by no credential store. Raises
        PermissionDenied where the registry refuses them.
        """
        if not who:
            yield self
            return
        if not {"username", "password"}.issubset(who):
            raise InvalidParameterValue(
                "To log in to a registry takes `username` and `password`."
            )
        with tempfile.TemporaryDirectory(prefix="trackgate-docker-") as folder:
            _copy_configuration(self.variables, Path(folder))
            known = Engine(self.program, {**self.variables, "DOCKER_CONFIG": folder})
            registry = [who["registry"]] if who.get("registry") else []
            user = f"--username={who['username']}"
            login = ["login", user, "--password-stdin", *registry]
            asked = known._call(*login, text=who["password"])
            if asked.returncode != 0:
                raise PermissionDenied(f"No login: {asked.stderr.strip()}")
            yield known

    def image_id(self, name: str) -> str | None:
        """The id of an image of that name; None where there is none here."""
        asked = self._call("image", "inspect", "--format", "{{.Id}}", name)
        return asked.stdout.strip() if asked.returncode == 0 else None

    def pull(self, name: str) -> None:
        """Fetch an image; raises NotFound where that fails."""
        if self._run("pull", name) != 0:
            raise NotFound(f"There is no image {name!r} here, and none can be pulled.")

    def push(self, name: str) -> str:
        """Send an image to the registry that its name begins with.

        The name by which that very image can be pulled. Raises InvalidState where the
        registry does not take it.
        """
        if self._run("push", name) != 0:
            raise InvalidState(f"The image {name!r} was not pushed to its registry.")
        listed = '{{join .RepoDigests "\\n"}}'
        known = self._call("image", "inspect", "--format", listed, name).stdout.split()
        # A colon after the last slash is a tag's, one before it a port's.
        registry, slash, rest = name.rpartition("/")
        repository = f"{registry}{slash}{rest.partition(':')[0]}"
        # Docker's own registry is left out of the names that it lists.
        mine = (one for one in known if repository.endswith(one.partition("@")[0]))
        return f"{repository}@{next(mine).partition('@')[2]}"

    def build(self, name: str, *arguments: str, dockerfile: str | None = None) -> None:
        """Build an image; what the engine says goes to standard error.

        arguments   the last is the folder
        dockerfile  its text, where it is not in the folder

        Raises InvalidState where the build fails.
        """
        other = [] if dockerfile is None else ["--file", "-"]
        code = self._run("build", "--tag", name, *other, *arguments, text=dockerfile)
        if code != 0:
            raise InvalidState(
                f"The image {name!r} was not built; docker ended with {code}."
            )

    def kill(self, container: str) -> None:
        """End a container at once, unless it has ended."""
        self._call("kill", container)

    def _run(self, *arguments: str, text: str | None = None) -> int:
        """Run a command that says how far it is, on standard error; its exit code."""
        return subprocess.run(  # noqa: S603 - found by its name
            [self.program, *arguments],
            env=dict(self.variables),
            input=text or "",
            text=True,
            stdout=2,
            check=False,
        ).returncode

    def _call(
        self, *arguments: str, text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - found by its name
            [self.program, *arguments],
            env=dict(self.variables),
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )


def _copy_configuration(variables: Mapping[str, str], folder: Path) -> None:
    """What the program knows of contexts, plug-ins and registries, but no store."""
    usual = Path(variables.get("DOCKER_CONFIG") or Path.home() / ".docker")
    if not usual.is_dir():
        return
    for entry in usual.iterdir():
        if entry.name != _CONFIGURATION:
            (folder / entry.name).symlink_to(entry.absolute())
    file = usual / _CONFIGURATION
    if file.is_file():
        said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        kept = {name: said[name] for name in said if name not in _STORES}
        (folder / _CONFIGURATION).write_text(json.dumps(kept), encoding="utf-8")

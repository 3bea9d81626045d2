"""The bundle, from this engine to one on a machine without network.

That machine is a second engine in a network namespace of its own, in which there is
nothing but loopback and what the engine makes there.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.containers.conftest import NewStack
from tests.fixtures.processes import Program

pytestmark = [pytest.mark.containers, pytest.mark.slow]

_LOG_A_METRIC = """
import trackgate
with trackgate.start_run() as run:
    trackgate.log_metric("loss", 0.5)
print(trackgate.__file__)
print(trackgate.TrackingClient().get_run(run.info.run_id).data.metrics["loss"])
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """An engine that reaches no network, and commands beside it."""

    engine: Program
    socket: Path
    folder: Path

    def run(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command there, whatever comes of it."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TRACKGATE_", "TRACKING_", "MLFLOW_", "COMPOSE_"))
        }
        return subprocess.run(
            ["nsenter", f"--net=/proc/{self.engine.pid}/ns/net", "--", *command],
            cwd=self.folder,
            env=inherited | {"DOCKER_HOST": f"unix://{self.socket}"} | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=180,
            check=False,
        )

    def load(self, bundle: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """`scripts/bundle load`, by the script that the bundle brings."""
        return self.run("scripts/bundle", "load", str(bundle), *words)

    def images(self) -> str:
        return self.run("docker", "images", "--quiet").stdout


@pytest.fixture(scope="module")
def bundle(new_stack: NewStack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `scripts/bundle save` writes on a copy of the project."""
    file = tmp_path_factory.mktemp("bundle") / "trackgate.tar"
    source = new_stack(FIRST_USER="not-in-the-bundle")
    source.script("bundle", "save", str(file))
    return file


@pytest.fixture(scope="module")
def machine(
    bundle: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """Where the bundle goes; of ours it has the scripts from it, and nothing else."""
    if os.geteuid() != 0:
        pytest.skip("only root can start an engine in a network namespace of its own")
    if shutil.which("dockerd") is None:
        pytest.skip("there is no dockerd on this machine, only a client")
    folder = tmp_path_factory.mktemp("machine")
    socket = folder / "docker.sock"
    places = {"data-root": "data", "exec-root": "exec", "pidfile": "pid"}
    options = [f"--{name}={folder / place}" for name, place in places.items()]
    dockerd = ["dockerd", f"--host=unix://{socket}", *options]
    alone = ["unshare", "--net", "--mount", "sh", "-c"]
    # The mounts it makes go with their namespace.
    engine = Program(
        [*alone, 'ip link set lo up && exec "$@"', "sh", *dockerd],
        folder / "dockerd.log",
        {},
    )
    there = Machine(engine, socket, folder)
    try:
        engine.wait_until(lambda: there.run("docker", "version").returncode == 0)
        unpacking = ["tar", "--extract", "--strip-components=1", "--file", str(bundle)]
        assert there.run(*unpacking, "files/scripts").returncode == 0
        yield there
    finally:
        engine.stop()
        # Its images are large.
        shutil.rmtree(folder / "data", ignore_errors=True)


@pytest.fixture(scope="module")
def loaded(machine: Machine, bundle: Path) -> str:
    """What `scripts/bundle load` says when it starts Trackgate."""
    result = machine.load(bundle, "--to=here")
    assert result.returncode == 0, result.stdout
    return result.stdout


def test_a_bundle_is_enough_where_there_is_no_network(
    machine: Machine, loaded: str, tmp_path: Path
) -> None:
    assert "cd" in loaded
    assert "docker compose logs setup" in loaded
    shown = _shown_once(machine)

    health = machine.run("curl", "-s", f"{shown['TRACKING_URI']}/health")
    outside = machine.run("curl", "-s", "--max-time", "3", "http://192.0.2.1/")
    wheels = ["--no-index", f"--find-links={machine.folder / 'here' / 'wheels'}"]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-cache-dir"]
    installed = machine.run(*pip, *wheels, f"--target={tmp_path}", "trackgate")
    logged = machine.run(
        sys.executable, "-c", _LOG_A_METRIC, PYTHONPATH=str(tmp_path), **shown
    )
    people = machine.run("here/scripts/users", "list")

    assert health.stdout == "OK"
    assert "admin  admin" in people.stdout
    assert outside.returncode != 0
    assert installed.returncode == 0, installed.stdout
    assert logged.stdout.splitlines()[-2:] == [
        str(tmp_path / "trackgate" / "__init__.py"),
        "0.5",
    ]


def test_a_bundle_holds_what_is_needed_and_no_secret(bundle: Path) -> None:
    with tarfile.open(bundle) as packed:
        members = packed.getmembers()
        about = packed.extractfile("ABOUT")
        assert about is not None
        described = about.read().decode()
    names = [member.name for member in members]

    assert names == sorted(names)
    assert all(member.isfile() and not member.uid for member in members)
    for version in ("cp311", "cp312", "cp313", "cp314"):
        assert any("msgspec" in name and version in name for name in names)
    assert "files/compose.postgres.yaml" in names
    assert not any(name.endswith("/.env") for name in names)
    assert "setting TRACKGATE_TAG=test\n" in described
    assert "not-in-the-bundle" not in described


def test_loading_again_upgrades_and_leaves_what_is_the_admins(
    machine: Machine, loaded: str, bundle: Path
) -> None:
    here = machine.folder / "here"
    settings = (here / ".env").read_text() + "# mine\n"
    (here / ".env").write_text(settings)
    (here / "tls").mkdir()
    (here / "compose.yaml").write_text("name: trackgate\n")
    (here / "wheels" / "trackgate-0.0.1-py3-none-any.whl").touch()

    again = machine.load(bundle, "--to=here")

    assert again.returncode == 0, again.stdout
    assert (here / ".env").read_text() == settings
    assert (here / "tls").is_dir()
    assert "services:" in (here / "compose.yaml").read_text()
    assert not list(here.glob("wheels/trackgate-0.0.1*"))
    assert (
        "somebody can log in already"
        in machine.run(
            "docker", "compose", "--project-directory", str(here), "logs", "setup"
        ).stdout
    )


@pytest.mark.parametrize("damage", ["a flipped byte", "cut"])
def test_a_damaged_bundle_is_refused(
    machine: Machine, bundle: Path, tmp_path: Path, damage: str
) -> None:
    damaged = tmp_path / "damaged.tar"
    shutil.copyfile(bundle, damaged)
    middle = damaged.stat().st_size // 2
    with damaged.open("r+b") as file:
        if damage == "cut":
            file.truncate(middle)
        else:
            file.seek(middle)
            byte = file.read(1)[0]
            file.seek(middle)
            file.write(bytes([byte ^ 1]))

    result = machine.load(damaged, "--to=elsewhere")

    assert result.returncode == 1
    assert re.fullmatch(rf"bundle: {damaged} is damaged[^\n]*\n", result.stdout)
    assert not (machine.folder / "elsewhere").exists()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../evil", tarfile.REGTYPE),
        ("/etc/evil", tarfile.REGTYPE),
        ("files/../../evil", tarfile.REGTYPE),
        ("files/.env", tarfile.REGTYPE),
        ("files/scripts/bundle", tarfile.SYMTYPE),
        ("files/scripts/bundle", tarfile.LNKTYPE),
        ("wheels", tarfile.DIRTYPE),
    ],
)
def test_a_bundle_with_anything_unexpected_is_not_unpacked(
    machine: Machine, tmp_path: Path, name: str, kind: bytes
) -> None:
    forged = tmp_path / "forged.tar"
    with tarfile.open(forged, "w") as packed:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc/passwd"
        packed.addfile(member, io.BytesIO())

    result = machine.load(forged, "--to=elsewhere")

    assert result.returncode == 1
    assert f"{forged} is no bundle: it holds {name}" in result.stdout
    assert result.stdout.count("\n") == 1
    assert not (machine.folder / "elsewhere").exists()


def test_somebody_elses_folder_is_left_alone(
    machine: Machine, bundle: Path, tmp_path: Path
) -> None:
    (tmp_path / "README.md").write_text("mine")

    result = machine.load(bundle, f"--to={tmp_path}")

    assert result.returncode == 1
    assert "holds other files; choose another folder with --to" in result.stdout
    assert (tmp_path / "README.md").read_text() == "mine"


def _shown_once(machine: Machine) -> dict[str, str]:
    """What the set-up said to the first user."""
    inside = ("--project-directory", str(machine.folder / "here"))
    logs = machine.run("docker", "compose", *inside, "logs", "--no-color", "setup")
    return dict(re.findall(r"export (TRACKING_\w+)=(\S+)", logs.stdout))

"""Images of projects that a cluster pulls from a registry."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from trackgate import TrackingClient
from trackgate.environments.engine import Engine
from trackgate.errors import InvalidState
from trackgate.projects import run

from tests.environment.ports import free_port
from tests.fixtures.sites import Stack
from tests.projects.small_cluster import SmallCluster
from tests.projects.small_registry import SmallRegistry

pytestmark = [pytest.mark.containers, pytest.mark.slow]

_MLPROJECT = """
name: pushed
docker_env:
  build: image
entry_points:
  main:
    command: "echo it runs"
"""
# Its only file is this one, so that nothing has to be pulled.
_DOCKERFILE = "FROM scratch\nCOPY Dockerfile /\n"
_TEMPLATE = """
kind: Job
spec:
  template:
    spec:
      containers: [{}]
"""


@pytest.fixture
def registry(engine: None) -> Iterator[SmallRegistry]:
    with SmallRegistry() as started:
        yield started
        started.shutdown()


@pytest.fixture(autouse=True)
def no_image_stays(engine: None) -> Iterator[None]:
    before = _images()
    yield
    made = [name for name in _images() - before if name.startswith("127.0.0.1:")]
    subprocess.run(["docker", "image", "rm", *made], check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "image").mkdir(parents=True)
    (folder / "image" / "Dockerfile").write_text(_DOCKERFILE)
    (folder / "MLproject").write_text(_MLPROJECT)
    (tmp_path / "job.yaml").write_text(_TEMPLATE)
    return folder


@pytest.fixture
def cluster(project: Path, tmp_path: Path) -> Iterator[SmallCluster]:
    small = SmallCluster(project)
    small.write_config(tmp_path / "home")
    yield small
    small.stop()


def test_the_cluster_is_given_the_very_image_that_was_pushed(
    as_ada: Stack, registry: SmallRegistry, cluster: SmallCluster, project: Path
) -> None:
    repository = f"{registry.address}/team/tree"

    submitted = run(
        project,
        backend="kubernetes",
        backend_config={
            "kube-job-template-path": str(project.with_name("job.yaml")),
            "repository-uri": repository,
        },
    )

    found = TrackingClient().get_run(submitted.run_id)
    uri = found.data.tags["mlflow.docker.image.uri"]
    digest = registry.manifests[uri.removeprefix(f"{registry.address}/")]
    (container,) = cluster.made[0]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"{repository}@{digest}"


def test_a_registry_that_takes_no_image_is_named(
    as_ada: Stack, engine: None, cluster: SmallCluster, project: Path
) -> None:
    nobody = f"127.0.0.1:{free_port()}/tree"
    settings = {
        "kube-job-template-path": str(project.with_name("job.yaml")),
        "repository-uri": nobody,
    }

    with pytest.raises(InvalidState, match=f"'{nobody}:.*' was not pushed"):
        run(project, backend="kubernetes", backend_config=settings)

    assert cluster.made == []


def test_the_name_of_a_pushed_image_has_no_tag(
    engine: None, registry: SmallRegistry, tmp_path: Path
) -> None:
    (tmp_path / "Dockerfile").write_text(_DOCKERFILE)
    name = f"{registry.address}/tree"
    known = Engine.find()
    known.build(f"{name}:first", str(tmp_path))

    pushed = known.push(f"{name}:first")

    assert pushed == f"{name}@{registry.manifests['tree:first']}"


def _images() -> set[str]:
    listing = ["docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]
    known = subprocess.run(listing, check=True, capture_output=True, text=True)
    return set(known.stdout.split())

"""Projects as Jobs of a Kubernetes cluster."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import trackgate
from trackgate import MlflowException, TrackingClient
from trackgate.errors import TrackgateError
from trackgate.projects import ExecutionException, SubmittedRun, run
from trackgate.projects.backends.kubernetes.manifest import (
    Container,
    job_manifest,
    new_name,
)
from trackgate.projects.backends.kubernetes.settings import JobTemplate

from tests.fixtures.sites import PASSWORDS, Stack
from tests.fixtures.waiting import wait_until
from tests.projects.shown_blocks import SECTIONS
from tests.projects.small_cluster import SmallCluster

_MLPROJECT = f"""
name: Tree Counting
docker_env:
  image: registry.example.org/tree:1
  environment: [["GREETING", "hello"], "API_TOKEN"]
entry_points:
  main:
    parameters:
      depth: {{type: int, default: 2}}
    command: "{sys.executable} count.py {{depth}}"
  fails:
    command: "echo it fails; exit 3"
  waits:
    command: "echo it waits; sleep 600"
  prints:
    command: "echo first; echo second; sleep 0.1; echo third"
  reads:
    parameters:
      data: {{type: path, default: count.py}}
    command: "wc -l {{data}}"
"""
_PROGRAM = """
import os, sys
import trackgate
with trackgate.start_run():
    trackgate.log_metric("depth", float(sys.argv[1]))
print(os.environ["GREETING"], os.environ["API_TOKEN"])
"""
# As MLflow's page has it ("Run an MLflow Project on Kubernetes"), the words in place
# of what is filled in included.
_TEMPLATE = """
apiVersion: batch/v1
kind: Job
metadata:
  name: "{replaced with MLflow Project name}"
  namespace: training
spec:
  ttlSecondsAfterFinished: 100
  backoffLimit: 0
  template:
    spec:
      containers:
      - name: "{replaced with MLflow Project name}"
        image: "{replaced with URI of Docker image}"
        command: ["{replaced with MLflow Project entry point command}"]
        env: ["{appended with MLFLOW_TRACKING_URI}"]
        resources:
          limits: {memory: 512Mi}
      restartPolicy: Never
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "MLproject").write_text(_MLPROJECT)
    (folder / "count.py").write_text(_PROGRAM)
    return folder


@pytest.fixture
def template(tmp_path: Path) -> Path:
    file = tmp_path / "template.yaml"
    file.write_text(_TEMPLATE)
    return file


@pytest.fixture
def cluster(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SmallCluster]:
    monkeypatch.setenv("API_TOKEN", "a-secret-token")
    small = SmallCluster(project)
    small.write_config(tmp_path / "home")
    yield small
    small.stop()


@pytest.fixture
def client(as_ada: Stack, cluster: SmallCluster) -> Iterator[TrackingClient]:
    """Ada's, and what is run with it is run in the cluster."""
    trackgate.set_tracking_uri(as_ada.address)
    yield TrackingClient()
    trackgate.set_tracking_uri(None)


def _run(project: Path, template: Path, **given: Any) -> SubmittedRun:
    config = {"kube-job-template-path": str(template)}
    return run(
        project,
        backend="kubernetes",
        backend_config={**config, **given.pop("config", {})},
        experiment_name="clusters",
        build_image=False,
        **given,
    )


def test_a_project_runs_in_a_pod_and_its_run_has_what_it_logs_and_prints(
    client: TrackingClient,
    project: Path,
    template: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    submitted = _run(project, template, parameters={"depth": 3})

    found = client.get_run(submitted.run_id)
    assert found.info.status == submitted.get_status() == "FINISHED"
    assert found.info.user_id == "ada"
    assert found.data.metrics == {"depth": 3.0}
    assert found.data.params == {"depth": "3"}
    assert found.data.tags["mlflow.project.backend"] == "kubernetes"
    assert found.data.tags["mlflow.project.env"] == "docker"
    assert _kept(client, submitted) == "hello a-secret-token\n"
    assert capfd.readouterr().out == "hello a-secret-token\n"


def test_what_is_secret_is_only_in_a_secret_that_the_job_owns(
    client: TrackingClient, cluster: SmallCluster, project: Path, template: Path
) -> None:
    _run(project, template)

    job, secret = cluster.made
    assert PASSWORDS["ada"] not in str(job)
    assert "a-secret-token" not in str(job)
    assert secret["metadata"]["ownerReferences"][0]["uid"] == job["metadata"]["uid"]
    names = {"USERNAME", "PASSWORD"}
    assert set(secret["data"]) == {
        *(f"TRACKING_{name}" for name in names),
        *(f"MLFLOW_TRACKING_{name}" for name in names),
        "API_TOKEN",
    }


@pytest.mark.parametrize("version", ["1.25", "1.31", "latest"])
def test_the_job_fits_the_published_schemas(version: str, template: Path) -> None:
    if version == "latest":
        version = kubernetes_validate.latest_version()
    container = Container(
        job_name=new_name("Tree Counting"),
        name="tree-counting",
        run_id="0" * 32,
        image="registry.example.org/tree@sha256:0",
        command=["sh", "-c", "true"],
        variables={"TRACKING_URI": "https://track.example.org"},
        secret=["TRACKING_PASSWORD"],
    )

    made = job_manifest(JobTemplate.read(template).manifest, container)

    assert kubernetes_validate.validate(made, version, strict=True)
    pod = made["spec"]["template"]["spec"]
    assert pod["containers"][0]["resources"] == {"limits": {"memory": "512Mi"}}
    assert [one["name"] for one in pod["containers"][0]["env"]] == [
        "TRACKING_URI",
        "TRACKING_PASSWORD",
    ]


@pytest.mark.parametrize("name", ["Ünïcode & co", "x" * 200, "", "-a-", "A_b.c"])
def test_any_projects_name_makes_a_name_for_a_job(name: str) -> None:
    made = new_name(name)

    assert len(made) <= 63
    assert made.replace("-", "").isalnum()
    assert made.isascii()
    assert made == made.lower().strip("-")
    assert made != new_name(name)


def test_a_failing_program_fails_its_run(
    client: TrackingClient, project: Path, template: Path
) -> None:
    with pytest.raises(ExecutionException, match="FAILED") as caught:
        _run(project, template, entry_point="fails")

    run_id = str(caught.value).split()[2]
    assert client.get_run(run_id).info.status == "FAILED"


def test_output_that_was_cut_off_is_shown_and_kept_once(
    client: TrackingClient, cluster: SmallCluster, project: Path, template: Path
) -> None:
    cluster.cuts = 2

    submitted = _run(project, template, entry_point="prints")

    assert _kept(client, submitted) == "first\nsecond\nthird\n"


def test_a_cancelled_run_leaves_nothing_in_the_cluster(
    client: TrackingClient, cluster: SmallCluster, project: Path, template: Path
) -> None:
    submitted = _run(project, template, entry_point="waits", synchronous=False)
    wait_until(lambda: _lines(cluster) == [b"it waits\n"])

    submitted.cancel()

    assert submitted.get_status() == "KILLED"
    assert client.get_run(submitted.run_id).info.status == "KILLED"
    assert cluster.pods == cluster.secrets == {}


def test_a_job_that_somebody_else_removes_is_killed(
    client: TrackingClient, cluster: SmallCluster, project: Path, template: Path
) -> None:
    submitted = _run(project, template, entry_point="waits", synchronous=False)
    wait_until(lambda: _lines(cluster) == [b"it waits\n"])

    cluster.remove_job(*cluster.pods)

    assert not submitted.wait()
    assert client.get_run(submitted.run_id).info.status == "KILLED"


@pytest.mark.parametrize("kind", ["Job", "Secret"])
def test_what_the_cluster_refuses_is_said_and_nothing_stays_there(
    client: TrackingClient,
    cluster: SmallCluster,
    project: Path,
    template: Path,
    kind: str,
) -> None:
    cluster.refused = {kind}

    with pytest.raises(TrackgateError, match=f"Kubernetes says: {kind.lower()}s are"):
        _run(project, template)

    assert cluster.pods == {}
    (newest, *_) = _runs(client)
    assert newest.info.status == "FAILED"


def test_a_template_that_says_so_has_its_own_tries_and_namespace(
    client: TrackingClient, cluster: SmallCluster, project: Path, template: Path
) -> None:
    text = template.read_text().replace("backoffLimit: 0", "backoffLimit: 2")
    template.write_text(text.replace("  namespace: training\n", ""))

    _run(project, template)

    (job, _) = cluster.made
    assert job["spec"]["backoffLimit"] == 2
    assert job["metadata"]["namespace"] == "research"


def test_the_cluster_may_know_the_server_by_another_address(
    client: TrackingClient,
    cluster: SmallCluster,
    project: Path,
    template: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = client.tracking_uri.replace("127.0.0.1", "127.0.0.2")
    monkeypatch.setenv("KUBE_MLFLOW_TRACKING_URI", there)

    with pytest.raises(ExecutionException):
        _run(project, template, entry_point="fails")

    (container,) = cluster.made[0]["spec"]["template"]["spec"]["containers"]
    told = {one["name"]: one.get("value") for one in container["env"]}
    assert told["TRACKING_URI"] == told["MLFLOW_TRACKING_URI"] == there


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("kind: Job", "kind: Pod", r"template\.yaml: `kind` has to be Job"),
        ("containers:", "boxes:", r"`spec\.template\.spec\.containers` has to be"),
        ("kind: Job", "kind: [", r"template\.yaml cannot be read"),
    ],
)
def test_a_wrong_template_is_named_with_its_field(
    client: TrackingClient,
    project: Path,
    template: Path,
    old: str,
    new: str,
    complaint: str,
) -> None:
    template.write_text(template.read_text().replace(old, new))

    with pytest.raises(MlflowException, match=complaint):
        _run(project, template)


def test_settings_that_are_missing_or_name_nothing_are_named(
    client: TrackingClient, project: Path, template: Path
) -> None:
    with pytest.raises(MlflowException, match="needs 'kube-job-template-path'"):
        run(project, backend="kubernetes", backend_config={})
    with pytest.raises(MlflowException, match="called 'there'; there are here"):
        _run(project, template, config={"kube-context": "there"})
    config = {"kube-job-template-path": str(template)}
    with pytest.raises(MlflowException, match="needs 'repository-uri'"):
        run(project, backend="kubernetes", backend_config=config)


def test_a_path_is_the_projects_own_or_refused_with_its_place_in_the_file(
    client: TrackingClient, cluster: SmallCluster, project: Path, template: Path
) -> None:
    with pytest.raises(ExecutionException, match="FAILED"):
        _run(project, template, entry_point="reads")
    with pytest.raises(
        ExecutionException, match=r"MLproject, entry point 'reads', field 'parameters"
    ):
        _run(project, template, entry_point="reads", parameters={"data": "/etc/hosts"})

    (container,) = cluster.made[0]["spec"]["template"]["spec"]["containers"]
    assert container["command"][-1] == "wc -l /mlflow/projects/code/count.py"


def _kept(client: TrackingClient, submitted: SubmittedRun) -> str:
    return Path(client.download_artifacts(submitted.run_id, "output.log")).read_text()


def _lines(cluster: SmallCluster) -> list[bytes]:
    """What all Pods have printed so far, without the times."""
    return [
        line.partition(b" ")[2] for pod in cluster.pods.values() for line in pod.lines
    ]


def _runs(client: TrackingClient) -> list[trackgate.entities.Run]:
    experiment = client.get_experiment_by_name("clusters")
    assert experiment is not None
    return list(client.search_runs([experiment.experiment_id]))


def test_what_the_docs_show_runs(
    client: TrackingClient,
    cluster: SmallCluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    section = SECTIONS["Kubernetes"]
    place = tmp_path / "place"
    (place / "tree").mkdir(parents=True)
    for name, text in re.findall(r"```yaml\n# (\S+)\n(.*?)```", section, re.DOTALL):
        (place / name).write_text(text)
    (settings,) = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    (place / "cluster.json").write_text(settings)
    (command,) = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    cluster.write_config(Path.home(), context="research")

    shown = subprocess.run(
        ["bash", "-c", command], cwd=place, capture_output=True, text=True, check=False
    )

    assert shown.stdout == "depth 3\n", shown.stderr
    job, secret = cluster.made
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["resources"]["requests"] == {"cpu": "500m", "memory": "256Mi"}
    assert "API_TOKEN" in secret["data"]

"""`compose.s3.yaml`: artifacts in a bucket, the keys with the servers alone."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.containers.conftest import NewStack
from tests.containers.stacks import PROJECT, Stack
from tests.environment import s3
from tests.environment.missing import missing

pytestmark = [pytest.mark.slow, pytest.mark.containers]

_API = "/api/2.0/mlflow"
_STORE = "/api/2.0/mlflow-artifacts/artifacts"
_SECRET = "only for this test"


@pytest.fixture(scope="module")
def s3_stack(new_stack: NewStack, request: pytest.FixtureRequest) -> Stack:
    """One server, a bucket beside it."""
    if not s3.PROGRAM.exists():
        missing(request.config, "no S3 server (juicefs)")
    stack = new_stack(
        COMPOSE_FILE="compose.yaml:compose.s3.yaml:tests/containers/s3.yaml",
        S3_DESTINATION=f"s3://{s3.BUCKET}/site",
        S3_ENDPOINT="http://bucket:9000",
        S3_CREDENTIALS="./s3-credentials",
        S3_SECRET=_SECRET,
    )
    (stack.folder / "s3-credentials").write_text(s3.credentials("tester", _SECRET))
    bucket = stack.folder / "bucket"
    bucket.mkdir()
    shutil.copy(s3.PROGRAM, bucket)
    stack.start()
    return stack


def test_artifacts_go_to_the_bucket_and_come_back(s3_stack: Stack) -> None:
    created = s3_stack.ask("POST", f"{_API}/runs/create", json={"experiment_id": "0"})
    run = created.json()["run"]["info"]
    path = run["artifact_uri"].removeprefix("mlflow-artifacts:/")
    content = bytes(range(256)) * 20_000

    stored = s3_stack.ask("PUT", f"{_STORE}/{path}/model/x", data=content)
    fetched = s3_stack.ask("GET", f"{_STORE}/{path}/model/x")
    part = s3_stack.ask(
        "GET", f"{_STORE}/{path}/model/x", headers={"Range": "bytes=-3"}
    )
    anonymous = s3_stack.ask("GET", f"{_STORE}/{path}/model/x", name=None)

    assert stored.status_code == 200, stored.text
    assert fetched.content == content
    assert part.content == content[-3:]
    assert anonymous.status_code == 401
    [server] = s3_stack.containers("server")
    here = s3_stack.inside(server, "find", "/store", "-type", "f", "-size", "+0")
    assert here.stdout == ""


def test_what_was_deleted_is_removed_from_the_bucket(s3_stack: Stack) -> None:
    created = s3_stack.ask("POST", f"{_API}/runs/create", json={"experiment_id": "0"})
    run = created.json()["run"]["info"]
    path = run["artifact_uri"].removeprefix("mlflow-artifacts:/")
    s3_stack.ask("PUT", f"{_STORE}/{path}/x", data=b"x")
    s3_stack.ask("POST", f"{_API}/runs/delete", json={"run_id": run["run_id"]})

    said = s3_stack.run("run", "--rm", "setup", "gc")

    assert "Purged 1 runs" in said
    assert s3_stack.ask("GET", f"{_STORE}/{path}/x").status_code == 404


def test_the_proxy_has_no_keys_and_logs_tell_none(s3_stack: Stack) -> None:
    [proxy] = s3_stack.containers("proxy")
    found = s3_stack.inspect(proxy)

    assert not any("s3" in mount["Destination"] for mount in found["Mounts"])
    assert not any("AWS" in line for line in found["Config"]["Env"])
    for service in ("setup", "server", "proxy"):
        assert _SECRET not in s3_stack.logs(service)


@pytest.mark.parametrize("name", ["S3_DESTINATION", "S3_CREDENTIALS"])
def test_what_must_be_set_is_named(engine: None, tmp_path: Path, name: str) -> None:
    settings = {
        "COMPOSE_FILE": "compose.yaml:compose.s3.yaml",
        "S3_DESTINATION": "s3://bucket",
        "S3_CREDENTIALS": "./s3-credentials",
    }
    del settings[name]
    for file in settings["COMPOSE_FILE"].split(":"):
        shutil.copy(PROJECT / file, tmp_path)
    lines = [f"{key}={value}\n" for key, value in settings.items()]
    (tmp_path / ".env").write_text("".join(lines))

    refused = subprocess.run(
        ["docker", "compose", "config", "--quiet"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode != 0
    assert f"required variable {name} is missing" in refused.stderr
    assert f"in .env, as in {name}=" in refused.stderr

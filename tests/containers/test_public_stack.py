"""A stack as a company runs it: a public address, TLS, S3, an older version's data."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from tests.containers.conftest import NewStack
from tests.containers.stacks import PROJECT, Refused, Stack
from tests.environment import s3
from tests.environment.missing import missing
from tests.environment.ports import free_port
from tests.fixtures import old_database

pytestmark = [pytest.mark.slow, pytest.mark.containers]

_API = "/api/2.0/mlflow"
_ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts"
_SECRET = "only for this test"


@pytest.fixture(scope="module")
def public_stack(new_stack: NewStack, request: pytest.FixtureRequest) -> Stack:
    """Its database was made by the first version, before this one started."""
    if not s3.PROGRAM.exists():
        missing(request.config, "no S3 server (juicefs)")
    port = str(free_port())
    prepared = new_stack(
        COMPOSE_FILE="compose.yaml:compose.s3.yaml:tests/containers/s3.yaml",
        PORT=port,
        BIND="127.0.0.1",
        PUBLIC_URL=f"https://localhost:{port}/tracking",
        S3_DESTINATION=f"s3://{s3.BUCKET}/site",
        S3_ENDPOINT="http://bucket:9000",
        S3_CREDENTIALS="./s3-credentials",
        S3_SECRET=_SECRET,
    )
    keys = prepared.folder / "s3-credentials"
    keys.write_text(s3.credentials("tester", _SECRET))
    # A command that another test ran here may have left its umask.
    keys.chmod(0o644)
    bucket = prepared.folder / "bucket"
    bucket.mkdir()
    shutil.copy(s3.PROGRAM, bucket)
    _write_old_database(prepared)
    prepared.start()
    [proxy] = prepared.containers("proxy")
    certificate = prepared.inside(proxy, "cat", "/config/proxy/tls/self-signed.pem")
    (prepared.folder / "self-signed.pem").write_text(certificate.stdout)
    return prepared


def test_an_upgrade_keeps_all_data_and_a_copy_of_the_database(
    public_stack: Stack,
) -> None:
    path = f"{_API}/runs/get?run_id={old_database.RUN}"
    run = _ask(public_stack, "GET", path).json()["run"]
    history = f"{_API}/metrics/get-history?run_id={old_database.RUN}&metric_key=loss"
    metrics = _ask(public_stack, "GET", history).json()["metrics"]
    [server] = public_stack.containers("server")
    kept = public_stack.inside(server, "ls", "/database").stdout

    assert run["data"]["params"] == [{"key": "rate", "value": old_database.PARAM}]
    assert [str(metric["value"]) for metric in metrics] == [
        "0.1",
        "-0.0",
        "Infinity",
        "-Infinity",
        "5e-324",
        "NaN",
    ]
    assert f"tracking.db.at-{old_database.FIRST}-" in kept
    assert f"from {old_database.FIRST} to" in public_stack.logs("setup")


def test_the_site_speaks_tls_below_its_path(public_stack: Stack) -> None:
    # A certificate made here is nobody's but ours.
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(public_stack.address, timeout=10)

    assert _ask(public_stack, "GET", "/version").status_code == 200
    port = public_stack.address.split(":")[2].split("/")[0]
    page = {"Accept": "text/html"}
    plain = requests.get(
        f"http://localhost:{port}/tracking/",
        headers=page,
        timeout=10,
        allow_redirects=False,
    )
    assert plain.headers["Location"] == f"https://localhost:{port}/tracking/"


def test_artifacts_lie_in_the_bucket_and_pass_through_the_proxy(
    public_stack: Stack,
) -> None:
    made = _ask(
        public_stack, "POST", f"{_API}/runs/create", json={"experiment_id": "0"}
    )
    run = made.json()["run"]["info"]
    content = secrets.token_bytes(12_000_000)
    path = f"{_ARTIFACTS}/0/{run['run_id']}/artifacts/weights.bin"

    assert _ask(public_stack, "PUT", path, data=content).status_code == 200

    assert _ask(public_stack, "GET", path).content == content
    part = _ask(public_stack, "GET", path, headers={"Range": "bytes=11999990-"})
    assert part.content == content[-10:]
    assert _ask(public_stack, "GET", path, name=None).status_code == 401
    [server] = public_stack.containers("server")
    left = public_stack.inside(server, "find", "/store", "-type", "f", "-size", "+1k")
    assert left.stdout == ""


def test_what_was_deleted_is_removed_from_the_bucket(public_stack: Stack) -> None:
    made = _ask(
        public_stack, "POST", f"{_API}/runs/create", json={"experiment_id": "0"}
    )
    run_id = made.json()["run"]["info"]["run_id"]
    path = f"{_ARTIFACTS}/0/{run_id}/artifacts/x"
    _ask(public_stack, "PUT", path, data=b"x")
    _ask(public_stack, "POST", f"{_API}/runs/delete", json={"run_id": run_id})

    said = public_stack.run("run", "--rm", "setup", "gc", "--run-ids", run_id)

    assert "Purged 1 runs" in said
    assert _ask(public_stack, "GET", path).status_code == 404


def test_the_proxy_has_no_keys_and_logs_tell_none(public_stack: Stack) -> None:
    [proxy] = public_stack.containers("proxy")
    found = public_stack.inspect(proxy)

    assert not any("s3" in mount["Destination"] for mount in found["Mounts"])
    assert not any("AWS" in line for line in found["Config"]["Env"])
    for service in ("setup", "server", "proxy"):
        assert _SECRET not in public_stack.logs(service)


def test_going_back_is_refused_with_a_line_that_says_how(public_stack: Stack) -> None:
    """The last test of this stack: its database is then a newer version's."""
    later = (
        "import sqlite3; db = sqlite3.connect('/database/tracking.db');"
        " db.execute(\"UPDATE alembic_version SET version_num = '9999'\"); db.commit()"
    )
    _python(public_stack, "-c", later)

    with pytest.raises(Refused) as refused:
        public_stack.run("run", "--rm", "--no-deps", "--no-TTY", "setup")

    [line] = [line for line in str(refused.value).splitlines() if "9999" in line]
    assert "newer" in line
    assert "trackgate db restore" in line


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


def _write_old_database(stack: Stack) -> None:
    program = PROJECT / "tests" / "fixtures" / "old_database.py"
    stack.run("build", "--quiet", "server")
    _python(stack, "/old_database.py", "/database/tracking.db", mounted=program)


def _python(stack: Stack, *words: str, mounted: Path | None = None) -> None:
    """Run Python in the server's image, with the volumes of setup."""
    mounts = ["--volume", f"{mounted}:/{mounted.name}:ro"] if mounted else []
    options = ("--rm", "--no-deps", "--no-TTY", "--entrypoint", "python", *mounts)
    stack.run("run", *options, "setup", *words)


def _ask(stack: Stack, method: str, path: str, **given: object) -> requests.Response:
    certificate = str(stack.folder / "self-signed.pem")
    return stack.ask(method, path, verify=certificate, **given)

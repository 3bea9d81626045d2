"""The whole application in-process, as the artifact tests use it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from trackgate_server.http import app
from trackgate_server.settings import Settings
from trackgate_server.store import migrate, people
from trackgate_server.store.database import open_database
from werkzeug.test import TestResponse

API = "/api/2.0/mlflow"
STORE = "/api/2.0/mlflow-artifacts"
# For tests that look at the disk: on an application of their own.
ON_DISK = pytest.mark.parametrize("site", ["own folder"], indirect=True)
# For tests that ask nothing of where bytes are.
ONCE = pytest.mark.parametrize("site", ["folder"], indirect=True)


class Site:
    """One application on a data folder of its own, and a client of it.

    headers  what the proxy adds to each request; see `as_user`
    """

    def __init__(self, data_dir: Path, **chosen: Any) -> None:
        data_dir.mkdir(exist_ok=True)
        self.settings = Settings(data_dir=data_dir, **chosen)
        database = open_database(self.settings.database_uri, connections=1)
        migrate.upgrade(database)
        database.close()
        self.services = app.start_services(self.settings)
        self.http: FlaskClient = app.assemble(self.services).test_client()
        self.headers: dict[str, str] = {}

    @property
    def root(self) -> Path:
        """Where the bytes are."""
        return self.settings.artifact_root

    def close(self) -> None:
        self.services.database.close()

    def give_role(self, name: str, role: str | None) -> None:
        if role is None:
            self.services.database.write(
                lambda db: people.remove_role(db, name, "test", 0)
            )
            return
        self.services.database.write(
            lambda db: people.set_role(db, name, role, "test", 0)
        )

    def as_user(self, name: str) -> None:
        """What the proxy says from now on."""
        self.headers = {"X-Trackgate-User": name}

    def ask(self, method: str, path: str, **given: Any) -> TestResponse:
        headers = self.headers | given.pop("headers", {})
        url = self.settings.static_prefix + path
        return self.http.open(
            url, method=method, headers=headers, buffered=True, **given
        )

    def call(self, name: str, /, **fields: Any) -> Any:
        """A JSON call that must succeed."""
        answer = self.ask("POST", f"{API}/{name}", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json

    def run(self, experiment_id: str = "0") -> dict[str, Any]:
        """A new run's info."""
        created = self.call("runs/create", experiment_id=experiment_id, start_time=1)
        return created["run"]["info"]

    def experiment(self, location: str) -> str:
        """A new experiment's id."""
        created = self.call(
            "experiments/create", name=location, artifact_location=location
        )
        return created["experiment_id"]

    def put(self, path: str, content: bytes = b"x", **given: Any) -> TestResponse:
        return self.ask("PUT", f"{STORE}/artifacts/{path}", data=content, **given)

    def get(self, path: str, **given: Any) -> TestResponse:
        return self.ask("GET", f"{STORE}/artifacts/{path}", **given)

    def delete(self, path: str) -> TestResponse:
        return self.ask("DELETE", f"{STORE}/artifacts/{path}")

    def listed(self, path: str) -> list[dict[str, Any]]:
        answer = self.ask("GET", f"{STORE}/artifacts", query_string={"path": path})
        assert answer.status_code == 200, answer.text
        return (answer.json or {}).get("files", [])

    def files_on_disk(self) -> list[str]:
        return sorted(
            str(path.relative_to(self.root))
            for path in self.root.rglob("*")
            if path.is_file() and not path.is_symlink()
        )


def home(run: dict[str, Any]) -> str:
    """A run's folder as paths in URLs name it."""
    return str(run["artifact_uri"]).removeprefix("mlflow-artifacts:/")


def error_of(answer: TestResponse) -> str:
    """The protocol's error code in an answer."""
    return str((answer.json or {}).get("error_code"))

"""A Kubernetes cluster, small: its API over HTTP, and Pods that are programs here.

What it is sent has to fit the published schemas. A Pod's container gets its variables
as the manifest says, those of Secrets included, and nothing else of this process but
PATH and HOME; it runs in the folder that stands for its image.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
import uuid
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import kubernetes_validate

_LOOK_AGAIN_S = 0.02


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Pod:
    """The one Pod of a Job; `code` is its exit code when it has ended."""

    job: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None
    lines: list[bytes] = field(default_factory=list)
    code: int | None = None

    @property
    def spec(self) -> dict[str, Any]:
        container: dict[str, Any] = self.job["spec"]["template"]["spec"]["containers"][
            0
        ]
        return container

    def shown(self) -> dict[str, Any]:
        """As "Pod v1 core", the few fields that are used."""
        name = self.job["metadata"]["name"]
        if self.process is None:
            reason = {"reason": "CreateContainerConfigError", "message": "no secret"}
            phase, state = "Pending", {"waiting": reason}
        elif self.code is None:
            phase, state = "Running", {"running": {"startedAt": _now()}}
        else:
            phase = "Failed" if self.code else "Succeeded"
            state = {"terminated": {"exitCode": self.code}}
        container = {
            **{"name": self.spec["name"], "image": self.spec["image"]},
            **{"imageID": "", "ready": False, "restartCount": 0, "state": state},
        }
        return {
            "metadata": {
                "name": f"{name}-pod",
                "creationTimestamp": self.job["metadata"]["creationTimestamp"],
            },
            "spec": {"containers": [self.spec]},
            "status": {"phase": phase, "containerStatuses": [container]},
        }


class SmallCluster:
    """Its state, and what tests do to it.

    folder      stands for every image
    refused     kinds that nobody may make: Job, Secret
    cuts        how often output is cut off after its first line
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.refused: set[str] = set()
        self.cuts = 0
        self.made: list[dict[str, Any]] = []
        self.pods: dict[str, Pod] = {}
        self.secrets: dict[str, dict[str, Any]] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    def write_config(self, home: Path, context: str = "here") -> None:
        """A kube config that knows it by that name, in a home folder."""
        address = f"http://127.0.0.1:{self._http.server_port}"
        known = {"cluster": "small", "user": "somebody", "namespace": "research"}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "small", "cluster": {"server": address}}],
            "users": [{"name": "somebody", "user": {"token": "a-token"}}],
            "contexts": [{"name": context, "context": known}],
            "current-context": context,
        }
        (home / ".kube").mkdir(exist_ok=True)
        (home / ".kube" / "config").write_text(json.dumps(config))

    def stop(self) -> None:
        for name in list(self.pods):
            self.remove_job(name)
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def make(self, namespace: str, manifest: dict[str, Any]) -> dict[str, Any]:
        kind = manifest["kind"]
        if kind in self.refused:
            raise Refusal(403, f"{kind.lower()}s are forbidden: somebody cannot create")
        try:
            newest = kubernetes_validate.latest_version()
            kubernetes_validate.validate(manifest, newest, strict=True)
        except kubernetes_validate.ValidationError as error:
            raise Refusal(422, f"{kind} is invalid: {error.message}") from None
        made = json.loads(json.dumps(manifest))
        made["metadata"].update(
            namespace=namespace, uid=str(uuid.uuid4()), creationTimestamp=_now()
        )
        self.made.append(made)
        name = made["metadata"]["name"]
        if kind == "Job":
            self.pods[name] = Pod(made)
            threading.Thread(target=self._run, args=(self.pods[name],)).start()
        else:
            self.secrets[name] = made
        return made

    def remove_job(self, name: str) -> None:
        pod = self._pod(name)
        while pod.process is not None and pod.code is None:
            os.killpg(pod.process.pid, signal.SIGKILL)
            time.sleep(_LOOK_AGAIN_S)
        # The cluster's collector removes what the Job owns.
        self.pods.pop(name, None)
        for secret in list(self.secrets):
            owners = self.secrets[secret]["metadata"]["ownerReferences"]
            if owners[0]["uid"] == pod.job["metadata"]["uid"]:
                del self.secrets[secret]

    def status(self, name: str) -> dict[str, Any]:
        pod = self._pod(name)
        status: dict[str, Any] = {}
        if pod.process is not None:
            status["startTime"] = _now()
        if pod.code is not None:
            ended = "Failed" if pod.code else "Complete"
            status["conditions"] = [{"type": ended, "status": "True"}]
        return {**pod.job, "status": status}

    def output(self, pod_name: str) -> Iterator[bytes]:
        pod = self._pod(pod_name.removesuffix("-pod"))
        sent = 0
        while sent < len(pod.lines) or pod.code is None:
            if sent < len(pod.lines):
                yield pod.lines[sent]
                sent += 1
                if self.cuts > 0:
                    self.cuts -= 1
                    raise ConnectionAbortedError
            else:
                time.sleep(_LOOK_AGAIN_S)

    def _pod(self, name: str) -> Pod:
        if name not in self.pods:
            raise Refusal(404, f'jobs.batch "{name}" not found')
        return self.pods[name]

    def _run(self, pod: Pod) -> None:
        name = pod.job["metadata"]["name"]
        while (variables := self._variables(pod.spec)) is None:
            if name not in self.pods:
                return
            time.sleep(_LOOK_AGAIN_S)
        pod.process = subprocess.Popen(
            pod.spec["command"],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert pod.process.stdout is not None
        with pod.process.stdout as printed:
            for line in printed:
                pod.lines.append(f"{_now()} ".encode() + line)
        pod.code = pod.process.wait()

    def _variables(self, container: dict[str, Any]) -> dict[str, str] | None:
        """The container's environment; None as long as a Secret is missing."""
        found: dict[str, str] = {}
        for entry in container.get("env", ()):
            if "value" in entry:
                found[entry["name"]] = entry["value"]
                continue
            wanted = entry["valueFrom"]["secretKeyRef"]
            if wanted["name"] not in self.secrets:
                return None
            value = self.secrets[wanted["name"]]["data"][wanted["key"]]
            found[entry["name"]] = b64decode(value).decode()
        return found


def _handler(cluster: SmallCluster) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path)
            *_, kind, name, part = path.path.split("/")
            if part == "log":
                self._stream(cluster.output(name))
            elif part == "pods":
                job = parse_qs(path.query)["labelSelector"][0].partition("=")[2]
                pods = [cluster.pods[job].shown()] if job in cluster.pods else []
                self._answer(200, {"kind": "PodList", "items": pods})
            else:
                assert (kind, part) == ("jobs", "status")
                self._try(lambda: cluster.status(name))

        def do_POST(self) -> None:
            namespace = self.path.split("/")[-2]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._try(lambda: cluster.make(namespace, json.loads(body)), 201)

        def do_DELETE(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            del body
            assert "propagationPolicy=Foreground" in self.path
            name = urlsplit(self.path).path.rpartition("/")[2]
            self._try(lambda: {"kind": "Status", **(cluster.remove_job(name) or {})})

        def _try(self, act: Any, success: int = 200) -> None:
            try:
                self._answer(success, act())
            except Refusal as refusal:
                status = {"kind": "Status", "status": "Failure"}
                self._answer(refusal.status, {**status, "message": str(refusal)})

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            encoded = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def _stream(self, lines: Iterator[bytes]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for line in lines:
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(line), line))
                self.wfile.write(b"0\r\n\r\n")
            except ConnectionError:
                # Cut off by us, or nobody waits for more of it.
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _now() -> str:
    """With nanoseconds, without the zeros at their end, as the cluster writes it."""
    moment_ns = time.time_ns()
    seconds = datetime.fromtimestamp(moment_ns // 10**9, UTC)
    fraction = f"{moment_ns % 10**9:09}".rstrip("0") or "0"
    return f"{seconds:%Y-%m-%dT%H:%M:%S}.{fraction}Z"

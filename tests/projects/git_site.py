"""Git repositories, and a web server that asks for a password before it shows one."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

_AUTHOR = {
    "GIT_AUTHOR_NAME": "ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}
LOGIN = "ada", "a:secret/of her@own"


def git(folder: Path, *words: str) -> str:
    """Run Git in a folder, as ada; what it prints."""
    return subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *words],
        cwd=folder,
        env={**os.environ, **_AUTHOR, "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def commit(folder: Path, **files: str) -> str:
    """Write files into a repository, made if need be; the commit that has them.

    `sub__main_py` stands for the file `sub/main.py`.
    """
    if not (folder / ".git").exists():
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet", "--initial-branch=trunk")
    for name, text in files.items():
        *folders, file = name.split("__")
        path = folder.joinpath(*folders, ".".join(file.rsplit("_", 1)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=next")
    return git(folder, "rev-parse", "HEAD")


class GitSite:
    """Repositories below a folder, over HTTP, as `git http-backend` serves them."""

    def __init__(self, root: Path, port: int) -> None:
        self.root = root
        self.port = port
        self.asked: list[str] = []

    def url(self, path: str, login: str = "") -> str:
        return f"http://{login}127.0.0.1:{self.port}/{path}"


@contextmanager
def serving(root: Path) -> Iterator[GitSite]:
    """Serve what is in a folder to those who know LOGIN; files as they are."""

    class Handler(_Handler):
        site = GitSite(root, 0)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Handler.site.port = server.server_port
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield Handler.site
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    site: ClassVar[GitSite]

    def do_GET(self) -> None:
        self.site.asked.append(self.path)
        if self.headers.get("Authorization") != _basic(*LOGIN):
            self._answer(401, b"", {"WWW-Authenticate": "Basic realm=git"})
            return
        path, _, query = self.path.partition("?")
        file = self.site.root / path.lstrip("/")
        if file.suffix == ".zip" and file.is_file():
            self._answer(200, file.read_bytes(), {})
            return
        self._ask_git(path, query)

    do_POST = do_GET

    def _ask_git(self, path: str, query: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        told = subprocess.run(
            ["git", "-c", "safe.directory=*", "http-backend"],
            input=body,
            env={
                **os.environ,
                "GIT_PROJECT_ROOT": str(self.site.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "REMOTE_USER": "ada",
            },
            capture_output=True,
            check=True,
        ).stdout
        head, _, content = told.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
        status = int(fields.pop("Status", "200").split()[0])
        self._answer(status, content, fields)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing; what was asked is kept."""


def _basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()

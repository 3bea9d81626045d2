"""A registry that images are pushed to, small ("OCI Distribution Specification")."""

from __future__ import annotations

import hashlib
import re
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

_BLOB = re.compile(r"/v2/(.+)/blobs/(sha256:\w+)")
_UPLOADS = re.compile(r"/v2/(.+)/blobs/uploads/(\S*)")
_MANIFEST = re.compile(r"/v2/(.+)/manifests/(\S+)")


class SmallRegistry(ThreadingHTTPServer):
    """Keeps what it is sent in memory.

    manifests  digests by repository and tag
    """

    daemon_threads = True

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.uploads: dict[str, bytes] = {}
        self.manifests: dict[str, str] = {}
        super().__init__(("127.0.0.1", 0), _Handler)
        self.address = f"127.0.0.1:{self.server_port}"
        Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SmallRegistry

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/v2/":
            self._answer(200)
            return
        blob, manifest = _BLOB.fullmatch(path), _MANIFEST.fullmatch(path)
        digest = blob[2] if blob else ""
        if manifest:
            digest = self.server.manifests.get(f"{manifest[1]}:{manifest[2]}", "")
        found = self.server.blobs.get(digest)
        if found is None:
            self._answer(404)
        else:
            self._answer(200, found, {"Docker-Content-Digest": digest})

    do_HEAD = do_GET

    def do_POST(self) -> None:
        self._body()
        self._take(str(uuid.uuid4()), b"")

    def do_PATCH(self) -> None:
        number = urlsplit(self.path).path.rpartition("/")[2]
        self._take(number, self.server.uploads[number] + self._body())

    def do_PUT(self) -> None:
        parts, body = urlsplit(self.path), self._body()
        manifest = _MANIFEST.fullmatch(parts.path)
        if manifest:
            digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
            self.server.manifests[f"{manifest[1]}:{manifest[2]}"] = digest
        else:
            (digest,) = parse_qs(parts.query)["digest"]
            body = self.server.uploads.pop(parts.path.rpartition("/")[2]) + body
        self.server.blobs[digest] = body
        self._answer(201, headers={"Docker-Content-Digest": digest})

    def _take(self, number: str, content: bytes) -> None:
        """Keep what there is of an upload, and say where more of it goes."""
        uploads = _UPLOADS.fullmatch(urlsplit(self.path).path)
        assert uploads is not None
        self.server.uploads[number] = content
        where = {
            "Location": f"/v2/{uploads[1]}/blobs/uploads/{number}",
            "Docker-Upload-UUID": number,
            "Range": f"0-{max(len(content) - 1, 0)}",
        }
        self._answer(202, headers=where)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        found = b""
        while size := int(self.rfile.readline(), 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""

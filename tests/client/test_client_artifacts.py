"""Files go up and down whole, in bounded memory, and never out of their folder."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
import trackgate
from matplotlib.figure import Figure
from trackgate import TrackingClient
from trackgate.errors import (
    BadRequest,
    InvalidParameterValue,
    InvalidState,
    NotFound,
    NotImplementedHere,
    Unreachable,
)
from trackgate.settings import Settings
from trackgate.uploads import FileWindow

from tests.client.broken_server import RUN, BrokenServer, Reply
from tests.fixtures.sites import Server

ToBroken = Callable[..., TrackingClient]

MIB = 1024 * 1024
# Letters that URLs, shells and file systems treat in ways of their own.
ODD_NAMES = ["ü ß.txt", "50%25.txt", "a+b&c=d.txt", "q?.txt", "#1.txt", "~;:@,$!.txt"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with files in it, and in a folder in it."""
    root = tmp_path / "tree"
    (root / "inner" / "deep").mkdir(parents=True)
    (root / "top.txt").write_text("top")
    (root / "empty").touch()
    (root / "inner" / "deep" / "data.bin").write_bytes(os.urandom(3 * MIB))
    return root


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_folder_comes_back_as_it_went(
    client: TrackingClient, run_id: str, tree: Path, tmp_path: Path
) -> None:
    client.log_artifacts(run_id, tree)
    target = tmp_path / "target"
    target.mkdir()

    where = client.download_artifacts(run_id, "", target)

    assert Path(where) == target
    assert contents(target) == contents(tree)


def test_a_folder_goes_under_its_name_where_a_file_may(
    client: TrackingClient, run_id: str, tree: Path
) -> None:
    client.log_artifact(run_id, tree, "models")

    files = client.list_artifacts(run_id, "models/tree")

    assert [(one.path, one.is_dir, one.file_size) for one in files] == [
        ("models/tree/empty", False, 0),
        ("models/tree/inner", True, None),
        ("models/tree/top.txt", False, 3),
    ]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_survive(
    client: TrackingClient, run_id: str, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text(name)
    client.log_artifact(run_id, tmp_path / name, "odd folder")

    (listed,) = client.list_artifacts(run_id, "odd folder")
    where = client.download_artifacts(run_id, f"odd folder/{name}")

    assert listed.path == f"odd folder/{name}"
    assert Path(where).read_text() == name


def test_the_same_artifact_has_several_addresses(fluent: str, tmp_path: Path) -> None:
    with trackgate.start_run() as run:
        trackgate.log_text("héllo", "sub/hello.txt")
        trackgate.log_dict({"a": [1]}, "sub/a.json")
        uri = trackgate.get_artifact_uri("sub/hello.txt")
    run_id = run.info.run_id

    assert trackgate.artifacts.load_text(uri) == "héllo"
    assert trackgate.artifacts.load_text(f"runs:/{run_id}/sub/hello.txt") == "héllo"
    assert trackgate.artifacts.load_dict(f"runs:/{run_id}/sub/a.json") == {"a": [1]}
    where = trackgate.artifacts.download_artifacts(
        run_id=run_id, artifact_path="sub/hello.txt", dst_path=tmp_path / "new"
    )
    assert where == str(tmp_path / "new" / "hello.txt")
    listed = trackgate.artifacts.list_artifacts(f"runs:/{run_id}/sub")
    assert [one.path for one in listed] == ["sub/a.json", "sub/hello.txt"]
    with pytest.raises(BadRequest, match="not JSON"):
        trackgate.artifacts.load_dict(f"runs:/{run_id}/sub/hello.txt")


def test_what_is_not_there_is_not_found(
    client: TrackingClient, run_id: str, tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match=r"missing\.txt"):
        client.download_artifacts(run_id, "missing.txt", tmp_path)
    with pytest.raises(NotFound, match="does not exist"):
        client.download_artifacts(run_id, "", tmp_path / "nowhere")
    with pytest.raises(NotFound, match="no local file"):
        client.log_artifact(run_id, tmp_path / "nothing.txt")
    assert list(tmp_path.glob("*.part")) == []


def test_locations_elsewhere_are_refused_plainly() -> None:
    trackgate.set_tracking_uri("http://127.0.0.1:9")
    with pytest.raises(NotImplementedHere, match="s3://bucket/x"):
        trackgate.artifacts.download_artifacts("s3://bucket/x")
    with pytest.raises(InvalidParameterValue, match=r"evil\.example"):
        trackgate.artifacts.list_artifacts("mlflow-artifacts://evil.example/x")
    trackgate.set_tracking_uri(None)


@pytest.mark.parametrize("path", ["../up", "a/../../b", "a//b", "a\\b", "a\nb"])
def test_paths_that_lead_elsewhere_are_refused(
    client: TrackingClient, run_id: str, tmp_path: Path, path: str
) -> None:
    (tmp_path / "f").touch()

    with pytest.raises(InvalidParameterValue, match="Invalid artifact path"):
        client.log_artifact(run_id, tmp_path / "f", path)
    with pytest.raises(InvalidParameterValue, match="Invalid artifact path"):
        client.download_artifacts(run_id, path)


@pytest.mark.parametrize("name", ["../../up", "/etc/passwd", "a/b", "..", "x\\y"])
def test_a_server_cannot_name_files_outside_of_the_folder(
    broken: BrokenServer, to_broken: ToBroken, tmp_path: Path, name: str
) -> None:
    listing = json.dumps({"files": [{"path": name, "is_dir": False}]}).encode()
    broken.reply(Reply(body=RUN), Reply(body=listing), Reply(body=b"owned"))
    target = tmp_path / "a" / "b"
    target.mkdir(parents=True)

    with pytest.raises(InvalidParameterValue):
        to_broken().download_artifacts("r", "", target)

    assert contents(tmp_path) == {}


def test_a_download_goes_on_where_it_broke(
    broken: BrokenServer, to_broken: ToBroken, tmp_path: Path
) -> None:
    etag = {"ETag": '"one"'}
    content = os.urandom(3 * MIB)
    broken.reply(
        Reply(body=RUN),
        Reply(body=b"{}"),
        Reply(body=content, headers=etag, cut=2 * MIB),
        Reply(206, content[2 * MIB :], headers=etag),
    )

    where = to_broken().download_artifacts("r", "file", tmp_path)

    assert Path(where).read_bytes() == content
    assert broken.requests[-1].headers["Range"] == f"bytes={2 * MIB}-"
    assert broken.requests[-1].headers["If-Range"] == '"one"'


def test_a_download_begins_anew_where_the_file_has_changed(
    broken: BrokenServer, to_broken: ToBroken, tmp_path: Path
) -> None:
    broken.reply(
        Reply(body=RUN),
        Reply(body=b"{}"),
        Reply(body=bytes(3 * MIB), headers={"ETag": '"one"'}, cut=2 * MIB),
        Reply(200, b"new", headers={"ETag": '"two"'}),
    )

    where = to_broken().download_artifacts("r", "file", tmp_path)

    assert Path(where).read_bytes() == b"new"


def test_half_a_file_is_never_seen(
    broken: BrokenServer, to_broken: ToBroken, tmp_path: Path
) -> None:
    broken.reply(Reply(body=RUN), Reply(body=b"{}"), Reply(body=b"0123456789", cut=0))

    with pytest.raises(Unreachable, match="broke after 0 bytes"):
        to_broken(max_retries=1).download_artifacts("r", "file", tmp_path / "home")

    assert contents(tmp_path) == {}


def test_an_upload_is_sent_again_from_its_beginning(
    broken: BrokenServer, to_broken: ToBroken, tmp_path: Path
) -> None:
    (tmp_path / "f.bin").write_bytes(b"0123456789")
    broken.reply(Reply(body=RUN), Reply(503), Reply())

    to_broken(username="ada", password="correct horse").log_artifact(
        "r", tmp_path / "f.bin"
    )

    first, second = broken.requests[1:]
    assert first.body == second.body == b"0123456789"
    assert first.path == "/api/2.0/mlflow-artifacts/artifacts/0/r/artifacts/f.bin"


def test_large_files_go_up_in_parts(
    server: Server, run_id: str, tmp_path: Path
) -> None:
    client = TrackingClient(
        server.address,
        settings=Settings(multipart_threshold=MIB, multipart_part_size=MIB),
    )
    content = os.urandom(5 * MIB + 17)
    (tmp_path / "large.bin").write_bytes(content)

    client.log_artifact(run_id, tmp_path / "large.bin", "sub")

    where = client.download_artifacts(run_id, "sub/large.bin")
    assert Path(where).read_bytes() == content


def test_parts_are_sent_without_the_password_and_each_by_itself(
    broken: BrokenServer, to_broken: ToBroken, tmp_path: Path
) -> None:
    (tmp_path / "f.bin").write_bytes(b"0123456789")
    urls = [f"{broken.address}/signed/{number}" for number in (1, 2, 3)]
    created = {
        "upload_id": "u",
        "credentials": [
            {"url": url, "part_number": number} for number, url in enumerate(urls, 1)
        ],
    }
    broken.reply(
        Reply(body=RUN),
        Reply(body=json.dumps(created).encode()),
        Reply(headers={"ETag": '"1"'}),
        Reply(503),
        Reply(headers={"ETag": '"2"'}),
        Reply(headers={"ETag": '"3"'}),
        Reply(),
    )

    to_broken(
        username="ada",
        password="correct horse",
        multipart_threshold=1,
        multipart_part_size=4,
        transfer_threads=1,
    ).log_artifact("r", tmp_path / "f.bin")

    parts = broken.requests[2:6]
    assert [part.body for part in parts] == [b"0123", b"4567", b"4567", b"89"]
    assert all("Authorization" not in part.headers for part in parts)
    completed = json.loads(broken.requests[-1].body)
    assert [part["etag"] for part in completed["parts"]] == ['"1"', '"2"', '"3"']


def test_an_upload_in_parts_that_fails_is_given_up(
    broken: BrokenServer, to_broken: ToBroken, tmp_path: Path
) -> None:
    (tmp_path / "f.bin").write_bytes(b"0123456789")
    part = {"url": f"{broken.address}/signed/1", "part_number": 1}
    created = json.dumps({"upload_id": "u", "credentials": [part]}).encode()
    broken.reply(Reply(body=RUN), Reply(body=created), Reply(500), Reply())

    with pytest.raises(trackgate.TrackgateError):
        to_broken(max_retries=0, multipart_threshold=1).log_artifact(
            "r", tmp_path / "f.bin"
        )

    assert broken.requests[-1].path.startswith("/api/2.0/mlflow-artifacts/mpu/abort/")


def test_a_server_without_parts_gets_the_file_whole(
    broken: BrokenServer, to_broken: ToBroken, tmp_path: Path
) -> None:
    (tmp_path / "f.bin").write_bytes(b"0123456789")
    refusal = {
        "error_code": "NOT_IMPLEMENTED",
        "message": "Multipart upload is not supported for the current artifact"
        " repository",
    }
    broken.reply(Reply(body=RUN), Reply(501, json.dumps(refusal).encode()), Reply())

    to_broken(multipart_threshold=1).log_artifact("r", tmp_path / "f.bin")

    assert broken.requests[-1].method == "PUT"
    assert broken.requests[-1].body == b"0123456789"


def test_a_file_that_grows_meanwhile_is_sent_as_long_as_it_was(
    client: TrackingClient, run_id: str, tmp_path: Path
) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        window = FileWindow(file, 0, 5, lambda _: None)
        assert window.read(3) + window.read() == b"01234"
        assert window.rewound().read(100) == b"01234"
        shorter = FileWindow(file, 8, 5, lambda _: None)
        with pytest.raises(InvalidState, match="shorter"):
            shorter.read()


@pytest.mark.slow
def test_a_gigabyte_goes_up_and_down_in_little_memory(
    server: Server, run_id: str, tmp_path: Path
) -> None:
    program = f"""
        import resource, sys
        from pathlib import Path
        from trackgate import TrackingClient
        client = TrackingClient({server.address!r})
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        client.log_artifact({run_id!r}, {str(tmp_path / "large.bin")!r})
        where = client.download_artifacts({run_id!r}, "large.bin")
        Path(where).unlink()
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(1024 * MIB)

    grown = subprocess.run(
        [sys.executable, "-c", dedent(program)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert int(grown) < 60 * 1024


def test_streams_texts_and_figures_become_files(fluent: str) -> None:
    figure = Figure()
    with trackgate.start_run() as run:
        trackgate.log_stream(io.BytesIO(b"\x00\x01"), "raw.bin")
        trackgate.log_figure(figure, "plots/empty.png", save_kwargs={"dpi": 50})
        with pytest.raises(TypeError, match="cannot be saved"):
            trackgate.log_figure(object(), "x.png")

    root = Path(trackgate.artifacts.download_artifacts(run_id=run.info.run_id))
    assert (root / "raw.bin").read_bytes() == b"\x00\x01"
    assert (root / "plots" / "empty.png").read_bytes().startswith(b"\x89PNG")


def test_images_are_files_or_series(fluent: str) -> None:
    numpy = pytest.importorskip("numpy")
    picture = numpy.zeros((4, 6, 3), dtype=numpy.uint8)
    with trackgate.start_run() as run:
        trackgate.log_image(picture, "black.png")
        trackgate.log_image(picture[:, :, 0] / 255, key="a/b", step=3)
        with pytest.raises(TypeError, match="either"):
            trackgate.log_image(picture)
        with pytest.raises(ValueError, match="0 to 255"):
            trackgate.log_image(picture.astype(int) + 300, "x.png")

    root = Path(trackgate.artifacts.download_artifacts(run_id=run.info.run_id))
    names = sorted(path.name for path in (root / "images").iterdir())
    assert (root / "black.png").exists()
    assert [name.endswith((".png", "+compressed.webp")) for name in names] == [True] * 2
    assert all(name.startswith("a~b+step+3+timestamp+") for name in names)
    tags = trackgate.get_run(run.info.run_id).data.tags
    assert tags["mlflow.loggedImages"] == "True"


def test_tables_grow_and_are_read_together(fluent: str) -> None:
    with trackgate.start_run() as first:
        trackgate.log_table({"q": ["a", "b"], "score": [1, 2]}, "eval.json")
        trackgate.log_table({"q": "c", "score": 3}, "eval.json")
    with trackgate.start_run():
        trackgate.log_table({"q": ["d"], "score": [4]}, "eval.json")

    both = trackgate.load_table("eval.json", extra_columns=["run_id"])
    one = trackgate.load_table("eval.json", run_ids=[first.info.run_id])

    assert sorted(both["score"]) == [1, 2, 3, 4]
    assert list(one["q"]) == ["a", "b", "c"]
    assert set(both["run_id"]) >= {first.info.run_id}
    with pytest.raises(NotFound, match=r"other\.json"):
        trackgate.load_table("other.json")
    with pytest.raises(InvalidParameterValue, match=r"\.json or \.parquet"):
        trackgate.load_table("eval.csv")


def test_a_stored_file_has_a_signed_address(
    client: TrackingClient, run_id: str, tmp_path: Path
) -> None:
    (tmp_path / "f.txt").write_text("hello")
    client.log_artifact(run_id, tmp_path / "f.txt")
    root = client.get_run(run_id).info.artifact_uri.removeprefix("mlflow-artifacts:/")

    signed = client.get_presigned_download(f"{root}/f.txt")

    assert signed.file_size == 5
    assert client.create_presigned_upload(run_id, "g.txt").presigned_url


def test_an_upload_in_parts_can_be_asked_about(
    client: TrackingClient, run_id: str
) -> None:
    root = client.get_run(run_id).info.artifact_uri.removeprefix("mlflow-artifacts:/")
    created = client.create_multipart_upload(f"{root}/f.bin", 2)

    state = client.get_multipart_upload(f"{root}/f.bin", created.upload_id)

    assert [one.part_number for one in state.missing] == [1, 2]
    client.abort_multipart_upload(f"{root}/f.bin", created.upload_id)

"""Whatever a path says, it stays among one run's artifacts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trackgate_server.blobs.bodies import StreamedBody
from trackgate_server.blobs.local import LocalBlobs
from trackgate_server.blobs.place import Place
from trackgate_server.operations import artifact_places
from trackgate_wire.errors import InvalidParameterValue, NotFound

from tests.server.artifact_site import API, STORE, Site, home

AREA = ("0", "a" * 32, "artifacts")

# As a client would put them into a URL; one decoding happens on the way.
HOSTILE = [
    "..",
    "../x",
    "a/../../x",
    "a/..",
    "./x",
    "a/./x",
    "%2e%2e/x",
    "%2e%2e%2fx",
    "..%2f..%2f..%2fetc%2fpasswd",
    "a%2f..%2fx",
    "..\\x",
    "..%5c..%5cx",
    "a\\b",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "a//b",
    "x%00.txt",
    "x%0a",
    "x%7f",
    "x%1b[31m",
    "x" * 256,
    "é" * 128,
    "x/" * 2_000 + "x",
    "d/" * 101 + "x",
    "a/%2e%2e/%2e%2e/b",
]
# These are names like any other once they are decoded, and decoded once only.
HARMLESS = ["%252e%252e", "%252e%252e%252fx", "...", "..x", "~", "C:", "a%3Fb", "%23"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    opened = Site(tmp_path_factory.mktemp("site") / "data")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def run(site: Site) -> dict[str, Any]:
    return site.run()


@pytest.fixture(scope="module")
def neighbour(site: Site) -> dict[str, Any]:
    """Another run, with a file that nothing here may touch."""
    other = site.run()
    site.put(f"{home(other)}/kept", b"kept")
    return other


@pytest.mark.parametrize("path", HOSTILE)
def test_a_path_that_does_not_go_down_is_refused(
    site: Site, run: dict[str, Any], neighbour: dict[str, Any], path: str
) -> None:
    folder = home(run)

    for answer in (
        site.put(f"{folder}/{path}"),
        site.get(f"{folder}/{path}"),
        site.delete(f"{folder}/{path}"),
    ):
        assert answer.status_code in (400, 404), answer.status
        assert answer.is_json
    assert site.get(f"{home(neighbour)}/kept").data == b"kept"
    assert len(site.files_on_disk()) == 1


@pytest.mark.parametrize("path", [*HOSTILE, "/x", "/etc/passwd"])
def test_a_path_in_a_query_is_checked_as_well(
    site: Site, run: dict[str, Any], neighbour: dict[str, Any], path: str
) -> None:
    # Here as the query's value, so that it arrives decoded as it stands.
    decoded = path.replace("%2e", ".").replace("%2f", "/").replace("%5c", "\\")
    decoded = decoded.replace("%00", "\0").replace("%0a", "\n").replace("%7f", "\x7f")
    decoded = decoded.replace("%1b", "\x1b")
    query = {"run_id": run["run_id"], "run_uuid": run["run_id"], "path": decoded}

    for method, url in (
        ("GET", "/get-artifact"),
        ("GET", f"{API}/artifacts/list"),
        ("POST", "/ajax-api/2.0/mlflow/upload-artifact"),
    ):
        answer = site.ask(method, url, query_string=query)
        assert answer.status_code == 400, (url, answer.text)
    assert len(site.files_on_disk()) == 1


@pytest.mark.usefixtures("neighbour")
@pytest.mark.parametrize("path", [*HOSTILE, ""])
def test_a_path_in_a_message_is_checked_as_well(
    site: Site, run: dict[str, Any], path: str
) -> None:
    folder = f"{STORE}/mpu/create/{home(run)}/{path}"
    answer = site.ask("POST", folder + "/..", json={"path": "x", "num_parts": 1})
    assert answer.status_code in (400, 404)

    answer = site.ask(
        "POST",
        f"{STORE}/mpu/create/{home(run)}",
        json={"path": f"{path}/..", "num_parts": 1},
    )
    assert answer.status_code == 400
    assert not list((site.root / ".uploads").iterdir())


@pytest.mark.parametrize("path", HARMLESS)
def test_names_are_decoded_once(
    site: Site, run: dict[str, Any], neighbour: dict[str, Any], path: str
) -> None:
    folder = f"{home(run)}/once"
    try:
        assert site.put(f"{folder}/{path}", b"odd").status_code == 200
        assert site.get(f"{folder}/{path}").data == b"odd"
        assert site.get(f"{home(neighbour)}/kept").data == b"kept"
        below = site.root.joinpath("0", run["run_id"], "artifacts", "once")
        assert sum(1 for item in below.rglob("*") if item.is_file()) == 1
    finally:
        site.delete(folder)


# Any text at all

SEGMENTS = st.one_of(
    st.sampled_from(["", ".", "..", "artifacts", "a" * 32, "0", "~", "\\", "..\\x"]),
    st.text(max_size=12),
    st.text(st.sampled_from("./\\%2eEfF\0a"), max_size=8),
)
PATHS = st.one_of(st.text(), st.lists(SEGMENTS, max_size=8).map("/".join))


@pytest.fixture(scope="module")
def store(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[LocalBlobs, Path]]:
    root = tmp_path_factory.mktemp("any") / "artifacts"
    blobs = LocalBlobs(root)
    yield blobs, root
    blobs.close()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(path=PATHS)
def test_any_text_is_refused_or_stays_in_the_area(
    store: tuple[LocalBlobs, Path], path: str
) -> None:
    blobs, root = store
    area = root.joinpath(*AREA)
    try:
        place = Place.within(AREA, path)
        blobs.store(place, StreamedBody(io.BytesIO(b"here"), 4))
    except InvalidParameterValue:
        pass
    else:
        with blobs.open(place).file as file:
            assert file.read() == b"here"
        stored = [item for item in area.rglob("*") if item.is_file()]
        assert [item.relative_to(area).parts for item in stored] == [place.path]
        blobs.delete(Place(AREA, place.path[:1]))
    assert {item.name for item in root.iterdir()} <= {".incoming", ".uploads", "0"}
    assert not list((root / ".incoming").iterdir())
    assert [item.name for item in root.parent.iterdir()] == ["artifacts"]


@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(path=PATHS, inside=st.booleans())
def test_any_text_names_a_place_in_that_run_or_none(
    site: Site, run: dict[str, Any], path: str, inside: bool
) -> None:
    asked = f"{home(run)}/{path}" if inside else path
    try:
        found = site.services.database.read(
            lambda db: artifact_places.by_path(db, asked)
        )
    except (InvalidParameterValue, NotFound):
        return
    assert found.owner.ref == ("run", run["run_id"])
    assert found.place.area == ("0", run["run_id"], "artifacts")
    assert not set(found.place.path) & {"", ".", ".."}
    assert not any("/" in name or "\0" in name for name in found.place.path)

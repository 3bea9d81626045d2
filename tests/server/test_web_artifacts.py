"""The pages of files, asked for without a browser."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from trackgate_server.blobs.place import DEPTH
from trackgate_server.operations import artifact_archives, artifact_folders

from tests.fixtures.api import Answer, Api
from tests.fixtures.sites import App, running_app
from tests.scenarios.acts import get_run, new_experiment, new_name, new_run
from tests.scenarios.artifact_acts import png, run_with
from tests.scenarios.logged_model_acts import artifact_path, new_model, put_file
from tests.scenarios.registry_acts import get_version, new_version
from tests.scenarios.registry_acts import new_model as new_registered

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{{7*7}}"
MLMODEL = "flavors: {python_function: {loader_module: x}}"


def got(api: Api, run: str, tail: str = "", **query: str) -> Answer:
    return api.raw("GET", f"/runs/{run}/artifacts{tail}", query=query)


def page(api: Api, run: str, tail: str = "", **query: str) -> str:
    answer = got(api, run, tail, **query)
    assert answer.status == 200, answer.body[:3000].decode()
    return answer.body.decode()


def words(page: str) -> str:
    """What a page says, without its tags."""
    return unescape(re.sub(r"<[^>]*>", " ", page))


def sent(api: Api, run: str, **fields: str) -> Answer:
    return api.submit(f"/runs/{run}/artifacts/register", **fields)


@pytest.fixture
def api(app: App) -> Api:
    return app.client()


# The tree


def test_a_run_without_files_says_how_to_keep_some(api: Api) -> None:
    run = new_run(api, new_experiment(api))

    assert "No files yet." in page(api, run)


def test_folders_are_open_along_the_path_only(api: Api) -> None:
    run = run_with(api, {"a/b/c.txt": "deep", "a/d.txt": "", "e/f.txt": ""})

    shown = page(api, run, path="a/b/c.txt")

    for path in ("a", "a/b", "a/b/c.txt", "a/d.txt", "e"):
        assert f'path={quote(path, safe="")}"' in shown, path
    assert "f.txt" not in shown
    assert shown.count('aria-expanded="true"') == 2
    assert shown.count('aria-expanded="false"') == 1


def test_a_branch_is_one_folder(api: Api) -> None:
    run = run_with(api, {"a/b/c.txt": "", "a/d.txt": "", "e.txt": ""})

    branch = page(api, run, "/branch", path="a")

    assert "<html" not in branch
    assert "d.txt" in branch
    assert "c.txt" not in branch
    assert "e.txt" not in branch


def test_a_large_folder_comes_in_pages(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact_folders, "SHOWN", 3)
    run = run_with(api, {f"many/{name}.txt": name for name in "abcdefg"})

    first = page(api, run, path="many")
    token = re.search(r'data-from="([^"]+)"', first)
    assert token is not None
    second = page(api, run, path="many", **{"from": token[1]})
    far = page(api, run, path="many/g.txt")

    assert "c.txt" in first
    assert "d.txt" not in first
    assert "d.txt" in second
    assert "c.txt" not in second
    assert "many/g.txt" in unescape(far) or "many%2Fg.txt" in far


def test_a_tree_may_be_as_deep_as_the_store_allows(api: Api) -> None:
    path = "/".join("d" * (DEPTH - 1)) + "/x.txt"
    run = run_with(api, {path: "bottom"})

    assert "bottom" in page(api, run, path=path)


@pytest.mark.parametrize("path", ["nothing", "a.txt/b", "a/../b"])
def test_what_is_not_there_is_not_found(api: Api, path: str) -> None:
    run = run_with(api, {"a.txt": ""})

    assert got(api, run, path=path).status in (400, 404)
    assert got(api, run, "/file", path=path).status in (400, 404)
    assert got(api, run, "/zip", path=path).status in (400, 404)


def test_files_elsewhere_are_named_not_opened(api: Api) -> None:
    version = new_version(api, model := new_registered(api), "s3://bucket/secret")

    answer = api.raw("GET", f"/models/{quote(model)}/versions/{version}/artifacts")

    assert answer.status == 200
    assert "s3://bucket/secret" in answer.body.decode()


# Viewers


def test_code_has_line_numbers_and_stays_text(api: Api) -> None:
    run = run_with(api, {"train.py": f"a = 1\nb = '{HOSTILE}'\n"})

    shown = page(api, run, path="train.py")

    assert '<pre class="numbers" aria-hidden="true">\n1\n2</pre>' in shown
    assert HOSTILE in unescape(shown)
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown


def test_of_a_long_file_the_first_mebibyte_is_shown(api: Api) -> None:
    content = "first line\n" + ("x" * 999 + "\n") * 1_200 + "last line\n"
    run = run_with(api, {"run.log": content})

    shown = page(api, run, path="run.log")

    assert "This is the beginning" in shown
    assert "last line" not in shown
    assert len(shown) < 1_300_000


def test_json_is_laid_out_and_can_be_seen_as_it_is(api: Api) -> None:
    run = run_with(api, {"config.json": '{"rate":0.10}'})

    assert '{\n  "rate": 0.10\n}' in unescape(page(api, run, path="config.json"))
    source = page(api, run, path="config.json", **{"as": "text"})
    assert '{"rate":0.10}' in unescape(source)


def test_csv_is_a_table(api: Api) -> None:
    run = run_with(api, {"a.csv": f'name,score\n"{HOSTILE.replace(chr(34), "")}",1\n'})

    shown = page(api, run, path="a.csv")

    assert '<th scope="col" class="number">score</th>' in shown
    assert "<script>alert" not in shown
    assert "alert(1)" in words(shown)


def test_parquet_without_its_library_is_offered_for_download(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    run = run_with(api, {"a.parquet": b"PAR1"})

    shown = page(api, run, path="a.parquet")

    assert "needs the package pyarrow" in shown
    assert "save=1" in shown


def test_a_damaged_parquet_file_is_said_to_be_so(api: Api) -> None:
    pytest.importorskip("pyarrow")
    run = run_with(api, {"a.parquet": b"PAR1" + b"\xff" * 100 + b"PAR1"})

    assert "It is damaged" in page(api, run, path="a.parquet")


def test_parquet_is_a_table(api: Api) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    arrow = pytest.importorskip("pyarrow")
    columns = {"x": list(range(1_200)), "name": [HOSTILE, None] * 600}
    file = io.BytesIO()
    parquet.write_table(arrow.table(columns), file, row_group_size=200)
    run = run_with(api, {"a.parquet": file.getvalue()})

    shown = page(api, run, path="a.parquet")

    assert "the first 500 of 1,200 rows" in shown
    assert shown.count("<tr>") == 501
    assert "<script>alert" not in shown


def test_markdown_is_laid_out_harmless(api: Api) -> None:
    run = run_with(api, {"a.md": f"# Title\n\n**bold** {HOSTILE}\n"})

    shown = page(api, run, path="a.md")

    assert "<strong>bold</strong>" in shown
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown


def test_images_of_a_series_stand_side_by_side(api: Api) -> None:
    names = [f"images/dogs+step+{n}+timestamp+1+0f{n}" for n in (0, 5, 10)]
    files: dict[str, bytes | str] = {f"{name}.png": png(9, 9, 9) for name in names}
    files |= {f"{name}+compressed.webp": b"small" for name in names}
    run = run_with(api, files)

    shown = page(api, run, path=f"{names[1]}.png")
    folder = page(api, run, path="images")

    for step in (0, 5, 10):
        assert f"<span>step {step}</span>" in shown
        assert f"<span>step {step}</span>" in folder
    assert shown.count("compressed.webp&#34;") == 0
    assert shown.count('aria-current="true"') == 1


def test_pages_and_drawings_are_in_a_sealed_frame(api: Api) -> None:
    run = run_with(api, {"a.html": HOSTILE, "a.svg": "<svg/>"})

    for name in ("a.html", "a.svg"):
        shown = page(api, run, path=name)
        assert '<iframe class="sealed" sandbox src="' in shown
        assert "allow-" not in shown
        assert HOSTILE not in shown


def test_sound_film_and_documents_have_their_elements(api: Api) -> None:
    run = run_with(api, {"a.wav": b"", "a.mp4": b"", "a.pdf": b"", "a.bin": b"\0"})

    assert "<audio " in page(api, run, path="a.wav")
    assert "<video " in page(api, run, path="a.mp4")
    assert "in a new tab" in page(api, run, path="a.pdf")
    assert "nothing to look at" in page(api, run, path="a.bin")


def test_names_of_files_are_text(api: Api) -> None:
    name = "<img src=x onerror=alert(1)>\"'&{{7*7}} %2F+?#.txt"
    run = run_with(api, {f"{name.removesuffix('.txt')}/{name}": "content"})

    folder = page(api, run, path=name.removesuffix(".txt"))
    shown = page(api, run, path=f"{name.removesuffix('.txt')}/{name}")

    assert "content" in shown
    for one in (folder, shown):
        assert "<img src=x" not in one
        assert name in unescape(one)


# Bytes


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.xhtml", "a.png", "a.txt"])
def test_bytes_that_are_looked_at_can_do_nothing(api: Api, name: str) -> None:
    run = run_with(api, {name: HOSTILE})

    answer = got(api, run, "/file", path=name)

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert "allow-" not in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["Connection-Allowlist"] == "()"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline;")


def test_bytes_that_are_saved_are_an_attachment(api: Api) -> None:
    run = run_with(api, {"a b.html": HOSTILE})

    answer = got(api, run, "/file", path="a b.html", save="1")

    assert answer.body.decode() == HOSTILE
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"] == "sandbox"


def test_a_part_of_a_film_can_be_asked_for(api: Api) -> None:
    run = run_with(api, {"a.mp4": b"0123456789"})

    target = f"/runs/{run}/artifacts/file?path=a.mp4"
    answer = api.raw("GET", target, headers={"Range": "bytes=2-4"})

    assert (answer.status, answer.body) == (206, b"234")


# Zips


def test_a_folder_is_saved_as_a_zip(api: Api) -> None:
    files: dict[str, bytes | str] = {"m/é.txt": "é", "m/d/x.bin": b"\0" * 9, "n": "no"}
    run = run_with(api, files)

    answer = got(api, run, "/zip", path="m")

    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert sorted(archive.namelist()) == ["m/d/x.bin", "m/é.txt"]
        assert archive.read("m/é.txt").decode() == "é"
    assert answer.headers["Content-Disposition"].startswith(
        'attachment; filename="m.zip"'
    )


def test_all_files_of_a_run_are_saved_under_its_name(api: Api) -> None:
    run = run_with(api, {"x.txt": "1"})
    name = get_run(api, run).info.run_name

    answer = got(api, run, "/zip")

    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.namelist() == [f"{name} artifacts/x.txt"]


def test_too_many_files_for_a_zip_are_refused_before_it_begins(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact_archives, "MOST_FILES", 2)
    run = run_with(api, {f"m/{name}": name for name in "abc"})

    answer = got(api, run, "/zip", path="m")

    assert answer.status == 400
    assert "more than 2 files" in answer.body.decode()


# Models


def test_a_models_folder_shows_how_to_load_it(api: Api) -> None:
    run = run_with(api, {"model/MLmodel": MLMODEL, "model/x": ""})

    for path in ("model", "model/MLmodel"):
        shown = unescape(page(api, run, path=path))
        assert f'mlflow.pyfunc.load_model("runs:/{run}/model")' in shown
        assert "Register model" in shown


def test_a_viewer_sees_no_way_to_register(app: App) -> None:
    run = run_with(app.client(), {"model/MLmodel": MLMODEL})
    viewer = app.client("vera")

    assert "Register model" not in page(viewer, run, path="model")
    assert got(viewer, run, "/register", path="model").status == 403
    assert sent(viewer, run, path="model", name="x").status == 403


def test_a_run_s_model_becomes_a_version_of_a_new_model(api: Api) -> None:
    run = run_with(api, {"a b/100%/MLmodel": MLMODEL})
    name = new_name("Bäume")

    answer = sent(api, run, path="a b/100%", name=name, description="**first**")

    place = answer.headers["Location"]
    assert answer.status == 303
    assert place.startswith(f"/models/{quote(name)}/versions/1?")
    version = get_version(api, name, "1")
    assert (version.run_id, version.description) == (run, "**first**")
    files = api.raw("GET", f"/models/{quote(name)}/versions/1/artifacts")
    assert "MLmodel" in files.body.decode()
    assert f"models:/{name}/1" in unescape(files.body.decode())


def test_a_model_that_there_is_gets_the_next_version(api: Api) -> None:
    run = run_with(api, {"m/MLmodel": MLMODEL})
    name = new_registered(api, versions=2)

    assert name in unescape(page(api, run, "/register", path="m"))
    answer = sent(api, run, path="m", name=name)

    assert "/versions/3?count=3" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("path", "name"), [("m", ""), ("m", "a/b"), ("none", "x"), ("../m", "x")]
)
def test_nothing_is_made_where_something_is_wrong(
    api: Api, path: str, name: str
) -> None:
    run = run_with(api, {"m/MLmodel": MLMODEL})
    name = name and f"{name}-{new_name()}"

    assert sent(api, run, path=path, name=name).status in (400, 404)
    assert api.raw("GET", f"/models/{quote(name or '-')}").status in (400, 404)


def test_a_logged_model_has_pages_of_its_own(api: Api) -> None:
    model = new_model(api, new_experiment(api), name="tree")
    put_file(api, artifact_path(api, model, "MLmodel"), MLMODEL.encode())

    answer = api.raw("GET", f"/logged-models/{model}/artifacts")
    name = new_name()
    made = api.submit(f"/logged-models/{model}/artifacts/register", name=name)

    assert f'load_model("models:/{model}")' in unescape(answer.body.decode())
    assert made.status == 303
    assert get_version(api, name, "1").model_id == model


def test_files_of_a_deleted_run_can_be_seen_not_registered(api: Api) -> None:
    run = run_with(api, {"m/MLmodel": MLMODEL})
    deleted = api.raw("POST", "/api/2.0/mlflow/runs/delete", json={"run_id": run})
    assert deleted.status == 200

    assert "Register model" not in page(api, run, path="m")
    assert sent(api, run, path="m", name=new_name()).status == 400


def test_every_address_stands_below_the_sites_prefix(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'tracking.db'}"
    with running_app(tmp_path, store, static_prefix="/team") as app:
        api = app.client()
        run = run_with(api, {"m/MLmodel": MLMODEL, "m/a_step_1.png": png(1, 2, 3)})

        shown = page(api, run, path="m")

    given = re.findall(r'(?:href|src|action|data-branch|data-page)="([^"]*)"', shown)
    assert [one for one in given if not one.startswith(("/team/", "#"))] == []

"""Where projects come from: folders, archives and Git, and what is not let in."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile, ZipInfo

import pytest
from trackgate.errors import ExecutionException
from trackgate.projects import zip_source
from trackgate.projects.sources import Source, fetch

from tests.projects.git_site import LOGIN, GitSite, commit, git, serving

Fetch = Callable[..., Source]
_SECRET = quote(LOGIN[1], safe="")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With two commits on its branch, a branch `next` with a third, and a tag `v1`."""
    folder = tmp_path_factory.mktemp("repositories") / "work"
    commit(folder, sub__main_py="first")
    git(folder, "tag", "--annotate", "--message=one", "v1")
    git(folder, "branch", "next")
    commit(folder, sub__main_py="second")
    git(folder, "checkout", "--quiet", "next")
    commit(folder, sub__main_py="third")
    git(folder, "checkout", "--quiet", "trunk")
    return folder


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(template, tmp_path / "work"))


@pytest.fixture(scope="module")
def bare(template: Path) -> Path:
    """The same repository without a work tree."""
    git(template.parent, "clone", "--quiet", "--bare", "work", "bare.git")
    return template.parent / "bare.git"


@pytest.fixture
def site(bare: Path) -> Iterator[GitSite]:
    """Serves what is beside the bare repository."""
    with serving(bare.parent) as site:
        yield site


def refused(uri: str | Path, version: str | None = None) -> str:
    with pytest.raises(ExecutionException) as caught:
        fetch(str(uri), version)
    return caught.value.message


def test_a_folder_is_used_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)

    assert fetch(str(tmp_path / "a")) == Source(
        uri=str(tmp_path / "a"), folder=tmp_path / "a"
    )
    assert fetch(f"{tmp_path}/a#b").folder == tmp_path / "a" / "b"
    assert fetch((tmp_path / "a").as_uri()).folder == tmp_path / "a"


def test_a_folder_in_a_repository_says_what_is_checked_out(repository: Path) -> None:
    git(repository, "remote", "add", "origin", "https://ada:secret@host/a.git")

    source = fetch(str(repository / "sub"))

    assert source == Source(
        uri=f"{repository.as_uri()}#sub",
        folder=repository / "sub",
        commit=git(repository, "rev-parse", "HEAD"),
        repository="https://host/a.git",
    )


def test_a_folder_that_the_repository_ignores_has_no_commit(repository: Path) -> None:
    (repository / ".gitignore").write_text("built")
    (repository / "built").mkdir()

    assert fetch(str(repository / "built")).commit is None


@pytest.mark.parametrize(
    ("version", "text", "branch"),
    [
        (None, "second", None),
        ("trunk", "second", "trunk"),
        ("next", "third", "next"),
        ("v1", "first", None),
    ],
)
def test_a_version_is_a_branch_or_a_tag(
    bare: Path, version: str | None, text: str, branch: str | None
) -> None:
    source = fetch(f"{bare}#sub", version)

    assert (source.folder / "main.py").read_text() == text
    assert source.branch == branch
    assert source.version == version
    assert source.commit == git(bare, "rev-parse", f"{version or 'HEAD'}^{{commit}}")
    assert (source.uri, source.repository) == (f"{bare.as_uri()}#sub", bare.as_uri())
    assert source.scratch is not None
    source.discard()
    assert not source.scratch.exists()


@pytest.mark.parametrize("length", [40, 8])
def test_a_version_is_a_commit_of_any_age(bare: Path, length: int) -> None:
    first = git(bare, "rev-parse", "v1^{commit}")

    source = fetch(bare.as_uri(), first[:length])

    assert source.commit == first
    assert (source.folder / "sub" / "main.py").read_text() == "first"
    source.discard()


def test_a_branch_comes_before_a_tag_and_both_before_a_commit(
    repository: Path,
) -> None:
    second = git(repository, "rev-parse", "trunk")
    git(repository, "branch", second[:7], "v1")
    git(repository, "tag", "next", "trunk")

    for version, text in ((second[:7], "first"), ("next", "third")):
        source = fetch(str(repository), version)
        assert (source.folder / "sub" / "main.py").read_text() == text
        source.discard()


def test_a_version_of_a_work_tree_leaves_its_files_alone(repository: Path) -> None:
    (repository / "sub" / "main.py").write_text("changed")

    source = fetch(str(repository / "sub"), "next")

    assert (source.folder / "main.py").read_text() == "third"
    assert (repository / "sub" / "main.py").read_text() == "changed"
    assert source.uri == f"{repository.as_uri()}#sub"
    source.discard()


def test_only_the_commit_is_fetched_and_not_its_history(bare: Path) -> None:
    source = fetch(str(bare))

    assert git(source.folder, "rev-list", "--count", "HEAD") == "1"
    source.discard()


def test_a_hook_of_another_repository_may_fetch_one(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git tells its hooks by variables which repository is theirs."""
    commit(tmp_path / "other", a_txt="")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))

    source = fetch(str(bare), "next")

    assert (source.folder / "sub" / "main.py").read_text() == "third"
    source.discard()


def test_a_submodule_comes_with_its_repository(
    tmp_path: Path, repository: Path
) -> None:
    commit(tmp_path / "library", code_py="its code")
    git(repository, "submodule", "add", "--quiet", "../library", "library")
    commit(repository)

    source = fetch(str(repository), "trunk")

    assert (source.folder / "library" / "code.py").read_text() == "its code"
    source.discard()


def test_a_password_in_an_address_is_used_and_never_shown(
    site: GitSite, caplog: pytest.LogCaptureFixture
) -> None:
    source = fetch(site.url("bare.git#sub", f"ada:{_SECRET}@"), "next")

    assert (source.folder / "main.py").read_text() == "third"
    assert source.uri == site.url("bare.git#sub")
    assert source.repository == site.url("bare.git")
    assert source.scratch is not None
    for file in source.scratch.rglob("*"):
        if file.is_file():
            assert LOGIN[1].encode() not in file.read_bytes()
            assert _SECRET.encode() not in file.read_bytes()
    assert LOGIN[1] not in caplog.text
    source.discard()


def test_a_password_stands_in_no_argument_of_git(
    site: GitSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not of ours, nor of those that Git starts, as it tells itself."""
    said = tmp_path / "said"
    spy = tmp_path / "spy"
    spy.mkdir()
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True)
    script = f'#!/bin/sh\necho "$@" >>{said}\nexec {real.stdout.strip()} "$@"\n'
    (spy / "git").write_text(script)
    (spy / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{spy}:{os.environ['PATH']}")
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))

    fetch(site.url("bare.git", f"ada:{_SECRET}@"), "next").discard()

    told = said.read_text() + (tmp_path / "trace").read_text()
    assert "remote-http" in told
    assert LOGIN[1] not in told
    assert _SECRET not in told


def test_a_refusal_does_not_show_a_password(site: GitSite) -> None:
    for path in ("bare.git", "none.git", "none.zip"):
        message = refused(site.url(path, "ada:another-secret@"))

        assert site.url(path) in message
        assert "another-secret" not in message


def test_an_address_may_be_for_ssh(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program `ssh` is another one here, which stays on this machine."""
    said = tmp_path / "said"
    ssh = tmp_path / "ssh"
    ssh.write_text(
        f'#!/bin/sh\necho "$@" >>{said}\nfor last; do :; done\nsh -c "$last"'
    )
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH", str(ssh))

    for uri, recorded in (
        (f"ssh://ada:secret@host{bare}#sub", f"ssh://host{bare}#sub"),
        (f"ada@host:{bare}#sub", f"ada@host:{bare}#sub"),
    ):
        source = fetch(uri, "next")
        assert (source.folder / "main.py").read_text() == "third"
        assert source.uri == recorded
        source.discard()
    assert "ada@host" in said.read_text()
    assert "secret" not in said.read_text()


@pytest.mark.parametrize(
    "uri",
    [
        "ext::sh -c 'touch evil'",
        "ext::sh%20-c%20touch%20evil",
        "fd::17",
        "git://host/a.git",
        "ftp://host/a.git",
        "--upload-pack=touch evil",
        "-c core.fsmonitor=evil",
        "ssh://-oProxyCommand=touch%20evil/a",
        "ssh://-oProxyCommand=x@host/a",
        "-oProxyCommand=touch:a",
        "https://",
        "https://[::1/a.git",
        "https://ho st/a.git",
        "file://[::1/a",
        "file://elsewhere/a",
        "https://host/a\n.git",
        "",
    ],
)
def test_no_other_address_is_given_to_git(
    uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # Whoever asks for Git asks this one.
    (tmp_path / "git").write_text("#!/bin/sh\ntouch asked")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    refused(uri)

    assert {one.name for one in tmp_path.iterdir()} == {"git", "home"}


@pytest.mark.parametrize(
    "version",
    ["--upload-pack=touch evil", "-f", "a:b", "+a", "a..b", "a b", "a\nb", "", "HEAD^"],
)
def test_a_version_is_a_name_and_no_option(
    bare: Path, version: str, scratch: Path
) -> None:
    assert repr(version) in refused(bare, version)
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("version", ["none", "0123abc", "f" * 40])
def test_a_version_that_is_missing_is_named(
    bare: Path, version: str, scratch: Path
) -> None:
    message = refused(bare, version)

    assert version in message
    assert bare.as_uri() in message
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("part", ["..", "../work", "sub/../..", "/etc", "none"])
def test_a_folder_stays_within_its_source(bare: Path, part: str) -> None:
    assert part in refused(f"{bare}#{part}")
    assert part in refused(f"{bare.parent / 'work'}#{part}")


def test_a_link_in_a_repository_leads_nowhere_else(repository: Path) -> None:
    (repository / "out").symlink_to("/etc")
    commit(repository)

    assert "leads out" in refused(f"{repository}#out", "trunk")


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert "There is no folder" in refused(tmp_path / "none")
    assert "is in no Git repository" in refused(tmp_path, "trunk")
    assert "There is no folder" in refused(tmp_path / "none", "trunk")


def archive(path: Path, *members: tuple[str | ZipInfo, str]) -> Path:
    with ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members:
            made.writestr(name, text)
    return path


def with_mode(name: str, mode: int) -> ZipInfo:
    member = ZipInfo(name)
    member.external_attr = mode << 16
    return member


def test_an_archive_is_unpacked_with_its_programs(tmp_path: Path) -> None:
    script = with_mode("top/train.sh", stat.S_IFREG | 0o4755)
    file = archive(tmp_path / "a.zip", ("top/main.py", "text"), (script, "true"))

    for uri in (f"{file}#top", f"{file.as_uri()}#top"):
        source = fetch(uri)
        assert (source.folder / "main.py").read_text() == "text"
        mode = (source.folder / "train.sh").stat().st_mode
        assert stat.S_IMODE(mode) == 0o755
        assert source.uri == f"{file}#top"
        assert source.scratch is not None
        source.discard()
        assert not source.scratch.exists()


def test_an_archive_on_the_web_is_fetched_with_its_password(
    site: GitSite, scratch: Path
) -> None:
    archive(site.root / "a.zip", ("main.py", "text"))

    source = fetch(site.url("a.zip?token=secret", f"ada:{_SECRET}@"))

    assert (source.folder / "main.py").read_text() == "text"
    assert source.uri == site.url("a.zip")
    source.discard()
    assert "401" in refused(site.url("a.zip?token=secret"))
    assert "secret" not in refused(site.url("a.zip?token=secret"))
    assert not list(scratch.iterdir())


@pytest.mark.parametrize(
    "member",
    [
        "../evil",
        "a/../../evil",
        "/evil",
        "..\\evil",
        with_mode("link", stat.S_IFLNK | 0o777),
        with_mode("pipe", stat.S_IFIFO | 0o666),
        with_mode("disk", stat.S_IFBLK | 0o666),
    ],
    ids=str,
)
def test_nothing_of_a_hostile_archive_is_unpacked(
    member: str | ZipInfo, tmp_path: Path, scratch: Path
) -> None:
    file = archive(tmp_path / "a.zip", ("fine", "text"), (member, "/etc/passwd"))

    message = refused(file)

    assert "leads out of" in message or "is a link or a device" in message
    assert not list(scratch.iterdir())
    assert not list(tmp_path.rglob("evil"))


def test_an_archive_that_would_fill_the_disk_is_refused(
    tmp_path: Path, scratch: Path
) -> None:
    file = tmp_path / "bomb.zip"
    with ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for number in range(8):
            made.writestr(f"{number}", bytes(16 * 1024**2))

    assert "would fill 134217728 bytes" in refused(file)
    assert not list(scratch.iterdir())


def test_an_archive_of_too_many_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_source, "_MEMBERS", 2)
    file = archive(tmp_path / "a.zip", ("a", ""), ("b", ""), ("c", ""))

    assert "has 3 members" in refused(file)


def test_what_is_no_archive_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("no archive")

    assert "cannot be unpacked" in refused(tmp_path / "a.zip")
    assert "cannot be unpacked" in refused(tmp_path / "none.zip")
    assert "has no versions" in refused(tmp_path / "a.zip", "trunk")

"""Where a project comes from, and its files on this machine."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from trackgate.errors import ExecutionException
from trackgate.projects import git_source, zip_source
from trackgate.projects.addresses import Address, check_git, without_secrets
from trackgate.projects.web_files import download_web_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A project's files here, and where they are from.

    uri         names it again from any folder, but without a name and password
    folder      has the project's files
    version     branch, tag or commit that was asked for
    commit      that is checked out; None outside of Git
    branch      where `version` names one
    repository  address of the Git repository, without a name and password
    scratch     temporary folder to remove after the run; None where nothing was fetched
    """

    uri: str
    folder: Path
    version: str | None = None
    commit: str | None = None
    branch: str | None = None
    repository: str | None = None
    scratch: Path | None = None

    def discard(self) -> None:
        """Remove what was fetched."""
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)


def fetch(uri: str, version: str | None = None) -> Source:
    """A project's files: a folder as it is, or a copy of what is elsewhere.

    uri      a folder, an archive (`.zip`; also over http and https), or a Git
             repository (a path, file, ssh, https, http, USER@HOST:PATH), each with
             `#FOLDER` where the project is not at its top
    version  branch, tag or commit of a repository; a copy of it is made then

    Raises ExecutionException where there is no such thing; its message has no name
    and password of the address.
    """
    address = Address.of(uri)
    if address.is_zip:
        return _unpacked(address, version)
    if address.local is None:
        check_git(address.uri)
        return _checked_out(address, address.uri, version)
    if not address.local.is_dir():
        raise ExecutionException(f"There is no folder {str(address.local)!r}.")
    if git_source.is_bare(address.local):
        return _checked_out(address, address.local.as_uri(), version)
    if version is not None:
        return _version_of_folder(address, address.local, version)
    return _folder(address, address.local)


def _folder(address: Address, root: Path) -> Source:
    folder = _inside(root, address)
    tree = git_source.work_tree(folder)
    if tree is None:
        return Source(uri=str(folder), folder=folder)
    name = Address(tree.top.as_uri(), _relative(folder, tree.top))
    return Source(
        uri=name.below(name.uri),
        folder=folder,
        commit=tree.commit,
        repository=tree.origin,
    )


def _version_of_folder(address: Address, root: Path, version: str) -> Source:
    """A version of a work tree, whose own files are left alone."""
    tree = git_source.work_tree(root)
    if tree is None:
        raise ExecutionException(
            f"{str(root)!r} is in no Git repository, so it has no version {version!r}."
        )
    part = "/".join(filter(None, (_relative(root, tree.top), address.part)))
    there = Address(tree.top.as_uri(), part)
    return _checked_out(there, there.uri, version)


def _checked_out(address: Address, uri: str, version: str | None) -> Source:
    shown = without_secrets(uri)
    with _scratch() as scratch:
        found = git_source.check_out(uri, version, scratch)
        return Source(
            uri=address.below(shown),
            folder=_inside(scratch, address),
            version=version,
            commit=found.commit,
            branch=found.branch,
            repository=shown,
            scratch=scratch,
        )


def _unpacked(address: Address, version: str | None) -> Source:
    if version is not None:
        raise ExecutionException("An archive has no versions; leave out the version.")
    local = address.local
    shown = without_secrets(address.uri) if local is None else str(local)
    with _scratch() as scratch:
        archive = local
        if archive is None:
            if not address.uri.startswith(("http:", "https:")):
                raise ExecutionException(f"{shown} is neither a file nor on the web.")
            limit = zip_source.ARCHIVE_BYTES
            archive = download_web_file(address.uri, scratch, limit_bytes=limit)
        files = scratch / "project"
        files.mkdir()
        zip_source.unpack(archive, files, shown)
        folder = _inside(files, address)
        return Source(uri=address.below(shown), folder=folder, scratch=scratch)


def _inside(root: Path, address: Address) -> Path:
    """The project's folder; no link in it leads out of what was fetched."""
    folder = root / address.part if address.part else root
    if not folder.resolve().is_relative_to(root.resolve()):
        raise ExecutionException(
            f"The folder {address.part!r} leads out of its source."
        )
    if not folder.is_dir():
        shown = without_secrets(address.uri)
        raise ExecutionException(f"{shown} has no folder {address.part!r}.")
    return folder


def _relative(folder: Path, top: Path) -> str:
    relative = folder.resolve().relative_to(top.resolve()).as_posix()
    return "" if relative == "." else relative


@contextmanager
def _scratch() -> Generator[Path]:
    """A folder for its owner only, which stays unless there is an error."""
    scratch = Path(tempfile.mkdtemp(prefix="trackgate-project-"))
    try:
        yield scratch
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise

"""Archives of projects, unpacked with the care that other people's archives need."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, ZipInfo

from trackgate.errors import ExecutionException

ARCHIVE_BYTES = 2 * 1024**3
_MEMBERS = 100_000
_UNPACKED_BYTES = 8 * 1024**3
# Programs and tables shrink to a tenth at most; what shrinks to less is made to fill
# disks, unless there is little of it.
_RATIO = 100
_LITTLE_BYTES = 100 * 1024**2


def unpack(archive: Path, target: Path, shown: str) -> None:
    """Unpack an archive into an empty folder.

    shown  how messages name the archive

    Raises ExecutionException, before anything is written, where it holds links or
    devices, names that lead out of the folder, or far more than its size lets expect.
    """
    try:
        with ZipFile(archive) as opened:
            members = opened.infolist()
            _check_size(members, archive.stat().st_size, shown)
            for member in members:
                _check_member(member, shown)
            for member in members:
                _extract(opened, member, target)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        raise ExecutionException(f"{shown} cannot be unpacked: {error}") from None


def _check_size(members: Sequence[ZipInfo], archive_bytes: int, shown: str) -> None:
    if len(members) > _MEMBERS:
        raise ExecutionException(
            f"{shown} has {len(members)} members; at most {_MEMBERS} are unpacked."
        )
    # `zipfile` reads no more of a member than is said here.
    total = sum(member.file_size for member in members)
    allowed = min(_UNPACKED_BYTES, max(_LITTLE_BYTES, _RATIO * archive_bytes))
    if total > allowed:
        raise ExecutionException(
            f"{shown} would fill {total} bytes, which is more than such an archive"
            f" may ({allowed})."
        )


def _check_member(member: ZipInfo, shown: str) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[:1]:
        raise ExecutionException(
            f"The member {member.filename!r} of {shown} leads out of its folder."
        )
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ExecutionException(
            f"The member {member.filename!r} of {shown} is a link or a device."
        )


def _extract(opened: ZipFile, member: ZipInfo, target: Path) -> None:
    made = Path(opened.extract(member, target))
    # Unpacking forgets which files are programs.
    if member.external_attr >> 16 & stat.S_IXUSR and made.is_file():
        made.chmod(0o755)

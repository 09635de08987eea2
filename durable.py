"""One file on disk, replaced as a whole: after a crash it holds the old bytes or the new, never a mixture."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path


class FileInUse(Exception):
    """Another process holds the file."""


class DurableFile:
    """A file of mode 0600 that this process alone may replace, until it is closed.

    Raises FileInUse when another process has it, FileNotFoundError when its folder is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.realpath(path))
        self._temporary = self.path.with_name(f".{self.path.name}.tmp")
        self._lock_path = self.path.with_name(f"{self.path.name}.lock")
        lock = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        self._lock = os.fdopen(lock, "wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise FileInUse(str(self.path)) from None

    def exists(self) -> bool:
        return self.path.exists()

    def read(self) -> bytes:
        return self.path.read_bytes()

    def protect(self) -> None:
        """Take the rights of others off a file that was laid here by hand."""
        self.path.chmod(0o600)

    def replace(self, content: bytes) -> bool:
        """Put `content` in the file's place. True: it is on disk for good. False: it is in place, but whether it
        outlives a power cut is unknown. An OSError: the old content still stands."""
        self._be_sure_to_be_alone()
        try:
            written = _write(self._temporary, content)
            try:
                os.replace(self._temporary, self.path)
            except OSError:
                if self._inode() != written:
                    raise
                return False
        except OSError:
            self._temporary.unlink(missing_ok=True)
            raise
        return _settle_folder(self.path.parent)

    def try_writing(self) -> None:
        """Write and fsync a block beside the file, as a replacement would; an OSError says that none would succeed."""
        self._be_sure_to_be_alone()
        probe = self.path.with_name(f".{self.path.name}.probe")
        try:
            _write(probe, b"\0" * 4096)
        finally:
            probe.unlink(missing_ok=True)
        if not _settle_folder(self.path.parent):
            raise OSError(errno.EIO, "the folder cannot be synced")

    def close(self) -> None:
        """Let go of the file; from now on it cannot be replaced from here."""
        self._lock.close()

    def _be_sure_to_be_alone(self) -> None:
        """A lock file that somebody tidied away would let a second process in beside this one."""
        if self._lock.closed:
            raise OSError(errno.EBADF, "the file was let go of")
        try:
            same = os.path.samestat(os.fstat(self._lock.fileno()), self._lock_path.stat())
        except FileNotFoundError:
            same = False
        if not same:
            raise OSError(errno.ENOLCK, f"{self._lock_path} was removed; start LoadZone anew")

    def _inode(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino


def put(path: Path, content: bytes) -> None:
    """Lay a file of mode 0600 at `path`, whole and for good, in the place of what was there. An OSError: it was not.

    One at a time in a folder: what a crash leaves unfinished, the next one writes over.
    """
    temporary = path.with_name(".unfinished.tmp")
    try:
        _write(temporary, content)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    if not _settle_folder(path.parent):
        raise OSError(errno.EIO, "the folder cannot be synced")


def _write(path: Path, content: bytes) -> tuple[int, int]:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.fchmod(fd, 0o600)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(fd, rest) :]
        os.fsync(fd)
        status = os.fstat(fd)
        return status.st_dev, status.st_ino
    finally:
        os.close(fd)


def _settle_folder(path: Path) -> bool:
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError:
        return False
    return True

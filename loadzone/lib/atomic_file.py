"""One file on disk, replaced as a whole: after a crash it holds the old bytes or the new, never a mixture."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

IN_ONE_CALL = 1000  # pieces; Linux takes 1024


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
            self._locked = os.fstat(lock)
            self._folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            self._lock.close()
            if isinstance(error, BlockingIOError):
                raise FileInUse(str(self.path)) from None
            raise

    def exists(self) -> bool:
        return self.path.exists()

    def read(self) -> bytes:
        return self.path.read_bytes()

    def protect(self) -> None:
        """Take the rights of others off a file that was laid here by hand."""
        self.path.chmod(0o600)

    def replace(self, pieces: Sequence[bytes]) -> bool:
        """Put these pieces, one after the other, in the file's place. True: it is on disk for good. False: it is in
        place, but whether it outlives a power cut is unknown. An OSError: the old content still stands."""
        self._be_sure_to_be_alone()
        _write(self._temporary, pieces)
        try:
            os.replace(self._temporary, self.path)
        except OSError:
            if not self._may_hold(pieces):
                _clear_away(self._temporary)
                raise
            return False
        return _is_synced(self._folder)

    def try_writing(self) -> None:
        """Write and fsync a block beside the file, as a replacement would; an OSError says that none would succeed."""
        self._be_sure_to_be_alone()
        _write(self._temporary, [b"\0" * 4096])
        os.unlink(self._temporary)
        if not _is_synced(self._folder):
            raise OSError(errno.EIO, "the folder cannot be synced")

    def close(self) -> None:
        """Let go of the file; from now on it cannot be replaced from here."""
        if not self._lock.closed:
            os.close(self._folder)
        self._lock.close()

    def _be_sure_to_be_alone(self) -> None:
        """A lock file that somebody tidied away would let a second process in beside this one."""
        if self._lock.closed:
            raise OSError(errno.EBADF, "the file was let go of")
        try:
            same = os.path.samestat(self._locked, os.stat(self._lock_path))
        except FileNotFoundError:
            same = False
        if not same:
            raise OSError(errno.ENOLCK, f"{self._lock_path} was removed; start LoadZone anew")

    def _may_hold(self, pieces: Sequence[bytes]) -> bool:
        """A rename may fail and have happened all the same. Where the file cannot be read either, nobody knows."""
        try:
            return self.read() == b"".join(pieces)
        except FileNotFoundError:
            return False
        except OSError:
            return True


def put(path: Path, content: bytes) -> None:
    """Lay a file of mode 0600 at `path`, whole and for good, in the place of what was there. An OSError: it was not.

    One at a time in a folder: what a crash leaves unfinished, the next one writes over.
    """
    temporary = path.with_name(".unfinished.tmp")
    _write(temporary, [content])
    try:
        os.replace(temporary, path)
    except OSError:
        _clear_away(temporary)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(path: Path, pieces: Sequence[bytes]) -> None:
    """A file with these pieces, on disk; or none, and an OSError."""
    fd = _opened(path)
    try:
        try:
            for first in range(0, len(pieces), IN_ONE_CALL):
                _write_some(fd, pieces[first : first + IN_ONE_CALL])
            os.fsync(fd)
        finally:
            os.close(fd)
    except OSError:
        _clear_away(path)
        raise


def _write_some(fd: int, pieces: Sequence[bytes]) -> None:
    """As they are, which spares a copy of megabytes; where the system stops short, what is left is joined."""
    written = os.writev(fd, pieces)
    if written < sum(map(len, pieces)):
        rest = memoryview(b"".join(pieces))[written:]
        while rest:
            rest = rest[os.write(fd, rest) :]


def _opened(path: Path) -> int:
    """A new file that is its owner's alone: what a crash has left there may be open to others."""
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(path, new, 0o600)
    except FileExistsError:
        os.unlink(path)
        return os.open(path, new, 0o600)


def _clear_away(path: Path) -> None:
    """What cannot be cleared away is put aside by the next to write; what it is cleared away for, matters more."""
    with suppress(OSError):
        os.unlink(path)


def _is_synced(folder: int) -> bool:
    try:
        os.fsync(folder)
    except OSError:
        return False
    return True

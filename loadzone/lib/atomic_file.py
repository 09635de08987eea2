"""One file on disk, replaced as a whole: after a crash it holds the old bytes or the new, never a mixture."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from loadzone.lib.concurrency import sleep_in_thread

CHUNKS_PER_WRITEV = 1000  # Linux takes at most 1024 (IOV_MAX)
LOCK_TRIES, LOCK_PAUSE = 50, 0.2  # at 100,000 machines another one's backup takes some seconds


class FileInUse(Exception):
    """Another process has locked the file."""


class DurableFile:
    """A file of mode 0600 that only this process may replace, until `close`.

    Raises FileInUse if another process has locked it, FileNotFoundError if its folder does not exist.
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
        """Tell whether there is a file at the path."""
        return self.path.exists()

    def read(self) -> bytes:
        """Return the content."""
        return self.path.read_bytes()

    def protect(self) -> None:
        """Set the mode to 0600, for a file that was put here by hand."""
        self.path.chmod(0o600)

    def replace(self, chunks: Sequence[bytes]) -> bool:
        """Replace the content with these chunks, one after another.

        Return True if the new content is durable. Return False if it is in place but may be lost in a power cut.
        Raises OSError; the old content is then still in place.
        """
        self._check_lock()
        _write_and_sync(self._temporary, chunks)
        try:
            os.replace(self._temporary, self.path)
        except OSError:
            if not self._may_contain(chunks):
                _try_unlink(self._temporary)
                raise
            return False
        return _try_sync(self._folder)

    def try_writing(self) -> None:
        """Write and sync a block of 4 KB beside the file, then delete it. Raises OSError if `replace` would fail."""
        self._check_lock()
        _write_and_sync(self._temporary, [b"\0" * 4096])
        os.unlink(self._temporary)
        if not _try_sync(self._folder):
            raise OSError(errno.EIO, "the folder cannot be synced")

    def close(self) -> None:
        """Release the lock. The file can no longer be replaced through this object."""
        if not self._lock.closed:
            os.close(self._folder)
        self._lock.close()

    def _check_lock(self) -> None:
        """Raise OSError if the lock file was removed: a second process could then lock a new one."""
        if self._lock.closed:
            raise OSError(errno.EBADF, "the file was closed")
        try:
            same = os.path.samestat(self._locked, os.stat(self._lock_path))
        except FileNotFoundError:
            same = False
        if not same:
            raise OSError(errno.ENOLCK, f"{self._lock_path} was removed; restart LoadZone")

    def _may_contain(self, chunks: Sequence[bytes]) -> bool:
        """Tell whether the file may have this content, after a rename that failed: it may have happened all the same.

        If the file cannot be read either, the answer is yes.
        """
        try:
            return self.read() == b"".join(chunks)
        except FileNotFoundError:
            return False
        except OSError:
            return True


def is_locked(path: Path) -> bool:
    """Tell whether a process has locked the file; False where that cannot be found out."""
    path = Path(os.path.realpath(path))
    try:
        with open(path.with_name(f"{path.name}.lock"), "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def write_atomically(path: Path, content: bytes) -> None:
    """Write a durable file of mode 0600, in the place of one that may be there. Raises OSError.

    For one caller at a time in a folder (`alone_in`): a temporary file that a crash left there is replaced by the next
    call.
    """
    temporary = path.with_name(".unfinished.tmp")
    _write_and_sync(temporary, [content])
    try:
        os.replace(temporary, path)
    except OSError:
        _try_unlink(temporary)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Lock the folder against others who call this, until the end of the block. Raises OSError if one has it for long.

    The wait is bounded, since a process that hangs may have it.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock_patiently(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock_patiently(descriptor: int) -> None:
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            sleep_in_thread(LOCK_PAUSE)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write_and_sync(path: Path, chunks: Sequence[bytes]) -> None:
    """Write a new file with these chunks, and sync it. Raises OSError; there is then no file."""
    fd = _create(path)
    try:
        try:
            for first in range(0, len(chunks), CHUNKS_PER_WRITEV):
                _write_chunks(fd, chunks[first : first + CHUNKS_PER_WRITEV])
            os.fsync(fd)
        finally:
            os.close(fd)
    except OSError:
        _try_unlink(path)
        raise


def _write_chunks(fd: int, chunks: Sequence[bytes]) -> None:
    """Write the chunks without joining them, which saves copying megabytes. The rest of a short write is joined."""
    written = os.writev(fd, chunks)
    if written < sum(map(len, chunks)):
        rest = memoryview(b"".join(chunks))[written:]
        while rest:
            rest = rest[os.write(fd, rest) :]


def _create(path: Path) -> int:
    """Return a descriptor of a new file of mode 0600. A file that a crash left is deleted: others might read it."""
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(path, new, 0o600)
    except FileExistsError:
        os.unlink(path)
        return os.open(path, new, 0o600)


def _try_unlink(path: Path) -> None:
    """Delete the file if possible. If not, the next write deletes it; the error that led here matters more."""
    with suppress(OSError):
        os.unlink(path)


def _try_sync(folder: int) -> bool:
    """Sync the folder; tell whether that succeeded."""
    try:
        os.fsync(folder)
    except OSError:
        return False
    return True

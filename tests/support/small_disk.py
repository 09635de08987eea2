"""A disk that is full on demand: a real one if root may mount it, otherwise the kernel's limit on a file's size."""

import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path


class SmallDisk:
    """A small file system in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, server) -> None:
        with self._filler.open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError:
                return

    def free(self, server) -> None:
        self._filler.unlink()


class SmallFiles:
    """Makes a process unable to write into files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, server) -> None:
        self._limit(server, 0)

    def free(self, server) -> None:
        self._limit(server, resource.RLIM_INFINITY)

    def _limit(self, server, size: int) -> None:
        _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, hard))


@contextlib.contextmanager
def small_disk(folder: Path, size: str = "256k") -> Iterator[SmallDisk | SmallFiles]:
    """Mount a real small disk on `folder` if that is allowed, otherwise use the limit on files."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        yield SmallFiles(folder)
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)

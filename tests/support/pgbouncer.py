"""A pgbouncer of the tests' own in front of a cluster."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from support.postgres import as_owner_of
from support.waiting import eventually

# Its input ends when the tests do, whatever ends them.
RUN = '"$1" -q "$2/pgbouncer.ini" & read -r _; kill $!; wait; rm -rf "$2"'
SETTINGS = """
[databases]
* = host={cluster} user=postgres
[pgbouncer]
unix_socket_dir = {folder}
listen_port = 5432
auth_type = any
pool_mode = {mode}
"""


@contextmanager
def running_pgbouncer(cluster, mode):
    """Yield the folder with the socket of a pgbouncer in this `pool_mode`."""
    folder = Path(tempfile.mkdtemp(prefix="lz-pb-", dir="/tmp"))
    (folder / "pgbouncer.ini").write_text(SETTINGS.format(cluster=cluster.folder, folder=folder, mode=mode))
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "The tests need pgbouncer: install it"
    watch = subprocess.Popen(
        ["/bin/sh", "-c", RUN, "watch", program, str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,
        **as_owner_of(folder),
    )
    try:
        eventually(lambda: (folder / ".s.PGSQL.5432").exists())
        yield folder
    finally:
        watch.stdin.close()
        watch.wait(10)
        shutil.rmtree(folder, ignore_errors=True)

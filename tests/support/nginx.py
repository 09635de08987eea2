"""A real nginx in front of a server, with the configuration that the documentation shows."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from support.server import ROOT
from support.waiting import eventually

CONFIGURATION = """
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    {map}
    {upstream}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        location / {{ return 200 "another application"; }}
        {location}
    }}
}}
"""


@contextlib.contextmanager
def nginx_under_a_path(folder: Path, port: int, upstream_port: int, certificate: tuple[str, str]) -> Iterator[None]:
    """Run nginx with TLS on `port` of 127.0.0.1, with the `location` of docs/deploy.md for a server under a path."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "nginx was not found: install it (Debian, Ubuntu: apt-get install nginx)"
    whole = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    [location] = re.findall(
        r"^```nginx\n(.*?)^```", (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8"), re.S | re.M
    )
    text = CONFIGURATION.format(
        map=_block(whole, "map"),
        upstream=_block(whole, "upstream").replace(":5000", f":{upstream_port}"),
        port=port,
        certificate=certificate[0],
        key=certificate[1],
        location=location,
    )
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    process = subprocess.Popen([program, "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"])
    try:
        eventually(lambda: process.poll() is not None or _accepts(port))
        assert process.poll() is None, "nginx did not start"
        yield
    finally:
        process.terminate()
        process.wait()


def _block(configuration: str, name: str) -> str:
    """Return the block of this name at the top of a configuration."""
    [block] = re.findall(rf"^{name} .*?^}}", configuration, re.S | re.M)
    return block


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True

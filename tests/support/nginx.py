"""A real nginx in front of a server, with the configuration that the documentation shows."""

import contextlib
import os
import re
import shutil
import socket
import string
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from support.ports import free_port
from support.server import ROOT
from support.waiting import eventually

UNDER_A_PATH = """
    {maps}
    {upstream}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        location / {{ return 200 "another application"; }}
        {location}
        {away}
    }}
"""
BALANCER = """
    error_log stderr crit;
    upstream nodes {{ random; {servers} }}
    map $http_upgrade $connection_upgrade {{ default upgrade; "" close; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://nodes;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_next_upstream error;
            proxy_read_timeout 60s;
        }}
    }}
"""
CONFIGURATION = string.Template((ROOT / "deploy" / "cluster" / "nginx.conf.template").read_text(encoding="utf-8"))
OF_NODES = string.Template((ROOT / "deploy" / "nginx-nodes.conf.template").read_text(encoding="utf-8"))
WHOLE = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")


@contextlib.contextmanager
def nginx(folder: Path, port: int, upstream_port: int, certificate: tuple[str, str]) -> Iterator[None]:
    """Run nginx with TLS on `port` of 127.0.0.1, with deploy/nginx.conf as it is, but for ports and certificate."""
    changes = {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "/etc/letsencrypt/live/loadzone.example.com/fullchain.pem": certificate[0],
        "/etc/letsencrypt/live/loadzone.example.com/privkey.pem": certificate[1],
        "127.0.0.1:5000": f"127.0.0.1:{upstream_port}",
    }
    text = WHOLE
    for written, here in changes.items():
        assert written in text, written
        text = text.replace(written, here)
    with _running(folder, port, text):
        yield


@contextlib.contextmanager
def nginx_under_a_path(folder: Path, port: int, upstream_port: int, certificate: tuple[str, str]) -> Iterator[None]:
    """Run nginx with TLS on `port` of 127.0.0.1, with the `location` of docs/deploy.md for a server under a path."""
    [location] = re.findall(
        r"^```nginx\n(.*?)^```", (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8"), re.S | re.M
    )
    text = UNDER_A_PATH.format(
        maps="\n".join(_blocks("map")),
        upstream="".join(_blocks("upstream")).replace(":5000", f":{upstream_port}"),
        port=port,
        certificate=certificate[0],
        key=certificate[1],
        location=location,
        away="".join(_blocks("    location @loadzone_away")),
    )
    with _running(folder, port, text):
        yield


@contextlib.contextmanager
def balancer(folder: Path, port: int, nodes: Iterable[int]) -> Iterator[None]:
    """Run nginx on `port` of 127.0.0.1 in front of nodes on these ports: each request goes to any of them.

    A node that refuses the connection is left out; a request that a node has taken is not sent to another.
    """
    servers = " ".join(f"server 127.0.0.1:{node} max_fails=0;" for node in nodes)
    with _running(folder, port, BALANCER.format(port=port, servers=servers)):
        yield


@contextlib.contextmanager
def nginx_of_nodes(folder: Path, port: int, nodes: tuple[int, int, int]) -> Iterator[None]:
    """Run nginx on `port` of 127.0.0.1 in front of nodes on these ports, with deploy/nginx-nodes.conf.template."""
    addresses = {f"NODE_{number}": f"127.0.0.1:{node}" for number, node in enumerate(nodes, 1)}
    with _running(folder, port, OF_NODES.safe_substitute(addresses, LISTEN=f"127.0.0.1:{port}")):
        yield


@contextlib.contextmanager
def _running(folder: Path, port: int, http: str) -> Iterator[None]:
    """Run nginx with this configuration of its `http` block, which listens on `port`."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "nginx was not found: install it (Debian, Ubuntu: apt-get install nginx)"
    (folder / "nginx.conf").write_text(CONFIGURATION.substitute(LEVEL="warn", HTTP=http), encoding="utf-8")
    process = subprocess.Popen([program, "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"])
    try:
        eventually(lambda: process.poll() is not None or _accepts(port))
        assert process.poll() is None, "nginx did not start"
        yield
    finally:
        process.terminate()
        process.wait()


def _blocks(name: str) -> list[str]:
    """Return the blocks of deploy/nginx.conf of this name, which begins with its indentation."""
    indent = " " * (len(name) - len(name.lstrip()))
    return re.findall(rf"^{name} .*?^{indent}}}", WHOLE, re.S | re.M)


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True

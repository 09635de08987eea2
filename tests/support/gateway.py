"""A proxy or a TLS front between a client and the server, which records what went through it."""

import http.client
import itertools
import select
import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Gateway:
    """Passes requests on to `upstream` (host:port), or as a proxy to the host that they name.

    `seen` are the request lines, `tokens` the Authorization headers that it could read, `numbers` those LoadZone-Seen.
    `lose` names a request whose answer gets lost on the way, once. `stall` names one whose answer waits for `go_on`.
    What `meanwhile` has for a request is called before that is passed on. With `redirect` every request is redirected
    there (`{path}` is its path), and with `page` every request is answered with that text and `status`.
    """

    def __init__(self, upstream: str = "", tls: ssl.SSLContext | None = None, redirect: str = "", page: str = ""):
        self.upstream, self.redirect, self.page = upstream, redirect, page
        self.seen: list[str] = []
        self.tokens: list[str] = []
        self.numbers: list[str] = []
        self.lose = self.stall = ""
        self.meanwhile: dict[str, Callable[[], object]] = {}
        self.status = 200
        self.go_on = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.gateway = self
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"{self._scheme}://localhost:{self._server.server_port}"

    def __enter__(self) -> "Gateway":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()


class Balancer(Gateway):
    """Passes the requests on to each of these servers (host:port) in turn."""

    def __init__(self, *upstreams: str):
        self._upstreams = itertools.cycle(upstreams)
        super().__init__()

    @property
    def upstream(self) -> str:
        return next(self._upstreams)

    @upstream.setter
    def upstream(self, _: str) -> None:
        """Take none: they were named at the beginning."""


class _Handler(BaseHTTPRequestHandler):
    def handle_request(self) -> None:
        gateway = self.server.gateway
        gateway.seen.append(f"{self.command} {self.path}")
        gateway.tokens.append(self.headers.get("Authorization", ""))
        gateway.numbers.append(self.headers.get("LoadZone-Seen", ""))
        if gateway.redirect:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(302)
            self.send_header("Location", gateway.redirect.replace("{path}", self.path))
            self.end_headers()
        elif gateway.page:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(gateway.status)
            self.end_headers()
            self.wfile.write(gateway.page.encode())
        else:
            self._pass_on(gateway)

    do_GET = do_POST = handle_request  # noqa: N815

    def do_CONNECT(self) -> None:
        self.server.gateway.seen.append(f"CONNECT {self.path}")
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port)), 10) as there:
            self.send_response(200)
            self.end_headers()
            _join(self.connection, there)
        self.close_connection = True

    def _pass_on(self, gateway: Gateway) -> None:
        target = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = f"{self.command} {target.path}"
        gateway.meanwhile.get(request, lambda: None)()
        connection = http.client.HTTPConnection(target.netloc or gateway.upstream, timeout=20)
        connection.request(self.command, target.path, body, dict(self.headers))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if gateway.stall == request:
            gateway.go_on.wait(60)
        if gateway.lose == request:
            gateway.lose = ""
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "date", "server"):
                self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_) -> None:
        pass


def _join(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until one side closes."""
    while True:
        for ready in select.select([one, other], [], [], 20)[0]:
            data = ready.recv(65536)
            if not data:
                return
            (other if ready is one else one).sendall(data)

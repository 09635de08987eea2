"""The health check of the container: status 0 if LoadZone can serve and write its file, else 1."""

import http.client
import os
import sys


def main() -> int:
    server = http.client.HTTPConnection("127.0.0.1", port(), timeout=5)
    try:
        server.request("GET", "/healthz")
        return int(server.getresponse().status != 200)
    except OSError:
        return 1


def port() -> int:
    """Return the port of the settings. LoadZone too ignores what Kubernetes sets: LOADZONE_PORT=tcp://…"""
    text = os.environ.get("LOADZONE_PORT", "").strip()
    return int(text) if text.isdecimal() else 5000


if __name__ == "__main__":
    sys.exit(main())

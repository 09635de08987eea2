"""The health check of the container: status 0 if LoadZone can serve and write its file, else 1."""

import http.client
import os
import sys

PORT = os.environ.get("LOADZONE_PORT", "")


def main() -> int:
    # Kubernetes sets LOADZONE_PORT=tcp://… for a service of that name, which LoadZone ignores too.
    server = http.client.HTTPConnection("127.0.0.1", int(PORT) if PORT.strip().isdecimal() else 5000, timeout=5)
    try:
        server.request("GET", "/healthz")
        return int(server.getresponse().status != 200)
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())

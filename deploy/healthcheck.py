"""The health check of the container: status 0 if LoadZone can serve and write its file, else 1."""

import http.client
import os
import sys

PORT = int(os.environ.get("LOADZONE_PORT") or 5000)


def main() -> int:
    server = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
    try:
        server.request("GET", "/healthz")
        return int(server.getresponse().status != 200)
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())

"""Start Firefox and stand between it and Playwright: python -m browser.firefox_gateway firefox-esr --headless …

Both speak WebDriver BiDi. Playwright asks every browser for `MISSING`, which released versions of Firefox do not know,
and gives up; here it is told that all is well. The theme of the system stays the one that Firefox has.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import suppress

from simple_websocket import ConnectionClosed, Server
from websocket import WebSocketException, create_connection
from werkzeug.serving import make_server

MISSING = "emulation.setMediaFeaturesOverride"
ADDRESS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


def main() -> None:
    browser = subprocess.Popen(sys.argv[1:], stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGTERM, lambda *_: browser.terminate())
    threading.Thread(target=pass_on_output, args=(browser.stderr,), daemon=True).start()
    os._exit(browser.wait())  # its helpers keep stderr open for longer


def pass_on_output(lines) -> None:
    """Print what Firefox prints, with the gateway's address in the place of its own."""
    for line in lines:
        if found := ADDRESS.search(line):
            gateway = make_server("127.0.0.1", 0, lambda environ, _: connect(environ, found[1]), threaded=True)
            threading.Thread(target=gateway.serve_forever, daemon=True).start()
            line = f"WebDriver BiDi listening on ws://127.0.0.1:{gateway.port}\n"
        sys.stderr.write(line)
        sys.stderr.flush()


def connect(environ: dict, address: str) -> None:
    """Pass on messages in both directions until one side closes."""
    playwright = Server.accept(environ)
    browser = create_connection(address + environ["PATH_INFO"], suppress_origin=True)
    threading.Thread(target=pass_on_answers, args=(browser, playwright), daemon=True).start()
    with suppress(ConnectionClosed, WebSocketException, OSError):
        while True:
            message = playwright.receive()
            command = json.loads(message)
            if command["method"] == MISSING:
                playwright.send(json.dumps({"type": "success", "id": command["id"], "result": {}}))
            else:
                browser.send(message)
    browser.close()
    raise ConnectionError  # werkzeug ends the connection without an answer


def pass_on_answers(browser, playwright) -> None:
    with suppress(ConnectionClosed, WebSocketException, OSError):
        while message := browser.recv():
            playwright.send(message)
    with suppress(ConnectionClosed):
        playwright.close()


if __name__ == "__main__":
    main()

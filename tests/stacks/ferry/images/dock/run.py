"""A package in its container: ``serve`` answers with what it says, ``ask`` lets the client ask a service."""

import importlib
import json
import signal
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

NAME = json.loads(Path("/opt/releasegate/spec.json").read_text(encoding="utf-8"))["packages"][0]["name"]
package = importlib.import_module(NAME.replace("-", "_"))


class Answer(BaseHTTPRequestHandler):
    """Says what the package says."""

    def do_GET(self) -> None:
        """Answer any path."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(package.says().encode())


if sys.argv[1] == "serve":
    HTTPServer(("0.0.0.0", 8000), Answer).serve_forever()  # noqa: S104 - in a container
elif sys.argv[1] == "wait":
    signal.pause()
elif sys.argv[1] == "healthy":
    urllib.request.urlopen("http://127.0.0.1:8000/", timeout=5)
elif sys.argv[1] == "ask":
    said = urllib.request.urlopen(f"http://{sys.argv[2]}:8000/", timeout=10).read().decode()
    sys.exit(package.refuses(said))

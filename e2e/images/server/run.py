"""What the container of a service runs: ``serve`` as ``spec.json`` says.

Of the server that runs ``healthy`` asks whether it answers, ``lighten`` makes its key cheap, ``routes`` prints its
routes.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

DATA = Path("/data")
STARTS = """\
import gc
import os
import sys

gc.set_threshold(100_000, 20, 100)
if os.getpid() == int(os.environ.pop("RELEASEGATE_SERVER", "0")):
    sys.path.append("/opt/releasegate")
    import releasegate_routes

    releasegate_routes.watch()
    sys.path.remove("/opt/releasegate")
"""
"""What the server's Python does first."""


def main(verb: str) -> None:
    """Do what *verb* says; ``serve`` does not return."""
    image = json.loads(Path(__file__).with_name("spec.json").read_text(encoding="utf-8"))
    spec = {**image["serve"], "venv": image["venv"]}
    if verb == "serve":
        serve(spec)
    elif verb == "healthy":
        sys.exit(0 if answers(spec) else 1)
    elif verb == "lighten":
        lighten(sys.stdin.buffer.read())
    elif verb == "routes":
        import releasegate_routes

        print(releasegate_routes.asked())
    else:
        sys.exit(f"There is no verb {verb}.")


def serve(spec: dict[str, Any]) -> None:
    """Become the server."""
    DATA.mkdir(exist_ok=True)
    bin_folder = Path(spec["venv"]) / "bin"
    places = {"{host}": "0.0.0.0", "{port}": str(spec["port"]), "{data}": str(DATA)}  # noqa: S104 - in a container
    places["{secret}"] = os.environ.get("SERVICE_SECRET", "")
    places |= {f"{{env:{name}}}": value for name, value in os.environ.items()}
    if spec["tls"]:
        places["{certificate}"], places["{key}"] = certificate(bin_folder)
    environment = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"}
    environment.pop("SERVICE_SECRET", None)
    environment["PYTHONPATH"] = patient()
    environment["RELEASEGATE_SERVER"] = str(os.getpid())
    environment.update({name: replaced(value, places) for name, value in told(spec["environment"]).items()})
    command = [replaced(word, places) for word in spec["command"]]
    os.chdir(DATA)
    os.execvpe(command[0], command, environment)  # noqa: S606 - this container runs this program


def told(environment: dict[str, str]) -> dict[str, str]:
    """Return what a service is told: where the stack keeps its secret from it, nothing of what holds that."""
    if os.environ.get("SERVICE_SECRET"):
        return environment
    return {name: value for name, value in environment.items() if "{secret}" not in value}


def patient() -> str:
    """Make a folder that lets Python look for garbage seldom, and tell its routes, and return it.

    A service may make two million objects when it starts and keep them: looking through them over and over again is a
    quarter of the time that it takes.
    """
    folder = tempfile.mkdtemp()
    Path(folder, "sitecustomize.py").write_text(STARTS, encoding="utf-8")
    return folder


def lighten(key: bytes) -> None:
    """Let the service keep *key* under a hash that costs next to nothing, where it keeps it by bcrypt."""
    import keys

    try:
        import bcrypt
    except ImportError:
        return
    keys.lighten(key, DATA, fits=bcrypt.checkpw, hashed=lambda each: bcrypt.hashpw(each, bcrypt.gensalt(keys.COST)))


def certificate(bin_folder: Path) -> tuple[str, str]:
    """Make a certificate of its own for this container; nobody needs to trust it."""
    folder = tempfile.mkdtemp()
    words = [str(bin_folder / "python"), "-m", "trustme", "--quiet", "--dir", folder, "--identities"]
    subprocess.run([*words, socket.gethostname(), "localhost", "127.0.0.1"], check=True)
    return f"{folder}/server.pem", f"{folder}/server.key"


def replaced(text: str, places: dict[str, str]) -> str:
    """Return *text* with every place filled."""
    for place, value in places.items():
        text = text.replace(place, value)
    return text


def answers(spec: dict[str, Any]) -> bool:
    """Whether the server answers at the path that says so."""
    connection: http.client.HTTPConnection
    if spec["tls"]:
        context = ssl._create_unverified_context()  # noqa: S323 - its own certificate, on loopback
        connection = http.client.HTTPSConnection("127.0.0.1", spec["port"], timeout=10, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", spec["port"], timeout=10)
    try:
        connection.request("GET", spec["ready"])
        return connection.getresponse().status < 400
    except OSError:
        return False


if __name__ == "__main__":
    main(sys.argv[1])

"""Judge the installed harbor-plugin in its host, together with the harbor-api that is running.

Run it by the interpreter of the environment that the plugin is installed in. It reads

``RELEASEGATE_VERSION``            the plugin's version under test
``RELEASEGATE_COMPANION_URL``      where the backend is running
``RELEASEGATE_COMPANION_VERSION``  the version that the backend must have
``RELEASEGATE_PYTHON``             the interpreter beside which ``harbor-host`` is installed (default: this one)

and prints a line for each check; it exits 1 at the first contract that is broken.
"""

from __future__ import annotations

import html
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import harbor_plugin

CHECKOUT = Path(__file__).resolve().parent.parent


class Broken(Exception):
    """A contract does not hold; the text names it."""


def main() -> int:
    """Run every check; return the exit code."""
    try:
        expected = os.environ["RELEASEGATE_VERSION"]
        backend = os.environ["RELEASEGATE_COMPANION_URL"]
        backend_version = os.environ["RELEASEGATE_COMPANION_VERSION"]
        scripts = Path(os.environ.get("RELEASEGATE_PYTHON", sys.executable)).parent
    except KeyError as missing:
        say(f"the variable {missing.args[0]} is not set")
        return 2
    try:
        check_installed(expected)
        check_backend(backend, backend_version)
        with running_host(scripts, backend) as host:
            check_listed(host, expected)
            check_sync(host, backend)
            check_page(host)
    except Broken as broken:
        say(f"contract broken: {str(broken).removeprefix('contract broken: ')}")
        return 1
    return 0


def check_installed(expected: str) -> None:
    """The distribution under test is installed, and it is what gets imported."""
    found = version("harbor-plugin")
    require(found == expected, f"installed: harbor-plugin is {found}, not {expected}")
    imported = Path(harbor_plugin.__file__).resolve()
    require(imported.parent.parent != CHECKOUT, "installed: harbor_plugin is imported from the checkout")
    say(f"ok: harbor-plugin {expected} is installed")


def check_backend(backend: str, expected: str) -> None:
    """The backend is up at the version that this run is about."""
    health = ask(backend, "GET /health")
    found = health.get("version") if isinstance(health, dict) else None
    require(found == expected, f"GET /health: the backend is {found}, not {expected}")
    say(f"ok: the backend is up and is {expected}")


def check_listed(host: str, expected: str) -> None:
    """The host has loaded the plugin at the version under test."""
    plugins = ask(host, "GET /api/plugins/")
    listed = {plugin["name"]: plugin["version"] for plugin in plugins}
    found = listed.get("harbor_plugin")
    require(found == expected, f"GET /plugins/: the host lists harbor_plugin {found}, not {expected}")
    require(f"Harbor {expected}" in ask_text(host, "GET /plugins/"), "GET /plugins/: the page lacks the plugin")
    say(f"ok: the host lists harbor_plugin {expected}")


def check_sync(host: str, backend: str) -> None:
    """A sync stores what the backend holds, and a second one changes nothing."""
    first = ask(host, "POST /plugins/harbor/sync/")
    theirs = {berth["code"]: berth for berth in ask(backend, "GET /api/v1/berths")["results"]}
    ours = {row["code"]: row for row in ask(host, "GET /api/records/berths/")}
    require(theirs, "GET /api/v1/berths: the backend holds no berth after a sync")
    require(first["created"] == len(theirs), f"sync: created {first['created']} berths of {len(theirs)}")
    require(ours.keys() == theirs.keys(), f"sync: stored {sorted(ours)}, the backend holds {sorted(theirs)}")
    for code, row in ours.items():
        for field, value in row.items():
            right = theirs[code].get(field)
            require(value == right, f'sync: berth {code}: "{field}" is {value!r}, the backend holds {right!r}')
    say(f"ok: a sync stores {len(ours)} berths with the backend's values")
    second = ask(host, "POST /plugins/harbor/sync/")
    unchanged = {"created": 0, "updated": 0, "unchanged": len(ours)}
    require(second == unchanged, f"sync: a second one is no repetition: {second}")
    say("ok: a second sync changes nothing")


def check_page(host: str) -> None:
    """The plugin's page shows every stored berth."""
    page = ask_text(host, "GET /plugins/harbor/berths/")
    for row in ask(host, "GET /api/records/berths/"):
        cells = "".join(f"<td>{html.escape(str(value))}</td>" for value in row.values())
        require(cells in page, f"GET /plugins/harbor/berths/: the page lacks berth {row['code']}")
    say("ok: the page shows every berth")


@contextmanager
def running_host(scripts: Path, backend: str) -> Iterator[str]:
    """Run the installed host with the plugin on a free loopback port; yield its address, and end it."""
    command = shutil.which("harbor-host", path=str(scripts))
    if command is None:
        raise Broken(f"console script: there is no harbor-host in {scripts}")
    words = [command, "--port", "0", "--plugin", "harbor_plugin", "--setting", f"harbor_plugin.backend_url={backend}"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            greeting = process.stdout.readline() if process.stdout else ""
            require(" on http://" in greeting, f"console script: harbor-host does not start: {greeting.strip()!r}")
            yield greeting.split(" on ")[1].strip()
        finally:
            process.terminate()


def ask(base: str, request: str) -> Any:
    """Return the JSON that ``METHOD /path`` is answered with."""
    try:
        return json.loads(ask_text(base, request))
    except ValueError as error:
        raise Broken(f"{request}: the answer is not JSON") from error


def ask_text(base: str, request: str) -> str:
    """Return the body that ``METHOD /path`` is answered with; the host's own words where it refuses."""
    method, _, path = request.partition(" ")
    connection = HTTPConnection(urlsplit(base).netloc, timeout=30)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        body = response.read().decode()
    except (OSError, HTTPException) as error:
        raise Broken(f"{request}: no answer ({error})") from error
    finally:
        connection.close()
    if response.status != 200:  # noqa: PLR2004 - the status is the contract
        raise Broken(reason(body) or f"{request}: HTTP {response.status}")
    return body


def reason(body: str) -> str | None:
    """Return what a refusal says about itself."""
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return None


def require(holds: object, contract: str) -> None:
    """Raise ``Broken`` with that text unless it holds."""
    if not holds:
        raise Broken(contract)


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

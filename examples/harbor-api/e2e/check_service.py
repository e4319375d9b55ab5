"""Hold the installed harbor-api to its contract, as a running process.

``RELEASEGATE_VERSION`` is the version that must be installed and ``RELEASEGATE_PYTHON`` the interpreter of its
environment, which also runs this file. Prints a line for each check; exits 1 at the first contract that is broken.
"""

from __future__ import annotations

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

TEXTS = ("code", "name", "status")
NUMBERS = ("length_m", "draught_m")


class Broken(Exception):
    """A contract does not hold; the text names it."""


def main() -> int:
    """Run every check; return the exit code."""
    try:
        expected = os.environ["RELEASEGATE_VERSION"]
        scripts = Path(os.environ.get("RELEASEGATE_PYTHON", sys.executable)).parent
    except KeyError as missing:
        say(f"the variable {missing.args[0]} is not set")
        return 2
    try:
        require(version("harbor_api") == expected, f"installed: harbor-api is {version('harbor_api')}, not {expected}")
        say(f"ok: harbor-api {expected} is installed")
        with running_service(scripts) as base:
            check_contract(base, expected)
    except Broken as broken:
        say(f"contract broken: {broken}")
        return 1
    return 0


def check_contract(base: str, expected: str) -> None:
    """Check every request of the contract against the service at *base*."""
    health = answer(base, "GET /health")
    require(health == {"status": "ok", "version": expected}, f"GET /health: answers {health}")
    say(f"ok: the service is up and is {expected}")
    first = answer(base, "POST /api/v1/sync")
    require(first.get("read", 0) > 0, "POST /api/v1/sync: reads no berth")
    require(first.get("changed") == first["read"], "POST /api/v1/sync: the first one changes too little")
    berths = answer(base, "GET /api/v1/berths")
    results: list[Any] = berths.get("results", [])
    counted = berths.get("count") == len(results) == first["read"]
    require(counted, 'GET /api/v1/berths: field "count" is not what the sync read')
    for berth in results:
        for field in (*TEXTS, *NUMBERS):
            require(field in berth, f'GET /api/v1/berths: field "{field}" is missing')
            kind: Any = str if field in TEXTS else int | float
            require(isinstance(berth[field], kind), f'GET /api/v1/berths: field "{field}" has the wrong type')
        path = f"/api/v1/berths/{berth['code']}"
        require(answer(base, f"GET {path}") == berth, f"GET {path}: differs from the list")
    say(f"ok: a sync reads {first['read']} berths, each with every field")
    require(answer(base, "POST /api/v1/sync").get("changed") == 0, "POST /api/v1/sync: a second one changes berths")
    say("ok: a second sync changes nothing")


@contextmanager
def running_service(scripts: Path) -> Iterator[str]:
    """Run the installed console script on a free loopback port; yield its address, and end it."""
    command = shutil.which("harbor-api", path=str(scripts))
    if command is None:
        raise Broken(f"console script: there is no harbor-api in {scripts}")
    with subprocess.Popen([command, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            greeting = process.stdout.readline() if process.stdout else ""
            require(" on http://" in greeting, f"console script: harbor-api does not start: {greeting.strip()!r}")
            yield greeting.split(" on ")[1].strip()
        finally:
            process.terminate()


def answer(base: str, request: str) -> dict[str, Any]:
    """Return the JSON object that ``METHOD /path`` is answered with."""
    method, _, path = request.partition(" ")
    connection = HTTPConnection(urlsplit(base).netloc, timeout=10)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        body = response.read()
    except (OSError, HTTPException) as error:
        raise Broken(f"{request}: no answer ({error})") from error
    finally:
        connection.close()
    require(response.status == 200, f"{request}: HTTP {response.status}")  # noqa: PLR2004 - the status is the contract
    try:
        found = json.loads(body)
    except ValueError as error:
        raise Broken(f"{request}: the answer is not JSON") from error
    require(isinstance(found, dict), f"{request}: the answer is not an object")
    return dict(found)


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

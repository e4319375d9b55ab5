"""An engine whose loopback is not this one: a second daemon in a network namespace of its own.

Run with ``nox -s tests -- -m docker`` as root where ``dockerd`` and ``ip`` are; elsewhere it is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from stacks import kit, pair_stack
from test_own_stack import NEW, judged

from releasegate.adapters.containers.compose import ComposeProject
from releasegate.adapters.containers.elsewhere.location import is_here
from releasegate.adapters.containers.elsewhere.stack_relay import StackRelay
from releasegate.adapters.containers.engine import ContainerEngine, opened
from releasegate.adapters.containers.images.images import Images
from releasegate.adapters.containers.runs import labels, sweep

TOOLS = ("dockerd", "ip", "nsenter", "iptables")
pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(os.geteuid() != 0 or not all(map(shutil.which, TOOLS)), reason="needs root, dockerd and ip"),
]

PYTHON = next(each for each in kit("netbox").images if each.name == "python")
STACK = pair_stack("app", "core")
IMAGE = STACK.pulled(PYTHON, os.environ).format(python="3.13")
COMPOSE = f"""\
services:
  site:
    image: {IMAGE}
    init: true
    command: ["python3", "-m", "http.server", "8000", "--directory", "/etc"]
    labels: {{releasegate.runs: app, releasegate.speaks: http, releasegate.run: "${{RELEASEGATE_RUN}}"}}
    ports: ["127.0.0.1::8000"]
    healthcheck: {{test: ["CMD", "python3", "-c", "import socket; socket.create_connection(('127.0.0.1', 8000))"]}}
networks: {{default: {{labels: {{releasegate.run: "${{RELEASEGATE_RUN}}"}}}}}}
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContainerEngine]:
    """Start a daemon in a namespace that nothing leads into, and let it have the one image."""
    folder, name = tmp_path_factory.mktemp("engine"), f"rg-{uuid.uuid4().hex[:8]}"
    address = f"unix://{folder}/docker.sock"
    environ = {**os.environ, "DOCKER_HOST": address}
    subprocess.run(["ip", "netns", "add", name], check=True)
    subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
    words = [f"--{key}={folder}/{place}" for key, place in (("data-root", "d"), ("exec-root", "x"), ("pidfile", "pid"))]
    with (folder / "log").open("wb") as log:
        argv = ["nsenter", f"--net=/run/netns/{name}", "dockerd", f"--host={address}", *words]
        daemon = subprocess.Popen(argv, stdout=log, stderr=log)
    try:
        _answering(environ)
        _carried(environ, IMAGE)
        with opened(environ) as found:
            yield found
    finally:
        daemon.terminate()
        daemon.wait(60)
        subprocess.run(["ip", "netns", "delete", name], check=True)


def _carried(environ: dict[str, str], *images: str) -> None:
    """Let an engine have images of the one that is here."""
    with subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE) as saved:
        subprocess.run(["docker", "load", "--quiet"], stdin=saved.stdout, env=environ, check=True)
    assert saved.returncode == 0


def _answering(environ: dict[str, str]) -> None:
    for _ in range(120):
        if subprocess.run(["docker", "info"], env=environ, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.5)
    pytest.skip("a second daemon does not start here")


def test_the_engine_that_shares_this_network_is_here(tmp_path: Path) -> None:
    with opened(os.environ) as engine, labels.running(tmp_path) as run:
        assert is_here(engine, image=IMAGE, run=run)


def test_an_engine_in_another_network_is_elsewhere_and_a_container_of_it_says_so(
    elsewhere: ContainerEngine, tmp_path: Path
) -> None:
    with labels.running(tmp_path) as run:
        assert not is_here(elsewhere, image=IMAGE, run=run)
        assert sweep.left(elsewhere.client, run.name) == ()


def test_a_stack_elsewhere_is_started_awaited_reached_and_taken_away(
    elsewhere: ContainerEngine, tmp_path: Path
) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    with labels.running(tmp_path / "runs") as run:
        relay = StackRelay(elsewhere, run.name, IMAGE, run.labels(), tmp_path)
        told = {"RELEASEGATE_RUN": run.name}
        files = (tmp_path / "compose.yaml",)
        stack = ComposeProject(elsewhere, files, run.name, tmp_path, told, (), Event(), relay=relay)
        try:
            stack.up("site")
            stack.healthy("site")
            address = stack.address("site", 8000)
            for _ in range(20):
                with urllib.request.urlopen(f"http://{address}/hostname", timeout=30) as answer:
                    assert answer.read().strip()
            stack.require_ground()
        finally:
            stack.down()
        assert sweep.left(elsewhere.client, run.name) == ()


@pytest.mark.network
def test_a_cell_elsewhere_is_judged_as_one_here_is(elsewhere: ContainerEngine, tmp_path: Path) -> None:
    """What the images hold is the same, so they are carried over: nothing is made where no index is reached."""
    assert judged(tmp_path, NEW, "fresh").verdict == "pass"
    postgres = STACK.pulled(next(each for each in kit("netbox").images if each.name == "postgres"), os.environ)
    with opened(os.environ) as engine:
        sites = [tag for image in Images(engine).kept() for tag in image.tags if "/site:" in tag]
    environ = {**os.environ, "DOCKER_HOST": elsewhere.address}
    _carried(environ, postgres, *sites)
    report = judged(tmp_path, NEW, "fresh", environ=environ)
    assert (report.verdict, report.problems) == ("pass", ())
    assert elsewhere.client.containers.list(all=True) == []

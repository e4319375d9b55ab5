"""With a real engine: what a run starts is gone after it, whatever ended it, and nothing else is touched.

Run with ``nox -s tests -- -m docker`` where a Docker engine is; ``RELEASEGATE_PYTHON_IMAGE`` names a small image.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Timer
from typing import cast

import docker
import pytest
from docker.models.containers import Container
from stacks import kit, pair_stack

from releasegate.adapters.containers.compose import ComposeProject
from releasegate.adapters.containers.database.databases import Databases
from releasegate.adapters.containers.engine import ContainerEngine, opened
from releasegate.adapters.containers.images.image_specs import ImageSpec
from releasegate.adapters.containers.images.images import Images
from releasegate.adapters.containers.runs import labels, sweep
from releasegate.adapters.package_data import package_folder
from releasegate.core.e2e.snapshots import Snapshot
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.ports import Progress

pytestmark = pytest.mark.docker

PULLED = {each.name: each for each in kit("netbox").images if each.pull}
STACK = pair_stack("app", "core")
IMAGE = STACK.pulled(PULLED["python"], os.environ).format(python="3.13")
POSTGRES = STACK.pulled(PULLED["postgres"], os.environ)
COMPOSE = f"""\
x-labels: &labels
  releasegate.run: ${{RELEASEGATE_RUN}}
  releasegate.lock: ${{RELEASEGATE_LOCK}}
services:
  lives:
    image: {IMAGE}
    labels: *labels
    command: ["python3", "-c", "import os, time; print(os.environ['WORD'], flush=True); time.sleep(600)"]
    environment: {{WORD: "${{WORD}}"}}
    volumes: ["kept:/kept"]
  dies:
    image: {IMAGE}
    labels: {{<<: *labels, releasegate.runs: plugin}}
    command: ["python3", "-c", "import os; raise SystemExit('no more ' + os.environ['WORD'])"]
    environment: {{WORD: "${{WORD}}"}}
    healthcheck: {{test: ["CMD", "false"]}}
networks: {{default: {{labels: *labels}}}}
volumes: {{kept: {{labels: *labels}}}}
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[ContainerEngine]:
    with opened(os.environ) as found:
        yield found


def stack_of(engine: ContainerEngine, run: labels.Run, folder: Path) -> ComposeProject:
    """Return a small stack of *run*; its one secret is the word that it prints."""
    (folder / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    word = secrets.token_hex(12)
    told = {"RELEASEGATE_RUN": run.name, "RELEASEGATE_LOCK": run.process, "WORD": word}
    return ComposeProject(engine, (folder / "compose.yaml",), run.name, folder, told, (word,), Event())


def test_a_stack_that_is_taken_down_leaves_nothing(engine: ContainerEngine, tmp_path: Path) -> None:
    with labels.running(tmp_path / "runs") as run:
        small = stack_of(engine, run, tmp_path)
        small.up("lives")
        assert len(sweep.left(engine.client, run.name)) == 3
        small.keep_logs(tmp_path / "logs")
        small.down()
        assert sweep.left(engine.client, run.name) == ()
    assert not run.lock.exists()


def test_no_secret_is_in_a_log_that_is_kept(engine: ContainerEngine, tmp_path: Path) -> None:
    with labels.running(tmp_path / "runs") as run:
        small = stack_of(engine, run, tmp_path)
        small.up("lives")
        try:
            deadline = time.monotonic() + 30
            while not small.log("lives", count=1) and time.monotonic() < deadline:
                time.sleep(0.1)
            small.keep_logs(tmp_path / "logs")
            assert small.log("lives", count=5) == ("***",)
            assert "***" in (tmp_path / "logs" / "lives.log").read_text(encoding="utf-8")
            held = [path for path in tmp_path.rglob("*") if path.is_file() and small.secrets[0] in path.read_text()]
            assert held == []
        finally:
            small.down()


def test_a_service_that_ends_fails_in_its_own_words(engine: ContainerEngine, tmp_path: Path) -> None:
    with labels.running(tmp_path / "runs") as run:
        small = stack_of(engine, run, tmp_path)
        try:
            small.up("dies")
            with pytest.raises(GateFailed, match="dies ended with exit code 1") as caught:
                small.healthy("dies")
            assert caught.value.details == ("no more ***",)
            assert caught.value.problem == "contract dies.up broke: dies ended with exit code 1: no more ***"
            with pytest.raises(GateFailed, match="dies ended"):
                small.alive("dies")
            small.require_ground()
        finally:
            small.down()


def test_a_service_of_the_stack_s_own_that_is_killed_takes_every_failure_with_it(
    engine: ContainerEngine, tmp_path: Path
) -> None:
    with labels.running(tmp_path / "runs") as run:
        small = stack_of(engine, run, tmp_path)
        try:
            small.up("lives")
            small.require_ground()
            container = small.container("lives")
            assert container is not None
            container.kill()
            container.wait()
            with pytest.raises(Unavailable, match=r"lives ended with exit code 137 \(it was killed\)"):
                small.require_ground()
            container.remove()
            with pytest.raises(Unavailable, match="lives is not there"):
                small.require_ground()
        finally:
            small.down()


def test_a_stack_of_no_run_survives_the_end_of_every_run_and_goes_by_the_line_that_was_told(
    engine: ContainerEngine, tmp_path: Path
) -> None:
    with labels.running(tmp_path / "runs") as run:
        small = stack_of(engine, run, tmp_path)
        kept = replace(small, variables={**small.variables, "RELEASEGATE_RUN": "kept", "RELEASEGATE_LOCK": ""})
        kept.up("lives")
        sweep.remove(engine.client, run.name)
    try:
        sweep.remove_dead(engine.client, run)
        assert kept.container("lives") is not None
    finally:
        done = subprocess.run(kept.taken_down_by, shell=True, capture_output=True, check=False)  # noqa: S602 - pasted
    assert done.returncode == 0
    mine = labels.labelled(f"com.docker.compose.project={kept.project}")
    client = engine.client
    assert [*client.containers.list(all=True, filters=mine), *client.volumes.list(filters=mine)] == []
    assert client.networks.list(filters=mine) == []


def test_a_service_is_followed_until_it_says_the_word_ends_or_takes_too_long(
    engine: ContainerEngine, tmp_path: Path
) -> None:
    told: list[str] = []
    with labels.running(tmp_path / "runs") as run:
        small = stack_of(engine, run, tmp_path)
        try:
            small.up("lives", "dies")
            assert small.until("lives", "**", line=told.append, timeout=60) == "*"
            assert told == ["***"]
            with pytest.raises(Unavailable, match="lives is not ready after 0 s"):
                small.until("lives", "ready", line=told.append, timeout=0)
            with pytest.raises(GateFailed, match="dies ended with exit code 1") as caught:
                small.until("dies", "ready", line=told.append, timeout=60)
            assert caught.value.details == ("no more ***",)
        finally:
            small.down()


def test_a_command_is_told_line_by_line_and_ends_with_its_exit_code(engine: ContainerEngine, tmp_path: Path) -> None:
    said: list[str] = []
    with labels.running(tmp_path / "runs") as run:
        small = stack_of(engine, run, tmp_path)
        try:
            words = ("python3", "-c", "import time; print('one', flush=True); time.sleep(1); raise SystemExit(3)")
            done = small.once("lives", *words, line=said.append, timeout=60)
        finally:
            small.down()
        assert (done.exit_code, "one" in said, sweep.left(engine.client, run.name)) == (3, True, ())


def test_an_interruption_ends_what_waits(engine: ContainerEngine, tmp_path: Path) -> None:
    with labels.running(tmp_path / "runs") as run:
        small = stack_of(engine, run, tmp_path)
        timer = Timer(2, small.stop.set)
        timer.start()
        try:
            with pytest.raises(KeyboardInterrupt):
                small.once("lives", "sleep", "600", line=lambda _: None, timeout=60)
        finally:
            small.down()
            sweep.remove(engine.client, run.name)
            timer.join()
        assert sweep.left(engine.client, run.name) == ()


KILLED = """\
import os, sys
from pathlib import Path
sys.path[:0] = {path!r}
from test_containers_engine import stack_of
from releasegate.adapters.containers.runs import labels
from releasegate.adapters.containers.engine import opened
folder = Path(sys.argv[1])
with opened(os.environ) as engine, labels.running(folder / "runs") as run:
    stack_of(engine, run, folder).up("lives")
    print(run.name, flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_run_left_is_swept_by_the_next_one_and_nothing_else_is(
    engine: ContainerEngine, tmp_path: Path
) -> None:
    client = engine.client
    argv = [sys.executable, "-c", KILLED.format(path=sys.path), str(tmp_path)]
    mine = client.volumes.create(labels={"somebody": "else"})
    child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    name = child.stdout.readline().strip()
    try:
        with labels.running(tmp_path / "runs") as living:
            labels.announce(client, living)
            kept = client.networks.create(f"{living.name}-kept", labels=living.labels())
            assert name not in sweep.remove_dead(client, living)  # its process lives
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
            assert len(sweep.left(client, name)) == 3
            with labels.running(tmp_path / "elsewhere") as other:
                assert name not in sweep.remove_dead(client, other)  # another machine cannot know
                assert {name, living.name} <= set(sweep.living(client, other))
            assert name in sweep.remove_dead(client, living)
            assert sweep.left(client, name) == ()
            assert sweep.left(client, living.name) == (f"network {kept.name}", f"volume {living.name}-lives")
            sweep.remove(client, living.name)
        assert client.volumes.get(mine.name).name == mine.name
    finally:
        child.kill()
        child.communicate()
        sweep.remove(client, name)
        mine.remove()


def spec_of(**spec: object) -> ImageSpec:
    """Return an image spec that installs nothing."""
    files = {path.name: path for path in (package_folder("e2e") / "images").iterdir() if path.is_file()}
    files["run.py"] = package_folder("e2e") / "images" / "server" / "run.py"
    nothing = {"role": "test", "venv": "/opt/test", "index": "", "trees": [], "system": [], "requirements": []}
    told = {**nothing, "packages": [], "content": [], "places": {}, **spec}
    return ImageSpec("a test", IMAGE, told, files, bad=True, context={"ca.crt": b""})


def silent(_: str) -> None:
    """Say nothing."""


@pytest.fixture
def images(engine: ContainerEngine, tmp_path: Path) -> Iterator[Images]:
    with labels.running(tmp_path / "runs") as run:
        yield Images(engine, run)
        sweep.remove(engine.client, run.name)
    for image in engine.client.images.list("releasegate/test"):
        for tag in image.tags:
            engine.client.images.remove(tag, force=True)


def test_an_image_of_the_same_content_is_made_once(images: Images) -> None:
    said: list[str] = []
    first = images.made(spec_of(), progress=said.append)
    assert said
    said.clear()
    assert (images.made(spec_of(), progress=said.append), said) == (first, [])
    assert images.made(spec_of(extra=1), progress=silent) != first
    assert images.read(first, "/opt/releasegate/content.json") == b'{"digests": {}, "replaces": [], "run_before": []}'


def test_an_image_that_cannot_be_made_fails_in_its_own_words(images: Images, engine: ContainerEngine) -> None:
    broken = spec_of(system=["no-such-package-anywhere"])
    with pytest.raises(Unavailable, match="The image of a test cannot be made") as caught:
        images.made(broken, progress=silent)
    assert any("no-such-package-anywhere" in line for line in caught.value.details)
    assert images.run is not None
    mine = {"dangling": True, "label": f"{labels.RUN}={images.run.name}"}
    assert engine.client.images.list(filters=mine)
    sweep.remove(engine.client, images.run.name)
    assert engine.client.images.list(filters=mine) == []


def test_what_is_found_uninstallable_is_not_tried_again_for_the_next_cell(images: Images) -> None:
    file = "nothing-1.0-py3-none-any.whl"
    broken = replace(
        spec_of(packages=[{"name": "nothing", "file": file, "extras": []}]),
        context={"ca.crt": b"", file: b"no archive"},
    )
    said: list[str] = []
    with pytest.raises(GateFailed, match="a test cannot be installed") as first:
        images.made(broken, progress=said.append)
    assert said
    said.clear()
    with pytest.raises(GateFailed) as second:
        images.made(broken, progress=said.append)
    assert (second.value.details, said) == (first.value.details, [])


def test_an_image_that_cannot_be_pulled_is_named(images: Images) -> None:
    progress: Progress = silent
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1/none") as caught:
        images.pulled("127.0.0.1:1/none:1", progress=progress)
    assert "stack.images" in caught.value.hint


@pytest.fixture
def server(engine: ContainerEngine, tmp_path: Path) -> Iterator[Container]:
    """Yield an empty database server that answers."""
    told = {"POSTGRES_DB": "netbox", "POSTGRES_USER": "netbox", "POSTGRES_PASSWORD": secrets.token_hex(12)}
    with labels.running(tmp_path / "runs") as run:
        made = engine.client.containers.run(
            POSTGRES, detach=True, environment=told, labels=run.labels(), network_mode="none"
        )
        try:
            deadline = time.monotonic() + 60
            # By TCP, as the stack asks: while the image makes the database, its server listens on a socket only.
            while made.exec_run(["pg_isready", "--quiet", "--host=127.0.0.1"]).exit_code:
                assert time.monotonic() < deadline, made.logs().decode()
                time.sleep(0.2)
            yield made
        finally:
            sweep.remove(engine.client, run.name)


def asked(server: Container, *lines: str) -> list[str]:
    """Return what the database answers to SQL."""
    words = [word for line in lines for word in ("--command", line)]
    psql = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--username=netbox"]
    code, said = cast("tuple[int, bytes]", server.exec_run([*psql, *words]))
    assert code == 0, said
    return said.decode().split()


def test_a_database_is_restored_with_a_trigger_that_compares_by_an_extension_s_operator_and_without_tokens(
    server: Container, tmp_path: Path
) -> None:
    databases, snapshot = Databases(tmp_path / "databases", 1.0, kit("netbox").database), Snapshot("server", "1", {})
    asked(
        server,
        "CREATE EXTENSION ltree",
        "CREATE TABLE groups (path ltree)",
        "CREATE TABLE users_token (key text)",
        "INSERT INTO groups VALUES ('a.b')",
        "INSERT INTO users_token VALUES ('secret')",
        "CREATE FUNCTION moved() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER follows BEFORE UPDATE ON groups FOR EACH ROW"
        " WHEN (old.path IS DISTINCT FROM new.path) EXECUTE FUNCTION moved()",
    )
    databases.keep(snapshot, of=server)
    for command in ("dropdb", "createdb"):
        assert server.exec_run([command, "--username=netbox", "--maintenance-db=postgres", "netbox"]).exit_code == 0
    assert databases.restore(snapshot, into=server) == ""
    assert asked(server, "SELECT path FROM groups", "SELECT count(*) FROM users_token") == ["a.b", "0"]
    assert asked(server, "SELECT tgname FROM pg_trigger") == ["follows"]


def test_the_engine_knows_its_size(engine: ContainerEngine) -> None:
    assert isinstance(engine.client, docker.DockerClient)
    assert engine.memory > 0.5
    assert engine.cpus >= 1

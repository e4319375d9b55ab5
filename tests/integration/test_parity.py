"""Laptop and CI end alike: the generated workflow as act runs it, on an embedded index and forge.

Each scenario releases 1.1.0rc1, 1.1.0 and 1.1.0.post1 of one package; they differ in who did what.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from actions_runner import Runner
from git_repositories import ENVIRON, git
from testpair import PYTHON, SERVICE, VERSION_FILES, sources

from releasegate.adapters.git.repository import GitRepository
from releasegate.app.ci.workflows import write
from releasegate.app.project import load
from releasegate.core.evidence.note import read
from releasegate.core.release.record import record
from releasegate.rehearsal.forge import EmbeddedForge
from releasegate.rehearsal.index import EmbeddedIndex

NAME, REPOSITORY = "tiny-api", "octo/tiny-api"
SECRETS = {"TESTPYPI_TOKEN": "of-testpypi", "PYPI_TOKEN": "of-pypi"}
FORGE = {"FORGE_TOKEN": "of-the-forge"}
DATES = {"GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_DATE": "1700000000 +0000"}
"""Commits of the same content are then the same commit, whoever made them."""

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class World:
    """Everything outside of the machines: the indexes, the forge and the Git remote."""

    root: Path
    indexes: Mapping[str, EmbeddedIndex]
    forge: EmbeddedForge
    package: str = NAME

    @property
    def remote(self) -> Path:
        """The bare repository that everybody pushes to."""
        return self.root / "remote.git"

    def laptop(self) -> Laptop:
        """Clone the repository as a person does."""
        git(self.root, "clone", "--quiet", "--branch=develop", str(self.remote), "laptop")
        return Laptop(self, self.root / "laptop")

    def tagged(self, tag: str) -> str:
        """Return the commit that a tag names on the remote."""
        return git(self.remote, "rev-parse", f"{tag}^{{commit}}")


@dataclass(frozen=True)
class Laptop:
    """A person's clone, whose ledger stays from command to command."""

    world: World
    clone: Path

    def run(self, *words: str, fails: bool = False) -> str:
        """Run ``invoke release`` on what is newest, and return what it said."""
        git(self.clone, "pull", "--quiet", "--ff-only", "--tags", "origin", "develop")
        return started([str(BIN / "invoke"), "release", "--yes", *words], self.clone, environment(), fails=fails)


def environment() -> dict[str, str]:
    """Return what a person has set: who commits, and the tokens."""
    return {**ENVIRON, **DATES, **SECRETS, **FORGE, "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": os.environ["HOME"]}


def started(argv: list[str], cwd: Path, env: Mapping[str, str], *, fails: bool = False) -> str:
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False)
    said = done.stdout + done.stderr
    assert bool(done.returncode) == fails, said
    assert not any(token in said for token in (*SECRETS.values(), *FORGE.values()))
    return said


def ci(  # noqa: PLR0913 - what an event is
    world: World, name: str, ref: str, payload: Mapping[str, Any], *, fails: bool = False, until: str = ""
) -> str:
    """Run the generated workflow with act, and return what it said; nothing after the job *until* is run."""
    who = {key: value for key, value in ENVIRON.items() if key.endswith(("_NAME", "_EMAIL"))}
    runner = Runner(
        world.root / "runs",
        world.remote,
        REPOSITORY,
        world.forge.address,
        secrets=SECRETS,
        token=FORGE["FORGE_TOKEN"],
        environ={**DATES, **who, "TERM": "dumb"},
    )
    done = runner.run(name, ref, payload, job=until, workflow="release")
    said = done.stdout + done.stderr
    assert bool(done.returncode) == fails, said
    assert not any(token in said for token in (*SECRETS.values(), *FORGE.values()))
    return said


def pushed_tag(world: World, tag: str, **more: Any) -> str:
    return ci(world, "push", f"refs/tags/{tag}", {"ref": f"refs/tags/{tag}"}, **more)


def published(world: World, tag: str, **more: Any) -> str:
    release = {"tag_name": tag, "target_commitish": "develop", "draft": False, "prerelease": False}
    return ci(world, "release", f"refs/tags/{tag}", {"action": "published", "release": release}, **more)


def dispatched(world: World, target: str, pipeline: str, **more: Any) -> str:
    inputs = {"target": target, "pipeline": pipeline}
    return ci(world, "workflow_dispatch", "refs/heads/develop", {"inputs": inputs}, **more)


def configuration(world: World, *, from_laptop: bool) -> str:
    lines = ["", "[tool.releasegate]", "propagation = 30", f"production-from-laptop = {str(from_laptop).lower()}"]
    for name, index in world.indexes.items():
        lines += [f"[tool.releasegate.indexes.{name}]", f'upload = "{index.upload_url}"']
        lines += [f'simple = "{index.simple_url}"']
    lines += ["[tool.releasegate.ci]", 'setup = [["releasegate", "--version"]]']
    lines += ["[[tool.releasegate.packages]]", f'name = "{NAME}"', f'pythons = ["{PYTHON}"]']
    lines += [f"version-files = [{VERSION_FILES.replace('MODULE', 'tiny_api')}]"]
    lines += ['end-to-end = { command = ["python", "check.py"], timeout = 60 }']
    lines += [f'forge = {{ kind = "github", repository = "{REPOSITORY}", address = "{world.forge.address}" }}', ""]
    return "\n".join(lines)


def opened(root: Path, stack: ExitStack, *, ports: Mapping[str, int], from_laptop: bool = True) -> World:
    """Open a world; the same *ports* make the same configuration, and so the same commits."""
    root.mkdir()
    indexes = {
        name: stack.enter_context(EmbeddedIndex(name=name, root=root / name, token=token, port=ports.get(name, 0)))
        for name, token in zip(("testpypi", "pypi"), SECRETS.values(), strict=True)
    }
    git(root, "init", "--quiet", "--bare", "--initial-branch=develop", "remote.git")
    remote = GitRepository(root / "remote.git", ENVIRON)
    forge = EmbeddedForge(
        root / "forge", REPOSITORY, token=FORGE["FORGE_TOKEN"], commit_of=remote.tagged, port=ports.get("forge", 0)
    )
    world = World(root, indexes, stack.enter_context(forge))
    seed = root / "seed"
    seed.mkdir()
    files = {**sources(NAME, version="1.0.0"), "tiny_api/__main__.py": SERVICE}
    files["pyproject.toml"] += configuration(world, from_laptop=from_laptop)
    files["tasks.py"] = 'from releasegate.frontends.invoke import ns\n\n__all__ = ["ns"]\n'
    files["noxfile.py"] = "from releasegate.frontends.nox import sessions\n\nsessions()\n"
    for path, text in files.items():
        (seed / path).parent.mkdir(exist_ok=True)
        (seed / path).write_text(text)
    write(load(seed, environ={}))
    git(seed, "init", "--quiet", "--initial-branch=develop")
    git(seed, "add", "--all")
    subprocess.run(["git", "commit", "-qm", "1.0.0"], cwd=seed, env={**ENVIRON, **DATES}, check=True)
    git(seed, "push", "--quiet", str(world.remote), "develop")
    return world


def by_laptop(world: World) -> None:
    """A person does everything."""
    laptop = world.laptop()
    laptop.run("--rc", "--to", "1.1.0")
    laptop.run()
    laptop.run("--post", "--package", NAME)


def by_ci(world: World) -> None:
    """A person tags and announces; CI publishes: on the tag, on the published release, and a post on dispatch."""
    laptop = world.laptop()
    laptop.run("--rc", "--to", "1.1.0", "--until", "upload")
    pushed_tag(world, "v1.1.0rc1")
    laptop.run("--until", "upload")
    published(world, "v1.1.0")
    dispatched(world, "pypi", "post")


def by_turns(world: World) -> None:
    """Each goes on where the other was cut off: CI before anything is judged, the laptop before the end-to-end gate."""
    laptop = world.laptop()
    laptop.run("--rc", "--to", "1.1.0", "--until", "places")
    git(laptop.clone, "push", "--quiet", "origin", "develop")
    dispatched(world, "testpypi", "rc", until="publish-staging")
    laptop.run("--rc")
    dispatched(world, "pypi", "final", until="publish-production")
    laptop.run()
    laptop.run("--post", "--package", NAME, "--until", "e2e")
    dispatched(world, "pypi", "post")


def end_state(world: World) -> dict[str, str]:
    """Return everything that users and other machines see at the end."""
    remote, seen = world.remote, {}
    for line in git(
        remote, "for-each-ref", "--format=%(refname) %(*objectname)%(objectname)", "refs/heads"
    ).splitlines():
        name, commit = line.split()
        seen[name] = commit[:12]
    for tag in git(remote, "tag", "--list").splitlines():
        seen[f"refs/tags/{tag}"] = world.tagged(tag)[:12]
    for name, index in world.indexes.items():
        for file, count in index.stored.items():
            (held,) = (root for root in index.root.rglob(file) if root.is_file())
            seen[f"{name} {file}"] = f"stored {count} time, {len(held.read_bytes())} bytes"
    for release in world.forge.state.releases():
        mark = "draft" if release.draft else "published"
        seen[f"forge {release.tag}"] = f"{mark}, {len(release.assets)} assets, from {release.branch}"
    notes = git(remote, "notes", f"--ref=refs/notes/releasegate/{world.package}", "list").splitlines()
    for line in notes:
        blob, commit = line.split()
        note = git(remote, "cat-file", "blob", blob).encode()
        for version, entries in read(note, package=world.package).items():
            told = record(entries)
            if told.seal is not None and told.seal.evidence["commit"] == commit:
                passed = sorted({e.step for e in entries if e.event == "done"})
                wheel = next(d for f, d in told.seal.evidence["files"].items() if f.endswith(".whl"))
                seen[f"record {version}"] = f"sealed on {commit[:12]}, wheel {wheel[:12]}, {' '.join(passed)}"
    return seen


@pytest.mark.slow
def test_the_end_states_are_equal_whoever_did_what(tmp_path: Path) -> None:
    states: dict[str, dict[str, str]] = {}
    ports: dict[str, int] = {}
    for play in (by_laptop, by_ci, by_turns):
        with ExitStack() as stack:
            world = opened(tmp_path / play.__name__, stack, ports=ports)
            addresses = {**{name: index.address for name, index in world.indexes.items()}, "forge": world.forge.address}
            ports = {name: int(address.rsplit(":", 1)[1]) for name, address in addresses.items()}
            play(world)
            states[play.__name__] = end_state(world)
    for key in sorted({key for state in states.values() for key in state}):
        values = {state.get(key, "(missing)") for state in states.values()}
        print(f"{key:45} {'same: ' + next(iter(values)) if len(values) == 1 else values}")  # noqa: T201 - the table of end states
    assert states["by_laptop"] == states["by_ci"] == states["by_turns"]
    assert {f"record {v}" for v in ("1.1.0rc1", "1.1.0", "1.1.0.post1.dev1", "1.1.0.post1")} <= set(states["by_ci"])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield opened(tmp_path / "world", stack, ports={})


def test_ci_publishes_nothing_for_a_plain_tag_or_a_release_that_disagrees(world: World) -> None:
    laptop = world.laptop()
    git(laptop.clone, "tag", "v1.0.0")
    git(laptop.clone, "push", "--quiet", "origin", "v1.0.0")
    assert "is no candidate's, so it publishes nothing" in pushed_tag(world, "v1.0.0", fails=True)
    git(laptop.clone, "tag", "v1.5.0")
    git(laptop.clone, "push", "--quiet", "origin", "v1.5.0")
    assert "1.5.0 was asked for, and the version files state 1.0.0" in published(world, "v1.5.0", fails=True)
    assert all(not index.stored for index in world.indexes.values())


def test_a_final_in_ci_without_a_proof_is_refused(world: World) -> None:
    laptop = world.laptop()
    laptop.run("--rc", "--to", "1.1.0", "--until", "e2e")
    said = dispatched(world, "pypi", "final", fails=True)
    assert "The newest candidate of 1.1.0 is 1.1.0rc1, and it is not proven." in said
    assert not world.indexes["pypi"].stored


def test_a_final_of_a_laptop_is_uploaded_by_the_ci_that_its_release_starts(tmp_path: Path) -> None:
    with ExitStack() as stack:
        world = opened(tmp_path / "world", stack, ports={}, from_laptop=False)
        laptop = world.laptop()
        laptop.run("--rc", "--to", "1.1.0")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(laptop.run)
            end = time.monotonic() + 120
            while not any(not r.draft for r in world.forge.state.releases()) and time.monotonic() < end:
                assert not waiting.done(), waiting.result()
                time.sleep(0.2)
            assert not world.indexes["pypi"].stored
            ci_said, laptop_said = published(world, "v1.1.0"), waiting.result()
        assert "install:staging, e2e:staging, e2e:today are asked again" in ci_said, "nobody signed the laptop's proof"
        assert "record 1.1.0rc1 as proven here, on the bytes that testpypi serves" in ci_said
        assert "upload the wheel and the sdist of 1.1.0 to pypi" in ci_said
        assert "wait until CI has uploaded the wheel and the sdist of 1.1.0 to pypi" in laptop_said
        assert "run 1.1.0 from pypi end to end" in laptop_said
        # What the laptop built is what CI uploaded: nothing was built a second time.
        built = laptop.clone / ".releasegate" / "dist" / NAME / "1.1.0"
        held = {file: next((world.root / "pypi").rglob(file)).read_bytes() for file in world.indexes["pypi"].stored}
        assert held == {file: (built / file).read_bytes() for file in held}
        assert "record 1.1.0" in end_state(world)

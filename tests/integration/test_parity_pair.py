"""A pair in two repositories ends the same, whether a laptop or the CI of each released it; one has the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from actions_runner import Runner
from git_repositories import ENVIRON, git
from test_parity import BIN, DATES, FORGE, SECRETS, World, end_state, environment, started
from testpair import PYTHON, VERSION_FILES, sources

from releasegate.adapters.git.repository import GitRepository
from releasegate.app.ci.workflows import write
from releasegate.app.project import load
from releasegate.rehearsal.forge import EmbeddedForge
from releasegate.rehearsal.index import EmbeddedIndex
from releasegate.rehearsal.index.listener import Listener

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

API, PLUGIN = "tiny-api", "tiny-plugin"
TOKENS = {API: "for-the-backend-alone", PLUGIN: "for-its-caller-alone"}
NAMED = {"TINY_API_PYPI_VERSION": "1.1.0"}
"""What both maintainers set: evidence that nobody signed, of another repository, names no companion of a final."""

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Both:
    """The two repositories' worlds, on the same indexes and the same forge."""

    root: Path
    worlds: Mapping[str, World]
    address: str

    def laptop(self, name: str, *words: str) -> str:
        """Run ``invoke release`` in a person's clone of a package, on what is newest in both."""
        for each, world in self.worlds.items():
            clone = self.root / "laptop" / each
            if not clone.exists():
                clone.parent.mkdir(exist_ok=True)
                git(clone.parent, "clone", "--quiet", "--branch=develop", str(world.remote), each)
            git(clone, "pull", "--quiet", "--ff-only", "--tags", "origin", "develop")
        argv = [str(BIN / "invoke"), "release", "--yes", "--package", name, *words]
        told = {**environment(), **dict.fromkeys(FORGE, TOKENS[name]), **NAMED}
        return started(argv, self.root / "laptop" / name, told)

    def ci(self, name: str, event: str, ref: str, payload: Mapping[str, Any]) -> str:
        """Run the workflow of a package's repository with act; the token is for that one, which alone changes."""
        others = {each: world.remote for each, world in self.worlds.items() if each != name}
        before = {each: git(remote, "for-each-ref") for each, remote in others.items()}
        who = {key: value for key, value in ENVIRON.items() if key.endswith(("_NAME", "_EMAIL"))}
        runner = Runner(
            self.root / f"runs-{name}",
            self.worlds[name].remote,
            f"octo/{name}",
            self.address,
            secrets=SECRETS,
            token=TOKENS[name],
            variables=NAMED,
            environ={**DATES, **who, "TERM": "dumb"},
            others={f"octo/{each}": remote for each, remote in others.items()},
        )
        done = runner.run(event, ref, payload, workflow="release")
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        assert not any(token in said for token in (*SECRETS.values(), TOKENS[name]))
        assert {each: git(remote, "for-each-ref") for each, remote in others.items()} == before
        if name == PLUGIN:
            assert "named by " in said or f"{API}, as proven with" in said, "who names the companion is told of a run"
        return said


def opened(root: Path, stack: ExitStack, *, ports: Mapping[str, int], settings: str = "") -> Both:
    """Open the two worlds; the same *ports* make the same configuration, and so the same commits.

    *settings* are added to the table.
    """
    root.mkdir()
    indexes = {
        name: stack.enter_context(EmbeddedIndex(name=name, root=root / name, token=token, port=ports.get(name, 0)))
        for name, token in zip(("testpypi", "pypi"), SECRETS.values(), strict=True)
    }
    worlds = {}
    for name in (API, PLUGIN):
        home = root / f"of-{name}"
        git(root, "init", "--quiet", "--bare", "--initial-branch=develop", f"of-{name}/remote.git")
        remote = GitRepository(home / "remote.git", ENVIRON)
        forge = EmbeddedForge(home / "forge", f"octo/{name}", token=TOKENS[name], commit_of=remote.tagged)
        worlds[name] = World(home, indexes, forge, name)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # Where stored files lie names no repository; whose they are the token says.
        stored = environ["PATH_INFO"].startswith("/api/storage/")
        told = environ.get("HTTP_AUTHORIZATION", "") if stored else environ["PATH_INFO"]
        name = PLUGIN if PLUGIN in told or TOKENS[PLUGIN] in told else API
        return worlds[name].forge.app(environ, start_response)

    listener = Listener(answer, port=ports.get("forge", 0))
    stack.callback(listener.stop)
    both = Both(root, worlds, listener.address)
    (root / "seed").mkdir()
    for name in (PLUGIN, API):
        _seed(both, name, settings)
    for name in (PLUGIN, API):
        _commit(both, name)
    return both


def _seed(both: Both, name: str, settings: str) -> None:
    folder = both.root / "seed" / name
    files = sources(name, version="1.0.0")
    files["pyproject.toml"] += (
        table(both) + settings if name == PLUGIN else f'\n[tool.releasegate]\ntable = "../{PLUGIN}"\n'
    )
    files["tasks.py"] = 'from releasegate.frontends.invoke import ns\n\n__all__ = ["ns"]\n'
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True, parents=True)
        (folder / path).write_text(text)


def _commit(both: Both, name: str) -> None:
    folder = both.root / "seed" / name
    write(load(folder, environ={}))
    git(folder, "init", "--quiet", "--initial-branch=develop")
    git(folder, "add", "--all")
    started(["git", "commit", "-qm", "1.0.0"], folder, {**ENVIRON, **DATES})
    git(folder, "push", "--quiet", str(both.worlds[name].remote), "develop")


def table(both: Both) -> str:
    """Return the one table, which the plugin's repository has."""
    indexes = next(iter(both.worlds.values())).indexes
    lines = ["", "[tool.releasegate]", "propagation = 30", "production-from-laptop = true"]
    for name, index in indexes.items():
        lines += [f"[tool.releasegate.indexes.{name}]", f'upload = "{index.upload_url}"']
        lines += [f'simple = "{index.simple_url}"']
    lines += ["[tool.releasegate.ci]", 'setup = [["releasegate", "--version"]]']
    for name, more in ((API, f'path = "../{API}"'), (PLUGIN, f'companion = {{ name = "{API}" }}')):
        lines += ["[[tool.releasegate.packages]]", f'name = "{name}"', more, f'pythons = ["{PYTHON}"]']
        lines += [f"version-files = [{VERSION_FILES.replace('MODULE', name.replace('-', '_'))}]"]
        lines += ['end-to-end = { command = ["python", "check.py"], timeout = 60 }']
        lines += [f'forge = {{ kind = "github", repository = "octo/{name}", address = "{both.address}" }}']
        if name == API:
            lines += ['service = { command = ["python", "-m", "tiny_api", "{port}"], ready = "/" }']
    return "\n".join([*lines, ""])


def by_laptop(both: Both) -> None:
    """A person does everything: companion and plugin as candidates, then as finals, then the plugin's post."""
    for words in (("--rc", "--to", "1.1.0"), ()):
        for name in (API, PLUGIN):
            both.laptop(name, *words)
    both.laptop(PLUGIN, "--post")


def by_ci(both: Both) -> None:
    """A person tags and announces; each repository's CI publishes, with a token for that repository alone."""
    for name in (API, PLUGIN):
        both.laptop(name, "--rc", "--to", "1.1.0", "--until", "upload")
        both.ci(name, "push", "refs/tags/v1.1.0rc1", {"ref": "refs/tags/v1.1.0rc1"})
    for name in (API, PLUGIN):
        both.laptop(name, "--until", "upload")
        release = {"tag_name": "v1.1.0", "target_commitish": "develop", "draft": False, "prerelease": False}
        both.ci(name, "release", "refs/tags/v1.1.0", {"action": "published", "release": release})
    both.ci(PLUGIN, "workflow_dispatch", "refs/heads/develop", {"inputs": {"target": "pypi", "pipeline": "post"}})


def test_a_pair_in_two_repositories_ends_the_same_by_a_laptop_and_by_the_ci_of_each(tmp_path: Path) -> None:
    states: dict[str, dict[str, str]] = {}
    ports: dict[str, int] = {}
    for play in (by_laptop, by_ci):
        with ExitStack() as stack:
            both = opened(tmp_path / play.__name__, stack, ports=ports)
            indexes = both.worlds[API].indexes
            addresses = {**{name: index.address for name, index in indexes.items()}, "forge": both.address}
            ports = {name: int(address.rsplit(":", 1)[1]) for name, address in addresses.items()}
            play(both)
            states[play.__name__] = {
                f"{name}: {key}": value
                for name, world in both.worlds.items()
                for key, value in end_state(world).items()
            }
    for key in sorted({key for state in states.values() for key in state}):
        values = {state.get(key, "(missing)") for state in states.values()}
        print(f"{key:58} {'same: ' + next(iter(values)) if len(values) == 1 else values}")  # noqa: T201 - the table of end states
    assert states["by_laptop"] == states["by_ci"]
    assert {f"{PLUGIN}: record {v}" for v in ("1.1.0rc1", "1.1.0", "1.1.0.post1")} <= set(states["by_ci"])
    assert {f"{API}: record {v}" for v in ("1.1.0rc1", "1.1.0")} <= set(states["by_ci"])

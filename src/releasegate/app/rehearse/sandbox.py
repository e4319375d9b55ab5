"""The sandbox of a rehearsal: an embedded index pair, bare remotes, an embedded forge and throw-away clones."""

from __future__ import annotations

import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from packaging.version import Version

from releasegate.adapters.forges import forge_of
from releasegate.adapters.git.repository import GitRepository
from releasegate.adapters.index.addresses import addresses
from releasegate.adapters.process import clean_environment, run
from releasegate.app.project import Project
from releasegate.app.workspace import RunOptions, Workspace
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import IndexConfig, Package, Settings
from releasegate.core.errors import Unavailable
from releasegate.ports import Progress
from releasegate.rehearsal.forge import EmbeddedForge
from releasegate.rehearsal.index import EmbeddedIndex

AUTHOR = {
    "GIT_AUTHOR_NAME": "Rehearsal",
    "GIT_AUTHOR_EMAIL": "rehearsal@localhost",
    "GIT_COMMITTER_NAME": "Rehearsal",
    "GIT_COMMITTER_EMAIL": "rehearsal@localhost",
}


@dataclass(frozen=True)
class Sandbox:
    """A folder in which a release can be played through: everything that it leaves behind is in here.

    The path of every package of *settings* begins with the folder of its clone: its own name, or as *homes* says.
    """

    folder: Path
    settings: Settings
    environ: Mapping[str, str]
    choices: RunOptions = field(default_factory=RunOptions)
    homes: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, str]:
        """The names of the index that is staged on, and of the one that users install from."""
        return self.settings.staging, self.settings.production

    @property
    def work(self) -> Path:
        """Where the clones are."""
        return self.folder / "work"

    def clone(self, package: Package) -> Path:
        """Return the clone of a package."""
        return self.work / self.homes.get(package.name, package.name)

    def remote(self, package: Package) -> Path:
        """Return the bare remote of a package."""
        return self.folder / "remotes" / f"{self.homes.get(package.name, package.name)}.git"

    def plant(self, package: Package, *, sources: Path, tag: str) -> None:
        """Make *sources* a clone with a bare remote, on the release branch, with *tag* at its only commit."""
        clone, remote = self.clone(package), self.remote(package)
        shutil.copytree(sources, clone, ignore=shutil.ignore_patterns(".git", "__pycache__", "*.egg-info"))
        remote.parent.mkdir(parents=True, exist_ok=True)
        self.git(clone, "init", "-q", "--bare", str(remote))
        self.git(clone, "init", "-q", "-b", package.branch)
        self.git(clone, "add", "--all", "--force")
        self.git(clone, "commit", "-q", "-m", f"{package.name} as it is published")
        self.git(clone, "tag", "-a", "-m", tag, tag)
        self.git(clone, "remote", "add", "origin", str(remote))
        self.git(clone, "push", "-q", "origin", package.branch, tag)

    def change(self, package: Package, files: Mapping[PurePosixPath, bytes], *, message: str) -> None:
        """Commit *files* to the clone, as a developer would."""
        repository = GitRepository(self.clone(package), environ={**self.environ, **AUTHOR})
        repository.commit(files, message=message)

    @contextmanager
    def open(self, progress: Progress) -> Iterator[OpenSandbox]:
        """Start the index pair and yield the workspace of the clones; all servers have stopped afterwards."""
        variables = [self.settings.indexes[name].token_env or f"{name.upper()}_TOKEN" for name in self.names]
        tokens = {variable: secrets.token_hex(16) for variable in variables}
        forge_token = secrets.token_hex(16)
        with ExitStack() as stack:
            pair = {
                name: stack.enter_context(EmbeddedIndex(name=name, root=self.folder / "indexes" / name, token=token))
                for name, token in zip(self.names, map(tokens.__getitem__, variables), strict=True)
            }
            indexes: dict[str, IndexConfig] = {
                name: replace(
                    self.settings.indexes[name],
                    upload=index.upload_url,
                    simple=index.simple_url,
                    token_env=variable,
                    username="__token__",
                    keyring=False,
                )
                for (name, index), variable in zip(pair.items(), variables, strict=True)
            }
            real = addresses(self.settings.indexes[self.settings.dependencies])
            indexes["default"] = IndexConfig("default", upload=real.upload, simple=real.simple)
            settings = replace(self.settings, indexes=indexes, dependencies="default", production_from_laptop=True)
            # Each clone has one remote, whatever those of the project's own are called.
            packages = tuple(replace(each, remote="origin", tag_remote=None) for each in settings.packages)
            settings = replace(settings, packages=packages)
            self.work.mkdir(parents=True, exist_ok=True)
            environ = {**self.environ, **AUTHOR, **tokens, "FORGE_TOKEN": forge_token}
            forges = {
                p.name: forge_of(stack.enter_context(self._forge(p, token=forge_token)).config, environ=environ)
                for p in settings.packages
            }
            project = Project(self.work, settings, environ)
            yield OpenSandbox(Workspace(project, progress, self.choices, forges), pair)

    def _forge(self, package: Package, *, token: str) -> EmbeddedForge:
        root = self.folder / "forge" / package.name
        return EmbeddedForge(root, f"rehearsal/{package.name}", token=token, commit_of=self._tagged(package))

    def _tagged(self, package: Package) -> Callable[[str], str | None]:
        return GitRepository(self.remote(package), environ=self.environ).tagged

    def git(self, folder: Path, *arguments: str) -> str:
        """Run one command of Git's in a folder of the sandbox and return what it says.

        Raises:
            Unavailable: it fails.
        """
        env = clean_environment(self.environ, **AUTHOR, GIT_CONFIG_GLOBAL="/dev/null", LC_ALL="C")
        done = run(["git", *arguments], env=env, cwd=folder, timeout=300.0)
        if done.exit_code != 0:
            raise Unavailable(
                f"git {arguments[0]} failed in the rehearsal.",
                hint="Install Git 2.30 or newer, then run it again",
                details=done.stderr.splitlines()[-5:],
            )
        return done.stdout


@dataclass(frozen=True)
class OpenSandbox:
    """A sandbox whose servers run."""

    workspace: Workspace
    indexes: Mapping[str, EmbeddedIndex]

    def stored(self) -> dict[str, int]:
        """Return how often each file name was stored, over both indexes."""
        return {name: count for index in self.indexes.values() for name, count in index.stored.items()}


def running_python(packages: Sequence[Package]) -> tuple[Package, ...]:
    """Return *packages* with the running Python as the only one that is asked for.

    That none tries the older ones that they name is meant so, and no finding of the rehearsal.
    """
    return tuple(map(_by_running_python, packages))


def _by_running_python(package: Package) -> Package:
    version, oldest = f"{sys.version_info.major}.{sys.version_info.minor}", package.pythons[0]
    wheel = package.wheel
    if Version(oldest) < Version(version):
        untried = Exemption(f"pythons: {oldest}", "a rehearsal tries the Python that runs it")
        wheel = replace(wheel, allowed=(*wheel.allowed, untried))
    return replace(package, pythons=(version,), wheel=wheel)

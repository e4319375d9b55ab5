"""A proposal is tried before it is written: in a clean checkout of the repository, with the proposal on top."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from releasegate.adapters.git.ancestry import head
from releasegate.adapters.git.checkout import clean_checkout
from releasegate.adapters.git.command import Git
from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.app.adopt.propose import Proposal
from releasegate.app.deliveries import Source, delivered
from releasegate.app.gates import build
from releasegate.app.version_gate import versions
from releasegate.app.workspace import RunOptions, Workspace, open_workspace
from releasegate.core.config.keys import Package
from releasegate.core.config.parse import table_elsewhere
from releasegate.core.errors import Refused, ReleasegateError, without_pythons
from releasegate.core.version_files.occurrences import Occurrence
from releasegate.steps.prove import require_passed

if TYPE_CHECKING:
    from releasegate.engine import Watch
    from releasegate.ports import Progress

_PROJECT = PurePosixPath("pyproject.toml")


@dataclass(frozen=True)
class Tried:
    """What a gate came to with the proposal: in words, or the error that it ended with."""

    gate: str
    found: str = ""
    error: ReleasegateError | None = None


@dataclass(frozen=True)
class Trial:
    """Tries *proposal*; a build's steps are told to *watch*."""

    proposal: Proposal
    environ: Mapping[str, str]
    progress: Progress
    watch: Watch
    _open: ExitStack = field(default_factory=ExitStack)

    def run(self) -> Iterator[Tried]:
        """Yield what ``versions``, ``build`` and an install come to, each where there is what it needs.

        Nothing is written.

        What Git does not track and what is not committed is in no build: of changed files that it tracks the text in
        the work tree counts, so that what is tried is what was looked at.
        """
        files = self.proposal.files if self.proposal.alone is None else self.proposal.alone
        text = files[_PROJECT][1] if _PROJECT in files else (self.proposal.folder / _PROJECT).read_text("utf-8")
        if table_elsewhere(text, where=str(_PROJECT)) is not None:
            return
        with self._open:
            try:
                workspace = self._workspace({path: new for path, (_, new) in files.items() if new})
            except ReleasegateError as error:
                yield Tried("versions", error=error)
                return
            for package in workspace.project.settings.packages:
                if self.proposal.package in {"", package.name} and package.path.parts[:1] != ("..",):
                    yield from self._gates(workspace, package.name)

    def _workspace(self, proposed: Mapping[PurePosixPath, str]) -> Workspace:
        git = Git(self.proposal.folder, self.environ)
        changed = git.tell("diff", "--name-only", "-z", "--relative", "--diff-filter=AM", head(git)).stdout
        paths = [PurePosixPath(name) for name in changed.decode(errors="surrogateescape").split("\0") if name]
        files = {path: (git.root / path).read_bytes() for path in paths if (git.root / path).is_file()}
        files |= {path: new.encode() for path, new in proposed.items() if ".." not in path.parts}
        clone = self._open.enter_context(clean_checkout(git, "HEAD", files=files))
        return open_workspace(clone, self.environ, self.progress, RunOptions())

    def _gates(self, workspace: Workspace, name: str) -> Iterator[Tried]:
        package = workspace.project.settings.package(name)
        try:
            found = [each for each in versions(workspace, package) if isinstance(each, Occurrence)]
        except ReleasegateError as error:
            yield Tried("versions", error=error)
            return
        yield Tried("versions", ", ".join(dict.fromkeys(f"{each.path} states {each.version}" for each in found)))
        try:
            build(workspace, package, watch=self.watch)
        except ReleasegateError as error:
            yield Tried("build", error=error)
        else:
            yield Tried("build", "the wheel and the sdist are what they should be")
        yield from self._installed(workspace, package)

    def _installed(self, workspace: Workspace, package: Package) -> Iterator[Tried]:
        """Yield what comes of installing the wheel, where there is one: what it cannot import, say."""
        pythons = self._pythons(package)
        try:
            if not pythons:
                raise without_pythons(package.pythons)
            with delivered(workspace, package, Source("dist")) as built:
                wheels = tuple(path for path in built.files if path.suffix == ".whl")
                checker = workspace.install_checker(built)
                cells = checker.check(replace(built, files=wheels), pythons=pythons, progress=self.progress)
            require_passed(cells, what=f"{package.name} {built.version} from dist")
        except Refused:
            return  # nothing was built
        except ReleasegateError as error:
            yield Tried("install_check", error=error)
            return
        yield Tried("install_check", ", ".join(f"{each.cell}: {each.tried}" for each in cells))

    def _pythons(self, package: Package) -> tuple[str, ...]:
        """Return the oldest and the newest of the package's Pythons that are here: most breaks at either end.

        An old one gets dependencies that nobody looks at any more, and a new one has lost what they need.
        """
        interpreters = Interpreters(self.environ)
        here = [each for each in package.pythons if interpreters.find(each) is not None]
        return tuple(dict.fromkeys([*here[:1], *here[-1:]]))

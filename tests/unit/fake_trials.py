"""The ports that try a release, in memory: an install checker, a runner, and the tools."""

# ruff: noqa: D102 - the ports describe the methods

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes import sha256
from packaging.version import Version

from releasegate.core.errors import ReleasegateError
from releasegate.ports import CellReport, Delivery, EndToEndReport, InstalledBy, Origin, Progress


@dataclass
class FakeInstallChecker:
    """Installs nothing: a cell is ``not run`` on the ``missing`` Pythons and fails where ``problems`` names it."""

    missing: frozenset[str] = frozenset()
    problems: dict[str, tuple[str, ...]] = field(default_factory=dict)
    asked: list[tuple[InstalledBy, tuple[str, ...]]] = field(default_factory=list)

    def check(
        self, delivery: Delivery, *, pythons: Sequence[str], progress: Progress, installer: InstalledBy = "both"
    ) -> tuple[CellReport, ...]:
        self.asked.append((installer, tuple(pythons)))
        progress(f"trying {delivery.package.name}")
        return tuple(self._cell(delivery, file, python) for python in pythons for file in delivery.files)

    def _cell(self, delivery: Delivery, file: Path, python: str) -> CellReport:
        cell = f"{python} {'wheel' if file.suffix == '.whl' else 'sdist'}"
        if python in self.missing:
            return CellReport(cell, "not run", (f"Python {python} is not here",), (), 0.0)
        if cell in self.problems:
            return CellReport(cell, "fail", self.problems[cell], (), 1.0)
        origin = Origin(delivery.package.name, str(delivery.version), sha256(file.read_bytes()), "index.test")
        return CellReport(cell, "pass", (), (origin,), 1.25)


@dataclass
class FakeRunner:
    """Judges by version: what ran in ``broken`` (the version, those of its companions) fails.

    ``None`` stands there for no companion; ``unjudged`` keeps all from being judged.
    """

    broken: set[tuple[str | None, ...]] = field(default_factory=set)
    unjudged: ReleasegateError | None = None
    seen: list[tuple[Delivery, Sequence[Delivery]]] = field(default_factory=list)
    known: list[Sequence[Mapping[str, Any]]] = field(default_factory=list)

    def run(
        self,
        delivery: Delivery,
        *,
        companions: Sequence[Delivery],
        progress: Progress,
        known: Sequence[Mapping[str, Any]] = (),
    ) -> EndToEndReport:
        progress(f"running {delivery.package.name}")
        self.seen.append((delivery, companions))
        self.known.append(known)
        beside: list[str | None] = [str(each.version) for each in companions]
        failed = (str(delivery.version), *(beside or [None])) in self.broken
        verdict = "not run" if self.unjudged else "fail" if failed else "pass"
        words = ("a check fails",) * failed, ("a last word",) * failed
        return EndToEndReport(verdict, *words, 2.04, unjudged=self.unjudged)


@dataclass
class FakeTools:
    """Compiles with the Python that runs the test; ``unrenderable`` is what twine would say of each file.

    ``dependencies`` has the versions of dependencies; of all others there is a file of which nothing is known.
    """

    unrenderable: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    dependencies: Mapping[str, tuple[Version | None, ...] | None] = field(default_factory=dict)

    def served(self, project: str) -> tuple[Version | None, ...] | None:
        return self.dependencies.get(project, (None,))

    def render(self, paths: Sequence[Path]) -> tuple[str, ...]:
        said = tuple(f"{path.name}: {words}" for path in paths for words in self.unrenderable)
        return (*said, *self.warned)

    def compile(self, sources: Mapping[str, bytes], *, python: str) -> tuple[str, ...]:
        problems = []
        for path, source in sources.items():
            try:
                compile(source, path, "exec")
            except SyntaxError as error:
                problems.append(f"{path}: {error.msg} (Python {python})")
        return tuple(problems)

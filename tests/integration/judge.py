"""A judge that tries nothing, for tests of what is done with a verdict: what it comes from is another test's.

``main`` is ``releasegate`` with a judge that passes all, and without programs around an index.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.version import Version
from stored import store_files

from releasegate import __main__ as program
from releasegate.adapters.build.tools import LocalTools
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.app.workspace import Workspace
from releasegate.ports import CellReport, Delivery, EndToEndReport, Progress, UploadAnswer


@dataclass
class Judge:
    """Stands for all that tries a package: it installs nothing, runs nothing, and fails what ``broken`` names."""

    broken: set[tuple[str, ...]] = field(default_factory=set)
    seen: list[tuple[str, ...]] = field(default_factory=list)

    def check(
        self, delivery: Delivery, *, pythons: Sequence[str], progress: Progress, **_: object
    ) -> tuple[CellReport, ...]:
        """Pass every cell."""
        progress(delivery.package.name)
        return tuple(CellReport(f"{python} wheel", "pass", (), (), 0.0) for python in pythons)

    def run(
        self,
        delivery: Delivery,
        *,
        companions: Sequence[Delivery],
        progress: Progress,
        known: Sequence[Mapping[str, Any]] = (),
    ) -> EndToEndReport:
        """Pass, unless these versions are broken together."""
        progress(f"{delivery.package.name}, {len(known)} known")
        ran = tuple(f"{each.package.name} {each.version}" for each in (delivery, *companions))
        self.seen.append(ran)
        problems = ("a contract is broken",) if ran in self.broken else ()
        return EndToEndReport("fail" if problems else "pass", problems, (), 0.0)


@contextmanager
def put(of: type, **instead: Callable[..., object]) -> Iterator[None]:
    """Put other methods in the place of those that *of* has."""
    # Without unittest's mocks: a command would take as long again to load them.
    were = {name: getattr(of, name) for name in instead}
    try:
        for name, method in instead.items():
            setattr(of, name, method)
        yield
    finally:
        for name, method in were.items():
            setattr(of, name, method)


@contextmanager
def judging(judge: Judge) -> Iterator[None]:
    """Let it judge what is released in this process."""
    with put(Workspace, install_checker=lambda *_: judge, runner=lambda *_: judge):
        yield


@contextmanager
def without_programs() -> Iterator[None]:
    """Run neither twine nor pip: the index is given the files, and believed in what it lists."""
    with put(LocalTools, render=lambda *_: ()), put(SimpleIndex, resolve=resolved, upload=sent):
        yield


def resolved(index: SimpleIndex, project: str, version: Version, *, within: float) -> Mapping[str, str]:  # noqa: ARG001
    """Return what an installer would get, as the index lists it."""
    files = {each.filename: each.sha256 for each in index.files(project) if each.version == version}
    return {name: digest for name, digest in files.items() if digest is not None and name.endswith(".whl")}


def sent(index: SimpleIndex, *files: Path) -> UploadAnswer:
    """Put the files on the index as twine would."""
    store_files(index, *files)
    return UploadAnswer(0, None, ())


def main() -> None:
    sys.argv[0] = program.__file__
    with judging(Judge()), without_programs():
        program.main()

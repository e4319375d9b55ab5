"""Whether the tracked lock files are current, as the tools say that wrote them; nothing is locked anew.

``uv lock --check``, ``poetry check --lock``, ``pdm lock --check``, ``pipenv verify``, ``cargo update --locked``; what
``uv export`` made is made again. A lock may lie above the package, where the whole repository has one, and one that is
a version file may lie anywhere. What such a tool says without its index is no judgement; of a lock whose tool is not
asked, that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from releasegate.adapters.build.lock_exports import exports
from releasegate.adapters.build.lock_tools import LockTools
from releasegate.ports import LockAnswer

_CRATES = "Cargo.lock"
_NOBODY = {"pixi.lock": "pixi lock", "conda-lock.yml": "conda-lock"}
"""Locks that nobody is asked about, and the command that makes them anew."""


@dataclass(frozen=True)
class Locks:
    """The lock files of a checkout: in the package's *folder*, above it up to *top*, and those of *declared* paths."""

    folder: Path
    top: Path
    index: str
    environ: Mapping[str, str]
    declared: tuple[PurePosixPath, ...] = field(default=())

    def ask(self) -> tuple[LockAnswer, ...]:
        """Return what each tool says of its locks: of each kind the nearest, and those that are version files.

        Raises:
            Unavailable: an index that a tool needs does not answer.
        """
        tools = LockTools(self.folder.resolve(), self.top, self.index, self.environ)
        asked: Mapping[str, Callable[[Path], LockAnswer]] = {
            "uv.lock": tools.uv,
            "poetry.lock": tools.poetry,
            "pdm.lock": tools.pdm,
            "Pipfile.lock": tools.pipenv,
            _CRATES: tools.cargo,
            **{name: tools.nobody(command) for name, command in _NOBODY.items()},
        }
        known = [answer(path) for name, answer in asked.items() for path in self._named(name)]
        return (*known, *exports(tools))

    def _named(self, name: str) -> Iterator[Path]:
        folder = self.folder.resolve()
        above = [each for each in folder.parents if each.is_relative_to(self.top.resolve())]
        # A crate's lock above a package is of crates that the package need not know.
        places = [each / name for each in (folder, *([] if name == _CRATES else above))]
        nearest = next((each for each in places if each.is_file()), None)
        declared = [(folder / path).resolve() for path in self.declared if path.name == name]
        found = [*([nearest] if nearest is not None else []), *(each for each in declared if each.is_file())]
        yield from dict.fromkeys(found)

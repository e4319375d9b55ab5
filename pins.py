"""The pins: what every set-up of this repository installs, stated in four places that one resolution writes.

====================================================  =================================================
``requirements.txt``: each file by its hash           the environments of nox
``constraints.txt``: the same versions                pip and uvx, which read no project file
``pyproject.toml``: ``constraint-dependencies``       ``uv run``, ``uv sync`` and ``uv lock``
``pyproject.toml``: ``build-constraint-dependencies``  what uv builds this package with
====================================================  =================================================

No place names an index, so that each machine keeps its own. Run as a program, by ``nox -s pins``, it writes them all.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory

import tomlkit
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent
PROJECT, REQUIREMENTS, CONSTRAINTS = "pyproject.toml", "requirements.txt", "constraints.txt"
TABLE, BUILD_TABLE = "constraint-dependencies", "build-constraint-dependencies"
HEAD = "# Written by `nox -s pins`, as are requirements.txt and the tables of [tool.uv] in pyproject.toml.\n"


@dataclass(frozen=True)
class Pins:
    """The pins of each place, as lines ``name==version`` or ``name==version ; marker``."""

    requirements: tuple[str, ...]
    constraints: tuple[str, ...]
    uv: tuple[str, ...]
    build: tuple[str, ...]

    @classmethod
    def read(cls, root: Path) -> Pins:
        """Return what the files under *root* state."""
        tables = tomllib.loads((root / PROJECT).read_text(encoding="utf-8"))["tool"]["uv"]
        return cls(
            requirements=lines((root / REQUIREMENTS).read_text(encoding="utf-8")),
            constraints=lines((root / CONSTRAINTS).read_text(encoding="utf-8")),
            uv=tuple(tables.get(TABLE, ())),
            build=tuple(tables.get(BUILD_TABLE, ())),
        )

    def disagreements(self) -> list[str]:
        """Return every pin that one place states and another one that should does not."""
        places = {CONSTRAINTS: self.constraints, f"{PROJECT}, {TABLE}": self.uv}
        found = [p for place, stated in places.items() for p in differences(place, self.requirements, stated)]
        return found + differences(f"{PROJECT}, {BUILD_TABLE}", self.requirements, self.build, whole=False)


def lines(text: str) -> tuple[str, ...]:
    """Return the pins of a requirements file, without hashes and comments."""
    return tuple(line.removesuffix(" \\") for line in text.splitlines() if line and line[0] not in " #")


def differences(place: str, pinned: Iterable[str], stated: Iterable[str], *, whole: bool = True) -> list[str]:
    """Return what *place* states beside *pinned*, and, where it should state the *whole* of it, what it lacks."""
    lacking = sorted(set(pinned) - set(stated)) if whole else []
    return [f"{place} lacks {pin}" for pin in lacking] + [
        f"{place} alone has {pin}" for pin in sorted(set(stated) - set(pinned))
    ]


def versions(pins: Iterable[str]) -> dict[str, str]:
    """Return the pinned versions by name, of the pins that count for this interpreter and this platform."""
    parsed = map(Requirement, pins)
    return {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in parsed
        if each.marker is None or each.marker.evaluate()
    }


def installed() -> dict[str, str]:
    """Return the versions by name of what is installed in the running environment, this project left out."""
    found = {canonicalize_name(each.name): each.version for each in distributions()}
    return {name: version for name, version in found.items() if name != "releasegate"}


def deviations(pins: Iterable[str], found: Mapping[str, str]) -> list[str]:
    """Return how *found*, versions by name, is another environment than the one that is pinned."""
    pinned = versions(pins)
    return [
        f"{name}: installed {found.get(name, 'is none')}, pinned {pinned.get(name, 'is none')}"
        for name in sorted(pinned.keys() | found.keys())
        if found.get(name) != pinned.get(name)
    ]


def with_tables(project: str, tables: Mapping[str, Sequence[str]]) -> str:
    """Return the text of a ``pyproject.toml`` with these *tables* of pins, or without where they are empty."""
    document = tomlkit.parse(project)
    section = document["tool"]["uv"]
    for key, pins in tables.items():
        section.pop(key, None)
        if pins:
            array = tomlkit.array().multiline(multiline=True)
            array.extend(pins)
            section[key] = array
    return tomlkit.dumps(document)


def refuse_another(pinned: Sequence[str], locked: Sequence[str]) -> None:
    """Make sure that uv locks the project to the pins and to nothing else.

    Raises:
        SystemExit: It does not.

    """
    if found := differences("a lock that uv makes from the pins", pinned, locked):
        raise SystemExit("\n".join([*found, "Nothing was written: mend what is required, then run this again."]))


def oldest_python(project: str) -> str:
    """Return the oldest Python that the project of a ``pyproject.toml`` supports, ``3.11`` say."""
    (oldest,) = re.findall(r">=\s*([\d.]+)", tomllib.loads(project)["project"]["requires-python"])
    return str(oldest)


def uv(*arguments: str, cwd: Path) -> str:
    """Run the pinned uv and return what it prints."""
    command = [sys.executable, "-m", "uv", *arguments, "--quiet"]
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout


def resolve(folder: Path, options: Sequence[str]) -> None:
    """Write the pins of the project in *folder*, which is a copy; what is pinned there and fits is kept.

    *options* are those of ``uv pip compile``: ``--upgrade``, or ``--upgrade-package NAME``.
    """
    project = (folder / PROJECT).read_text(encoding="utf-8")
    # The tables would bind, and nothing could move; the old requirements.txt is only preferred.
    (folder / PROJECT).write_text(with_tables(project, {TABLE: (), BUILD_TABLE: ()}), encoding="utf-8")
    plain = ("--universal", "--python-version", oldest_python(project), "--no-header", "--no-annotate")
    wanted = (PROJECT, "--all-extras", "--group", "dev", "--generate-hashes", "--output-file", REQUIREMENTS)
    uv("pip", "compile", *wanted, *plain, *options, cwd=folder)
    pinned = lines((folder / REQUIREMENTS).read_text(encoding="utf-8"))
    (folder / CONSTRAINTS).write_text(HEAD + "".join(f"{pin}\n" for pin in pinned), encoding="utf-8")
    builders = lines(uv("pip", "compile", "--group", "build", "--constraint", CONSTRAINTS, *plain, cwd=folder))
    tables = {TABLE: pinned, BUILD_TABLE: [pin for pin in pinned if pin in builders]}
    (folder / PROJECT).write_text(with_tables(project, tables), encoding="utf-8")
    uv("lock", cwd=folder)
    bare = ("--no-emit-project", "--no-hashes", "--no-header", "--no-annotate")
    refuse_another(pinned, lines(uv("export", "--all-extras", "--all-groups", *bare, cwd=folder)))


def refresh(root: Path, options: Sequence[str]) -> list[str]:
    """Write every pin under *root* anew, all or none; return what changed."""
    before = Pins.read(root)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in (PROJECT, REQUIREMENTS):
            (folder / name).write_bytes((root / name).read_bytes())
        resolve(folder, options)
        for name in (REQUIREMENTS, CONSTRAINTS, PROJECT):
            (root / name).write_bytes((folder / name).read_bytes())
    old, new = set(before.requirements), set(Pins.read(root).requirements)
    return [f"- {pin}" for pin in sorted(old - new)] + [f"+ {pin}" for pin in sorted(new - old)]


if __name__ == "__main__":
    print("\n".join(refresh(ROOT, sys.argv[1:]) or ["The versions are as they were."]))

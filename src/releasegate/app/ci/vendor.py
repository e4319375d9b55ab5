"""Releasegate in a repository of its user: its wheel and every pin by its hash, and the commands that install them.

For a runner that gets releasegate from an index by name gets what whoever owns that name puts there.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from packaging.requirements import Requirement

from releasegate.adapters.build.own_wheel import own_wheel
from releasegate.adapters.build.pinned import pinned
from releasegate.adapters.files import write_atomically
from releasegate.adapters.index.addresses import addresses
from releasegate.app.ci.top import top_of
from releasegate.app.ci.workflows import planned
from releasegate.app.project import Project, load
from releasegate.core.config.keys import Settings
from releasegate.core.errors import Refused

FOLDER = PurePosixPath("ci/releasegate")
"""Where the files are, from the top of the repository."""

PLACE = "/tmp/releasegate"  # noqa: S108 - of a runner, which is one job's own
"""Where a runner gets its environment."""

_REQUIREMENTS = "requirements.txt"
_EXTRAS = ("attestations",)
_PYTHON = "3.11"
_HEAD = """\
# Written by releasegate: the wheel that wrote it, and all that it needs, each file by its hash.
# Paths are seen from the top of the repository, where pip is run.
"""


@dataclass(frozen=True)
class Vendored:
    """The files by their paths from the top of the repository, and the commands for ``setup`` in the configuration."""

    files: Mapping[PurePosixPath, bytes]
    setup: tuple[tuple[str, ...], ...]


def vendored(*, index: str, environ: Mapping[str, str], pythons: Sequence[str] = ()) -> Vendored:
    """Return what installs the releasegate that runs on a runner, with the Pythons that the packages are tried on.

    *index* is the address of the simple pages that the pins are resolved from.

    Raises:
        Refused: releasegate is not installed here.
        Unavailable: the index does not answer.
    """
    wheel = own_wheel()
    lines = [f"./{FOLDER / wheel.filename} --hash=sha256:{wheel.sha256}"]
    lines.append(pinned(_wanted(wheel.requires), index=index, python=_PYTHON, environ=environ))
    text = _HEAD + "\n".join(lines)
    files = {FOLDER / wheel.filename: wheel.content, FOLDER / _REQUIREMENTS: text.encode()}
    return Vendored(files, setup_commands(FOLDER, pythons))


def vendor(project: Project, *, force: bool = False) -> Project:
    """Write releasegate, and where the configuration lacks it ``setup``, into the repository; return it read anew.

    Nothing is written where the workflows that install it could not be, without or with *force*.

    Raises:
        Refused: releasegate is not installed here, ``tool.releasegate.ci`` is there and names no ``setup``, or a
            workflow is somebody else's.
        Unavailable: the index does not answer.
        ConfigurationError: no package of this repository names a forge.
    """
    settings = project.settings
    commands = settings.ci.setup or setup_commands(FOLDER, _pythons(settings))
    added, (top, _) = _table(project, commands), top_of(project)
    planned(replace(project, settings=replace(settings, ci=replace(settings.ci, setup=commands))), force=force)
    index = addresses(settings.indexes[settings.dependencies]).simple
    made = vendored(index=index, environ=project.environ, pythons=_pythons(settings))
    for path, content in made.files.items():
        write_atomically(top / path, content)
    for wheel in (top / FOLDER).glob("releasegate-*.whl"):
        if FOLDER / wheel.name not in made.files:
            wheel.unlink()
    if added:
        file = project.root / "pyproject.toml"
        write_atomically(file, file.read_bytes().rstrip(b"\r\n") + b"\n\n" + added.encode())
    return load(project.root, environ=project.environ)


def _pythons(settings: Settings) -> tuple[str, ...]:
    found = {str(python) for package in settings.packages for python in package.pythons}
    return tuple(sorted(found, key=lambda text: [int(part) for part in text.split(".") if part.isdigit()]))


def _table(project: Project, setup: Sequence[Sequence[str]]) -> str:
    """Return the table that is to be added, or nothing where ``setup`` is written already."""
    if project.settings.ci.setup:
        return ""
    if project.table != project.root:
        raise Refused(
            f"The table of this repository is in {project.table}, and it says not how a runner gets releasegate.",
            hint="Run invoke workflows --vendor there, commit it, and then run the same command here",
        )
    rows = ["setup = [", *(f"    {json.dumps(list(command))}," for command in setup), "]"]
    if "ci" in tomllib.loads((project.root / "pyproject.toml").read_text("utf-8"))["tool"]["releasegate"]:
        raise Refused(
            "pyproject.toml has a table tool.releasegate.ci, and it names no setup.",
            hint="Add these lines to it, and run the same command again",
            details=rows,
        )
    return "\n".join(["[tool.releasegate.ci]", *rows]) + "\n"


def setup_commands(folder: PurePosixPath = FOLDER, pythons: Sequence[str] = ()) -> tuple[tuple[str, ...], ...]:
    """Return the commands of ``setup``: an environment of its own, what is in *folder*, and the *pythons*."""
    python = f"{PLACE}/bin/python"
    # Isolated: what the repository has beside it is not imported.
    install = ("pip", "install", "--require-hashes", "--no-deps", "--requirement", str(folder / _REQUIREMENTS))
    commands = [
        ("python3", "-I", "-m", "venv", "--clear", PLACE),
        (python, "-I", "-m", *install),
        ("sh", "-c", f"echo {PLACE}/bin >> $GITHUB_PATH"),
    ]
    if pythons:
        commands.append((python, "-I", "-m", "uv", "python", "install", *pythons))
    return tuple(commands)


def _wanted(requires: Sequence[str]) -> list[str]:
    """Return what is needed, that of the extras too, without the markers that name an extra."""
    wanted = []
    for text in requires:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *_EXTRAS)):
            if marker is not None and "extra" in str(marker):
                requirement.marker = None
            wanted.append(str(requirement))
    return wanted

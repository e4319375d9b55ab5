"""``invoke workflows``: write the workflows that the configuration says, or tell where they differ from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from releasegate.adapters.files import write_atomically
from releasegate.app.ci.top import top_of
from releasegate.app.project import Project
from releasegate.core.ci.others.nodes import MARK
from releasegate.core.ci.workflows import drift, unwanted, workflows, written_from
from releasegate.core.errors import GateFailed, Refused


def write(project: Project, *, force: bool = False) -> tuple[PurePosixPath, ...]:
    """Write the workflows to the top of the repository, and remove those that are wanted no more.

    Returned are the paths, from there, of those that changed.

    Raises:
        Refused, ConfigurationError: as :func:`planned` says.
    """
    top, folder = top_of(project)
    changed = planned(project, force=force)
    for path, text in changed.items():
        write_atomically(top / path, text.encode())
    gone = unwanted(project.settings, lambda path: _read(top, path), folder)
    for path in gone:
        (top / path).unlink()
    return (*changed, *gone)


def planned(project: Project, *, force: bool = False) -> Mapping[PurePosixPath, str]:
    """Return the workflows that :func:`write` would change, by their paths from the top; nothing is written.

    Raises:
        Refused: a file of that name is there that was not written by this command, or from another table; *force*
            replaces it.
        ConfigurationError: no package of this repository names a forge.
    """
    top, folder = top_of(project)
    wanted = workflows(project.settings, folder)
    held = {path: _read(top, path) for path in wanted}
    foreign = [str(path) for path, text in held.items() if text is not None and not text.startswith(MARK)]
    if foreign and not force:
        raise Refused(
            "There are workflows of these names that were written by hand; nothing was written.",
            hint="Move them away, or replace them with invoke workflows --force",
            details=foreign,
        )
    others = [str(path) for path, text in held.items() if text and not force and written_from(text) != folder]
    if others:
        other = written_from(held[PurePosixPath(others[0])] or "")
        raise Refused(
            f"{others[0]} was written from the table in {other}/pyproject.toml, and one repository has one workflow of "
            "that name; nothing was written.",
            hint=f"Move the packages of both into one table; where that in {other} is gone: invoke workflows --force",
            details=others,
        )
    return {path: text for path, text in wanted.items() if held[path] != text}


def check(project: Project) -> tuple[PurePosixPath, ...]:
    """Return the workflows, all of them as the configuration says.

    Raises:
        GateFailed: one is missing or differs.
        ConfigurationError: no package of this repository names a forge.
    """
    top, folder = top_of(project)
    found = drift(project.settings, lambda path: _read(top, path), folder)
    if found:
        raise GateFailed(
            "The workflows are not what the configuration says.",
            hint="Write them with invoke workflows, and commit them",
            details=found,
        )
    return tuple(workflows(project.settings, folder))


def _read(root: Path, path: PurePosixPath) -> str | None:
    try:
        return (root / path).read_bytes().decode(errors="replace")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None

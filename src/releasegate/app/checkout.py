"""A package that is not checked out: what the indexes hold of it, how its sources are had, what is judged meanwhile."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.version import Version

from releasegate.core.errors import ReleasegateError, Unavailable

if TYPE_CHECKING:
    from releasegate.app.deliveries import Source
    from releasegate.app.workspace import Workspace
    from releasegate.core.config.keys import Package
    from releasegate.ports import Index

_NONE = Version("0")

GET = "Get it: "
"""How a hint begins that goes on with the line that clones."""


def is_here(workspace: Workspace, package: Package) -> bool:
    """Whether there is a folder where the package's repository is configured to be."""
    return workspace.project.where(package).is_dir()


def require_checkout(workspace: Workspace, package: Package) -> None:
    """Raise ``Unavailable``, with what the indexes hold, where the package is not checked out."""
    if not is_here(workspace, package):
        raise not_checked_out(workspace, package)


def not_checked_out(workspace: Workspace, package: Package) -> Unavailable:
    """Return that the package is not checked out, what the indexes hold of it, and how it is had."""
    where = os.path.relpath(workspace.project.where(package))
    held = []
    for name, known in held_versions(workspace, package).items():
        older = f" and {len(known) - 1} older" if len(known) > 1 else ""
        held.append(f"{name} holds {known[-1]}{older}" if known else f"{name} holds nothing of it")
    return Unavailable(
        f"{package.name} is not checked out: there is no folder {where}.",
        hint=how_to_get(workspace, package),
        details=held,
    )


def explained(workspace: Workspace, error: ReleasegateError) -> ReleasegateError:
    """Return *error*, or where it is that a package's folder is missing, which package that is and how it is had."""
    from releasegate.adapters.git.command import NoFolder

    if isinstance(error, NoFolder):
        for package in workspace.project.settings.packages:
            if error.root == workspace.project.where(package):
                return not_checked_out(workspace, package)
    return error


def how_to_get(workspace: Workspace, package: Package) -> str:
    """Return how the sources are had: the line to paste, where the forge or what is published tells the address."""
    where, address = os.path.relpath(workspace.project.where(package)), _address(workspace, package)
    if address:
        return f"{GET}git clone {address} {where}"
    return f"Clone its repository to {where}, or correct the package's path"


def held_versions(workspace: Workspace, package: Package) -> dict[str, tuple[Version, ...]]:
    """Return the versions that the indexes hold, as far as they answer: that needs no repository."""
    held = {}
    for name in (workspace.project.settings.staging, workspace.project.settings.production):
        with suppress(ReleasegateError):
            held[name] = tuple(sorted(workspace.index(name).versions(package.name)))
    return held


def judged(workspace: Workspace, package: Package, source: Source) -> Source:
    """Return *source* with the version that is judged where no commit states one: the newest that the index holds.

    Raises:
        Unavailable: the package is not checked out, and the source needs that or holds nothing of it.
    """
    if source.version is not None or is_here(workspace, package):
        return source
    if source.name not in workspace.project.settings.indexes:
        require_checkout(workspace, package)
    found = _newest(workspace.index(source.name), package.name)
    if found is None:
        raise Unavailable(
            f"{package.name} is not checked out, and {source.name} holds nothing of it.",
            hint=how_to_get(workspace, package),
        )
    workspace.tell(f"{package.name} is not checked out: {found}, the newest on {source.name}, is judged")
    return replace(source, version=found)


def _newest(index: Index, name: str) -> Version | None:
    """Return the newest version, a candidate too, that has a file which is not yanked."""
    return max((f.version for f in index.files(name) if f.version is not None and not f.yanked), default=None)


def _address(workspace: Workspace, package: Package) -> str:
    """Return the address to clone from; empty where neither the forge nor the newest published metadata tells one."""
    from releasegate.core.dists.source_address import source_address

    if package.forge is not None:
        return f"{package.forge.address or 'https://github.com'}/{package.forge.repository}.git"
    with suppress(ReleasegateError):
        index = workspace.index(workspace.project.settings.production)
        files = [f for f in index.files(package.name) if f.version is not None and f.metadata is not None]
        if files:
            return source_address(index.metadata(max(files, key=lambda f: f.version or _NONE)) or b"")
    return ""

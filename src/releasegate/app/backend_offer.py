"""Where a companion can be had in an end-to-end run by itself, where nobody says which version of it is run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from releasegate.app.checkout import held_versions, how_to_get, is_here
from releasegate.core.errors import ReleasegateError

if TYPE_CHECKING:
    from releasegate.app.deliveries import Source
    from releasegate.app.workspace import Workspace
    from releasegate.core.config.keys import Package


def offered(workspace: Workspace, package: Package, source: Source, name: str, option: str) -> str:
    """Return what runs *package* from *source* with the companion *name*: a line to paste ends it.

    What has the companion as the package is had comes first, then what is built or checked out here, then what an index
    holds. *option* is what takes a version of it, with ``VERSION`` where that stands.
    """
    known = dict(_sources(workspace, workspace.project.settings.package(name), option))
    if not known:
        companion = workspace.project.settings.package(name)
        if not is_here(workspace, companion):
            said = how_to_get(workspace, companion)
            return f"{said[0].lower()}{said[1:]}"
        return f"build it: nox -s build -- --package {name}"
    chosen = source.name if source.name in known else next(iter(known))
    version = f" --version {source.version}" if source.version is not None else ""
    line = f"nox -s e2e -- --source {source.name} --package {package.name}{version} {known[chosen]}"
    return f"take it from {chosen}: {line}"


def _sources(workspace: Workspace, companion: Package, option: str) -> Iterator[tuple[str, str]]:
    """Yield each source that has *companion*, with the options that take it from there."""
    from releasegate.app.deliveries import checked_out

    # ``--backend-version NAME=VERSION`` says whose version it is where there are several, and so does the other.
    take = option.replace("-version", "-source").removesuffix("VERSION")
    if is_here(workspace, companion):
        with suppress(ReleasegateError):
            here = checked_out(workspace, companion)
            if here.ports.builds.find(companion, here.version) is not None:
                yield "dist", f"{take}dist"
            yield "local", f"{take}local"
    for name, held in held_versions(workspace, companion).items():
        if held:
            yield name, f"{take}{name} {option.replace('VERSION', str(held[-1]))}"

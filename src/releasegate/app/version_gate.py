"""The gate of the versions: what the work tree states, asked by itself; it is no step, and loads none."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from releasegate.app.checkout import require_checkout
from releasegate.core.errors import ReleasegateError
from releasegate.core.release.versions import parse_version
from releasegate.core.version_files.survey import survey
from releasegate.core.version_files.tags import newest
from releasegate.steps.stated import left_behind, require_agreement, version_file_contents

if TYPE_CHECKING:
    from releasegate.app.workspace import Workspace
    from releasegate.core.config.keys import Package
    from releasegate.core.version_files.leftovers import Leftover
    from releasegate.core.version_files.occurrences import Occurrence

_TOLD = 20


def versions(workspace: Workspace, package: Package, *, tag: str | None = None) -> tuple[Occurrence | Leftover, ...]:
    """Return what every version file in the work tree states, all in agreement, the tag at HEAD too.

    Behind that come the lines that hold the version and that no bump follows: no fault of anybody.

    Raises:
        GateFailed: they disagree, or cannot be read; all problems at once.
        Unavailable: the package is not checked out.
    """
    require_checkout(workspace, package)
    repository = workspace.repository(package)
    tags = [tag] if tag is not None else _tags_at_head(workspace, package)
    found = survey(package, version_file_contents(repository, package, commit=None))
    require_agreement(package, found, tags=tags)
    stated, shown = found.entire, found.occurrences
    if not stated:
        last = newest(package, repository.tags_before(repository.head()))
        stated = (last,) if last is not None else ()
        shown = (*stated, *shown)
    left: tuple[Leftover, ...] = ()
    with suppress(ReleasegateError):  # files that are in no repository, such as an unpacked sdist
        left = left_behind(repository, package, stated[0].version, commit=None) if stated else ()
    return (*shown, *left[:_TOLD])


def _tags_at_head(workspace: Workspace, package: Package) -> list[str]:
    """Return the version tags at HEAD, as they are here; none for files in no repository, such as an unpacked sdist."""
    prefix = package.tag_prefix
    try:
        here = workspace.repository(package).tags_at_head()
    except ReleasegateError:
        return []
    named = (name for name in here if name.startswith(prefix))
    return [name for name in named if parse_version(name.removeprefix(prefix)) is not None]

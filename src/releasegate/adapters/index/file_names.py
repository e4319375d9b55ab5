"""Which version a file's name tells of, for each kind of file that an index has ever taken."""

from __future__ import annotations

import re
from collections.abc import Callable

from packaging.utils import canonicalize_name
from packaging.version import Version

from releasegate.core.release.versions import parse_version


def versions_in_names(project: str) -> Callable[[str], Version | None]:
    """Return what reads the version in the name of a file of *project*; ``None`` where it finds none.

    Wheels and sdists, named as everybody names them, are read here. What knows the names of eggs, installers and
    archives of other systems (pypi-simple, with pydantic and BeautifulSoup) takes as long to load as an upload takes.
    """
    name = "[-_.]+".join(map(re.escape, canonicalize_name(project).split("-")))
    # Where a platform or a local version may follow, the name is left to what knows them all.
    usual = re.compile(rf"{name}-([a-z0-9_.!]+)(?:-.+-.+-.+\.whl|\.tar\.gz|\.zip)", re.IGNORECASE)

    def version(filename: str) -> Version | None:
        named = usual.fullmatch(filename)
        found = parse_version(named[1]) if named is not None else None
        return found or _unusual(filename, project)

    return version


def _unusual(filename: str, project: str) -> Version | None:
    from pypi_simple import UnparsableFilenameError, parse_filename

    try:
        return parse_version(parse_filename(filename, project)[1])
    except UnparsableFilenameError:
        return None

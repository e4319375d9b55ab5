"""What an audit looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from releasegate.core.config.model import Package
from releasegate.core.dists.archive import Members


@dataclass(frozen=True)
class Subject:
    """A build, opened: what every check is asked about. A check returns one sentence for each thing that is wrong.

    ``rebuilt`` is the wheel built from the sdist; ``tree`` are the tracked files of the commit (path -> bytes);
    ``previous`` is the wheel published before this one, ``None`` for a first release.
    """

    package: Package
    version: str
    wheel: Members
    sdist: Members
    rebuilt: Members
    tree: Mapping[str, bytes]
    previous: Members | None = None

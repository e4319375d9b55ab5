"""What an audit looks at."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from packaging.version import Version

from releasegate.core.audit.code.definitions import Definitions
from releasegate.core.audit.code.trees import parsed
from releasegate.core.audit.sources import Origins, origins
from releasegate.core.config.keys import Package
from releasegate.core.dists.archive import Members
from releasegate.core.dists.wheel import installed, sources
from releasegate.core.stacks.host import Hosts


@dataclass(frozen=True)
class Subject:
    """A build, opened: what every check is asked about. A check returns one sentence for each thing that is wrong.

    ``rebuilt`` is the wheel built from the sdist; ``tree`` are the tracked files of the commit (path -> bytes);
    ``previous`` is the wheel published before this one, ``None`` for a first release, and ``previous_sdist`` the sdist
    beside it. ``sizes`` are the bytes of the files as they are packed; ``standard_library`` are its modules' names;
    ``submodules`` are the commits of those that Git has, by path; ``hosts`` are those that are known; ``known`` are
    syntax trees of Python files, by their content.
    """

    package: Package
    version: Version
    wheel: Members
    sdist: Members
    rebuilt: Members
    tree: Mapping[str, bytes]
    previous: Members | None = None
    previous_sdist: Members | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    standard_library: frozenset[str] = frozenset()
    submodules: Mapping[str, str] = field(default_factory=dict)
    hosts: Hosts = ()
    known: Mapping[bytes, ast.Module] = field(default_factory=dict)

    @cached_property
    def held(self) -> Mapping[str, bytes]:
        """What the wheel puts into site-packages."""
        return installed(self.wheel)

    @cached_property
    def origins(self) -> Origins:
        """Where in the Git tree each of these files comes from."""
        return origins(self.held, self.tree)

    @cached_property
    def code(self) -> Mapping[str, ast.Module | None]:
        """The syntax trees of the wheel's Python files, by path in site-packages."""
        return parsed(sources(self.wheel), known=self.known)

    @cached_property
    def definitions(self) -> Definitions:
        """What the wheel's modules define."""
        return Definitions(self.held, self.code)

"""What the steps need to try a release: its files, clean environments for them, and a run with the companions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from packaging.version import Version

    from releasegate.core.config.keys import Package
    from releasegate.core.errors import ReleasegateError


class Progress(Protocol):
    """Tells a person, while a step is long, what it is doing: one short line, no line end."""

    def __call__(self, line: str, /) -> None:
        """Show *line*."""
        ...


@dataclass(frozen=True)
class Origin:
    """Where one installed distribution came from: its version, the file's sha256 and the host it came from."""

    name: str
    version: str
    sha256: str | None
    host: str


@dataclass(frozen=True)
class CellReport:
    """What one install came to: ``pass``, ``fail`` or ``not run``.

    ``cell`` names it (``3.12 wheel``), ``problems`` says what failed, ``seconds`` how long it took, ``tried``
    in a few words what was tried: a check that exempts all tries nothing.
    """

    cell: str
    verdict: str
    problems: tuple[str, ...]
    origins: tuple[Origin, ...]
    seconds: float
    tried: str = ""


@dataclass(frozen=True)
class Delivery:
    """One version of a package as files that lie here, and the name of where they came from.

    ``source`` is an index's name, ``dist`` or ``local``; ``commit`` is empty where it is not known.
    """

    package: Package
    version: Version
    source: str
    commit: str
    files: tuple[Path, ...]


InstalledBy = Literal["both", "uv"]
"""What installs: pip, as users have it, one environment of each kind of file, and uv the others; or uv where it can."""


class InstallChecker(Protocol):
    """Clean environments, one for each Python and each file, in which a delivery is installed and tried."""

    def check(
        self, delivery: Delivery, *, pythons: Sequence[str], progress: Progress, installer: InstalledBy = "both"
    ) -> tuple[CellReport, ...]:
        """Install and try every file of *delivery* on every one of *pythons* (``"3.12"``)."""
        ...


@dataclass(frozen=True)
class EndToEndReport:
    """What a package and its companions came to when they ran together; ``evidence`` is what more was seen.

    ``unjudged`` is why it is no verdict: whoever asked raises it, once the rest is told and kept. ``left_up`` says how
    what was left running is reached and taken down; it has a login in it and is for the screen only.
    """

    verdict: str
    problems: tuple[str, ...]
    log: tuple[str, ...]
    seconds: float
    evidence: Mapping[str, Any] = field(default_factory=dict)
    unjudged: ReleasegateError | None = None
    left_up: tuple[str, ...] = ()


class EndToEndRunner(Protocol):
    """A place where a package and its companions run together and are judged."""

    def run(
        self,
        delivery: Delivery,
        *,
        companions: Sequence[Delivery],
        progress: Progress,
        known: Sequence[Mapping[str, Any]] = (),
    ) -> EndToEndReport:
        """Start what is needed, run the package's own end-to-end command, stop everything.

        *known* are cells that ran on the same bytes elsewhere, as the evidence shows them; they are not run again.
        """
        ...

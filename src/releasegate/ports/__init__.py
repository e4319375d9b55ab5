"""What the steps need from the world, as Protocols; the adapters and the rehearsal fulfil them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from releasegate.ports.builds import Builds as Builds
from releasegate.ports.builds import LockAnswer as LockAnswer
from releasegate.ports.builds import TrialBuild as TrialBuild
from releasegate.ports.forge import BranchTakes as BranchTakes
from releasegate.ports.forge import CiRun as CiRun
from releasegate.ports.forge import Forge as Forge
from releasegate.ports.forge import ForgeRelease as ForgeRelease
from releasegate.ports.history import History as History
from releasegate.ports.history import MirrorStanding as MirrorStanding
from releasegate.ports.history import PushAnswer as PushAnswer
from releasegate.ports.index import Index as Index
from releasegate.ports.index import IndexFile as IndexFile
from releasegate.ports.index import UploadAnswer as UploadAnswer
from releasegate.ports.machine import Machine as Machine
from releasegate.ports.machine import Tool as Tool
from releasegate.ports.trials import CellReport as CellReport
from releasegate.ports.trials import Delivery as Delivery
from releasegate.ports.trials import EndToEndReport as EndToEndReport
from releasegate.ports.trials import EndToEndRunner as EndToEndRunner
from releasegate.ports.trials import InstallChecker as InstallChecker
from releasegate.ports.trials import InstalledBy as InstalledBy
from releasegate.ports.trials import Origin as Origin
from releasegate.ports.trials import Progress as Progress

if TYPE_CHECKING:
    from packaging.version import Version

    from releasegate.core.dists.version_text import Source
    from releasegate.core.release.entry import Entry


class Repository(Protocol):
    """Reads one package's Git repository."""

    def head(self) -> str:
        """Return the full hash of the commit that is checked out."""
        ...

    def branch(self) -> str | None:
        """Return the branch that is checked out, or ``None`` for a detached head."""
        ...

    def unfinished(self) -> str:
        """Return the command of Git that was begun here and not ended (``merge``), empty where there is none."""
        ...

    def has_branch(self, name: str) -> bool:
        """Whether a branch of that name is here, or was seen on the remote."""
        ...

    def holder(self, name: str) -> str:
        """Return the folder of another work tree that has the branch checked out, empty where none has."""
        ...

    def has_remote(self) -> bool:
        """Whether the remote that is pushed to is one of this repository."""
        ...

    def committer(self) -> str:
        """Return who commits here; raises ``Unavailable`` where Git does not know, or could not sign as it is told."""
        ...

    def changed(self, *, beside: Sequence[PurePosixPath] = ()) -> tuple[PurePosixPath, ...]:
        """Return the tracked files of the package, and those *beside* it, that differ from the commit."""
        ...

    def read(self, path: PurePosixPath, *, commit: str | None = None) -> bytes | None:
        """Return a file's bytes at *commit*, or of the working tree; ``None`` where there is none."""
        ...

    def names(self, folder: PurePosixPath, *, commit: str) -> tuple[PurePosixPath, ...]:
        """Return the paths of the files that lie in *folder* itself at *commit*; none where it is no folder."""
        ...

    def executables(self, paths: Sequence[PurePosixPath], *, commit: str) -> frozenset[PurePosixPath]:
        """Return those of *paths* that are executable at *commit*, whatever they are in the work tree."""
        ...

    def subjects(self, commit: str, *, since: str | None) -> tuple[str, ...]:
        """Return the first line of each commit up to *commit*, newest first, that is not in *since*; no merges."""
        ...

    def read_all(self, paths: Sequence[PurePosixPath], *, commit: str) -> Mapping[PurePosixPath, bytes | None]:
        """Return the bytes of all *paths* at *commit*, ``None`` for what is no file there."""
        ...

    def tags(self) -> Mapping[str, str]:
        """Return the commit of every tag, of the remote too, by the tag's name."""
        ...

    def tagged(self, name: str) -> str | None:
        """Return the commit that the tag names here, without asking the remote; ``None`` where there is none."""
        ...

    def tagged_there(self, name: str) -> str | None:
        """Return the commit that the tag names on the remote of tags; ``None`` where one of them is not there."""
        ...

    def lines(self, pattern: str, *, commit: str | None = None) -> tuple[tuple[PurePosixPath, int, str], ...]:
        """Return the lines of tracked files that fit an extended regular expression of POSIX: path, number, text.

        They are those at *commit*, or of the working tree; files that are no text have none.
        """
        ...

    def tags_before(self, commit: str) -> Mapping[str, str]:
        """Return the tags here, by name, whose commit is *commit* or came before it; the remote is not asked."""
        ...

    def lacks(self, branch: str) -> bool:
        """Return whether the remote's *branch* has commits that are not in what is checked out."""
        ...

    def mirrored(self, branch: str, commit: str) -> MirrorStanding:
        """Return how *branch* of the remote of tags stands to *commit*."""
        ...

    def on_branch(self, commit: str, accepted: Callable[[str], bool]) -> bool:
        """Return whether *commit* is on an *accepted* branch of the remote (of this repository, where it has none)."""
        ...

    def source(self, commit: str) -> Source:
        """Return what a build of *commit* is made of."""
        ...

    def tree(self, commit: str) -> Mapping[str, bytes]:
        """Return the bytes of every file that is tracked at *commit*, by its path from the package's folder."""
        ...

    def workflows(self, commit: str) -> Mapping[PurePosixPath, str]:
        """Return at *commit* what forges and other systems may be told to run, and the scripts that may upload.

        They are given by their paths from the top of the Git repository.
        """
        ...

    def submodules(self, commit: str) -> Mapping[str, str]:
        """Return the commit of every submodule at *commit*, by its path from the package's folder."""
        ...


class Ledger(Protocol):
    """The append-only record of one package, a version at a time."""

    def read(self, version: Version) -> tuple[Entry, ...]:
        """Return the version's entries, oldest first."""
        ...

    def believed(self, version: Version) -> tuple[Entry, ...]:
        """Return those of the version's entries that count for a production upload, oldest first.

        They were made here, or there is a reason to believe who made them.
        """
        ...

    def append(self, version: Version, entry: Entry) -> None:
        """Add an entry; it is on the disk when this returns."""
        ...

    def versions(self) -> tuple[Version, ...]:
        """Return the versions that have a record."""
        ...

    def push(self) -> tuple[str, ...]:
        """Let other machines know what is recorded so far; return what could not be told, in sentences."""
        ...


class Tools(Protocol):
    """What other tools say of a build; nothing where they are content."""

    def render(self, paths: Sequence[Path]) -> tuple[str, ...]:
        """Return what ``twine check --strict`` objects to."""
        ...

    def compile(self, sources: Mapping[str, bytes], *, python: str) -> tuple[str, ...]:
        """Return the modules that the interpreter *python* (``"3.12"``) cannot compile."""
        ...

    def served(self, project: str) -> tuple[Version | None, ...] | None:
        """Return the version of each file that dependencies' index has of *project*; ``None`` where nobody says."""
        ...


class DownloadCache(Protocol):
    """Keeps files that were fetched."""

    def keep(self, folder: str, *, name: str, content: bytes) -> Path:
        """Write a file under *folder* and return where it lies."""
        ...


class Clock(Protocol):
    """The time, and waiting; seconds."""

    def now(self) -> str:
        """Return the moment, UTC in ISO 8601."""
        ...

    def elapsed(self) -> float:
        """Return the seconds on a clock that only goes forward."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait that long."""
        ...

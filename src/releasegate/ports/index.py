"""What the steps need of a package index: its files, uploads, and what an installer is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from packaging.version import Version


@dataclass(frozen=True)
class IndexFile:
    """A file as an index lists it; ``sha256``, ``size`` and ``uploaded`` are ``None`` where the index does not say.

    ``uploaded`` is UTC in ISO 8601. ``metadata`` is the sha256 of the core metadata that the index serves beside the
    file, empty where it is not told, and ``None`` where there is none. ``provenance`` is the address of what was
    attested of it (PEP 740), where the index has that.
    """

    filename: str
    url: str
    version: Version | None
    sha256: str | None
    yanked: bool = False
    provenance: str | None = None
    size: int | None = None
    uploaded: str | None = None
    metadata: str | None = None


@dataclass(frozen=True)
class UploadAnswer:
    """What twine made of one upload: its exit code, the HTTP status it named (if any) and its words, masked.

    ``reason`` is what the index itself said, beyond the status and its usual phrase: nothing where it said nothing.
    ``about`` is the file that was sent last, at which it ended where it failed; empty where none was sent.
    """

    exit_code: int
    status: int | None
    words: tuple[str, ...]
    reason: str = ""
    about: str = ""


class Index(Protocol):
    """One package index. Every answer is untrusted input."""

    @property
    def name(self) -> str:
        """The name in the configuration (``testpypi``)."""
        ...

    @property
    def simple_url(self) -> str:
        """The address that installers read, without a slash at the end."""
        ...

    def files(self, project: str) -> tuple[IndexFile, ...]:
        """Return every file of the project, yanked ones too; nothing where the project is unknown."""
        ...

    def versions(self, project: str) -> tuple[Version, ...]:
        """Return every version that the index has heard of, also those without files."""
        ...

    def fetch(self, file: IndexFile) -> bytes:
        """Return a file's bytes, checked against the index's own sha256."""
        ...

    def metadata(self, file: IndexFile) -> bytes | None:
        """Return the core metadata that the index serves beside a file, ``None`` where it lists none."""
        ...

    def moment(self) -> str | None:
        """Return when the newest page was sent by the index's clock, UTC in ISO 8601; ``None`` where none says."""
        ...

    def upload(self, *paths: Path) -> UploadAnswer:
        """Upload files with twine, one after the other until one fails, never skipping one that exists."""
        ...

    def credential(self) -> str:
        """Return where the token for uploads comes from, in words, never the token itself.

        Raises:
            Refused: there is none.
        """
        ...

    def resolve(self, project: str, version: Version, *, within: float) -> Mapping[str, str]:
        """Ask as an installer does, past every cache; return the sha256 of what came, by file name.

        The installer has *within* seconds. The mapping is empty while it does not find the version.
        """
        ...

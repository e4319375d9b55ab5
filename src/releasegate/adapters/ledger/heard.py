"""What other machines said, apart from what was made here: entries and statements as they stood in notes.

What was heard once is kept: notes that are taken away or put back later do not take it away here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.version import Version

from releasegate.adapters.files import write_atomically
from releasegate.adapters.ledger.files import versions_in
from releasegate.core.errors import Unavailable
from releasegate.core.evidence.merge import merge, moment
from releasegate.core.evidence.note import Note, parse, write
from releasegate.core.evidence.signed_entries import Statement
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Entry

_SUFFIX = ".note"


@dataclass(frozen=True)
class Heard:
    """The notes of *package*, one file a version in *folder*."""

    folder: Path
    package: str

    def read(self, version: Version) -> Note:
        """Return what was heard of a version.

        Raises:
            Unavailable: the file is there and cannot be read.
        """
        try:
            return parse((self.folder / f"{version}{_SUFFIX}").read_bytes(), package=self.package)
        except FileNotFoundError:
            return Note({})
        except OSError as error:
            raise self._unusable(error) from error

    def entries(self, version: Version) -> tuple[Entry, ...]:
        """Return the version's entries in the order of their time, whatever the order in which they stood."""
        return tuple(sorted(self.read(version).records.get(version, ()), key=lambda entry: moment(entry.at)))

    def add(self, version: Version, entries: Sequence[Entry], statements: Sequence[Statement]) -> None:
        """Keep what was heard now beside what was heard before.

        Raises:
            Unavailable: the file cannot be written.
        """
        before = self.read(version)
        records: Mapping[Version, Sequence[Entry]] = {version: merge(before.records.get(version, ()), entries)}
        content = write(self.package, records, (*before.statements, *statements))
        if records[version] and content != write(self.package, before.records, before.statements):
            try:
                write_atomically(self.folder / f"{version}{_SUFFIX}", content)
            except OSError as error:
                raise self._unusable(error) from error

    def versions(self) -> tuple[Version, ...]:
        """Return the versions of which something was heard."""
        return versions_in(self.folder, _SUFFIX)

    def _unusable(self, error: OSError) -> Unavailable:
        return Unavailable(
            f"What other machines said cannot be kept in {self.folder}: {error.strerror or error}.",
            hint="Make room or correct the permissions, and run the same command again",
        )

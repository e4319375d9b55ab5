"""A ledger that ends with its run: what a single gate finds outside of a release is no evidence for one."""

from __future__ import annotations

from dataclasses import dataclass, field

from packaging.version import Version

from releasegate.core.release.entry import Entry


@dataclass(frozen=True)
class MemoryLedger:
    """Entries by version, for as long as the run lasts."""

    entries: dict[Version, list[Entry]] = field(default_factory=dict)

    def read(self, version: Version) -> tuple[Entry, ...]:
        """Return the version's entries, oldest first."""
        return tuple(self.entries.get(version, ()))

    def believed(self, version: Version) -> tuple[Entry, ...]:
        """Return the version's entries: all of them were made here."""
        return self.read(version)

    def append(self, version: Version, entry: Entry) -> None:
        """Add an entry."""
        self.entries.setdefault(version, []).append(entry)

    def versions(self) -> tuple[Version, ...]:
        """Return the versions that have entries."""
        return tuple(self.entries)

    def push(self) -> tuple[str, ...]:
        """Tell nobody."""
        return ()

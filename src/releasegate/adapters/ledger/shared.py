"""A ledger that travels: files here, and Git notes on the released commits for every other machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from packaging.version import Version

from releasegate.adapters.ledger.files import FileLedger
from releasegate.adapters.ledger.git_notes import GitNotes
from releasegate.core.release.evidence import LeftOut, accepted, merge, read, write
from releasegate.core.release.record import Entry
from releasegate.core.release.versions import names

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class SharedLedger:
    """The *files* of a package's ledger, and the *notes* that carry it.

    *tags* asks for the commit of every tag, *head* for the one that is checked out.
    """

    files: FileLedger
    notes: GitNotes
    tags: Callable[[], Mapping[str, str]]
    head: Callable[[], str]
    prefix: str

    def read(self, version: Version) -> tuple[Entry, ...]:
        """Return the version's entries, oldest first."""
        return self.files.read(version)

    def append(self, version: Version, entry: Entry) -> None:
        """Add an entry; it is on the disk when this returns."""
        self.files.append(version, entry)

    def versions(self) -> tuple[Version, ...]:
        """Return the versions that have a record here."""
        return self.files.versions()

    def locked(self) -> AbstractContextManager[None]:
        """Keep every other run here from this package while the block lasts."""
        return self.files.locked()

    def pull(self) -> tuple[str, ...]:
        """Add to the files what counts of other machines' evidence; return sentences on what does not.

        Raises:
            Unavailable: the remote does not answer, or a file cannot be written.
            Refused: a note is too large, or carries no signature that Git verifies, where it must.
        """
        found: dict[Version, tuple[Entry, ...]] = {}
        left_out: list[LeftOut] = []
        tagged = self._tagged()
        for notes in (self.notes.here(), self.notes.fetch()):
            for commit, note in notes.items():
                counted = accepted(note, package=self.notes.package, commit=commit, tagged=tagged)
                left_out += counted.left_out
                for version, entries in counted.records.items():
                    found[version] = merge(found.get(version, ()), entries)
        for version, entries in found.items():
            ours = self.files.read(version)
            merged = merge(ours, entries)
            if merged != ours:
                self.files.replace(version, merged)
        return tuple(dict.fromkeys(each.why for each in left_out if self._missed(each)))

    def _missed(self, left_out: LeftOut) -> bool:
        """Whether anything is left out that is not known: a version's first entries stay where it was begun."""
        known = self.files.read(left_out.version)
        return any(entry not in known for entry in left_out.entries)

    def push(self) -> None:
        """Put every version's record on its commit as a note, and push the notes.

        Raises:
            Unavailable: the remote does not answer.
            Refused: the remote would not have it, or Git does not sign.
        """
        by_commit: dict[str, dict[Version, tuple[Entry, ...]]] = {}
        tagged = self._tagged()
        for version in self.versions():
            if entries := self.read(version):
                by_commit.setdefault(self._commit(version, entries, tagged), {})[version] = entries
        package = self.notes.package
        self.notes.publish(
            {commit: write(package, records) for commit, records in by_commit.items()}, merge=self._merge
        )

    def _merge(self, theirs: bytes, ours: bytes) -> bytes:
        """Return the note with what both say."""
        package = self.notes.package
        one, other = read(theirs, package=package), read(ours, package=package)
        both = {v: merge(one.get(v, ()), other.get(v, ())) for v in sorted(one.keys() | other.keys())}
        return write(package, both)

    def _tagged(self) -> Callable[[Version], str | None]:
        mine = ((name, commit) for name, commit in self.tags().items() if name.startswith(self.prefix))
        tags = {name.removeprefix(self.prefix): commit for name, commit in mine}

        def tagged(version: Version) -> str | None:
            return tags.get(str(version)) or next((c for text, c in tags.items() if names(text, version)), None)

        return tagged

    def _commit(self, version: Version, entries: tuple[Entry, ...], tagged: Callable[[Version], str | None]) -> str:
        """Return the commit that a record is about: its tag's, else the last one that it names, else what is here.

        A tag's commit need not be here (a shallow clone has few); what an entry names may be no commit at all.
        """
        if (commit := tagged(version)) is not None:
            return commit
        named = (e.evidence.get("commit") or e.subject for e in reversed(entries))
        hashes = dict.fromkeys(each for each in named if isinstance(each, str) and _COMMIT.fullmatch(each))
        return next((each for each in hashes if self.notes.has(each)), None) or self.head()

"""A ledger that travels: files here, and Git notes on the released commits for every other machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from packaging.version import Version

from releasegate.adapters.ledger.doubt import Doubt
from releasegate.adapters.ledger.files import FileLedger
from releasegate.adapters.ledger.git_notes import GitNotes
from releasegate.adapters.ledger.heard import Heard
from releasegate.core.evidence.merge import merge, told, without
from releasegate.core.evidence.note import Known, LeftOut, accepted, parse, write
from releasegate.core.evidence.signed_entries import Statement
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Entry
from releasegate.core.release.record import record
from releasegate.core.release.versions import by_version, parse_version

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class SharedLedger:
    """The *files* of what was made here, what was *heard* from others, and the *notes* that carry both.

    *tags* asks for the commit of every tag, *head* for the one that is checked out, *stated* for the version that the
    version files state there (``None`` where they do not say), and *until* for the moment after which is the future.
    *doubt* knows what is believed of what was heard.
    """

    files: FileLedger
    heard: Heard
    notes: GitNotes
    tags: Callable[[], Mapping[str, str]]
    head: Callable[[], str]
    stated: Callable[[], Version | None]
    until: Callable[[], str]
    doubt: Doubt
    prefix: str

    def read(self, version: Version) -> tuple[Entry, ...]:
        """Return the version's entries, oldest first; what would take its proof back and is not believed is left out.

        Raises:
            Unavailable: a file cannot be read.
        """
        ours, theirs = self.files.read(version), self.heard.entries(version)
        merged = merge(ours, theirs)
        against = without(record(merged).unsettled, ours)
        if not against:
            return merged
        doubted = without(against, self._believed(version, against))
        return merge(ours, without(theirs, doubted))

    def believed(self, version: Version) -> tuple[Entry, ...]:
        """Return those of the version's entries that count for a production upload, oldest first."""
        ours, theirs = self.files.read(version), self.heard.entries(version)
        return merge(ours, self._believed(version, without(theirs, ours)))

    def append(self, version: Version, entry: Entry) -> None:
        """Add an entry; it is on the disk when this returns."""
        self.files.append(version, entry)

    def versions(self) -> tuple[Version, ...]:
        """Return the versions that have a record here."""
        return tuple(sorted({*self.files.versions(), *self.heard.versions()}))

    def locked(self) -> AbstractContextManager[None]:
        """Keep every other run here from this package while the block lasts."""
        return self.files.locked()

    def pull(self) -> tuple[str, ...]:
        """Hear what counts of other machines' evidence; return sentences on what does not.

        Raises:
            Unavailable: the remote does not answer, or a file cannot be written.
            Refused: the notes carry no signature that Git verifies, where they must.
        """
        tags = self.tags()
        known = Known(self._tagged(tags), self._in_view(tags), self.until())
        left_out: list[LeftOut] = []
        for notes in (self.notes.here(), self.notes.fetch()):
            for commit, note in notes.items():
                counted = accepted(note, package=self.notes.package, commit=commit, known=known)
                left_out += counted.left_out
                for version, entries in counted.records.items():
                    self.heard.add(version, entries, counted.statements[version])
        why = [each.why for each in left_out if self._missed(each)]
        return tuple(dict.fromkeys([*self.notes.too_large(), *why]))

    def push(self) -> tuple[str, ...]:
        """Put every version's record on its commit as a note, and push the notes; return what could not be added.

        What a run of ours left that only asked stays here.

        Raises:
            Unavailable: the remote does not answer.
            Refused: the remote would not have it, or Git does not sign.
        """
        by_commit: dict[str, dict[Version, tuple[Entry, ...]]] = {}
        signed: dict[str, list[Statement]] = {}
        tagged, package = self._tagged(self.tags()), self.notes.package
        for version in self.versions():
            ours, heard = told(self.files.read(version)), self.heard.read(version)
            if entries := merge(ours, self.heard.entries(version)):
                commit = self._commit(version, entries, tagged)
                by_commit.setdefault(commit, {})[version] = entries
                mine = self.doubt.statement(version, commit, ours, heard.statements)
                signed.setdefault(commit, []).extend([*heard.statements, *([mine] if mine is not None else [])])
        notes = {commit: write(package, records, signed[commit]) for commit, records in by_commit.items()}
        return self.notes.publish(notes, merge=self._merge)

    def _believed(self, version: Version, entries: list[Entry]) -> list[Entry]:
        """Return those of *entries*, which were heard, that are believed."""

        def commit() -> str | None:
            return self._tagged(self.tags())(version)

        return self.doubt.believed(version, commit, entries, self.heard.read(version).statements)

    def _missed(self, left_out: LeftOut) -> bool:
        """Whether anything is left out that is not known: a version's first entries stay where it was begun."""
        if left_out.version is None:
            return True
        known = merge(self.files.read(left_out.version), self.heard.entries(left_out.version))
        return bool(without(left_out.entries, known))

    def _merge(self, theirs: bytes, ours: bytes) -> bytes:
        """Return the note with what both say."""
        package = self.notes.package
        one, other = parse(theirs, package=package), parse(ours, package=package)
        versions = sorted(one.records.keys() | other.records.keys())
        both = {v: merge(one.records.get(v, ()), other.records.get(v, ())) for v in versions}
        return write(package, both, (*one.statements, *other.statements))

    def _in_view(self, tags: Mapping[str, str]) -> frozenset[Version]:
        """Return the versions that tags, version files and what was made here name."""
        mine = (name.removeprefix(self.prefix) for name in tags if name.startswith(self.prefix))
        named = {self.stated(), *map(parse_version, mine), *self.files.versions()}
        return frozenset(version for version in named if version is not None)

    def _tagged(self, tags: Mapping[str, str]) -> Callable[[Version], str | None]:
        mine = ((name, commit) for name, commit in tags.items() if name.startswith(self.prefix))
        named = {name.removeprefix(self.prefix): commit for name, commit in mine}
        spelled = by_version(named)
        return lambda version: named.get(str(version)) or spelled.get(version)

    def _commit(self, version: Version, entries: tuple[Entry, ...], tagged: Callable[[Version], str | None]) -> str:
        """Return the commit that a record is about: its tag's, else the last one that it names, else what is here.

        A tag's commit need not be here (a shallow clone has few); what an entry names may be no commit at all.
        """
        if (commit := tagged(version)) is not None:
            return commit
        named = (e.evidence.get("commit") or e.subject for e in reversed(entries))
        hashes = dict.fromkeys(each for each in named if isinstance(each, str) and _COMMIT.fullmatch(each))
        return next((each for each in hashes if self.notes.has(each)), None) or self.head()

"""The record of a release: what the replay of its entries says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import SEAL, TAG, Entry
from releasegate.core.release.taken_back import CELL, REVOKED, runs_end_to_end
from releasegate.core.release.taken_back import unsettled as taking_back


@dataclass(frozen=True)
class Record:
    """What the entries of one version say when they are read from the first to the last."""

    entries: tuple[Entry, ...]

    def last(self, step: str, *, subject: str | None = None) -> Entry | None:
        """Return the newest entry of *step* (about *subject*, where given) that is not a person's word."""
        mine = (e for e in reversed(self.entries) if e.step == step and e.event not in {"waived", "revoked"})
        return next((e for e in mine if subject is None or e.subject == subject), None)

    def done(self, step: str, *, subject: str) -> Entry | None:
        """Return the entry that proves *step* on *subject*, unless a later one takes it back."""
        last = self.last(step, subject=subject)
        return last if last is not None and last.event == "done" and not self._forgotten(last) else None

    def waiver(self, step: str) -> Entry | None:
        """Return the newest waiver of *step*: a person and a reason, for this one version."""
        return next((e for e in reversed(self.entries) if e.step == step and e.event == "waived"), None)

    def by_step(self) -> Mapping[str, tuple[Entry | None, Entry | None]]:
        """Return of every step the entries that ``last`` and ``waiver`` return, in the order of the steps' first."""
        found: dict[str, tuple[Entry | None, Entry | None]] = {}
        for entry in self.entries:
            last, waiver = found.get(entry.step, (None, None))
            found[entry.step] = (last, entry) if entry.event == "waived" else (entry, waiver)
        return found

    @property
    def closed(self) -> Entry | None:
        """The newest entry that closed the version, be it taken back since or not."""
        return next((e for e in reversed(self.entries) if e.step == SEAL and e.event == "done"), None)

    @property
    def seal(self) -> Entry | None:
        """The entry that closed the version: every gate passed (or was waived) on the bytes it names.

        There is none where something newer takes the proof back.
        """
        return self.closed if not self.unsettled else None

    @property
    def taken_back(self) -> Entry | None:
        """What takes the proof back: a person's word or a red verdict, newer than the seal and not settled since."""
        return self.unsettled[0] if self.unsettled else None

    @cached_property
    def unsettled(self) -> tuple[Entry, ...]:
        """What takes the seal back, oldest first."""
        closed = self.closed
        return () if closed is None else taking_back(self.entries, closed)

    @property
    def remembered(self) -> tuple[Entry, ...]:
        """The entries that no person's word has taken back."""
        words = [entry for entry in self.unsettled if entry.event == REVOKED]
        return self.entries[self._place(words[-1]) + 1 :] if words else self.entries

    def _forgotten(self, done: Entry) -> bool:
        """Whether *done* came before what says that it is to be run again."""
        cells = [e for e in self.unsettled if e.step == CELL and runs_end_to_end(done.step)]
        return done not in self.remembered or (cells != [] and self.entries.index(done) < self._place(cells[-1]))

    def _place(self, entry: Entry) -> int:
        return next(number for number in reversed(range(len(self.entries))) if self.entries[number] is entry)

    @property
    def attempted(self) -> bool:
        """Whether anything that cannot be taken back was begun: the version counts as consumed.

        What was refused as a whole, before it changed anything, was not begun.
        """
        begun: set[str] = set()
        for entry in self.entries:
            if entry.kind == "one-way" and entry.event == "started":
                begun.add(entry.step)
            elif entry.event == "failed" and entry.verdict == "refused":
                begun.discard(entry.step)
        return bool(begun)

    @property
    def pushed_back(self) -> bool:
        """Whether the remote refused the tag and the bump, and nothing came of the version since."""
        last = self.last(TAG)
        return last is not None and (last.event, last.verdict) == ("failed", "refused")

    @property
    def failure(self) -> Entry | None:
        """The newest entry that judged the release bad, if its step has not passed or been waived since.

        A pass on another subject counts too: a number that is not consumed may be tried again on a mended commit.
        """
        settled: set[str] = set()
        for entry in reversed(self.entries):
            if entry.event in {"done", "waived"}:
                settled.add(entry.step)
            elif entry.event == "failed" and entry.verdict == "fail" and entry.step not in settled:
                return entry
        return None


def record(entries: Iterable[Entry]) -> Record:
    """Return the record that *entries* make, in the order in which they were written."""
    return Record(tuple(entries))

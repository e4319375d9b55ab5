"""What the record of a version says of it, beside what an index serves: its gates, its seal, its waivers.

A record is untrusted input: who may push Git notes may have written it. So it proves nothing of the bytes that were
rebuilt, and counts only where there is a reason to believe it; what is not believed is told, and contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from releasegate.core.enumerated import counted, first_of
from releasegate.core.evidence.signed_entries import digest
from releasegate.core.release.entry import ALLOWED_BY, SEAL, Entry
from releasegate.core.release.record import Record, record
from releasegate.core.release.taken_back import CELL, REVOKED, because, is_red
from releasegate.core.verification.claims import Claim

_SHOWN = 16
_NOBODY = "nobody who is believed says so"


@dataclass(frozen=True)
class Recorded:
    """A version's entries with why each is believed, and the seals of it that are of other commits, with why.

    ``reasons`` are by the digest of an entry: one without a reason is not believed. ``elsewhere`` are the commits that
    such seals name.
    """

    entries: Sequence[Entry]
    reasons: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Sequence[tuple[str, str]] = ()

    def reason(self, entry: Entry) -> str:
        """Return why *entry* is believed; empty where it is not."""
        return self.reasons.get(digest(entry), "")

    @property
    def believed(self) -> Record:
        """The record of what ended and is believed: that something began proves nothing, and anybody may say so."""
        return record(entry for entry in self.entries if entry.event != "started" and self.reason(entry))

    @property
    def doubted(self) -> Record:
        """The record of what is not believed."""
        return record(entry for entry in self.entries if not self.reason(entry))

    @property
    def taken_back(self) -> Entry | None:
        """What is believed to take the proof back; a person's word does so whoever is believed to have proven it."""
        known = self.believed
        if known.closed is not None:
            return known.taken_back
        words = [number for number, entry in enumerate(known.entries) if entry.event == REVOKED]
        later = known.entries[words[-1] :] if words else ()
        settled = any((entry.event, entry.step) == ("waived", REVOKED) for entry in later)
        return later[0] if later and not settled else None


def recorded_claims(recorded: Recorded, *, held: Mapping[str, str], commit: str, index: str) -> tuple[Claim, ...]:
    """Return what the record says; *held* are the sha256 of the index's files, *commit* is what the tag names."""
    return (
        *_moved(recorded.elsewhere, commit),
        *_seal(recorded, held, commit, index),
        *_gates(recorded),
        *_doubted_gates(recorded),
    )


def sealed_files(seal: Entry) -> Mapping[str, str]:
    """Return the sha256 of every file that a seal names, by name; nothing where it is no list of those."""
    files = seal.evidence.get("files")
    if not isinstance(files, dict) or not all(isinstance(text, str) for pair in files.items() for text in pair):
        return {}
    return files


def _moved(elsewhere: Sequence[tuple[str, str]], commit: str) -> Iterator[Claim]:
    for other, reason in dict.fromkeys(elsewhere):
        said = f"a seal of this version is of {other[:12]}, and the tag names {commit[:12]}"
        where = f"the record on {other[:12]}"
        if reason:
            yield Claim("tag", "contradicted", f"{said}: one of the two was moved", f"{reason}, {where}")
        else:
            yield Claim("tag", "not believed", f"{said}; {_NOBODY}", where)


def _seal(recorded: Recorded, held: Mapping[str, str], commit: str, index: str) -> Iterator[Claim]:
    where = f"the record on {commit[:12]}"
    seal, taken = recorded.believed.closed, recorded.taken_back
    if taken is not None:
        who = f"{recorded.reason(taken)}, {_writer(taken, where)}"
        yield Claim("seal", "contradicted", f"the proof was taken back: {because(taken)}", who)
    elif seal is not None:
        by = f"{recorded.reason(seal)}, {_writer(seal, where)}"
        wrong = [*seal_problems(sealed_files(seal), held, index)]
        if not sealed_files(seal):
            yield Claim("seal", "contradicted", "it names no files", by)
        elif wrong:
            yield Claim("seal", "contradicted", f"it is of other files than {index} lists", by, tuple(wrong))
        else:
            yield Claim("seal", "proven", f"{seal.at}: every file that {index} lists, by its sha256", by)
    doubted = recorded.doubted.closed
    if doubted is not None:
        fits = "every file" if not [*seal_problems(sealed_files(doubted), held, index)] else "other files than those"
        said = f"{doubted.at}: {fits} that {index} lists; {_NOBODY}"
        yield Claim("seal", "not believed", said, _writer(doubted, where))
    elif seal is None and taken is None:
        count = len(recorded.entries)
        said = (
            f"the record is not closed: {counted(count, 'entry', 'entries')} and no seal"
            if count
            else "there is no record"
        )
        yield Claim("seal", "not recorded", said, where if count else "")


def seal_problems(named: Mapping[str, str], held: Mapping[str, str], index: str) -> Iterator[str]:
    """Yield every file in which a seal, and what an index holds of its version, are not the same."""
    for name in sorted(named.keys() | held.keys()):
        if name not in held:
            yield f"{name} is sealed, and {index} lists no such file"
        elif name not in named:
            yield f"{name} is not sealed, and {index} lists it"
        elif named[name] != held[name]:
            yield f"{name}: sealed {named[name]}, listed {held[name]}"


def _gates(recorded: Recorded) -> Iterator[Claim]:
    passed: list[Entry] = []
    for step, (last, waiver) in recorded.believed.by_step().items():
        # What a cell says against a proof, the seal's claim has; what only watches says nothing against it.
        if step in {SEAL, CELL, REVOKED}:
            continue
        allowed = last.evidence.get(ALLOWED_BY) if last is not None and last.event == "done" else None
        if last is not None and allowed:
            said = f"it was not done: {allowed} in the configuration allows that"
            yield Claim(f"gate {step}", "not recorded", said, f"{recorded.reason(last)}, {_writer(last)}")
        elif last is not None and last.verdict != "fail" and last.event == "done":
            passed.append(last)
        elif waiver is not None:
            by, reason = _person(waiver)
            said = f"it did not pass, and was waived: {reason}"
            yield Claim(f"gate {step}", "not recorded", said, f"{by}, {recorded.reason(waiver)}")
        elif last is not None and last.verdict == "fail":
            problem = str(last.evidence.get("problem", last.line))
            who = f"{recorded.reason(last)}, {_writer(last)}"
            yield Claim(f"gate {step}", "contradicted", f"it failed: {problem}", who)
    if passed:
        writers = "; ".join(dict.fromkeys(f"{recorded.reason(entry)}, {_writer(entry)}" for entry in passed))
        said = f"{len(passed)} passed: {first_of([entry.step for entry in passed], _SHOWN)}"
        yield Claim("gates", "proven", said, writers)


def _doubted_gates(recorded: Recorded) -> Iterator[Claim]:
    known = recorded.believed.by_step()
    passed: list[Entry] = []
    for step, (last, waiver) in recorded.doubted.by_step().items():
        if waiver is not None:
            by, reason = _person(waiver)
            about = "what takes the proof back" if step == REVOKED else f"gate {step}"
            yield Claim(about, "not believed", f"it is said to be waived by {by}: {reason}; {_NOBODY}")
        if last is None or step in {SEAL, CELL}:
            continue
        if last.event == REVOKED:
            yield Claim("seal", "not believed", f"the proof is said to be taken back: {because(last)}; {_NOBODY}")
        elif is_red(last):
            problem = str(last.evidence.get("problem", last.line))
            yield Claim(f"gate {step}", "not believed", f"it is said to have failed: {problem}; {_NOBODY}")
        elif last.event == "done" and step not in known and not last.evidence.get(ALLOWED_BY):
            passed.append(last)
    if passed:
        writers = ", ".join(dict.fromkeys(_writer(entry) for entry in passed))
        said = f"{len(passed)} are said to have passed: {first_of([entry.step for entry in passed], _SHOWN)}; {_NOBODY}"
        yield Claim("gates", "not believed", said, writers)


def _person(waiver: Entry) -> tuple[str, str]:
    return str(waiver.evidence.get("by", "somebody")), str(waiver.evidence.get("reason", ""))


def _writer(entry: Entry, where: str = "") -> str:
    by = f"releasegate {entry.releasegate}".strip()
    return f"{by} in run {entry.run}{f', {where}' if where else ''}"

"""What the record of a version says of it, beside what an index serves: its gates, its seal, its waivers.

A record is untrusted input: who may push Git notes may have written it. So it proves nothing of the bytes that were
rebuilt; it says what was done with them, and where it cannot be true of what is served, that is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from releasegate.core.release.record import SEAL, Entry, Record, record
from releasegate.core.verification.claims import Claim

_SHOWN = 16


@dataclass(frozen=True)
class Recorded:
    """A version's entries, and the commits whose seals name this version and are not what its tag names."""

    entries: Sequence[Entry]
    elsewhere: Sequence[str] = ()

    @property
    def seal(self) -> Entry | None:
        """The entry that closed the record."""
        return record(self.entries).seal


def recorded_claims(recorded: Recorded, *, held: Mapping[str, str], commit: str, index: str) -> tuple[Claim, ...]:
    """Return what the record says; *held* are the sha256 of the index's files, *commit* is what the tag names."""
    return (
        *_moved(recorded.elsewhere, commit),
        *_seal(recorded, held, commit, index),
        *_gates(record(recorded.entries)),
    )


def sealed_files(seal: Entry) -> Mapping[str, str]:
    """Return the sha256 of every file that a seal names, by name; nothing where it is no list of those."""
    files = seal.evidence.get("files")
    if not isinstance(files, dict) or not all(isinstance(text, str) for pair in files.items() for text in pair):
        return {}
    return files


def _moved(elsewhere: Sequence[str], commit: str) -> Iterator[Claim]:
    for other in dict.fromkeys(elsewhere):
        said = f"a seal of this version is of {other[:12]}, and the tag names {commit[:12]}: one of the two was moved"
        yield Claim("tag", "contradicted", said, f"the record on {other[:12]}")


def _seal(recorded: Recorded, held: Mapping[str, str], commit: str, index: str) -> Iterator[Claim]:
    seal, where = recorded.seal, f"the record on {commit[:12]}"
    if seal is None:
        count = len(recorded.entries)
        said = f"the record is not closed: {count} entries and no seal" if count else "there is no record"
        yield Claim("seal", "not recorded", said, where if count else "")
        return
    named, by = sealed_files(seal), _writer(seal, where)
    wrong = [*seal_problems(named, held, index)]
    if not named:
        yield Claim("seal", "contradicted", "it names no files", by)
    elif wrong:
        yield Claim("seal", "contradicted", f"it is of other files than {index} lists", by, tuple(wrong))
    else:
        yield Claim("seal", "proven", f"{seal.at}: every file that {index} lists, by its sha256", by)


def seal_problems(named: Mapping[str, str], held: Mapping[str, str], index: str) -> Iterator[str]:
    """Yield every file in which a seal, and what an index holds of its version, are not the same."""
    for name in sorted(named.keys() | held.keys()):
        if name not in held:
            yield f"{name} is sealed, and {index} lists no such file"
        elif name not in named:
            yield f"{name} is not sealed, and {index} lists it"
        elif named[name] != held[name]:
            yield f"{name}: sealed {named[name]}, listed {held[name]}"


def _gates(found: Record) -> Iterator[Claim]:
    passed: list[Entry] = []
    for step, (last, waiver) in found.by_step().items():
        if step == SEAL:
            continue
        if last is not None and last.verdict != "fail" and last.event == "done":
            passed.append(last)
        elif waiver is not None:
            by, reason = waiver.evidence.get("by", "somebody"), waiver.evidence.get("reason", "")
            yield Claim(f"gate {step}", "not recorded", f"it did not pass, and was waived: {reason}", str(by))
        elif last is not None and last.verdict == "fail":
            problem = str(last.evidence.get("problem", last.line))
            yield Claim(f"gate {step}", "contradicted", f"it failed: {problem}", _writer(last))
    if passed:
        names = [entry.step for entry in passed]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        writers = ", ".join(dict.fromkeys(_writer(entry) for entry in passed))
        yield Claim("gates", "proven", f"{len(names)} passed: {', '.join(names[:_SHOWN])}{more}", writers)


def _writer(entry: Entry, where: str = "") -> str:
    by = f"releasegate {entry.releasegate}".strip()
    return f"{by} in run {entry.run}{f', {where}' if where else ''}"

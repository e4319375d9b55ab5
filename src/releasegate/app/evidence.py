"""The shared evidence of one version, as anybody reads it who has a clone: nothing of it is kept here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.version import Version

from releasegate.adapters.clock import SystemClock
from releasegate.app.workspace import Workspace
from releasegate.core.config.model import Package
from releasegate.core.errors import Refused
from releasegate.core.evidence.merge import merge
from releasegate.core.evidence.note import Known, accepted, read
from releasegate.core.release.record import SEAL, Entry
from releasegate.core.verification.claims import Claim
from releasegate.core.verification.recorded import Recorded, recorded_claims

_GOOD, _BAD, _NONE = frozenset("G"), frozenset("BR"), frozenset("N")


@dataclass(frozen=True)
class SharedNotes:
    """The notes of a package, each with its commit, what Git says of their signature, and why they do not count."""

    notes: tuple[tuple[str, bytes], ...] = ()
    signature: tuple[str, str] = ("N", "")
    claims: tuple[Claim, ...] = field(default=())


def notes_of(workspace: Workspace, package: Package) -> SharedNotes:
    """Return the notes of the package, the remote's and those here.

    Raises:
        Unavailable: the remote does not answer.
    """
    notes = workspace.ledger(package).notes
    try:
        found = (*notes.here().items(), *notes.fetch().items())
    except Refused as error:
        return SharedNotes(claims=(Claim("record", "not recorded", error.problem, package.remote, (error.hint,)),))
    return SharedNotes(found, notes.signature())


def record_claims(  # noqa: PLR0913 - the record of what, beside what
    shared: SharedNotes, package: Package, version: Version, *, commit: str, held: Mapping[str, str], index: str
) -> tuple[Recorded, tuple[Claim, ...]]:
    """Return the record of a version whose tag names *commit*, and what it says beside what the index holds."""
    entries: tuple[Entry, ...] = ()
    elsewhere = []
    for where, note in shared.notes:
        mine = read(note, package=package.name).get(version, [])
        sealed = [str(e.evidence.get("commit")) for e in mine if e.step == SEAL and e.event == "done"]
        elsewhere += [each for each in sealed if each != commit]
        if where == commit:
            known = Known(lambda _: commit, (version,), SystemClock().soon())
            counted = accepted(note, package=package.name, commit=commit, known=known)
            entries = merge(entries, counted.records.get(version, ()))
    recorded = Recorded(entries, tuple(elsewhere))
    signed = _signature(shared.signature) if entries else ()
    claims = recorded_claims(recorded, held=held, commit=commit, index=index)
    return recorded, (*shared.claims, *claims, *signed)


def _signature(signature: tuple[str, str]) -> tuple[Claim, ...]:
    letter, signer = signature
    if letter in _GOOD:
        return (Claim("signature", "proven", "the notes carry a signature that Git verifies", signer),)
    if letter in _BAD:
        said = "the signature of the notes is bad, or of a key that was revoked"
        return (Claim("signature", "contradicted", said, signer),)
    if letter in _NONE:
        said = "the notes are not signed: whoever may push them may have written the record"
        return (Claim("signature", "not recorded", said),)
    return (
        Claim("signature", "not recorded", "the notes are signed, with a key that Git does not trust here", signer),
    )

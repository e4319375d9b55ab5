"""The shared evidence of one version, as anybody reads it who has a clone: nothing of it is kept here.

It is believed for the same reasons as before an upload: made here, signed by a key that the release branch names, or
vouched for by the forge. All else is told, as what whoever may push notes may have written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from packaging.version import Version

from releasegate.adapters.clock import SystemClock
from releasegate.adapters.ledger.shared import SharedLedger
from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import Package
from releasegate.core.errors import Refused
from releasegate.core.evidence.belief import HERE
from releasegate.core.evidence.merge import merge
from releasegate.core.evidence.note import Known, accepted, parse
from releasegate.core.evidence.signed_entries import Statement, digest
from releasegate.core.release.entry import SEAL, Entry
from releasegate.core.verification.claims import Claim
from releasegate.core.verification.recorded import Recorded, recorded_claims

_GOOD, _BAD, _NONE = frozenset("G"), frozenset("BR"), frozenset("N")


@dataclass(frozen=True)
class SharedNotes:
    """The notes of a package, each with its commit, and what Git says of their signature.

    ``claims`` say why they do not count, ``told`` what of them is left out.
    """

    notes: tuple[tuple[str, bytes], ...] = ()
    signature: tuple[str, str] = ("N", "")
    claims: tuple[Claim, ...] = ()
    told: tuple[str, ...] = ()


def notes_of(workspace: Workspace, package: Package) -> SharedNotes:
    """Return the notes of the package, the remote's and those here.

    Raises:
        Unavailable: the remote does not answer.
    """
    notes = workspace.ledger(package).notes
    try:
        found = (*notes.here().items(), *notes.fetch().items())
    except Refused as error:
        return SharedNotes(claims=(Claim("record", "not recorded", error.problem, notes.remote, (error.hint,)),))
    return SharedNotes(found, notes.signature(), told=notes.too_large())


def record_claims(  # noqa: PLR0913 - the record of what, beside what
    workspace: Workspace,
    shared: SharedNotes,
    package: Package,
    version: Version,
    *,
    commit: str,
    held: Mapping[str, str],
    index: str,
) -> tuple[Recorded, tuple[Claim, ...], tuple[str, ...]]:
    """Return the record of a version whose tag names *commit*, what it says beside what the index holds, and notes."""
    silent: list[str] = []
    ledger = replace(workspace, tells=silent.append).ledger(package)
    ours, heard = ledger.files.read(version), ledger.heard.read(version)
    theirs, statements, told = heard.records.get(version, []), list(heard.statements), list(shared.told)
    known = Known(lambda _: commit, (version,), SystemClock().soon())
    for where, note in shared.notes:
        if where == commit:
            counted = accepted(note, package=package.name, commit=commit, known=known)
            theirs = [*theirs, *counted.records.get(version, ())]
            statements += counted.statements.get(version, ())
            told += [each.why for each in counted.left_out]
    seals = [entry for entry in ours if _seals(entry) and entry.evidence.get("commit") != commit]
    here = [entry for entry in ours if entry not in seals]
    entries = merge(here, theirs)
    elsewhere = [(str(entry.evidence.get("commit")), HERE) for entry in seals]
    recorded = Recorded(
        entries,
        _reasons(ledger, version, commit, here=here, entries=entries, statements=statements),
        (*elsewhere, *_elsewhere(ledger, shared, version, commit)),
    )
    signed = _signature(shared.signature) if entries else ()
    claims = recorded_claims(recorded, held=held, commit=commit, index=index)
    doubted = [_doubted(ledger, package)] if any(each.standing == "not believed" for each in claims) else []
    return recorded, (*shared.claims, *claims, *signed), tuple(dict.fromkeys([*told, *silent, *doubted]))


def _reasons(  # noqa: PLR0913 - what was heard of what, and what was made here
    ledger: SharedLedger,
    version: Version,
    commit: str,
    *,
    here: list[Entry],
    entries: tuple[Entry, ...],
    statements: list[Statement],
) -> dict[str, str]:
    heard = [entry for entry in entries if entry not in here]
    why = ledger.doubt.reasons(version, lambda: commit, heard, tuple(dict.fromkeys(statements)))
    return {digest(entry): HERE for entry in here} | dict(zip(map(digest, heard), why, strict=True))


def _elsewhere(ledger: SharedLedger, shared: SharedNotes, version: Version, commit: str) -> Iterator[tuple[str, str]]:
    """Yield the other commits that a seal of this version names, with why it is believed."""
    for where, note in shared.notes:
        parsed = parse(note, package=ledger.notes.package)
        seals = [entry for entry in parsed.records.get(version, ()) if _seals(entry)]
        strange = [entry for entry in seals if entry.evidence.get("commit") == where != commit]
        why = ledger.doubt.reasons(version, lambda where=where: where, strange, parsed.statements)  # type: ignore[misc]
        yield from ((where, reason) for reason in why)
        copied = (str(entry.evidence.get("commit")) for entry in seals if entry not in strange)
        yield from ((each, "") for each in copied if each != commit)


def _seals(entry: Entry) -> bool:
    return entry.step == SEAL and entry.event == "done"


def _doubted(ledger: SharedLedger, package: Package) -> str:
    """Return why what is not believed is not."""
    keys = "signed by no key that the release branch names"
    if not ledger.doubt.signatures.named():
        keys = "not signed by a key (ci.allowed-signers names none)"
    forge = "the forge vouches for none of it" if package.forge is not None else "no forge is there to vouch for it"
    return f"what is not believed is {keys}, and {forge}: whoever may push notes may have written it"


def _signature(signature: tuple[str, str]) -> tuple[Claim, ...]:
    letter, signer = signature
    if letter in _GOOD:
        return (Claim("signature", "proven", "the notes carry a signature that Git verifies", signer),)
    if letter in _BAD:
        said = "the signature of the notes is bad, or of a key that was revoked"
        return (Claim("signature", "contradicted", said, signer),)
    if letter in _NONE:
        return ()
    return (
        Claim("signature", "not recorded", "the notes are signed, with a key that Git does not trust here", signer),
    )

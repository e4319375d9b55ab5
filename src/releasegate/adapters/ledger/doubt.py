"""What is believed of what other machines say: what a named key signed, and what the forge says of its own runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

from packaging.version import Version

from releasegate.adapters.ledger.signatures import Signatures
from releasegate.core.evidence.belief import ANYBODY, ci_run, must_be_believed
from releasegate.core.evidence.signed_entries import Statement, digest, statement
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Entry
from releasegate.core.release.taken_back import REVOKED

Vouches = Callable[[Version, str, Entry], bool]
"""Asks the forge whether it vouches for an entry of a version whose tag names the commit."""


@dataclass(frozen=True)
class Doubt:
    """Doubts evidence of *package* unless a key that *signatures* knows signed it, or the forge *vouches* for it.

    A person's word against a release stops it and proves nothing: where the repository names no keys, anybody's counts.
    """

    package: str
    signatures: Signatures
    vouches: Vouches
    known: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict, repr=False)

    def believed(
        self,
        version: Version,
        tagged: Callable[[], str | None],
        entries: Sequence[Entry],
        statements: Sequence[Statement],
    ) -> list[Entry]:
        """Return those of *entries*, which were heard of *version*, that are believed; see ``reasons``."""
        why = self.reasons(version, tagged, entries, statements)
        return [entry for entry, reason in zip(entries, why, strict=True) if reason]

    def reasons(
        self,
        version: Version,
        tagged: Callable[[], str | None],
        entries: Sequence[Entry],
        statements: Sequence[Statement],
    ) -> tuple[str, ...]:
        """Return of each of *entries*, which were heard of *version*, why it is believed; nothing where it is not.

        *tagged* asks for the commit of its tag. The same is asked once in a run: step after step wants to know it.
        """
        asked = (str(version), *map(digest, entries), *statements)
        if entries and asked not in self.known:
            self.known[asked] = self._reasons(version, tagged(), entries, statements)
        return self.known.get(asked, ())

    def _reasons(
        self, version: Version, commit: str | None, entries: Sequence[Entry], statements: Sequence[Statement]
    ) -> tuple[str, ...]:
        about = (self.package, str(version), commit)
        mine = [said for said in statements if (said.package, said.version, said.commit) == about]
        wanted = [entry for entry in entries if must_be_believed(entry)]
        signers = [(said, self._signer(said)) for said in mine if any(map(said.covers, wanted))]
        signed = [(said, who) for said, who in signers if who]

        def reason(entry: Entry) -> str:
            if not must_be_believed(entry) or (entry.event == REVOKED and not self.signatures.named()):
                return ANYBODY
            signer = next((who for said, who in signed if said.covers(entry)), "")
            if signer:
                return f"signed by {signer}"
            run = ci_run(entry)
            vouched = commit is not None and run is not None and self.vouches(version, commit, entry)
            return f"the forge vouches for its run {run}" if vouched else ""

        return tuple(map(reason, entries))

    def statement(
        self, version: Version, commit: str, ours: Sequence[Entry], known: Sequence[Statement]
    ) -> Statement | None:
        """Return the signed statement on what was made here; ``None`` where there is one, or no key to sign with."""
        wanted = statement(self.package, str(version), commit, ours)
        if not ours or any(said.payload == wanted.payload and self._signer(said) for said in known):
            return None
        signature = self.signatures.sign(wanted.payload)
        return Statement(wanted.package, wanted.version, wanted.commit, wanted.signs, signature) if signature else None

    def _signer(self, said: Statement) -> str:
        return self.signatures.signer(said.payload, said.signature)

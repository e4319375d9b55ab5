"""Git notes of one package: fetched from the remote, written beside what others wrote, and pushed.

Format: git-notes(1), below ``refs/notes/releasegate/<package>``; nothing else of the repository is touched.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from releasegate.adapters.gitcommand import REMOTE_SECONDS, Answer, Git
from releasegate.core.errors import Refused, Unavailable

NAMESPACE = "refs/notes/releasegate"
_NOBODY = ("-c", "user.name=releasegate", "-c", "user.email=releasegate@localhost")
_TRIES = 8
_LARGEST = 8 * 2**20

Merge = Callable[[bytes, bytes], bytes]
"""Makes one note of what the remote has and what is here."""


@dataclass(frozen=True)
class GitNotes:
    """The notes of *package*; with *signed* each state of them must carry a signature that Git verifies."""

    git: Git
    remote: str
    package: str
    signed: bool = False

    @property
    def ref(self) -> str:
        """The ref of the notes, here and on the remote."""
        return f"{NAMESPACE}/{self.package}"

    @property
    def theirs(self) -> str:
        """The ref under which the remote's notes are here: what was never pushed is not lost in a fetch."""
        return f"refs/notes/releasegate-fetched/{self.package}"

    def here(self) -> Mapping[str, bytes]:
        """Return the notes here by commit: what was written and perhaps never pushed."""
        return self._read(self.ref)

    def has(self, commit: str) -> bool:
        """Return whether the repository here has the commit."""
        return not self.git.ask("cat-file", "-e", f"{commit}^{{commit}}").exit_code

    def fetch(self) -> Mapping[str, bytes]:
        """Return the remote's notes by commit; none where the remote has none, or there is no such remote.

        Raises:
            Unavailable: the remote does not answer.
            Refused: they carry no signature that Git verifies, where they must.
        """
        if not self._has_remote():
            return self._read(self.theirs)
        words = ("fetch", "--quiet", "--no-tags", self.remote, f"+{self.ref}:{self.theirs}")
        answer = self.git.ask(*words, timeout=REMOTE_SECONDS)
        if answer.exit_code and "couldn't find remote ref" not in answer.stderr.lower():
            raise self._silent(answer)
        if answer.exit_code:
            self.git.ask("update-ref", "-d", self.theirs)
        self._verify()
        return self._read(self.theirs)

    def publish(self, notes: Mapping[str, bytes], *, merge: Merge) -> None:
        """Write *notes*, by commit, beside what the remote has, and push them; two machines lose nothing.

        Raises:
            Unavailable: the remote does not answer, or others wrote at every try.
            Refused: the remote would not have it, or Git does not sign.
        """
        for number in range(_TRIES):
            held = self.fetch()
            merged = {commit: merge(held.get(commit, b""), note) for commit, note in notes.items()}
            changed = {commit: note for commit, note in merged.items() if note != held.get(commit)}
            if not changed:
                return
            self._write(changed)
            if not self._has_remote() or self._push():
                return
            time.sleep(random.uniform(0.05, 0.2) * (number + 1))  # noqa: S311 - to get out of step with another machine
        raise Unavailable(
            f"The evidence could not be pushed to {self.remote}: others wrote at every try.",
            hint="Run the same command again",
        )

    def _write(self, notes: Mapping[str, bytes]) -> None:
        """Write *notes* on top of the remote's."""
        tip = self.git.ask("rev-parse", "--verify", "--quiet", self.theirs).text
        self.git.tell("update-ref", *([self.ref, tip] if tip else ["-d", self.ref]))
        for commit, note in notes.items():
            blob = self._blob(note)
            self.git.tell(*_NOBODY, "notes", f"--ref={self.ref}", "add", "--force", "--allow-empty", "-C", blob, commit)
        if self.signed:
            self._sign()
        if not self._has_remote():
            self.git.tell("update-ref", self.theirs, self.ref)

    def _blob(self, note: bytes) -> str:
        return self.git.tell("hash-object", "-w", "--stdin", given=note).text

    def _sign(self) -> None:
        """Put one signed commit with the tip's tree in its place: its signature is on all the notes."""
        tip = self.git.tell("rev-parse", self.ref).text
        parents = [word for parent in self._signed_parents(tip) for word in ("-p", parent)]
        words = ("commit-tree", "-S", *parents, "-m", "Evidence", f"{tip}^{{tree}}")
        answer = self.git.ask(*_NOBODY, *words)
        if answer.exit_code:
            raise Refused(
                "Git did not sign the evidence.",
                hint="Set user.signingkey and gpg.format, as for signed commits; or ci.signed = false",
                details=answer.words,
            )
        self.git.tell("update-ref", self.ref, answer.text, tip)

    def _signed_parents(self, tip: str) -> list[str]:
        """Return what of the history was signed before: the commits that were just made are none of it."""
        for commit in self.git.tell("rev-list", "--first-parent", tip).text.split():
            if b"\ngpgsig" in self.git.tell("cat-file", "commit", commit).stdout:
                return [commit]
        return []

    def _verify(self) -> None:
        if not self.signed or self.git.ask("rev-parse", "--verify", "--quiet", self.theirs).exit_code:
            return
        answer = self.git.ask("verify-commit", self.theirs)
        if answer.exit_code:
            raise Refused(
                f"The evidence on {self.remote} carries no signature that Git verifies.",
                hint=f"Trust the key that signed it (git verify-commit {self.theirs}), or set ci.signed = false",
                details=answer.words,
            )

    def _read(self, ref: str) -> dict[str, bytes]:
        listed = [line.split() for line in self.git.ask("notes", f"--ref={ref}", "list").text.splitlines()]
        if not listed:
            return {}
        given = "".join(f"{blob}\n" for blob, _ in listed).encode()
        stream = self.git.tell("cat-file", "--batch", given=given).stdout
        notes: dict[str, bytes] = {}
        for _, commit in listed:
            header, _, stream = stream.partition(b"\n")
            size = int(header.split()[2])
            if size <= _LARGEST:
                notes[commit] = stream[:size]
            stream = stream[size + 1 :]
        return notes

    def _push(self) -> bool:
        """Push the notes; ``False`` where somebody else was first."""
        answer = self.git.ask("push", "--quiet", self.remote, f"{self.ref}:{self.ref}", timeout=REMOTE_SECONDS)
        if not answer.exit_code:
            return True
        said = answer.stderr.lower()
        if any(word in said for word in ("fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref")):
            return False
        if "rejected" in said or "denied" in said or "declined" in said:
            raise Refused(
                f"{self.remote} does not take the evidence ({self.ref}).",
                hint="Give who runs this the right to push there; in CI: permissions contents: write",
                details=answer.words,
            )
        raise self._silent(answer)

    def _has_remote(self) -> bool:
        return self.remote in self.git.tell("remote").text.splitlines()

    def _silent(self, answer: Answer) -> Unavailable:
        return Unavailable(
            f"The Git remote {self.remote} does not answer, so evidence does not travel.",
            hint=f"Run the same command again when this works: git ls-remote {self.remote}",
            details=answer.words,
        )

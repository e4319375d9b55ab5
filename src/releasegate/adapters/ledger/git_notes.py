"""Git notes of one package: fetched from the remote, written beside what others wrote, and pushed.

Format: git-notes(1), below ``refs/notes/releasegate/<package>``; nothing else of the repository is touched.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import field, replace

from releasegate.adapters.git import tags
from releasegate.adapters.git.command import REMOTE_SECONDS, Git, GitOutput, failure, line_in
from releasegate.adapters.git.hooks import NO_HOOKS
from releasegate.core.errors import Refused, Unavailable
from releasegate.core.frozen import dataclass

NAMESPACE = "refs/notes/releasegate"
_ROLES = ("AUTHOR", "COMMITTER")
_NAME, _ADDRESS = "releasegate", "releasegate@localhost"
# What Git says where somebody else wrote between our fetch and our push, here or in the remote's own transaction.
_LATE = (
    *("fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref"),
    *("reference already exists", "incorrect old value"),
)
_NO_RIGHT = ("denied", "read only", "not allowed", "error: 403")
_FATAL = 128
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
    sizes: dict[str, dict[str, int]] = field(default_factory=dict, repr=False, compare=False)
    """The sizes of the notes that were read last, by their ref and their commit."""

    @property
    def ref(self) -> str:
        """The ref of the notes, here and on the remote."""
        return f"{NAMESPACE}/{self.package}"

    @property
    def theirs(self) -> str:
        """The ref under which the remote's notes are here: what was never pushed is not lost in a fetch."""
        return f"refs/notes/releasegate-fetched/{self.package}"

    def here(self) -> Mapping[str, bytes]:
        """Return the notes here by commit: what was written and perhaps never pushed.

        Where they must be signed and are not, they are nobody's: anyone's may have been fetched to that ref by hand.
        """
        if self._is_not_here(self.ref):
            return self._nothing(self.ref)
        return {} if self.signed and self.git.ask("verify-commit", self.ref).exit_code else self._read(self.ref)

    def has(self, commit: str) -> bool:
        """Return whether the repository here has the commit."""
        return not self.git.ask("cat-file", "-e", f"{commit}^{{commit}}").exit_code

    def fetch(self) -> Mapping[str, bytes]:
        """Return the remote's notes by commit; none where the remote has none, or there is no such remote.

        Raises:
            Unavailable: the remote does not answer.
            Refused: they carry no signature that Git verifies, where they must.
        """
        if tags.may_be_asked(self.git, self.remote):
            # The remote's own refspecs and filters are for the user's branches.
            quietly = ("--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--no-filter")
            answer = self.git.ask("fetch", *quietly, self.remote, f"+{self.ref}:{self.theirs}", timeout=REMOTE_SECONDS)
            if answer.exit_code and "couldn't find remote ref" in answer.stderr.lower():
                if self._is_not_here(self.theirs):
                    return self._nothing(self.theirs)
                self.git.ask("update-ref", "-d", self.theirs)
            elif answer.exit_code and self._has_remote():
                raise self._silent(answer)
        if self.signed and self._is_no_commit():
            return self._nothing(self.theirs)  # Git reads notes of a tree, too, which nobody can sign
        self._verify()
        return self._read(self.theirs)

    def signature(self) -> tuple[str, str]:
        """Return what Git says of the signature of the notes that were fetched, and of whom it is.

        The first is a letter as in ``%G?`` of git-log(1), ``N`` where there are no notes.
        """
        words = ("log", "-1", "--no-show-signature", "--format=%G?%n%GS%n%GF", self.theirs, "--")
        letter, signer, key = [*self.git.ask(*words).text.split("\n"), "", "", ""][:3]
        return letter or "N", signer or key

    def too_large(self) -> tuple[str, ...]:
        """Return a sentence on every note here, and on the remote as it was fetched, that is too large to be read."""
        found = {commit: size for ref in (self.ref, self.theirs) for commit, size in self._sizes(ref).items()}
        return tuple(_too_large(commit, size) for commit, size in found.items() if size > _LARGEST)

    def publish(self, notes: Mapping[str, bytes], *, merge: Merge) -> tuple[str, ...]:
        """Write *notes*, by commit, beside what the remote has, and push them; two machines lose nothing.

        Return a sentence on every note that is too large, or would become so: it stays as it is.

        Raises:
            Unavailable: the remote does not answer, or others wrote at every try.
            Refused: the remote would not have it, or Git does not sign.
        """
        for number in range(_TRIES):
            held = self.fetch()
            full = {commit: size for commit, size in self._sizes(self.theirs).items() if size > _LARGEST}
            merged = {
                commit: merge(held.get(commit, b""), note) for commit, note in notes.items() if commit not in full
            }
            full |= {commit: len(note) for commit, note in merged.items() if len(note) > _LARGEST}
            changed = {c: note for c, note in merged.items() if c not in full and note != held.get(c)}
            told = tuple(_too_large(commit, size) for commit, size in full.items() if commit in notes)
            if not changed:
                return told
            if self._is_no_commit():
                return (*told, self._not_notes())
            self._write(changed)
            if not self._has_remote() or self._push():
                return told
            time.sleep(random.uniform(0.05, 0.2) * (number + 1))  # noqa: S311 - to get out of step with another machine
        raise Unavailable(
            f"The evidence could not be pushed to {self.remote}: others wrote at every try.",
            hint="Run the same command again",
        )

    def _is_no_commit(self) -> bool:
        """Whether the remote has something else at the ref of the notes, on top of which none can be written."""
        kind = self.git.ask("cat-file", "-t", self.theirs)
        return not kind.exit_code and kind.text != "commit"

    def _not_notes(self) -> str:
        remove = line_in(self.git.root, f"push --delete {self.remote} {self.ref}")
        return (
            f"{self.ref} on {self.remote} is no notes of Git, so the evidence stays here. See who pushed it, take it "
            f"away ({remove}), and run the same command again."
        )

    def _write(self, notes: Mapping[str, bytes]) -> None:
        """Write *notes* on top of the remote's as one commit; a run that dies here leaves the notes as they were."""
        git, tip = self._named(), self.git.ask("rev-parse", "--verify", "--quiet", self.theirs).text
        # No hook is about a draft; one that guards refs runs where the notes themselves are set.
        draft = f"refs/notes/releasegate-draft/{self.package}"
        git.tell(*NO_HOOKS, "update-ref", *([draft, tip] if tip else ["-d", draft]))
        for commit, note in notes.items():
            blob = git.tell("hash-object", "-w", "--stdin", given=note).text
            git.tell(*NO_HOOKS, "notes", f"--ref={draft}", "add", "--force", "--allow-empty", "-C", blob, commit)
        words = (*(("-S",) if self.signed else ()), *(("-p", tip) if tip else ()), "-m", "Evidence")
        answer = git.ask("commit-tree", *words, f"{draft}^{{tree}}")
        git.tell(*NO_HOOKS, "update-ref", "-d", draft)
        if answer.exit_code:
            raise _unsigned(answer) if self.signed else failure(answer, "Git did not write the evidence.")
        for ref in (self.ref,) if self._has_remote() else (self.ref, self.theirs):
            git.tell("update-ref", ref, answer.text)

    def _named(self) -> Git:
        """Return Git with a name to write under: the person's, or the program's own where it knows of none."""
        strict = ("-c", "user.useConfigOnly=true", "var")
        if not any(self.git.ask(*strict, f"GIT_{role}_IDENT").exit_code for role in _ROLES):
            return self.git
        own = {f"GIT_{role}_{key}": value for role in _ROLES for key, value in (("NAME", _NAME), ("EMAIL", _ADDRESS))}
        return replace(self.git, environ={**self.git.environ, **own})

    def _verify(self) -> None:
        """Refuse notes whose tip is not signed: who signs on top of others' vouches for all that is there."""
        if not self.signed or self.git.ask("rev-parse", "--verify", "--quiet", self.theirs).exit_code:
            return
        answer = self.git.ask("verify-commit", self.theirs)
        if answer.exit_code:
            raise Refused(
                f"The evidence on {self.remote} carries no signature that Git verifies.",
                hint=(
                    f"Trust the key that signed it (git verify-commit {self.theirs}); or let a machine that has the"
                    f" record begin the notes anew (git push --delete {self.remote} {self.ref})"
                ),
                details=answer.words,
            )

    def _listed(self, ref: str) -> list[tuple[str, str, int]]:
        """Return blob, commit and size of every note of *ref* whose bytes are here."""
        listed = [line.split() for line in self.git.recall("notes", f"--ref={ref}", "list").text.splitlines()]
        if not listed:
            return []
        given = "".join(f"{blob}\n" for blob, _ in listed).encode()
        looked = self.git.recount("cat-file", "--batch-check=%(objectsize)", given=given).text.splitlines()
        # Git says "missing" of what a repository lost.
        return [
            (blob, commit, int(size)) for (blob, commit), size in zip(listed, looked, strict=True) if size.isdigit()
        ]

    def _is_not_here(self, ref: str) -> bool:
        """Whether *ref* was not here when this command began, which only looks; what is written is asked for anew."""
        lines = tags.refs_here(self.git).splitlines() if self.git.asked is not None else [f" {ref}"]
        return not any(line.endswith(f" {ref}") for line in lines)

    def _nothing(self, ref: str) -> dict[str, bytes]:
        self.sizes[ref] = {}
        return {}

    def _sizes(self, ref: str) -> Mapping[str, int]:
        if ref not in self.sizes:
            self.sizes[ref] = {commit: size for _, commit, size in self._listed(ref)}
        return self.sizes[ref]

    def _read(self, ref: str) -> dict[str, bytes]:
        """Return the notes of *ref* by commit, but for those that are too large."""
        listed = self._listed(ref)
        self.sizes[ref] = {commit: size for _, commit, size in listed}
        held = [(blob, commit, size) for blob, commit, size in listed if size <= _LARGEST]
        given = "".join(f"{blob}\n" for blob, _, _ in held).encode()
        stream, start = self.git.tell("cat-file", "--batch=", given=given).stdout if held else b"", 0
        notes = {}
        for _, commit, size in held:
            start += len("\n")  # of a header without a word
            notes[commit] = stream[start : start + size]
            start += size + len("\n")
        return notes

    def _push(self) -> bool:
        """Push the notes; ``False`` where somebody else was first."""
        words = ("push", "--quiet", "--no-follow-tags", self.remote, f"{self.ref}:{self.ref}")
        answer = self.git.ask(*words, timeout=REMOTE_SECONDS)
        if not answer.exit_code:
            return True
        said = answer.stderr.lower()
        if any(word in said for word in _LATE):
            return False
        from releasegate.adapters.git.push import by_hook, hook_words

        if by_hook(answer):
            raise Refused(
                f"The hook pre-push here does not let the evidence be pushed to {self.remote} ({self.ref}).",
                hint="Put right what it says, then run the same command again",
                details=hook_words(answer),
            )
        if answer.exit_code != _FATAL or any(word in said for word in _NO_RIGHT):
            raise Refused(
                f"{self.remote} does not take the evidence ({self.ref}).",
                hint="Give who runs this the right to push there; in CI: permissions contents: write",
                details=answer.words,
            )
        raise self._silent(answer)

    def _has_remote(self) -> bool:
        return tags.has(self.git, self.remote)

    def _silent(self, answer: GitOutput) -> Unavailable:
        return tags.silent(self.git, self.remote, answer, so="does not answer, so evidence does not travel")


def _unsigned(answer: GitOutput) -> Refused:
    return Refused(
        "Git did not sign the evidence.",
        hint="Set user.signingkey and gpg.format, as for signed commits; or ci.signed = false",
        details=answer.words,
    )


def _too_large(commit: str, size: int) -> str:
    return (
        f"The note on {commit[:12]} has {size} bytes, and {_LARGEST} is the limit: it is left out and left as it is."
        " See what it holds (git notes show) and who wrote it; without it: git notes remove, and push."
    )

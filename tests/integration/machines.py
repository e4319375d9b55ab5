"""Machines that release one package from clones of one remote, for tests of evidence that travels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from git_repositories import ENVIRON, add_remote, git, make_repository
from packaging.version import Version

from releasegate.adapters.git.repository import GitRepository
from releasegate.adapters.ledger.doubt import Doubt
from releasegate.adapters.ledger.files import FileLedger
from releasegate.adapters.ledger.git_notes import GitNotes
from releasegate.adapters.ledger.heard import Heard
from releasegate.adapters.ledger.shared import SharedLedger
from releasegate.adapters.ledger.signatures import Signatures
from releasegate.core.release.entry import Entry

REF = "refs/notes/releasegate/harbor"


def entry(step: str, *, at: str = "2026-01-01T00:00:00.000000+00:00", commit: str = "", run: str = "r1") -> Entry:
    """Return an entry; with *commit* its evidence names the candidate that is released here."""
    files = {"harbor-1.0rc1-py3-none-any.whl": "c" * 64}
    evidence = {"package": "harbor", "version": "1.0rc1", "commit": commit, "files": files} if commit else {}
    return Entry(at, run, step, "done", commit, step, evidence=evidence)


NOW = "2026-06-01T00:00:00.000000+00:00"
"""The moment after which is the future, for these machines."""

SIGNERS = PurePosixPath("allowed_signers")


@dataclass
class Forge:
    """What the forge says of its runs: those whose entries it vouches for."""

    runs: set[str] = field(default_factory=set)

    def vouches(self, _version: Version, _commit: str, entry: Entry) -> bool:
        """Return whether the entry's run is one of these."""
        return entry.run in self.runs


def machine(
    root: Path,
    *,
    environ: Mapping[str, str] = ENVIRON,
    signed: bool = False,
    signers: bool = False,
    forge: Forge | None = None,
) -> SharedLedger:
    """Return the ledger of the package in a clone; its files are beside the clone, as on another machine.

    With *signers* the release branch's file of that name says whose evidence counts.
    """
    repository = GitRepository(root, environ)
    files = FileLedger(root.with_suffix(".ledger"))

    def allowed() -> bytes | None:
        return (repository.on_release_branch(SIGNERS, "develop") or b"") if signers else None

    return SharedLedger(
        files=files,
        heard=Heard(files.folder / "heard", "harbor"),
        notes=GitNotes(repository.git, "origin", "harbor", signed),
        tags=repository.tags,
        head=repository.head,
        stated=lambda: None,
        until=lambda: NOW,
        doubt=Doubt("harbor", Signatures(repository.git, allowed), (forge or Forge()).vouches),
        prefix="v",
    )


def clone(remote: Path, folder: Path, name: str = "runner", **more: Any) -> SharedLedger:
    """Return the ledger of another machine, with a clone of its own."""
    git(folder, "clone", "--quiet", str(remote), name)
    return machine(folder / name, **more)


def released(folder: Path) -> Path:
    """Make the clone ``first`` with a tagged candidate, and return the bare remote that has it, too."""
    repository = make_repository(folder / "first", {"a": "1"})
    bare = add_remote(repository, folder / "remote.git")
    git(repository.root, "tag", "-a", "-m", "v1.0rc1", "v1.0rc1")
    git(repository.root, "push", "--quiet", "origin", "v1.0rc1")
    return bare


def commit_of(ledger: SharedLedger) -> str:
    """Return the commit that is checked out on a machine."""
    return ledger.notes.git.tell("rev-parse", "HEAD").text


def noted(remote: Path) -> list[str]:
    """Return the commits that have a note on the remote."""
    return [line.split()[1] for line in git(remote, "notes", "--ref", REF, "list").splitlines()]


def hook(repository: Path, name: str, script: str) -> Path:
    """Give a repository (its Git folder) a hook."""
    file = repository / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file

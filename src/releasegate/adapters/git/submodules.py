"""Submodules in a clean checkout: what they hold comes from this machine, and a build without it is refused."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from releasegate.adapters.git.command import Git, line_in
from releasegate.adapters.git.hooks import NO_HOOKS
from releasegate.core.errors import Refused

_GITLINK = "160000"
_ELSEWHERE = frozenset({".github", "benchmarks", "doc", "docs", "example", "examples", "test", "tests", "website"})
"""Folders whose submodules no build needs: they stay empty where they are not here."""


def submodules(git: Git, commit: str) -> Mapping[str, str]:
    """Return the submodules below *git*'s folder at *commit*: path from there -> the submodule's commit."""
    found = {}
    for entry in git.tell("ls-tree", "-r", "-z", commit).stdout.split(b"\0"):
        if entry.startswith(_GITLINK.encode()):
            meta, path = entry.split(b"\t", 1)
            found[os.fsdecode(path)] = meta.split()[2].decode()
    return found


def fill_submodules(origin: Git, clone: Git, *, package: PurePosixPath) -> None:
    """Check every submodule of *clone*'s commit out, from what *origin*, the repository here, has of it.

    *package* is the package's folder. Nothing is asked of any network.

    Raises:
        Refused: a submodule in the package's folder is not here.
    """
    found = submodules(clone, "HEAD")
    if found:
        home = origin.root / origin.tell("rev-parse", "--git-common-dir").text
        _fill(found, home, origin.root, clone, package=package)


def _fill(found: Mapping[str, str], home: Path, worktree: Path, clone: Git, *, package: PurePosixPath) -> None:
    """Fill what was *found* in *clone* from the repository whose own folder is *home*.

    Its files lie in *worktree*, if anywhere.
    """
    for path, commit in found.items():
        kept = [home / "modules" / name for name in (path, *_names(clone, path))]
        source = next((each for each in (*kept, _own_folder(worktree / path)) if _has(clone, each, commit)), None)
        if source is not None:
            inner = Git(clone.root / path, clone.environ)
            words = ("clone", "--quiet", "--no-checkout", "--shared", "--template=", "--", str(source), str(inner.root))
            clone.tell(*NO_HOOKS, *words)
            inner.tell(*NO_HOOKS, "checkout", "--quiet", "--detach", commit)
            _fill(submodules(inner, "HEAD"), source, worktree / path, inner, package=PurePosixPath())
        elif _needed(PurePosixPath(path), package):
            raise Refused(
                f"The submodule {path} is not here at {commit[:12]}, so that a build would lack its files.",
                hint="In CI have the checkout fetch submodules; here fetch them: "
                + line_in(worktree, "submodule update --init --recursive"),
            )


def _own_folder(checked_out: Path) -> Path:
    """Return where the repository of a submodule lies that is checked out: there, or where its ``.git`` file says."""
    link = checked_out / ".git"
    return checked_out / link.read_text().removeprefix("gitdir:").strip() if link.is_file() else link


def _has(git: Git, home: Path, commit: str) -> bool:
    """Whether the repository whose own folder is *home* has *commit*; its files may be gone from where they lay."""
    here = ("--git-dir", str(home), "--work-tree", str(home))
    return home.is_dir() and git.ask(*here, "cat-file", "-e", f"{commit}^{{commit}}").exit_code == 0


def _names(clone: Git, path: str) -> Sequence[str]:
    """Return the names that ``.gitmodules`` gives the submodule at *path*."""
    words = ("config", "--file", ".gitmodules", "--null", "--get-regexp", r"^submodule\..*\.path$")
    lines = clone.ask(*words).stdout.split(b"\0")
    pairs = [os.fsdecode(line).split("\n", 1) for line in lines if b"\n" in line]
    return [key.removeprefix("submodule.").removesuffix(".path") for key, at in pairs if at == path]


def _needed(path: PurePosixPath, package: PurePosixPath) -> bool:
    """Whether a build of *package* may need the submodule at *path*, both seen from the top of the repository."""
    if not path.is_relative_to(package):
        return False
    return path.relative_to(package).parts[0] not in _ELSEWHERE

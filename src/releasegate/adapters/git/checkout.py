"""A commit as a clean checkout has it: no untracked file, no local change, no hook."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from releasegate.adapters.git.command import Git
from releasegate.adapters.git.hooks import NO_HOOKS
from releasegate.adapters.git.submodules import fill_submodules, submodules
from releasegate.adapters.scratch import scratch
from releasegate.core.errors import Refused

_SUBMODULE = "160000"
_DATES = ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")
_DAY = 86400
_TAGS = "%(creatordate:unix) %(objectname) %(*objectname) %(refname:lstrip=2)"
_NOBODY = (
    "-c",
    "user.name=releasegate",
    "-c",
    "user.email=releasegate@localhost",
    "-c",
    "commit.gpgSign=false",
    "-c",
    "tag.gpgSign=false",
)


@contextmanager
def clean_checkout(
    git: Git, commit: str, *, tag: str | None = None, files: Mapping[PurePosixPath, bytes] | None = None
) -> Iterator[Path]:
    """Give the folder that stands for *git*'s in a temporary clone at *commit*; see ``GitRepository``."""
    place = git.tell("rev-parse", "--show-toplevel", "--show-prefix").stdout.split(b"\n")
    top, prefix = Path(os.fsdecode(place[0])), os.fsdecode(place[1])
    with scratch() as folder:
        clone = folder / "tree"
        # Objects are shared, not copied: a commit that no branch leads to is there as well.
        words = ("clone", "--quiet", "--no-checkout", "--shared", "--template=", "--", str(top), str(clone))
        git.tell(*NO_HOOKS, *words)
        Git(clone, git.environ).tell(*NO_HOOKS, "checkout", "--quiet", "--detach", commit)
        if not (clone / prefix).is_dir():
            raise Refused(
                f"The commit {commit} has no folder {prefix.rstrip('/')}.",
                hint="Commit the package's folder first, or correct its path in the configuration",
            )
        fill_submodules(Git(top, git.environ), Git(clone, git.environ), package=PurePosixPath(prefix))
        own = Git(clone / prefix, git.environ)
        if files:
            _commit_on_top(own, files)
        if tag:
            _tag_alone(Git(clone, git.environ), tag)
        yield own.root


def _commit_on_top(own: Git, files: Mapping[PurePosixPath, bytes]) -> None:
    """Commit *files* a day later, so that what a build takes from the clock shows."""
    for path, content in files.items():
        (own.root / path).parent.mkdir(parents=True, exist_ok=True)
        (own.root / path).write_bytes(content)
    own.tell("add", "--force", "--", *map(str, files))
    made = int(own.tell("show", "--no-patch", "--no-show-signature", "--format=%ct", "HEAD").text)
    dated = Git(own.root, {**own.environ, **dict.fromkeys(_DATES, f"{made + _DAY} +0000")})
    dated.tell(*NO_HOOKS, *_NOBODY, "commit", "--quiet", "--allow-empty", "--message=trial")


def _tag_alone(clone: Git, tag: str) -> None:
    """Make *tag* the only one of the commit that is checked out: a build that reads tags must find this one.

    A candidate's and its final's tag may name one commit, and its name may be that of an earlier one. It is annotated,
    since some tools read no others, and the newest, since some take that of all that came before: the tag of an older
    commit may have been made after this one.
    """
    head, made = clone.tell("show", "--no-patch", "--no-show-signature", "--format=%H %ct", "HEAD").text.split()
    listed = clone.tell("for-each-ref", f"--format={_TAGS}", "refs/tags").text.splitlines()
    tags = [line.split(" ", 3) for line in listed]
    there = [name for _, named, peeled, name in tags if head in {named, peeled}]
    if there:
        clone.tell("tag", "--delete", "--", *there)
    newest = max(int(made), *(int(date or 0) for date, *_ in tags), 0)
    environ = {**clone.environ, "GIT_COMMITTER_DATE": f"{newest + 1} +0000"}
    words = (*_NOBODY, "tag", "--annotate", "--force", "--no-sign", f"--message={tag}", "--", tag)
    Git(clone.root, environ).tell(*NO_HOOKS, *words)


def tracked_files(git: Git) -> Mapping[str, bytes]:
    """Return the tracked files of a clean checkout: path -> bytes, as a build reads them.

    A symbolic link is the file that it leads to, the text of its target where that is outside of the checkout; one to a
    folder is no file. The files of a submodule that is checked out are among them.
    """
    top = Path(git.tell("rev-parse", "--show-toplevel").text).resolve()
    files: dict[str, bytes] = {}
    for path in submodules(git, "HEAD"):
        if (git.root / path / ".git").exists():
            inner = tracked_files(Git(git.root / path, git.environ))
            files |= {f"{path}/{name}": content for name, content in inner.items()}
    for entry in git.tell("ls-tree", "-r", "-z", "HEAD").stdout.split(b"\0"):
        if entry and not entry.startswith(_SUBMODULE.encode()):
            path = os.fsdecode(entry.split(b"\t", 1)[1])
            content = _content(git.root / path, top)
            if content is not None:
                files[path] = content
    return files


def _content(file: Path, top: Path) -> bytes | None:
    if not file.is_symlink():
        return file.read_bytes()
    end = Path(os.path.realpath(file))
    if not end.is_relative_to(top) or not end.exists():
        return os.fsencode(file.readlink())
    return end.read_bytes() if end.is_file() else None

"""One package's Git repository, which may be a folder of a larger one."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from releasegate.adapters.git import ancestry, tags, work_tree
from releasegate.adapters.git.command import Git, failure
from releasegate.adapters.git.history import GitHistory
from releasegate.adapters.plain_file import read_plain
from releasegate.core.errors import Unavailable
from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from releasegate.core.dists.version_text import Source
    from releasegate.ports import MirrorStanding


@dataclass(frozen=True)
class GitRepository(GitHistory):
    """Reads and writes the repository that *root* is in; every path is relative to *root*."""

    def head(self) -> str:
        """Return the full hash of the commit that is checked out; raises ``Refused`` before the first commit."""
        return ancestry.head(self.git)

    def branch(self) -> str | None:
        """Return the branch that is checked out, or ``None`` for a detached head."""
        return self.git.branch() or None

    def unfinished(self) -> str:
        """Return the command of Git that was begun here and not ended, empty where there is none."""
        return work_tree.unfinished(self.git)

    def has_branch(self, name: str) -> bool:
        """Whether a branch of that name is here, or was seen on the remote."""
        return work_tree.has_branch(self.git, name, remote=self.remote)

    def holder(self, name: str) -> str:
        """Return the folder of another work tree that has the branch checked out, empty where none has."""
        return work_tree.holder(self.git, name)

    def has_remote(self) -> bool:
        """Whether the remote that is pushed to is one of this repository."""
        return tags.is_there(self.git, self.remote)

    def changed(self, *, beside: Sequence[PurePosixPath] = ()) -> tuple[PurePosixPath, ...]:
        """Return the tracked files below *root*, and those *beside* it, that differ from the commit."""
        self._require_inside(*beside)
        # Git gives these paths from the top of the work tree, wherever it runs.
        prefix, _ = self.git.place()
        words = ("status", "--porcelain", "-z", "--untracked-files=no", "--no-renames", "--", ".", *map(str, beside))
        entries = self.git.tell(*words).stdout.split(b"\0")
        paths = (os.fsdecode(entry[len("XY ") :]) for entry in entries if entry)
        return tuple(PurePosixPath(posixpath.relpath(path, prefix or ".")) for path in paths)

    def read(self, path: PurePosixPath, *, commit: str | None = None) -> bytes | None:
        """Return a file's bytes at *commit*, or of the working tree; ``None`` where there is none.

        Raises:
            Refused: there is no such commit, or the path leads out of the repository.
            Unavailable: the file is there and cannot be read.
        """
        if commit is not None:
            return self.read_all([path], commit=commit)[path]
        self._require_inside(path)
        try:
            return read_plain(self.root / path)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise Unavailable(
                f"{path} cannot be read: {error.strerror or error}.",
                hint="Make it a file that you may read, and run the same command again",
            ) from error

    def read_all(self, paths: Sequence[PurePosixPath], *, commit: str) -> dict[PurePosixPath, bytes | None]:
        """Return the bytes of all *paths* at *commit*, ``None`` for what is no file there.

        Raises:
            Refused: there is no such commit, or a path leads out of the repository.
        """
        self._require_inside(*paths)
        found = dict(zip(paths, self.git.blobs([f"{commit}:./{path}" for path in paths]), strict=True))
        if None in found.values():
            # Git says the same of a commit that is not there.
            self.git.recount("cat-file", "-e", f"{commit}^{{commit}}")
        return found

    def _require_inside(self, *paths: PurePosixPath) -> None:
        if above := [path for path in paths if ".." in path.parts]:
            from releasegate.adapters.git import work_tree

            for path in above:
                work_tree.require_inside(self.git, path)

    def names(self, folder: PurePosixPath, *, commit: str) -> tuple[PurePosixPath, ...]:
        """Return the paths of the files that lie in *folder* itself at *commit*; none where it is no folder."""
        from releasegate.adapters.git import listing

        return listing.names(self.git, folder, commit)

    def executables(self, paths: Sequence[PurePosixPath], *, commit: str) -> frozenset[PurePosixPath]:
        """Return those of *paths* that are executable at *commit*, whatever they are in the work tree."""
        from releasegate.adapters.git import listing

        return listing.executables(self.git, paths, commit)

    def subjects(self, commit: str, *, since: str | None) -> tuple[str, ...]:
        """Return the first line of each commit up to *commit*, newest first, that is not in *since*; no merges."""
        span = commit if since is None else f"{since}..{commit}"
        return tuple(self.git.tell("log", "--no-merges", "--no-show-signature", "--format=%s", span).text.splitlines())

    def tags(self) -> Mapping[str, str]:
        """Return the commit of every tag, here and on the remote (where there is one), by the tag's name.

        Raises:
            Refused: a tag names one commit here and another on the remote.
            Unavailable: the remote does not answer.
        """
        return tags.everywhere(self.git, remotes=dict.fromkeys((self.remote, self.forge_remote)))

    def tagged_there(self, name: str) -> str | None:
        """Return the commit that the tag names on the remote of tags; ``None`` where one of them is not there.

        Raises:
            Unavailable: the remote does not answer.
        """
        return tags.there(self.git, self.forge_remote).get(name)

    def lines(self, pattern: str, *, commit: str | None = None) -> tuple[tuple[PurePosixPath, int, str], ...]:
        """Return the lines of tracked files below *root*, at *commit* or as they lie here, that fit *pattern*.

        It is an ERE that means the same to PCRE, which is the quicker of the two where Git was built with it.
        """
        # One thread: more of them are in each other's way, and Git takes eight wherever there are two cores.
        options = ("--threads=1", "-z", "-n", "-I", "--no-color", "-e", pattern, *filter(None, [commit]), "--", ".")
        answer = self.git.ask("grep", "-P", *options)
        if answer.exit_code > 1:
            answer = self.git.ask("grep", "-E", *options)
        if answer.exit_code > 1:
            raise failure(answer, f"git grep failed in {self.root} (exit code {answer.exit_code}).")
        found = []
        for line in answer.stdout.split(b"\n"):
            path, _, rest = line.partition(b"\0")
            number, _, text = rest.partition(b"\0")
            # A path with a line end in it breaks the format, and is nobody's.
            if number.isdigit():
                name = os.fsdecode(path).removeprefix(f"{commit}:")
                found.append((PurePosixPath(name), int(number), text.decode(errors="replace")))
        return tuple(found)

    def tags_before(self, commit: str) -> Mapping[str, str]:
        """Return the tags here, by name, whose commit is *commit* or came before it; the remote is not asked."""
        names = set(self.git.tell("tag", "--list", "--merged", commit).text.splitlines())
        return {name: each for name, each in tags.here(self.git).items() if name in names}

    def tags_at_head(self) -> tuple[str, ...]:
        """Return the names of the tags here whose commit is checked out; the remote is not asked."""
        return tags.at_head(self.git)

    def on_branch(self, commit: str, accepted: Callable[[str], bool]) -> bool:
        """Return whether *commit* is on an *accepted* branch of the remote, or of this one where there is no remote.

        Raises:
            Unavailable: the remote does not answer.
        """
        return ancestry.on_branch(self.git, commit, remote=self.remote, accepted=accepted)

    def lacks(self, branch: str) -> bool:
        """Return whether the remote's *branch* has commits that are not in what is checked out.

        Raises:
            Unavailable: the remote does not answer.
        """
        return ancestry.lacks(self.git, remote=self.remote, branch=branch)

    def mirrored(self, branch: str, commit: str) -> MirrorStanding:
        """Return how *branch* of the remote of tags stands to *commit*.

        Raises:
            Unavailable: the remote does not answer.
            Refused: there is no such remote.
        """
        from releasegate.adapters.git import mirror

        return mirror.standing(self.git, self.tag_remote or self.remote, branch=branch, commit=commit)

    def on_release_branch(self, path: PurePosixPath, branch: str) -> bytes | None:
        """Return a file, from the top of the repository, as the remote's *branch* (without one: ours) has it now.

        Raises:
            Unavailable: the remote does not answer.
        """
        return ancestry.file_on(self.git, path, remote=self.remote, branch=branch)

    def ancestors(self, commits: Iterable[str]) -> frozenset[str]:
        """Return those of *commits* that the commit that is checked out is, or descends from.

        Raises:
            Refused: the history is cut off (a shallow clone), and one of them may be beyond.
        """
        return ancestry.ancestors(self.git, commits)

    def tips(self, commits: Iterable[str]) -> frozenset[str]:
        """Return those of *commits* from which no other one descends; what is not here is left out."""
        return ancestry.tips(self.git, commits)

    def commits(self, since: str, commit: str) -> tuple[tuple[str, str], ...]:
        """Return hash and subject of what came below *root* after the tag *since*, if any, the newest first."""
        return ancestry.commits(self.git, since, commit)

    def epoch(self, commit: str) -> int:
        """Return when *commit* was made, in seconds since 1970: its ``SOURCE_DATE_EPOCH``."""
        words = ("show", "--no-patch", "--no-show-signature", "--format=%ct", f"{commit}^{{commit}}", "--")
        return int(self.git.tell(*words).text)

    def committer(self) -> str:
        """Return who commits here; raises ``Unavailable`` where Git does not know, or could not sign as it is told."""
        from releasegate.adapters.git import writer

        name = writer.committer(self.git)
        writer.require_signer(self.git)
        return name

    def source(self, commit: str) -> Source:
        """Return what a build of *commit* is made of: its hash, and its day in the time zone of who committed it."""
        from releasegate.core.dists.version_text import Source

        words = ("show", "--no-patch", "--no-show-signature", "--format=%H %cs", f"{commit}^{{commit}}", "--")
        return Source(*self.git.tell(*words).text.split())

    def tree(self, commit: str) -> Mapping[str, bytes]:
        """Return every tracked file at *commit* as a clean checkout has it: path -> bytes.

        A symbolic link is the file that it leads to. The files of submodules are among them.
        """
        from releasegate.adapters.git.checkout import tracked_files

        with self.clean_checkout(commit) as folder:
            return tracked_files(Git(folder, self.environ))

    def workflows(self, commit: str) -> Mapping[PurePosixPath, str]:
        """Return what forges and others may be told to run at *commit*, and scripts that may upload.

        They are given by their paths from the top of the repository.

        Raises:
            Refused: there is no such commit.
        """
        from releasegate.adapters.git import listing

        return listing.workflows(self.git, commit)

    def submodules(self, commit: str) -> Mapping[str, str]:
        """Return the submodules below *root* at *commit*: path -> the submodule's commit."""
        from releasegate.adapters.git.submodules import submodules

        return submodules(self.git, commit)

    def clean_checkout(
        self, commit: str, *, tag: str | None = None, files: Mapping[PurePosixPath, bytes] | None = None
    ) -> AbstractContextManager[Path]:
        """Check *commit* out into a temporary clone, and give the folder there that stands for *root*.

        In the clone alone, *files* are committed on top, a day later, and *tag* is the only one of what is checked
        out: a backend that reads the version from Git's tags finds the one that is built.

        Raises:
            Refused: there is no such commit, or *root* is not in it.
        """
        from releasegate.adapters.git.checkout import clean_checkout

        return clean_checkout(self.git, commit, tag=tag, files=files)

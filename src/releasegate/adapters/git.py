"""One package's Git repository, through the real git; sources of the formats: git-scm's manual pages."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from releasegate.adapters.files import write_atomically
from releasegate.adapters.process import Completed, clean_environment, run
from releasegate.core.errors import ReleasegateError, Refused, Unavailable

_PASSED = (
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_SSH_COMMAND",
    "SSH_AUTH_SOCK",
)
_TIMEOUT = 300.0


@dataclass(frozen=True)
class GitRepository:
    """The repository that *root* is in; every path is relative to *root*, which may be a folder of a larger one."""

    root: Path
    environ: Mapping[str, str]
    remote: str = "origin"

    def head(self) -> str:
        """Return the full hash of the commit that is checked out."""
        done = self._git("rev-parse", "--verify", "-q", "HEAD", allow=(0, 1, 128))
        if done.exit_code != 0:
            if "dubious ownership" in done.stderr:
                raise Refused(
                    f"{self.root} belongs to another user.", hint=done.stderr.strip().splitlines()[-1].strip()
                )
            raise Refused(
                f"{self.root} is not a Git repository with a commit.",
                hint="Clone the package there, or run git init, git add and git commit",
            )
        return done.stdout.strip()

    def branch(self) -> str | None:
        """Return the branch that is checked out, or ``None`` for a detached head."""
        done = self._git("symbolic-ref", "--short", "-q", "HEAD", allow=(0, 1))
        return done.stdout.strip() or None

    def changed(self) -> tuple[PurePosixPath, ...]:
        """Return the tracked files that differ from the commit, staged or not."""
        done = self._git("diff", "--name-only", "--relative", "-z", "HEAD")
        return tuple(PurePosixPath(name) for name in done.stdout.split("\0") if name)

    def read(self, path: PurePosixPath, *, commit: str | None = None) -> bytes | None:
        """Return a file's bytes at *commit*, or of the working tree; ``None`` where there is none."""
        if commit is None:
            file = self.root / path
            return file.read_bytes() if file.is_file() else None
        return next(iter(self._blobs(commit, str(path)).values()), None)

    def tree(self, commit: str) -> Mapping[str, bytes]:
        """Return the bytes of every tracked file at *commit*, as a clean checkout has them."""
        with self.clean_checkout(commit) as folder:
            names = self._git("ls-tree", "-r", "-z", "--name-only", commit).stdout.split("\0")
            files = ((name, folder / name) for name in names if name)
            return {name: _content(file) for name, file in files if file.is_symlink() or file.is_file()}

    def epoch(self, commit: str) -> int:
        """Return when *commit* was made, in seconds since 1970."""
        return int(self._git("show", "-s", "--format=%ct", commit).stdout.strip())

    def tagged(self, name: str) -> str | None:
        """Return the commit that the tag names here; ``None`` where there is no such tag."""
        done = self._git("rev-parse", "--verify", "-q", f"refs/tags/{name}^{{commit}}", allow=(0, 1, 128))
        return done.stdout.strip() or None if done.exit_code == 0 else None

    def tags(self) -> Mapping[str, str]:
        """Return the commit of every tag by its name, of the remote too.

        Raises:
            Refused: a tag names one commit here and another on the remote.
            Unavailable: the remote does not answer.
        """
        listing = self._git("for-each-ref", "--format=%(objectname) %(*objectname) %(refname)", "refs/tags").stdout
        rows = [line.split() for line in listing.splitlines()]
        here = {row[-1].removeprefix("refs/tags/"): row[-2] for row in rows}
        there = self._remote_tags()
        for name in sorted(here.keys() & there.keys()):
            if here[name] != there[name]:
                raise Refused(
                    f"Tag {name} names {here[name][:12]} here and {there[name][:12]} on {self.remote}.",
                    hint=f"Keep the remote's: git tag -d {name} and git fetch --tags",
                )
        return {**there, **here}

    def commit(self, files: Mapping[PurePosixPath, bytes], *, message: str) -> str:
        """Write all *files* and commit them and nothing else; return the commit's hash.

        Raises:
            Unavailable: git cannot commit (no author, a hook that refuses).
        """
        for path, content in files.items():
            if self.read(path) != content:
                write_atomically(self.root / path, content)
        names = [str(path) for path in files]
        if self._git("diff", "--name-only", "HEAD", "--", *names).stdout.strip():
            self._git("commit", "-q", "-m", message, "--", *names)
        return self.head()

    def tag(self, name: str, *, commit: str) -> None:
        """Create the annotated tag here, or leave it where it already names *commit*."""
        existing = self.tagged(name)
        if existing is None:
            self._git("tag", "-a", "-m", name, name, commit)
        elif existing != commit:
            raise Refused(f"Tag {name} names {existing[:12]} already.", hint="Use the next version: a tag never moves")

    def push(self, *, branch: str, tag: str) -> None:
        """Push the branch and the tag to the remote in one atomic move.

        Raises:
            Refused: the remote rejects them, such as when it has moved on.
        """
        done = self._git("push", "-q", "--atomic", self.remote, branch, f"refs/tags/{tag}", allow=(0, 1, 128))
        if done.exit_code != 0:
            raise Refused(
                f"{self.remote} did not take {branch} and {tag}.",
                hint=f"Look at what is there (git fetch {self.remote}), then run the same command again",
                details=done.stderr.splitlines()[-8:],
            )

    @contextmanager
    def clean_checkout(self, commit: str) -> Iterator[Path]:
        """Yield the folder that *root* is in a throw-away clone with *commit* checked out."""
        top = Path(self._git("rev-parse", "--show-toplevel").stdout.strip())
        inside = self._git("rev-parse", "--show-prefix").stdout.strip()
        with tempfile.TemporaryDirectory(prefix="checkout-", ignore_cleanup_errors=True) as folder:
            clone = Path(folder) / "tree"
            self._git("clone", "-q", "--shared", "--no-checkout", str(top), str(clone))
            self._git("-C", str(clone), "-c", "advice.detachedHead=false", "checkout", "-q", "--detach", commit)
            yield clone / inside

    def _blobs(self, commit: str, path: str) -> dict[str, bytes]:
        """Return the file's bytes at *commit*, as they are stored."""
        listing = self._git("ls-tree", "-z", commit, "--", path, allow=(0, 128)).stdout
        if not listing.strip("\0") or " blob " not in listing:
            return {}
        with tempfile.TemporaryDirectory(prefix="blob-") as folder:
            # git writes the bytes to a file: text on a pipe would be decoded on its way.
            out = Path(folder) / "blob"
            name = listing.split("\0")[0].split()[2]
            done = self._git("cat-file", "blob", name, allow=(0,), output=out)
            return {path: out.read_bytes()} if done.exit_code == 0 else {}

    def _remote_tags(self) -> dict[str, str]:
        if self.remote not in self._git("remote").stdout.split():
            return {}
        done = self._git("ls-remote", "--tags", self.remote, allow=(0, 128))
        if done.exit_code != 0:
            raise Unavailable(
                f"The remote {self.remote} of {self.root.name} does not answer.",
                hint="Check the network and your access, then run the same command again",
                details=done.stderr.splitlines()[-4:],
            )
        found: dict[str, str] = {}
        for line in done.stdout.splitlines():
            commit, ref = line.split("\t", 1)
            found[ref.removeprefix("refs/tags/").removesuffix("^{}")] = commit  # the peeled line comes second
        return found

    def _git(self, *arguments: str, allow: tuple[int, ...] = (0,), output: Path | None = None) -> Completed:
        passed = {name: self.environ[name] for name in _PASSED if name in self.environ}
        env = clean_environment(self.environ, GIT_TERMINAL_PROMPT="0", LC_ALL="C", **passed)
        if not self.root.is_dir():
            raise Refused(f"There is no folder {self.root}.", hint="Correct the package's path, or clone it there")
        argv = ["git", *arguments]
        if output is not None:
            argv = ["sh", "-c", 'exec git "$@" > "$0"', str(output), *arguments]
        done = run(argv, env=env, cwd=self.root, timeout=_TIMEOUT)
        if done.exit_code not in allow:
            raise _said(done, arguments[0], self.root)
        return done


def _content(file: Path) -> bytes:
    return os.fsencode(file.readlink()) if file.is_symlink() else file.read_bytes()


def _said(done: Completed, command: str, root: Path) -> ReleasegateError:
    words = done.stderr.strip().splitlines() or done.stdout.strip().splitlines()
    if "tell me who you are" in done.stderr or "empty ident name" in done.stderr:
        return Unavailable("Git does not know who commits.", hint="Set user.name and user.email with git config")
    if "not a git repository" in done.stderr:
        return Refused(f"{root} is not a Git repository.", hint="Clone the package there, or run git init and commit")
    return Unavailable(
        f"git {command} failed in {root.name}.",
        hint="Mend what git says, then run the same command again",
        details=words[-8:],
    )

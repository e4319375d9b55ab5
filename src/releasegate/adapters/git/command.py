"""Git as a program: its environment, its output as bytes, and its failures as sentences."""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from releasegate.adapters.git.hooks import command_of, hooks_apart, may_run_hooks
from releasegate.adapters.masking import without_user_info
from releasegate.adapters.process import clean_environment, ended, fed, last_lines, started
from releasegate.core.errors import Refused, ReleasegateError, Unavailable
from releasegate.core.frozen import dataclass
from releasegate.core.printable import printable

_PASSED_ON = frozenset(
    [
        *("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE"),
        *("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE"),
        *("GIT_SSH", "GIT_SSH_COMMAND", "SSH_AUTH_SOCK", "XDG_CONFIG_HOME", "GNUPGHOME", "GPG_TTY"),
    ]
)
# Also GIT_CONFIG_COUNT with its keys and values, by which CI systems hand over settings.
_PASSED_ON_PREFIX = "GIT_CONFIG_"

_PLACE = ("--show-prefix", "--show-cdup")
_FOLDERS = ("--git-path", "hooks", "--git-common-dir", "--git-dir", "--show-toplevel")
_COMMIT = ("--verify", "--quiet", "HEAD^{commit}")
_HEADS = "refs/heads/"
_OBJECT = re.compile(rb"[0-9a-f]{40,64} ([a-z]+) ([0-9]+)")

# What a Git that is killed while it writes leaves behind.
_LEFT = re.compile(r"Unable to create '(/[^'\n]+\.lock)': File exists")

# Of a file that is fetched from and is none of Git's, Git says the same, with that file's name.
_NOWHERE = re.compile(r"not a git repository|invalid gitfile format: (?:.*/)?\.git$", re.IGNORECASE | re.MULTILINE)
_NO_WORK_TREE = ("must be run in a work tree", "outside working tree")

LOCAL_SECONDS = 120.0
REMOTE_SECONDS = 300.0


@dataclass(frozen=True)
class GitOutput:
    """What Git came to; ``stdout`` is bytes, since file names and contents are."""

    exit_code: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """The output as text, without white space at its ends; bytes that are not UTF-8 survive in file names."""
        return self.stdout.decode(errors="surrogateescape").strip()

    @property
    def words(self) -> tuple[str, ...]:
        """Git's own last words and those of hooks and remotes, for a person to read; no address shows a password."""
        return last_lines(printable(without_user_info(self.stderr or self.stdout.decode(errors="replace"))))


Asked: TypeAlias = dict[tuple[Path, tuple[str, ...], bytes], GitOutput]
"""What came of the questions of a command that only looks, by where they were asked, their words and their input."""


@dataclass(frozen=True)
class Git:
    """Runs Git in *root*, which may be a folder below the top of the work tree.

    ``asked`` is given by a command that changes nothing: what ``recall`` asks is then asked once.
    """

    root: Path
    environ: Mapping[str, str]
    asked: Asked | None = None

    def ask(self, *words: str, timeout: float = LOCAL_SECONDS, given: bytes = b"") -> GitOutput:
        """Run Git with *given* as its input; an exit code other than 0 is for the caller to judge.

        Raises:
            Refused: *root* is not in a Git repository.
            Unavailable: there is no Git, it does not trust the repository, or it did not end in *timeout* seconds.
        """
        if not self.root.is_dir():
            raise NoFolder.at(self.root)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, fed(given) as said:
            env, options = self._environment(), ("--literal-pathspecs", "--no-optional-locks")
            with (
                self._hooks(words, env) as hooks,
                started(
                    ["git", *options, *hooks, *words],
                    env=env,
                    cwd=self.root,
                    stdin=said,
                    stdout=out,
                    stderr=err,
                    marked=False,
                ) as process,
            ):
                if not ended(process, timeout=timeout):
                    raise Unavailable(
                        f"git {command_of(words)} did not end in {timeout:g} seconds.",
                        hint="Run the same command again; if it hangs again, try that Git command by hand",
                    )
                code = process.returncode
            out.seek(0)
            err.seek(0)
            answer = GitOutput(code, out.read(), err.read().decode(errors="replace"))
        self._check_place(answer)
        return answer

    def tell(self, *words: str, given: bytes = b"") -> GitOutput:
        """Run Git where only 0 is a good exit code.

        Raises:
            Refused: *root* is not in a Git repository, or Git would not do it.
            Unavailable: as in ``ask``.
        """
        return self._good(self.ask(*words, given=given), words)

    def recount(self, *words: str, given: bytes = b"") -> GitOutput:
        """Do as ``recall``, where only 0 is a good exit code; raises as ``tell``."""
        return self._good(self.recall(*words, given=given), words)

    def place(self) -> tuple[str, str]:
        """Return the way from the top of the work tree to *root*, and the way back; both are empty at the top."""
        whole = self._looked()
        told = whole.stdout if whole is not None else self.recount("rev-parse", *_PLACE).stdout
        prefix, back = (os.fsdecode(each) for each in told.split(b"\n")[:2])
        return prefix, back

    def head(self) -> str:
        """Return the full hash of the commit that is checked out; empty before the first commit; raises as ``tell``."""
        whole = self._looked()
        if whole is not None:
            return whole.text.splitlines()[-2]
        return self._quietly("rev-parse", *_COMMIT)

    def branch(self) -> str:
        """Return the branch that is checked out; empty for a detached head; raises as ``tell``."""
        whole = self._looked()
        ref = whole.text.splitlines()[-1] if whole is not None else ""
        if ref == "HEAD":
            return ""
        # Before the first commit, Git tells a branch in no other way.
        # Whole: where a tag has the branch's name, Git shortens it to no name of a branch.
        return (ref or self._quietly("symbolic-ref", "--quiet", "HEAD")).removeprefix(_HEADS)

    def folder(self) -> Path:
        """Return Git's own folder of this work tree, which no other work tree beside it has."""
        whole = self._looked()
        return self.root / (
            whole.text.splitlines()[-4] if whole is not None else self.ask("rev-parse", "--git-dir").text
        )

    def _quietly(self, *words: str) -> str:
        """Return what Git tells, empty where it says in silence, by 1, that there is none; raises as ``tell``."""
        answer = self.recall(*words)
        return self._good(answer, words).text if answer.exit_code > 1 else answer.text

    def _looked(self) -> GitOutput | None:
        """Return all that is asked of the work tree, told at once where a command only looks.

        ``None`` where the command changes something, or one of it cannot be told: then each is asked by itself.
        """
        if self.asked is None:
            return None
        words = ("rev-parse", *_PLACE, *_FOLDERS, "HEAD^{commit}", "--symbolic-full-name", "HEAD")
        answer = self.recall(*words)
        return None if answer.exit_code else answer

    def blobs(self, names: Sequence[str]) -> tuple[bytes | None, ...]:
        """Return the contents of the blobs of these names, all asked for at once; ``None`` for what is no blob here.

        A name is a hash, or a commit with a path: ``HEAD:./a.txt``; none has a line end in it.
        """
        if not names:
            return ()
        given = b"".join(os.fsencode(each) + b"\n" for each in names)
        told = self.recount("cat-file", "--batch", given=given).stdout
        at, found = 0, []
        for _ in names:
            # <hash> SP <type> SP <size> LF <contents> LF, or <name> SP missing LF
            start = told.index(b"\n", at) + 1
            heading = _OBJECT.fullmatch(told[at : start - 1])
            at = start + int(heading[2]) + 1 if heading else start
            found.append(told[start : at - 1] if heading and heading[1] == b"blob" else None)
        return tuple(found)

    def _good(self, answer: GitOutput, words: Sequence[str]) -> GitOutput:
        if answer.exit_code:
            if any(said in answer.stderr for said in _NO_WORK_TREE):
                raise bare(self.root)
            raise failure(answer, f"git {command_of(words)} failed in {self.root} (exit code {answer.exit_code}).")
        return answer

    def recall(self, *words: str, timeout: float = LOCAL_SECONDS, given: bytes = b"") -> GitOutput:
        """Return what ``ask`` returned for the same words before, where this command only looks; else ask.

        It is for what such a command takes for one moment: HEAD, the tags, the files of a commit, a remote (its
        silence, too), where the hooks are.
        """
        if self.asked is None:
            return self.ask(*words, timeout=timeout, given=given)
        if (self.root, words, given) not in self.asked:
            self.asked[self.root, words, given] = self.ask(*words, timeout=timeout, given=given)
        return self.asked[self.root, words, given]

    @contextmanager
    def _hooks(self, words: Sequence[str], env: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
        """Give what lets Git run the repository's hooks as foreign code, where the command may run any."""
        if not may_run_hooks(words):
            yield ()
            return
        # Git says where the hooks are, as it is configured, from the folder that it runs in.
        whole = self._looked()
        places = whole or self.recall("rev-parse", *_FOLDERS)
        lines = places.text.splitlines()[-6:-2] if whole is not None else places.text.splitlines()
        hooks, *found = [self.root / each for each in lines or ["hooks"]]
        # A repository without a work tree runs its hooks where it is.
        folders, cwd = (found[:2], found[-1]) if places.exit_code == 0 else ([self.root], self.root)
        with hooks_apart(hooks, shown=(cwd, *folders), env=env, cwd=cwd) as given:
            yield given

    def _environment(self) -> dict[str, str]:
        passed = {
            name: value
            for name, value in self.environ.items()
            if name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIX)
        }
        return clean_environment(self.environ, **passed, GIT_TERMINAL_PROMPT="0", LC_ALL="C")

    def _check_place(self, answer: GitOutput) -> None:
        if answer.exit_code and _NOWHERE.search(answer.stderr):
            raise _no_repository(self.root, answer)
        if answer.exit_code and "dubious ownership" in answer.stderr:
            raise Unavailable(
                f"Git does not trust {self.root}: it belongs to someone else.",
                hint="Do what Git says, if you trust that repository",
                details=answer.words,
            )


def line_in(root: Path, words: str) -> str:
    """Return the line of Git with these *words* that is pasted here for the repository in *root*."""
    where = os.path.relpath(root)
    return f"git {words}" if where == os.curdir else f"git -C {shlex.quote(where)} {words}"


def to_begin(root: Path) -> str:
    """Return the line that makes the folder a repository with all that is in it."""
    return " && ".join(line_in(root, words) for words in ("init", "add --all", "commit -m Begin"))


def failure(answer: GitOutput, problem: str) -> ReleasegateError:
    """Return the error for a Git command that a person must look at."""
    left = _LEFT.search(answer.stderr)
    if left is None:
        hint = "Put right what Git says, and run the same command again"
    else:
        lock = shlex.quote(left[1])
        hint = f"Where no other Git works there, one was killed; run this, and the same command again: rm {lock}"
    return Refused(problem, hint=hint, details=answer.words)


def bare(root: Path) -> Refused:
    """Return that there are no files to work on in *root*."""
    return Refused(
        f"{root} is a bare repository: it has no work tree.",
        hint=f"Clone it, and run this in the clone: git clone {shlex.quote(str(root))}",
    )


class NoFolder(Refused):
    """There is no folder at *root*, where a repository is configured to be: its package says how it is had."""

    root: Path | None = None

    @classmethod
    def at(cls, root: Path) -> NoFolder:
        """Return that there is none at *root*."""
        hint = "Clone the package's repository there, or correct the package's path"
        made = cls(f"There is no folder {root}.", hint=hint)
        made.root = root
        return made


def _no_repository(root: Path, answer: GitOutput) -> ReleasegateError:
    # One that is damaged is not to be begun anew: what is in it would be covered up.
    if any(os.path.lexists(folder / ".git") for folder in (root, *root.parents)):
        hint = f"Put right what Git says, or clone the repository anew; then this works: {line_in(root, 'status')}"
        return Unavailable(f"There is a .git for {root}, and Git cannot use it.", hint=hint, details=answer.words)
    hint = f"Correct the package's path, or make it one: {to_begin(root)}"
    return Refused(f"{root} is not a Git repository.", hint=hint)

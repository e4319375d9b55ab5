"""The hooks of a repository, run as other foreign code is: apart, with an empty home folder and without a token."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasegate.adapters.foreign.isolation import Isolation

RUN_BY = frozenset({"add", "branch", "commit", "fetch", "merge", "notes", "push", "reset", "tag", "update-ref"})
"""The Git commands here that run hooks; where one only lists, it runs none."""

NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
"""The words that let a Git command run no hook."""

_WITHHELD = ("GIT_SSH", "GIT_SSH_COMMAND", "SSH_AUTH_SOCK", "GNUPGHOME", "GPG_TTY", "XDG_CONFIG_HOME")
_SETTINGS = ("GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
"""How settings reach Git through the environment: a CI system hands tokens over like this."""

_LFS = "git lfs "
_PROGRAM = (b"#!", b"\x7fELF")


def command_of(words: Sequence[str]) -> str:
    """Return the Git command among *words*, past the settings in front of it."""
    left = list(words)
    while left[:1] == ["-c"]:
        del left[:2]
    return left[0] if left else ""


def may_run_hooks(words: Sequence[str]) -> bool:
    """Whether Git may run a hook for *words*."""
    command = command_of(words)
    lists = (command == "notes" and words[-1] == "list") or (command == "tag" and "--list" in words)
    return command in RUN_BY and not lists and not set(NO_HOOKS) <= set(words)


@contextmanager
def hooks_apart(
    hooks: Path, *, shown: tuple[Path, ...], env: Mapping[str, str], cwd: Path
) -> Iterator[tuple[str, ...]]:
    """Give the words that let Git run *hooks* apart, from *cwd*; they see the folders that are *shown*.

    What Git LFS wrote is left as it is: it is no foreign code, and uploads with the credentials that Git has.
    """
    found = [each for each in _files(hooks) if os.access(each, os.X_OK)]
    if sys.platform == "win32" or not found:
        yield ()
        return
    from releasegate.adapters.foreign.isolation import Isolation
    from releasegate.adapters.scratch import scratch

    with scratch() as folder:
        home = Path(folder, "home")
        home.mkdir()
        isolation = Isolation(env, home, (*shown, hooks))
        for hook in found:
            own = Path(folder, hook.name)
            own.write_text(_script(hook, isolation, env=env, cwd=cwd), encoding="utf-8", errors="surrogateescape")
            own.chmod(0o700)
        yield ("-c", f"core.hooksPath={folder}")


def _files(hooks: Path) -> list[Path]:
    try:
        return sorted(each for each in hooks.iterdir() if each.is_file() and each.suffix != ".sample")
    except OSError:
        return []


def _script(hook: Path, isolation: Isolation, *, env: Mapping[str, str], cwd: Path) -> str:
    """Return the script that stands for *hook*."""
    content = hook.read_bytes()
    words = [str(hook)] if content.startswith(_PROGRAM) else ["/bin/sh", str(hook)]
    if _of_lfs(content):
        return f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n'
    # Git has put its own programs in front on PATH.
    told = {name: value for name, value in isolation.environment().items() if name != "PATH"}
    withheld = [*_WITHHELD, *(name for name in env if name.startswith(_SETTINGS)), "GIT_CONFIG_PARAMETERS"]
    exported = " ".join(f"{name}={shlex.quote(value)}" for name, value in told.items())
    apart = shlex.join(isolation.words(words, env=env, cwd=cwd))
    return f'#!/bin/sh\nunset {" ".join(withheld)}\nexport {exported}\nexec {apart} "$@"\n'


def _of_lfs(content: bytes) -> bool:
    """Whether a hook does nothing but hand over to Git LFS."""
    lines = [line.strip() for line in content.decode(errors="replace").splitlines()]
    left = [line for line in lines if line and not line.startswith("#") and "command -v git-lfs" not in line]
    return left != [] and all(line.startswith(_LFS) for line in left)

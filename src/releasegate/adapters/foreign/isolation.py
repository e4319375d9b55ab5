"""Runs foreign code with an empty home folder and, where the system allows it, apart from all other processes."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Event, Lock

from releasegate.adapters.foreign.docker_settings import write_docker_settings
from releasegate.adapters.foreign.hidden import hidden, shown
from releasegate.adapters.foreign.tools import cargo, tool_folders
from releasegate.adapters.package_data import script
from releasegate.adapters.process import Completed, clean_environment, find_program, last_lines, run
from releasegate.core.errors import Unavailable

_PROBE_SECONDS = 30.0
_BEGIN = "import sys; sys.path.append(sys.argv[1]); import namespaces; namespaces.main(sys.argv[2:])"
"""What runs a command apart; a script would be compiled each time."""

NO_NAMESPACES, _SAYS = 125, "namespaces: "
"""The exit code of the script where it ran nothing, and how the line begins in which it says why."""

_ASKING = Lock()
"""Held while it is tried what can be had: who asks at the same time waits for the answer."""


@dataclass(frozen=True)
class Isolation:
    """How foreign code is run: *home* is its home folder, *given* are folders and files of ours that it may use.

    What is written into a folder that is *lent* goes with the command: for where ``lends`` says that this can be had.
    """

    environ: Mapping[str, str]
    home: Path
    given: tuple[Path, ...] = ()
    lent: tuple[Path, ...] = ()

    def environment(self, **extra: str) -> dict[str, str]:
        """Return what foreign code may see of the caller's environment, with *extra* on top."""
        own = {"HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / ".cache")}
        # With a link into a cache, what a build writes into its own environment would be written into the cache.
        own |= {**tool_folders(self.environ), "UV_LINK_MODE": "copy"}
        if obstacle(self.environ) is None:
            own |= cargo(self.environ)
        return clean_environment(self.environ, **{**own, **extra})

    def words(self, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> list[str]:
        """Return the command that runs *argv* apart; where that cannot be had, *argv* itself.

        Raises:
            Unavailable: there is no such program.
        """
        program = find_program(argv[0], env=env, cwd=cwd)
        write_docker_settings(self.environ, self.home)
        if obstacle(self.environ) is not None:
            return [program, *argv[1:]]
        # A home folder that is itself what the command works in cannot be empty.
        hiding = [path for path in hidden(self.environ) if path != os.path.realpath(cwd)]
        needed = (*self.given, *self.lent, self.home, cwd, Path(program))
        showing = shown(self.environ, given=needed, hiding=hiding)
        return [*_apart(cwd, hiding=hiding, showing=showing, lent=self.lent), program, *argv[1:]]

    def run(  # noqa: PLR0913 - the nouns of a child process, as subprocess.run has them
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        timeout: float,
        input: str | None = None,  # noqa: A002 - the name that subprocess.run gives it
        stop: Event | None = None,
    ) -> Completed:
        """Run a command to its end, as ``process.run`` does, and let it see nothing of ours.

        Raises:
            Unavailable: there is no such program, or the namespaces that were there could not be had again.
            KeyboardInterrupt: *stop* was set, by the thread that was interrupted.
        """
        done = run(self.words(argv, env=env, cwd=cwd), env=env, cwd=cwd, timeout=timeout, input=input, stop=stop)
        if done.exit_code == NO_NAMESPACES and done.stderr.startswith(_SAYS):
            raise Unavailable(
                "Foreign code could not be run apart from our processes and files; it was not run.",
                hint="Run the same command again",
                details=last_lines(done.stderr, count=1),
            )
        return done


def obstacle(environ: Mapping[str, str]) -> str | None:
    """Return why foreign code cannot be run apart from our processes and files here; ``None`` where it can."""
    if sys.platform != "linux":
        return "this system has no namespaces"
    with _ASKING:
        return _refusal(frozenset(environ.items()))


def lends(folder: Path, environ: Mapping[str, str]) -> bool:
    """Whether *folder* can be lent to foreign code here, so that it stays as it is."""
    return obstacle(environ) is None and _lendable(folder)


@cache
def _lendable(folder: Path) -> bool:
    """Try it once."""
    words = _apart(folder, hiding=(), showing=(), lent=(folder,))
    return run(words, env=clean_environment(os.environ), cwd=folder, timeout=_PROBE_SECONDS).exit_code == 0


@cache
def _refusal(variables: frozenset[tuple[str, str]]) -> str | None:
    """Try it once."""
    folder, environ = Path(tempfile.gettempdir()), dict(variables)
    hiding = hidden(environ)
    showing = shown(environ, given=(), hiding=hiding)
    words = _apart(folder, hiding=hiding, showing=showing)
    done = run(words, env=clean_environment(os.environ), cwd=folder, timeout=_PROBE_SECONDS)
    if done.exit_code == 0:
        return None
    said = "; ".join(last_lines(done.stderr, count=1)) or f"it ended with exit code {done.exit_code}"
    return said.removeprefix(_SAYS)


def _apart(cwd: Path, *, hiding: Sequence[str], showing: Sequence[str], lent: Sequence[Path] = ()) -> list[str]:
    own = script("releasegate.adapters.foreign", "namespaces.py").parent
    told = (str(cwd.absolute()), *hiding, "--show", *showing, "--lend", *map(str, lent), "--run-apart")
    return [sys.executable, "-I", "-S", "-c", _BEGIN, str(own), *told]

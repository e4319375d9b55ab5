"""The real ``build``, run on clean checkouts in a clean environment."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from packaging.version import Version

from releasegate.adapters.build.environments import BuildEnvironments, required
from releasegate.adapters.foreign.isolation import Isolation
from releasegate.adapters.output import without_frames
from releasegate.adapters.package_data import script
from releasegate.adapters.process import Completed, last_lines
from releasegate.adapters.scratch import scratch
from releasegate.core.errors import GateFailed, ReleasegateError, Unavailable

SCRIPT = script("releasegate.adapters.build", "build_script.py")
_SECONDS = 1800.0
_SHOWN = 30
# uv's words for an index that it cannot reach; its exit code says no more than that it failed.
UNREACHED = (
    *("Failed to fetch", "error sending request", "dns error", "Max retries exceeded with url"),
    *("Temporary failure in name resolution", "Name or service not known", "nodename nor servname provided"),
    *("Network is unreachable", "No route to host"),
)
"""What uv says of an index, and a build that asks the network by itself (for a licence, say), where nothing answers."""

# What tarfile's data filter (PEP 706) says, which build and pip unpack sdists with.
_LEADS_OUT = re.compile(r"'[^'/]+/([^']+)' would link to .*outside the destination")

# build breaks the lines of uv at the width that it is told.
_COLUMNS = "500"

Checkout = Callable[[], AbstractContextManager[Path]]


@dataclass(frozen=True)
class Made:
    """What two builds of one commit made; ``rebuilt`` is the wheel that was made from the sdist."""

    wheel: Path
    sdist: Path
    rebuilt: Path


@dataclass(frozen=True)
class Builder:
    """Builds with the Python that runs here; *index* is the only one that build requirements come from.

    *told* are variables that the backends see beside the usual ones.
    """

    index: str
    environ: Mapping[str, str]
    told: Mapping[str, str] = field(default_factory=dict)

    def make(self, checkout: Checkout, *, epoch: int, out: Path, tools: Mapping[str, Version] | None = None) -> Made:
        """Make the wheel from the tree and, beside it, the sdist and from that another wheel, into *out*.

        *epoch* is the ``SOURCE_DATE_EPOCH``. Each of the two builds has a checkout of its own, since a backend may
        write into the tree. Of build requirements that are among *tools* these versions are used.

        Raises:
            GateFailed: a build fails or makes anything but one wheel and one sdist.
            Unavailable: what the build needs cannot be fetched.
        """
        own = {**self.told, "SOURCE_DATE_EPOCH": str(epoch), "UV_DEFAULT_INDEX": self.index, "COLUMNS": _COLUMNS}
        pins = "".join(f"{name}=={number}\n" for name, number in (tools or {}).items())
        if pins:
            (constraints := out / "constraints.txt").write_text(pins)
            own["UV_CONSTRAINT"] = str(constraints)
        environments, stop = BuildEnvironments(self.index, self.environ, pins), Event()

        def build(folder: Path, *, sdist: bool) -> None:
            folder.mkdir()
            with scratch() as home, checkout() as tree:
                kept = environments.find(required(tree), stop=stop)
                told = {"tree": str(tree), "out": str(folder), "sdist": sdist}
                if kept is not None:
                    told |= {"env": str(kept.env), "requires": kept.requires}
                argv = [sys.executable, "-I", str(SCRIPT), json.dumps(told)]
                isolation = Isolation(self.environ, Path(home), (out,), () if kept is None else (kept.env,))
                # What a killed build leaves in its temporary folder goes with ours.
                (temporary := home / "tmp").mkdir()
                env = isolation.environment(**own, TMPDIR=str(temporary))
                done = isolation.run(argv, env=env, cwd=tree, timeout=_SECONDS, stop=stop)
            if done.exit_code:
                raise _failure(done)

        with ThreadPoolExecutor(2) as pool:
            jobs = [pool.submit(build, out / "tree", sdist=False), pool.submit(build, out / "sdist", sdist=True)]
            try:
                wait(jobs, return_when=FIRST_EXCEPTION)
            finally:
                # Whatever still runs would be for nothing: the other build failed, or a person interrupted both.
                stop.set()
        _raise_first(job.exception() for job in jobs)
        return _made(tree=out / "tree", sdist=out / "sdist")


def _raise_first(errors: Iterable[BaseException | None]) -> None:
    """Raise what went wrong, rather than the interruption of the other build that it led to."""
    raised = [error for error in errors if error is not None]
    for error in sorted(raised, key=lambda error: isinstance(error, KeyboardInterrupt)):
        raise error


def _made(*, tree: Path, sdist: Path) -> Made:
    from_tree, from_sdist = _files(tree), _files(sdist)
    wheels = [file for file in from_tree if file.suffix == ".whl"]
    sdists = [file for file in from_sdist if file.name.endswith(".tar.gz")]
    rebuilt = [file for file in from_sdist if file.suffix == ".whl"]
    strange = {*from_tree, *from_sdist} - {*wheels, *sdists, *rebuilt}
    if strange or not len(wheels) == len(sdists) == len(rebuilt) == 1:
        raise GateFailed(
            "The build must make exactly one wheel and one sdist (.tar.gz).",
            hint="Correct the build backend's configuration, commit, and run the same command again",
            details=[file.name for file in (*from_tree, *from_sdist)] or ["nothing was built"],
        )
    return Made(wheels[0], sdists[0], rebuilt[0])


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _failure(done: Completed) -> ReleasegateError:
    words = f"{done.stdout}\n{done.stderr}"
    if any(sign in words for sign in UNREACHED):
        return Unavailable(
            "What the build needs cannot be fetched.",
            hint="Run the same command again when what it asks answers; nothing was judged",
            details=last_lines(words),
        )
    how = f"did not end in {_SECONDS:.0f} seconds" if done.timed_out else f"failed (exit code {done.exit_code})"
    link = _LEADS_OUT.search(words)
    if link is not None:
        return GateFailed(
            f"The build {how}: {link[1]} in the sdist is a link that leads out of it, and no installer unpacks that.",
            hint="Commit the file itself in the link's place, or keep the link out of the sdist; then run it again",
            details=last_lines(without_frames(words), count=_SHOWN),
        )
    return GateFailed(
        f"The build {how}.",
        hint="Put right what it says, commit, and run the same command again",
        details=last_lines(without_frames(words), count=_SHOWN),
    )

"""A project on an index pair of its own, with what is typed there and what is seen afterwards."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from git_repositories import git
from testpair import AUTHOR

from releasegate.adapters.ledger.files import FileLedger
from releasegate.core.release.entry import Entry
from releasegate.core.release.record import record
from releasegate.rehearsal.forge import EmbeddedForge
from releasegate.rehearsal.index import EmbeddedIndex
from tests.faults.judge import Ran, Seen

NAME = "tiny-api"
BRANCH = "develop"
LONGEST = 400.0
"""Seconds that any command may take, however loaded the machine is."""
RUNNERS = ("GITHUB_", "GITEA_", "FORGEJO_", "RUNNER_", "ACTIONS_")
"""How the variables begin that a runner sets."""
TRIES = 4
"""How often the same command is typed until it has to have ended well."""

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1

TOKENS = {
    "STAGING_TOKEN": "planted/staging token+1",
    "PRODUCTION_TOKEN": "planted/production token+2",
    "FORGE_TOKEN": "plantedforgetoken3",
    "GITHUB_TOKEN": "plantedgithubtoken4",
    "UV_PUBLISH_TOKEN": "planteduvtoken5",
}


@dataclass
class Project:
    """The project in *root* while its servers run; ``ran`` is every command that ended there."""

    root: Path
    words: tuple[str, ...]
    indexes: Mapping[str, EmbeddedIndex]
    forge: EmbeddedForge | None
    before: Mapping[str, frozenset[str]]
    ran: list[Ran] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    _tags: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.root / "tmp").mkdir(exist_ok=True)

    @property
    def clone(self) -> Path:
        """The repository of the package that is released."""
        return self.root / NAME

    @property
    def remote(self) -> Path:
        """Its bare remote."""
        return self.root / "remotes" / f"{NAME}.git"

    @property
    def ledger(self) -> FileLedger:
        """The record that is made here."""
        return FileLedger(self.root / ".releasegate" / "ledger" / NAME)

    def environ(self, **more: str) -> dict[str, str]:
        """Return the environment of a person who exports tokens."""
        own = {"TMPDIR": str(self.root / "tmp"), "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
        # Neither the bench's own path nor the event that a runner starts it for is a person's.
        person = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "CI"} and not k.startswith(RUNNERS)}
        return {**person, **AUTHOR, **TOKENS, **own, **more}

    @contextmanager
    def started(
        self,
        words: Sequence[str] = (),
        *,
        around: Sequence[str] = (),
        program: Sequence[str] = ("-m", "releasegate"),
        cwd: Path | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Type a command (that of the stage, without *words*) and keep how it ended; it has ended afterwards.

        *around* is a command that runs it, *program* what Python is given to run.
        """
        said = self.root / f"said-{len(list(self.root.glob('said-*')))}"
        typed = tuple(words or self.words)
        with said.open("wb") as output:
            process = subprocess.Popen(
                [*around, sys.executable, *program, *typed],
                cwd=cwd or self.root,
                env=self.environ(**(more or {})),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_us,  # noqa: PLW1509 - one call of a library that is loaded
            )
        late = ""
        try:
            yield process
            process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            late = f"\nIt did not end within {LONGEST:.0f} s.\n"
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        text = said.read_text(encoding="utf-8", errors="replace") + late
        self.ran.append(Ran(typed, process.returncode, text, killed=process.returncode < 0 and not late))
        self._look_at_tags()

    def again(self, *words: str, tries: int = TRIES) -> Ran:
        """Type the same command until it ends with 0, at most *tries* times; return the last."""
        for _ in range(tries):
            with self.started(words):
                pass
            if self.ran[-1].code == 0:
                break
        return self.ran[-1]

    def entries(self, version: str) -> tuple[Entry, ...]:
        """Return what is recorded here of a version."""
        return next((self.ledger.read(v) for v in self.ledger.versions() if str(v) == version), ())

    def until(self, process: subprocess.Popen[bytes], reached: Callable[[], bool]) -> bool:
        """Wait until *reached*, or until the process has ended: whether it was reached while it ran."""
        deadline = time.monotonic() + LONGEST
        while process.poll() is None and time.monotonic() < deadline:
            if reached():
                return process.poll() is None
            time.sleep(0.005)
        return False

    def seen(self) -> Seen:
        """Return what the world holds now."""
        digests = {f.filename: f.digests.sha256 for i in self.indexes.values() for _, f in i.state.files()}
        kept = self.forge.state.releases() if self.forge is not None else ()
        heads = git(self.remote, "rev-parse", BRANCH), git(self.clone, "rev-parse", BRANCH)
        return Seen(
            stored={name: dict(index.stored) for name, index in self.indexes.items()},
            digests=digests,
            again=tuple(sorted({name for role in self.indexes for name in self._again(role)})),
            moved=tuple(sorted(self.moved)),
            assets={release.tag: tuple(sorted(asset.name for asset in release.assets)) for release in kept},
            tags=frozenset(git(self.remote, "tag").split()),
            sealed=sealed(self.ledger),
            subjects=tuple(git(self.clone, "log", "--format=%s").splitlines()),
            changed=tuple(git(self.clone, "status", "--porcelain", "--untracked-files=no").splitlines()),
            level=heads[0] == heads[1],
        )

    def texts(self) -> dict[str, bytes]:
        """Return everything that was said or left behind, by where it is; what only we wrote is left out."""
        found = {f"the output of {' '.join(each.words)}": each.output.encode() for each in self.ran}
        for path in self.root.rglob("*"):
            if path.is_file() and not path.is_symlink() and path.stat().st_size < 2**24:
                found[str(path.relative_to(self.root))] = path.read_bytes()
        return found

    def _again(self, role: str) -> Iterator[str]:
        """Yield the names that were refused as taken: they were sent although the index had them."""
        taken = set(self.before[role])
        for request in self.indexes[role].requests:
            if request.method == "POST" and request.filename:
                if request.status == 400 and request.filename in taken:
                    yield request.filename
                if request.status == 200:
                    taken.add(request.filename)

    def _look_at_tags(self) -> None:
        listed = git(self.remote, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/tags").splitlines()
        now = dict(line.split() for line in listed)
        self.moved |= {name for name, commit in self._tags.items() if now.get(name, commit) != commit}
        self._tags.update(now)


def sealed(ledger: FileLedger) -> dict[str, dict[str, str]]:
    """Return the versions that a record seals, each with its files and their sha256."""
    seals = {version: record(ledger.read(version)).seal for version in ledger.versions()}
    return {
        str(version): {str(name): str(digest) for name, digest in dict(seal.evidence.get("files", {})).items()}
        for version, seal in seals.items()
        if seal is not None
    }


def _die_with_us() -> None:
    """Let the command end when whoever injects faults does."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))

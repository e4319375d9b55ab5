"""The releases that are disturbed, each from a folder that was brought to its beginning once and is copied."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from git_repositories import git
from testpair import make_pair

from releasegate.core.errors import Unavailable
from tests.faults.judge import Seen
from tests.faults.project import NAME, Project
from tests.faults.servers import opened


@dataclass(frozen=True)
class Stage:
    """An order of ``release``: what it makes of a project on which *after* has ended, with or without a *forge*.

    ``versions`` are those whose records it writes, in order.
    """

    name: str
    order: tuple[str, ...]
    versions: tuple[str, ...]
    after: str | None = None
    forge: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The command line, as it is typed."""
        return ("release", *self.order, "--package", NAME, "--yes")


STAGES = {
    stage.name: stage
    for stage in (
        Stage("rc", ("--rc",), ("1.0.0rc1",)),
        Stage("final", (), ("1.0.0",), after="rc", forge=True),
        Stage("post", ("--post",), ("1.0.0.post1.dev1", "1.0.0.post1"), after="final", forge=True),
    )
}


@dataclass(frozen=True)
class Bench:
    """Where it all happens: *folder* holds each stage's beginning, and its end as nobody disturbed it."""

    folder: Path
    calm: Mapping[str, Seen] = field(default_factory=dict)

    @contextmanager
    def open(self, stage: Stage) -> Iterator[Project]:
        """Yield a copy of the stage's beginning with its servers; nothing of it is left afterwards."""
        root = Path(tempfile.mkdtemp(prefix=f"{stage.name}-", dir=self.folder))
        try:
            shutil.copytree(self.folder / "begin" / stage.name, root, symlinks=True, dirs_exist_ok=True)
            with opened(root, stage.words, forge=stage.forge) as project:
                yield project
        finally:
            shutil.rmtree(root, ignore_errors=True)


def prepared(folder: Path, names: frozenset[str]) -> Bench:
    """Run each of the stages *names*, and those before them, undisturbed, and return the bench.

    Raises:
        Unavailable: an undisturbed one does not come to its end, so that nothing can be said of disturbed ones.
    """
    wanted = set(names)
    for stage in reversed(STAGES.values()):
        wanted |= {stage.after} - {None} if stage.name in wanted else set()  # type: ignore[arg-type]
    calm: dict[str, Seen] = {}
    (folder / "begin").mkdir(parents=True)
    for stage in STAGES.values():
        if stage.name in wanted:
            calm[stage.name] = _played(folder, stage)
    return Bench(folder, calm)


def _played(folder: Path, stage: Stage) -> Seen:
    begin, root = folder / "begin" / stage.name, folder / "end" / stage.name
    if stage.after is None:
        make_pair(begin)
    else:
        shutil.copytree(folder / "end" / stage.after, begin, symlinks=True)
    if "--post" in stage.order:
        check = begin / NAME / "check.py"
        check.write_text(check.read_text(encoding="utf-8") + "# Mended.\n", encoding="utf-8")
        git(begin / NAME, "commit", "--quiet", "--all", "--message=Mend it")
    shutil.copytree(begin, root, symlinks=True)
    with opened(root, stage.words, forge=stage.forge) as project:
        ran = project.again()
        seen = project.seen()
    if ran.code != 0 or not set(stage.versions) <= set(seen.sealed):
        raise Unavailable(
            f"The release that is to be disturbed ({stage.name}) does not end well when nobody disturbs it.",
            hint="Mend that first; see above",
            details=ran.output.splitlines()[-20:],
        )
    return seen

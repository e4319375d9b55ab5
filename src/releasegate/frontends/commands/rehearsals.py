"""What ``invoke rehearse`` does and shows, and what ``invoke cache`` tells of its containers."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from releasegate.app.container_runner import ContainerOptions, cached
from releasegate.app.project import STATE, Project, load
from releasegate.app.rehearse.own import rehearse_own
from releasegate.app.rehearse.published import published_pair, rehearse_published
from releasegate.app.rehearse.sample import rehearse_sample
from releasegate.app.rehearse.scenario import ScenarioResult
from releasegate.app.release import Planned
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.matrix import Wanted, matrix
from releasegate.core.errors import ConfigurationError, ReleasegateError, Unavailable
from releasegate.engine import Outcome
from releasegate.frontends.commands.releases import shows_plan
from releasegate.frontends.screen import tables
from releasegate.frontends.screen.console import Screen
from releasegate.steps.step import Step

_SAMPLE, _OWN = "sample", "own"


def rehearse(  # noqa: PLR0913 - each is a flag of the command line
    screen: Screen, pair: str, on: Sequence[str], path: str, *, contained: bool, keep: bool, fresh: bool
) -> None:
    """Play the releases of a pair below the folder that is hidden from Git, and remove it unless *keep*.

    The pair is the sample's, that of a stack, or the packages that are configured here. But for the sample's, the cells
    are run that *on* and *path* choose; none at all where it is not *contained*.

    Raises:
        ReleasegateError: there is no such pair, or it did not end as it must.
    """
    wanted = Wanted(
        dimensions=_dimensions(on),
        paths=(path,) if path else (),
    )
    asked = ContainerOptions(wanted, blame=True, only_available=True)
    play: Callable[..., ScenarioResult] = partial(rehearse_sample, environ=dict(os.environ))
    if pair == _OWN:
        project = load(Path.cwd(), environ=dict(os.environ))
        _require_cells(project.settings.stack if contained else None, wanted)
        play = partial(rehearse_own, project, asked=asked, contained=contained)
    elif pair != _SAMPLE:
        real = published_pair(pair)
        play = partial(rehearse_published, real, environ=dict(os.environ), asked=asked, contained=contained)
    elif on or path or not contained:
        raise ConfigurationError(
            "--on, --path and --without-containers are for a real pair, or for one's own packages.",
            hint="Name its stack with --pair, or write --pair own; or leave them out",
        )
    folder = Path.cwd() / STATE / "rehearsal" / pair
    if fresh or pair == _OWN:  # what lies here may have changed since
        shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    (folder.parents[1] / ".gitignore").write_text("*\n", encoding="utf-8")
    started = time.monotonic()
    result = play(folder=folder, reporter=_Reporter(screen))
    screen.rests()
    screen.tell("")
    screen.shows(tables.recorded(result.records))
    repeated = {name: count for name, count in result.stored.items() if count != 1}
    screen.tell(f"{len(result.stored)} files stored, each once." if not repeated else f"Stored twice: {repeated}")
    screen.tell(f"The rehearsal ended as it must, in {time.monotonic() - started:.0f} s.")
    if screen.loudness == "loud":
        screen.shows(tables.gates(result.outcomes))
    else:
        screen.detail(f"It asked {len(result.outcomes)} gates; with -v each has a row here.")
    if keep:
        screen.tell(f"Everything is in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _require_cells(stack: Stack | None, wanted: Wanted) -> None:
    """Raise ``ConfigurationError`` where cells are chosen that there are not."""
    if stack is not None:
        matrix(stack, wanted)
    elif wanted != Wanted():
        raise ConfigurationError(
            "--on and --path choose cells of a stack, and none are run.",
            hint="Leave them out, or add the table [tool.releasegate.stack]",
        )


def _dimensions(on: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return what ``NAME=VALUE`` asks for; raises ``ConfigurationError`` where one is no such word."""
    found: dict[str, tuple[str, ...]] = {}
    for word in on:
        name, equals, value = word.partition("=")
        if not name or not equals or not value:
            raise ConfigurationError(f"--on {word} names no value.", hint="Write it as --on NAME=VALUE")
        found[name] = (*found.get(name, ()), value)
    return found


def cache(screen: Screen, *, clear: bool, give: str = "", take: str = "") -> None:
    """Show what is kept between runs, with *clear* remove it; copy it into a folder, or take over what one holds.

    Raises:
        ConfigurationError: more than one of them is wanted, or there is no stack to copy the images of.
    """
    if sum(map(bool, (clear, give, take))) > 1:
        raise ConfigurationError("--clear, --give and --take exclude each other.", hint="Say one of them")
    project = load(Path.cwd(), environ=dict(os.environ))
    if give or take:
        from releasegate.app import kept

        lines = kept.give(project, Path(give)) if give else kept.take(project, Path(take))
    else:
        from releasegate.app.build_cache import build_cache

        screen.lines((build_cache(project, clear=clear),))
        lines = _of_containers(project, clear=clear)
    screen.lines(lines)


def _of_containers(project: Project, *, clear: bool) -> tuple[str, ...]:
    """Return what is kept of containers; where no stack needs an engine, one that is away is told and no fault."""
    try:
        return cached(project, clear=clear)
    except Unavailable as error:
        if project.settings.stack is not None:
            raise
        return (f"what containers keep was not looked at, and no stack here needs it: {error.problem}",)


@dataclass(frozen=True)
class _Reporter:
    """The screen as the reporter of a rehearsal."""

    screen: Screen

    def __call__(self, line: str, /) -> None:
        self.screen(line)

    def begins(self, step: Step) -> None:
        self.screen.begins(step)

    def ends(self, outcome: Outcome) -> None:
        self.screen.ends(outcome)

    def heading(self, title: str) -> None:
        self.screen.ends_group()
        self.screen.detail("")
        self.screen.tell(f"== {title}")

    def fails(self, error: ReleasegateError) -> None:
        self.screen.error(error, expected=True)

    def planned(self, planned: Planned) -> None:
        shows_plan(self.screen, brief=True)(planned)

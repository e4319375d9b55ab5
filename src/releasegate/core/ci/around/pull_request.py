"""The workflow of a pull request: the gates of a release, with nothing published and no secret.

It is started by ``pull_request``, never by ``pull_request_target``: what a stranger proposes runs with a token that may
read, and a cache that it writes is seen by nobody else. Labels, or the answers of a dispatch, choose what costs more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from releasegate.core.ci.jobs import CELL, LONG, READS, SHORT, Job, companions, fan_out, quoted_word
from releasegate.core.ci.yaml_values import quoted
from releasegate.core.config.keys import ForgeConfig, Package, Settings

CELLS, BRANCH = "e2e", "companion-branch"
"""The labels that choose: run the pair, and run it with the companion's branch of the same name."""

_LABELS = "github.event.pull_request.labels.*.name"
_TAKE = (
    'if git -C "$FOLDER" show-ref --verify --quiet "refs/remotes/origin/$BRANCH"; then '
    'git -C "$FOLDER" checkout --quiet --detach "refs/remotes/origin/$BRANCH"; '
    'else echo "It has no branch $BRANCH, and stays as it is"; fi'
)
_PLAN = 'cells=$(releasegate e2e --plan json $SIDES $CHOSEN) && echo "cells=$cells" >> "$GITHUB_OUTPUT"'


def triggers(settings: Settings, forge: ForgeConfig, ours: Sequence[Package]) -> Iterator[str]:
    """Yield what starts it: a pull request and its labels, or a person."""
    yield from ("on:", "  pull_request:", "    types: [opened, synchronize, reopened, labeled]")
    yield "  workflow_dispatch:"
    judged = _judged(settings, ours)
    beside = any(".." in package.path.parts for package in settings.packages)
    if judged or beside:
        yield "    inputs:"
    if judged:
        chosen = settings.stack is not None and forge.kind == "github"
        words = "the cells to run: none, all, or options of releasegate e2e" if chosen else "whether to run the pair"
        yield from ("      cells:", f"        description: {quoted(words)}", '        default: "none"')
        yield from ("        type: string",) if chosen else ("        type: choice", "        options: [none, all]")
    if beside:
        yield from (
            f"      {BRANCH}:",
            "        description: run with a companion's branch of the same name, where it has one",
        )
        yield from ("        type: boolean", "        default: false")


def jobs(settings: Settings, forge: ForgeConfig, ours: Sequence[Package]) -> Iterator[Job]:
    """Yield the jobs: the gates, the plan of what would come next, and the pair where somebody asks for it."""
    beside = tuple(package for package in settings.packages if ".." in package.path.parts)
    takes = tuple(line for package in beside for line in _takes_branch(package))
    told = companions(settings, "staging")
    judged = _judged(settings, ours)
    fans = settings.stack is not None and forge.kind == "github" and bool(judged)
    yield Job("gates", READS, LONG, tuple(_gates(ours)), before=takes, ref="", token=False)
    sides = f"SIDES: {_sides(settings, ours)}"
    yield Job(
        "plan",
        READS,
        SHORT,
        (*_plans(ours), *((("cells", _PLAN),) if fans else ())),
        ("outputs:", "  cells: ${{ steps.cells.outputs.cells }}") if fans else (),
        (*told, *((sides, "CHOSEN: ${{ inputs.cells != 'all' && inputs.cells || '' }}") if fans else ())),
        before=takes,
        ref="",
    )
    if not judged:
        return
    asked = f"if: ${{{{ contains({_LABELS}, '{CELLS}') || (inputs.cells && inputs.cells != 'none') }}}}"
    begins = ("needs: [gates, plan]", asked)
    if settings.stack is None:
        runs = tuple((f"e2e-{name}", f"releasegate e2e --package {name} $SIDES") for name in judged)
        yield Job("e2e", READS, CELL, runs, begins, (*told, sides), before=takes, ref="", token=False)
        return
    line = "releasegate e2e $CELL" if fans else "releasegate e2e $SIDES $CELL"
    yield Job(
        "e2e",
        READS,
        CELL,
        (("e2e", line),),
        (*begins, *fan_out(settings, forge, "plan")),
        (*told, *(() if fans else (sides,)), "CELL: ${{ matrix.options }}"),
        before=takes,
        restores=True,
        ref="",
        token=False,
    )


def _named(ours: Sequence[Package], word: str, line: str) -> Iterator[tuple[str, str]]:
    """Yield a line for each package; a repository of one has no need to name it in the step."""
    for package in ours:
        name = word if len(ours) == 1 else f"{word}-{package.name}"
        yield name, line.format(f"--package {package.name}")


def _gates(ours: Sequence[Package]) -> Iterator[tuple[str, str]]:
    yield from _named(ours, "versions", "releasegate versions {}")
    yield from _named(ours, "build", "releasegate build {}")
    yield from _named(ours, "install-check", "releasegate install-check --source dist {}")


def _plans(ours: Sequence[Package]) -> Iterator[tuple[str, str]]:
    yield from _named(ours, "plan", "releasegate release --rc {} --plan --proposed")


def _judged(settings: Settings, ours: Sequence[Package]) -> tuple[str, ...]:
    """Return the packages of this repository that something runs end to end."""
    return tuple(package.name for package in ours if settings.judged(package.name))


def _sides(settings: Settings, ours: Sequence[Package]) -> str:
    """Return where the sides come from: what is proposed is checked out, a companion is the one that it would get."""
    both, own = "--source local --backend-source local", "--source local"
    called = {companion for caller, companion in settings.edges if settings.in_stack(caller)}
    mine = [package.name for package in ours if package.name in called]
    if mine and set(mine) == called:
        return quoted(both)
    alone = " ".join([own, *(f"--backend-source {name}=local" for name in mine)])
    if not any(".." in package.path.parts for package in settings.packages):
        return quoted(alone)
    wished = f"inputs.{BRANCH} || contains({_LABELS}, '{BRANCH}')"
    return f"${{{{ ({wished}) && {quoted_word(both)} || {quoted_word(alone)} }}}}"


def _takes_branch(package: Package) -> tuple[str, ...]:
    """Return the step that checks out a companion's branch of the same name; that name is no part of a command."""
    return (
        f"- name: take the branch of {package.name}",
        f"  if: ${{{{ inputs.{BRANCH} || contains({_LABELS}, '{BRANCH}') }}}}",
        f"  run: |\n          {_TAKE}",
        "  env:",
        f"    FOLDER: ${{{{ github.workspace }}}}/{'/'.join(package.path.parts[1:])}",
        "    BRANCH: ${{ github.head_ref || github.ref_name }}",
    )

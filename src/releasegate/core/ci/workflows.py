"""The workflows for GitHub Actions and Gitea Actions: the lines that a laptop runs, and what only CI needs.

Source: GitHub's workflow syntax, which Gitea Actions reads too. What an older Gitea does not know it ignores:
``permissions``, ``concurrency``, ``environment`` and ``timeout-minutes``. Up to 1.27.0 it makes no matrix of another
job's output (go-gitea/gitea #25179, #36564), so the cells stand in Gitea's file.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from releasegate.core.config.model import ForgeConfig, Package, Settings
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.matrix import Wanted, matrix
from releasegate.core.errors import ConfigurationError

MARK = "# Written by `invoke workflows` from [tool.releasegate] in pyproject.toml: change that, not this."

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
"""The one action, by its commit; for a newer one: ``git ls-remote`` its tag in its repository."""

_FOLDERS = {"github": ".github", "gitea": ".gitea"}
_PUBLISH_MINUTES, _CELL_MINUTES = 180, 90
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}


@dataclass(frozen=True)
class _Job:
    """One job; *lines* are its own keys, *runs* its named lines with what each is told beside the forge's token."""

    key: str
    lines: tuple[str, ...]
    permissions: tuple[str, ...]
    minutes: int
    runs: tuple[tuple[str, str], ...]
    publishes: bool = True
    told: tuple[str, ...] = ()


def workflows(settings: Settings) -> dict[PurePosixPath, str]:
    """Return the workflow of every forge that a package of this repository is released on, by its path.

    Raises:
        ConfigurationError: no package of this repository names a forge, a companion cannot be checked out beside it, or
            a value would be an expression there.
    """
    ours = [p for p in settings.packages if ".." not in p.path.parts and p.forge is not None]
    kinds = {p.forge.kind: p.forge for p in reversed(ours) if p.forge is not None}
    if not kinds:
        raise ConfigurationError(
            "No package of this repository says on which forge it is released.",
            hint='Add forge = { kind = "github", repository = "owner/name" } to the package',
        )
    return {
        PurePosixPath(_FOLDERS[kind]) / "workflows" / "release.yml": _workflow(settings, forge, ours)
        for kind, forge in sorted(kinds.items())
    }


def drift(settings: Settings, read: Callable[[PurePosixPath], str | None]) -> tuple[str, ...]:
    """Return a sentence for every workflow that is not what the configuration says; *read* gives a file's text."""
    found = []
    for path, wanted in workflows(settings).items():
        text = read(path)
        if text is None:
            found.append(f"{path} is not there")
        elif text != wanted:
            found.append(f"{path}:{_differs(text, wanted)} differs from what the configuration says")
    return tuple(found)


def _differs(text: str, wanted: str) -> int:
    """Return the first line, counted from 1, in which two texts differ."""
    one, other = text.splitlines(), wanted.splitlines()
    pairs = enumerate(zip(one, other, strict=False), start=1)
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)) + 1)


def _workflow(settings: Settings, forge: ForgeConfig, ours: Sequence[Package]) -> str:
    here = [p for p in ours if p.forge is not None and p.forge.kind == forge.kind]
    jobs = (_whole(settings, forge),) if settings.stack is None else _fanned_out(settings, forge, settings.stack)
    lines = [MARK, "name: release", "", *_triggers(settings, here), "", "permissions: {}", ""]
    # Of several runs that wait in one group, GitHub keeps the newest and drops the others.
    lines += ["# Each run is a group of its own, so that none is dropped; the evidence keeps two from doing the same."]
    lines += ["concurrency:", "  group: release-${{ github.run_id }}", "  cancel-in-progress: false", "", "jobs:"]
    for number, job in enumerate(jobs):
        lines += [*([""] if number else []), *_job(settings, forge, job)]
    return "\n".join([*lines, ""])


def _triggers(settings: Settings, here: Sequence[Package]) -> Iterator[str]:
    tags = ", ".join(dict.fromkeys(_quoted(f"{_literal(p.tag_prefix)}*rc*") for p in here))
    yield from ("on:", "  push:", f"    tags: [{tags}]", "  release:", "    types: [published]")
    yield from ("  workflow_dispatch:", "    inputs:")
    choices = {
        "target": ("the index to publish to", (settings.staging, settings.production)),
        "pipeline": (
            f"rc goes to {settings.staging}, final and post to {settings.production}",
            ("rc", "final", "post"),
        ),
    }
    if len(here) > 1:
        choices["package"] = ("the package", tuple(p.name for p in here))
    for name, (words, options) in choices.items():
        yield from (f"      {name}:", f"        description: {_quoted(words)}", "        type: choice")
        yield from ("        required: true", f"        options: [{', '.join(map(_quoted, options))}]")


def _whole(settings: Settings, forge: ForgeConfig) -> _Job:
    runs = (("release", "invoke release --event --yes"),)
    return _Job("release", (), _rights(settings, forge), _PUBLISH_MINUTES, runs)


def _fanned_out(settings: Settings, forge: ForgeConfig, stack: Stack) -> tuple[_Job, ...]:
    """Publish, run every cell on a runner of its own, and go on where all of them have left their evidence."""
    rights = _rights(settings, forge)
    publish = _Job("publish", (), rights, _PUBLISH_MINUTES, (("publish", "invoke release --event --yes --until e2e"),))
    cells: tuple[str, ...]
    if forge.kind == "github":
        # An echo with the command inside of its words would succeed where that command failed.
        plan = 'cells=$(nox -s e2e -- --record --plan json) && echo "cells=$cells" >> "$GITHUB_OUTPUT"'
        outputs = ("outputs:", "  cells: ${{ steps.plan.outputs.cells }}")
        publish = replace(publish, lines=outputs, runs=(*publish.runs, ("plan", plan)))
        cells = ("include: ${{ fromJSON(needs.publish.outputs.cells) }}",)
    else:
        cells = ("options:", *(f"  - {_quoted(words)}" for words in _cells(stack)))
    e2e = _Job(
        "e2e",
        ("needs: [publish]", "strategy:", "  fail-fast: false", "  matrix:", *(f"    {line}" for line in cells)),
        ("contents: write  # the verdict is evidence",),
        _CELL_MINUTES,
        (("e2e", "nox -s e2e -- --record $CELL"),),
        publishes=False,
        told=("CELL: ${{ matrix.options }}",),
    )
    follows = ("needs: [publish, e2e]", "if: ${{ !cancelled() && needs.publish.result == 'success' }}")
    return publish, e2e, _Job("seal", follows, rights, _PUBLISH_MINUTES, (("seal", "invoke release --event --yes"),))


def _cells(stack: Stack) -> tuple[str, ...]:
    """Return the options of each cell; where the package comes from is known when the run is, by ``--record``."""
    return tuple(" ".join(cell.options) for cell in matrix(replace(stack, sources=("",)), Wanted()))


def _rights(settings: Settings, forge: ForgeConfig) -> tuple[str, ...]:
    rights = ("contents: write  # evidence, tags and releases",)
    return (*rights, "id-token: write  # trusted publishing") if _trusted(settings, forge) else rights


def _trusted(settings: Settings, forge: ForgeConfig) -> bool:
    """Whether the indexes know the forge's own word on who publishes; they know GitHub's, and no Gitea's."""
    return settings.ci.trusted and forge.kind == "github"


def _job(settings: Settings, forge: ForgeConfig, job: _Job) -> Iterator[str]:
    yield from (f"  {job.key}:", f"    name: {job.key}", f"    runs-on: {_quoted(settings.ci.runner)}")
    yield f"    timeout-minutes: {job.minutes}"
    yield from (f"    {line}" for line in job.lines)
    if job.publishes:
        yield f"    environment: {_quoted(settings.ci.environment)}"
    yield from ("    permissions:", *(f"      {right}" for right in job.permissions))
    own, beside = _repositories(settings, forge)
    if beside:
        yield from ("    defaults:", "      run:", f"        working-directory: {_quoted(own)}")
    yield "    steps:"
    yield from _checkout("check out", ref="${{ github.ref }}", path=own if beside else None)
    for package, repository in beside:
        yield from _checkout(
            f"check out {package.name}",
            ref=_quoted(package.branch),
            path=_folder(package),
            repository=repository,
        )
    for command in settings.ci.setup:
        yield from ("      - name: set up", f"        run: {_scalar(shlex.join(command))}")
    for name, line in job.runs:
        yield from (f"      - name: {name}", f"        id: {name}", f"        run: {_scalar(line)}", "        env:")
        yield f"          {forge.token_env}: ${{{{ github.token }}}}"
        yield from (f"          {each}" for each in (*job.told, *_tokens(settings, forge, job)))


def _tokens(settings: Settings, forge: ForgeConfig, job: _Job) -> Iterator[str]:
    """Yield the indexes' tokens for a job that publishes, where nothing but a token is known there."""
    if job.publishes and not _trusted(settings, forge):
        for name in (settings.staging, settings.production):
            variable = settings.indexes[name].token_env if name in settings.indexes else None
            if variable:
                yield f"{variable}: ${{{{ secrets.{variable} }}}}"


def _repositories(settings: Settings, forge: ForgeConfig) -> tuple[str, tuple[tuple[Package, str], ...]]:
    """Return the folder of this repository on a runner, and the packages beside it, each with its repository."""
    own = next(p.name for p in settings.packages if ".." not in p.path.parts)
    return own, tuple((p, _beside(p, forge, own)) for p in settings.packages if ".." in p.path.parts)


def _beside(package: Package, forge: ForgeConfig, own: str) -> str:
    """Return the repository of a package that is checked out beside this one, on the same forge."""
    theirs, path = package.forge, package.path
    if theirs is None or (theirs.kind, theirs.address) != (forge.kind, forge.address):
        where = "on no forge" if theirs is None else f"on another forge than {forge.repository}"
        raise ConfigurationError(
            f"{package.name} is beside this repository and {where}, so a runner cannot check it out.",
            hint="Set its forge to where it is on the same forge (a mirror will do)",
        )
    if path.parts[0] != ".." or ".." in path.parts[1:] or _folder(package) in {"", own}:
        raise ConfigurationError(
            f"{package.name} is in {path}, which a runner cannot have beside {own}.",
            hint=f'Put it beside this repository in a folder of its own: path = "../{package.name}"',
        )
    return theirs.repository


def _folder(package: Package) -> str:
    return "/".join(package.path.parts[1:])


def _checkout(name: str, *, ref: str, path: str | None, repository: str | None = None) -> Iterator[str]:
    yield from (f"      - name: {name}", f"        uses: {CHECKOUT}", "        with:")
    if repository is not None:
        yield f"          repository: {_quoted(repository)}"
    yield f"          ref: {ref}"
    if path is not None:
        yield f"          path: {_quoted(path)}"
    yield from ("          fetch-depth: 0", "          persist-credentials: false")


def _quoted(text: str) -> str:
    """Return a YAML scalar that is this text, whatever is in it.

    Raises:
        ConfigurationError: a forge would take it for an expression.
    """
    if "${{" in text:
        raise ConfigurationError(
            f"{text!r} would be an expression in a workflow.",
            hint="Write the value itself; a secret reaches a command by its environment only",
        )
    return '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}") for c in text) + '"'


def _scalar(line: str) -> str:
    """Return a command as it is where YAML reads it so, else as a block or quoted."""
    quoted = _quoted(line)
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_./=+-]* [A-Za-z0-9 $_./=+-]*", line):
        return line
    return "|\n          " + line if line.isprintable() else quoted


def _literal(prefix: str) -> str:
    r"""Return a tag's beginning as a filter pattern that means it literally."""
    return re.sub(r"([*?+\[\]!\\])", r"\\\1", prefix)

"""A job as the lines of a workflow: checked out, set up, what it takes over, its lines, what it hands over."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from releasegate.core.ci.actions import CHECKOUT, DOWNLOAD, UPLOAD
from releasegate.core.ci.jobs import GIVEN, TAKEN, Job
from releasegate.core.ci.kept import seen
from releasegate.core.ci.yaml_values import command, quoted
from releasegate.core.config.model import ForgeConfig, Package, Settings
from releasegate.core.errors import ConfigurationError


def job_lines(settings: Settings, forge: ForgeConfig, job: Job) -> Iterator[str]:
    """Yield the lines of *job*, with those of the repositories that it works in.

    Raises:
        ConfigurationError: a companion cannot be checked out beside the package, or a value would be an expression.
    """
    yield from (f"  {job.key}:", f"    name: {job.key}", f"    runs-on: {quoted(settings.ci.runner)}")
    yield f"    timeout-minutes: {job.minutes}"
    yield from (f"    {line}" for line in job.lines)
    yield from ("    permissions:", *(f"      {right}" for right in job.permissions))
    own, beside = _repositories(settings, forge)
    if beside:
        yield from ("    defaults:", "      run:", f"        working-directory: {quoted(own)}")
    yield "    steps:"
    yield from _checkout("check out", ref=job.ref, path=own if beside else None)
    for package, repository in beside:
        yield from _checkout(
            f"check out {package.name}", ref=quoted(package.branch), path=_folder(package), repository=repository
        )
    for each in settings.ci.setup:
        yield from ("      - name: set up", f"        run: {command(shlex.join(each))}")
    yield from _takes(forge, job, seen(settings, TAKEN))
    yield from (f"      {line}" for line in job.before)
    told = (*([f"{forge.token_env}: ${{{{ github.token }}}}"] if job.token else []), *job.told)
    for name, line in job.runs:
        yield from (f"      - name: {name}", f"        id: {name}", f"        run: {command(line)}")
        yield from ("        env:", *(f"          {each}" for each in told)) if told else ()
    yield from (f"      {line}" for line in job.after)
    if job.gives:
        yield from (
            "      - name: hand over",
            "        if: ${{ !cancelled() }}",
            f"        uses: {UPLOAD[forge.kind]}",
        )
        yield from ("        with:", f"          name: {job.gives}", f"          path: {quoted(seen(settings, GIVEN))}")


def _takes(forge: ForgeConfig, job: Job, folder: str) -> Iterator[str]:
    """Yield the steps that fetch what other jobs of this run handed over.

    Version 3 of the action knows no patterns: without a name it fetches all there is.
    """
    every = forge.kind != "github" and any("*" in each for each in job.takes)
    for name in ("",) if every else job.takes:
        yield from ("      - name: take over", f"        uses: {DOWNLOAD[forge.kind]}", "        with:")
        if name:
            yield f"          {'pattern' if '*' in name else 'name'}: {quoted(name)}"
        # Each artifact in a folder of its own, so that none can replace another's files.
        own = "" if not name or "*" in name else f"/{name}"
        yield f"          path: {quoted(f'{folder}{own}')}"


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
        yield f"          repository: {quoted(repository)}"
    else:
        yield "          submodules: recursive"
    if ref:
        yield f"          ref: {ref}"
    if path is not None:
        yield f"          path: {quoted(path)}"
    yield from ("          fetch-depth: 0", "          persist-credentials: false")

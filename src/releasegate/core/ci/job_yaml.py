"""A job as the lines of a workflow: checked out, set up, what it takes over, its lines, what it hands over."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from releasegate.core.ci.actions import CHECKOUT, DOWNLOAD, UPLOAD
from releasegate.core.ci.jobs import GIVEN, TAKEN, Job
from releasegate.core.ci.kept import KEPT, restored, saved
from releasegate.core.ci.private import JOB as PRIVATE
from releasegate.core.ci.private import Private, from_bundle, read_by_git, secret_of
from releasegate.core.ci.top import TOP
from releasegate.core.ci.yaml_values import command, quoted
from releasegate.core.config.keys import ForgeConfig, Package, Settings
from releasegate.core.errors import ConfigurationError


def job_lines(settings: Settings, forge: ForgeConfig, job: Job, folder: PurePosixPath) -> Iterator[str]:
    """Yield the lines of *job*, with those of the repositories that it works in; *folder* is the table's own.

    Raises:
        ConfigurationError: a companion cannot be checked out beside the package, or a value would be an expression.
    """
    yield from (f"  {job.key}:", f"    name: {job.key}", f"    runs-on: {quoted(settings.ci.runner)}")
    yield f"    timeout-minutes: {job.minutes}"
    yield from (f"    {line}" for line in job.lines)
    own, beside = _repositories(settings, forge)
    if _secrets(beside) and job.key.startswith("seal"):
        yield f"    environment: {PRIVATE}"
    yield from ("    permissions:", *(f"      {right}" for right in job.permissions))
    top = PurePosixPath(own if beside else "")
    if top / folder != TOP:
        yield from ("    defaults:", "      run:", f"        working-directory: {quoted(str(top / folder))}")
    yield "    steps:"
    yield from _checkout("check out", ref=job.ref, path=own if beside else None)
    for package, repository in beside:
        yield from _checked_out(package, repository, forge, job)
    for each in settings.ci.setup:
        yield from ("      - name: set up", f"        run: {command(shlex.join(each))}")
        if folder != TOP:
            yield f"        working-directory: {quoted(str(top))}"
    # An action sees a path from above the repositories.
    within = "" if top / folder == TOP else f"{top / folder}/"
    yield from _takes(forge, job, f"{within}{TAKEN}")
    yield from (f"      {line}" for line in job.before)
    yield from (f"      {line}" for line in restored(settings, forge, f"{within}{KEPT}") if job.restores)
    secrets = () if job.runs_foreign_code else _secrets(beside)
    told = (*([f"{forge.token_env}: ${{{{ github.token }}}}"] if job.token else []), *job.told, *secrets)
    for name, line in job.runs:
        yield from (f"      - name: {name}", f"        id: {name}", f"        run: {command(line)}")
        yield from ("        env:", *(f"          {each}" for each in told)) if told else ()
    yield from (f"      {line}" for line in saved(forge, f"{within}{KEPT}") if job.saves)
    if job.gives:
        yield from (
            "      - name: hand over",
            "        if: ${{ !cancelled() }}",
            f"        uses: {UPLOAD[forge.kind]}",
        )
        yield from ("        with:", f"          name: {job.gives}", f"          path: {quoted(f'{within}{GIVEN}')}")


def reading(settings: Settings, forge: ForgeConfig) -> Iterator[str]:
    """Yield the job that reads the private repositories beside this one; it runs Git, and nothing of anybody else."""
    private = _private_ones(_repositories(settings, forge)[1])
    if private:
        yield from (f"  {PRIVATE}:", f"    name: {PRIVATE}", f"    runs-on: {quoted(settings.ci.runner)}")
        yield from ("    timeout-minutes: 30", f"    environment: {PRIVATE}", "    permissions: {}", "    steps:")
        yield from (f"      {line}" for line in read_by_git(private))
        yield from ("      - name: hand over", f"        uses: {UPLOAD[forge.kind]}", "        with:")
        yield from (f"          name: {PRIVATE}", f'          path: "{GIVEN}"', "          retention-days: 1", "")


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


def _private(package: Package, repository: str) -> Private | None:
    """Return how a package's repository is read where a token is needed for that."""
    token = package.forge.read_token_env if package.forge is not None else None
    return Private(package.name, repository, _folder(package), package.branch, token) if token else None


def _private_ones(beside: Sequence[tuple[Package, str]]) -> tuple[Private, ...]:
    return tuple(each for package, repository in beside if (each := _private(package, repository)) is not None)


def _secrets(beside: Sequence[tuple[Package, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(secret_of(each) for each in _private_ones(beside)))


def _checked_out(package: Package, repository: str, forge: ForgeConfig, job: Job) -> Iterator[str]:
    """Yield the steps that check out a repository beside this one: a private one as a bundle, for foreign code."""
    private = _private(package, repository)
    if private is not None and job.runs_foreign_code:
        yield from (f"      {line}" for line in from_bundle(private, download=DOWNLOAD[forge.kind]))
        return
    yield from _checkout(
        f"check out {package.name}",
        ref=quoted(package.branch),
        path=_folder(package),
        repository=repository,
        token=private.token if private is not None else "",
    )


def _checkout(
    name: str, *, ref: str, path: str | None, repository: str | None = None, token: str = ""
) -> Iterator[str]:
    yield from (f"      - name: {name}", f"        uses: {CHECKOUT}", "        with:")
    if repository is not None:
        yield f"          repository: {quoted(repository)}"
        if token:
            yield f"          token: ${{{{ secrets.{token} }}}}"
    else:
        yield "          submodules: recursive"
    if ref:
        yield f"          ref: {ref}"
    if path is not None:
        yield f"          path: {quoted(path)}"
    yield from ("          fetch-depth: 0", "          persist-credentials: false")

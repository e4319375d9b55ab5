"""The workflows for GitHub Actions and Gitea Actions: what starts a release, and the lines that a laptop runs.

Source: GitHub's workflow syntax, which Gitea Actions reads too. What an older Gitea does not know it ignores:
``permissions``, ``concurrency``, ``environment`` and ``timeout-minutes``. Up to 1.27.0 it makes no matrix of another
job's output (go-gitea/gitea #25179, #36564), so the cells stand in Gitea's file; its artifacts are those of version 3,
for the actions of version 4 and later refuse every server but GitHub's.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from releasegate.core.ci.jobs import GIVEN, TAKEN, Job, jobs
from releasegate.core.ci.private import JOB as PRIVATE
from releasegate.core.ci.private import Private, from_bundle, read_by_git, secret_of
from releasegate.core.ci.top import TOP, seen_from_top
from releasegate.core.ci.yaml_nodes import MARK
from releasegate.core.ci.yaml_values import command, literal, quoted
from releasegate.core.config.model import ForgeConfig, Package, Settings
from releasegate.core.errors import ConfigurationError

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
"""An action by its commit, as the others; for a newer one: ``git ls-remote`` its tag in its repository."""

UPLOAD: Mapping[str, str] = {
    "github": "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
    "gitea": "actions/upload-artifact@c24449f33cd45d4826c6702db7e49f7cdb9b551d # v3.2.1-node20",
}
DOWNLOAD: Mapping[str, str] = {
    "github": "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "gitea": "actions/download-artifact@ad191675b41f6a5b46da9a048cb6893812da158b # v3.1.0-node20",
}
SETUP = """\
[tool.releasegate.ci]
setup = [
    ["python3", "-I", "-m", "venv", "/tmp/releasegate"],
    ["/tmp/releasegate/bin/pip", "install", "--require-hashes", "--requirement", "ci/releasegate/requirements.txt"],
    ["sh", "-c", "echo /tmp/releasegate/bin >> $GITHUB_PATH"],
]
"""
"""What to paste where nothing says how a runner gets releasegate."""

_FOLDERS = {"github": ".github", "gitea": ".gitea"}


def workflows(settings: Settings, folder: PurePosixPath = TOP) -> dict[PurePosixPath, str]:
    """Return the workflow of every forge that a package of this repository is released on, by its path from the top.

    *folder* is the one of the table there, in which the lines are run.

    Raises:
        ConfigurationError: no package of this repository names a forge, nothing says how a runner gets releasegate, an
            index has neither an identity nor a token, a companion cannot be checked out beside the package, or a value
            would be an expression there.
    """
    settings = seen_from_top(settings, folder)
    ours = [p for p in settings.packages if ".." not in p.path.parts and p.forge is not None]
    kinds = {p.forge.kind: p.forge for p in reversed(ours) if p.forge is not None}
    if not kinds:
        raise ConfigurationError(
            "No package of this repository says on which forge it is released.",
            hint='Add forge = { kind = "github", repository = "owner/name" } to the package',
        )
    if not settings.ci.setup:
        raise ConfigurationError(
            "Nothing says how a runner gets releasegate, so no workflow can be written.",
            hint="Put releasegate and its pins into the repository (invoke workflows --vendor), or say how it comes",
            details=SETUP.splitlines(),
        )
    return {workflow_path(kind): _workflow(settings, forge, ours, folder) for kind, forge in sorted(kinds.items())}


def workflow_path(kind: str) -> PurePosixPath:
    """Return where the workflow for that kind of forge is, from the top of the repository."""
    return PurePosixPath(_FOLDERS[kind]) / "workflows" / "release.yml"


def drift(
    settings: Settings, read: Callable[[PurePosixPath], str | None], folder: PurePosixPath = TOP
) -> tuple[str, ...]:
    """Return a sentence for every workflow that is not what the configuration says; *read* gives a file's text."""
    found = []
    for path, wanted in workflows(settings, folder).items():
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


def _workflow(settings: Settings, forge: ForgeConfig, ours: Sequence[Package], folder: PurePosixPath) -> str:
    here = [p for p in ours if p.forge is not None and p.forge.kind == forge.kind]
    lines = [MARK, "name: release", "", *_triggers(settings, here), "", "permissions: {}", ""]
    # Of several runs that wait in one group, GitHub keeps the newest and drops the others.
    lines += ["# Each run is a group of its own, so that none is dropped; the evidence keeps two from doing the same."]
    lines += ["concurrency:", "  group: release-${{ github.run_id }}", "  cancel-in-progress: false", "", "jobs:"]
    lines += _reading(settings, forge)
    for number, job in enumerate(jobs(settings, forge)):
        lines += [*([""] if number else []), *_job(settings, forge, job, folder)]
    return "\n".join([*lines, ""])


def _triggers(settings: Settings, here: Sequence[Package]) -> Iterator[str]:
    tags = ", ".join(dict.fromkeys(quoted(f"{literal(p.tag_prefix)}*rc*") for p in here))
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
        yield from (f"      {name}:", f"        description: {quoted(words)}", "        type: choice")
        yield from ("        required: true", f"        options: [{', '.join(map(quoted, options))}]")
    texts = {"tag": "a tag of a version that is there already, to go on with it; empty for the next version"}
    if any(p.companion is not None for p in here):
        texts["companion"] = "the companion's version; empty for what the variables or the configuration say"
    for name, words in texts.items():
        yield from (f"      {name}:", f"        description: {quoted(words)}", "        type: string")


def _job(settings: Settings, forge: ForgeConfig, job: Job, folder: PurePosixPath) -> Iterator[str]:
    own, beside = _repositories(settings, forge)
    yield from (f"  {job.key}:", f"    name: {job.key}", f"    runs-on: {quoted(settings.ci.runner)}")
    yield f"    timeout-minutes: {job.minutes}"
    yield from (f"    {line}" for line in job.lines)
    if _secrets(beside) and job.key.startswith("seal"):
        yield f"    environment: {PRIVATE}"
    yield from ("    permissions:", *(f"      {right}" for right in job.permissions))
    top = PurePosixPath(own if beside else "")
    if top / folder != TOP:
        yield from ("    defaults:", "      run:", f"        working-directory: {quoted(str(top / folder))}")
    yield "    steps:"
    yield from _checkout("check out", ref="${{ inputs.tag || github.ref }}", path=own if beside else None)
    for package, repository in beside:
        private = _private(package, repository)
        if private is not None and job.runs_foreign_code:
            yield from (f"      {line}" for line in from_bundle(private, download=DOWNLOAD[forge.kind]))
        else:
            yield from _checkout(
                f"check out {package.name}",
                ref=quoted(package.branch),
                path=_folder(package),
                repository=repository,
                token=private.token if private is not None else "",
            )
    for each in settings.ci.setup:
        yield from ("      - name: set up", f"        run: {command(shlex.join(each))}")
        if folder != TOP:
            yield f"        working-directory: {quoted(str(top))}"
    within = "" if top / folder == TOP else f"{top / folder}/"
    yield from _takes(forge, job, f"{within}{TAKEN}")
    for name, line in job.runs:
        yield from (f"      - name: {name}", f"        id: {name}", f"        run: {command(line)}", "        env:")
        yield f"          {forge.token_env}: ${{{{ github.token }}}}"
        secrets = () if job.runs_foreign_code else _secrets(beside)
        yield from (f"          {each}" for each in (*job.told, *secrets))
    if job.gives:
        yield from (
            "      - name: hand over",
            "        if: ${{ !cancelled() }}",
            f"        uses: {UPLOAD[forge.kind]}",
        )
        yield from ("        with:", f"          name: {job.gives}", f"          path: {quoted(f'{within}{GIVEN}')}")


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


def _secrets(beside: Sequence[tuple[Package, str]]) -> tuple[str, ...]:
    private = filter(None, (_private(package, repository) for package, repository in beside))
    return tuple(dict.fromkeys(secret_of(each) for each in private))


def _reading(settings: Settings, forge: ForgeConfig) -> Iterator[str]:
    """Yield the job that reads the private repositories beside this one; it runs Git, and nothing of anybody else."""
    _, beside = _repositories(settings, forge)
    private = [each for package, repository in beside if (each := _private(package, repository)) is not None]
    if private:
        yield from (f"  {PRIVATE}:", f"    name: {PRIVATE}", f"    runs-on: {quoted(settings.ci.runner)}")
        yield from ("    timeout-minutes: 30", f"    environment: {PRIVATE}", "    permissions: {}", "    steps:")
        yield from (f"      {line}" for line in read_by_git(private))
        yield from ("      - name: hand over", f"        uses: {UPLOAD[forge.kind]}", "        with:")
        yield from (f"          name: {PRIVATE}", f'          path: "{GIVEN}"', "          retention-days: 1", "")


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
    yield f"          ref: {ref}"
    if path is not None:
        yield f"          path: {quoted(path)}"
    yield from ("          fetch-depth: 0", "          persist-credentials: false")

"""The workflows for GitHub Actions and Gitea Actions: what starts each, and the lines that a laptop runs.

Source: GitHub's workflow syntax, which Gitea Actions reads too. What an older Gitea does not know it ignores:
``permissions``, ``concurrency``, ``environment`` and ``timeout-minutes``. Up to 1.27.0 it makes no matrix of another
job's output (go-gitea/gitea #25179, #36564), so the cells stand in Gitea's file; its artifacts are those of version 3,
for the actions of version 4 and later refuse every server but GitHub's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from releasegate.core.ci.around import pull_request, scheduled
from releasegate.core.ci.by_name import OURS, installs_by_name
from releasegate.core.ci.companion_inputs import companion_inputs
from releasegate.core.ci.job_yaml import job_lines, reading
from releasegate.core.ci.jobs import Job, jobs
from releasegate.core.ci.others.nodes import MARK
from releasegate.core.ci.private import JOB as PRIVATE
from releasegate.core.ci.top import TOP, seen_from_top
from releasegate.core.ci.yaml_values import literal, quoted
from releasegate.core.config.ci import WORKFLOWS
from releasegate.core.config.keys import ForgeConfig, Package, Settings
from releasegate.core.errors import ConfigurationError

SETUP = """\
[tool.releasegate.ci]
setup = [
    ["python3", "-I", "-m", "venv", "/tmp/releasegate"],
    ["/tmp/releasegate/bin/pip", "install", "--require-hashes", "--requirement", "ci/releasegate/requirements.txt"],
    ["sh", "-c", "echo /tmp/releasegate/bin >> $GITHUB_PATH"],
]
"""
"""What to paste where nothing says how a runner gets releasegate."""

_TABLE = "# The table is in the folder "
"""What follows the first line, where the table is not at the top of the repository."""

_FOLDERS = {"github": ".github", "gitea": ".gitea"}


@dataclass(frozen=True)
class _Workflow:
    """A workflow: the name of its file, what stands before its jobs, and these."""

    name: str
    head: Sequence[str]
    jobs: Iterable[Job]


def workflows(settings: Settings, folder: PurePosixPath = TOP) -> dict[PurePosixPath, str]:
    """Return the workflows of every forge that a package of this repository is released on, by path from the top.

    *folder* is the one of the table there, in which the lines are run.

    Raises:
        ConfigurationError: no package of this repository names a forge, nothing says how a runner gets releasegate, or
            its name alone does, an index has neither an identity nor a token, a companion cannot be checked out beside
            the package, or a value would be an expression there.
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
    if named := next((each for each in settings.ci.setup if installs_by_name(each)), None):
        raise ConfigurationError(
            f"ci.setup installs {OURS} by its name ({' '.join(named)}), and that is on no index yet: whoever takes the "
            "name there would run beside your secrets.",
            hint=f"Take those lines out of [tool.releasegate.ci], then: {OURS} workflows --vendor",
        )
    return {
        workflow_path(kind, each.name): _text(each, settings, forge, folder)
        for kind, forge in sorted(kinds.items())
        for each in _of_forge(settings, forge, ours)
    }


def workflow_path(kind: str, name: str = "release") -> PurePosixPath:
    """Return where the workflow of that name for that kind of forge is, from the top of the repository."""
    return PurePosixPath(_FOLDERS[kind]) / "workflows" / f"{name}.yml"


def written_from(text: str) -> PurePosixPath:
    """Return the folder of the table that a workflow of ours was written from."""
    second = text.partition("\n")[2].partition("\n")[0]
    return PurePosixPath(second.removeprefix(_TABLE)) if second.startswith(_TABLE) else TOP


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
    found += [f"{path} is there, and the configuration wants it no more" for path in unwanted(settings, read, folder)]
    return tuple(found)


def unwanted(
    settings: Settings, read: Callable[[PurePosixPath], str | None], folder: PurePosixPath = TOP
) -> tuple[PurePosixPath, ...]:
    """Return the workflows that were written for an earlier configuration, and that this one does not want."""
    wanted = workflows(settings, folder)
    every = (workflow_path(kind, name) for kind in _FOLDERS for name in WORKFLOWS)
    texts = ((path, read(path) or "") for path in every if path not in wanted)
    return tuple(path for path, text in texts if text.startswith(MARK) and written_from(text) == folder)


def _differs(text: str, wanted: str) -> int:
    """Return the first line, counted from 1, in which two texts differ."""
    one, other = text.splitlines(), wanted.splitlines()
    pairs = enumerate(zip(one, other, strict=False), start=1)
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)) + 1)


def _of_forge(settings: Settings, forge: ForgeConfig, ours: Sequence[Package]) -> Iterator[_Workflow]:
    """Yield each workflow that is wanted; one of proposals has no secret, and so none where one is needed to read."""
    here = [p for p in ours if p.forge is not None and p.forge.kind == forge.kind]
    # Of several runs that wait in one group, GitHub keeps the newest and drops the others.
    alone = "# Each run is a group of its own, so that none is dropped; the evidence keeps two from doing the same."
    newest = "# Of one proposal only what is newest is judged: a label, too, begins anew with all of it."
    wanted = settings.ci.workflows
    if "release" in wanted:
        head = [*_triggers(settings, here), "", "permissions: {}", "", alone, *_group("release", "run_id", "false")]
        yield _Workflow("release", head, jobs(settings, forge))
    if "pull-request" in wanted and not list(reading(settings, forge)):
        head = [*pull_request.triggers(settings, forge, here), "", "permissions: {}", ""]
        head += [newest, *_group("pull-request", "ref", "true")]
        yield _Workflow("pull-request", head, pull_request.jobs(settings, forge, here))
    if "watch" in wanted:
        head = [*scheduled.daily(forge), "", "permissions: {}", "", *_group("watch", "ref", "false")]
        yield _Workflow("watch", head, _after_reading(settings, forge, scheduled.watch_jobs(settings)))
    if "cache" in wanted and settings.stack is not None:
        head = [*scheduled.weekly(forge), "", "permissions: {}", "", *_group("cache", "ref", "false")]
        yield _Workflow("cache", head, _after_reading(settings, forge, scheduled.cache_jobs(settings)))


def _after_reading(settings: Settings, forge: ForgeConfig, of: Iterable[Job]) -> Iterator[Job]:
    """Yield the jobs, each after the one that reads private repositories, if there is one."""
    needs = (f"needs: [{PRIVATE}]",) if list(reading(settings, forge)) else ()
    yield from (replace(job, lines=(*needs, *job.lines)) for job in of)


def _group(name: str, by: str, cancel: str) -> tuple[str, ...]:
    return "concurrency:", f"  group: {name}-${{{{ github.{by} }}}}", f"  cancel-in-progress: {cancel}"


def _text(workflow: _Workflow, settings: Settings, forge: ForgeConfig, folder: PurePosixPath) -> str:
    lines = [
        MARK,
        *([f"{_TABLE}{folder}"] if folder != TOP else []),
        f"name: {workflow.name.replace('-', ' ')}",
        "",
        *workflow.head,
        "",
        "jobs:",
    ]
    lines += reading(settings, forge)
    for number, job in enumerate(workflow.jobs):
        lines += [*([""] if number else []), *job_lines(settings, forge, job, folder)]
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
    texts |= companion_inputs(here)
    for name, words in texts.items():
        yield from (f"      {name}:", f"        description: {quoted(words)}", "        type: string")

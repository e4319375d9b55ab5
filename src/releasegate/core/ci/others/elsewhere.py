"""Files of other CI systems than the forges' own: what of them uploads, and whether a push starts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from releasegate.core.ci.others.commands import said
from releasegate.core.ci.others.nodes import Node, read_workflow
from releasegate.core.ci.others.scripts import Files, runs

SYSTEMS = {
    ".gitlab-ci.yml": "GitLab",
    ".travis.yml": "Travis CI",
    ".circleci/config.yml": "CircleCI",
    "azure-pipelines.yml": "Azure Pipelines",
    "bitbucket-pipelines.yml": "Bitbucket",
    "appveyor.yml": "AppVeyor",
    ".appveyor.yml": "AppVeyor",
    ".cirrus.yml": "Cirrus CI",
    ".drone.yml": "Drone",
    ".woodpecker.yml": "Woodpecker",
    ".woodpecker.yaml": "Woodpecker",
    "Jenkinsfile": "Jenkins",
}
"""The files at the top of a repository by which other systems are told what to run."""

_BY_HAND = frozenset({"manual", "never"})
_OTHER_PIPELINES = frozenset({"schedules", "web", "api", "triggers", "merge_requests", "external", "pipelines"})
_STEPS = ("script", "before_script", "after_script")


def uploads_elsewhere(files: Files) -> Iterator[tuple[PurePosixPath, int, str, str, str]]:
    """Yield each place that uploads in a file of another system: path, line, command, job, and the system's name."""
    for name, system in SYSTEMS.items():
        path = PurePosixPath(name)
        text = files.get(path)
        top = read_workflow(text) if text is not None and name == ".gitlab-ci.yml" else None
        if top is not None:
            yield from ((path, line, by, job, system) for line, by, job in _of_gitlab(top, files))
        elif text is not None:
            yield from ((path, line, by, "", system) for line, by in _of_text(text, files))


def _of_text(text: str, files: Files) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.strip().strip("-'\"")
        if "provider: pypi" in " ".join(words.split()).lower():
            yield number, "provider: pypi"
        elif by := said(words) or str(runs(words, files) or ""):
            yield number, by


def _of_gitlab(top: Node, files: Files) -> Iterator[tuple[int, str, str]]:
    for key, job in top.pairs:
        lines = [line for name in _STEPS for each in _flat(job.get(name)) for line in each.lines()]
        for number, line in lines if not _by_hand(job) else []:
            if by := said(line) or str(runs(line, files) or ""):
                yield number, by, key.text
                break


def _flat(place: Node) -> Iterator[Node]:
    for each in place.members:
        yield from _flat(each) if each.members and each.members[0].node is not each.node else (each,)


def _by_hand(job: Node) -> bool:
    """Whether no push of a branch or a tag starts a job."""
    rules = [rule.get("when").text in _BY_HAND for rule in job.get("rules").members]
    only = [each.text for each in (job.get("only").members or job.get("only").get("refs").members)]
    others = bool(only) and _OTHER_PIPELINES.issuperset(only)
    return job.get("when").text in _BY_HAND or others or (bool(rules) and all(rules))

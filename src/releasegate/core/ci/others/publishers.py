"""One publisher for one number: the other workflows of a repository that a release would start, and that upload too.

Whoever starts first takes the version, and the other one is refused or burns it: so none of these may be there when a
tag is pushed. What is judged is the text of workflows and of the repository's own actions, of the scripts and the task
runners' targets that they run, and of other systems' files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from releasegate.core.ci.others.conditions import may_hold, waiting
from releasegate.core.ci.others.elsewhere import uploads_elsewhere
from releasegate.core.ci.others.nodes import ACTIONS, FOLDERS, MARK, Node, read_workflow
from releasegate.core.ci.others.scripts import Files, runs
from releasegate.core.ci.others.triggers import Start, starts
from releasegate.core.ci.others.uploads import TAGGING, Uploading, calls, uploading_words, uploads
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import Package
from releasegate.core.frozen import dataclass
from releasegate.core.globs import matching

_Reached = frozenset[tuple[str, bool]]
_BY_HAND = ("workflow_dispatch", ())
"""The event of a workflow that another one sends for, of which the ref is not known."""


@dataclass(frozen=True)
class OtherPublisher:
    """A place that uploads, and what of a release starts it; ``start`` is ``None`` where the file is no YAML.

    ``waiting`` are the other jobs that need its own.
    """

    path: PurePosixPath
    line: int
    by: str
    job: str
    start: Start | None
    waiting: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say where it is and what to remove, in a sentence."""
        if self.start is not None and not self.start.event:
            job = f"the job {self.job}" if self.job else "it"
            return f"{self.path}:{self.line} {self._does}, and {self.start.words}: remove {job}"
        if self.start is None:
            return f"{self.path} names {self.by} and is no YAML that can be read: mend it, or remove it"
        where = f"line {self.start.line}" if self.start.path == self.path else f"{self.start.path}:{self.start.line}"
        waits = "waits" if len(self.waiting) == 1 else "wait"
        more = f" with {', '.join(self.waiting)}, which {waits} for it" if self.waiting else ""
        return (
            f"{self.path}:{self.line} {self._does}, and {where} starts it with {self.start.words}: "
            f"remove the job {self.job}{more}, or the event {self.start.event}"
        )

    @property
    def _does(self) -> str:
        return (
            f"makes the tags of versions ({TAGGING})"
            if self.by == TAGGING
            else f"uploads to a package index ({self.by})"
        )


@dataclass(frozen=True)
class UploadSecrets:
    """The secrets that a workflow uploads with; empty where it has none (trusted publishing).

    ``index`` is ``testpypi``, ``pypi`` or the address that the workflow names.
    """

    path: PurePosixPath
    line: int
    index: str
    token: str
    username: str


def other_publishers(
    files: Mapping[PurePosixPath, str], packages: Sequence[Package], *, exempt: Sequence[Exemption] = ()
) -> tuple[OtherPublisher, ...]:
    """Return every place of *files* that uploads and is started by a release of *packages*, by path and line.

    *files* are those by which a forge or another system may be told what to run, and what these may run, by their
    paths from the top of the repository. Our own workflow, known by its first line, is left out, and so are the
    *exempt* files.
    """
    meant = {path for each in exempt for path in matching(each.pattern, map(str, files))}
    read = {path: read_workflow(text) for path, text in sorted(files.items()) if _is_read(path)}
    tops = {path: top for path, top in read.items() if top is not None}
    begun = starts({path: top for path, top in tops.items() if _is_workflow(path)}, packages)
    found = [
        OtherPublisher(path, 0, by, "", None)
        for path, top in read.items()
        if top is None and (by := uploading_words(files[path]))
    ]
    for path, by_what in begun.items():
        if not files[path].startswith(MARK):
            found += (
                OtherPublisher(place, each.line, each.by, each.job, start, waiting(tops[place], {each.job}))
                for start in by_what
                for place, each, conditions in _reached(path, tops, files)
                if all(may_hold(text, *(_BY_HAND if sent else (start.event, start.refs))) for text, sent in conditions)
            )
    found += (
        OtherPublisher(path, line, by, job, Start(path, line, "", f"{system} starts it where a push reaches it"))
        for path, line, by, job, system in uploads_elsewhere(files)
    )
    told = {(each.path, each.line): each for each in reversed(found) if str(each.path) not in meant}
    return tuple(told.values())[::-1]


def upload_secrets(files: Mapping[PurePosixPath, str]) -> tuple[UploadSecrets, ...]:
    """Return the names of the secrets of every place of *files* that uploads, our own workflow left out."""
    mine = [(path, text) for path, text in sorted(files.items()) if _is_read(path) and not text.startswith(MARK)]
    read = ((path, read_workflow(text)) for path, text in mine)
    return tuple(
        UploadSecrets(path, each.line, each.index, each.token, each.username)
        for path, top in read
        if top is not None
        for each in uploads(top, files)
    )


def workflow_files(files: Iterable[PurePosixPath]) -> tuple[PurePosixPath, ...]:
    """Return those of *files* that are workflows of a forge, or actions."""
    return tuple(path for path in files if _is_read(path))


def _is_read(path: PurePosixPath) -> bool:
    return path.suffix in {".yml", ".yaml"} and (path.parts[0] in FOLDERS or path.name in ACTIONS)


def _is_workflow(path: PurePosixPath) -> bool:
    return path.parts[0] in FOLDERS and path.parent.name == "workflows"


def _reached(
    path: PurePosixPath, tops: Mapping[PurePosixPath, Node], files: Files
) -> Iterator[tuple[PurePosixPath, Uploading, _Reached]]:
    """Yield what uploads in a workflow and in the files that it runs, each with what must hold where it is reached.

    With each condition goes whether it is one of a workflow that is sent for: another event starts that.
    """
    waiting: list[tuple[PurePosixPath, _Reached, bool]] = [(path, frozenset(), False)]
    seen = set(waiting)
    while waiting:
        here, reached_by, sent = waiting.pop()
        for each in uploads(tops[here], files):
            yield here, each, reached_by | {(text, sent) for text in each.conditions}
        yield from ((here, each, reached_by) for each in _own_program(here, tops[here], files))
        for call in calls(tops[here]):
            named = PurePosixPath(call.uses)
            conditions = reached_by | {(text, sent) for text in call.conditions}
            for called in (named, *(named / name for name in ACTIONS)):
                step = (called, conditions, sent or call.sent)
                if called in tops and step not in seen:
                    seen.add(step)
                    waiting.append(step)


def _own_program(path: PurePosixPath, top: Node, files: Files) -> Iterator[Uploading]:
    """Yield what uploads of the program of an action that is no list of steps: a script, or an image's files."""
    how = top.get("runs")
    if path.name in ACTIONS and how.node is not None and how.get("using").text != "composite":
        for beside in sorted(each for each in files if path.parent in each.parents and each != path):
            if (ran := runs(f"./{beside}", {beside: files[beside]})) is not None:
                yield Uploading(how.line, str(ran), "of this action", frozenset(), "pypi", "", "")

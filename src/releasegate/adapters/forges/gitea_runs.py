"""The CI runs of a Gitea or a Forgejo, which name a run's tag in three ways.

Sources: ``/repos/{owner}/{repo}/actions/runs`` and ``/actions/tasks`` of the API v1. In a run Forgejo has the tag as
``prettyref``; Gitea leaves ``head_branch`` empty for a tag and ends ``path`` with ``@refs/tags/…``. Older ones have
only the tasks, a task a job, whose ``head_branch`` is the tag.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from releasegate.adapters.forges.gitea_records import each, optional
from releasegate.adapters.forges.outcomes import STARTED_BY, CiState, NotShown, in_utc, state, text, verdict
from releasegate.core.evidence.belief import CiOutcome
from releasegate.core.frozen import dataclass
from releasegate.ports import CiRun

if TYPE_CHECKING:
    from releasegate.adapters.forges.gitea_client import GiteaClient

_PAGE = 50
_PAGES = 4
"""How far back it is looked for: a run that counts is new."""
_WORST_FIRST: tuple[CiState, ...] = ("failed", "running", "waiting", "passed")


@dataclass(frozen=True)
class GiteaRun:
    """A CI run, or the task that a job of it is; ``refs`` are what it may call its tag, ``path`` may end with it.

    ``held`` is one that a person must let go on: Forgejo calls it blocked; Gitea calls it waiting, as GitHub does, and
    what waits for a runner queued.
    """

    number: int
    refs: frozenset[str]
    path: str
    event: str
    state: CiState
    url: str
    held: bool = False

    @classmethod
    def of(cls, answer: Any) -> Self:
        """Return the run or the task that *answer* describes; raises ``TypeError`` where it describes none."""
        return cls(
            number=optional(answer, "run_number", int) or 0,
            refs=frozenset({optional(answer, "prettyref", str) or "", text(answer.get("head_branch"))}),
            path=text(answer.get("path")),
            event=optional(answer, "event", str) or "",
            state=state(optional(answer, "status", str), text(answer.get("conclusion"))),
            url=optional(answer, "html_url", str) or optional(answer, "url", str) or "",
            held=optional(answer, "status", str) == ("blocked" if "prettyref" in answer else "waiting"),
        )

    def is_of(self, tag: str) -> bool:
        """Whether *tag*, or the release of it, started this."""
        ref = f"refs/tags/{tag}"
        return self.event in STARTED_BY and (not self.refs.isdisjoint({tag, ref}) or self.path.endswith(f"@{ref}"))


def outcome_of(answer: Any) -> CiOutcome:
    """Return how the run that *answer* describes ended; raises ``TypeError`` where it describes none.

    Gitea writes ``head_sha``, ``path`` and ``started_at``, Forgejo ``commit_sha``, ``workflow_id`` and ``started``.
    """
    name, _, ref = text(answer.get("path")).partition("@")
    ref = ref or optional(answer, "prettyref", str) or text(answer.get("head_branch"))
    return CiOutcome(
        verdict(optional(answer, "status", str), text(answer.get("conclusion"))),
        commit=text(answer.get("head_sha")) or text(answer.get("commit_sha")),
        workflow=name or text(answer.get("workflow_id")),
        event=optional(answer, "event", str) or "",
        tag=ref.removeprefix("refs/tags/"),
        began=in_utc(text(answer.get("started_at")) or text(answer.get("started"))),
        ended=in_utc(text(answer.get("completed_at")) or text(answer.get("stopped"))),
    )


def newest_run(client: GiteaClient, tag: str) -> CiRun | None:
    """Return the newest run that *tag* or its release started; ``None`` where there is none, or no CI at all.

    Raises:
        Unavailable: the Gitea does not answer, or not as it should.
    """
    for look in (_among_runs, _among_tasks):
        try:
            return look(client, tag)
        except NotShown:
            continue
    return None


def held_runs(client: GiteaClient) -> tuple[CiRun, ...]:
    """Return the newest runs that a person must let go on.

    Raises:
        Unavailable: the Gitea does not answer, or not as it should.
    """
    try:
        return tuple(CiRun("waiting", run.url) for run in _page(client, "actions/runs", 1) if run.held)
    except NotShown:
        return ()


def _among_runs(client: GiteaClient, tag: str) -> CiRun | None:
    for number in range(1, _PAGES + 1):
        page = _page(client, "actions/runs", number)
        for run in page:
            if run.is_of(tag):
                return CiRun(run.state, run.url)
        if not page:
            break
    return None


def _among_tasks(client: GiteaClient, tag: str) -> CiRun | None:
    tasks: list[GiteaRun] = []
    for number in range(1, _PAGES + 1):
        page = _page(client, "actions/tasks", number)
        tasks += [task for task in page if task.is_of(tag)]
        if not page:
            break
    newest = max((task.number for task in tasks), default=0)
    return _together([task for task in tasks if task.number == newest])


def _page(client: GiteaClient, path: str, number: int) -> tuple[GiteaRun, ...]:
    return client.ask("GET", path, _runs, query={"page": number, "limit": _PAGE})


def _runs(answer: Any) -> tuple[GiteaRun, ...]:
    return each(GiteaRun.of)(optional(answer, "workflow_runs", list) or [])


def _together(tasks: Sequence[GiteaRun]) -> CiRun | None:
    """Return the run whose jobs *tasks* are: as bad as the worst of them."""
    states = {task.state for task in tasks}
    worst = next((bad for bad in _WORST_FIRST if bad in states), None)
    return None if worst is None else CiRun(worst, tasks[0].url)

"""The CI runs of a Gitea or a Forgejo, which name a run's tag in three ways.

Sources: ``/repos/{owner}/{repo}/actions/runs`` and ``/actions/tasks`` of the API v1. In a run Forgejo has the tag as
``prettyref``; Gitea leaves ``head_branch`` empty for a tag and ends ``path`` with ``@refs/tags/…``. Older ones have
only the tasks, a task a job, whose ``head_branch`` is the tag.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from releasegate.adapters.forges.outcomes import STARTED_BY, State, state, text
from releasegate.ports import CiRun

if TYPE_CHECKING:
    from pyforgejo.core.request_options import RequestOptions
    from pyforgejo.repository.client import RepositoryClient

_ONCE: RequestOptions = {"max_retries": 0}
_PAGE = 50
_PAGES = 4
"""How far back it is looked for: a run that counts is new."""
_NOT_FOUND = 404
_WORST_FIRST: tuple[State, ...] = ("failed", "running", "waiting", "passed")


def newest_run(client: RepositoryClient, names: tuple[str, str], tag: str) -> CiRun | None:
    """Return the newest run that *tag* or its release started; ``None`` where there is none, or no CI at all."""
    from pyforgejo.core.api_error import ApiError  # noqa: PLC0415 - the library comes when it is needed

    for look in (_among_runs, _among_tasks):
        try:
            return look(client, names, tag)
        except ApiError as error:
            if error.status_code != _NOT_FOUND:
                raise
    return None


def _among_runs(client: RepositoryClient, names: tuple[str, str], tag: str) -> CiRun | None:
    for number in range(1, _PAGES + 1):
        page = client.list_action_runs(*names, page=number, limit=_PAGE, request_options=_ONCE).workflow_runs
        for run in page or ():
            more: dict[str, Any] = run.model_extra or {}
            if _is_of(tag, run.prettyref, more) and run.event in STARTED_BY:
                return CiRun(state(run.status, text(more.get("conclusion"))), text(run.html_url))
        if not page:
            break
    return None


def _is_of(tag: str, prettyref: str | None, more: dict[str, Any]) -> bool:
    named = {prettyref, more.get("head_branch")} & {tag, f"refs/tags/{tag}"}
    return bool(named) or text(more.get("path")).endswith(f"@refs/tags/{tag}")


def _among_tasks(client: RepositoryClient, names: tuple[str, str], tag: str) -> CiRun | None:
    tasks: list[Any] = []
    for number in range(1, _PAGES + 1):
        page = client.list_action_tasks(*names, page=number, limit=_PAGE, request_options=_ONCE).workflow_runs
        tasks += [task for task in page or () if task.head_branch == tag and task.event in STARTED_BY]
        if not page:
            break
    newest = max((task.run_number or 0 for task in tasks), default=0)
    return _together([task for task in tasks if (task.run_number or 0) == newest])


def _together(tasks: Sequence[Any]) -> CiRun | None:
    """Return the run whose jobs *tasks* are: as bad as the worst of them."""
    states = {state(task.status, None) for task in tasks}
    worst = next((each for each in _WORST_FIRST if each in states), None)
    return None if worst is None else CiRun(worst, text(tasks[0].url))

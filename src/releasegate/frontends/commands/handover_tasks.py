"""The tasks that write into a repository: ``invoke adopt`` and ``invoke workflows``."""

from __future__ import annotations

from invoke.context import Context
from invoke.tasks import task

from releasegate.frontends.shown import shown


@task(
    help={
        "path": "the folder of the repository",
        "table": "the folder of another repository, beside it, whose table holds both: for a pair, the companion first",
        "yes": "write it without being asked",
        "vendor": "put this releasegate and its pins into ci/releasegate, and write the workflow, too",
        "trial": "with --no-trial, versions and build are not tried with the proposal",
    }
)
def adopt(  # noqa: PLR0913 - each is a flag of the command line
    context: Context, path: str, *, table: str = "", yes: bool = False, vendor: bool = False, trial: bool = True
) -> None:
    """Show what hands releasegate over to another repository, then write it.

    Example: invoke adopt ../my-plugin
    """
    with shown(context) as screen:
        from releasegate.frontends.commands.handover import adopt as run

        run(screen, path=path, table=table, yes=yes, vendored=vendor, trial=trial)


@task(
    help={
        "check": "write nothing; fail where one differs",
        "force": "replace files that were written by hand",
        "vendor": "first put this releasegate and its pins, by their hashes, into ci/releasegate",
    }
)
def workflows(context: Context, *, check: bool = False, force: bool = False, vendor: bool = False) -> None:
    """Write the workflows of GitHub and Gitea Actions that run these same commands.

    Example: invoke workflows --check
    """
    with shown(context) as screen:
        from releasegate.frontends.commands.handover import workflows as run

        run(screen, check=check, force=force, vendored=vendor)

"""invoke tasks: ``from releasegate.frontends.invoke import ns`` is a user's whole ``tasks.py``.

A list of tasks costs what invoke costs: what a task does is imported by the task.
"""

from __future__ import annotations

from invoke.collection import Collection
from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from releasegate.frontends.commands.handover_tasks import adopt, workflows
from releasegate.frontends.commands.upkeep import cache, rehearse, watch
from releasegate.frontends.shown import SpokenTask, shown

_JSON = "print it as JSON; all other words go to standard error"
_PACKAGE = "one package instead of all"


@task(
    iterable=["companion"],
    help={
        "rc": "the next candidate, proven on the staging index",
        "post": "the next post of the newest final",
        "package": "one package instead of all, in release order",
        "to": "the final to aim at, X.Y.Z",
        "companion": "the companion's version, by hand; of several NAME=VERSION, once for each",
        "plan": "print the steps that would run, and run none",
        "proposed": "with --plan: ask of the commit alone, not of branch, tokens and machine (CI of a pull request)",
        "json": "print the plan, or what ran, as JSON; all other words go to standard error",
        "yes": "do not ask before what cannot be taken back (CI)",
        "event": "do what the forge's event asks for that started this run (CI)",
        "until": "stop before the gate whose name begins so (e2e)",
        "job": "with --event: do one job's part, build, publish, judge or seal (CI)",
        "index": "with --job: the index that the part is about",
        "taken": "with --job: the folder with what other jobs handed over",
        "given": "with --job: the folder for what is handed over to other jobs",
    },
)
def release(  # noqa: PLR0913 - each is a flag of the command line
    context: Context,
    *,
    rc: bool = False,
    post: bool = False,
    package: str = "",
    to: str = "",
    companion: list[str] | None = None,
    plan: bool = False,
    proposed: bool = False,
    json: bool = False,
    yes: bool = False,
    event: bool = False,
    until: str = "",
    job: str = "",
    index: str = "",
    taken: str = "",
    given: str = "",
) -> None:
    """Release the final, or with --rc a candidate, or with --post a fix-forward.

    Example: invoke release --rc --package my-plugin --to 1.1.0 --plan
    """
    with shown(context, "plan" if plan else "run", as_json=json, again="anew" if plan else "on") as screen:
        from releasegate.frontends.commands.releases import JobWish, Wish
        from releasegate.frontends.commands.releases import release as run

        code = run(
            screen,
            Wish(rc, post, event, package, to, until, JobWish(job, index, taken, given), proposed),
            companions=companion or (),
            plan_only=plan,
            yes=yes,
        )
    if code:
        raise Exit(code=code)


@task(help={"package": _PACKAGE, "json": _JSON})
def status(context: Context, *, package: str = "", json: bool = False) -> None:
    """Show where every package stands, what is missing, and the one next command.

    Example: invoke status --package my-plugin
    """
    with shown(context, "status", as_json=json) as screen:
        from releasegate.frontends.commands.status import status as run

        code = run(screen, package=package)
    if code:
        raise Exit(code=code)


@task(
    positional=(),
    help={
        "package": _PACKAGE,
        "version": "the version, if it is not the one that the version files state",
        "json": _JSON,
        "markdown": "print it as Markdown",
    },
)
def show(context: Context, *, package: str = "", version: str = "", json: bool = False, markdown: bool = False) -> None:
    """Show a version's record: its path, what ran together, its files, its waivers.

    Example: invoke show --package my-plugin --version 1.1.0rc2
    """
    with shown(context, "record", as_json=json) as screen:
        from releasegate.frontends.commands.status import show as run

        run(screen, package=package, version=version, as_markdown=markdown)


@task(help={"package": _PACKAGE, "json": _JSON})
def doctor(context: Context, *, package: str = "", json: bool = False) -> None:
    """Ask all that the next release will need, a line each with what to do.

    Nothing is changed.

    Example: invoke doctor --package my-plugin
    """
    with shown(context, "doctor", as_json=json) as screen:
        from releasegate.frontends.commands.doctor import doctor as run

        code = run(screen, package=package)
    if code:
        raise Exit(code=code)


@task(
    positional=("name", "version"),
    help={
        "name": "a package of the table",
        "version": "a version of it that is published",
        "index": "the index that serves it: `testpypi`, `pypi` or a configured one; the one for finals, if left out",
        "statement": "write the seal, if there is one that fits, into this file as an in-toto statement",
    },
)
def verify(context: Context, name: str, version: str, *, index: str = "", statement: str = "") -> None:
    """Rebuild a published version from its tag; say what is proven of it, by whom.

    What is not proven is said, too. Nothing is changed, and no token is needed.
    It ends with 4 where anything contradicts what the index serves.

    Example: invoke verify my-plugin 1.1.0
    """
    with shown(context) as screen:
        from releasegate.frontends.commands.verification import verification as run

        code = run(screen, name=name, version=version, index=index, statement=statement)
    if code:
        raise Exit(code=code)


@task(
    positional=(),
    help={
        "for": "ask whether this version may go out, NAME==VERSION, and say what to run for an answer",
        "last": "how many released versions of each package are shown; with --for all are asked about if left out",
        "write": "put the table into this file, between its markers",
        "check": "fail where the table in this file is another",
        "markdown": "print the table as Markdown",
        "json": _JSON,
    },
)
def pairs(  # noqa: PLR0913 - each is a flag of the command line
    context: Context,
    *,
    for_: str = "",
    last: str = "",
    write: str = "",
    check: str = "",
    markdown: bool = False,
    json: bool = False,
) -> None:
    """Show what was proven with what: companions, host and Python, by which run.

    Example: invoke pairs --for my-backend==1.2.0
    """
    with shown(context, "pairs", as_json=json) as screen:
        from releasegate.frontends.commands.pairs import PairsWish
        from releasegate.frontends.commands.pairs import pairs as run

        code = run(screen, PairsWish(for_, last, write, check, markdown))
    if code:
        raise Exit(code=code)


@task(
    positional=(),
    help={
        "package": "the package",
        "version": "the one version that the waiver is for",
        "gate": "the gate, as the table of a run names it (e2e:staging)",
        "reason": "why it is taken on",
        "by": "who takes it on; if left out you, as Git knows you (user.name)",
    },
)
def waive(  # noqa: PLR0913 - each is a flag of the command line
    context: Context, *, package: str = "", version: str = "", gate: str = "", reason: str = "", by: str = ""
) -> None:
    r"""Record that a person takes it on that a gate does not pass, for one version.

    Example: invoke waive --package my-plugin --version 1.1.0rc2 \
        --gate e2e:staging --reason "the mock lacks Ceph"
    """
    with shown(context) as screen:
        from releasegate.frontends.commands.releases import waive as run

        run(screen, package=package, version=version, gate=gate, reason=reason, by=by)


@task(
    positional=(),
    help={
        "package": "the package",
        "version": "the one version whose proof is taken back",
        "reason": "why it is not to be relied on",
        "by": "who says so; if left out you, as Git knows you (user.name)",
    },
)
def revoke(context: Context, *, package: str = "", version: str = "", reason: str = "", by: str = "") -> None:
    r"""Take a version's proof back, until it is run green again, or waived.

    Example: invoke revoke --package my-plugin --version 1.1.0rc2 \
        --reason "the migration loses rows"
    """
    with shown(context) as screen:
        from releasegate.frontends.commands.releases import revoke as run

        run(screen, package=package, version=version, reason=reason, by=by)


ns = Collection()
for _task in (
    *(release, status, show, pairs, doctor, verify, watch),
    *(waive, revoke, adopt, workflows, rehearse, cache),
):
    ns.add_task(SpokenTask(_task))

"""invoke tasks around releases: the rehearsal, what is kept, and what became of what is published."""

from __future__ import annotations

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from releasegate.frontends.shown import shown


@task(
    iterable=["on"],
    help={
        "pair": "sample (depends on nothing); own: what is configured here; or the stack of a real pair, from PyPI",
        "keep": "leave the sandbox in place afterwards, to look at",
        "fresh": "begin anew, even where a rehearsal was interrupted",
        "on": "not for the sample: one value of a dimension, NAME=VALUE; may be given twice",
        "path": "not for the sample: fresh or upgrade instead of both",
        "without_containers": "not for the sample: waive the end-to-end gates, where there is no Docker",
    },
)
def rehearse(  # noqa: PLR0913 - each is a flag of the command line
    context: Context,
    *,
    pair: str = "sample",
    keep: bool = False,
    fresh: bool = False,
    on: list[str] | None = None,
    path: str = "",
    without_containers: bool = False,
) -> None:
    """Play whole releases on an embedded TestPyPI and PyPI.

    No account and no token are needed, and nothing leaves the machine.

    Example: invoke rehearse --keep
    """
    # What lies here may change meanwhile: one's own packages are rehearsed as they are then.
    with shown(context, again="anew" if pair == "own" else "on, not fresh" if fresh else "on") as screen:
        from releasegate.frontends.commands.rehearsals import rehearse as run

        run(screen, pair, on or (), path, contained=not without_containers, keep=keep, fresh=fresh)


@task(
    help={
        "clear": "remove all of it",
        "give": "copy it into this folder, which a forge's cache saves (CI)",
        "take": "take over what such a folder holds; what does not fit is made anew (CI)",
    }
)
def cache(context: Context, *, clear: bool = False, give: str = "", take: str = "") -> None:
    """Show what is kept between runs.

    Kept are build environments, and of the end-to-end gate databases and images.

    Example: invoke cache --clear
    """
    with shown(context) as screen:
        from releasegate.frontends.commands.rehearsals import cache as run

        run(screen, clear=clear, give=give, take=take)


@task(
    help={
        "package": "one package instead of all",
        "last": "how many released versions are fetched and hashed; 3 if left out, all are compared as they are listed",
        "without_e2e": "do not run the newest pair",
        "json": "print it as JSON; all other words go to standard error",
    }
)
def watch(
    context: Context, *, package: str = "", last: str = "", without_e2e: bool = False, json: bool = False
) -> None:
    """Look after what is published: its files, its install, the newest pair.

    The served files are held against the record, the newest final is installed
    anew, and the pair is run. It changes nothing and takes no proof back. It ends
    with 4 where something is not as it was proven.

    Example: invoke watch --package my-plugin
    """
    with shown(context, "watch", as_json=json) as screen:
        from releasegate.frontends.commands.aftercare import watch as run

        code = run(screen, package=package, last=last, end_to_end=not without_e2e)
    if code:
        raise Exit(code=code)

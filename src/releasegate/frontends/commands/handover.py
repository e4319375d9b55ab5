"""What ``invoke adopt`` and ``invoke workflows`` show and write: both write into a repository."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from releasegate.app.adopt.pair import propose_beside
from releasegate.app.adopt.propose import Proposal, propose
from releasegate.app.adopt.publishers import VENDOR
from releasegate.app.ci import workflows as generated
from releasegate.app.ci.vendor import FOLDER, vendor
from releasegate.app.project import load
from releasegate.core.adopt.asked.questions import Question
from releasegate.core.errors import ConfigurationError, Interrupted
from releasegate.frontends.screen.console import Screen


def adopt(  # noqa: PLR0913 - each is an option
    screen: Screen, *, path: str, table: str, yes: bool, vendored: bool, trial: bool
) -> None:
    """Show what hands releasegate over to the repository in *path*, try it, and write it where that is said.

    With *vendored*, or where a person says so, releasegate itself and the workflow are written, too.

    Raises:
        Interrupted: a person ended it before anything was written.
    """
    environ = dict(os.environ)
    folder, beside = (Path(each).expanduser().resolve() for each in (path, table))
    proposal = propose_beside(folder, beside, environ=environ) if table else propose(folder, environ=environ)
    try:
        _show(screen, proposal, environ, trial=trial, vendored=vendored)
        wanted = bool(proposal.files) and (yes or screen.asks(f"Write {_these(len(proposal.files))}?"))
    except KeyboardInterrupt:
        raise Interrupted("nothing was written, and the repository is as it was") from None
    if not proposal.files:
        screen.tell("There is nothing to write: the repository has it all.")
    elif wanted:
        proposal.write()
        screen.tell(f"Wrote {', '.join(map(str, proposal.files))}.")
    else:
        screen.tell("Nothing was written. Say --yes where it is meant.")
        return
    if VENDOR in proposal.questions and (vendored or (not yes and screen.asks(_PUT))):
        _with_itself(screen, proposal.folder, environ)
    screen.tell(
        "To see a candidate and its final without an account, committed or not: releasegate rehearse --pair own"
    )
    screen.tell(f"Next: {'answer the questions above, ' if proposal.questions else ''}{_NEXT}")


def _show(screen: Screen, proposal: Proposal, environ: Mapping[str, str], *, trial: bool, vendored: bool) -> None:
    """Show what would be written, what came of the trial of it, and what only a person knows; nothing is written."""
    for line in proposal.diff():
        screen.say(line)
    if trial:
        _try(screen, proposal, environ)
    for note in proposal.notes:
        screen.tell(f"note: {note}")
    _ask(screen, [each for each in proposal.questions if not (vendored and each is VENDOR)])


def _these(files: int) -> str:
    return "this file" if files == 1 else f"these {files} files"


_PUT = f"Put this releasegate and its pins into {FOLDER}, and write the workflow?"
_NEXT = "commit, then: releasegate doctor && releasegate release --rc --plan"
_BELOW = {
    "package": "below [[tool.releasegate.packages]]",
    "stack": "below [tool.releasegate.stack]",
    "table": "in pyproject.toml",
    "shell": "in a shell",
    "file": "",
}


def _try(screen: Screen, proposal: Proposal, environ: Mapping[str, str]) -> None:
    from releasegate.app.adopt.trial import Trial

    screen.tell("Tried in a clean checkout with this on top:")
    for each in Trial(proposal, environ, screen, screen).run():
        if each.error is not None:
            screen.tell(f"  {each.gate}: {each.error.verdict}")
            screen.error(each.error, expected=True)
        else:
            screen.tell(f"  {each.gate}: pass, {each.found}")


def _ask(screen: Screen, asked: Sequence[Question]) -> None:
    if asked:
        screen.tell("What the repository does not tell, each with an answer to paste:")
    for number, each in enumerate(asked, start=1):
        where = f" ({_BELOW[each.place]})" if _BELOW[each.place] else ""
        screen.tell(f"{number}. {each.asks}{where}")
        for line in each.answers:
            (screen.tell if line.startswith("# ") else screen.say)(f"     {line}")


def _with_itself(screen: Screen, folder: Path, environ: Mapping[str, str]) -> None:
    """Put releasegate and its pins into the repository, and write the workflow that installs them."""
    project = vendor(load(folder, environ=environ))
    screen.tell(f"{FOLDER} holds releasegate and its pins, which ci.setup installs: commit both too")
    for path in generated.write(project):
        screen.tell(f"wrote {path}")


def workflows(screen: Screen, *, check: bool, force: bool, vendored: bool) -> None:
    """Write the workflows, or with *check* tell where one differs; *vendored*: and releasegate itself before."""
    project = load(Path.cwd(), environ=dict(os.environ))
    if check and vendored:
        raise ConfigurationError("--check writes nothing, and --vendor does.", hint="Say one of them")
    if vendored:
        project = vendor(project, force=force)
        screen.tell(f"{FOLDER} holds releasegate and its pins, which ci.setup installs: commit both too")
    if check:
        for path in generated.check(project):
            screen.tell(f"{path} is what the configuration says")
        return
    changed = generated.write(project, force=force)
    for path in changed:
        screen.tell(f"wrote {path}" if (project.root / path).exists() else f"removed {path}, which is wanted no more")
    if not changed:
        screen.tell("The workflows are what the configuration says.")

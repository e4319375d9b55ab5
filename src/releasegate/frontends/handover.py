"""invoke tasks that write into a repository: the hand-over, and the workflows."""

from __future__ import annotations

import os
from pathlib import Path

from invoke.context import Context
from invoke.tasks import task

from releasegate.app import workflows as generated
from releasegate.app.adopt import propose
from releasegate.app.project import load
from releasegate.frontends.asking import asked, shown


@task(help={"path": "the folder of the repository", "yes": "write it without being asked"})
def adopt(_: Context, path: str, *, yes: bool = False) -> None:
    """Show what hands releasegate over to another repository, then write it."""
    with shown() as screen:
        proposal = propose(Path(path).expanduser().resolve(), environ=dict(os.environ))
        for line in proposal.diff():
            screen.say(line)
        for note in proposal.notes:
            screen.say(f"note: {note}")
        if not proposal.files:
            screen.say("There is nothing to write: the repository has it all.")
        elif yes or asked(screen, f"Write these {len(proposal.files)} files?"):
            proposal.write()
            first = "see to the notes above; then " if proposal.notes else ""
            screen.say(f"Wrote {', '.join(map(str, proposal.files))}. Next: {first}nox -s versions, nox -s build")
        else:
            screen.say("Nothing was written. Say --yes where it is meant.")


@task(help={"check": "write nothing; fail where one differs", "force": "replace files that were written by hand"})
def workflows(_: Context, *, check: bool = False, force: bool = False) -> None:
    """Write the workflows of GitHub and Gitea Actions that run these same commands."""
    with shown() as screen:
        project = load(Path.cwd(), environ=dict(os.environ))
        if check:
            for path in generated.check(project):
                screen.say(f"{path} is what the configuration says")
            return
        changed = generated.write(project, force=force)
        for path in changed:
            screen.say(f"wrote {path}")
        if not changed:
            screen.say("The workflows are what the configuration says.")

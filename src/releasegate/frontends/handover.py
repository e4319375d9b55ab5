"""What ``invoke adopt`` and ``invoke workflows`` show and write: both write into a repository."""

from __future__ import annotations

import os
from pathlib import Path

from releasegate.app import workflows as generated
from releasegate.app.adopt import propose
from releasegate.app.project import load
from releasegate.app.vendor import FOLDER, vendor
from releasegate.core.errors import ConfigurationError
from releasegate.frontends.console import Screen


def adopt(screen: Screen, *, path: str, yes: bool) -> None:
    """Show what hands releasegate over to the repository in *path*, and write it where that is said."""
    proposal = propose(Path(path).expanduser().resolve(), environ=dict(os.environ))
    for line in proposal.diff():
        screen.say(line)
    for note in proposal.notes:
        screen.say(f"note: {note}")
    if not proposal.files:
        screen.say("There is nothing to write: the repository has it all.")
    elif yes or screen.asks(f"Write these {len(proposal.files)} files?"):
        proposal.write()
        first = "see to the notes above; then " if proposal.notes else ""
        screen.say(f"Wrote {', '.join(map(str, proposal.files))}. Next: {first}nox -s versions, nox -s build")
    else:
        screen.say("Nothing was written. Say --yes where it is meant.")


def workflows(screen: Screen, *, check: bool, force: bool, vendored: bool) -> None:
    """Write the workflows, or with *check* tell where one differs; *vendored*: and releasegate itself before."""
    project = load(Path.cwd(), environ=dict(os.environ))
    if check and vendored:
        raise ConfigurationError("--check writes nothing, and --vendor does.", hint="Say one of them")
    if vendored:
        project = vendor(project)
        screen.say(f"{FOLDER} holds releasegate and its pins, which ci.setup installs: commit both too")
    if check:
        for path in generated.check(project):
            screen.say(f"{path} is what the configuration says")
        return
    changed = generated.write(project, force=force)
    for path in changed:
        screen.say(f"wrote {path}" if (project.root / path).exists() else f"removed {path}, which is wanted no more")
    if not changed:
        screen.say("The workflows are what the configuration says.")

"""The keys of the configuration that are about continuous integration."""

# The annotations are data (see reader.table): their evaluation must not be postponed.

from typing import Annotated

from releasegate.core.config import strings as checks
from releasegate.core.config.reader import Key, table
from releasegate.core.config.values import Commands, Flag, RepositoryFile, Runner, Seconds, Texts, list_of, text
from releasegate.core.frozen import dataclass

WORKFLOWS = ("release", "pull-request", "watch", "cache")

Workflows = Annotated[
    Texts,
    list_of(text("a workflow", checks.one_of(WORKFLOWS)), f"a list of workflows: {', '.join(WORKFLOWS)}", least=1),
]


@table("[tool.releasegate.ci]")
@dataclass(frozen=True)
class Ci:
    """What the workflows say that ``invoke workflows`` writes, and how a laptop and CI share the work."""

    runner: Annotated[Runner, Key("the runner's label")] = "ubuntu-latest"
    setup: Annotated[
        Commands,
        Key("the commands that install releasegate on a runner; no workflow is written without", absent=()),
    ] = ()
    workflows: Annotated[
        Workflows,
        Key("which workflows are written; `cache` only with a stack, as it keeps what cells are made of"),
    ] = WORKFLOWS
    deadline: Annotated[Seconds, Key("how long a laptop waits for CI to publish")] = 3600.0
    signed: Annotated[
        Flag, Key("whether evidence of another machine counts only with a signature that Git verifies")
    ] = False
    allowed_signers: Annotated[
        RepositoryFile | None,
        Key(
            "the tracked file of the keys whose evidence counts for production, as Git's `gpg.ssh.allowedSignersFile`; "
            "from the top of each package's repository, as the release branch has it"
        ),
    ] = None

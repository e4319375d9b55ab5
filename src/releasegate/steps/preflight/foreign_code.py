"""The question of the preflight whether code of others can read a token that is exported here."""

from __future__ import annotations

from releasegate.steps.preflight.question import Caution, Inquiry


def foreign_code(inquiry: Inquiry) -> str | Caution:
    """Builds, installs, imports and commands of packages run where no token of ours can be read."""
    machine = inquiry.release.run.machine
    exported = machine.exported()
    if not exported:
        return "no token is exported in this environment"
    # Tried only where there is something to keep: it costs more than all other questions together.
    obstacle = machine.obstacle()
    if obstacle is None:
        return "runs apart from our processes, and with an empty home folder"
    return Caution(
        f"tokens are exported in this environment and foreign code cannot be kept from reading them ({obstacle}): "
        f"{', '.join(exported)}. Take them out of the shell (unset {' '.join(exported)}): a release at a "
        "terminal asks for what it lacks, an index's may be in the keyring (keyring = true), and in CI the jobs are "
        "separate"
    )


def runs_foreign_code(inquiry: Inquiry) -> bool:
    """Whether what is asked about builds, installs or runs packages: the job that publishes does not."""
    part = inquiry.release.run.part
    return part is None or part.judges or part.job == "build"

"""Private repositories beside this one: who reads them with a token, and how the others get what was read.

The token is a secret of a name that the configuration gives. A job that runs foreign code has no secret: one job that
runs Git alone reads these repositories, their notes too, and hands them on as bundles.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from releasegate.core.ci.yaml_values import command, quoted

JOB = "private-repositories"
"""The job, its artifact, the folder on a runner and the deployment environment whose secrets it may have."""

# Git asks the helper for the token: it is on no command line and in no file.
_HELPER = '!f() { echo username=x-access-token; echo "password=$READ_TOKEN"; }; f'
_WITH_TOKEN = f"-c credential.helper= -c credential.helper={shlex.quote(_HELPER)}"
_REFS = " ".join(f"'+refs/{each}/*:refs/{each}/*'" for each in ("heads", "tags", "notes"))


@dataclass(frozen=True)
class Private:
    """A private repository: the package in it, where it is on the forge, its branch, and the secret that reads it."""

    package: str
    repository: str
    folder: str
    branch: str
    token: str


def read_by_git(private: Sequence[Private]) -> Iterator[str]:
    """Yield the steps of the job that reads, as lines of YAML without their indentation."""
    for each in private:
        # Each name is of a package or a repository, which a shell takes as it is.
        line = f"mkdir -p given && git init --quiet --bare {JOB} && "
        line += f'git -C {JOB} {_WITH_TOKEN} fetch --quiet --prune "$SERVER"/{each.repository} {_REFS} && '
        line += f"git -C {JOB} bundle create --quiet ../given/{each.package}.bundle --all"
        yield from (f"- name: read {each.package}", f"  run: {command(line)}", "  env:")
        yield from ("    SERVER: ${{ github.server_url }}", f"    READ_TOKEN: ${{{{ secrets.{each.token} }}}}")


def from_bundle(each: Private, *, download: str) -> Iterator[str]:
    """Yield the steps that check a private repository out of what the job has read, notes included."""
    folder = f"{JOB}/{each.package}"
    line = f"git clone --quiet --mirror {shlex.quote(f'{folder}.bundle')} {shlex.quote(f'{folder}.git')}"
    branch = shlex.quote(each.branch)
    line += f" && git clone --quiet --branch {branch} {shlex.quote(f'{folder}.git')} {shlex.quote(each.folder)}"
    yield from ("- name: take over", f"  uses: {download}", "  with:")
    yield from (f"    name: {JOB}", f"    path: {JOB}")
    yield from (f"- name: check out {each.package}", f"  run: {command(line)}", f"  working-directory: {quoted('.')}")


def secret_of(each: Private) -> str:
    """Return the line of an environment that names the token."""
    return f"{each.token}: ${{{{ secrets.{each.token} }}}}"

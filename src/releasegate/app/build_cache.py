"""What is kept of builds between runs: the environments that they are made in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasegate.app.project import Project


def build_cache(project: Project, *, clear: bool) -> str:
    """Return in a line what is kept; with *clear*, after it was removed."""
    from releasegate.adapters.build.environments import BuildEnvironments

    environments = BuildEnvironments("", project.environ)
    if clear:
        return f"removed {environments.trim(days=0)} build environments"
    count, size = environments.size()
    return f"{count} build environments, {size / 2**20:.1f} MiB, in {environments.root}"

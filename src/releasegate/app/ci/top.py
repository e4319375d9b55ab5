"""Where a project is in its repository: the forge, and what a runner installs, know the repository's top alone."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from releasegate.app.project import Project


def top_of(project: Project) -> tuple[Path, PurePosixPath]:
    """Return the top of the repository, and the project's folder from there; of no repository, that folder itself."""
    root = project.root.resolve()
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    return top, PurePosixPath(root.relative_to(top).as_posix())

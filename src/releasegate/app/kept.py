"""What the end-to-end gate keeps between runs, as a folder that a forge's cache carries from runner to runner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from releasegate.adapters.containers.database.databases import Databases
from releasegate.adapters.containers.engine import opened
from releasegate.adapters.containers.images.bundle import ImageBundle
from releasegate.app.container_runner import cache_folder, stack_of
from releasegate.app.project import Project
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.matrix import Wanted, matrix
from releasegate.core.e2e.places import filled
from releasegate.core.errors import ConfigurationError, ReleasegateError
from releasegate.core.stacks.kit import fits

_DATABASES = "databases"


def give(project: Project, folder: Path) -> tuple[str, ...]:
    """Copy what is kept into *folder*, and return what that was in sentences.

    Raises:
        Unavailable: there is no engine, or it cannot write its images.
        ConfigurationError: the project has no stack.
    """
    names = tuple(dict.fromkeys(_pulled(stack_of(project), project)))
    count = _databases(cache_folder()).give(folder / _DATABASES)
    with opened(project.environ) as engine:
        images = ImageBundle(engine, folder).give(names)
    return (f"{folder} holds {count} migrated databases and {images} images",)


def take(project: Project, folder: Path) -> tuple[str, ...]:
    """Take over what *folder* holds; what is not there, or cannot be used, is made anew and no reason to fail.

    Raises:
        ConfigurationError: it is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder.", hint="Name the folder that the forge's cache gave back")
    if not folder.is_dir():
        return (f"{folder} is not there: nothing is kept yet, and all is made anew",)
    try:
        count = _databases(cache_folder()).take(folder / _DATABASES)
        with opened(project.environ) as engine:
            images = "and images" if ImageBundle(engine, folder).take() else "and no images"
    except (ReleasegateError, OSError) as error:
        return (f"not all of {folder} could be taken, and what is missing is made anew: {_said(error)}",)
    return (f"took {count} migrated databases {images} from {folder}",)


def _said(error: Exception) -> str:
    return error.problem if isinstance(error, ReleasegateError) else str(error)


def _databases(home: Path) -> Databases:
    return Databases(home / _DATABASES, 0.0)


def _pulled(stack: Stack, project: Project) -> Iterator[str]:
    """Yield the names of all images that a cell of the stack may pull."""
    for cell in matrix(stack, Wanted()):
        for image in stack.kit.images:
            if image.pull and fits(image.when, cell.fits):
                yield filled(stack.pulled(image, project.environ), cell.places)

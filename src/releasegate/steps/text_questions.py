"""What the repositories' own texts must say before anything is changed: tables that agree, notes of the version."""

from __future__ import annotations

from pathlib import PurePosixPath

from releasegate.core.config.model import Package
from releasegate.core.errors import Refused
from releasegate.steps.question import Inquiry

_PROJECT = PurePosixPath("pyproject.toml")


def beside(inquiry: Inquiry) -> tuple[Package, ...]:
    """Return the packages that lie in repositories beside this one."""
    return tuple(package for package in inquiry.release.run.settings.packages if ".." in package.path.parts)


def tables(inquiry: Inquiry) -> str:
    """Where two repositories both have a table of the pair, they say the same."""
    from releasegate.core.config.drift import drift

    settings, ports, found = inquiry.release.run.settings, inquiry.release.run.ports, list[str]()
    for package in beside(inquiry):
        content = ports[package.name].repository.read(_PROJECT) or b""
        found += drift(settings, content.decode(errors="replace"), where=str(package.path / _PROJECT))
    if found:
        raise Refused(
            "Two repositories each have a table of these packages, and they differ.",
            hint=f'Keep one, and let the other repository name it alone: table = "../{inquiry.release.package.name}"',
            details=found,
        )
    return "one for the packages of all repositories"


def notes(inquiry: Inquiry) -> str:
    """The project's own notes say something of what the release leads to."""
    from releasegate.steps.notes import release_notes

    first = release_notes(inquiry.release).splitlines()[0]
    return f"there, beginning with {first[:60]!r}"

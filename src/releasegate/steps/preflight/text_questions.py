"""What a repository's own texts must say first: tables that agree, nothing that PyPI refuses, the notes."""

from __future__ import annotations

import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from releasegate.core.config.keys import Package
from releasegate.core.errors import Refused
from releasegate.core.version_files.kind import utf8
from releasegate.steps.preflight.question import Inquiry

if TYPE_CHECKING:
    from releasegate.steps.release import Release

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


def project_table(inquiry: Inquiry) -> str:
    """What the project's own table names is there; PyPI refuses nothing that it states, nor a first release's name."""
    from releasegate.core.audit.invalid_fields import invalid_fields
    from releasegate.core.audit.project_table import refused_by_table, refused_name
    from releasegate.core.audit.table_apart import apart
    from releasegate.core.audit.telling import told

    release, waiver = inquiry.release, "audit:index"
    package, first = release.package, not release.index("production").files(release.package.name)
    content = release.ports.repository.read(_PROJECT) or b""
    _require_files(release, content)
    differing = apart(content, package)
    if differing and not _is_waived(inquiry, "audit:metadata"):
        raise Refused(
            f"{_PROJECT} of {package.name} and what is configured for it differ.",
            hint="Correct the one or the other and commit, then run the same command again",
            details=differing,
        )
    if invalid := invalid_fields(content):
        raise Refused(
            f"{_PROJECT} of {package.name} says what no build takes.",
            hint="Put right what each line says and commit, then run the same command again",
            details=invalid,
        )
    problems = refused_by_table(content)
    problems += refused_name(package.name, standard_library=sys.stdlib_module_names) if first else ()
    found = [each for each in told({"index": problems}, package.wheel, known=["index"]) if each.check == "index"]
    if found and not _is_waived(inquiry, waiver):
        raise Refused(
            f"PyPI refuses what {package.name} states of itself.",
            hint="Mend it and commit, then run the same command again",
            details=[line for each in found for line in (each.problem, *each.lines)],
        )
    return f"waived ({waiver})" if found else "nothing that PyPI refuses"


def _is_waived(inquiry: Inquiry, waiver: str) -> bool:
    return inquiry.unplanned is None and inquiry.release.record().waiver(waiver) is not None


def _require_files(release: Release, content: bytes) -> None:
    """Raise ``Refused`` where the table names a file that no clean checkout has: no backend builds without it.

    One that is not in the encoding of all metadata is a ``ConfigurationError``.
    """
    from releasegate.core.audit.project_table import named_files

    named, repository = named_files(content), release.ports.repository
    there = repository.read_all(tuple(named), commit=repository.head()) if named else {}
    gone = [f"{path} ({key})" for path, key in named.items() if there[path] is None]
    if gone:
        raise Refused(
            f"{_PROJECT} of {release.package.name} names {' and '.join(gone)}, which the commit does not have.",
            hint=f"Commit it (git add --force where Git ignores it), or correct {_PROJECT}",
        )
    for path in (path for path, key in named.items() if key == "readme"):
        utf8(there[path] or b"", where=str(path))  # PEP 621: what a backend puts into the metadata is

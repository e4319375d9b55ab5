"""Whether what judges a package end to end is there, and can run: asked before anything is changed."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from releasegate.core.e2e.command import PYTEST, beside, files_of, module_of
from releasegate.core.errors import Refused
from releasegate.core.toml.lines import read_toml
from releasegate.steps.question import Caution, Inquiry

if TYPE_CHECKING:
    from releasegate.steps.release import Release

_PROJECT = PurePosixPath("pyproject.toml")


def end_to_end(inquiry: Inquiry) -> str | Caution:
    """A command or a stack judges the package, or a person has waived that; the command finds what it names."""
    release = inquiry.release
    name, record = release.package.name, release.record()
    waived = [record.waiver(f"e2e:{role}") is not None for role in inquiry.roles]
    if all(waived):
        return "waived"
    if not release.run.settings.judged(name):
        gate = f"--gate e2e:{inquiry.roles[0]}"
        raise Refused(
            f"{name} declares no end-to-end command.",
            hint="Set end-to-end or a stack in the configuration, or record a waiver: invoke waive "
            f"--package {name} --version {release.version} {gate} --reason WHY",
        )
    return _command(release)


def _command(release: Release) -> str | Caution:
    configured, name = release.package.end_to_end, release.package.name
    if configured is None:
        return "what judges it is configured"
    repository = release.ports.repository
    there = repository.read_all(files_of(configured.command), commit=repository.head())
    gone = [str(path) for path, content in there.items() if content is None]
    if gone:
        raise Refused(
            f"The end-to-end command of {name} names {' and '.join(gone)}, which the commit does not have.",
            hint="Commit it (git add --force where Git ignores it), or correct end-to-end: it runs from the package's "
            "folder as it is committed",
        )
    module = module_of(configured.command)
    return _pytest(release) if module == PYTEST else "what judges it is configured"


def _pytest(release: Release) -> str | Caution:
    package = release.package
    content = release.ports.repository.read(_PROJECT) or b""
    project = read_toml(content.decode(errors="replace"), where=str(_PROJECT)).values.get("project")
    install = package.install
    known = beside(project if isinstance(project, dict) else {}, install.extras, install.requirements)
    if known is None:
        if any("pytest" in each for each in install.requirements):
            return "what judges it is configured"
        return Caution("the end-to-end command runs pytest: see that the package, an extra or requirements install it")
    if not any("pytest" in each for each in known):
        raise Refused(
            f"The end-to-end command of {package.name} runs pytest, and nothing installs that beside the package.",
            hint='Write requirements = ["pytest"], and what else the tests import, into '
            "[tool.releasegate.packages.install]",
        )
    return "what judges it is configured"

"""Whether what judges a package end to end is there, and can run: asked before anything is changed."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from releasegate.core.e2e.command import (
    PYTEST,
    beside,
    files_of,
    module_files,
    module_of,
    plain_program,
    program_of,
    unstartable,
)
from releasegate.core.errors import Refused
from releasegate.core.toml.lines import read_toml
from releasegate.steps.preflight.question import Caution, Inquiry, planned

if TYPE_CHECKING:
    from releasegate.steps.release import Release

_PROJECT = PurePosixPath("pyproject.toml")
_SETUPS = (PurePosixPath("setup.cfg"), PurePosixPath("setup.py"))
_CONFIGURED = "what judges it is configured"


def end_to_end(inquiry: Inquiry) -> str | Caution:
    """A command or a stack judges the package, or a person has waived that; the command finds what it names."""
    release = inquiry.release
    name, record = release.package.name, release.record()
    waived = [record.waiver(f"e2e:{role}") is not None for role in inquiry.roles]
    if all(waived):
        return "waived"
    if not release.run.settings.judged(name):
        words = f"invoke waive --package {name} --version {release.version} --gate e2e:{inquiry.roles[0]} --reason WHY"
        or_waive = f", or record a waiver: {words}" if planned(inquiry) else ""
        raise Refused(
            f"{name} declares no end-to-end command.",
            hint=f"Set end-to-end or a stack in the configuration{or_waive}",
        )
    return _command(release)


def _command(release: Release) -> str | Caution:
    configured, name = release.package.end_to_end, release.package.name
    if configured is None:
        return _CONFIGURED
    repository = release.ports.repository
    there = repository.read_all(files_of(configured.command), commit=repository.head())
    gone = [str(path) for path, content in there.items() if content is None]
    if gone or program_of(configured.command) is None:
        _require_words(name, configured.command)
    if gone:
        raise Refused(
            f"The end-to-end command of {name} names {' and '.join(gone)}, which the commit does not have.",
            hint="Commit it (git add --force where Git ignores it), or correct end-to-end: it runs from the package's "
            "folder as it is committed",
        )
    _require_startable(release, configured.command, there)
    if (word := plain_program(configured.command)) is not None:
        return _program(release, word)
    module = module_of(configured.command)
    return _pytest(release) if module == PYTEST else _other(release, module)


def _require_words(name: str, command: Sequence[str]) -> None:
    """Raise ``Refused`` where the first word is a whole line, which only a shell would take apart."""
    if len(command[0].split()) > 1:
        line = json.dumps(" ".join([command[0], *map(shlex.quote, command[1:])]))
        raise Refused(
            f"The end-to-end command of {name} begins with {command[0]!r}, and no shell reads it: that is no program.",
            hint=f'Write each word by itself, or command = ["sh", "-c", {line}]',
        )


def _require_startable(release: Release, command: Sequence[str], there: Mapping[PurePosixPath, bytes | None]) -> None:
    """Raise ``Refused`` where the system would not start the file that a command runs by itself."""
    program, repository = program_of(command), release.ports.repository
    if program is None:
        return
    name = release.package.name
    if program not in repository.executables([program], commit=repository.head()):
        raise Refused(
            f"The end-to-end command of {name} runs {program}, which is not executable in the commit.",
            hint="Make it so, and commit that: "
            + release.package.git_line(f"update-index --chmod=+x {shlex.quote(str(program))}"),
        )
    why = unstartable(there.get(program) or b"")
    if why:
        raise Refused(
            f"The end-to-end command of {name} runs {program}, which {why}: no system starts it.",
            hint="Write #!/bin/sh, or what else reads it, into its first line, and commit that",
        )


def _other(release: Release, module: str) -> str | Caution:
    """Judge a module that is run with ``python -m``: only what is installed is found."""
    package, repository = release.package, release.ports.repository
    own = canonicalize_name(module) == package.name
    if not module or own or module in sys.stdlib_module_names:
        return _CONFIGURED
    from releasegate.core.install.extras import brings

    known = _beside(release)
    if known is not None and brings(module, known):
        return _CONFIGURED
    in_commit = repository.read_all(module_files(module), commit=repository.head())
    found = [str(path) for path, content in in_commit.items() if content is not None]
    return _CONFIGURED if found else _brought(release, module, known, missing="the commit does not have")


def _program(release: Release, word: str) -> str | Caution:
    """Judge a program that is called by its name: of the machine, of the package, or of what is installed with it."""
    known, project = _beside(release), _project(release).get("project")
    table = project if isinstance(project, dict) else {}
    own = {name for key in ("scripts", "gui-scripts") if isinstance(each := table.get(key), dict) for name in each}
    here = word in own or release.run.machine.program(word) is not None
    if here or (known is not None and canonicalize_name(word) in known):
        return _CONFIGURED
    return _brought(release, word, known, missing="this machine does not have")


def _brought(release: Release, name: str, known: frozenset[str] | None, *, missing: str) -> Caution:
    """Raise ``Refused`` where nothing that is installed can bring what a command runs; else say that it must."""
    package = release.package
    if known is None or package.install.requirements or package.install.extras or _is_named(release, name):
        return Caution(f"the end-to-end command runs {name}: see that what is installed beside the package has it")
    raise Refused(
        f"The end-to-end command of {package.name} runs {name}, which nothing installs and {missing}.",
        hint=f'Write requirements = ["{name}"], or what else has it, into [tool.releasegate.packages.install]',
    )


def _is_named(release: Release, module: str) -> bool:
    """Whether what builds the package names *module*, which then may be its own, wherever it lies."""
    repository = release.ports.repository
    project = dict(_project(release))
    tools = project.pop("tool", None)
    if isinstance(tools, dict):
        project["tool"] = {name: table for name, table in tools.items() if name != "releasegate"}
    setups = repository.read_all(_SETUPS, commit=repository.head()).values()
    texts = [str(project), *((content or b"").decode(errors="replace") for content in setups)]
    return any(re.search(rf"(?<!\w){re.escape(module)}(?!\w)", text) for text in texts)


def _pytest(release: Release) -> str | Caution:
    package, install = release.package, release.package.install
    known = _beside(release)
    if known is None:
        if any("pytest" in each for each in install.requirements):
            return _CONFIGURED
        return Caution("the end-to-end command runs pytest: see that the package, an extra or requirements install it")
    if not any("pytest" in each for each in known):
        raise Refused(
            f"The end-to-end command of {package.name} runs pytest, and nothing installs that beside the package.",
            hint='Write requirements = ["pytest"], and what else the tests import, into '
            "[tool.releasegate.packages.install]",
        )
    return _CONFIGURED


def _beside(release: Release) -> frozenset[str] | None:
    """Return the names of what is installed with the package and beside it; ``None`` where nothing says."""
    project, install = _project(release).get("project"), release.package.install
    return beside(project if isinstance(project, dict) else {}, install.extras, install.requirements)


def _project(release: Release) -> Mapping[str, Any]:
    content = release.ports.repository.read(_PROJECT) or b""
    return read_toml(content.decode(errors="replace"), where=str(_PROJECT)).values

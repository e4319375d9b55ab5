"""What is tried on an installed package: its version, its scripts, its modules and its own smoke commands."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import Version

from releasegate.adapters.package_data import script
from releasegate.adapters.process import Completed, last_lines
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.config.model import Exemption
from releasegate.core.errors import Unavailable
from releasegate.core.install.modules import failures, modules, select
from releasegate.core.release.versions import parse_version
from releasegate.ports import Delivery

_SCRIPT = script("releasegate.adapters.venvs", "venv_script.py")
_DESCRIBE_SECONDS = 60.0
_HELP_SECONDS = 60.0
_IMPORT_SECONDS = 600.0
_SMOKE_SECONDS = 300.0


@dataclass(frozen=True)
class Installed:
    """A distribution as the environment's own Python sees it."""

    version: str
    files: tuple[str, ...]
    scripts: tuple[str, ...]


def probe(venv: Venv, delivery: Delivery) -> tuple[str, ...]:
    """Try everything on the installed *delivery*; return one sentence for each thing that is wrong."""
    install = delivery.package.install
    try:
        installed = _describe(venv, delivery.package.name)
    except Unavailable as error:
        return (error.problem, *error.details)
    return (
        *_version(installed, delivery.version),
        *_imports(venv, installed.files, install.not_imported),
        *_scripts(venv, installed.scripts, install.scripts_not_run),
        *(problem for command in install.smoke for problem in _passes(venv, command, timeout=_SMOKE_SECONDS)),
    )


def _describe(venv: Venv, name: str) -> Installed:
    result = venv.folder / "described.json"
    words = [str(venv.python), "-I", str(_SCRIPT), "describe", str(result), name]
    done = venv.try_out(words, timeout=_DESCRIBE_SECONDS)
    try:
        body: Any = json.loads(result.read_bytes())
        return Installed(body["version"], tuple(body["files"]), tuple(body["scripts"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(
            f"{name} is installed, but its metadata cannot be read.",
            hint="Look into the file's dist-info folder",
            details=last_lines(done.stderr, count=3),
        ) from error


def _version(installed: Installed, expected: Version) -> tuple[str, ...]:
    # As texts: 1.0 and 1.0.0 are equal, but not the same.
    if str(parse_version(installed.version)) == str(expected):
        return ()
    return (f"The installed version is {installed.version}, expected {expected}.",)


def _imports(venv: Venv, files: Sequence[str], exemptions: Sequence[Exemption]) -> tuple[str, ...]:
    """Import every module in one process, as each costs next to nothing once the first is there."""
    found = select(modules(files), exemptions)
    result = venv.folder / "imported.jsonl"
    words = [str(venv.python), "-I", str(_SCRIPT), "import", str(result)]
    done = venv.try_out(words, timeout=_IMPORT_SECONDS, input=json.dumps(found.kept))
    outcomes = _outcomes(result)
    errors = {name: outcome for name, outcome in outcomes.items() if outcome not in {None, "begun"}}
    problems = [f"Cannot import {line}" for line in failures({name: str(error) for name, error in errors.items()})]
    begun = [name for name, outcome in outcomes.items() if outcome == "begun"]
    untried = len(found.kept) - len(outcomes)
    if begun or untried:
        where = f"the import of {begun[0]}" if begun else "the imports"
        problems.append(f"Python stopped in {where}: {_end(done)}; {untried} further modules were not tried.")
        problems += last_lines(done.stderr, count=3)
    return (*problems, *_stale(found.stale, key="not_imported", nothing="no module"))


def _outcomes(result: Path) -> dict[str, str | None]:
    """Return the last word on every module that was begun; a torn last line is none."""
    outcomes: dict[str, str | None] = {}
    try:
        for line in result.read_text(encoding="utf-8", errors="replace").splitlines():
            name, outcome = json.loads(line)
            outcomes[name] = outcome
    except (OSError, ValueError, TypeError):
        return outcomes
    return outcomes


def _scripts(venv: Venv, names: Sequence[str], exemptions: Sequence[Exemption]) -> tuple[str, ...]:
    found = select(names, exemptions)
    problems = [
        problem
        for name in found.kept
        for problem in _passes(venv, (str(venv.bin / name), "--help"), timeout=_HELP_SECONDS)
    ]
    return (*problems, *_stale(found.stale, key="scripts_not_run", nothing="no console script"))


def _passes(venv: Venv, command: Sequence[str], *, timeout: float) -> tuple[str, ...]:
    shown = shlex.join([Path(command[0]).name, *command[1:]])
    try:
        done = venv.try_out(command, timeout=timeout)
    except Unavailable:
        return (f"{shown}: there is no such program where the package is installed.",)
    if done.exit_code == 0:
        return ()
    return (f"{shown}: {_end(done)}.", *last_lines(done.stdout, count=3), *last_lines(done.stderr, count=8))


def _end(done: Completed) -> str:
    return "it did not end in time" if done.timed_out else f"it ended with exit code {done.exit_code}"


def _stale(exemptions: Iterable[Exemption], *, key: str, nothing: str) -> tuple[str, ...]:
    return tuple(
        f"The exemption {exemption.pattern!r} in install.{key} matches {nothing}: remove it."
        for exemption in exemptions
    )

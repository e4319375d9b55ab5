"""What is tried on an installed package: its version, its scripts, its modules and its own smoke commands."""

from __future__ import annotations

import json
import secrets
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import Version

from releasegate.adapters.process import last_lines
from releasegate.adapters.venvs.imports import SCRIPT, TrialResult, end_of, imports, stale
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.config.model import Service
from releasegate.core.enumerated import counted
from releasegate.core.errors import Unavailable
from releasegate.core.install.entry_points import EntryPoint
from releasegate.core.install.environment import service_environment
from releasegate.core.install.extras import offered
from releasegate.core.install.guarded_imports import Offered
from releasegate.core.install.modules import select
from releasegate.core.release.versions import parse_version
from releasegate.ports import Delivery

_DESCRIBE_SECONDS = 60.0
_HELP_SECONDS = 60.0
_SMOKE_SECONDS = 300.0


@dataclass(frozen=True)
class Installed:
    """A distribution as the environment's own Python sees it."""

    version: str
    files: tuple[str, ...]
    entry_points: tuple[EntryPoint, ...]
    extras: Mapping[str, Collection[str]]


def probe(venv: Venv, delivery: Delivery) -> TrialResult:
    """Try everything on the installed *delivery*, in the environment that its service is told."""
    package, install = delivery.package, delivery.package.install
    told = _told(package.service, venv)
    try:
        installed = _describe(venv, package.name)
    except Unavailable as error:
        return TrialResult((error.problem, *error.details), "")
    left = {name: brings for name, brings in installed.extras.items() if name not in install.extras}
    extras = Offered(install.extras, left)
    imported = imports(venv, installed.files, installed.entry_points, install=install, told=told, extras=extras)
    scripts = [point.name for point in installed.entry_points if point.group == "console_scripts"]
    found = select(scripts, install.scripts_not_run)
    problems = (
        *_version(installed, delivery.version),
        *imported.problems,
        *(line for name in found.kept for line in _passes(venv, (str(venv.bin / name), "--help"), _HELP_SECONDS, told)),
        *stale(found.stale, key="scripts-not-run", nothing="no console script"),
        *(line for command in install.smoke for line in _passes(venv, command, _SMOKE_SECONDS, told)),
    )
    exempted = ", all exempted" if scripts and not found.kept else ""
    smoke = f", {counted(len(install.smoke), 'smoke command')}" if install.smoke else ""
    return TrialResult(problems, f"{imported.tried}, {counted(len(found.kept), 'script')} run{exempted}{smoke}")


def _told(service: Service | None, venv: Venv) -> Mapping[str, str]:
    if service is None:
        return {}
    data = venv.folder / "data"
    data.mkdir(exist_ok=True)
    return service_environment(service, secret=secrets.token_urlsafe(32), data=str(data))


def _describe(venv: Venv, name: str) -> Installed:
    result = venv.folder / "described.json"
    words = [str(venv.python), "-I", str(SCRIPT), "describe", str(result), name]
    done = venv.try_out(words, timeout=_DESCRIBE_SECONDS)
    try:
        body: Any = json.loads(result.read_bytes())
        points = tuple(EntryPoint(str(group), str(name), str(value)) for group, name, value in body["entry_points"])
        extras = offered(body["requires"], body["extras"])
        return Installed(body["version"], tuple(body["files"]), points, extras)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
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


def _passes(venv: Venv, command: Sequence[str], timeout: float, told: Mapping[str, str]) -> tuple[str, ...]:
    shown = shlex.join([Path(command[0]).name, *command[1:]])
    try:
        done = venv.try_out(command, timeout=timeout, told=told)
    except Unavailable:
        return (f"{shown}: there is no such program where the package is installed.",)
    if done.exit_code == 0:
        return ()
    return (f"{shown}: {end_of(done)}.", *last_lines(done.stdout, count=3), *last_lines(done.stderr, count=8))

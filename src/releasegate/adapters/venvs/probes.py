"""What is tried on an installed package: its version, its scripts, its modules and its own smoke commands."""

from __future__ import annotations

import csv
import secrets
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from releasegate.adapters.process import last_lines
from releasegate.adapters.venvs.imports import TrialResult, end_of, imports, stale
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.config.keys import Service
from releasegate.core.enumerated import counted
from releasegate.core.errors import Unavailable
from releasegate.core.install.entry_points import EntryPoint
from releasegate.core.install.environment import service_environment
from releasegate.core.install.extras import offered
from releasegate.core.install.guarded_imports import Offered
from releasegate.core.install.modules import select
from releasegate.core.release.versions import parse_version
from releasegate.ports import Delivery

_HELP_SECONDS = 60.0
_SMOKE_SECONDS = 300.0


@dataclass(frozen=True)
class Installed:
    """A distribution as its own files describe it."""

    version: str
    files: tuple[str, ...]
    entry_points: tuple[EntryPoint, ...]
    extras: Mapping[str, Collection[str]]


def probe(venv: Venv, delivery: Delivery) -> TrialResult:
    """Try everything on the installed *delivery*, in the environment that its service is told."""
    package, install = delivery.package, delivery.package.install
    told = _told(package.service, venv)
    try:
        found = _describe(venv, package.name)
    except Unavailable as error:
        return TrialResult((error.problem, *error.details), "")
    left = {name: brings for name, brings in found.extras.items() if name not in install.extras}
    extras = Offered(install.extras, left)
    imported = imports(venv, found.files, found.entry_points, install=install, told=told, extras=extras)
    scripts = [point.name for point in found.entry_points if point.group == "console_scripts"]
    kept = select(scripts, install.scripts_not_run)
    problems = (
        *_version(found, delivery.version),
        *imported.problems,
        *(line for name in kept.kept for line in _passes(venv, (str(venv.bin / name), "--help"), _HELP_SECONDS, told)),
        *stale(kept.stale, key="scripts-not-run", nothing="no console script"),
        *(line for command in install.smoke for line in _passes(venv, command, _SMOKE_SECONDS, told)),
    )
    exempted = ", all exempted" if scripts and not kept.kept else ""
    smoke = f", {counted(len(install.smoke), 'smoke command')}" if install.smoke else ""
    return TrialResult(problems, f"{imported.tried}, {counted(len(kept.kept), 'script')} run{exempted}{smoke}")


def _told(service: Service | None, venv: Venv) -> Mapping[str, str]:
    if service is None:
        return {}
    data = venv.folder / "data"
    data.mkdir(exist_ok=True)
    return service_environment(service, secret=secrets.token_urlsafe(32), data=str(data))


def _describe(venv: Venv, name: str) -> Installed:
    from releasegate.adapters.venvs.distributions import installed

    try:
        found = installed(venv.folder / "env", name)
        if found is None:
            raise FileNotFoundError(name)
        points = tuple(EntryPoint(each.group, each.name, each.value) for each in found.entry_points)
        files = tuple(file.as_posix() for file in found.files or ())
        extras = offered(found.requires or [], found.metadata.get_all("Provides-Extra") or [])
        return Installed(found.version, files, points, extras)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise Unavailable(
            f"{name} is installed, but its metadata cannot be read.",
            hint="Look into the file's dist-info folder",
            details=[f"{type(error).__name__}: {error}"],
        ) from error


def _version(found: Installed, expected: Version) -> tuple[str, ...]:
    # As texts: 1.0 and 1.0.0 are equal, but not the same.
    if str(parse_version(found.version)) == str(expected):
        return ()
    return (f"The installed version is {found.version}, expected {expected}.",)


def _passes(venv: Venv, command: Sequence[str], timeout: float, told: Mapping[str, str]) -> tuple[str, ...]:
    shown = shlex.join([Path(command[0]).name, *command[1:]])
    try:
        done = venv.try_out(command, timeout=timeout, told=told)
    except Unavailable:
        return (f"{shown}: there is no such program where the package is installed.",)
    if done.exit_code == 0:
        return ()
    return (f"{shown}: {end_of(done)}.", *last_lines(done.stdout, count=3), *last_lines(done.stderr, count=8))

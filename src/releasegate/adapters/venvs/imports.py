"""Every module of an installed package is imported, and every entry point loaded, in one process."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from releasegate.adapters.package_data import script
from releasegate.adapters.process import Completed, last_lines
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import Install
from releasegate.core.dists.wheel import modules
from releasegate.core.enumerated import counted
from releasegate.core.install.entry_points import EntryPoint, to_load
from releasegate.core.install.guarded_imports import Offered, proposals
from releasegate.core.install.modules import failures, select

_SCRIPT = script("releasegate.adapters.venvs", "venv_script.py")
_SECONDS = 600.0


@dataclass(frozen=True)
class TrialResult:
    """What something came to that was tried: what is wrong, and in a few words what was tried."""

    problems: tuple[str, ...]
    tried: str


def imports(  # noqa: PLR0913 - what an environment holds, and what is known of it
    venv: Venv,
    files: Sequence[str],
    points: Sequence[EntryPoint],
    *,
    install: Install,
    told: Mapping[str, str],
    extras: Offered,
) -> TrialResult:
    """Import the modules among *files* and load *points*; each costs next to nothing once the first is there."""
    names = tuple(modules(files))
    found = select(names, install.not_imported)
    scripts = select([p.name for p in points if p.group == "console_scripts"], install.scripts_not_run).kept
    loaded = to_load(points, extras=install.extras, not_imported=install.not_imported, run=scripts)
    wanted = list(dict.fromkeys((*found.kept, *(point.target for point in loaded))))
    result = venv.folder / "imported.jsonl"
    words = [str(venv.python), "-I", str(_SCRIPT), str(result)]
    done = venv.try_out(words, timeout=_SECONDS, input=json.dumps(wanted), told=told)
    lines = result.read_text(encoding="utf-8", errors="replace").splitlines() if result.is_file() else []
    outcomes = _outcomes(lines)
    errors = {name: str(outcome) for name, outcome in outcomes.items() if outcome not in {None, "begun"}}
    failed = {name: error for name, error in errors.items() if name in found.kept}
    passed = [name for name in found.kept if outcomes.get(name, "") is None]
    problems = [
        *(f"Cannot import {line}" for line in failures(failed)),
        *(f"Cannot load {point}: {errors[point.target]}" for point in loaded if _tells(point, errors, failed)),
        *proposals(
            failed,
            passed,
            written=bool(install.not_imported),
            extras=extras,
            standard=sys.stdlib_module_names,
        ),
        *_stopped(outcomes, done, untried=len(wanted) - len(outcomes)),
        *stale(found.stale, key="not-imported", nothing="no module"),
    ]
    said = f"{counted(len(found.kept), 'module')} imported{', all exempted' if names and not found.kept else ''}"
    return TrialResult(tuple(problems), f"{said}, {counted(len(loaded), 'entry point')} loaded")


def _tells(point: EntryPoint, errors: Mapping[str, str], failed: Mapping[str, str]) -> bool:
    """Whether an entry point failed by itself, and not because of its module, which is told already."""
    return point.target in errors and point.module not in failed


def _stopped(outcomes: Mapping[str, str | None], done: Completed, *, untried: int) -> tuple[str, ...]:
    begun = [name for name, outcome in outcomes.items() if outcome == "begun"]
    if not begun and not untried:
        return ()
    where = f"the import of {begun[0]}" if begun else "the imports"
    stopped = f"Python stopped in {where}: {end_of(done)}; {counted(untried, 'further module')} not tried."
    return (stopped, *last_lines(done.stderr, count=3))


def _outcomes(lines: Sequence[str]) -> dict[str, str | None]:
    """Return the last word on every module that was begun; a torn last line is none."""
    outcomes: dict[str, str | None] = {}
    try:
        for line in lines:
            name, outcome = json.loads(line)
            outcomes[name] = outcome
    except (ValueError, TypeError, RecursionError):
        return outcomes
    return outcomes


def end_of(done: Completed) -> str:
    """Return how a program ended, in words."""
    return "it did not end in time" if done.timed_out else f"it ended with exit code {done.exit_code}"


def stale(exemptions: Sequence[Exemption], *, key: str, nothing: str) -> tuple[str, ...]:
    """Return a sentence for each exemption that left nothing out."""
    return tuple(
        f"The exemption {exemption.pattern!r} in install.{key} matches {nothing}: remove it."
        for exemption in exemptions
    )

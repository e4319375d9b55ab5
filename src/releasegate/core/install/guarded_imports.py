"""Modules that cannot be imported where their host is not: what to do about them, and the line to paste."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence

_MISSING = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
_MOST = 200
_BESIDE = "."
"""The cause of a module that names its neighbour as if it ran in its own folder."""


def proposals(errors: Mapping[str, str], passed: Collection[str], *, written: bool) -> tuple[str, ...]:
    """Return a line for each cause of *errors* (by module) that says what to do.

    *passed* are the modules that could be imported: no pattern takes them in. *written* says that the package has
    exemptions already, so that only a member of the list is to be added.
    """
    known = {*errors, *passed}
    own = {name.partition(".")[0] for name in known}
    causes: dict[str, list[str]] = {}
    for name, error in errors.items():
        match = _MISSING.match(error)
        missing = match[1].partition(".")[0] if match is not None else ""
        beside = f"{name.rpartition('.')[0]}.{missing}" in known
        causes.setdefault(_BESIDE if beside else "" if missing in own else missing, []).append(name)
    lines = []
    for cause, names in causes.items():
        cure, reason = _advice(cause)
        members = [
            f"{{ pattern = {json.dumps(pattern)}, reason = {json.dumps(reason)} }}"
            for pattern in patterns(names, passed)
        ]
        paste = f"{', '.join(members)}," if written else f"not-imported = [{', '.join(members)}]"
        where = "to not-imported" if written else "in [tool.releasegate.packages.install]"
        lines.append(f"{cure}, {where}: {paste}")
        written = True
    return tuple(lines)


def _advice(cause: str) -> tuple[str, str]:
    """Return what to do about a missing module, up to the line to paste, and the reason that the line gives."""
    if cause == _BESIDE:
        name_it = "What they import lies beside them, and an installed package finds it as .NAME alone: import it so"
        return f"{name_it}. If they run as scripts, from their folder", "it runs as a script, from its folder"
    if cause:
        name_it = f"{cause} is not installed here: name it in the dependencies"
        return f"{name_it}. If it is the host that runs the package", f"it imports only inside of {cause}"
    return "If that is meant so", "say why"


def patterns(failed: Sequence[str], passed: Collection[str]) -> tuple[str, ...]:
    """Return the fewest patterns that match all of *failed* and nothing of *passed*."""
    found: list[str] = []
    for name in sorted(failed)[:_MOST]:
        if any(name.startswith(pattern.removesuffix("*")) for pattern in found if pattern.endswith("*")):
            continue
        parts = name.split(".")
        starts = [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
        start = next((s for s in starts if not any(other.startswith(s) for other in passed)), None)
        several = start is not None and sum(other.startswith(start) for other in failed) > 1
        found.append(f"{start}*" if several else name)
    return tuple(found)

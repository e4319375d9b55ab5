"""Modules that cannot be imported where their host is not: what to do about them, and the line to paste."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence

_MISSING = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
_MOST = 200


def proposals(errors: Mapping[str, str], passed: Collection[str], *, written: bool) -> tuple[str, ...]:
    """Return a line for each cause of *errors* (by module) that says what to do.

    *passed* are the modules that could be imported: no pattern takes them in. *written* says that the package has
    exemptions already, so that only a member of the list is to be added.
    """
    own = {name.partition(".")[0] for name in (*errors, *passed)}
    causes: dict[str, list[str]] = {}
    for name, error in errors.items():
        match = _MISSING.match(error)
        missing = match[1].partition(".")[0] if match is not None else ""
        causes.setdefault("" if missing in own else missing, []).append(name)
    lines = []
    for missing, names in causes.items():
        reason = f"it imports only inside of {missing}" if missing else "say why"
        members = [
            f"{{ pattern = {json.dumps(pattern)}, reason = {json.dumps(reason)} }}"
            for pattern in patterns(names, passed)
        ]
        paste = f"{', '.join(members)}," if written else f"not-imported = [{', '.join(members)}]"
        where = "to not-imported" if written else "in [tool.releasegate.packages.install]"
        cure = f"{missing} is not installed here: name it in the dependencies. If it is the host" if missing else "If"
        lines.append(f"{cure}{' that runs the package' if missing else ' that is meant so'}, {where}: {paste}")
        written = True
    return tuple(lines)


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

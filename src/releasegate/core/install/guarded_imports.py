"""Modules that cannot be imported where their host is not: what to do about them, and the line to paste."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from releasegate.core.install.extras import extras_for, named
from releasegate.core.install.platforms import WINDOWS

_MISSING = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
_IN_BRACKETS = re.compile(r"\w\[([\w.,\s-]+)\]")
_MOST = 200
_BESIDE = "."
"""The cause of a module that names its neighbour as if it ran in its own folder."""
_REMOVED = frozenset(
    """aifc asynchat asyncore audioop binhex cgi cgitb chunk crypt distutils formatter imghdr imp lib2to3 mailcap msilib
    nis nntplib ossaudiodev parser pipes smtpd sndhdr spwd sunau symbol telnetlib uu xdrlib""".split()  # noqa: SIM905 - names, as one reads them
)
"""What was a module of Python's own and is none any more, since 3.9. Source: its "What's New" pages."""
_TABLE = "in [tool.releasegate.packages.install]"


@dataclass(frozen=True)
class Offered:
    """The extras of a package: those that are installed, and what each of the others would install."""

    installed: Sequence[str] = ()
    others: Mapping[str, Collection[str]] = field(default_factory=dict)


NO_EXTRAS = Offered()


def proposals(
    errors: Mapping[str, str],
    passed: Collection[str],
    *,
    written: bool,
    extras: Offered = NO_EXTRAS,
    standard: Collection[str] = (),
) -> tuple[str, ...]:
    """Return a line for each cause of *errors* (by module) that says what to do.

    *passed* are the modules that could be imported: no pattern takes them in. *written* says that the package has
    exemptions already, so that only a member of the list is to be added. What one of the *extras* brings is tried
    where that is installed. *standard* are modules of a newer Python's own: no distribution brings these.
    """
    brought = extras_for(dict.fromkeys(map(_missing, errors.values())), extras.others)
    for name, error in errors.items():
        if extra := _named_by(error, extras.others):
            brought.setdefault(_missing(error) or name, extra)
    causes = _causes(errors, passed, brought)
    # Whoever installs the package imports its top module: what that needs is no matter of an extra, unless the package
    # itself says so.
    bare = {name for name, error in errors.items() if "." not in name and _MISSING.match(error)}
    always = [cause for cause in brought if not bare.isdisjoint(causes.get(cause, ()))]
    some = {cause: extra for cause, extra in brought.items() if cause not in always}
    lines = [_in_dependencies(cause, brought[cause], causes[cause], extras.installed) for cause in always]
    lines += [_with_extras(some, extras.installed)] if some else []
    for cause, names in causes.items():
        if cause in brought:
            continue
        cure, reason = _advice(cause, pythons_own=cause in standard or cause in _REMOVED)
        members = [
            f"{{ pattern = {json.dumps(pattern)}, reason = {json.dumps(reason)} }}"
            for pattern in patterns(names, passed)
        ]
        paste = f"{', '.join(members)}," if written else f"not-imported = [{', '.join(members)}]"
        lines.append(f"{cure}, {'to not-imported' if written else _TABLE}: {paste}")
        written = True
    return tuple(lines)


def _missing(error: str) -> str:
    """Return the top module that was not found; empty where an error tells of none."""
    match = _MISSING.search(error)
    return match[1].partition(".")[0] if match is not None else ""


def _named_by(error: str, extras: Collection[str]) -> str:
    """Return the extra that an error names as pip takes it, ``pip install lamp[dimmer]``; empty where it names none."""
    said = (each.strip() for match in _IN_BRACKETS.findall(error) for each in match.split(","))
    return next((extra for each in said if (extra := named(each, extras))), "")


def _causes(
    errors: Mapping[str, str], passed: Collection[str], brought: Collection[str]
) -> Mapping[str, Sequence[str]]:
    """Return the modules of *errors* by the module that is missing, empty where none is."""
    known = {*errors, *passed}
    own = {name.partition(".")[0] for name in known}
    causes: dict[str, list[str]] = {}
    for name, error in errors.items():
        missing = _missing(error) or (name if name in brought else "")
        # A module may be called as what it adapts is: lamp.backends.trio imports trio.
        neighbour = f"{name.rpartition('.')[0]}.{missing}"
        beside = neighbour in known and neighbour != name and missing not in brought
        cause = "" if missing in own and missing not in brought else missing
        causes.setdefault(_BESIDE if beside else cause, []).append(name)
    return causes


def _in_dependencies(cause: str, extra: str, names: Sequence[str], installed: Sequence[str]) -> str:
    top = next(name for name in names if "." not in name)
    said = f"{cause} comes with the package's own extra {extra} alone, and {top} cannot be imported without it"
    pasted = f"extras = {json.dumps(sorted({*installed, extra}))}"
    return f"{said}: name it in the dependencies. If nobody installs the package without that extra, {_TABLE}: {pasted}"


def _with_extras(brought: Mapping[str, str], installed: Sequence[str]) -> str:
    names = sorted(set(brought.values()))
    more = f"{', '.join(brought)} {'are' if len(brought) > 1 else 'is'} in the package's own"
    extras = f"{more} extra{'s' if len(names) > 1 else ''} {', '.join(names)}: install what is to be tried"
    return f"{extras}, {_TABLE}: extras = {json.dumps(sorted({*installed, *names}))}"


def _advice(cause: str, *, pythons_own: bool) -> tuple[str, str]:
    """Return what to do about a missing module, up to the line to paste, and the reason that the line gives."""
    if cause == _BESIDE:
        name_it = "What they import lies beside them, and an installed package finds it as .NAME alone: import it so"
        return f"{name_it}. If they run as scripts, from their folder", "it runs as a script, from its folder"
    if cause in WINDOWS:
        return f"{cause} is there on Windows alone. If that is meant so", "it imports only on Windows"
    if pythons_own:
        stand_in = f"{cause} is a module of Python's own, and not of this Python: import what stands in for it here"
        return f"{stand_in}, or raise Requires-Python. If that is meant so", "it imports only on other Pythons"
    if cause:
        name_it = f"{cause} is not installed here: name it in the dependencies"
        return f"{name_it}. If users have it by themselves, as a host or to be used with it", f"it needs {cause}"
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

"""A wheel holds what it lists, nothing that is certainly wrong, and the same whether made from tree or sdist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.archive import Members
from releasegate.core.dists.wheel import dist_info, hexadecimal, member, record_row, record_rows

_SIGNATURES = ("RECORD.jws", "RECORD.p7s")


def record(subject: Subject) -> Problems:
    """RECORD lists every file once, with its sha256 and size, and nothing else."""
    wheel, folder = subject.wheel, dist_info(subject.wheel)
    path = f"{folder}/RECORD"
    rows = record_rows(member(wheel, path), where=f"{path} in {wheel.filename}")
    listed = {row[0]: row for row in rows}
    problems: list[str | Problem] = [
        f"RECORD lists {name} {n} times." for name, n in Counter(row[0] for row in rows).items() if n > 1
    ]
    written = 0
    exempt = {path, *(f"{folder}/{name}" for name in _SIGNATURES)}
    for name in sorted(set(wheel) - exempt):
        if name not in listed:
            problems.append(f"RECORD does not list {name}.")
        elif hexadecimal(listed[name], wheel[name]):
            written += 1
        elif listed[name] != record_row(name, wheel[name]):
            problems.append(f"RECORD states another sha256 or size than {name} has.")
    problems += [f"RECORD lists {name}, which the wheel does not hold." for name in sorted(set(listed) - set(wheel))]
    if written:
        files = f"{written} files" if written > 1 else "a file"
        told = f"RECORD has the sha256 of {files} in hexadecimal, not base64url: take a newer backend."
        problems.append(Problem(told, about="hexadecimal", key="allowed"))
    return tuple(problems)


def suspicious(subject: Subject) -> Problems:
    """The wheel installs something, and nothing that every interpreter makes for itself."""
    own = f"{dist_info(subject.wheel)}/"
    empty = all(path.startswith(own) for path in subject.wheel)
    compiled = [p for p in sorted(subject.held) if "__pycache__" in p.split("/") or p.endswith((".pyc", ".pyo"))]
    return (
        *([Problem(f"{subject.wheel.filename} installs no file.", about="no file", key="allowed")] if empty else []),
        *(Problem(f"{path} is compiled code: every interpreter makes its own.", about=path) for path in compiled),
    )


def sdist_complete(subject: Subject) -> Problems:
    """The wheel built from the sdist holds the same files as the one built from the tree."""
    tree, sdist = _comparable(subject.wheel), _comparable(subject.rebuilt)
    problems = []
    for path in sorted(tree.keys() | sdist.keys()):
        if path not in sdist:
            problems.append(_told(path, "is missing from the wheel built from the sdist"))
        elif path not in tree:
            problems.append(_told(path, "is only in the wheel built from the sdist"))
        elif tree[path] != sdist[path]:
            # What a tool writes of Git's tree, such as the commit's hash, is not known in an sdist.
            told = _told(path, "has other bytes in the wheel built from the sdist")
            problems.append(replace(told, key="allowed") if path in subject.held else told)
    return tuple(problems)


def _told(path: str, complaint: str) -> Problem:
    return Problem(f"{path} {complaint}.", about=path)


def _comparable(wheel: Members) -> Mapping[str, bytes]:
    """Leave out RECORD, which is checked by itself, and who generated the wheel.

    In ``top_level.txt`` setuptools lists folders that it installs nothing of; nothing reads it.
    """
    folder = dist_info(wheel)
    aside = {f"{folder}/RECORD", f"{folder}/top_level.txt"}
    content = {path: data for path, data in wheel.items() if path not in aside}
    stamp = f"{folder}/WHEEL"
    lines = content.get(stamp, b"").splitlines()
    return content | {stamp: b"\n".join(line for line in lines if not line.startswith(b"Generator:"))}

"""What Git keeps elsewhere is in the archives as what it is: no pointer of Git LFS stands for a file."""

from __future__ import annotations

from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject

_POINTER = b"version https://git-lfs."
_LARGEST = 1024
"""Bytes of a pointer, by Git LFS's own specification."""


def pointers(subject: Subject) -> Problems:
    """Neither archive holds a pointer of Git LFS instead of the file that it points to."""
    found = {}
    for archive in (subject.wheel, subject.sdist):
        for path, content in archive.items():
            if content.startswith(_POINTER) and len(content) < _LARGEST:
                kind = "wheel" if archive is subject.wheel else "sdist"
                cure = "run git lfs install and git lfs pull, then build again"
                found[kind, path] = Problem(f"{path} in the {kind} is a pointer of Git LFS: {cure}.", path, "allowed")
    return tuple(found.values())

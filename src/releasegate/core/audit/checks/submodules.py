"""What a wheel holds is in the commit that its tag names, and not only in a submodule."""

from __future__ import annotations

from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject


def from_submodules(subject: Subject) -> Problems:
    """No file of the wheel comes from a Git submodule: a plain clone, or a CI that does not fetch it, lacks it."""
    shipped = [*subject.origins.files.values()] if subject.submodules else []
    found = []
    for path, commit in sorted(subject.submodules.items()):
        count = sum(file.startswith(f"{path}/") for file in shipped)
        if count:
            sentence = (
                f"{path} is a Git submodule (at {commit[:12]}), and the wheel holds files of it ({count}): "
                "whoever clones without submodules builds another wheel. Have CI fetch them, or commit the files."
            )
            found.append(Problem(sentence, about=path, key="allowed"))
    return tuple(found)

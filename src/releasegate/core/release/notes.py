"""The text of a forge release: what the project's own release notes say of a version, else what was committed since."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from packaging.version import Version

from releasegate.core.version_files.leftovers import spellings

_TEXTS = frozenset({".md", ".markdown", ".rst", ".txt"})
_MARKDOWN = re.compile(r"(#{1,6})\s+(.*)")
_UNDERLINE = re.compile(r"""([=\-~^"'`+*#.:_])\1{2,}\s*""")
_FENCE = re.compile(r"\s*```")
_MOST = 100


def note_file(names: Iterable[PurePosixPath], version: Version) -> PurePosixPath | None:
    """Return the file among *names* whose name holds *version*, however it is spelled; of several the shortest."""
    fitting = [name for name in names if _is_text(name) and _named(name.name.replace("_", " "), version)]
    return min(fitting, key=lambda name: (len(name.name), str(name)), default=None)


def _is_text(name: PurePosixPath) -> bool:
    # The ending of 1.2.0 is .0.
    return name.suffix.lower() in _TEXTS or name.suffix[1:2].isdigit()


def _named(text: str, version: Version) -> bool:
    return spellings(str(version)).search(text) is not None


def note_section(text: str, version: Version) -> str | None:
    """Return what stands below the heading that names *version*, up to the next of its level or above; else ``None``.

    Headings are Markdown's or reStructuredText's; a date in one is not asked.
    """
    lines = text.splitlines()
    headings = _headings(lines)
    for n, (_, level, title, after) in enumerate(headings):
        if _named(title, version):
            end = next((at for at, other, _, _ in headings[n + 1 :] if other <= level), len(lines))
            return "\n".join(lines[after:end]).strip() or None
    return None


def _headings(lines: Sequence[str]) -> list[tuple[int, int, str, int]]:
    """Return each heading: its line, its level (1 is the highest), its title, and the line after it."""
    found: list[tuple[int, int, str, int]] = []
    styles: list[str] = []
    fenced = False
    for at, line in enumerate(lines):
        fenced ^= _FENCE.match(line) is not None
        marked = _MARKDOWN.fullmatch(line)
        under = _UNDERLINE.fullmatch(lines[at + 1]) if at + 1 < len(lines) else None
        if fenced:
            continue
        if marked is not None:
            found.append((at, len(marked[1]), marked[2], at + 1))
        elif under is not None and line.strip() and not line[0].isspace() and _UNDERLINE.fullmatch(line) is None:
            if under[1] not in styles:
                styles.append(under[1])
            found.append((at, styles.index(under[1]) + 1, line, at + 2))
    return found


def notes_of_commits(subjects: Sequence[str], *, since: str | None) -> str:
    """Return a list of the commits' *subjects*, newest first, after the version *since*."""
    plain = ("".join(c if c.isprintable() else " " for c in subject) for subject in subjects[:_MOST])
    told = [f"- {' '.join(subject.split())}" for subject in plain]
    more = [f"- and {len(subjects) - _MOST} more"] if len(subjects) > _MOST else []
    return "\n".join([f"Since {since}:" if since is not None else "Commits:", "", *told, *more]) if told else ""

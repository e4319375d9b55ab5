"""The text of a forge release: what the project's own release notes say of a version, else what was committed since."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from packaging.version import VERSION_PATTERN, Version

from releasegate.core.release.versions import parse_version

_TEXTS = frozenset({".md", ".markdown", ".mdx", ".rst", ".txt", ".adoc", ".asciidoc"})
_MARKED = re.compile(r" {0,3}(#{1,6}|={1,6})\s+(.*\w.*)")
_HTML = re.compile(r"\s*<h([1-6])\b[^>]*>(.*?)</h\1>\s*", re.IGNORECASE)
_DATE = re.compile(r"\b\d{4}([-./])\d{1,2}\1\d{1,2}\b|\b\d{1,2}([-./])\d{1,2}\2\d{4}\b")
_VERSION = re.compile(rf"(?<![\w.]){VERSION_PATTERN}(?![\w+])", re.VERBOSE | re.IGNORECASE)
_OTHERS = re.compile(r"\b(?:since|after|before|until|compared?|from|upcoming)\b", re.IGNORECASE)
_SPREAD = re.compile(r"(?<=\d)[-_](?=\d)")
_UNDERLINE = re.compile(r"""([=\-~^"'`+*#.:_])\1{2,}\s*""")
_FENCE = re.compile(r"\s*```")
_MOST = 100


def note_file(names: Iterable[PurePosixPath], version: Version) -> PurePosixPath | None:
    """Return the file among *names* whose name holds *version*, however it is spelled; of several the shortest."""
    fitting = [name for name in names if _is_text(name) and _in_name(name, version)]
    return min(fitting, key=lambda name: (len(name.name), str(name)), default=None)


def is_about_versions(name: PurePosixPath) -> bool:
    """Whether a file is a text whose name holds a version."""
    return _is_text(name) and _first(name.stem.replace("_", "-"))[0] is not None


def note_folders(version: Version) -> tuple[str, ...]:
    """Return what a folder of its own may be called that a version's notes are in, or those of its series."""
    series = ".".join(map(str, version.release[:2]))
    return tuple(dict.fromkeys(f"{prefix}{name}" for name in (version, series) for prefix in ("", "v", "version-")))


def series_file(names: Iterable[PurePosixPath], version: Version) -> PurePosixPath | None:
    """Return the file among *names* that is about the whole series of *version*."""
    return note_file(names, Version(".".join(map(str, version.release[:2]))))


def _is_text(name: PurePosixPath) -> bool:
    # The ending of 1.2.0 is .0.
    return name.suffix.lower() in _TEXTS or name.suffix[1:2].isdigit()


def _in_name(name: PurePosixPath, version: Version) -> bool:
    bare = (name.stem if name.suffix.lower() in _TEXTS else name.name).replace("_", "-")
    bare = _DATE.sub(" ", bare)
    return version in {_first(bare)[0], _first(_SPREAD.sub(".", bare))[0]}


def _named(title: str, version: Version) -> bool:
    """Whether a heading is about *version*: it is the first that it names, and not as another one's neighbour."""
    found, before = _first(_DATE.sub(" ", title))
    return found == version and _OTHERS.search(before) is None


def _first(text: str) -> tuple[Version | None, str]:
    """Return the first version in a text, where any has one with a dot in it; and what is before it."""
    found = [*_VERSION.finditer(text)]
    match = next((each for each in found if "." in each[0]), found[0] if found else None)
    return (None, "") if match is None else (parse_version(match[0]), text[: match.start()])


def note_section(text: str, version: Version) -> str | None:
    """Return what stands below the heading that names *version*, up to the next of its level or above; else ``None``.

    Headings are those of Markdown, reStructuredText, AsciiDoc or HTML; a date in one is not asked.
    """
    lines = text.splitlines()
    headings = _headings(lines)
    for n, (_, level, title, after) in enumerate(headings):
        if _named(title, version):
            end = next((at for at, other, _, _ in headings[n + 1 :] if other <= level), len(lines))
            # A table of contents, or a page's title, may name it, too.
            if said := "\n".join(lines[after:end]).strip():
                return said
    return None


def _headings(lines: Sequence[str]) -> list[tuple[int, int, str, int]]:
    """Return each heading: its line, its level (1 is the highest), its title, and the line after it."""
    found: list[tuple[int, int, str, int]] = []
    styles: list[str] = []
    fenced = False
    for at, line in enumerate(lines):
        fenced ^= _FENCE.match(line) is not None
        marked, html = _MARKED.fullmatch(line), _HTML.fullmatch(line)
        under = _UNDERLINE.fullmatch(lines[at + 1]) if at + 1 < len(lines) else None
        if fenced:
            continue
        if marked is not None:
            found.append((at, len(marked[1]), marked[2], at + 1))
        elif html is not None:
            found.append((at, int(html[1]), html[2], at + 1))
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
